"""The table of copies says of both ends what their tables say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cutis.tasks.overlap.pairs import COLUMNS, pair_table, write_pairs
from tests.tasks.overlap.made import bare_side, comparison, config, table_side


@pytest.fixture
def sides(tmp_path):
    mine = {
        "image": ["p/0.png", "p/1.png", "p/2.png"], "id": ["x", "y", "z"],
        "label": ["nevus", "melanoma", None], "split": ["train", "test", None],
        "lesion_id": ["L0", "L0", None],
    }  # fmt: skip
    theirs = {"image": ["8.png", "9.png"], "id": ["u", "v"], "label": ["Melanoma", "nevus"]}
    return table_side(tmp_path, "mine", mine), table_side(tmp_path, "theirs", theirs)


def test_both_ends_of_a_pair_are_told_by_name(sides):
    found = comparison(0, 1, [(1, 0)], cosine_p=[0.97], distance_p=[3], likeness_p=[0.912349])
    (row,) = pair_table(config(), sides, [found]).to_dict("records")
    assert {k: row[k] for k in COLUMNS[:9]} == {
        "dataset_a": "mine", "id_a": "y", "image_a": "p/1.png", "label_a": "melanoma",
        "split_a": "test", "dataset_b": "theirs", "id_b": "u", "image_b": "8.png",
        "label_b": "Melanoma",
    }  # fmt: skip
    assert pd.isna(row["split_b"])
    assert (row["cosine"], row["hash_distance"], row["likeness"]) == (0.97, 3, 0.9123)
    assert (row["row_a"], row["row_b"], row["cluster"]) == (1, 0, 1)


def test_what_is_unknown_is_empty_and_not_false(sides):
    table = pair_table(config(), sides, [comparison(0, 0, [(0, 1), (0, 2)]),
                                         comparison(0, 1, [(0, 1), (2, 0)])])  # fmt: skip
    assert table["same_group"].tolist() == [True, False, pd.NA, pd.NA]
    assert table["across_splits"].tolist() == [True, pd.NA, pd.NA, pd.NA]
    assert table["label_conflict"].tolist() == [True, pd.NA, False, pd.NA]
    assert table["label_a"].tolist() == ["nevus", "nevus", "nevus", pd.NA]
    assert table["hash_distance"].isna().all()


def test_two_lonely_rows_are_not_of_one_lesion(sides):
    """Rows without a lesion are each their own: no missing value equals another."""
    mine, _ = sides
    table = pair_table(config(), [mine], [comparison(0, 0, [(1, 2)])])
    assert table["same_group"].tolist() == [False]


@pytest.mark.parametrize(
    ("cosine", "likeness", "way"),
    [
        (0.95, np.nan, "cosine"),
        (0.949999, 0.9, "hash"),
        (0.95, 0.9, "both"),
        (np.nan, 0.9, "hash"),
    ],
)
def test_how_a_pair_was_found(sides, cosine, likeness, way):
    found = comparison(0, 1, [(0, 0)], cosine_p=[cosine], likeness_p=[likeness])
    assert pair_table(config(), sides, [found])["found_by"].tolist() == [way]


def test_the_threshold_of_the_user_decides_what_the_cosine_found(sides):
    found = comparison(0, 1, [(0, 0)], cosine_p=[0.8], likeness_p=[0.9])
    assert pair_table(config(threshold=0.8), sides, [found])["found_by"].tolist() == ["both"]


def test_rows_of_a_split_are_numbered_as_in_the_table(sides):
    from dataclasses import replace

    mine, theirs = sides
    part = replace(mine, ids=mine.ids[1:], numbers=np.array([1, 2]),
                   dataset=mine.dataset.select([1, 2]))  # fmt: skip
    table = pair_table(config(), [part, theirs], [comparison(0, 1, [(0, 1)])])
    assert table[["id_a", "image_a", "row_a"]].values.tolist() == [["y", "p/1.png", 1]]


def test_nothing_found_is_a_table_without_rows(sides, tmp_path):
    table = pair_table(config(), sides, [comparison(0, 0, []), comparison(0, 1, [])])
    assert list(table.columns) == list(COLUMNS)
    assert len(table) == 0
    write_pairs(tmp_path, table, csv=False)
    again = pd.read_parquet(tmp_path / "overlap.parquet")
    assert list(again.columns) == list(COLUMNS)
    assert str(again["label_conflict"].dtype) == "boolean"


def test_the_csv_says_the_same_as_the_parquet(sides, tmp_path):
    found = comparison(0, 1, [(1, 0), (0, 1)], cosine_p=[0.97, np.nan], distance_p=[-1, 4])
    table = pair_table(config(), sides, [found])
    assert write_pairs(tmp_path, table, csv=False) == ["overlap.parquet"]
    assert not (tmp_path / "overlap.csv").exists()
    assert write_pairs(tmp_path, table, csv=True) == ["overlap.parquet", "overlap.csv"]
    csv = pd.read_csv(tmp_path / "overlap.csv", keep_default_na=False, dtype=str)
    parquet = pd.read_parquet(tmp_path / "overlap.parquet")
    assert csv["id_a"].tolist() == parquet["id_a"].tolist() == ["y", "x"]
    assert csv["cosine"].tolist() == ["0.97", ""]
    assert csv["hash_distance"].tolist() == ["", "4"]


def reachable(start: tuple[int, int], links: set[frozenset]) -> frozenset:
    """All pictures that copies of copies lead to."""
    seen, ahead = {start}, [start]
    while ahead:
        at = ahead.pop()
        for link in links:
            if at in link:
                (other,) = link - {at} or {at}
                if other not in seen:
                    seen.add(other)
                    ahead.append(other)
    return frozenset(seen)


two_sets = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=8, unique=True)


@settings(max_examples=10, deadline=None)
@given(two_sets, two_sets)
def test_clusters_reach_over_all_sets(inside, between):
    inside = sorted({(min(p), max(p)) for p in inside if p[0] != p[1]})
    sides = [bare_side("abcdef", "one"), bare_side("uvwxyz", "two")]
    table = pair_table(config(), sides, [comparison(0, 0, inside), comparison(0, 1, between)])
    ends = [((0, i), (0, j)) for i, j in inside] + [((0, i), (1, j)) for i, j in between]
    links = {frozenset(pair) for pair in ends}
    by_number: dict[int, set] = {}
    for number, pair in zip(table["cluster"], ends, strict=True):
        by_number.setdefault(number, set()).update(pair)
    for members in by_number.values():
        assert frozenset(members) == reachable(min(members), links)
    assert sorted(by_number) == list(range(1, len(by_number) + 1))
    firsts = [min(by_number[number]) for number in sorted(by_number)]
    assert firsts == sorted(firsts)
