"""The page of a data audit: which concepts differ between two groups of images."""

from __future__ import annotations

from typing import Any

from cutis.report.annotation.differences import difference_table
from cutis.report.annotation.montage import labels_of, montage
from cutis.report.annotation.page import words
from cutis.report.document import Block, Document, Notes, Paragraph, Section
from cutis.report.source import RunData
from cutis.report.wording import count, listing, unit

ALPHA = 0.05


def document(run: RunData) -> Document:
    """Return the page of a data audit."""
    result = run.result or {}
    sections = [Section("results", "Concepts that differ", _results(result, labels_of(run)))]
    pictured = _pictures(run, result)
    if pictured:
        sections.append(Section("images", "Images with the highest scores", pictured))
    sections.append(Section("words", "The words that were asked", words(run)))
    sections.append(Section("limits", "What this does not show", [Notes(_limits(result))]))
    title = f"{run.get('dataset', 'name', default='')}: {result['a']} against {result['b']}"
    return Document("Data audit", title, sentence(result, labels_of(run)), sections)


def sentence(result: dict[str, Any], labels: dict[str, str]) -> str:
    """Say what was found in one or two sentences.

    Examples
    --------
    >>> record = {"name": "hair", "p_holm": 0.01, "difference": {"value": 0.2}}
    >>> sentence({"n_a": 5, "n_b": 9, "concepts": [record], "a": "x", "b": "y"}, {})
    '5 images against 9, 1 concept: x shows more hair.'
    """
    clear = [c for c in result["concepts"] if c["p_holm"] is not None and c["p_holm"] < ALPHA]
    start = (
        f"{count(result['n_a'], 'image')} against {result['n_b']:,}, "
        f"{count(len(result['concepts']), 'concept')}: "
    )
    if not clear:
        return start + "none differs after correction for their number."
    more = [labels.get(c["name"], c["name"]) for c in clear if c["difference"]["value"] > 0]
    less = [labels.get(c["name"], c["name"]) for c in clear if c["difference"]["value"] <= 0]
    said = [
        f"{word} {listing(names, 5)}" for word, names in (("more", more), ("less", less)) if names
    ]
    return f"{start}{result['a']} shows {', and '.join(said)}."


def _results(result: dict[str, Any], labels: dict[str, str]) -> list[Block]:
    test = "The test is that of Mann and Whitney."
    if result["test"] == "permutation":
        test = (
            f"The test is a permutation of mean ranks, {result['n_permutations']:,} draws, that "
            f"moves {unit(result['grouping'])[1]} and not images."
        )
    note = (
        f"A: {result['by']} = {result['a']} ({count(result['n_a'], 'image')}); B: {result['b']} "
        f"({count(result['n_b'], 'image')}). Standardised difference: mean score of A less that of "
        f"B, in pooled standard deviations, {100 * result['confidence']:g} % interval. {test} The "
        "published delta is the difference of mean unit image features times the mean unit text "
        "feature, without references."
    )
    table = difference_table(
        result["concepts"],
        labels,
        "A",
        "B",
        "Concepts by the size of their difference",
        note,
        delta=True,
    )
    notes = list(result["notes"])
    if result["n_left_out"]:
        left = result["n_left_out"]
        be = "is" if left == 1 else "are"
        notes.append(f"{count(left, 'row')} of the table {be} in neither group.")
    if result["groups_both"]:
        one, many = unit(result["grouping"])
        both = count(result["groups_both"], one, many)
        notes.append(f"Of both groups there are images of {both}.")
    return [table, Notes(notes)]


def _pictures(run: RunData, result: dict[str, Any]) -> list[Block]:
    labels = labels_of(run)
    blocks: list[Block] = []
    for part in run.get("top", default=[]):
        if part["cases"]:
            group = result["a"] if part["side"] == "a" else result["b"]
            name = labels.get(part["concept"], part["concept"])
            blocks.append(Paragraph(f"{name}, in {group}", strong=True))
            blocks.append(montage(run, part["cases"]))
    return blocks


def _limits(result: dict[str, Any]) -> list[str]:
    said = [
        "A difference of scores is a difference of pictures as the model reads them; look at the "
        "images before calling it a finding.",
        "A difference need not be a fault of the data: melanomas do show more blue-white veil.",
        "Concepts resemble each other in the model: where one differs, its neighbours do too.",
    ]
    if result["grouping"] == "none":
        said.append(
            "No column says which images are of one lesion or patient: p-values and intervals take "
            "them as independent and may be too sure."
        )
    return said
