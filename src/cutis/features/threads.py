"""What moves the last bits of a feature: the number of threads and the kind of processor.

Sums are split among threads, and small batches are split differently among two than among one, so
every process that writes into one store computes with the same number.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cutis.models import Model


def resolve_threads(model: Model, threads: int | None) -> int | None:
    """Return the processor threads a model's tower uses; None where a processor does not compute.

    Parameters
    ----------
    model
        The model; its device decides.
    threads
        What was asked for; torch's own number by default.
    """
    if not str(model.device).startswith("cpu"):
        return None
    import torch

    return threads or torch.get_num_threads()


@contextmanager
def using_threads(threads: int | None) -> Iterator[None]:
    """Compute with this number of processor threads; None leaves it as it is."""
    import torch

    before = torch.get_num_threads()
    if threads is not None and threads != before:
        torch.set_num_threads(threads)
    try:
        yield
    finally:
        if torch.get_num_threads() != before:
            torch.set_num_threads(before)


def hardware(model: Model) -> str:
    """Return the kind of processor that computes, as far as it decides the last bits.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> hardware(SimpleNamespace(device="mps"))
    'mps'
    """
    import torch

    kind = str(model.device)
    if kind.startswith("cuda"):
        return str(torch.cuda.get_device_name(kind))
    if not kind.startswith("cpu"):
        return kind.partition(":")[0]
    instructions = str(torch.backends.cpu.get_cpu_capability())
    has_tiles = getattr(torch.cpu, "_is_amx_tile_supported", lambda: False)()
    return f"{instructions}+AMX" if has_tiles else instructions
