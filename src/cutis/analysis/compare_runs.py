"""``cutis compare RUN...``: finished runs side by side, what differs, and which is better."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar

from cyclopts import Parameter
from pydantic import Field

from cutis.analysis.compare import summary_lines
from cutis.analysis.comparing import FORMAT, ComparingConfig, compare_entries
from cutis.analysis.finding import TABLE, Entry
from cutis.analysis.running import AnalysisResult, Found, file_hashes, run_analysis
from cutis.errors import CutisError
from cutis.files import sha256_file
from cutis.runs import NOT_IDENTITY, Run, read_run

# Facts of a run that say what it is; how fast and where it ran does not.
_FACTS = ("verb", "model", "dataset", "prompts", "precision", "inputs", "versions")


class CompareConfig(ComparingConfig):
    """Settings of ``cutis compare``."""

    takes_positional: ClassVar[bool] = True

    runs: Annotated[list[Path], Parameter(negative_iterable=())] = Field(
        min_length=1, description="Run directories, or folders that hold some at any depth."
    )


def compare_runs(config: CompareConfig) -> AnalysisResult:
    """Put finished runs side by side: what differs, and which is better on the same cases.

    Runs on the same dataset are compared as by ``cutis stats compare``.

    Raises
    ------
    CutisError
        If there are fewer than two finished runs, or those of one dataset do not fit together.
    """
    from cutis.report.leaderboard.verb import find_runs

    runs = find_runs(list(config.runs))
    if len(runs) < 2:
        raise CutisError(
            f"A comparison needs at least two finished runs; there is {len(runs)}: {runs[0]}.",
            fix="give two run directories, or a folder that holds several",
        )
    names = run_names(runs)
    records = {name: read_run(run) for name, run in zip(names, runs, strict=True)}
    tables = [run for run in runs if (run / TABLE).exists()]
    inputs = {**file_hashes(tables), **_hashes(runs)}

    def compute(run: Run) -> Found:
        facts = {
            name: facts_of(record, path)
            for (name, record), path in zip(records.items(), runs, strict=True)
        }
        differs, n_same = differing(facts)
        groups = _groups(names, runs, records)
        datasets = {
            dataset: compare_entries(entries, config)
            for dataset, entries in groups.items()
            if len(entries) > 1
        }
        notes = [
            f"{entries[0].model} is the only run on {dataset or 'its dataset'}, so it has no "
            "paired comparison."
            for dataset, entries in groups.items()
            if len(entries) == 1
        ]
        without = [name for name, r in zip(names, runs, strict=True) if not (r / TABLE).exists()]
        notes += [f"{name} has no table of predictions and is only described." for name in without]
        result = {
            "format": FORMAT, "runs": names, "differs": differs, "n_same": n_same,
            "datasets": datasets, "notes": notes,
        }  # fmt: skip
        return Found(result, [], [*_lines(names, differs), *notes, *summary_lines(datasets)])

    return run_analysis(config, "compare", inputs, compute)


def run_names(runs: list[Path]) -> list[str]:
    """Return a short, distinct name for every run: as much of its path as is needed."""
    parts = [run.resolve().parts for run in runs]
    for depth in range(1, max(len(p) for p in parts) + 1):
        names = ["/".join(p[-depth:]) for p in parts]
        if len(set(names)) == len(names):
            break
    return names


def _hashes(runs: list[Path]) -> dict[str, str]:
    return {f"{i}:run.json": sha256_file(run / "run.json") for i, run in enumerate(runs)}


def facts_of(record: Mapping[str, Any], run: Path) -> dict[str, str]:
    """Return what a run is, as flat names and texts: settings, model, data, prompts, versions."""
    import yaml

    path = run / "config.yaml"
    settings = yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else {}
    kept = {k: v for k, v in (settings or {}).items() if k not in NOT_IDENTITY and k != "verb"}
    facts = {"settings": kept, **{name: record[name] for name in _FACTS if name in record}}
    return dict(_flat(facts))


def _flat(value: Any, name: str = "") -> list[tuple[str, str]]:
    if isinstance(value, Mapping):
        return [
            pair
            for key, inner in value.items()
            for pair in _flat(inner, f"{name}.{key}" if name else str(key))
        ]
    if isinstance(value, list) and any(isinstance(item, Mapping | list) for item in value):
        return [pair for i, inner in enumerate(value) for pair in _flat(inner, f"{name}.{i}")]
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return [(name, text)]


def differing(facts: Mapping[str, Mapping[str, str]]) -> tuple[list[dict[str, Any]], int]:
    """Return the facts whose values differ between runs, and the number of those that do not.

    Examples
    --------
    >>> differing({"a": {"seed": "0", "model": "x"}, "b": {"seed": "0", "model": "y"}})
    ([{'setting': 'model', 'values': ['x', 'y']}], 1)
    """
    names = list(dict.fromkeys(name for of in facts.values() for name in of))
    rows = [
        {"setting": name, "values": [of.get(name, "not recorded") for of in facts.values()]}
        for name in names
    ]
    differs = [row for row in rows if len(set(row["values"])) > 1]
    return differs, len(rows) - len(differs)


def _groups(
    names: list[str], runs: list[Path], records: Mapping[str, Mapping[str, Any]]
) -> dict[str, list[Entry]]:
    """Return the runs with predictions by their dataset: by its labelled rows where recorded."""
    out: dict[tuple[str, str], list[Entry]] = {}
    for name, run in zip(names, runs, strict=True):
        if not (run / TABLE).exists():
            continue
        dataset = records[name].get("dataset") or {}
        key = (str(dataset.get("name", "")), str(dataset.get("split", "")))
        out.setdefault(key, []).append(Entry(key[0], name, run))
    titles = [name for name, _ in out]
    return {
        name if titles.count(name) == 1 else f"{name} ({split})": entries
        for (name, split), entries in out.items()
    }


def _lines(names: list[str], differs: list[dict[str, Any]]) -> list[str]:
    lines = [f"{len(names)} runs: {', '.join(names)}."]
    if not differs:
        return [*lines, "Nothing recorded differs between them."]
    lines.append(f"{len(differs)} settings and facts differ; the first are:")
    for row in differs[:8]:
        lines.append(f"  {row['setting']}: {' | '.join(_short(v) for v in row['values'])}")
    return lines


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "..."
