"""Every number of a fairness audit as one row of a table."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cutis.files import atomic_path

FIELDS = (
    "column", "subgroup", "kind", "name", "value", "low", "high", "n", "n_groups", "method",
    "grouping", "p", "p_holm", "p_bh", "lowest", "highest", "worst", "note",
)  # fmt: skip


def write_rows(path: Path, result: dict[str, Any]) -> None:
    """Write the rows of an audit as CSV; what is undefined is empty and has a note."""
    with atomic_path(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, FIELDS, restval="")
        writer.writeheader()
        for row in rows(result):
            writer.writerow({k: "" if v is None else v for k, v in row.items() if k in FIELDS})


def rows(result: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a row for every metric and rate of every subgroup, every gap and every criterion.

    Parameters
    ----------
    result
        Content of ``result.json``.
    """
    for name, record in result["overall"].items():
        yield {"subgroup": "(all)", "kind": "rate", "name": name, **record}
    for column, found in result["columns"].items():
        for subgroup, part in found["parts"].items():
            about = {"column": column, "subgroup": subgroup, "n_groups": part["n_groups"]}
            yield from _part(about, part)
        for version, gaps in found["gaps"].items():
            for name, gap in gaps.items():
                yield from _gap({"column": column, "kind": f"{version} gap"}, name, gap)
        for name, criterion in found["criteria"].items():
            yield from _gap({"column": column, "kind": "criterion"}, name, criterion)


def _part(about: dict[str, Any], part: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if part["metrics"] is None and part["rates"] is None:
        yield {**about, "kind": "size", "name": "", "n": part["n"], "note": part["note"]}
    for kind, records in (("metric", part["metrics"]), ("rate", part["rates"])):
        for name, record in (records or {}).items():
            yield {**about, "kind": kind, "name": name, **record}


def _gap(about: dict[str, Any], name: str, gap: dict[str, Any]) -> Iterator[dict[str, Any]]:
    tested = {key: gap.get(key) for key in ("p", "p_holm", "p_bh", "lowest", "highest", "worst")}
    yield {**about, "name": f"{name} difference", **gap["difference"], **tested}
    yield {**about, "name": f"{name} ratio", **gap["ratio"]}
