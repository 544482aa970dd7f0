"""Labels with one column per class."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cutis.data import load_dataset
from cutis.data.cards import get_card
from cutis.data.check import DataCheckConfig, data_check
from cutis.data.one_hot import find_one_hot, read_one_hot
from cutis.errors import CutisError
from tests.data.builders import write_csv

ISIC2018 = "image,MEL,NV,BCC,AKIEC,BKL,DF,VASC"
ISIC2019 = "image,MEL,NV,BCC,AK,BKL,DF,VASC,SCC,UNK"


def test_isic_2018_ground_truth_loads_unchanged(tmp_path: Path) -> None:
    rows = ["I1,0.0,1.0,0.0,0.0,0.0,0.0,0.0", "I2,1.0,0.0,0.0,0.0,0.0,0.0,0.0",
            "I3,0.0,0.0,0.0,0.0,0.0,0.0,1.0"]  # fmt: skip
    data = load_dataset(write_csv(tmp_path / "gt.csv", "\n".join([ISIC2018, *rows])))
    assert data.name == "isic2018"
    assert [data.classes[i] for i in data.labels] == ["nevus", "melanoma", "vascular lesion"]
    assert data.roles["label"] == "label"
    assert data.table["label"].tolist() == ["NV", "MEL", "VASC"]
    assert any("the column with a 1" in note for note in data.notes)


def test_isic_2019_unknown_is_no_label(tmp_path: Path) -> None:
    rows = ["I1,1,0,0,0,0,0,0,0,0", "I2,0,0,0,0,0,0,0,0,1", "I3,0,0,0,0,0,0,0,1,0"]
    data = load_dataset(write_csv(tmp_path / "gt.csv", "\n".join([ISIC2019, *rows])))
    assert data.name == "isic2019"
    assert len(data.classes) == 8
    assert data.labels.tolist() == [0, -1, 7]
    assert any("1 of 3 rows have no label" in note for note in data.notes)


def test_isic_2017_zeros_mean_the_class_without_a_column(tmp_path: Path) -> None:
    table = write_csv(
        tmp_path / "gt.csv",
        "image_id,melanoma,seborrheic_keratosis\nI1,0.0,0.0\nI2,1.0,0.0\nI3,0.0,1.0\nI4,,",
    )
    data = load_dataset(table)
    assert data.name == "isic2017"
    labelled = [data.classes[i] if i >= 0 else None for i in data.labels]
    assert labelled == ["nevus", "melanoma", "seborrheic keratosis", None]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("I2,1,1,0,0,0,0,0", "Row 3 of .* has a 1 in MEL and in NV"),
        ("I2,0,0,0,0,0,0,0", "Row 3 of .* has no 1 in any of them"),
        ("I2,0.7,0.3,0,0,0,0,0", "Row 3 of .* has '0.7' in 'MEL', which is neither 0 nor 1"),
    ],
)
def test_not_exactly_one_is_an_error_with_its_row(tmp_path: Path, row: str, says: str) -> None:
    table = write_csv(tmp_path / "gt.csv", f"{ISIC2018}\nI1,1,0,0,0,0,0,0\n{row}")
    with pytest.raises(CutisError, match=says) as raised:
        load_dataset(table)
    assert "MEL, NV, BCC, AKIEC, BKL, DF, VASC" in str(raised.value)
    assert "--label-column" in str(raised.value)
    report = data_check(DataCheckConfig(data=table, table_only=True))
    found = {finding.code: finding.rows for finding in report.errors}
    assert found["not-one-hot"] == (1,)
    assert "missing-label" not in {finding.code for finding in report.findings}


def test_several_wrong_rows_are_counted(tmp_path: Path) -> None:
    rows = "I1,1,0,0,0,0,0,0\nI2,1,1,0,0,0,0,0\nI3,0,0,0,0,0,0,0"
    with pytest.raises(CutisError, match=r"Row 3 \(and 1 more rows\)"):
        load_dataset(write_csv(tmp_path / "gt.csv", f"{ISIC2018}\n{rows}"))


def test_columns_asked_for_by_hand(tmp_path: Path) -> None:
    table = write_csv(tmp_path / "t.csv", "image,Foo,Bar,diagnosis\na.jpg,0,1,x\nb.jpg,1,0,y")
    assert load_dataset(table).classes == ("x", "y")
    data = load_dataset(table, columns={"label": "foo, Bar"})
    assert data.classes == ("Foo", "Bar")
    assert data.labels.tolist() == [1, 0]
    with pytest.raises(CutisError, match="no column 'Baz'"):
        load_dataset(table, columns={"label": "Foo,Baz"})


def test_a_table_with_its_own_label_column_keeps_it(tmp_path: Path) -> None:
    table = write_csv(tmp_path / "t.csv", "image,label,MEL,NV,BCC\na,x,1,0,0\nb,y,0,1,0")
    assert load_dataset(table).classes == ("x", "y")
    data = load_dataset(table, columns={"label": "MEL,NV,BCC"})
    assert data.classes == ("MEL", "NV", "BCC")
    assert data.roles["label"] == "one_hot_label"


def test_columns_of_unknown_names_keep_the_order_of_the_table(tmp_path: Path) -> None:
    table = write_csv(tmp_path / "t.csv", "image,zeta,alpha,mid\na,0,1,0\nb,0,0,1\nc,1,0,0")
    data = load_dataset(table)
    assert data.classes == ("zeta", "alpha", "mid")
    assert data.labels.tolist() == [1, 2, 0]


def test_concept_columns_are_not_taken_for_a_label(tmp_path: Path) -> None:
    table = write_csv(tmp_path / "t.csv", "image,plaque,scale,papule\na,1,1,0\nb,0,0,0\nc,1,0,1")
    data = load_dataset(table)
    assert "label" not in data.roles
    assert data.classes == ()


def test_two_unknown_flags_are_not_enough(tmp_path: Path) -> None:
    table = write_csv(tmp_path / "t.csv", "image,is_male,is_female\na,1,0\nb,0,1")
    assert "label" not in load_dataset(table).roles
    named = write_csv(tmp_path / "n.csv", "image,benign,malignant\na,1,0\nb,0,1")
    assert load_dataset(named).classes == ("benign", "malignant")


def test_half_of_a_cards_classes_are_needed() -> None:
    card = get_card("isic2018")
    assert find_one_hot(pd.DataFrame({"image": ["a"], "MEL": ["1"], "NV": ["0"]}), card) is None
    more = pd.DataFrame({"MEL": ["1"], "NV": ["0"], "BCC": ["0"], "DF": ["0"]})
    found = find_one_hot(more, card)
    assert found is not None
    assert found.values == ("MEL",)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_spreading_a_label_over_columns_and_reading_it_gives_the_label(data: st.DataObject) -> None:
    n_classes = data.draw(st.integers(2, 8))
    names = [f"class {i}" for i in range(n_classes)]
    labels = data.draw(st.lists(st.sampled_from([*range(n_classes), None]), min_size=1))
    ones = st.sampled_from(["1", "1.0", "True"])
    frame = pd.DataFrame(
        {
            name: [
                None if label is None else data.draw(ones) if label == i else "0"
                for label in labels
            ]
            for i, name in enumerate(names)
        }
    )
    read = read_one_hot(frame, names)
    assert read.wrong == {}
    assert [None if v is None else names.index(v) for v in read.values] == labels
    assert [c.name for c in read.classes] == names


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(st.booleans(), min_size=4, max_size=4), min_size=1, max_size=12)
)  # fmt: skip
def test_exactly_the_rows_without_a_single_one_are_wrong(rows: list[list[bool]]) -> None:
    names = ["a", "b", "c", "d"]
    frame = pd.DataFrame(rows, columns=names)
    read = read_one_hot(frame, names)
    assert set(read.wrong) == {i for i, row in enumerate(rows) if sum(row) != 1}
    for i, row in enumerate(rows):
        assert read.values[i] == (names[row.index(True)] if sum(row) == 1 else None)
