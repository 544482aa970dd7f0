"""Suites, plans and results of a benchmark as lines for the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cutis.data.text import columns
from cutis.tasks.benchmark.locating import Missing, locate
from cutis.tasks.benchmark.reading import bundled_suites, read_suite
from cutis.tasks.benchmark.running import CellPlan
from cutis.tasks.benchmark.suite import Suite
from cutis.tasks.outputs import interval_text


def suite_list(folder: Path | None, name: str | None = None) -> tuple[str, ...]:
    """Return the list of suites, or one suite in detail.

    Parameters
    ----------
    folder
        Where datasets are looked for; None when there is no such folder.
    name
        A suite; None for all.

    Raises
    ------
    CutisError
        If there is no such suite.
    """
    if name is not None:
        suite, beside = read_suite(name)
        found, missing = locate(suite, folder, beside)
        lines = [f"{suite.name}: {suite.title}", suite.description, suite.citation]
        lines += [f"  {one.entry.name} ({one.entry.task}): {one.table}" for one in found]
        lines += [*missing_lines(missing), *not_runnable_lines(suite)]
        return tuple(line for line in lines if line)
    table = [["", "runs", "here", ""]]
    for suite in bundled_suites().values():
        runnable = [e for e in suite.entries if not e.not_runnable]
        here = "" if folder is None else str(len(locate(suite, folder, None)[0]))
        table.append([suite.name, str(len(runnable)), here, suite.title])
    foot = "Set CUTIS_DATA to the folder of your datasets (or give --data-dir) to see what is here."
    return (
        "Suites",
        *columns(table, right_from=9),
        "",
        "One suite, its datasets and how to obtain them: cutis benchmark NAME --list",
        "Run one: cutis benchmark NAME --model M -o OUT",
        *([foot] if folder is None else [f"Searched: {folder}"]),
    )


def plan_lines(
    suite: Suite, plans: Sequence[CellPlan], missing: Sequence[Missing], folder: Path | None
) -> tuple[str, ...]:
    """Return what a benchmark would run, and what it lacks."""
    lines = [f"{suite.title or suite.name}: {len(plans)} runs."]
    for plan in plans:
        entry = plan.located.entry
        state = "there" if plan.is_finished else "to do"
        stands = f", in place of {plan.located.instead_of}" if plan.located.instead_of else ""
        lines.append(
            f"  {state}: {plan.model} on {entry.name} ({entry.task}), "
            f"table {plan.located.table}{stands}"
        )
    if not plans:
        where = "no folder of datasets is known" if folder is None else f"searched {folder}"
        lines.append(f"None of its datasets is here ({where}), so nothing was run.")
    return (*lines, *missing_lines(missing), *not_runnable_lines(suite))


def missing_lines(missing: Sequence[Missing]) -> list[str]:
    """Return the datasets that are not here, and how to obtain each."""
    lines = [f"Not here: {len(missing)} of the suite's datasets."] if missing else []
    for one in missing:
        lines.append(f"  {one.entry.data} ({one.entry.task}): {one.reason}.")
        lines += [f"    {number}. {step}" for number, step in enumerate(one.how_to_obtain, 1)]
    return lines


def not_runnable_lines(suite: Suite) -> list[str]:
    """Return the entries that cutis does not run, and why."""
    return [
        f"  Not run: {entry.data}: {entry.not_runnable}."
        for entry in suite.entries
        if entry.not_runnable
    ]


def result_lines(record: dict[str, Any]) -> list[str]:
    """Return the headline values, each with the published figure where there is one."""
    level = f"{100 * record['settings']['confidence']:g} % CI"
    titles = {c["key"]: f"{c['key']}, {c['metric'].replace('_', ' ')}" for c in record["columns"]}
    lines = [f"{record['suite']['title']} ({level}):"]
    for model in record["models"]:
        lines.append(f"  {model['title']}")
        for cell in record["cells"]:
            if cell["model"] == model["key"]:
                lines.append(f"    {titles[cell['column']]}: {interval_text(cell)}{_beside(cell)}")
        for average in record["averages"]:
            for result in average["results"]:
                if result["model"] == model["key"]:
                    of = f"average of {average['n_sets']}"
                    lines.append(f"    {of}: {interval_text(result)}{_beside(result)}")
    return lines


def _beside(result: dict[str, Any]) -> str:
    rank = f", rank {result['rank']}" if result.get("rank") else ""
    if rank and result.get("rank_low"):
        rank += f" ({result['rank_low']} to {result['rank_high']})"
    figure = result.get("published")
    if not figure:
        return rank
    return f"{rank}, published {figure['value']:.3f} ({figure['source']})"
