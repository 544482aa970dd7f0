"""The self-test of a loaded model: what must hold before its numbers are believed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from cutis.config import VerbConfig
from cutis.models.check_file import Line, check_file, judged
from cutis.models.identify import identify
from cutis.models.names import expanded, parse_name

if TYPE_CHECKING:
    import numpy.typing as npt
    from PIL import Image

    from cutis.models.model import Floats, Model
    from cutis.models.sources import Source

TOLERANCE = {"fp32": 1e-5, "bf16": 5e-2}
TEXTS = ("melanoma", "a dermoscopic image of a benign nevus on the back", "psoriasis of the scalp")


class ModelsCheckConfig(VerbConfig):
    """Settings of ``cutis models check``."""

    takes_positional: ClassVar[bool] = True

    name: str = Field(
        default="cutis-tiny",
        description="Model name, such as a card's or CARD@/path/to/file, or a checkpoint file "
        "alone: then the cards it fits are found.",
    )
    device: str = Field(default="auto", description="Where to compute: auto, cpu, cuda or mps.")
    precision: Literal["fp32", "bf16"] = Field(
        default="fp32", description="Arithmetic of the towers."
    )
    pooling: str = Field(default="default", description="Which image feature.")
    image_size: int | None = Field(
        default=None, gt=0, description="Side in pixels of the image input [the model's own]."
    )


def models_check(config: ModelsCheckConfig) -> CheckReport:
    """Load a model or a checkpoint file strictly and run its self-test.

    Raises
    ------
    CutisError
        If it cannot be loaded, or a file given alone fits no card or several.
    """
    from cutis.models.load import load_model
    from cutis.models.sources import resolve

    name, found = config.name, []
    path = expanded(config.name)
    if path.is_file():
        card = identify(path)
        name = f"{card.name}@{path}"
        found = [Line("PASS", "which model", f"it fits one card, {card.name}: {card.title}")]
    source = resolve(parse_name(name))
    model = load_model(
        name, config.device, config.precision, config.pooling, image_size=config.image_size
    )
    return check_model(model, source, found)


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


def check_model(
    model: Model, source: Source | None = None, before: Iterable[Line] = ()
) -> CheckReport:
    """Run the self-test on synthetic images and a few words.

    Checked: hash, size and lengths against the card, finite weights and features, equal output
    when repeated, output independent of the batch (1e-5 in float32), different inputs told apart,
    and that images and texts share one space. Said besides: file, stored precision, what loading
    left out, preprocessing and where it comes from, norms of the features.

    Parameters
    ----------
    model
        A loaded model.
    source
        Where its numbers come from, for what is said of its file.
    before
        Lines to put first.
    """
    lines = [*before, *check_file(model, source)]
    if model.has_vision:
        images = sample_images()
        lines += _features("images", lambda rows: model.embed_images([images[i] for i in rows]),
                           len(images), model)  # fmt: skip
    if model.has_text:
        lines += _texts(model)
    if model.has_vision and model.has_text and model.tokenizer is not None:
        lines.append(_together(model))
    return CheckReport(model.name, tuple(lines))


def _together(model: Model) -> Line:
    """Check that the two towers' features have one length, and that the cosine tells images."""
    image_nd, text_md = model.embed_images(sample_images()), model.embed_texts(list(TEXTS))
    if image_nd.shape[1] != text_md.shape[1]:
        lengths = f"features of {image_nd.shape[1]} and {text_md.shape[1]} numbers"
        return judged(False, "images with texts", lengths)
    cosine_nm = _unit(image_nd) @ _unit(text_md).T
    low, high, spread = cosine_nm.min(), cosine_nm.max(), float(cosine_nm.std(axis=0).min())
    found = f"cosines from {low:.3f} to {high:.3f}"
    return judged(bool(np.isfinite(cosine_nm).all()) and spread > 1e-6, "images with texts", found)


def sample_images(count: int = 4) -> list[Image.Image]:
    """Return small synthetic images of different sizes and contents, always the same."""
    from PIL import Image as PilImage

    random = np.random.default_rng(0)
    images = []
    for i in range(count):
        coarse = random.integers(0, 256, (6 + i, 8 - i, 3), dtype=np.uint8)
        images.append(PilImage.fromarray(coarse).resize((300 - 40 * i, 220 + 30 * i)))
    return images


def _features(what: str, embed: Callable[[list[int]], Floats], n: int, model: Model) -> list[Line]:
    rows = list(range(n))
    together = embed(rows)
    again = embed(rows)
    alone = np.concatenate([embed([row]) for row in rows])
    scale = max(float(np.abs(together).max(initial=0)), 1.0)
    moved = float(np.abs(together - alone).max()) / scale
    units, norms = _unit(together), np.linalg.norm(together, axis=1)
    closest = float((units @ units.T - 2 * np.eye(n)).max())
    limit = TOLERANCE[model.precision]
    shape = (n, model.dim)
    return [
        judged(together.shape == shape, f"{what}: shape", f"{together.shape}, expected {shape}"),
        judged(bool(np.isfinite(together).all()), f"{what}: finite features", "all must be"),
        judged(bool((together == again).all()), f"{what}: repeatable", "the same twice"),
        judged(moved <= limit, f"{what}: same in any batch", f"moved {moved:.1e} of {limit:.0e}"),
        judged(closest < 1 - 1e-6, f"{what}: told apart", f"closest pair has cosine {closest:.4f}"),
        Line("INFO", f"{what}: norms", f"{norms.min():.3g} to {norms.max():.3g}"),
    ]


def _texts(model: Model) -> list[Line]:
    if model.tokenizer is None:
        where = model.card.tokenizer or "the model's repository"
        missing = Line("WARN", "tokenizer", f"not on this machine; token ids only ({where})")
        ids_nt = token_ids(model)
        return [missing, *_features("token ids", lambda rows: model.embed_tokens(ids_nt[rows]),
                                    len(ids_nt), model)]  # fmt: skip
    return _features(
        "texts", lambda rows: model.embed_texts([TEXTS[i] for i in rows]), len(TEXTS), model
    )


def token_ids(model: Model) -> npt.NDArray[np.int64]:
    """Return three rows of random token ids that a model's text tower takes, always the same."""
    random = np.random.default_rng(0)
    vocab, context = model.towers.vocab_size or 2, model.context_length or 1
    ids_nt = np.full((3, context), model.towers.pad_id, np.int64)
    for row in ids_nt:
        length = int(random.integers(1, min(context, 12) + 1))
        row[:length] = random.integers(1, vocab, length)
    return ids_nt


def _unit(rows_nd: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.floating[Any]]:
    norms = np.linalg.norm(rows_nd, axis=1, keepdims=True)
    unit: npt.NDArray[np.floating[Any]] = rows_nd / np.maximum(norms, 1e-30)
    return unit
