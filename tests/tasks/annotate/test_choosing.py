"""Which concepts and sentences are taken, and what is said when none fits."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from cutis.data import load_dataset
from cutis.errors import CutisError
from cutis.tasks.annotate.choosing import choose_concepts, choose_templates, fitting_set
from cutis.tasks.annotate.config import ConceptConfig


@pytest.fixture
def dataset(tmp_path):
    def make(**columns):
        rows = {"image": ["a.png", "b.png"], **columns}
        pd.DataFrame(rows).to_csv(tmp_path / "table.csv", index=False)
        return load_dataset(tmp_path / "table.csv")

    return make


def test_the_set_whose_columns_the_table_has(dataset):
    assert fitting_set(dataset(Papule=[0, 1], Plaque=[1, 0])).name == "skincon"
    table = dataset(pigment_network=["absent", "typical"], vascular_structures=["absent", "comma"])
    assert fitting_set(table).name == "derm7pt"
    assert fitting_set(dataset(dots_globules=["A", "T"], color_red=[0, 1])).name == "ph2"


def test_nothing_fits(dataset):
    with pytest.raises(CutisError, match="no column of a known concept") as caught:
        fitting_set(dataset(age=[1, 2]))
    assert "artefacts, derm7pt" in str(caught.value)


def test_bundled_sets_and_files_are_joined(dataset, tmp_path):
    found = choose_concepts(ConceptConfig(concepts="derm7pt, artefacts"), dataset())
    assert found.name == "derm7pt+artefacts"
    path = tmp_path / "ConceptTerms.json"
    path.write_text(json.dumps({"papule": ["small bump"]}))
    found = choose_concepts(ConceptConfig(concepts=str(path)), dataset())
    assert found.terms(found.concepts[0]) == ("small bump",)


def test_an_unknown_set_names_the_nearest(dataset):
    with pytest.raises(CutisError, match="Did you mean 'skincon'"):
        choose_concepts(ConceptConfig(concepts="skincom"), dataset())


def test_an_unknown_concept_names_the_nearest(dataset):
    with pytest.raises(CutisError, match="no concept 'papul' in skincon") as caught:
        choose_concepts(ConceptConfig(concepts="skincon", only="Plaque, papul"), dataset())
    assert "Did you mean 'Papule'" in str(caught.value)
    assert "and 36 more" in str(caught.value)


def test_only_and_plain_names(dataset):
    given = ConceptConfig(concepts="skincon", only="papules,SCALE", plain_names=True)
    found = choose_concepts(given, dataset())
    assert [found.terms(c) for c in found.concepts] == [("papules",), ("scale",)]


def test_templates_follow_the_modality(dataset):
    table = dataset()
    for name, expected in (("derm7pt", "dermoscopy"), ("skincon", "clinical")):
        asked = ConceptConfig(concepts=name)
        concepts = choose_concepts(asked, table)
        assert choose_templates(asked, concepts, table).name == expected
    with pytest.raises(CutisError, match="The templates nowhere cannot be used"):
        given = ConceptConfig(concepts="skincon", concept_templates="nowhere")
        choose_templates(given, concepts, table)
