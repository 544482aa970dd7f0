"""The table of a suite's page: models by datasets, averages, and models published only."""

from __future__ import annotations

from typing import Any

from cutis.report.leaderboard.page import COLUMNS_PER_TABLE, VERBS, metric_title
from cutis.report.wording import count, decimal, interval, unit

TASKS = {**VERBS, "probe": "probe", "annotate": "annotation"}


def column_title(column: dict[str, Any]) -> str:
    """Return the heading of a column: its dataset, with the share of the training data.

    Examples
    --------
    >>> column_title({"title": "HAM10000", "fraction": 0.1})
    'HAM10000, 10% of the training data'
    """
    if column["fraction"] in (None, 1.0):
        return str(column["title"])
    return f"{column['title']}, {100 * column['fraction']:g}% of the training data"


def heading(column: dict[str, Any]) -> dict[str, Any]:
    """Return what stands at the top of a column."""
    groups = ""
    if column["grouping"] not in ("", "none") and column["n_groups"] is not None:
        groups = f" of {count(column['n_groups'], *unit(column['grouping']))}"
    noun = "query" if column["task"] == "retrieve" else "image"
    n = count(column["n"], noun, "queries" if noun == "query" else None)
    stands = column["instead_of"]
    return {
        "title": column_title(column),
        "task": TASKS.get(column["task"], column["task"]),
        "metric": metric_title(column["metric"]) + (" ↓" if column["lower_is_better"] else ""),
        "n": n + groups,
        "stands": f"in place of {stands}" if stands else "",
        "anchor": "c-" + "".join(c if c.isalnum() else "-" for c in column["key"]),
    }


def tables(record: dict[str, Any]) -> list[dict[str, Any]]:
    """Return tables of a few columns each: the datasets, then the averages."""
    heads = [
        {"kind": "column", "key": c["key"], **heading(c)} for c in record["columns"]
    ] + [
        {"kind": "average", "key": a["group"], **_average_heading(a)} for a in record["averages"]
    ]  # fmt: skip
    n = len(heads)
    width = -(-n // -(-n // COLUMNS_PER_TABLE)) if n else 1
    cells = {("column", c["column"], c["model"]): c for c in record["cells"]}
    for average in record["averages"]:
        for result in average["results"]:
            cells["average", average["group"], result["model"]] = result
    return [
        {
            "columns": part,
            "rows": [
                {
                    "model": model["title"],
                    "cells": [_cell(cells.get((h["kind"], h["key"], model["key"])), h)
                              for h in part],
                }
                for model in record["models"]
            ],
            "published": _published_rows(record, part),
        }
        for part in (heads[i : i + width] for i in range(0, n, width))
    ]  # fmt: skip


def _average_heading(average: dict[str, Any]) -> dict[str, Any]:
    of = average["n_sets"]
    share = average["fraction"]
    told = f", {100 * share:g}% of the training data" if share not in (None, 1.0) else ""
    whole = average["n_sets_of_suite"]
    replaced = average.get("n_stand_ins", 0)
    return {
        "title": f"Average{told}",
        "task": TASKS.get(average["task"], average["task"]),
        "metric": "mean of the datasets",
        "n": f"{of} of {whole} datasets" if of < whole else count(of, "dataset"),
        "stands": f"{replaced} of them in place of others" if replaced else "",
        "anchor": "reading",
    }


def _cell(result: dict[str, Any] | None, head: dict[str, Any]) -> dict[str, Any]:
    label = f"{head['title']}, {head['metric']}"
    if result is None:
        return {"value": None, "shown": "–", "label": label, "interval": "", "lines": [],
                "best": False, "star": False, "seen": False, "overlap": ""}  # fmt: skip
    clean = result.get("without_overlap")
    return {
        "value": result["value"],
        "shown": decimal(result["value"]),
        "label": label,
        "interval": interval(result),
        "lines": [line for line in (rank_text(result), _published(result)) if line],
        "best": result.get("rank") == 1,
        "star": result.get("p_corrected") is not None and result["p_corrected"] < 0.05,
        "seen": bool(result.get("seen")),
        "overlap": "" if not clean else f"{decimal(clean['value'])} without near duplicates",
    }


def signed(difference: float) -> str:
    """Return a difference with its sign, unless it rounds to nothing.

    Examples
    --------
    >>> signed(0.0123), signed(-0.2), signed(-0.0001)
    ('+0.012', '−0.200', '0.000')
    """
    if round(abs(difference), 3) == 0:
        return decimal(0.0)
    return f"{'+' if difference > 0 else ''}{decimal(difference)}"


def rank_text(result: dict[str, Any]) -> str:
    """Return a rank with its interval in words; nothing where there is none.

    Examples
    --------
    >>> rank_text({"rank": 2, "rank_low": 1, "rank_high": 3})
    'rank 2 (1 to 3)'
    """
    if not result.get("rank"):
        return ""
    if not result.get("rank_low"):
        return f"rank {result['rank']}"
    return f"rank {result['rank']} ({result['rank_low']} to {result['rank_high']})"


def _published(result: dict[str, Any]) -> str:
    figure = result.get("published")
    if not figure or result["value"] is None:
        return f"published {decimal(figure['value'])}" if figure else ""
    difference = signed(result["value"] - figure["value"])
    return f"published {decimal(figure['value'])} ({difference})"


def _published_rows(record: dict[str, Any], part: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the models that are known from publications only, where they have a figure here."""
    found = []
    for model in record["published_only"]:
        figures = [
            (model["cells"] if h["kind"] == "column" else model["averages"]).get(h["key"])
            for h in part
        ]
        if any(figures):
            cells = [
                {
                    "value": None if figure is None else figure["value"],
                    "shown": "–" if figure is None else decimal(figure["value"]),
                    "n": "" if figure is None or figure["n"] is None else f"n {figure['n']:,}",
                    "label": f"{head['title']}, {head['metric']}",
                }
                for figure, head in zip(figures, part, strict=True)
            ]
            found.append({"model": model["title"], "cells": cells})
    return found
