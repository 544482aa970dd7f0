"""What an annotation writes: the table, the numbers, the choice of pictures."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from cutis.data import load_dataset
from cutis.tasks.annotate.config import AnnotateConfig
from cutis.tasks.annotate.labels import ConceptLabels
from cutis.tasks.annotate.outputs import (
    annotations_table,
    measure,
    top_records,
    top_rows,
    write_montage,
)

SCORES = np.array([[0.1, 0.9], [0.8, 0.9], [0.7, 0.2], [0.6, 0.1]])
NAMES = ("a", "b")
ANSWERS = np.array([[0, np.nan], [1, np.nan], [1, np.nan], [np.nan, np.nan]])


@pytest.fixture
def dataset(colour_table):
    return load_dataset(colour_table).select(np.arange(4))


def test_the_highest_come_first_and_ties_keep_their_order():
    assert top_rows(SCORES, NAMES, None, 2) == {"a": [1, 2], "b": [0, 1]}


def test_each_lesion_is_shown_once():
    groups = np.array(["p", "q", "q", "r"])
    assert top_rows(SCORES, NAMES, groups, 3) == {"a": [1, 3, 0], "b": [0, 1, 3]}


def test_fewer_images_than_wanted():
    assert top_rows(SCORES, NAMES, None, 0) == {"a": [], "b": []}
    assert top_rows(SCORES, NAMES, None, 9)["a"] == [1, 2, 3, 0]
    assert top_rows(SCORES, NAMES, np.array(["p"] * 4), 9)["a"] == [1]


def test_the_table_has_scores_of_all_and_answers_of_those_that_have_them(dataset):
    labels = ConceptLabels(ANSWERS, {"a": "column"}, ())
    table = annotations_table(dataset, SCORES, labels, NAMES)
    assert list(table.columns) == ["id", "image", "split", "group", "c:a", "c:b", "label:a"]
    assert table["c:b"].tolist() == [0.9, 0.9, 0.2, 0.1]
    assert table["label:a"].tolist()[:3] == [0, 1, 1]
    assert np.isnan(table["label:a"][3])
    assert table["image"].tolist() == [f"{i:02d}.png" for i in range(4)]
    assert table["group"].tolist() == ["L0", "L0", "L1", "L1"]
    assert table["split"].isna().all()


def settings(tmp_path, **more):
    return AnnotateConfig(data="t.csv", output=tmp_path, n_bootstrap=100, **more)


def test_only_concepts_with_a_column_are_measured(dataset, tmp_path):
    labels = ConceptLabels(ANSWERS, {"a": "the column"}, ())
    found = measure(SCORES, labels, NAMES, dataset, settings(tmp_path))
    assert list(found["per_concept"]) == ["a"]
    assert found["per_concept"]["a"]["column"] == "the column"
    assert found["per_concept"]["a"]["auroc"]["value"] == 1.0
    assert found["per_concept"]["a"]["n_missing"] == 1
    assert found["scored_only"] == ["b"]
    assert found["grouping"] == "lesion_id"
    json.dumps(found, allow_nan=False)


@pytest.mark.parametrize("columns", [{}, {"b": "empty"}])
def test_without_any_answer_there_are_no_numbers(dataset, tmp_path, columns):
    labels = ConceptLabels(ANSWERS, columns, ())
    assert measure(SCORES, labels, NAMES, dataset, settings(tmp_path)) is None


def test_rare_concepts_may_be_kept_out_of_the_mean(dataset, tmp_path):
    labels = ConceptLabels(ANSWERS, {"a": "column"}, ())
    found = measure(SCORES, labels, NAMES, dataset, settings(tmp_path, min_positives=2))
    assert found["counted"] == []
    assert found["per_concept"]["a"]["auroc"]["value"] == 1.0
    assert found["metrics"]["mean_auroc"]["value"] is None


def test_records_of_the_montage(dataset):
    labels = ConceptLabels(ANSWERS, {"a": "column"}, ())
    records = top_records({"a": [1, 3], "b": []}, SCORES, labels, dataset)
    assert records == {
        "a": [
            {"id": dataset.ids[1], "score": 0.8, "label": 1},
            {"id": dataset.ids[3], "score": 0.6, "label": None},
        ],
        "b": [],
    }


def test_every_picture_is_written_once(dataset, tmp_path):
    write_montage(tmp_path / "run", dataset, {"a": [1, 2], "b": [2, 1, 0]})
    names = json.loads((tmp_path / "run" / "thumbs" / "thumbs.json").read_text())
    assert set(names) == {dataset.ids[i] for i in (0, 1, 2)}
    assert len(list((tmp_path / "run" / "thumbs").glob("*.jpg"))) == 3


def test_scores_survive_the_file_bit_by_bit(dataset, tmp_path):
    fine = SCORES / 3 + 1e-16
    labels = ConceptLabels(ANSWERS, {}, ())
    table = annotations_table(dataset, fine, labels, NAMES)
    table.to_parquet(tmp_path / "t.parquet")
    back = pd.read_parquet(tmp_path / "t.parquet")
    np.testing.assert_array_equal(back[["c:a", "c:b"]].to_numpy(), fine)
