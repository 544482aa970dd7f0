"""What differs between two models: their cards, tensors, preprocessing and tokenizers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from cutis.models.obtain import access_words
from cutis.models.show import preprocessing_words

if TYPE_CHECKING:
    import torch

    from cutis.models.cards import ModelCard
    from cutis.models.model import Model

TEXTS = (
    "melanoma",
    "A dermoscopic image of a benign nevus on the back.",
    "Psoriasis vulgaris, hyperkeratotic plaques; 34-year-old woman",
)
_NUMBER = re.compile(r"\.\d+(\.|$)")


@dataclass(frozen=True)
class Fact:
    """One fact about both models.

    Parameters
    ----------
    what
        What it is about.
    a, b
        What holds for each.
    """

    what: str
    a: str
    b: str

    @property
    def same(self) -> bool:
        """Whether both agree."""
        return self.a == self.b


@dataclass(frozen=True)
class TensorGroup:
    """Tensors whose names begin alike, such as all blocks of a tower.

    Parameters
    ----------
    name
        The beginning of their names.
    shared
        How many are in both models with the same shape.
    equal
        How many of those are equal, number by number.
    reshaped
        How many are in both with different shapes.
    only_a, only_b
        How many are in one model only.
    difference
        Largest absolute difference of a number, over the shared ones; None without any.
    """

    name: str
    shared: int
    equal: int
    reshaped: int
    only_a: int
    only_b: int
    difference: float | None


@dataclass(frozen=True)
class Comparison:
    """What differs between two models.

    Parameters
    ----------
    a, b
        Their names.
    facts
        Facts of their cards and of the loaded models.
    groups
        Their tensors, by beginning of the name.
    """

    a: str
    b: str
    facts: tuple[Fact, ...]
    groups: tuple[TensorGroup, ...]

    def as_json(self) -> dict[str, Any]:
        """Return everything as plain values."""
        return asdict(self)

    def render(self) -> str:
        """Return the comparison as text; what is the same is only counted."""
        differing = [fact for fact in self.facts if not fact.same]
        same = [fact.what for fact in self.facts if fact.same]
        lines = [f"A  {self.a}", f"B  {self.b}", ""]
        for fact in differing:
            lines += [fact.what, f"  A  {fact.a or '-'}", f"  B  {fact.b or '-'}"]
        lines += ["Nothing differs."] if not differing else []
        lines += [f"The same: {', '.join(same)}."] if same else []
        return "\n".join([*lines, "", *_tensor_lines(self.groups)])


def _tensor_lines(groups: tuple[TensorGroup, ...]) -> Iterator[str]:
    shared = sum(group.shared for group in groups)
    if not shared:
        yield "Tensors: none has the same name and shape in both."
        return
    equal = sum(group.equal for group in groups)
    yield f"Tensors: {shared} in both with the same shape, {equal} of them equal."
    head = ("group", "shared", "equal", "reshaped", "only A", "only B", "max difference")
    rows: list[tuple[str, ...]] = [head]
    for g in groups:
        moved = "" if g.difference is None else f"{g.difference:.3g}"
        counts = (g.shared, g.equal, g.reshaped, g.only_a, g.only_b)
        rows.append((g.name, *map(str, counts), moved))
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    for row in rows:
        first, *rest = row
        cells = [first.ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True)]
        yield "  ".join(cells).rstrip()


def compare_models(a: Model, b: Model) -> Comparison:
    """Compare two loaded models.

    Parameters
    ----------
    a, b
        The models.
    """
    states = (a.towers.module.state_dict(), b.towers.module.state_dict())
    return Comparison(a.name, b.name, tuple(compare_facts(a, b)), compare_tensors(*states))


def compare_facts(a: Model, b: Model) -> Iterator[Fact]:
    """Yield what the cards say and what was loaded, for both models."""
    for (what, of_a), (_, of_b) in zip(_facts(a), _facts(b), strict=True):
        yield Fact(what, of_a, of_b)
    if a.tokenizer is not None and b.tokenizer is not None:
        yield Fact("token ids of three texts", _ids(a), _ids(b))


def _facts(model: Model) -> Iterator[tuple[str, str]]:
    card: ModelCard = model.card
    total = sum(parameter.numel() for parameter in model.towers.module.parameters())
    yield "card", card.name
    yield "licence", card.licence
    yield "weights", access_words(card)
    yield "trained on", card.training_data
    yield "layout", model.layout
    yield "SHA-256 of the weights", model.weights_sha256
    yield (
        "towers",
        {(1, 1): "images and words", (1, 0): "images", (0, 1): "words"}[
            int(model.has_vision), int(model.has_text)
        ],
    )
    yield "parameters", f"{total:,}"
    yield "feature length", str(model.dim)
    yield "image feature", model.towers.pooling
    spec = card.model_copy(update={"preprocessing": model.preprocessing})
    yield "preprocessing", preprocessing_words(spec) if model.has_vision else "no images"
    yield "longest text", f"{model.context_length} tokens" if model.context_length else "no words"
    yield "vocabulary", str(model.towers.vocab_size or "no words")
    scale = model.logit_scale
    yield "learned scale", "none" if scale is None else f"{scale:.4g}"


def _ids(model: Model) -> str:
    ids_nt = model.tokenize(TEXTS)
    rows = [row[: int(np.flatnonzero(row != model.towers.pad_id).max(initial=-1)) + 1]
            for row in ids_nt]  # fmt: skip
    return "; ".join(" ".join(map(str, row)) for row in rows)


def compare_tensors(
    a: Mapping[str, torch.Tensor], b: Mapping[str, torch.Tensor]
) -> tuple[TensorGroup, ...]:
    """Compare two state dicts group by group.

    Parameters
    ----------
    a, b
        Name to tensor.

    Returns
    -------
    tuple of TensorGroup
        In the order the names first occur.
    """
    names: dict[str, list[str]] = {}
    for name in [*a, *(name for name in b if name not in a)]:
        names.setdefault(group_name(name), []).append(name)
    return tuple(_group(group, members, a, b) for group, members in names.items())


def _group(
    group: str, names: list[str], a: Mapping[str, torch.Tensor], b: Mapping[str, torch.Tensor]
) -> TensorGroup:
    both = [name for name in names if name in a and name in b]
    shared = [name for name in both if a[name].shape == b[name].shape]
    moved = [_difference(a[name], b[name]) for name in shared]
    return TensorGroup(
        group,
        len(shared),
        sum(difference == 0 for difference in moved),
        len(both) - len(shared),
        sum(name not in b for name in names),
        sum(name not in a for name in names),
        max(moved, default=None),
    )


def _difference(a: torch.Tensor, b: torch.Tensor) -> float:
    if not a.numel():
        return 0.0
    return float((a.double() - b.double()).abs().max())


def group_name(name: str) -> str:
    """Return the beginning of a tensor's name that its group goes by.

    Examples
    --------
    >>> group_name("visual.transformer.resblocks.11.attn.in_proj_weight")
    'visual.transformer.resblocks'
    >>> group_name("text.transformer.embeddings.LayerNorm.bias"), group_name("logit_scale")
    ('text.transformer', 'logit_scale')
    """
    numbered = _NUMBER.search(name)
    if numbered:
        return name[: numbered.start()]
    parts = name.split(".")
    return ".".join(parts[: min(2, max(len(parts) - 1, 1))])
