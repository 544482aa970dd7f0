"""The leaderboard as a page: the table, each dataset in detail, models, what failed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from cutis.report.build import REPORT, fill
from cutis.report.charts.interval import interval_axis, interval_bar
from cutis.report.leaderboard.board import Board, Column, value_of
from cutis.report.leaderboard.curves import learning_curves
from cutis.report.leaderboard.entries import Entry
from cutis.report.leaderboard.files import address
from cutis.report.metric_words import LOWER_IS_BETTER, METRICS, ORDER
from cutis.report.retrieval.words import UNBOUNDED, measure_title
from cutis.report.scrub import base_name, scrub_text, scrub_word
from cutis.report.wording import count, decimal, interval, listing, unit

# As many as fit beside the models on A4.
COLUMNS_PER_TABLE = 4
WIDTH = 150
VERBS = {"zero-shot": "zero-shot", "retrieve": "retrieval"}
CONTENTS = (
    ("board", "Models and datasets"),
    ("datasets", "Dataset by dataset"),
    ("models", "The models"),
    ("reading", "How to read this"),
)


def render_board(board: Board, folder: Path) -> str:
    """Return the HTML of a leaderboard; the same runs always give the same text.

    Parameters
    ----------
    board
        What to show.
    folder
        Where the page will lie; links to the runs start there.
    """
    from cutis import __version__

    contents = list(CONTENTS)
    curves = learning_curves(board)
    if curves:
        contents.insert(2, ("curves", "Learning curves"))
    if board.failed:
        contents.insert(-1, ("failed", "Without a result"))
    n = len(board.columns)
    width = -(-n // -(-n // COLUMNS_PER_TABLE))
    parts = {
        "overview": _overview(board),
        "tables": [
            _table(board, board.columns[i : i + width], i) for i in range(0, n, width)
        ],
        "details": [_detail(board, column, folder) for column in board.columns],
        "curves": curves,
        "axis": interval_axis(WIDTH).inline(),
        "models": [_model(board, key) for key in board.models],
        "failed": [
            (scrub_word(f.model), base_name(f.data), scrub_text(f.reason))
            for f in board.failed
        ],
        "level": f"{100 * board.columns[0].sample.confidence:g}",
        "has_means": bool(board.means),
        "has_lower": any(column.sign < 0 for column in board.columns),
        "has_best": any(column.best for column in board.columns),
        "version": __version__,
    }  # fmt: skip
    return fill(
        "leaderboard.html.j2", ("style.css", "leaderboard.css", "print.css"), contents, parts
    )


def metric_title(name: str) -> str:
    """Return a metric's name as a heading, of diagnosis or of retrieval.

    Examples
    --------
    >>> metric_title("auroc"), metric_title("image_to_text_mean_recall")
    ('AUROC', 'Image to text, Mean recall')
    """
    return METRICS[name].title if name in METRICS else measure_title(name)


def _is_bounded(name: str) -> bool:
    known = METRICS.get(name)
    return known.bounded if known else not name.endswith(UNBOUNDED)


def _overview(board: Board) -> dict[str, str]:
    models, sets = len(board.models), len(board.columns)
    verbs = dict.fromkeys(VERBS.get(c.sample.verb, c.sample.verb) for c in board.columns)
    what = listing(list(verbs))
    names = listing([column.sample.dataset for column in board.columns], most=4)
    return {
        "kicker": f"{what} · leaderboard",
        "title": f"{count(models, 'model')}, {count(sets, 'dataset')}",
        "sentence": f"{count(models, 'model')} on {names}, each with the same rows, classes and "
        "protocol for all models. Every number has its confidence interval; the runs behind them "
        "are linked.",
    }


def _heading(column: Column) -> dict[str, Any]:
    sample = column.sample
    groups = ""
    if sample.grouping not in ("", "none") and sample.n_groups is not None:
        groups = f" of {count(sample.n_groups, *unit(sample.grouping))}"
    noun = "query" if sample.verb == "retrieve" else "image"
    return {
        "title": sample.dataset,
        "verb": VERBS.get(sample.verb, sample.verb),
        "metric": metric_title(column.headline) + (" ↓" if column.sign < 0 else ""),
        "n": count(sample.n, noun, "queries" if noun == "query" else None) + groups,
        "anchor": f"d-{_slug(sample.verb)}-{sample.dataset_name}-"
        f"{str(sample.rows['table_sha256'])[:6]}",
    }


def _slug(words: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", words).strip("-")


def _table(board: Board, columns: tuple[Column, ...], start: int) -> dict[str, Any]:
    several_verbs = len({column.sample.verb for column in board.columns}) > 1
    is_last = start + len(columns) == len(board.columns)
    return {
        "columns": [_heading(column) | {"show_verb": several_verbs} for column in columns],
        "with_mean": is_last and bool(board.means),
        "rows": [
            {
                "model": board.label(key),
                "cells": [_cell(column, key) for column in columns],
                "mean": decimal(board.means.get(key)),
                "mean_value": board.means.get(key),
            }
            for key in board.models
        ],
    }


def _cell(column: Column, key: str) -> dict[str, Any]:
    entry = column.entries.get(key)
    heading = _heading(column)
    if entry is None:
        return {"value": None, "shown": "–", "interval": "", "best": False, "seen": "",
                "n": "", "dataset": heading["title"], "metric": heading["metric"]}  # fmt: skip
    numbers = entry.metrics.get(column.headline, {})
    return {
        "value": numbers.get("value"),
        "shown": decimal(numbers.get("value")),
        "interval": interval(numbers),
        "best": key in column.best,
        "seen": _seen_mark(entry),
        "n": "" if numbers.get("n", entry.n) == entry.n else f"n {numbers['n']:,}",
        "dataset": heading["title"],
        "metric": heading["metric"],
    }


def _seen_mark(entry: Entry) -> str:
    classes = entry.rows.get("classes")
    total = len(classes.split(", ")) if classes else 0
    return f"{len(entry.seen)} of {total}" if entry.seen and total else ""


def _detail(board: Board, column: Column, folder: Path) -> dict[str, Any]:
    present = [key for key in board.models if key in column.entries]
    names = list(dict.fromkeys(n for key in present for n in column.entries[key].metrics))
    names.sort(key=lambda n: (n != column.headline, ORDER.index(n) if n in ORDER else len(ORDER)))
    ranked = sorted(present, key=lambda key: _place(column, key))
    card = column.sample.dataset_card
    return _heading(column) | {
        "bars": [_bar(board, column, key, folder) for key in ranked],
        "bounded": _is_bounded(column.headline),
        "others": _others(board, column, ranked, [n for n in names if n != column.headline]),
        "facts": [
            (title, str(value))
            for title, value in (
                ("Split", column.sample.rows["split"]),
                ("Classes", column.sample.rows["classes"]),
                ("Protocol", column.sample.rows["protocol"]),
                ("Licence of the images", card.get("licence")),
                ("Overlap with training sets", card.get("leakage")),
            )
            if value
        ],
    }


def _place(column: Column, key: str) -> float:
    """Return what sorts the best first and the undefined last."""
    value = value_of(column.entries[key], column.headline)
    return float("inf") if value is None else -column.sign * value


def _bar(board: Board, column: Column, key: str, folder: Path) -> dict[str, Any]:
    entry = column.entries[key]
    numbers = entry.metrics.get(column.headline, {})
    value = numbers.get("value")
    picture = ""
    if value is not None and _is_bounded(column.headline):
        low, high = numbers.get("low"), numbers.get("high")
        picture = interval_bar(value, low, high, width=WIDTH).inline()
    report = entry.dir / REPORT
    return {
        "model": board.label(key),
        "value": value,
        "shown": decimal(value),
        "interval": interval(numbers),
        "picture": picture,
        "best": key in column.best,
        "link": f"{address(entry, folder)}/{REPORT}" if report.exists() else "",
    }


def _others(
    board: Board, column: Column, ranked: list[str], names: list[str]
) -> list[dict[str, Any]]:
    """Return the other measures as tables of a few models each."""
    if not names:
        return []
    parts = [ranked[i : i + COLUMNS_PER_TABLE] for i in range(0, len(ranked), COLUMNS_PER_TABLE)]
    return [
        {
            "models": [board.label(key) for key in part],
            "rows": [
                {
                    "title": metric_title(name),
                    "lower": name in LOWER_IS_BETTER or name.endswith(UNBOUNDED),
                    "cells": [
                        {"model": board.label(key)} | _other_cell(column.entries[key], name)
                        for key in part
                    ],
                }
                for name in names
            ],
        }
        for part in parts
    ]


def _other_cell(entry: Entry, name: str) -> dict[str, Any]:
    numbers = entry.metrics.get(name, {})
    places = 3 if _is_bounded(name) else 2
    return {
        "value": numbers.get("value"),
        "shown": decimal(numbers.get("value"), places),
        "interval": interval(numbers, places),
    }


def _model(board: Board, key: str) -> dict[str, Any]:
    entry = board.entry(key)
    card = entry.model_card
    parameters = card.get("parameters")
    seen = [
        f"{column.sample.dataset}: {listing(column.entries[key].seen, most=5)}"
        for column in board.columns
        if key in column.entries and column.entries[key].seen
    ]
    return {
        "title": board.label(key),
        "name": entry.model_name,
        "parameters": f"{parameters / 1e6:,.1f} M" if parameters else "not stated",
        "licence": card.get("licence") or "not stated",
        "note": card.get("licence_note") or "",
        "precision": entry.rows["precision"],
        "seen": "; ".join(seen),
        "training": scrub_text(str(card.get("training_data") or "")),
        "weights": str(entry.model_identity.get("weights_sha256") or "")[:12],
    }
