"""The level of intervals and tests, in numbers and words."""

from __future__ import annotations


def alpha_of(confidence: float) -> float:
    """Return the level of the test that belongs to intervals of this coverage.

    Examples
    --------
    >>> alpha_of(0.95), alpha_of(0.999)
    (0.05, 0.001)
    """
    return round(1 - confidence, 12)


def percent(confidence: float) -> str:
    """Return the coverage of an interval as text.

    Examples
    --------
    >>> percent(0.95), percent(0.999)
    ('95%', '99.9%')
    """
    return f"{100 * confidence:g}%"
