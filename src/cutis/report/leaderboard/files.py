"""The leaderboard on disk: a page, a table and JSON."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cutis.files import write_json, write_text
from cutis.report.leaderboard.board import Board, make_board
from cutis.report.leaderboard.entries import Entry, FailedRun, read_entry
from cutis.runs import DISCLAIMER

FORMAT = "cutis.leaderboard/1"
PAGE, TABLE, RECORD = "leaderboard.html", "leaderboard.csv", "leaderboard.json"
FIELDS = (
    "model", "dataset", "verb", "metric", "headline", "best", "value", "low", "high", "confidence",
    "n", "n_groups", "grouping", "split", "run",
)  # fmt: skip


def write_leaderboard(runs: Sequence[Path], folder: Path, failed: Sequence[FailedRun] = ()) -> Path:
    """Write the leaderboard of finished runs and return the page.

    Parameters
    ----------
    runs
        Run directories with metrics.
    folder
        Where ``leaderboard.html``, ``leaderboard.csv`` and ``leaderboard.json`` go.
    failed
        Pairs of model and dataset without a run, to list.

    Raises
    ------
    CutisError
        If a folder holds no finished run with metrics, or runs cannot be ranked.
    """
    from cutis.report.leaderboard.page import render_board

    board = make_board([read_entry(Path(run)) for run in runs], failed)
    folder = Path(folder)
    write_json(folder / RECORD, record(board, folder))
    write_text(folder / TABLE, table(board, folder))
    write_text(folder / PAGE, render_board(board, folder))
    return folder / PAGE


def address(entry: Entry, folder: Path) -> str:
    """Return a run's place as seen from the leaderboard, with forward slashes."""
    return Path(os.path.relpath(entry.dir, folder)).as_posix()


def rows(board: Board, folder: Path) -> list[dict[str, Any]]:
    """Return one record per model, dataset and metric."""
    found = []
    for column in board.columns:
        for key in board.models:
            entry = column.entries.get(key)
            if entry is None:
                continue
            for metric, numbers in entry.metrics.items():
                is_headline = metric == column.headline
                found.append(
                    {
                        "model": entry.model_name,
                        "dataset": entry.dataset_name,
                        "verb": entry.verb,
                        "metric": metric,
                        "headline": is_headline,
                        "best": is_headline and key in column.best,
                        "value": numbers.get("value"),
                        "low": numbers.get("low"),
                        "high": numbers.get("high"),
                        "confidence": entry.confidence,
                        "n": numbers.get("n", entry.n),
                        "n_groups": entry.n_groups,
                        "grouping": entry.grouping,
                        "split": entry.rows["split"],
                        "run": address(entry, folder),
                    }
                )
    return found


def table(board: Board, folder: Path) -> str:
    """Return the rows as CSV text; what is not defined is empty."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, FIELDS, lineterminator="\n")
    writer.writeheader()
    for row in rows(board, folder):
        writer.writerow({key: "" if value is None else value for key, value in row.items()})
    return stream.getvalue()


def record(board: Board, folder: Path) -> dict[str, Any]:
    """Return the leaderboard as JSON values."""
    return {
        "format": FORMAT,
        "disclaimer": DISCLAIMER,
        "models": [_model(board, key) for key in board.models],
        "datasets": [
            {
                "name": column.sample.dataset_name,
                "title": column.sample.dataset,
                "verb": column.sample.verb,
                "headline_metric": column.headline,
                # Not the precision: a model may stand there in two.
                "agreed": {k: v for k, v in column.sample.rows.items() if k != "precision"},
                "n": column.sample.n,
                "n_groups": column.sample.n_groups,
                "licence": column.sample.dataset_card.get("licence"),
            }
            for column in board.columns
        ],
        "results": rows(board, folder),
        "failed": [failure._asdict() for failure in board.failed],
    }


def _model(board: Board, key: str) -> dict[str, Any]:
    entry = board.entry(key)
    card = entry.model_card
    return {
        "name": entry.model_name,
        "title": entry.model,
        "weights_sha256": entry.model_identity.get("weights_sha256"),
        "precision": entry.rows["precision"],
        "parameters": card.get("parameters"),
        "licence": card.get("licence"),
        "mean_of_headlines": board.means.get(key),
        "classes_seen_in_training": {
            column.sample.dataset_name: list(column.entries[key].seen)
            for column in board.columns
            if key in column.entries and column.entries[key].seen
        },
    }
