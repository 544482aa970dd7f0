"""Reading predictions as cases: what is kept, joined, and refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cutis.analysis.cases import CasesConfig, load_cases, of_split
from cutis.errors import CutisError
from tests.analysis.made_cases import cases as made_cases


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


def test_a_selection_keeps_everything_together_and_its_order():
    made = made_cases(6, groups=list("AABBCC"), sex=list("fmfmfm"))
    for chosen in (np.array([4, 1]), np.array([False, True, False, False, True, False])):
        part = made.select(chosen)
        rows = chosen if chosen.dtype != bool else np.flatnonzero(chosen)
        assert part.ids == part.images == tuple(f"i{i}" for i in rows)
        assert part.groups_n.tolist() == [list("AABBCC")[i] for i in rows]
        assert part.column("sex").tolist() == [list("fmfmfm")[i] for i in rows]
        np.testing.assert_array_equal(part.labels_n, made.labels_n[rows])
        np.testing.assert_array_equal(part.probs_nc, made.probs_nc[rows])
    assert len(made.select(np.zeros(6, dtype=bool))) == 0
    assert made_cases(4).select(np.array([0])).groups_n is None


def test_empty_cells_of_a_column_are_none():
    made = made_cases(5, sex=["f", "", None, float("nan"), "m"])
    assert made.column("sex").tolist() == ["f", None, None, None, "m"]


def test_a_column_that_is_not_there_says_which_are():
    with pytest.raises(CutisError, match="Columns: none") as error:
        made_cases(4).column("sex")
    assert "--data TABLE" in str(error.value)
    with pytest.raises(CutisError, match="no column 'sxe'") as error:
        made_cases(4, sex=list("fmfm"), site=list("abab")).column("sxe")
    assert "Columns: sex, site." in str(error.value)


def test_one_split_is_taken_and_others_are_listed():
    made = replace(made_cases(4), splits=("train", "test", "test", ""))
    assert of_split(made, "test").ids == ("i1", "i2")
    with pytest.raises(CutisError, match="Splits: test, train, or all") as error:
        of_split(made, "tets")
    assert "no split 'tets'" in str(error.value)
    with pytest.raises(CutisError, match="none recorded"):
        of_split(made_cases(4), "test")


def test_a_group_column_without_all_values_leaves_images_alone(ours, tmp_path):
    path = ours()
    cases_of = load_cases(config(path, group_column="sex"))
    assert cases_of.grouping == "sex"
    assert set(cases_of.groups_n) == {"female", "male"}
    with pytest.raises(CutisError, match="no column 'lesion'"):
        load_cases(config(path, group_column="lesion"))


def test_a_published_file_may_carry_splits_groups_and_subgroups(published):
    path = published(split=["val"] * 4 + ["test"] * 6, patient=list("aabbccddee"), sex="female")
    cases = load_cases(config(path, split="test", group_column="patient"))
    assert len(cases) == 6
    assert cases.groups_n.tolist() == list("ccddee")
    assert set(cases.column("sex")) == {"female"}


def test_answers_that_are_not_the_highest_probability_are_remarked_upon(published):
    assert load_cases(config(published())).notes == ()
    frame = pd.read_csv(published())
    shifted = (frame["predicted_label"] + 1) % 3
    cases = load_cases(config(published(predicted_label=shifted)))
    assert cases.notes[0].startswith("In 10 of 10 images predicted_label is not the class")


def test_constant_probabilities_are_no_prediction(published):
    columns = {f"probability_class_{k}": 1 / 3 for k in range(3)}
    cases = load_cases(config(published(predicted_label=0, **columns)))
    assert cases.notes == (
        "Every image has the same probabilities, so this is no prediction: the class of the "
        "highest one (the first of equals) is answered throughout.",
    )


def test_an_empty_file_and_a_folder_are_refused(published, tmp_path):
    empty = tmp_path / "empty.csv"
    empty.touch()
    with pytest.raises(CutisError, match="cannot be read as a CSV of predictions"):
        load_cases(config(empty))
    published("a.csv")
    with pytest.raises(CutisError, match=r"is a folder without predictions.parquet.*holds a.csv"):
        load_cases(config(tmp_path))
