"""What the page of a model audit says, from a result made by hand."""

from __future__ import annotations

from cutis.report.annotation.model_page import MOST_CLUSTERS, MOST_CONCEPTS, document, sentence
from cutis.report.document import Gallery, Notes, Paragraph, Table
from cutis.report.source import RunData


def estimate(value):
    return {"value": value, "low": value - 0.1, "high": value + 0.1}


def cluster(number, n, right, p=0.5):
    return {
        "cluster": number, "n": n, "n_right": right, "accuracy": estimate(right / n), "p": p,
        "p_bh": p,
    }  # fmt: skip


def concept(name, value=1.0):
    return {
        "name": name, "standardised": estimate(value), "difference": estimate(value), "p": 0.01,
        "p_holm": 0.02, "p_bh": 0.03, "mean_a": 0.6, "mean_b": 0.2,
    }  # fmt: skip


def contrast(low=1, reference=0, concepts=None, over=("ink",), under=()):
    return {
        "cluster": low, "reference": reference, "over": list(over), "under": list(under),
        "concepts": concepts or [concept("ink"), concept("hair", -1.0)],
    }  # fmt: skip


def result(**changes):
    return {
        "n": 50, "accuracy": estimate(0.7), "n_clusters": 2, "n_components": 9,
        "confidence": 0.95, "grouping": "none", "notes": [], "low": [contrast()],
        "clusters": [cluster(0, 30, 30), cluster(1, 20, 5, 0.0001)],
        **changes,
    }  # fmt: skip


RECORD = {
    "dataset": {"name": "mine"},
    "concepts": {
        "concepts": [{"id": "ink", "label": "ink marking", "terms": ["ink"]}],
        "templates": ["photo of {}"],
        "references": [["photo"]],
        "variant": "per-template",
        "temperature": 0.01,
    },
    "top": [{"cluster": 1, "cases": [{"id": "x", "said": "melanoma, taken for nevus"}]}],
}


def blocks(anchor, **changes):
    made = document(RunData(RECORD, result=result(**changes)))
    return next(list(s.blocks) for s in made.sections if s.anchor == anchor)


def test_clusters_are_listed_the_worst_first():
    table, notes = blocks("clusters")
    assert isinstance(table, Table)
    assert [row[0] for row in table.rows] == ["cluster 1", "cluster 0"]
    assert table.rows[0][3] == "5 of 20"
    assert table.rows[0][4].text == "<0.001"
    assert "9 principal components" in table.note
    assert isinstance(notes, Notes)


def test_a_bad_cluster_has_its_words_pictures_and_numbers():
    heading, over, gallery, table = blocks("low")
    assert heading.text.startswith("Cluster 1 (5 of 20 right) against cluster 0 (30 of 30 right)")
    assert over.text == "More of: ink marking (score above one half)."
    assert isinstance(gallery, Gallery)
    assert gallery.frames[0][2] == ["x", "melanoma, taken for nevus"]
    assert [row[0] for row in table.rows] == ["ink marking", "hair"]
    assert len(table.columns) == 8


def test_less_of_a_concept_is_said():
    found = blocks("low", low=[contrast(over=(), under=("hair",))])
    assert isinstance(found[1], Paragraph)
    assert found[1].text == "Less of: hair (score above one half)."


def test_a_long_list_is_cut_and_said():
    many = [contrast(concepts=[concept(f"c{i}") for i in range(30)])] * (MOST_CLUSTERS + 3)
    found = blocks("low", low=many)
    tables = [block for block in found if isinstance(block, Table)]
    assert len(tables) == MOST_CLUSTERS
    assert all(len(table.rows) == MOST_CONCEPTS for table in tables)
    assert list(found[-1].items) == ["3 more are in result.json."]


def test_without_a_bad_cluster_there_is_no_section_for_it():
    made = document(RunData(RECORD, result=result(low=[])))
    assert [section.anchor for section in made.sections] == ["clusters", "words", "limits"]
    assert "none is below it" in made.sentence
    assert sentence(result()).endswith("1 below it; in the worst, 5 of 20 are right.")


def test_choosing_the_worst_is_a_limit():
    (notes,) = blocks("limits")
    assert any("chosen because it is bad" in item for item in notes.items)
    assert any("independent" in item for item in notes.items)
    (grouped,) = blocks("limits", grouping="patient_id")
    assert not any("independent" in item for item in grouped.items)
