"""Columns become parts; crossed columns are missing where any of them is."""

from __future__ import annotations

import numpy as np

from cutis.stats.clusters import make_clusters
from cutis.stats.fairness.partition import cross, make_partition
from cutis.stats.subgroups import MISSING


def test_every_row_is_in_the_part_it_names():
    values = np.array(["b", MISSING, "a", "b"], dtype=object)
    found = make_partition(values)
    assert found.names == ("a", "b", MISSING)
    assert [found.names[k] for k in found.codes_n] == values.tolist()
    assert found.sizes().tolist() == [1, 2, 1]


def test_sizes_count_patients_and_heed_a_mask():
    found = make_partition(np.array(["a", "a", "b", "a"]))
    clusters = make_clusters(["P1", "P1", "P1", "P2"], 4)
    assert found.cluster_sizes(clusters).tolist() == [2, 1]
    mask = np.array([True, True, False, False])
    assert found.cluster_sizes(clusters, mask).tolist() == [1, 0]


def test_three_columns_can_be_crossed():
    crossed = cross([np.array(["f", "m"]), np.array(["I", "V"]), np.array(["arm", MISSING])])
    assert crossed.tolist() == ["f & I & arm", MISSING]
