"""Parts of a suite's leaderboard as JSON values: models, columns, cells, averages."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cutis.tasks.benchmark.against import (
    average_figures,
    column_figures,
    figure_record,
    is_as_published,
    published_n,
)
from cutis.tasks.benchmark.cells import Cell
from cutis.tasks.benchmark.locating import Located
from cutis.tasks.benchmark.standing import Judged, lower_is_better
from cutis.tasks.benchmark.suite import Column, Suite


def suite_record(suite: Suite) -> dict[str, Any]:
    """Return what the leaderboard says of the suite."""
    return {
        "name": suite.name,
        "title": suite.title or suite.name,
        "description": suite.description,
        "citation": suite.citation,
        "n_entries": len(suite.entries),
    }


def model_records(
    cells: Mapping[str, Mapping[str, Cell]],
    averages: Mapping[str, Judged],
    names: Mapping[str, str],
    lower_first: bool = False,
) -> list[dict[str, Any]]:
    """Return the models that have runs, the one with the best average first.

    Parameters
    ----------
    cells
        Column to model to cell.
    averages
        Averages by name; the first decides the order.
    names
        Model to the name on its card.
    lower_first
        Whether low values of that first average are good.
    """
    first: dict[str, Cell] = {}
    for part in cells.values():
        for key, cell in part.items():
            first.setdefault(key, cell)
    titles = [cell.entry.model for cell in first.values()]
    order = next(iter(averages.values())).values if averages else {}
    sign = 1.0 if lower_first else -1.0
    keys = sorted(first, key=lambda key: sign * order[key] if key in order else float("inf"))
    found = []
    for key in keys:
        cell = first[key]
        title = cell.entry.model
        found.append(
            {
                "key": key,
                "name": names[key],
                "title": title if titles.count(title) == 1 else f"{title} ({key})",
                "licence": cell.entry.model_card.get("licence"),
                "parameters": cell.entry.model_card.get("parameters"),
                "precision": cell.entry.rows["precision"],
                "weights_sha256": cell.entry.model_identity.get("weights_sha256"),
                "training_data": cell.entry.model_card.get("training_data") or "",
            }
        )
    return found


def column_record(
    column: Column, located: Located, cells: Mapping[str, Cell], judged: Judged
) -> dict[str, Any]:
    """Return what the leaderboard says of a column."""
    from cutis.data.cards import DatasetCard

    sample = next(iter(cells.values())).entry
    card = DatasetCard.model_validate(sample.dataset_card) if sample.dataset_card else None
    return {
        "key": column.key,
        "entry": column.entry.name,
        "dataset": sample.dataset_name,
        "title": column.entry.title or sample.dataset,
        "task": column.entry.task,
        "fraction": column.fraction,
        "metric": column.metric,
        "lower_is_better": lower_is_better(column.metric),
        "group": column.group,
        "n": sample.n,
        "n_groups": sample.n_groups,
        "grouping": sample.grouping,
        "split": sample.rows.get("split"),
        "n_ranked_on": judged.n_common,
        "instead_of": located.instead_of,
        "published_n": published_n(card),
        "licence": sample.dataset_card.get("licence"),
        "leakage": sample.dataset_card.get("leakage") or "",
        "notes": list(judged.notes),
    }


def cell_record(
    column: Column,
    key: str,
    cell: Cell,
    judged: Judged,
    names: Mapping[str, str],
    folder: Path,
) -> dict[str, Any]:
    """Return a model's value in a column, its rank, and the published figure beside it."""
    from cutis.report.leaderboard.files import address

    figures = column_figures(column, names[key])
    return {
        "model": key,
        "column": column.key,
        "value": cell.value,
        "low": cell.record.get("low"),
        "high": cell.record.get("high"),
        "n": cell.record.get("n", cell.entry.n),
        "rank": None,
        "rank_low": None,
        "rank_high": None,
        "first_share": None,
        **judged.results.get(key, {}),
        "published": figure_record(figures[0]) if figures else None,
        "without_overlap": cell.without_overlap,
        "seen": list(cell.entry.seen),
        "note": cell.note,
        "run": address(cell.entry, folder),
    }


def average_record(
    name: str,
    group: list[Column],
    judged: Judged,
    suite: Suite,
    names: Mapping[str, str],
    stand_ins: Mapping[str, str],
) -> dict[str, Any]:
    """Return the averages over a group of columns, each with the published one.

    The published average is given only where every dataset of the suite is there and none stands
    in for another: it is of other images else.

    Parameters
    ----------
    name, group
        The columns and what they are called together.
    judged
        Their averages.
    suite
        The suite.
    names
        Model to the name on its card.
    stand_ins
        Names of entries whose data stand in for others, to the dataset that was wanted.
    """
    every = [e for e in suite.columns() if e.group == name]
    replaced = {c.entry.name: wanted for c in group if (wanted := stand_ins.get(c.entry.name))}
    published = is_as_published(suite, group, stand_ins)
    results = []
    for key, value in judged.values.items():
        low, high = judged.intervals[key]
        figures = average_figures(suite, group, names[key]) if published else []
        results.append(
            {
                "model": key,
                "value": value,
                "low": low,
                "high": high,
                **judged.results[key],
                "published": figure_record(figures[0]) if figures else None,
            }
        )
    return {
        "group": name,
        "task": group[0].entry.task,
        "fraction": group[0].fraction,
        "columns": [column.key for column in group],
        "n_sets": len(group),
        "n_sets_of_suite": len(every),
        "n_stand_ins": len(replaced),
        "notes": [*judged.notes, *_stand_in_note(replaced)],
        "results": results,
    }


def _stand_in_note(replaced: Mapping[str, str]) -> list[str]:
    if not replaced:
        return []
    wanted = ", ".join(dict.fromkeys(replaced.values()))
    return [f"no published average beside it, for other data stand in for {wanted}"]
