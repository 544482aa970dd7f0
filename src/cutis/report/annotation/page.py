"""The page of an annotation: how well each concept is recognised, and which images show it most."""

from __future__ import annotations

from typing import Any

from cutis.report.annotation.montage import labels_of, montage
from cutis.report.charts.interval import interval_axis, interval_bar
from cutis.report.document import (
    Block,
    Cell,
    Document,
    Notes,
    Paragraph,
    Section,
    Table,
    measure_cell,
)
from cutis.report.source import RunData
from cutis.report.wording import count, decimal, listing, unit

CHANCE = 0.5


def document(run: RunData) -> Document:
    """Return the page of an annotation run."""
    model = run.get("model", "card", "title", default=run.get("model", "card", "name", default=""))
    sections = [Section("results", "How well each concept is recognised", results(run))]
    pictured = _montages(run)
    if pictured:
        sections.append(Section("images", "Images with the highest scores", pictured))
    sections.append(Section("words", "The words that were asked", words(run)))
    sections.append(Section("limits", "What this does not show", [Notes(limits(run))]))
    return Document(
        "Concept annotation",
        f"{model} on {run.get('dataset', 'name', default='')}",
        sentence(run),
        sections,
        "every score is in annotations.parquet, every number in metrics.json",
    )


def sentence(run: RunData) -> str:
    """Say what was found in one or two sentences."""
    n = int(run.get("dataset", "counts", "annotated", default=0))
    k = len(run.get("concepts", "concepts", default=[]))
    start = f"{count(n, 'image')} scored for {count(k, 'concept')} in words alone."
    if run.metrics is None:
        return f"{start} The table has no expert answers, so nothing could be compared."
    mean = run.metrics["metrics"]["mean_auroc"]
    if mean["value"] is None:
        return f"{start} No concept has images both with and without it."
    bounds = ""
    if mean["low"] is not None:
        bounds = f" ({decimal(mean['low'], 2)} to {decimal(mean['high'], 2)})"
    above = int(run.metrics["metrics"]["concepts_above_0.7"]["value"] or 0)
    return (
        f"{start} Mean AUROC over {count(run.metrics['n_concepts'], 'concept')} with expert "
        f"answers: {decimal(mean['value'], 2)}{bounds}; {above} above 0.7. Chance is 0.5."
    )


def results(run: RunData) -> list[Block]:
    """Return the table of concepts."""
    metrics = run.metrics
    notes = [str(note) for note in run.get("notes", default=[])]
    if metrics is None:
        said = "No column of the table holds an expert's answer to one of these concepts."
        return [Paragraph(said), Notes(notes)]
    parts = sorted(metrics["per_concept"].items(), key=lambda item: _order(item[1]))
    labels = labels_of(run)
    rows = [_row(labels.get(name, name), part) for name, part in parts]
    mean = metrics["metrics"]["mean_auroc"]
    rows.append([
        "mean", _bar(mean), measure_cell(mean, strong=True),
        measure_cell(metrics["metrics"]["mean_average_precision"]), "", "",
    ])  # fmt: skip
    grouped = metrics["grouping"] != "none"
    unit_words = f"{unit(metrics['grouping'])[1]}" if grouped else "images"
    table = Table(
        ["concept", interval_axis(), "AUROC", "average precision", "images that show it", "note"],
        rows,
        caption="AUROC of every concept, best first",
        note=f"{100 * metrics['confidence']:g} % intervals from {metrics['n_bootstrap']:,} "
        f"bootstrap replicates over {unit_words}. The hollow diamond marks chance.",
    )
    return [table, Notes([*metrics["notes"], *notes])]


def _order(part: dict[str, Any]) -> tuple[bool, float]:
    value = part["auroc"]["value"]
    return value is None, -(value or 0.0)


def _bar(record: dict[str, Any]) -> Cell:
    if record["value"] is None:
        return Cell("–")
    picture = interval_bar(
        record["value"],
        record["low"],
        record["high"],
        reference=CHANCE,
        reference_name="chance",
    )
    return Cell(picture=picture)


def _row(name: str, part: dict[str, Any]) -> list[str | Cell]:
    return [
        name,
        _bar(part["auroc"]),
        measure_cell(part["auroc"]),
        measure_cell(part["average_precision"]),
        f"{part['n_positive']:,} of {part['n']:,}",
        part["auroc"].get("note", ""),
    ]


def _montages(run: RunData) -> list[Block]:
    tops: dict[str, list[dict[str, Any]]] = run.get("top", default={})
    labels = labels_of(run)
    blocks: list[Block] = []
    for name, records in tops.items():
        if records:
            blocks += [Paragraph(labels.get(name, name), strong=True), montage(run, records)]
    if blocks:
        one = "" if run.get("dataset", "roles", "group") is None else ", one per lesion or patient"
        blocks.insert(0, Paragraph(f"The images with the highest score of each concept{one}."))
    return blocks


def words(run: RunData) -> list[Block]:
    """Return the terms and sentences that were asked."""
    record = run.get("concepts", default={})
    rows: list[list[str | Cell]] = [
        [concept["id"], listing(concept["terms"], 12, "and")]
        for concept in record.get("concepts", [])
    ]
    sentences: list[list[str | Cell]] = [
        [template, " / ".join(reference)]
        for template, reference in zip(
            record.get("templates", []), record.get("references", []), strict=True
        )
    ]
    how = {
        "per-template": "Every sentence with the concept is compared with its own reference, and "
        "the scores are averaged.",
        "flattened": "The cosines of all sentences are averaged before one comparison.",
    }[record.get("variant", "per-template")]
    return [
        Paragraph(
            f"Score: sigmoid of (cosine to the sentences with the concept − cosine to the "
            f"references) / {record.get('temperature', 0):.4g}. {how}"
        ),
        Table(["sentence", "reference"], sentences, caption="Sentences"),
        Table(["concept", "terms"], rows, caption="Terms of every concept"),
    ]


def limits(run: RunData) -> list[str]:
    """Say what a reader must not conclude."""
    said = [
        "A score orders images; it is no probability that the finding is there.",
        "AUROC says nothing about a threshold, and average precision depends on how common the "
        "finding is here.",
        "Whether a word is recognised depends on the words: other synonyms give other numbers.",
        "Expert answers differ between experts; no score can agree better than they do.",
    ]
    if run.get("dataset", "roles", "group") is None:
        said.append(
            "No column says which images are of one lesion or patient: intervals take them as "
            "independent and may be too narrow."
        )
    return said
