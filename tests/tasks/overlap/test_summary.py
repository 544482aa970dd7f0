"""Counts, intervals and the published layout, against what is counted by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cutis.tasks.overlap.gallery import shown_pairs
from cutis.tasks.overlap.published import published_rows
from cutis.tasks.overlap.search import Comparison
from cutis.tasks.overlap.summary import nearest, rate


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
