"""Checks of a table against its card: rows that are missing, lesions that nothing names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from cutis.data.cards import bundled_cards
from cutis.data.cells import texts
from cutis.data.dataset import Dataset
from cutis.data.findings import Finding
from cutis.data.roles import folded

if TYPE_CHECKING:
    from cutis.data.loading import Reading

# Words by which a column that is not recognised may still name the lesion or the patient.
_SHARED = re.compile(
    r"(^|_)(lesion|patient|subject|person|participant|case|mole|naevus|nevus)(_|$)"
)
_NUMBERS = re.compile(r"(^|_)(id|ids|no|nr|num|number|code|key|name)(_|$)")


def card_findings(reading: Reading, min_class: int) -> Iterator[Finding]:
    """Yield what the table lacks by its card: rows, whole splits, a group column; tiny classes.

    Parameters
    ----------
    reading
        The table.
    min_class
        Fewest rows of a class, in the split that is evaluated, that pass without a warning.
    """
    data = reading.dataset
    yield from _missing_rows(data)
    yield from _missing_groups(data)
    yield from _tiny_classes(data, min_class)


def _missing_rows(data: Dataset) -> Iterator[Finding]:
    card = data.card
    total = card.total
    how = f"cutis data list {card.name} says how to obtain it" if _bundled(data) else ""
    if data.splits is not None:
        counts = {name: int((data.splits == name).sum()) for name in ("train", "val", "test")}
        short = [
            f"{name} {counts[name]:,} of {n:,}"
            for name, n in card.expected_n.items()
            if name in counts and 0 < counts[name] < n
        ]
        if short and total is not None and len(data) < total:
            message = f"The card '{card.name}' has more rows per split: {', '.join(short)}."
            yield Finding("warning", "fewer-rows", message, fix=how)
            return
    if total is not None and len(data) < total:
        yield Finding(
            "warning",
            "fewer-rows",
            f"The table has {len(data):,} rows, '{card.name}' has {total:,} by its card: this is a "
            "part of it, or a download that was not finished.",
            fix=how,
        )


def _bundled(data: Dataset) -> bool:
    return data.card.name in bundled_cards()


def _missing_groups(data: Dataset) -> Iterator[Finding]:
    if data.groups is not None:
        return
    kind = data.card.grouped_by
    if kind is not None:
        yield Finding(
            "warning",
            "no-group",
            f"In '{data.card.name}' several rows share a {kind}, but no column says which: "
            "intervals will be too narrow, and a split can tear them apart.",
            fix=f"add a column {kind}_id from the published table, or give --group-column",
        )
        return
    for column in data.table.columns:
        if not _may_name_a_group(str(column)):
            continue
        cells = [cell for cell in texts(data.table[column]) if cell is not None]
        if len(set(cells)) < len(cells) and len(set(cells)) > len(data.classes):
            yield Finding(
                "warning",
                "no-group",
                f"The column '{column}' looks as if several rows shared a lesion or patient "
                f"({len(set(cells)):,} values in {len(cells):,} rows), but it is not used as the "
                "group.",
                fix=f"give --group-column {column!r} if it is one",
            )
            return


def _may_name_a_group(column: str) -> bool:
    name = folded(column)
    return bool(_SHARED.search(name)) and (bool(_NUMBERS.search(name)) or "_" not in name)


def _tiny_classes(data: Dataset, min_class: int) -> Iterator[Finding]:
    if len(data.classes) < 2:
        return
    tested = data.splits is not None and bool((data.splits == "test").any())
    mask = data.splits == "test" if tested else np.ones(len(data), dtype=bool)
    counts = np.bincount(data.labels[mask & (data.labels >= 0)], minlength=len(data.classes))
    tiny = [f"{name} ({n})" for name, n in zip(data.classes, counts, strict=True)
            if 0 < n < min_class]  # fmt: skip
    if tiny:
        where = "the split 'test'" if tested else "the table"
        yield Finding(
            "warning",
            "tiny-class",
            f"Fewer than {min_class} rows in {where} for {', '.join(tiny[:10])}"
            f"{', ...' if len(tiny) > 10 else ''}; what is measured of them will be vague.",
        )
