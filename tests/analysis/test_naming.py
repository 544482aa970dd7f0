"""Class names are held against the table: taken, checked, refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cutis.analysis.cases import CasesConfig, load_cases
from cutis.errors import CutisError

NAMES = ["nevus", "melanoma", "keratosis"]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Images of ten cases with their diagnoses by name."""
    path = tmp_path / "table.csv"
    frame = pd.DataFrame(
        {"image": [f"i{i}.jpg" for i in range(10)], "dx": [NAMES[i % 3] for i in range(10)]}
    )
    frame.to_csv(path, index=False)
    return path


def read(path: Path, table: Path, **more: object):
    return load_cases(CasesConfig(predictions=path, data=table, output=path.parent / "r", **more))


def test_numbers_take_the_names_of_the_table(published, table):
    cases = read(published(), table)
    assert cases.classes == tuple(NAMES)
    assert "take their names from table.csv: nevus, melanoma, keratosis." in cases.notes[-1]


def test_a_class_without_cases_takes_the_name_that_is_left(published, table):
    path = published(true_label=[i % 3 for i in range(10)])
    frame = pd.read_csv(path)
    frame[frame.true_label != 2].to_csv(path, index=False)
    assert read(path, table).classes == tuple(NAMES)


def test_numbers_that_do_not_pair_stay_numbers(published, table):
    labels = [i % 3 for i in range(10)]
    labels[0] = 1
    cases = read(published(true_label=labels), table)
    assert cases.classes == ("class 0", "class 1", "class 2")
    assert "do not pair" in cases.notes[-1]


def test_names_in_the_wrong_order_are_refused_with_the_right_one(published, table):
    with pytest.raises(CutisError, match="do not fit the diagnoses") as raised:
        read(published(), table, classes="keratosis,melanoma,nevus")
    assert '--classes "nevus,melanoma,keratosis"' in str(raised.value)
    assert read(published(), table, classes="nevus,melanoma,keratosis").notes == ()


def test_a_few_other_diagnoses_are_remarked_upon(ours, table):
    frame = pd.read_csv(table)
    frame.loc[0, "dx"] = "melanoma"
    frame.to_csv(table, index=False)
    cases = read(ours(), table)
    assert cases.labels_n[0] == 0
    assert cases.notes[-1].startswith("1 of 10 images have another diagnosis in table.csv")


def test_a_table_of_other_truths_is_refused(ours, table):
    frame = pd.read_csv(table)
    frame["dx"] = np.roll(frame["dx"], 1)
    frame.loc[9, "dx"] = "nevus"
    frame.to_csv(table, index=False)
    with pytest.raises(CutisError, match="do not fit") as raised:
        read(ours(), table)
    assert "--data" in str(raised.value)


def test_names_the_table_does_not_know_are_left_alone(ours, table):
    cases = read(ours(classes=("a", "b", "c")), table)
    assert cases.classes == ("a", "b", "c")
    assert cases.notes == ()


def test_a_table_without_diagnoses_changes_nothing(published, table):
    pd.read_csv(table).drop(columns="dx").to_csv(table, index=False)
    assert read(published(), table).classes[0] == "class 0"
