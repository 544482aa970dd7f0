"""The page of ``cutis stats ci``: every metric of every file with its interval."""

from __future__ import annotations

from typing import Any

from cutis.report.analysis.operating import operating_table
from cutis.report.document import Block, Cell, Document, Notes, Section, Table, measure_cell
from cutis.report.metric_words import LOWER_IS_BETTER, ORDER, words_for
from cutis.report.source import RunData
from cutis.report.wording import count, listing, unit

# Metrics beside each other in one table.
_COLUMNS = 6
_PER_CLASS = ("sensitivity", "specificity", "precision", "f1", "auroc", "average_precision")


def document(run: RunData) -> Document:
    """Return the page of a run of ``cutis stats ci``."""
    result = run.result or {}
    files = result.get("files", [])
    published = result.get("protocol") == "published"
    names = [file["name"] for file in files]
    sections = [Section("metrics", "Metrics", _metrics(files, published))]
    for i, file in enumerate(files):
        blocks = _per_file(file)
        if blocks:
            sections.append(Section(f"file-{i + 1}", _title(file), blocks))
    if result.get("notes"):
        sections.append(Section("files", "Files", [Notes(result["notes"])]))
    grouped = any(file["grouping"] != "none" for file in files)
    ours = "whole groups resampled" if grouped else "images resampled one by one"
    how = "the published protocol" if published else ours
    return Document(
        "Confidence intervals",
        listing(names, most=3),
        f"{count(len(files), 'file')} of predictions, every metric with its interval ({how}).",
        sections,
    )


def _title(file: dict[str, Any]) -> str:
    return f"{file['name']} on {file['dataset']}" if file["dataset"] else str(file["name"])


def _metrics(files: list[dict[str, Any]], published: bool) -> list[Block]:
    have = list(dict.fromkeys(name for file in files for name in file["metrics"]))
    names = [m for m in ORDER if m in have] + [m for m in have if m not in ORDER]
    blocks: list[Block] = []
    for start in range(0, len(names), _COLUMNS):
        part = names[start : start + _COLUMNS]
        lower = [words_for(m).title for m in part if m in LOWER_IS_BETTER]
        rows: list[list[str | Cell]] = [
            [_title(f), str(f["n"]), *(_cell(f["metrics"].get(m), published) for m in part)]
            for f in files
        ]
        blocks.append(
            Table(
                ["Predictions", "Images", *(words_for(m).title for m in part)],
                rows,
                caption="Mean of the replicates, as published" if published else "Value, interval",
                note=_method(files[0], published)
                + (f" Lower is better for {listing(lower)}." if lower else ""),
            )
        )
    notes = _notes(files)
    return [*blocks, Notes(notes)] if notes else blocks


def _notes(files: list[dict[str, Any]]) -> list[str]:
    """Return the remarks of the files; one that all share is said once."""
    shared = [n for n in files[0]["notes"] if all(n in file["notes"] for file in files)]
    own = [f"{_title(f)}: {n}" for f in files for n in f["notes"] if n not in shared]
    return [*shared, *own]


def _cell(record: dict[str, Any] | None, published: bool) -> Cell:
    if record and published:
        record = record | {"value": record["mean"]}
    return measure_cell(record)


def _method(file: dict[str, Any], published: bool) -> str:
    level = f"{100 * file['confidence']:g} % intervals"
    drawn = count(file["n_bootstrap"], "replicate")
    if published:
        return f"{level} from {drawn} of single images, seed {file['seed']}."
    grouped = file["grouping"] != "none"
    what = f"whole {unit(file['grouping'])[1]}" if grouped else "images one by one"
    strata = ", each class keeping its number" if file.get("stratified") else ""
    return f"{level} from {drawn} that draw {what}{strata} ({file['interval']})."


def _per_file(file: dict[str, Any]) -> list[Block]:
    blocks = [operating_table(n, b) for n, b in file.get("operating_points", {}).items()]
    if "per_class" in file:
        rows: list[list[str | Cell]] = [
            [name, str(record["n"]), *(measure_cell(record[key], 2) for key in _PER_CLASS)]
            for name, record in file["per_class"].items()
        ]
        blocks.append(
            Table(
                ["Class", "Images", "Sensitivity", "Specificity", "Precision", "F1", "AUROC",
                 "Average precision"],
                rows,
                caption="Each class against the rest",
            )
        )  # fmt: skip
    return blocks
