"""The page of a model audit: where a model fails, and which concepts mark those images."""

from __future__ import annotations

from typing import Any

from cutis.report.annotation.differences import difference_table, p_text
from cutis.report.annotation.montage import labels_of, montage
from cutis.report.annotation.page import words
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
from cutis.report.svg import Picture
from cutis.report.wording import count, decimal, listing

MOST_CONCEPTS, MOST_CLUSTERS = 12, 12


def document(run: RunData) -> Document:
    """Return the page of a model audit."""
    result = run.result or {}
    sections = [Section("clusters", "Accuracy cluster by cluster", _clusters(result))]
    pictures = {part["cluster"]: part["cases"] for part in run.get("top", default=[])}
    if result["low"]:
        sections.append(Section("low", "What marks the bad clusters", _low(run, result, pictures)))
    sections.append(Section("words", "The words that were asked", words(run)))
    sections.append(Section("limits", "What this does not show", [Notes(_limits(result))]))
    return Document(
        "Model audit",
        f"Where the predictions on {run.get('dataset', 'name', default='')} fail",
        sentence(result),
        sections,
        "all results are in result.json, the cluster of every image in clusters.parquet",
    )


def sentence(result: dict[str, Any]) -> str:
    """Say what was found in one or two sentences.

    Examples
    --------
    >>> sentence({"n": 80, "accuracy": {"value": 0.7}, "n_clusters": 4, "low": [], "clusters": []})
    '80 images, accuracy 0.70, 4 clusters: none is below it with a better one beside it.'
    """
    start = (
        f"{count(result['n'], 'image')}, accuracy {decimal(result['accuracy']['value'], 2)}, "
        f"{count(result['n_clusters'], 'cluster')}: "
    )
    if not result["low"]:
        return start + "none is below it with a better one beside it."
    worst = {c["cluster"]: c for c in result["clusters"]}[result["low"][0]["cluster"]]
    return (
        f"{start}{len(result['low'])} below it; in the worst, {worst['n_right']} of {worst['n']} "
        "are right."
    )


def _clusters(result: dict[str, Any]) -> list[Block]:
    overall = result["accuracy"]["value"]
    rows: list[list[str | Cell]] = []
    for record in sorted(result["clusters"], key=lambda c: c["n_right"] / max(c["n"], 1)):
        accuracy = record["accuracy"]
        bar = interval_bar(
            accuracy["value"], accuracy["low"], accuracy["high"], reference=overall,
            reference_name="overall",
        )  # fmt: skip
        rows.append([
            f"cluster {record['cluster']}", Cell(picture=bar), measure_cell(accuracy, 2),
            f"{record['n_right']} of {record['n']}", Cell(p_text(record["p"]), record["p"]),
            Cell(p_text(record["p_bh"]), record["p_bh"]),
        ])  # fmt: skip
    note = (
        f"Features reduced to {result['n_components']} principal components, divided by k-means. "
        f"{100 * result['confidence']:g} % intervals; p: Fisher's test against all other images "
        "(none where several images share a group), corrected by Benjamini and Hochberg. "
        "The hollow diamond marks the overall accuracy."
    )
    columns: list[str | Picture] = ["cluster", interval_axis(), "accuracy", "right", "p", "p (BH)"]
    return [Table(columns, rows, "Clusters, worst first", note), Notes(result["notes"])]


def _low(run: RunData, result: dict[str, Any], pictures: dict[int, Any]) -> list[Block]:
    labels = labels_of(run)
    by_number = {record["cluster"]: record for record in result["clusters"]}
    blocks: list[Block] = []
    for record in result["low"][:MOST_CLUSTERS]:
        low, good = by_number[record["cluster"]], by_number[record["reference"]]
        blocks.append(
            Paragraph(
                f"Cluster {low['cluster']} ({low['n_right']} of {low['n']} right) against cluster "
                f"{good['cluster']} ({good['n_right']} of {good['n']} right), the nearest good one",
                strong=True,
            )
        )
        for said, names in (("More of", record["over"]), ("Less of", record["under"])):
            if names:
                words_of = listing([labels.get(name, name) for name in names], 6)
                blocks.append(Paragraph(f"{said}: {words_of} (score above one half)."))
        for cluster in (low["cluster"], good["cluster"]):
            if pictures.get(cluster):
                caption = f"Cluster {cluster}: the images nearest its centre."
                blocks.append(montage(run, pictures[cluster], caption))
        blocks.append(
            difference_table(
                record["concepts"][:MOST_CONCEPTS], labels, "bad", "good",
                f"Cluster {low['cluster']} less cluster {good['cluster']}",
                "p-values are corrected over all clusters and concepts of this page.", delta=False,
            )
        )  # fmt: skip
    if len(result["low"]) > MOST_CLUSTERS:
        blocks.append(Notes([f"{len(result['low']) - MOST_CLUSTERS} more are in result.json."]))
    return blocks


def _limits(result: dict[str, Any]) -> list[str]:
    said = [
        "A cluster was chosen because it is bad: on new images its accuracy will be somewhat "
        "better.",
        "A concept that marks a bad cluster need not be the cause of the failure.",
        "Other features, or another seed, make other clusters.",
    ]
    if result["grouping"] == "none":
        said.append(
            "No column says which images are of one lesion or patient: p-values and intervals take "
            "them as independent and may be too sure."
        )
    return said
