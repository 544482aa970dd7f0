"""Words from files, end to end: published terms, own sentences, parts of a table."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from cutis import AnnotateConfig, annotate
from cutis.errors import CutisError


@pytest.fixture
def published(colour_table, tmp_path):
    table = pd.read_csv(colour_table)
    for i, colour in enumerate(("red", "green", "blue")):
        table[colour.upper()] = [int(row % 3 == i) for row in range(60)]
    table["split"] = ["test" if row < 30 else "train" for row in range(60)]
    table.to_csv(colour_table, index=False)
    terms = {"red": ["red", "red"], "green": ["green thing"], "blue": ["blue"], "odd": ["grey"]}
    (tmp_path / "ConceptTerms.json").write_text(json.dumps(terms))
    return colour_table


def run_with(table, tmp_path, **more):
    given = {
        "data": table, "output": tmp_path / "run", "n_bootstrap": 100,
        "concepts": str(tmp_path / "ConceptTerms.json"),
    }  # fmt: skip
    return annotate(AnnotateConfig(**{**given, **more}))


def record_of(tmp_path):
    return json.loads((tmp_path / "run" / "concepts.json").read_text())


def test_published_terms_are_asked_as_they_stand(colour_model, published, tmp_path):
    result = run_with(published, tmp_path)
    asked = {c["id"]: c["terms"] for c in record_of(tmp_path)["concepts"]}
    assert asked == json.loads((tmp_path / "ConceptTerms.json").read_text())
    assert "the term 'red' 2 times" in result.render()
    assert "answers to: odd; these are scored only" in result.render()
    assert result.metrics["scored_only"] == ["odd"]
    assert result.metrics["metrics"]["mean_auroc"]["value"] == 1.0


def test_the_test_split_is_taken_unless_all_is_asked_for(colour_model, published, tmp_path):
    assert run_with(published, tmp_path).metrics["n"] == 30
    every = run_with(published, tmp_path, split="all", output=tmp_path / "all")
    assert every.metrics["n"] == 60


def test_own_sentences_and_references(colour_model, published, tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("templates: ['seen: {}', 'photo of {}']\nreferences: [seen, photo]\n")
    run_with(published, tmp_path, concept_templates=str(path))
    record = record_of(tmp_path)
    assert record["templates"] == ["seen: {}", "photo of {}"]
    assert record["references"] == [["seen"], ["photo"]]
    assert {"seen: red", "photo of green thing", "seen"} <= set(colour_model.texts_seen)


def test_only_some_concepts_and_only_their_names(colour_model, published, tmp_path):
    run_with(published, tmp_path, only="green,red", plain_names=True)
    assert [c["terms"] for c in record_of(tmp_path)["concepts"]] == [["green"], ["red"]]


def test_an_unknown_concept_is_refused_before_any_model_is_loaded(published, tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("a model was loaded")

    monkeypatch.setattr("cutis.models.load_model", refuse)
    with pytest.raises(CutisError, match="Did you mean 'green'"):
        run_with(published, tmp_path, only="greem")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("variant", ["per-template", "flattened"])
@pytest.mark.parametrize("temperature", ["model", "published", "1"])
def test_every_way_of_scoring_finds_the_colours(
    colour_model, published, tmp_path, variant, temperature
):
    result = run_with(published, tmp_path, variant=variant, temperature=temperature)
    assert result.metrics["metrics"]["mean_auroc"]["value"] == 1.0
    assert result.metrics["metrics"]["concepts_above_0.7"]["value"] == 3
