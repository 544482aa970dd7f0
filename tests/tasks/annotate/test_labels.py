"""Answers are paired by name, whatever the order of the columns."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cutis.data import load_dataset
from cutis.errors import CutisError
from cutis.prompts import load_concepts
from cutis.tasks.annotate.labels import drop_unfit, read_concept_labels


@pytest.fixture
def dataset(tmp_path):
    def make(columns):
        n = len(next(iter(columns.values())))
        rows = {"image": [f"{i}.png" for i in range(n)], **columns}
        pd.DataFrame(rows).to_csv(tmp_path / "table.csv", index=False)
        return load_dataset(tmp_path / "table.csv")

    return make


def test_the_order_of_columns_changes_nothing(dataset):
    columns = {"Papule": [1, 0, 1], "Scale": [0, 0, 1], "Blue": [1, None, 0]}
    concepts = load_concepts("skincon").keep(["Scale", "Blue", "Papule"])
    one = read_concept_labels(dataset(columns), concepts)
    turned = dict(reversed(columns.items()))
    other = read_concept_labels(dataset(turned), concepts)
    expected = np.array([[0, 1, 1], [0, np.nan, 0], [1, 0, 1]], float)
    np.testing.assert_array_equal(one.labels_nk, expected)
    np.testing.assert_array_equal(other.labels_nk, expected)
    assert one.columns == {"Scale": "Scale", "Blue": "Blue", "Papule": "Papule"}


def test_published_values_of_derm7pt_ph2_and_isic(dataset):
    derm = read_concept_labels(
        dataset(
            {"streaks": ["absent", "irregular"], "pigmentation": ["absent", "diffuse regular"]}
        ),
        load_concepts("derm7pt").keep(["streaks", "pigmentation"]),
    )
    np.testing.assert_array_equal(derm.labels_nk, [[0, 0], [1, 1]])
    ph2 = read_concept_labels(
        dataset({"pigment_network": ["T", "AT"], "streaks": ["P", "A"], "asymmetry": [0, 2]}),
        load_concepts("ph2").keep(["atypical_pigment_network", "streaks", "asymmetry"]),
    )
    np.testing.assert_array_equal(ph2.labels_nk, [[0, 1, 0], [1, 0, 1]])
    isic = read_concept_labels(
        dataset({"globules": [-9, 30, 31], "streaks": [0, 100, -9]}),
        load_concepts("isic").keep(["globules", "streaks"]),
    )
    np.testing.assert_array_equal(isic.labels_nk, [[np.nan, 0], [0, 1], [1, np.nan]])


def test_a_misspelt_column_is_noticed(dataset):
    found = read_concept_labels(
        dataset({"Papuel": [1, 0], "Plaque": [0, 1]}),
        load_concepts("skincon").keep(["Papule", "Plaque", "Wheal"]),
    )
    assert found.columns == {"Plaque": "Plaque"}
    assert np.isnan(found.labels_nk[:, 0]).all()
    assert any("is 'Papuel' meant" in note for note in found.notes)
    assert any("answers to: Wheal" in note for note in found.notes)


def test_two_columns_called_alike_are_refused(dataset):
    with pytest.raises(CutisError, match="'Papule' and 'papule' are called alike"):
        read_concept_labels(dataset({"Papule": [1, 0], "papule": [0, 1]}), load_concepts("skincon"))


def test_a_cell_that_says_nothing_known_is_named(dataset):
    with pytest.raises(CutisError, match="cannot be read as the concept 'Papule'") as caught:
        read_concept_labels(dataset({"Papule": [1, 2]}), load_concepts("skincon"))
    assert "'2' says neither" in str(caught.value)


def test_unfit_rows(dataset):
    given = dataset({"do not consider this image": [0, 1, None], "Scale": [1, 0, 1]})
    kept, notes = drop_unfit(given)
    assert kept.ids == (given.ids[0], given.ids[2])
    assert "1 images are marked" in notes[0]
    same, notes = drop_unfit(dataset({"Scale": [1, 0]}))
    assert len(same) == 2
    assert notes == ()
    with pytest.raises(CutisError, match="1 for images to leave out"):
        drop_unfit(dataset({"do not consider this image": ["maybe", "no"]}))
