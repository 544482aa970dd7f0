"""Lists, masks and mappings written into a table cell, read without running anything."""

from __future__ import annotations

import ast
import json
from typing import Any

_LONGEST = 100_000


def literal(cell: str | None) -> Any:
    """Return the list, mapping, text or number a cell holds as JSON or Python, else None.

    Nothing is evaluated: names, calls and operators make it None, and so does a cell that is
    longer or deeper than any table needs.

    Examples
    --------
    >>> literal("[1, 0]"), literal("{'Eczema': 0.41}"), literal("__import__('os')") is None
    ([1, 0], {'Eczema': 0.41}, True)
    """
    if cell is None or not cell.strip() or len(cell) > _LONGEST:
        return None
    try:
        return json.loads(cell)
    except (ValueError, RecursionError):
        pass
    try:
        return ast.literal_eval(cell.strip())
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None


def mask(cell: str | None, length: int) -> list[int] | None:
    """Return a mask of zeros and ones, None if the cell is none of that length.

    Examples
    --------
    >>> mask("[1, 0.0, true]", 3), mask("[1, 2]", 2) is None
    ([1, 0, 1], True)
    """
    values = literal(cell)
    if not isinstance(values, list | tuple) or len(values) != length:
        return None
    if any(not isinstance(v, int | float) or v not in (0, 1) for v in values):
        return None
    return [int(value) for value in values]


def weights(cell: str | None) -> dict[str, float]:
    """Return a mapping of names to positive numbers, largest first, names in order among equals.

    Examples
    --------
    >>> weights("{'b': 0.3, 'a': 0.3, 'c': 0.4, 'd': 0}")
    {'c': 0.4, 'a': 0.3, 'b': 0.3}
    """
    values = literal(cell)
    if not isinstance(values, dict):
        return {}
    kept = {
        str(name): float(weight)
        for name, weight in values.items()
        if isinstance(weight, int | float) and 0 < weight < float("inf")
    }
    return dict(sorted(kept.items(), key=lambda item: (-item[1], item[0])))
