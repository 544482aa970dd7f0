"""How many images have a set of each size."""

from __future__ import annotations

from collections.abc import Sequence

from cutis.report.palette import BLUE, INK, MUTED, VERMILION
from cutis.report.svg import Picture, line, rect, text

BAR, GAP, HEIGHT, LEFT, TOP = 34.0, 10.0, 150.0, 12.0, 22.0
MOST = 14


def set_sizes_picture(sizes: Sequence[int]) -> Picture:
    """Draw a bar for every size from 0 on; beyond 14 the rest are one bar.

    Parameters
    ----------
    sizes
        Number of images with sets of size 0, 1, 2, ...
    """
    names = [str(size) for size in range(len(sizes))]
    counts = list(sizes)
    if len(counts) > MOST:
        counts = [*counts[: MOST - 1], sum(counts[MOST - 1 :])]
        names = [*names[: MOST - 1], f"{MOST - 1}+"]
    most = max(counts) or 1
    parts = []
    for k, (name, n) in enumerate(zip(names, counts, strict=True)):
        x, high = LEFT + k * (BAR + GAP), HEIGHT * n / most
        colour = VERMILION if name == "0" else BLUE
        top = TOP + HEIGHT - high
        parts.append(rect(x, top, BAR, high, colour))
        parts.append(text(x + BAR / 2, top - 5, f"{n:,}", size=10.5, anchor="middle", fill=MUTED))
        parts.append(text(x + BAR / 2, TOP + HEIGHT + 16, name, anchor="middle"))
    width = LEFT + len(counts) * (BAR + GAP)
    parts.append(line(LEFT, TOP + HEIGHT, width - GAP, TOP + HEIGHT, INK, stroke_width=0.8))
    parts.append(text(LEFT, TOP + HEIGHT + 36, "classes in the set", fill=MUTED))
    total = sum(counts)
    said = ", ".join(f"{n} of size {name}" for name, n in zip(names, counts, strict=True) if n)
    return Picture(
        max(width, 150.0), TOP + HEIGHT + 44, "".join(parts), f"Of {total} sets: {said}."
    )
