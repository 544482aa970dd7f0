"""Whether what computes now gives the bits of what computed before, and saying so when not."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cutis.errors import CutisError
from cutis.features.describe import device_kind
from cutis.features.threads import hardware
from cutis.progress import say
from cutis.runs import versions

if TYPE_CHECKING:
    from cutis.models import Model

# Versions that can move a bit of a feature; the others only read tables or draw figures.
DECIDING = (
    "cutis", "torch", "torchvision", "timm", "open_clip_torch", "transformers", "numpy", "pillow",
)  # fmt: skip


def deciding(found: Mapping[str, str]) -> dict[str, str]:
    """Return the versions that can move a bit of a feature.

    Examples
    --------
    >>> deciding({"python": "3.13.1", "torch": "2.8.0", "pandas": "2.3.0"})
    {'torch': '2.8.0'}
    """
    return {name: found[name] for name in DECIDING if name in found}


def other_versions(theirs: Mapping[str, str] | None) -> list[str]:
    """Return, in words, the deciding versions that differ from those installed here."""
    before, now = deciding(theirs or {}), deciding(versions())
    return [
        f"{name} {before[name]} there, {now.get(name, 'none')} here"
        for name in before
        if before[name] != now.get(name)
    ]


def refuse_other_versions(theirs: Mapping[str, str] | None, where: Path) -> None:
    """Refuse to put features of different versions into one store.

    Parameters
    ----------
    theirs
        Versions that wrote what is there.
    where
        What they wrote.

    Raises
    ------
    CutisError
        If a version that can move a bit of a feature differs.
    """
    changed = other_versions(theirs)
    if changed:
        raise CutisError(
            f"{where} was written by another version: {'; '.join(changed)}.",
            allowed="All parts of one store are computed by the same versions, bit for bit.",
            fix=f"install the same versions on every machine, or start anew: remove {where}, or "
            "give --cache another folder",
        )


def warn_of_differences(meta: Mapping[str, Any], model: Model, threads: int | None = None) -> None:
    """Say what differs between a store's first writer and this process.

    Parameters
    ----------
    meta
        The description in force.
    model
        What embeds now.
    threads
        The processor threads that were asked for; a store that was begun keeps its own.
    """
    now = device_kind(model)
    if meta["device"] != now:
        say(
            f"These features were begun on {meta['device']} and continue on {now}: they agree to "
            "rounding error, not bit for bit."
        )
        return
    there, here = meta.get("hardware"), hardware(model)
    changed = other_versions(meta.get("versions"))
    if there is not None and there != here:
        changed.insert(0, f"{there} there, {here} here")
    if changed:
        say(
            f"These features were begun elsewhere ({'; '.join(changed)}): they agree to rounding "
            "error, perhaps not bit for bit."
        )
    if threads is not None and meta.get("threads") not in (None, threads):
        say(
            f"These features were begun with {meta['threads']} threads and continue with as many, "
            f"not with {threads}: otherwise some bits could differ."
        )
