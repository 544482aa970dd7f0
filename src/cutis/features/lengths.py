"""How long texts are for a model, beyond its context too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from cutis.models import Model


class Lengths(NamedTuple):
    """Tokens of n texts, start and end marks included, and the most a model reads.

    Attributes
    ----------
    tokens_n
        int64 (n,), counted over the whole text.
    context
        Most tokens of a text.
    """

    tokens_n: npt.NDArray[np.int64]
    context: int

    @property
    def lost_n(self) -> npt.NDArray[np.int64]:
        """Tokens beyond the context, which the model never sees, int64 (n,)."""
        lost: npt.NDArray[np.int64] = np.clip(self.tokens_n - self.context, 0, None)
        return lost


def token_lengths(model: Model, texts: Sequence[str]) -> Lengths | None:
    """Count the tokens of whole texts; None when the model tells no context length.

    A tokenizer cuts at the context, so a text that fills it is counted in pieces. Words are
    tokenised one by one by the tokenizers of all known models, so the pieces of a text add up;
    a word longer than the context is halved, and its count is then near, not exact.
    """
    context = model.context_length
    if context is None or not texts:
        return None
    ends = _ends(model, context)
    marks = int(_filled(model, [""], ends)[0])
    tokens_n = _filled(model, texts, ends)
    for i in np.flatnonzero(tokens_n >= context).tolist():
        tokens_n[i] = marks + _inner(model, texts[i], marks, context, ends)
    return Lengths(tokens_n, context)


class _Ends(NamedTuple):
    """How rows of tokens end: the id that fills them, and whether the end mark is that id too."""

    filler: int
    hidden: int


def _ends(model: Model, context: int) -> _Ends:
    """Look how rows end, for SigLIP's fill with the id of their end mark.

    A text that is certainly cut leaves no place to fill, so what it ends with is the end mark.
    """
    empty_t, cut_t = np.asarray(model.tokenize(["", "a " * context]))
    return _Ends(int(empty_t[-1]), int(cut_t[-1] == empty_t[-1]))


def _inner(model: Model, text: str, marks: int, context: int, ends: _Ends) -> int:
    """Return the tokens of a text between its marks, halving it until the parts fit."""
    tokens = int(_filled(model, [text], ends)[0])
    words = text.split()
    if tokens < context or len(text) < 2:
        return tokens - marks
    if len(words) > 1:
        half = len(words) // 2
        parts = " ".join(words[:half]), " ".join(words[half:])
    else:
        parts = text[: len(text) // 2], text[len(text) // 2 :]
    return sum(_inner(model, part, marks, context, ends) for part in parts)


def _filled(model: Model, texts: Sequence[str], ends: _Ends) -> npt.NDArray[np.int64]:
    """Return how many places of the context each text fills."""
    ids_nt = np.asarray(model.tokenize(texts))
    is_token_nt = ids_nt != ends.filler
    last_n = ids_nt.shape[1] - np.argmax(is_token_nt[:, ::-1], axis=1)
    seen_n = np.where(is_token_nt.any(axis=1), last_n, 0)
    filled_n: npt.NDArray[np.int64] = np.minimum(seen_n + ends.hidden, ids_nt.shape[1])
    return filled_n.astype(np.int64)
