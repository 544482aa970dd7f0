"""One function turns a group column into clusters."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutis.stats.clusters import make_clusters, stratify


def test_without_groups_every_image_stands_alone():
    clusters = make_clusters(None, 3)
    assert clusters.index_n.tolist() == [0, 1, 2]
    assert not clusters.grouped


def test_missing_groups_stand_alone():
    clusters = make_clusters(["a", None, "a", float("nan"), "", "  ", pd.NA], 7)
    assert clusters.n_groups == 6
    assert clusters.index_n[0] == clusters.index_n[2]


def test_numbers_are_names_too():
    assert make_clusters(np.array([7, 9, 7]), 3).index_n.tolist() == [0, 1, 0]


def test_a_number_and_the_same_text_are_one_group():
    assert make_clusters(np.array(["7", 7], dtype=object), 2).n_groups == 1


def test_selection_renumbers_without_gaps():
    part = make_clusters(["a", "b", "c", "b"], 4).select(np.array([3, 2, 1]))
    assert part.index_n.tolist() == [0, 1, 0]
    assert part.n_groups == 2


def test_counting_clusters_behind_a_mask():
    clusters = make_clusters(["a", "a", "b", "c"], 4)
    assert clusters.count(np.array([True, True, True, False])) == 2
    assert clusters.count(np.zeros(4, bool)) == 0


def test_one_group_per_image_is_needed():
    with pytest.raises(ValueError, match=r"shape \(2,\).*\(3,\)"):
        make_clusters(["a", "b"], 3)


@given(st.lists(st.sampled_from(["a", "b", "c", "dd", "e1"]), min_size=1, max_size=40))
def test_rows_share_a_cluster_if_and_only_if_they_share_a_name(names):
    clusters = make_clusters(names, len(names))
    same_name = np.array(names)[:, None] == np.array(names)[None, :]
    same_cluster = clusters.index_n[:, None] == clusters.index_n[None, :]
    assert (same_name == same_cluster).all()
    assert clusters.n_groups == len(set(names))
    assert sorted(set(clusters.index_n.tolist())) == list(range(clusters.n_groups))


def test_a_mixed_group_goes_to_its_most_frequent_class_and_ties_to_the_rarer():
    groups = ["a", "a", "a", "b", "b", "c", "d"]
    labels = np.array([0, 0, 1, 0, 1, 0, 1])
    clusters = stratify(make_clusters(groups, 7), labels)
    assert clusters.strata_g.tolist() == [0, 1, 0, 1]


def test_strata_follow_the_rows_that_are_chosen():
    clusters = stratify(make_clusters(["a", "b", "c", "c"], 4), np.array([0, 1, 2, 2]))
    chosen = clusters.select(np.array([3, 2, 0]))
    assert chosen.strata_g.tolist() == [2, 0]
    assert make_clusters(None, 3).select(np.array([1])).strata_g is None
