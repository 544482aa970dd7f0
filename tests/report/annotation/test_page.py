"""What the page of an annotation says, from a record made by hand."""

from __future__ import annotations

import pytest

from cutis.report.annotation.data_page import sentence as data_sentence
from cutis.report.annotation.model_page import sentence as model_sentence
from cutis.report.annotation.page import document, limits, results, sentence, words
from cutis.report.document import Notes, Paragraph, Table
from cutis.report.source import RunData


def estimate(value, note=None):
    record = {"value": value, "low": None, "high": None, "n": 9}
    return record | ({"note": note} if note else {})


def part(auroc, note=None):
    return {
        "n": 9, "n_positive": 4, "auroc": estimate(auroc, note),
        "average_precision": estimate(auroc),
    }  # fmt: skip


METRICS = {
    "grouping": "none",
    "confidence": 0.95,
    "n_bootstrap": 100,
    "n_concepts": 2,
    "metrics": {
        "mean_auroc": estimate(0.75),
        "mean_average_precision": estimate(0.5),
        "concepts_above_0.7": estimate(1.0),
    },
    "per_concept": {"low": part(0.6), "none": part(None, "no image shows it"), "high": part(0.9)},
    "notes": ["a note"],
}
RECORD = {
    "dataset": {"name": "mine", "counts": {"annotated": 9}, "roles": {}},
    "model": {"card": {"title": "Model"}},
    "concepts": {
        "concepts": [{"id": "high", "label": "high words", "terms": ["one", "two"]}],
        "templates": ["photo of {}"],
        "references": [["photo", "picture"]],
        "variant": "flattened",
        "temperature": 0.0101083,
    },
    "notes": ["another note"],
    "top": {"high": [{"id": "x", "score": 0.5, "label": 1}], "low": []},
}


def test_the_best_concept_comes_first_and_the_undefined_last():
    table, notes = results(RunData(RECORD, metrics=METRICS))
    assert isinstance(table, Table)
    assert [row[0] for row in table.rows] == ["high words", "low", "none", "mean"]
    assert table.rows[2][5] == "no image shows it"
    assert isinstance(notes, Notes)
    assert list(notes.items) == ["a note", "another note"]


def test_the_sentence():
    said = sentence(RunData(RECORD, metrics=METRICS))
    assert said.startswith("9 images scored for 1 concept in words alone. Mean AUROC over 2")
    assert "0.75; 1 above 0.7" in said
    assert "nothing could be compared" in sentence(RunData(RECORD))
    undefined = METRICS | {"metrics": METRICS["metrics"] | {"mean_auroc": estimate(None)}}
    assert "both with and without it" in sentence(RunData(RECORD, metrics=undefined))


def test_the_words_are_shown_as_they_were_asked():
    how, sentences, terms = words(RunData(RECORD))
    assert isinstance(how, Paragraph)
    assert "0.01011. The cosines of all sentences are averaged" in how.text
    assert sentences.rows == [["photo of {}", "photo / picture"]]
    assert terms.rows == [["high", "one and two"]]


def test_the_whole_page_without_answers_or_pictures():
    page = document(RunData(RECORD))
    assert [section.anchor for section in page.sections] == ["results", "images", "words", "limits"]
    assert page.title == "Model on mine"
    assert "independent" in limits(RunData(RECORD))[-1]


def test_sentences_of_the_audits():
    def concept(name, p, value):
        return {"name": name, "p_holm": p, "difference": {"value": value}}

    found = {
        "n_a": 3, "n_b": 4, "a": "x",
        "concepts": [concept("v", 0.01, 1), concept("w", 0.02, -1), concept("u", None, 0)],
    }  # fmt: skip
    assert data_sentence(found, {"v": "veil"}).endswith("x shows more veil, and less w.")
    audited = {
        "n": 80, "accuracy": {"value": 0.7}, "n_clusters": 4, "low": [{"cluster": 2}],
        "clusters": [{"cluster": 2, "n": 20, "n_right": 5}],
    }  # fmt: skip
    assert "in the worst, 5 of 20 are right" in model_sentence(audited)


def test_a_mean_with_bounds_shows_them_and_counts_what_is_above():
    mean = estimate(0.75) | {"low": 0.61, "high": 0.84}
    metrics = METRICS | {"metrics": METRICS["metrics"] | {"mean_auroc": mean}}
    assert "0.75 (0.61 to 0.84); 1 above 0.7." in sentence(RunData(RECORD, metrics=metrics))


def test_intervals_say_what_they_resample():
    table, _ = results(RunData(RECORD, metrics=METRICS))
    assert "100 bootstrap replicates over images." in table.note
    table, _ = results(RunData(RECORD, metrics=METRICS | {"grouping": "patient_id"}))
    assert "over patients." in table.note


def test_a_table_with_groups_has_one_limit_less_and_one_image_per_lesion():
    grouped = RECORD | {"dataset": RECORD["dataset"] | {"roles": {"group": "lesion_id"}}}
    assert len(limits(RunData(grouped))) == len(limits(RunData(RECORD))) - 1
    pictured = next(s for s in document(RunData(grouped)).sections if s.anchor == "images")
    assert pictured.blocks[0].text.endswith(", one per lesion or patient.")
    assert pictured.blocks[1].text == "high words"


def test_sentences_and_references_belong_together():
    broken = RECORD | {"concepts": RECORD["concepts"] | {"references": []}}
    with pytest.raises(ValueError, match="shorter"):
        words(RunData(broken))
    per_template = RECORD | {"concepts": RECORD["concepts"] | {"variant": "per-template"}}
    assert "compared with its own reference" in words(RunData(per_template))[0].text
