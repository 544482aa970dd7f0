"""Checks that need the images: missing, unreadable, copied, and nearly copied files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from cutis.data.dataset import Dataset
from cutis.data.findings import Finding
from cutis.data.near import clusters, near_pairs
from cutis.data.scan import Seen
from cutis.data.table_checks import partitions

if TYPE_CHECKING:
    from cutis.data.loading import Reading


def missing_findings(reading: Reading) -> Iterator[Finding]:
    """Yield the files that were not found and the names that are in several folders."""
    data, files = reading.dataset, reading.files
    named = [i for i, p in enumerate(files.paths) if p != files.root and not files.found[i]]
    absent = tuple(row for row in named if row not in files.ambiguous)
    if absent:
        yield Finding(
            "error",
            "missing-file",
            f"{len(absent)} of {len(data)} images are not below {files.root}, "
            f"{files.paths[absent[0]].name} for instance{_how_many(data)}.",
            absent,
            fix="give --images the folder that the names are relative to"
            + (", or finish the download" if data.found.any() else ""),
        )
    if files.ambiguous:
        yield Finding(
            "error",
            "ambiguous-file",
            f"{len(files.ambiguous)} images are in several folders below {files.root}.",
            tuple(files.ambiguous),
            fix="write the folder before the name in the table",
        )


def _how_many(data: Dataset) -> str:
    """Say how many were found, where that may be a download that stopped."""
    found = int(data.found.sum())
    if not found:
        return ""
    total = data.card.total
    published = f"; the published '{data.card.name}' has {total:,} rows" if total else ""
    return f"; {found:,} were found{published}"


def image_findings(data: Dataset, seen: Mapping[int, Seen], distance: int) -> Iterator[Finding]:
    """Yield what the image files show: unreadable ones, copies, near copies.

    Parameters
    ----------
    data
        The dataset.
    seen
        Row to what was seen there, for the files that exist.
    distance
        Largest number of differing bits, of 128, at which two images count as near duplicates.
    """
    yield from _unreadable(seen)
    yield from _mixed_depths(seen)
    readable = [row for row in seen if seen[row].reason is None]
    yield from _copies(data, seen, readable)
    yield from _near_copies(data, seen, readable, distance)


def _unreadable(seen: Mapping[int, Seen]) -> Iterator[Finding]:
    by_reason: dict[str, list[int]] = defaultdict(list)
    for row, one in seen.items():
        if one.reason is not None:
            by_reason[one.reason].append(row)
    for reason, rows in sorted(by_reason.items()):
        word = "file is" if len(rows) == 1 else "files are"
        yield Finding(
            "error",
            f"{reason.replace(' ', '-')}-file",
            f"{len(rows)} image {word} {reason}: {seen[rows[0]].detail}",
            tuple(rows),
            fix="copy them again from the source, or remove the rows",
        )


def _mixed_depths(seen: Mapping[int, Seen]) -> Iterator[Finding]:
    deep = tuple(row for row, one in seen.items() if one.reason is None and one.bits > 8)
    flat = sum(one.reason is None and one.bits <= 8 for one in seen.values())
    if deep and flat:
        yield Finding(
            "warning",
            "mixed-depth",
            f"{len(deep)} images have 16 bits per channel and {flat} have 8. Grey ones are scaled "
            "from 0..65535, colour ones keep their upper 8 bits; an image that uses a part of its "
            "16 bits only (12-bit cameras) comes out too dark.",
            deep,
            fix="save them with 8 bits, scaled as you mean it",
        )


def _copies(data: Dataset, seen: Mapping[int, Seen], rows: Sequence[int]) -> Iterator[Finding]:
    same: dict[bytes, list[int]] = defaultdict(list)
    for row in rows:
        same[seen[row].pixels].append(row)
    copies = [found for found in same.values() if len(found) > 1]
    across: list[list[int]] = []
    for kind, parts in partitions(data).items():
        torn = [found for found in copies if len({parts[r] for r in found} - {""}) > 1]
        across += torn
        if torn:
            yield _clustered(
                "error",
                f"same-pixels-across-{kind}s",
                f"{len(torn)} images are in more than one {kind}, pixel for pixel.",
                torn,
                "keep one row of each, or put them in one group and split again",
            )
    within = [found for found in copies if found not in across]
    if within:
        yield _clustered(
            "warning",
            "same-pixels",
            f"{len(within)} images occur more than once, pixel for pixel.",
            within,
            "keep one row of each",
        )
    torn = [found for found in copies if len({int(data.labels[r]) for r in found} - {-1}) > 1]
    if torn:
        yield _clustered(
            "warning",
            "same-pixels-two-labels",
            f"{len(torn)} images occur under two labels.",
            torn,
            "decide which label is right",
        )


def _near_copies(
    data: Dataset, seen: Mapping[int, Seen], rows: Sequence[int], distance: int
) -> Iterator[Finding]:
    looks = np.array([seen[row].look for row in rows], dtype=np.uint64).reshape(-1, 2)
    parts = partitions(data)
    across, within = [], []
    for a, b in near_pairs(looks, distance).tolist():
        left, right = rows[a], rows[b]
        if seen[left].pixels == seen[right].pixels:
            continue
        if any(p[left] and p[right] and p[left] != p[right] for p in parts.values()):
            across.append((left, right))
        elif data.groups is None or data.groups[left] != data.groups[right]:
            within.append((left, right))
    if across:
        yield _clustered(
            "warning",
            "near-duplicate-across-splits",
            f"{len(across)} pairs of images in different splits look the same.",
            clusters(across),
            "look at them; put copies in one group and split again",
        )
    if within:
        yield _clustered(
            "warning",
            "near-duplicate",
            f"{len(within)} pairs of images look the same"
            + (" but are in different groups." if data.groups is not None else "."),
            clusters(within),
            "look at them; put copies in one group",
        )


def _clustered(
    level: str, code: str, message: str, found: Sequence[Sequence[int]], fix: str
) -> Finding:
    rows = tuple(sorted({row for cluster in found for row in cluster}))
    return Finding(
        "error" if level == "error" else "warning",
        code,
        message,
        rows,
        tuple(tuple(cluster) for cluster in found),
        fix,
    )
