"""How the cells of a table say that a concept is there: 0/1 columns, words, numbers."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

YES = frozenset({"1", "1.0", "true", "yes", "present"})
NO = frozenset({"0", "0.0", "false", "no", "absent"})


@dataclass(frozen=True)
class LabelRule:
    """A column, and which of its values mean that a concept is there.

    A rule of neither words nor a bound reads the plain words: 0 and 1, true and false, yes and no,
    present and absent. Before a rule with a bound it lets a converted table be read as it is.

    Attributes
    ----------
    column
        Name of the column, compared without case and punctuation.
    present, absent
        Words for there and not there.
    above
        A number: cells greater than it mean there, the other numbers not there.
    missing
        Values that stand for no answer, besides empty cells.
    """

    column: str
    present: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    above: float | None = None
    missing: tuple[str, ...] = ()


def folded_name(name: str) -> str:
    """Return a name without case, blanks and punctuation, for comparing columns and concepts.

    Examples
    --------
    >>> folded_name("Brown(Hyperpigmentation)"), folded_name("flat  topped")
    ('brown_hyperpigmentation', 'flat_topped')
    """
    return re.sub(r"[^a-z0-9]+", "_", str(name).casefold()).strip("_")


def read_labels(values: Iterable[Any], rules: Sequence[LabelRule] = ()) -> np.ndarray:
    """Return 1 where a concept is there, 0 where it is not, NaN where nobody said.

    Parameters
    ----------
    values
        The n cells of a column; None, NaN and blanks are missing.
    rules
        The rules for this column; the first that can read every cell is taken. The plain words
        for yes and no are tried after them, so that a bound means the same whichever values occur.

    Returns
    -------
    (n,) float64.

    Raises
    ------
    ValueError
        If no rule can read a cell.

    Examples
    --------
    >>> rule = LabelRule("streaks", present=("irregular", "regular"), absent=("absent",))
    >>> read_labels(["absent", "irregular", None], [rule])
    array([ 0.,  1., nan])
    >>> read_labels([30, 31, -9], [LabelRule("globules", above=30, missing=("-9",))])
    array([ 0.,  1., nan])
    """
    cells = [_text(value) for value in values]
    tried: list[str] = []
    for rule in (*rules, LabelRule("")):
        labels, unread = _apply(cells, rule)
        if unread is None:
            return labels
        tried.append(unread)
    told = tried[max(len(rules) - 1, 0)]
    raise ValueError(
        f"The value '{told}' says neither that the concept is there nor that it is not."
    )


def _text(value: Any) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    text = str(value).strip().casefold()
    return "" if text in ("<na>", "nan", "none", "nat") else text


def _apply(cells: Sequence[str], rule: LabelRule) -> tuple[np.ndarray, str | None]:
    """Return the labels, and the first cell that the rule cannot read."""
    plain = rule.above is None and not rule.present and not rule.absent
    present, absent = (YES, NO) if plain else (_folded(rule.present), _folded(rule.absent))
    missing = _folded(rule.missing)
    labels = np.full(len(cells), np.nan)
    for i, cell in enumerate(cells):
        if cell == "" or cell in missing or _number(cell) in {_number(m) for m in missing}:
            continue
        if rule.above is not None:
            number = _number(cell)
            if number is None:
                return labels, cell
            labels[i] = number > rule.above
        elif cell in present or cell in absent:
            labels[i] = cell in present
        else:
            return labels, cell
    return labels, None


def _folded(words: Iterable[str]) -> frozenset[str]:
    return frozenset(str(word).strip().casefold() for word in words)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
