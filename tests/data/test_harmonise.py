"""Subgroup columns under common values."""

from __future__ import annotations

import pandas as pd
import pytest

from cutis.data.harmonise import harmonise, sex, site, skin_tone


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("1", "I"), ("2.0", "II"), ("6", "VI"), ("IV", "IV"), ("iv", "IV"), ("Type III", "III"),
        ("fst_5", "V"), ("Fitzpatrick 1", "I"), ("12", "I-II"), ("34", "III-IV"), ("56", "V-VI"),
        ("-1", None), ("0", None), ("unknown", None), ("7", "7"), ("dark", "dark"),
    ],
)  # fmt: skip
def test_skin_tones(given: str, expected: str | None) -> None:
    assert skin_tone(given) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("MALE", "male"), ("f", "female"), ("W", "female"), ("unknown", None), ("other", "other"),
        ("No gender information", None),
    ],
)  # fmt: skip
def test_sexes(given: str, expected: str | None) -> None:
    assert sex(given) == expected


def test_sites() -> None:
    assert [site(s) for s in ("NOSE", "lower  extremity", "unknown", "head/neck")] == [
        "nose", "lower extremity", None, "head/neck",
    ]  # fmt: skip


def test_a_table_of_subgroups() -> None:
    table = pd.DataFrame(
        {
            "AGE": ["45.0", "No age information", "-1", "130", None],
            "gender": ["FEMALE", "", "male", "NA", None],
            "fitspatrick": ["3.0", "1", None, "nan", "4"],
        }
    )
    done = harmonise(table, {"age": "AGE", "sex": "gender", "skin_tone": "fitspatrick"})
    assert list(done.columns) == ["age", "sex", "skin_tone"]
    assert done["age"].dropna().tolist() == [45.0]
    assert done["sex"].tolist()[0] == "female"
    assert done["sex"].isna().tolist() == [False, True, False, True, True]
    assert done["skin_tone"].dropna().tolist() == ["III", "I", "IV"]


def test_no_subgroups() -> None:
    done = harmonise(pd.DataFrame({"image": ["a", "b"]}), {"image": "image"})
    assert done.shape == (2, 0)
