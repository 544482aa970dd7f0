"""How the numbers of an analysis were made, in a sentence for the foot of a table."""

from __future__ import annotations

from typing import Any

from cutis.report.wording import count, unit


def method_note(result: dict[str, Any]) -> str:
    """Return what was resampled, how often, and the level of the intervals.

    Examples
    --------
    >>> method_note({"n_bootstrap": 1000, "grouping": "lesion_id", "confidence": 0.95})
    '95 % intervals: 1,000 bootstrap replicates that draw whole lesions.'
    """
    grouped = result["grouping"] not in ("none", None)
    what = f"whole {unit(result['grouping'])[1]}" if grouped else "images one by one"
    replicates = count(result["n_bootstrap"], "bootstrap replicate")
    return f"{100 * result['confidence']:g} % intervals: {replicates} that draw {what}."


def basis(result: dict[str, Any]) -> str:
    """Return the images and groups an analysis rests on.

    Examples
    --------
    >>> basis({"n": 40, "n_groups": 20, "grouping": "lesion_id"})
    '40 images of 20 lesions'
    >>> basis({"n": 40, "n_groups": 40, "grouping": "none"})
    '40 images'
    """
    images = count(result["n"], "image")
    if result["grouping"] in ("none", None):
        return images
    return f"{images} of {count(result['n_groups'], *unit(result['grouping']))}"
