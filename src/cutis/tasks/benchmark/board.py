"""A suite's runs as one record: models by datasets, ranks, averages, and the published figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cutis.errors import CutisError
from cutis.features.many import Failure
from cutis.runs import DISCLAIMER
from cutis.tasks.benchmark.against import (
    average_figures,
    column_figures,
    compare,
    figure_record,
    is_as_published,
)
from cutis.tasks.benchmark.cells import Cell, read_cell
from cutis.tasks.benchmark.locating import Located, Missing
from cutis.tasks.benchmark.published import Figure, figures_of, published_title
from cutis.tasks.benchmark.records import (
    average_record,
    cell_record,
    column_record,
    model_records,
    suite_record,
)
from cutis.tasks.benchmark.standing import (
    Judged,
    Rules,
    correct_for_many,
    judge_average,
    judge_column,
    lower_is_better,
)
from cutis.tasks.benchmark.suite import Column, Suite

FORMAT = "cutis.benchmark/1"


@dataclass(frozen=True)
class Material:
    """What a leaderboard is made of.

    Attributes
    ----------
    suite
        The suite.
    located, missing
        Entries whose data are here, and the others.
    models
        Models as given on the command line, in order.
    runs
        Model and entry name to the directory of a finished run.
    failures
        Cells whose run failed.
    """

    suite: Suite
    located: tuple[Located, ...]
    missing: tuple[Missing, ...]
    models: tuple[str, ...]
    runs: Mapping[tuple[str, str], Path]
    failures: tuple[Failure, ...] = ()


def make_record(material: Material, rules: Rules, folder: Path) -> dict[str, Any]:
    """Return the content of ``leaderboard.json``.

    Parameters
    ----------
    material
        The suite, its data and its runs.
    rules
        How intervals are made.
    folder
        Where the leaderboard will lie; runs are named as seen from there.
    """
    here = {one.entry.name: one for one in material.located}
    columns = [c for c in material.suite.columns() if c.entry.name in here]
    unread: list[Failure] = []
    cells = {column.key: _cells(material, column, unread) for column in columns}
    columns = [column for column in columns if cells[column.key]]
    judged = {c.key: judge_column(c, cells[c.key], rules) for c in columns}
    groups = _groups(columns)
    averages = {
        name: found
        for name, group in groups.items()
        if (found := judge_average(group, judged, rules)) is not None
    }
    n_tests = correct_for_many([j.results for j in (*judged.values(), *averages.values())])
    names = _names(cells)
    stand_ins = {name: one.instead_of for name, one in here.items() if one.instead_of}
    return {
        "format": FORMAT,
        "disclaimer": DISCLAIMER,
        "suite": suite_record(material.suite),
        "settings": {
            "n_bootstrap": rules.n_bootstrap, "confidence": rules.confidence, "seed": rules.seed,
            "anchor": rules.anchor, "n_comparisons": n_tests, "correction": "Holm",
        },
        "models": model_records(cells, averages, names, _lower_first(groups, averages)),
        "columns": [column_record(c, here[c.entry.name], cells[c.key], judged[c.key])
                    for c in columns],
        "cells": [
            cell_record(c, key, cell, judged[c.key], names, folder)
            for c in columns
            for key, cell in cells[c.key].items()
        ],
        "averages": [
            average_record(name, groups[name], found, material.suite, names, stand_ins)
            for name, found in averages.items()
        ],
        "reproduction": _reproduction(columns, cells, here, names),
        "published_only": _published_only(
            material.suite, columns, groups, set(names.values()), stand_ins
        ),
        "missing": [
            {"name": m.entry.name, "data": m.entry.data, "task": m.entry.task,
             "reason": m.reason, "how_to_obtain": list(m.how_to_obtain)}
            for m in material.missing
        ],
        "not_runnable": [
            {"name": e.name, "data": e.data, "reason": e.not_runnable}
            for e in material.suite.entries if e.not_runnable
        ],
        "failed": [
            {"model": f.model, "data": f.data, "folder": f.folder, "reason": f.reason}
            for f in (*material.failures, *dict.fromkeys(unread))
        ],
    }  # fmt: skip


def _cells(material: Material, column: Column, unread: list[Failure]) -> dict[str, Cell]:
    """Read a column's runs; one that cannot be read is added to ``unread``."""
    found = {}
    for model in material.models:
        run = material.runs.get((model, column.entry.name))
        if run is None:
            continue
        try:
            found[model] = read_cell(run, column)
        except CutisError as error:
            unread.append(Failure(model, column.entry.name, run.name, str(error)))
    return found


def _groups(columns: Sequence[Column]) -> dict[str, list[Column]]:
    groups: dict[str, list[Column]] = {}
    for column in columns:
        groups.setdefault(column.group, []).append(column)
    return groups


def _lower_first(groups: Mapping[str, list[Column]], averages: Mapping[str, Judged]) -> bool:
    """Tell whether low values are good in the first average."""
    name = next(iter(averages), None)
    return name is not None and lower_is_better(groups[name][0].metric)


def _names(cells: Mapping[str, Mapping[str, Cell]]) -> dict[str, str]:
    """Return the card name of every model that has a cell."""
    return {key: cell.entry.model_name for part in cells.values() for key, cell in part.items()}


def _reproduction(
    columns: Sequence[Column],
    cells: Mapping[str, Mapping[str, Cell]],
    here: Mapping[str, Located],
    names: Mapping[str, str],
) -> list[dict[str, Any]]:
    """Return every published figure of a model that was run, beside the run's own number."""
    found: list[dict[str, Any]] = []
    done: set[tuple[Figure, str]] = set()
    for column in columns:
        entry = column.entry
        for key, cell in cells[column.key].items():
            for figure in figures_of(
                entry.published_name, entry.task, column.fraction, model=names[key]
            ):
                record = compare(figure, cell, here[entry.name])
                if record is None or (figure, key) in done:
                    continue
                done.add((figure, key))
                found.append({"model": key, "column": column.key, "entry": entry.name, **record})
    return found


def _published_only(
    suite: Suite,
    columns: Sequence[Column],
    groups: Mapping[str, list[Column]],
    run: set[str],
    stand_ins: Mapping[str, str],
) -> list[dict[str, Any]]:
    """Return published figures of models that were not run, one row per model."""
    rows: dict[str, dict[str, Any]] = {}

    def row(model: str) -> dict[str, Any]:
        return rows.setdefault(
            model,
            {"name": model, "title": published_title(model), "cells": {}, "averages": {}},
        )

    for column in columns:
        for figure in column_figures(column):
            if figure.model not in run:
                cells = row(figure.model)["cells"]
                cells.setdefault(column.key, figure_record(figure))
    for name, group in groups.items():
        if not is_as_published(suite, group, stand_ins):
            continue
        for figure in average_figures(suite, group):
            if figure.model not in run:
                row(figure.model)["averages"].setdefault(name, figure_record(figure))
    return list(rows.values())


def check_anchor(anchor: str | None, models: Sequence[str]) -> None:
    """Refuse an anchor that is none of the models.

    Raises
    ------
    CutisError
        With the nearest names.
    """
    from cutis.errors import nearest_names

    if anchor is not None and anchor not in models:
        raise CutisError(
            f"The anchor '{anchor}' is none of the models.",
            allowed=f"It is one of: {', '.join(models)}.",
            nearest=nearest_names(anchor, models),
            fix=f"add --model {anchor}, or choose another --anchor",
        )
