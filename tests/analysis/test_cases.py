"""Reading predictions as cases: what is kept, joined, and refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cutis.analysis.cases import CasesConfig, load_cases
from cutis.errors import CutisError


def config(path: Path, **more: object) -> CasesConfig:
    return CasesConfig(predictions=path, output=path.parent / "run", **more)


def test_our_own_files_bring_groups_and_subgroups(ours):
    cases = load_cases(config(ours()))
    assert len(cases) == 10
    assert cases.classes == ("nevus", "melanoma", "keratosis")
    assert cases.groups_n.tolist()[:3] == ["L0", "L0", "L1"]
    assert cases.grouping == "group"
    assert cases.column("sex").tolist()[:2] == ["female", "male"]
    assert cases.notes == ()


def test_published_files_have_neither(published):
    cases = load_cases(config(published(), classes="nevus,melanoma,keratosis"))
    assert cases.groups_n is None
    assert cases.grouping == "none"
    assert cases.classes[1] == "melanoma"
    assert cases.ids[0] == "i0.jpg"
    np.testing.assert_allclose(cases.probs_nc.sum(axis=1), 1)


def test_unlabelled_images_are_left_out_and_counted(published):
    cases = load_cases(config(published(true_label=[0, 1, -1, None, *[2] * 6])))
    assert len(cases) == 8
    assert "i2.jpg" not in cases.ids
    assert cases.notes == ("2 of 10 images have no label and were left out.",)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"true_label": [-1] * 10}, "None of the 10 images"),
        ({"probability_class_0": [3.0] * 10}, "outside 0 to 1"),
        ({"probability_class_0": [0.9] * 10}, "sum to"),
        ({"probability_class_0": [None] * 10}, "not all finite"),
        ({"true_label": [7] * 10}, "true_label 7 in row 2"),
        ({"image_path": ["x.jpg"] * 10}, "9 repeated images"),
    ],
)
def test_impossible_files_are_refused(published, columns, message):
    with pytest.raises(CutisError, match=message):
        load_cases(config(published(**columns)))


def test_labels_may_be_names_when_the_predictions_name_the_columns(published):
    path = published(n=30)
    frame = pd.read_csv(path)
    names = np.array(["nevus", "melanoma", "keratosis"])
    by_number = load_cases(config(path))
    frame["true_label"] = names[frame["true_label"]]
    frame["predicted_label"] = names[frame["predicted_label"]]
    frame.to_csv(path, index=False)
    cases = load_cases(config(path))
    assert cases.classes == tuple(names)
    np.testing.assert_array_equal(cases.labels_n, by_number.labels_n)
    frame.drop(columns="predicted_label").to_csv(path, index=False)
    with pytest.raises(CutisError, match="--classes"):
        load_cases(config(path))
    cases = load_cases(config(path, classes="nevus,melanoma,keratosis"))
    np.testing.assert_array_equal(cases.labels_n, by_number.labels_n)


def test_a_table_brings_lesions_and_subgroups_in_any_order(published, tmp_path):
    table = tmp_path / "table.csv"
    frame = pd.DataFrame(
        {
            "image": [f"i{i}.jpg" for i in range(12)],
            "label": ["nevus"] * 12,
            "lesion_id": [f"L{i // 3}" for i in range(12)],
            "age": [20 + 5 * i for i in range(12)],
            "clinic": ["A", "B"] * 6,
        }
    )
    frame.iloc[::-1].to_csv(table, index=False)
    cases = load_cases(config(published(), data=table))
    assert cases.groups_n.tolist() == [f"L{i // 3}" for i in range(10)]
    assert cases.grouping == "lesion_id"
    assert cases.column("age").tolist()[:3] == ["under 30", "under 30", "30 to 49"]
    assert cases.column("clinic").tolist()[:2] == ["A", "B"]
    by_clinic = load_cases(config(published(), data=table, group_column="clinic"))
    assert set(by_clinic.groups_n) == {"A", "B"}
    assert by_clinic.grouping == "clinic"
    frame.iloc[1:].to_csv(table, index=False)
    with pytest.raises(CutisError, match="1 of the 10 images") as raised:
        load_cases(config(published(), data=table))
    assert "i0" in str(raised.value)


def test_splits_and_columns_that_are_not_there(ours):
    with pytest.raises(CutisError, match="no split 'test'"):
        load_cases(config(ours(), split="test"))
    with pytest.raises(CutisError, match="no column 'sec'") as raised:
        load_cases(config(ours())).column("sec")
    assert "sex" in str(raised.value)
