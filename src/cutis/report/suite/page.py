"""The leaderboard of a benchmark suite as a page, made from its record alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cutis.report.build import REPORT, fill
from cutis.report.charts.interval import interval_axis, interval_bar
from cutis.report.leaderboard.page import WIDTH
from cutis.report.retrieval.words import UNBOUNDED
from cutis.report.scrub import scrub_text, scrub_word
from cutis.report.suite.reproduction import reproduction_rows, sources_of
from cutis.report.suite.table import TASKS, heading, rank_text, signed, tables
from cutis.report.wording import count, decimal, interval

CONTENTS = (
    ("board", "Models and datasets"),
    ("reproduction", "Against the published figures"),
    ("details", "Dataset by dataset"),
    ("missing", "Not in this table"),
    ("models", "The models"),
    ("reading", "How to read this"),
)


def render_suite(record: dict[str, Any], folder: Path) -> str:
    """Return the HTML of a suite's leaderboard; the same record always gives the same text.

    Parameters
    ----------
    record
        Content of its ``leaderboard.json``.
    folder
        Where the page will lie; links to the runs start there.
    """
    from cutis import __version__

    parts = {
        "overview": _overview(record),
        "tables": tables(record),
        "reproduction": reproduction_rows(record),
        "sources": sources_of(record),
        "details": [_detail(record, column, folder) for column in record["columns"]],
        "axis": interval_axis(WIDTH).inline(),
        "missing": _missing(record),
        "models": _models(record),
        "level": f"{100 * record['settings']['confidence']:g}",
        "settings": record["settings"],
        "suite": record["suite"],
        "averages": record["averages"],
        "against": _anchor_title(record),
        "version": __version__,
    }
    contents = [
        entry
        for entry in CONTENTS
        if parts.get(entry[0]) or entry[0] in ("board", "reading", "reproduction")
    ]
    sheets = ("style.css", "leaderboard.css", "suite.css", "print.css")
    return fill("suite.html.j2", sheets, contents, parts)


def _overview(record: dict[str, Any]) -> dict[str, str]:
    models, columns = len(record["models"]), record["columns"]
    sets = len({column["entry"] for column in columns})
    lacking = len(record["missing"])
    said = f"{count(models, 'model')} on {count(sets, 'dataset')} of the suite"
    if lacking:
        said += f"; {count(lacking, 'dataset')} of it not on this machine"
    return {
        "kicker": f"benchmark suite · {record['suite']['name']}",
        "title": record["suite"]["title"],
        "sentence": f"{said}. Every number has its confidence interval and its rank, and beside "
        "it stands what was published, with its source.",
    }


def _anchor_title(record: dict[str, Any]) -> str:
    titles = {m["key"]: m["title"] for m in record["models"]}
    return str(titles.get(record["settings"]["anchor"], ""))


def _detail(record: dict[str, Any], column: dict[str, Any], folder: Path) -> dict[str, Any]:
    titles = {model["key"]: model["title"] for model in record["models"]}
    cells = [cell for cell in record["cells"] if cell["column"] == column["key"]]
    cells.sort(key=lambda c: (c["rank"] or len(cells) + 1, c["model"]))
    bounded = not column["metric"].endswith(UNBOUNDED) and column["metric"] != "brier"
    facts = (
        ("Split", column["split"]),
        ("Licence of the images", column["licence"]),
        ("Overlap with training sets", scrub_text(column["leakage"])),
    )
    return heading(column) | {
        "bounded": bounded,
        "rows": [_detail_row(cell, titles, bounded, folder) for cell in cells],
        "with_difference": any("difference" in cell for cell in cells),
        "facts": [(title, str(value).rstrip(".")) for title, value in facts if value],
        "notes": [scrub_text(note) for note in column["notes"]],
    }


def _detail_row(
    cell: dict[str, Any], titles: dict[str, str], bounded: bool, folder: Path
) -> dict[str, Any]:
    picture = ""
    if cell["value"] is not None and bounded:
        picture = interval_bar(cell["value"], cell["low"], cell["high"], width=WIDTH).inline()
    share = cell.get("first_share")
    difference = cell.get("difference")
    bounds = {"low": cell.get("difference_low"), "high": cell.get("difference_high")}
    return {
        "model": titles[cell["model"]],
        "value": cell["value"],
        "shown": decimal(cell["value"]),
        "interval": interval(cell),
        "picture": picture,
        "rank": rank_text(cell).removeprefix("rank ") or "–",
        "first": "" if share is None else f"first in {100 * share:.0f}%",
        "difference": "–" if difference is None else signed(difference),
        "difference_value": difference,
        "bounds": interval(bounds),
        "p": _p_text(cell),
        "note": scrub_text(cell["note"]) if cell["note"] else "",
        "link": f"{cell['run']}/{REPORT}" if (folder / cell["run"] / REPORT).exists() else "",
    }


def _p_text(cell: dict[str, Any]) -> str:
    p = cell.get("p_corrected")
    if p is None:
        return ""
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def _missing(record: dict[str, Any]) -> dict[str, Any] | None:
    found = {
        "missing": [
            (m["data"], TASKS.get(m["task"], m["task"]), scrub_text(m["reason"]),
             m["how_to_obtain"])
            for m in record["missing"]
        ],
        "not_runnable": [(e["data"], e["reason"]) for e in record["not_runnable"]],
        "failed": [
            (scrub_word(f["model"]), f["data"], scrub_text(f["reason"])) for f in record["failed"]
        ],
    }  # fmt: skip
    return found if any(found.values()) else None


def _models(record: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "title": model["title"],
            "name": model["name"],
            "precision": model["precision"],
            "parameters": f"{model['parameters'] / 1e6:,.1f} M"
            if model["parameters"]
            else "not stated",
            "licence": model["licence"] or "not stated",
            "training": scrub_text(str(model["training_data"] or "")),
            "weights": str(model["weights_sha256"] or "")[:12],
        }
        for model in record["models"]
    ]
