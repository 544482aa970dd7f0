"""The self-test of a loaded model: what must hold before its numbers are believed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
from pydantic import Field

from cutis.config import VerbConfig

if TYPE_CHECKING:
    from PIL import Image

    from cutis.models.model import Floats, Model

TOLERANCE = {"fp32": 1e-5, "bf16": 5e-2}
TEXTS = ("melanoma", "a dermoscopic image of a benign nevus on the back", "psoriasis of the scalp")


class ModelsCheckConfig(VerbConfig):
    """Settings of ``cutis models check``."""

    takes_positional: ClassVar[bool] = True

    name: str = Field(
        default="cutis-tiny", description="Model name, such as a card's or CARD@/path/to/file."
    )
    device: str = Field(default="auto", description="Where to compute: auto, cpu, cuda or mps.")
    precision: Literal["fp32", "bf16"] = Field(
        default="fp32", description="Arithmetic of the towers."
    )


def models_check(config: ModelsCheckConfig) -> CheckReport:
    """Load a model strictly and run its self-test.

    Raises
    ------
    CutisError
        If it cannot be loaded.
    """
    from cutis.models.load import load_model

    return check_model(load_model(config.name, config.device, config.precision))


@dataclass(frozen=True)
class Line:
    """One thing that was checked.

    Parameters
    ----------
    status
        ``"PASS"``, ``"WARN"`` or ``"FAIL"``.
    what
        What was checked.
    found
        What was found.
    """

    status: str
    what: str
    found: str


@dataclass(frozen=True)
class CheckReport:
    """The outcome of a self-test.

    Parameters
    ----------
    name
        The model's name.
    lines
        What was checked.
    """

    name: str
    lines: tuple[Line, ...]

    @property
    def exit_code(self) -> int:
        """1 if anything failed, else 0."""
        return int(any(line.status == "FAIL" for line in self.lines))

    def render(self) -> str:
        """Return the report as text, one line per check."""
        width = max(len(line.what) for line in self.lines)
        rows = [f"{line.status}  {line.what.ljust(width)}  {line.found}" for line in self.lines]
        verdict = "is fit for use" if self.exit_code == 0 else "FAILED its self-test"
        return "\n".join([*rows, f"{self.name} {verdict}."])


def check_model(model: Model) -> CheckReport:
    """Run the self-test on synthetic images and a few words.

    Checked: finite weights and features, equal output when repeated, output independent of the
    batch (1e-5 in float32), different inputs told apart, and the card against the towers.

    Parameters
    ----------
    model
        A loaded model.
    """
    lines = [*_weights(model), *_card(model)]
    if model.has_vision:
        images = sample_images()
        lines += _features("images", lambda rows: model.embed_images([images[i] for i in rows]),
                           len(images), model)  # fmt: skip
    if model.has_text:
        lines += _texts(model)
    return CheckReport(model.name, tuple(lines))


def sample_images(count: int = 4) -> list[Image.Image]:
    """Return small synthetic images of different sizes and contents, always the same."""
    from PIL import Image as PilImage

    random = np.random.default_rng(0)
    images = []
    for i in range(count):
        coarse = random.integers(0, 256, (6 + i, 8 - i, 3), dtype=np.uint8)
        images.append(PilImage.fromarray(coarse).resize((300 - 40 * i, 220 + 30 * i)))
    return images


def _weights(model: Model) -> Iterator[Line]:
    tensors = list(model.towers.module.state_dict().values())
    broken = sum(not bool(t.isfinite().all()) for t in tensors if t.is_floating_point())
    total = sum(parameter.numel() for parameter in model.towers.module.parameters())
    yield Line("PASS", "loaded strictly", f"layout {model.layout}, {len(tensors)} tensors")
    yield _line(not broken, "finite weights", f"{broken} tensors with infinite or missing values")
    wanted = model.card.parameters
    if wanted is not None:
        found = f"{total:,} parameters, the card says {wanted:,}"
        yield _line(total == wanted, "size as on the card", found)


def _card(model: Model) -> Iterator[Line]:
    card = model.card
    pairs = {
        "feature length": (card.dim, model.dim),
        "context length": (card.context_length, model.context_length),
    }
    for what, (said, found) in pairs.items():
        if said is not None and model.towers.pooling != "pre-head":
            yield _line(said == found, f"{what} as on the card", f"{found}, the card says {said}")


def _features(what: str, embed: Callable[[list[int]], Floats], n: int, model: Model) -> list[Line]:
    rows = list(range(n))
    together = embed(rows)
    again = embed(rows)
    alone = np.concatenate([embed([row]) for row in rows])
    scale = max(float(np.abs(together).max(initial=0)), 1.0)
    moved = float(np.abs(together - alone).max()) / scale
    units = together / np.maximum(np.linalg.norm(together, axis=1, keepdims=True), 1e-30)
    closest = float((units @ units.T - 2 * np.eye(n)).max())
    limit = TOLERANCE[model.precision]
    shape = (n, model.dim)
    return [
        _line(together.shape == shape, f"{what}: shape", f"{together.shape}, expected {shape}"),
        _line(bool(np.isfinite(together).all()), f"{what}: finite features", "all must be"),
        _line(bool((together == again).all()), f"{what}: repeatable", "the same twice"),
        _line(moved <= limit, f"{what}: same in any batch", f"moved {moved:.1e} of {limit:.0e}"),
        _line(closest < 1 - 1e-6, f"{what}: told apart", f"closest pair has cosine {closest:.4f}"),
    ]


def _texts(model: Model) -> list[Line]:
    if model.tokenizer is None:
        where = model.card.tokenizer or "the model's repository"
        missing = Line("WARN", "tokenizer", f"not on this machine; token ids only ({where})")
        ids_nt = _token_ids(model)
        return [missing, *_features("token ids", lambda rows: model.embed_tokens(ids_nt[rows]),
                                    len(ids_nt), model)]  # fmt: skip
    return _features(
        "texts", lambda rows: model.embed_texts([TEXTS[i] for i in rows]), len(TEXTS), model
    )


def _token_ids(model: Model) -> np.ndarray:
    random = np.random.default_rng(0)
    vocab, context = model.towers.vocab_size or 2, model.context_length or 1
    ids_nt = np.full((3, context), model.towers.pad_id, np.int64)
    for row in ids_nt:
        length = int(random.integers(1, min(context, 12) + 1))
        row[:length] = random.integers(1, vocab, length)
    return ids_nt


def _line(good: bool, what: str, found: str) -> Line:
    return Line("PASS" if good else "FAIL", what, found)
