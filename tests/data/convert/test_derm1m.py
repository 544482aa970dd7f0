"""Derm1M, its training table, and MAKE's own training tables."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from cutis.data.convert.derm1m_make import ontology_caption, visual_caption
from cutis.data.convert.make_training import by_tail
from cutis.errors import CutisError
from tests.data.convert import fakes
from tests.data.convert.fakes import column, converted, written


def test_derm1m(tmp_path: Path) -> None:
    outcome = converted(fakes.derm1m(tmp_path / "s"), tmp_path / "out")
    assert outcome.format == "derm1m"
    first, second, third = written(tmp_path / "out" / "derm1m.csv")
    assert first == {
        "image": "youtube/a b.jpg",
        "label": "nummular eczema",
        "id": "youtube/a b.jpg",
        "split": "train",
        "age": "",
        "sex": "female",
        "site": "elbow",
        "truncated_caption": "Red plaques, e.g. on the elbow. They itch!",
        "caption": "Long text. It goes on.",
        "source": "youtube",
        "source_type": "edu",
        "hierarchical_disease_label": "inflammatory, non-infectious, eczema, Eczema, nummular "
        "eczema",
        "skin_concept": "plaque, red,plaque",
        "symptoms": "",
    }
    empty = ("label", "caption", "truncated_caption", "site", "sex", "skin_concept")
    assert [second[name] for name in empty] == [""] * 6
    assert (second["age"], second["split"], third["split"]) == ("45", "train", "val")
    data = outcome.dataset
    assert data.captions()[0] == ("Red plaques, e.g. on the elbow. They itch!",)
    assert data.ids == ("youtube/a b.jpg", "pubmed/x.png", "edu/x.png")


def test_derm1m_as_a_training_table(tmp_path: Path) -> None:
    outcome = converted(fakes.derm1m(tmp_path / "s"), tmp_path / "out", "derm1m-make")
    first, second, third = written(tmp_path / "out" / "derm1m-make.csv")
    assert first["ontology_caption"] == (
        "The diagnosis of this skin image is inflammatory, non-infectious, eczema, nummular eczema."
    )
    assert first["visual_concept_caption"] == "This skin image shows plaque, red."
    assert [first[f"subcaption_{k}"] for k in (1, 2, 3)] == [
        "Red plaques, e.g. on the elbow",
        "They itch",
        "",
    ]
    assert json.loads(first["sub_caption_mask"]) == [1, 1, 0, 0, 0, 0, 0, 0]
    assert json.loads(first["knowledge_masks"]) == [1, 1, 1]
    assert (second["knowledge_masks"], second["sub_captions"]) == ("[0, 0, 0]", "0")
    assert (
        third["ontology_caption"] == "The diagnosis of this skin image is inflammatory, dermatitis."
    )
    report = json.loads((tmp_path / "out" / "captions.json").read_text())
    assert report["rows"] == 3
    assert report["rows_without_caption"] == 1
    assert report["filled"]["ontology_caption"] == 2
    assert report["fill_rate"]["subcaption_2"] == 0.3333
    assert report["subcaptions_per_row"] == {"0": 1, "1": 1, "2": 1}
    assert report["captions_over_55_words"] == 0
    assert "Ontology captions for 66.7% of the rows" in outcome.render()
    captions = outcome.dataset.captions()
    assert captions[0][0] == "Red plaques, e.g. on the elbow. They itch!"
    assert captions[0][3:] == ("Red plaques, e.g. on the elbow", "They itch")
    assert captions[1] == ()


@pytest.mark.parametrize("text", ["{", "[1]", '{"a": 1}'])
def test_a_broken_ontology(tmp_path: Path, text: str) -> None:
    fakes.derm1m(tmp_path / "s")
    (tmp_path / "s" / "ontology.json").write_text(text)
    with pytest.raises(CutisError, match=r"ontology\.json is"):
        converted(tmp_path / "s", tmp_path / "out", "derm1m-make")


def test_long_captions_are_counted(tmp_path: Path) -> None:
    fakes.put(tmp_path / "s", ["a.jpg"])
    row = ["a.jpg", "word " * 80, "", "x", "x", "nevus", "", "", "", "", "", ""]
    fakes.table(tmp_path / "s" / "Derm1M_v2_pretrain.csv", fakes.DERM1M_HEADER, [row])
    outcome = converted(tmp_path / "s", tmp_path / "out", "derm1m-make")
    report = json.loads((tmp_path / "out" / "captions.json").read_text())
    assert report["captions_over_55_words"] == 2  # the whole caption and its one sentence
    assert "2 of 3 captions are longer than 55 words" in outcome.render()


def test_the_disease_is_named_once() -> None:
    known = {"dermatitis": ("inflammatory", "eczema, dermatitis")}
    sentence = "The diagnosis of this skin image is {}."
    assert ontology_caption("Dermatitis", [], known) == sentence.format("inflammatory, Dermatitis")
    assert ontology_caption("new disease", [], known) == sentence.format("new disease")
    assert ontology_caption(None, ["inflammatory"], known) is None
    assert visual_caption(None) is visual_caption(" , ") is None


def test_make_training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = converted(fakes.make_training(tmp_path / "s"), tmp_path / "out")
    assert not (tmp_path / "pwned").exists()
    assert outcome.format == "make"
    first, second = written(tmp_path / "out" / "make.csv")
    assert first["image"] == "textbook/a, b.png"
    assert second["image"] == "textbook/c.png"
    assert (first["label"], first["site"], first["sex"]) == ("eczema", "", "")
    assert [first[f"subcaption_{k}"] for k in (1, 2)] == ["A", "B"]
    assert first["subcaption_3"] == ""  # masked
    assert first["sub_caption_mask"] == "[1, 1, 0, 0, 0, 0, 0, 0]"
    assert second["sub_caption_mask"] == "[1, 0, 0, 0, 0, 0, 0, 0]"
    assert second["knowledge_masks"] == "[1, 1, 0]"
    assert "1 masks could not be read" in outcome.render()
    assert outcome.dataset.captions() == (
        ("A. B.", "is eczema", "shows patch", "A", "B"),
        ("C.", "is psoriasis", "C"),
    )
    card = yaml.safe_load((tmp_path / "out" / "dataset.yaml").read_text())
    assert card["columns"]["caption"] == "truncated_caption"


def test_paths_of_another_computer() -> None:
    files = ["book/a.png", "web/a.png", "web/b.png"]
    names = ["/x/book/A.png", "C:\\y\\web\\a.png", "/z/a.png", "q/b.png", "gone.png", None]
    assert by_tail(names, files) == [
        "book/a.png", "web/a.png", "a.png", "web/b.png", "gone.png", None,
    ]  # fmt: skip


def test_missing_pairs_are_listed_with_their_row(tmp_path: Path) -> None:
    fakes.derm1m(tmp_path / "s")
    (tmp_path / "s" / "edu" / "x.png").unlink()
    outcome = converted(tmp_path / "s", tmp_path / "out")
    assert written(tmp_path / "out" / "missing.csv") == [
        {
            "table": "Derm1M_v2_validation.csv",
            "row": "2",
            "id": "edu/x.png",
            "image": "edu/x.png",
            "reason": "no such file",
        }
    ]
    assert column(outcome.table, "split") == ["train", "train"]
