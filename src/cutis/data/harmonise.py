"""Subgroup columns under common names and values: age, sex, site, skin tone, modality."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from cutis.data.cells import texts

if TYPE_CHECKING:
    import pandas as pd

FITZPATRICK = ("I", "II", "III", "IV", "V", "VI")
# One dataset joins two types in one number.
_BANDS = {"12": "I-II", "34": "III-IV", "56": "V-VI"}
_SEXES = {
    "f": "female", "female": "female", "woman": "female", "w": "female",
    "m": "male", "male": "male", "man": "male",
}  # fmt: skip
_NOTHING = re.compile(
    r"(unknown|unspecified|none|not (stated|known|available)|no .* information|-1)"
)
SUBGROUPS = ("age", "sex", "site", "skin_tone", "modality")


def harmonise(table: pd.DataFrame, roles: Mapping[str, str]) -> pd.DataFrame:
    """Return the subgroup columns the table has, under common names and values.

    ``age`` is in years as float; ``sex`` is ``female`` or ``male``; ``site`` and ``modality`` are
    in lower case; ``skin_tone`` is the Fitzpatrick type ``I`` to ``VI`` (or a band of two). What
    is missing, or says that it is unknown, is missing.
    """
    import pandas as pd

    columns: dict[str, object] = {}
    for role in SUBGROUPS:
        if role not in roles:
            continue
        cells = texts(table[roles[role]])
        if role == "age":
            columns[role] = pd.Series([_age(cell) for cell in cells], dtype="float64")
        else:
            columns[role] = pd.Series(_mapped(cells, _RULES[role]), dtype=object)
    return pd.DataFrame(columns, index=pd.RangeIndex(len(table)))


def _mapped(cells: Iterable[str | None], rule: Callable[[str], str | None]) -> list[str | float]:
    known: dict[str, str | None] = {}
    result: list[str | float] = []
    for cell in cells:
        if cell is not None and cell not in known:
            known[cell] = rule(cell)
        value = None if cell is None else known[cell]
        result.append(np.nan if value is None else value)
    return result


def _age(cell: str | None) -> float:
    try:
        years = float(cell) if cell is not None else np.nan
    except ValueError:
        return np.nan
    return years if 0 <= years <= 120 else np.nan


def sex(cell: str) -> str | None:
    """Return ``female``, ``male``, or None if the cell says neither.

    Examples
    --------
    >>> sex("FEMALE"), sex("m"), sex("unknown")
    ('female', 'male', None)
    """
    word = cell.casefold().strip(" .")
    return _SEXES.get(word, None if _NOTHING.fullmatch(word) else word)


def site(cell: str) -> str | None:
    """Return a body site in lower-case words.

    Examples
    --------
    >>> site("Lower_Extremity"), site("No body location information") is None
    ('lower extremity', True)
    """
    word = re.sub(r"[\s_]+", " ", cell.casefold()).strip()
    return None if _NOTHING.fullmatch(word) else word


def skin_tone(cell: str) -> str | None:
    """Return a Fitzpatrick type as ``I`` to ``VI``, a band of two types, or the cell as it is.

    Examples
    --------
    >>> skin_tone("3.0"), skin_tone("type IV"), skin_tone("56"), skin_tone("-1")
    ('III', 'IV', 'V-VI', None)
    """
    word = re.sub(r"^(fitzpatrick|fst|skin|type|\s|_)+", "", cell.casefold()).strip()
    word = re.sub(r"\.0+$", "", word)
    if word in _BANDS:
        return _BANDS[word]
    if word.isdigit() and 1 <= int(word) <= len(FITZPATRICK):
        return FITZPATRICK[int(word) - 1]
    if word.upper() in FITZPATRICK:
        return word.upper()
    if word in ("0", "-1") or _NOTHING.fullmatch(word):
        return None
    return cell.casefold().strip()


_RULES: Mapping[str, Callable[[str], str | None]] = {
    "sex": sex,
    "site": site,
    "modality": site,
    "skin_tone": skin_tone,
}
