"""The leaderboard of a suite on disk: a page, a table and JSON."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

from cutis.files import write_json, write_text

PAGE, TABLE, RECORD = "leaderboard.html", "leaderboard.csv", "leaderboard.json"
FIELDS = (
    "model", "dataset", "task", "fraction", "metric", "value", "low", "high", "n", "rank",
    "rank_low", "rank_high", "first_share", "difference", "difference_low", "difference_high",
    "p", "p_corrected", "published", "published_low", "published_high", "published_n",
    "published_source", "without_overlap", "run",
)  # fmt: skip


def write_board(record: dict[str, Any], folder: Path) -> Path:
    """Write ``leaderboard.json``, ``leaderboard.csv`` and the page, and return the page.

    Parameters
    ----------
    record
        Made by :func:`cutis.tasks.benchmark.board.make_record`.
    folder
        Where the files go.
    """
    from cutis.report.suite.page import render_suite

    write_json(folder / RECORD, record)
    write_text(folder / TABLE, table(record))
    write_text(folder / PAGE, render_suite(record, folder))
    return folder / PAGE


def rows(record: dict[str, Any]) -> list[dict[str, Any]]:
    """Return one row per model and column, then the averages, then models published only."""
    columns = {column["key"]: column for column in record["columns"]}
    found = [_cell_row(cell, columns[cell["column"]]) for cell in record["cells"]]
    for average in record["averages"]:
        found += [
            _row(result, "average", average["task"], average["fraction"], "average")
            for result in average["results"]
        ]
    for model in record["published_only"]:
        for key, figure in model["cells"].items():
            column = columns[key]
            found.append(
                _row(
                    {"model": model["name"], "published": figure},
                    column["entry"],
                    column["task"],
                    column["fraction"],
                    column["metric"],
                )
            )
    return found


def _cell_row(cell: dict[str, Any], column: dict[str, Any]) -> dict[str, Any]:
    found = _row(cell, column["entry"], column["task"], column["fraction"], column["metric"])
    clean = cell["without_overlap"]
    return found | {"without_overlap": None if clean is None else clean["value"]}


def _row(
    result: dict[str, Any], dataset: str, task: str, fraction: float | None, metric: str
) -> dict[str, Any]:
    figure = result.get("published") or {}
    return {
        **{name: result.get(name) for name in FIELDS},
        "dataset": dataset,
        "task": task,
        "fraction": fraction,
        "metric": metric,
        "published": figure.get("value"),
        "published_low": figure.get("low"),
        "published_high": figure.get("high"),
        "published_n": figure.get("n"),
        "published_source": figure.get("citation"),
        "without_overlap": None,
    }


def table(record: dict[str, Any]) -> str:
    """Return the rows as CSV text; what is not defined is empty."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, FIELDS, lineterminator="\n")
    writer.writeheader()
    for row in rows(record):
        writer.writerow({name: "" if row[name] is None else row[name] for name in FIELDS})
    return stream.getvalue()
