"""Counts, intervals and the published layout, against what is counted by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutis.tasks.overlap.gallery import shown_pairs
from cutis.tasks.overlap.pairs import pair_table
from cutis.tasks.overlap.published import published_rows
from cutis.tasks.overlap.search import Comparison, Material
from cutis.tasks.overlap.summary import nearest, rate, summarise
from tests.tasks.overlap.made import comparison, config, material, table_side, vectors


@pytest.mark.parametrize(
    ("flagged", "n", "share"), [(25, 200, 0.125), (259, 1910, 0.1356), (3334, 3989, 0.8358)]
)
def test_the_published_rates_and_their_wilson_intervals(flagged, n, share):
    from statsmodels.stats.proportion import proportion_confint

    found = rate(flagged, n, 0.95)
    assert found["value"] == pytest.approx(share, abs=5e-5)
    assert (found["low"], found["high"]) == pytest.approx(
        proportion_confint(flagged, n, 0.05, "wilson")
    )


def test_a_rate_of_nothing_is_null_and_says_why():
    found = rate(0, 0, 0.95)
    assert found["value"] is found["low"] is None
    assert found["note"]


def test_no_cosines_have_no_quantiles():
    assert nearest(np.array([np.nan])) is None


def test_of_several_copies_the_published_file_has_the_surest():
    table = pd.DataFrame(
        {
            "id_a": ["x", "x", "y", "z"],
            "image_a": ["x.png", "x.png", "", "z.png"],
            "label_a": ["nevus", "nevus", None, None],
            "image_b": ["b.png", "c.png", "b.png", "b.png"],
            "id_b": ["b", "c", "b", "b"],
            "cosine": [0.91237, 0.9, 0.80001, np.nan],
            "found_by": ["both", "cosine", "cosine", "hash"],
            "row_a": [5, 5, 2, 9],
            "row_b": [7, 8, 7, 7],
        }
    )
    rows = published_rows(table)
    assert rows["downstream_image"].tolist() == ["y", "x.png"]
    assert rows["cosine_similarity"].tolist() == ["0.8000", "0.9124"]
    assert rows["downstream_index"].tolist() == [2, 5]
    assert rows["pretrain_index"].tolist() == [7, 7]


def found_with(n: int) -> Comparison:
    nothing = np.zeros(0, np.int64)
    return Comparison(0, 1, np.zeros((n, 2), np.int64), *[np.zeros(n)] * 3, nothing, (nothing,) * 2)


def test_the_surest_and_the_least_sure_pairs_are_shown():
    assert shown_pairs([found_with(0), found_with(10)], 4) == [(1, 0), (1, 1), (1, 8), (1, 9)]
    assert shown_pairs([found_with(3)], 24) == [(0, 0), (0, 1), (0, 2)]
    assert shown_pairs([found_with(5), found_with(5)], 2) == [(0, 0), (1, 0)]
    assert shown_pairs([found_with(0)], 4) == []
    assert shown_pairs([found_with(3)], 0) == []


@given(st.integers(0, 50), st.integers(1, 50), st.floats(0.55, 0.99))
def test_a_rate_lies_within_its_interval(flagged, n, confidence):
    found = rate(min(flagged, n), n, confidence)
    assert 0 <= found["low"] <= found["value"] <= found["high"] <= 1
    wider = rate(min(flagged, n), n, confidence + 0.005)
    assert wider["low"] <= found["low"] + 1e-12
    assert found["high"] <= wider["high"] + 1e-12


@pytest.fixture
def summarised(tmp_path):
    """Six rows in three splits, the fourth unreadable, and a folder of features."""
    columns = {
        "image": [f"{i}.png" for i in range(6)],
        "label": ["nevus", "nevus", "melanoma", "nevus", None, "melanoma"],
        "split": ["train", "train", "train", "train", "test", "test"],
        "patient_id": ["P0", "P0", "P1", "P2", "P3", "P4"],
    }
    mine = table_side(tmp_path, "mine", columns)
    readable = vectors(np.eye(6)[[0, 1, 2, 4, 5]], [0, 1, 2, 4, 5])
    theirs = material(np.eye(6)[:2], name="theirs")
    materials = [Material(mine, readable, None), theirs]
    within = comparison(
        0, 0, [(0, 1), (2, 4), (1, 4), (1, 5)], cosine_p=[1.0, 0.99, 0.98, 0.97],
        nearest_n=[0.2, 0.4, np.nan], zeros=(np.array([3]), np.array([3])),
    )  # fmt: skip
    between = comparison(0, 1, [(0, 0), (0, 1), (2, 1)], cosine_p=[0.99, 0.98, 0.97])

    def made(**more):
        given = config(**more)
        table = pair_table(given, [m.side for m in materials], [within, between])
        return summarise(given, materials, [within, between], table)

    return made


def test_counts_are_of_pictures_and_not_of_pairs(summarised):
    within, between = summarised()["comparisons"]
    assert (within["pairs"], within["flagged_a"]["count"], within["flagged_a"]["n"]) == (4, 5, 5)
    assert within["flagged_b"] is None
    assert (between["flagged_a"]["count"], between["flagged_a"]["n"]) == (2, 5)
    assert (between["flagged_b"]["count"], between["flagged_b"]["n"]) == (2, 2)
    assert within["zero_features"] == [1, 1]
    assert within["nearest_cosine"]["1"] == 0.4
    assert between["nearest_cosine"] is None


def test_leaks_are_counted_from_either_side(summarised):
    within, between = summarised()["comparisons"]
    assert within["across_splits"] == 3
    assert within["same_group"] == 1
    assert [
        (leak["split"], leak["other"], leak["count"], leak["n"]) for leak in within["leaks"]
    ] == [
        ("test", "train", 2, 2),
        ("train", "test", 2, 3),
    ]
    assert "leaks" not in between


def test_labels_that_cannot_be_compared_are_no_conflict(summarised):
    within, between = summarised()["comparisons"]
    assert (within["label_conflicts"], within["labels_comparable"]) == (1, 2)
    assert (between["label_conflicts"], between["labels_comparable"]) == (0, 0)


def test_the_record_says_how_copies_were_recognised(summarised):
    made = summarised(threshold=0.6, trained=["make"], confidence=0.9)
    assert made["method"]["threshold"] == 0.6
    assert made["method"]["hash_distance"] == 14
    assert (made["trained"], made["confidence"]) == (["make"], 0.9)
    without = summarised(no_hash=True)["method"]
    assert without["hash_distance"] is without["likeness"] is None
    assert [(s["n_rows"], s["n_readable"], s["n_unreadable"]) for s in made["sets"]] == [
        (6, 5, 1), (2, 2, 0),
    ]  # fmt: skip
    assert made["clusters"] == {"count": 1, "largest": 7}


def test_a_table_without_splits_has_no_leaks(tmp_path):
    side = table_side(tmp_path, "t", {"image": ["0.png", "1.png"]})
    one = Material(side, vectors(np.ones((2, 2))), None)
    found = comparison(0, 0, [(0, 1)], cosine_p=[1.0])
    given = config()
    (record,) = summarise(given, [one], [found], pair_table(given, [side], [found]))["comparisons"]
    assert record["leaks"] == []
    assert record["across_splits"] is None
    empty = comparison(0, 0, [])
    (none,) = summarise(given, [one], [empty], pair_table(given, [side], [empty]))["comparisons"]
    assert (none["across_splits"], none["label_conflicts"], none["pairs"]) == (0, 0, 0)


@pytest.mark.parametrize("missing", [[0.25], [0.25, np.nan, np.nan]])
def test_quantiles_are_of_what_is_known(missing):
    assert set(nearest(np.array(missing)).values()) == {0.25}
