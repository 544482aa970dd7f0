"""Plain-text tables for the terminal."""

from __future__ import annotations

from collections.abc import Sequence


def columns(rows: Sequence[Sequence[object]], indent: int = 2, right_from: int = 1) -> list[str]:
    r"""Line up cells in columns; those from ``right_from`` on are set to the right.

    Examples
    --------
    >>> print("\n".join(columns([["nevus", 12], ["melanoma", 3]])))
      nevus     12
      melanoma   3
    """
    text = [[str(cell) for cell in row] for row in rows]
    if not text:
        return []
    widths = [max(len(row[i]) for row in text) for i in range(len(text[0]))]
    lines = []
    for row in text:
        cells = [
            cell.rjust(width) if i >= right_from else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append((" " * indent + "  ".join(cells)).rstrip())
    return lines


def shortened(text: object, width: int) -> str:
    """Cut a text to a width and flatten line breaks.

    Examples
    --------
    >>> shortened("a long caption", 8)
    'a lon...'
    """
    flat = " ".join(str(text).split())
    return flat if len(flat) <= width else flat[: width - 3] + "..."
