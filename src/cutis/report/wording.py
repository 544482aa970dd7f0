"""Numbers and names in words a reader without a computer at hand understands."""

from __future__ import annotations

from typing import Any

UNITS = {
    "lesion": ("lesion", "lesions"),
    "patient": ("patient", "patients"),
    "subject": ("subject", "subjects"),
    "person": ("person", "persons"),
    "case": ("case", "cases"),
}
COLUMNS = {"site": "body site", "skin_tone": "skin tone"}


def count(n: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun, thousands set apart.

    Examples
    --------
    >>> count(1, "image"), count(3446, "image"), count(2, "diagnosis", "diagnoses")
    ('1 image', '3,446 images', '2 diagnoses')
    """
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def unit(grouping: str | None) -> tuple[str, str]:
    """Return singular and plural of what a grouping column counts.

    Examples
    --------
    >>> unit("lesion_id"), unit("PatientID"), unit("batch")
    (('lesion', 'lesions'), ('patient', 'patients'), ('group (batch)', 'groups (batch)'))
    """
    folded = (grouping or "").casefold()
    for key, words in UNITS.items():
        if key in folded:
            return words
    extra = f" ({grouping})" if grouping else ""
    return f"group{extra}", f"groups{extra}"


def decimal(value: float | None, places: int = 3) -> str:
    """Return a number with a fixed number of decimals, an en dash when there is none.

    Examples
    --------
    >>> decimal(0.61234), decimal(None), decimal(-0.1, 2)
    ('0.612', '–', '−0.10')
    """
    return "–" if value is None else f"{value:.{places}f}".replace("-", "−")


def interval(record: dict[str, Any], places: int = 3) -> str:
    """Return the bounds of a metric's confidence interval, or nothing when there are none.

    Examples
    --------
    >>> interval({"value": 0.6, "low": 0.51, "high": 0.68}, 2)
    '0.51 to 0.68'
    """
    if record.get("low") is None or record.get("high") is None:
        return ""
    return f"{decimal(record['low'], places)} to {decimal(record['high'], places)}"


def hundred(share: float) -> int:
    """Return a share in whole hundredths, halves upwards as people round.

    Examples
    --------
    >>> hundred(0.525), hundred(0.515), hundred(0.0049)
    (53, 52, 0)
    """
    return int(100 * share + 0.5 + 1e-9)


def of_100(value: float) -> str:
    """Return a share as a count out of 100.

    Examples
    --------
    >>> of_100(0.618), of_100(0.001), of_100(0.999), of_100(1.0)
    ('62 of 100', 'fewer than 1 of 100', 'more than 99 of 100', '100 of 100')
    """
    if 0 < value <= 0.005:
        return "fewer than 1 of 100"
    if 0.995 <= value < 1:
        return "more than 99 of 100"
    return f"{hundred(value)} of 100"


def percent(value: float) -> str:
    """Return a probability in percent, without pretending to certainty.

    Examples
    --------
    >>> percent(0.934), percent(0.0004), percent(0.9999), percent(0.0)
    ('93%', '<1%', '>99%', '0%')
    """
    if 0 < value <= 0.005:
        return "<1%"
    if 0.995 <= value < 1:
        return ">99%"
    return f"{hundred(value)}%"


def listing(names: list[str] | tuple[str, ...], most: int = 12, link: str = "and") -> str:
    """Return names as a list in a sentence, cut after ``most``.

    Examples
    --------
    >>> listing(["a", "b", "c"]), listing(["a", "b", "c"], most=2), listing(["a"])
    ('a, b and c', 'a, b and 1 more', 'a')
    """
    shown = list(names[:most])
    if len(names) > most:
        shown.append(f"{len(names) - most} more")
    if len(shown) < 2:
        return "".join(shown)
    return f"{', '.join(shown[:-1])} {link} {shown[-1]}"


def heading(column: str) -> str:
    """Return a column's name as a heading.

    Examples
    --------
    >>> heading("skin_tone"), heading("site"), heading("my_column")
    ('Skin tone', 'Body site', 'My column')
    """
    words = COLUMNS.get(column) or column.replace("_", " ").strip()
    return words[:1].upper() + words[1:]
