"""Columns of the images become subgroups: bands for numbers, a refusal for names of patients."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from cutis.analysis.cases import Cases
from cutis.errors import CutisError
from cutis.stats.subgroups import MISSING, subgroup_values

# A column of numbers with more values than this is cut into bands.
MANY_NUMBERS = 12
# A column of words with more values than this divides into nothing that could be compared.
MANY_WORDS = 40
DEFAULT = ("sex", "age", "skin_tone", "site", "modality")
QUARTERS = (0.25, 0.5, 0.75)


def parse_by(text: str | None, cases: Cases) -> list[tuple[str, ...]]:
    """Return the columns to compare, each as one name or several to cross.

    Parameters
    ----------
    text
        ``sex,age,skin_tone*sex``; None takes the usual subgroups that the cases have.
    cases
        The cases.

    Raises
    ------
    CutisError
        If a column does not exist, or nothing was named and no usual subgroup is there.
    """
    if text is None:
        found: list[tuple[str, ...]] = [
            (name,) for name in DEFAULT if name in cases.columns.columns
        ]
        if found:
            return found
        have = ", ".join(map(str, cases.columns.columns)) or "none"
        raise CutisError(
            f"{cases.source} records no sex, age, skin tone or site to compare.",
            allowed=f"Columns: {have}.",
            fix="name columns with --by, and join the table that has them with --data TABLE",
        )
    wanted = [tuple(p.strip() for p in item.split("*")) for item in text.split(",") if item.strip()]
    if not wanted or any(not name for item in wanted for name in item):
        raise CutisError(
            f"--by is '{text}', which names no columns.", fix="--by sex,skin_tone,skin_tone*sex"
        )
    for name in dict.fromkeys(name for item in wanted for name in item):
        cases.column(name)
    return list(dict.fromkeys(wanted))


def subgroups_of(cases: Cases, name: str) -> tuple[np.ndarray, str]:
    """Return the subgroup of every image, (n,) text, and how it was made if it was banded.

    Raises
    ------
    CutisError
        If the column has too many values to be subgroups.
    """
    values_n = subgroup_values(cases.column(name))
    recorded = values_n != MISSING
    distinct = sorted(set(values_n[recorded].tolist()))
    numbers_n = _numbers(values_n, recorded)
    if numbers_n is not None and len(distinct) > MANY_NUMBERS:
        if "age" in name.casefold().split("_"):
            from cutis.tasks.subgroups import age_band

            bands = [age_band(float(v)) or MISSING for v in numbers_n]
            return np.array(bands, dtype=object), f"'{name}' was cut into bands of 20 years."
        edges = sorted(set(np.quantile(numbers_n[recorded], QUARTERS).tolist()))
        shown = ", ".join(f"{edge:g}" for edge in edges)
        return _bands(numbers_n, edges), f"'{name}' was cut at its quartiles ({shown})."
    if len(distinct) > MANY_WORDS:
        raise CutisError(
            f"The column '{name}' has {len(distinct)} different values (such as {distinct[0]}), "
            "which are no subgroups.",
            allowed=f"A column to compare by has at most {MANY_WORDS}.",
            fix="join them into fewer in the table, or name another column with --by",
        )
    return values_n, ""


def _numbers(values_n: np.ndarray, recorded_n: np.ndarray) -> np.ndarray | None:
    """Return the values as numbers, NaN where missing; None if one is no number."""
    out = np.full(values_n.size, np.nan)
    try:
        out[recorded_n] = [float(value) for value in values_n[recorded_n]]
    except ValueError:
        return None
    return out


def _bands(numbers_n: np.ndarray, edges: Sequence[float]) -> np.ndarray:
    ends = [f"{edge:g}" for edge in edges]
    inner = [f"{low} to below {high}" for low, high in pairwise(ends)]
    names = [f"under {ends[0]}", *inner, f"{ends[-1]} and over"]
    place = np.searchsorted(np.asarray(edges), numbers_n, side="right")
    return np.array(
        [MISSING if np.isnan(v) else names[int(k)] for v, k in zip(numbers_n, place, strict=True)],
        dtype=object,
    )
