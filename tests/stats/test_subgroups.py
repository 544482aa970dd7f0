"""Parts of the data: against fairlearn, with a minimum size and honest gaps."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from fairlearn.metrics import MetricFrame
from sklearn.metrics import accuracy_score, balanced_accuracy_score

from cutis.stats.clusters import make_clusters
from cutis.stats.estimate import Settings
from cutis.stats.measures import make_sample
from cutis.stats.subgroups import MISSING, estimate_subgroups, subgroup_values
from tests.stats.samples import make

SETTINGS = Settings(n_bootstrap=50, grouping="lesion")


def estimate(made, values, groups=None, least=5):
    sample = make_sample(made.labels, made.probs)
    clusters = make_clusters(groups, made.labels.size)
    return estimate_subgroups(sample, clusters, made.classes, values, SETTINGS, least)


def test_values_equal_fairlearn():
    made = make()
    sites = np.random.default_rng(1).choice(["back", "face", "leg"], 300)
    parts = estimate(made, sites)
    frame = MetricFrame(
        metrics={"accuracy": accuracy_score, "balanced_accuracy": balanced_accuracy_score},
        y_true=made.labels,
        y_pred=made.predicted,
        sensitive_features=sites,
    ).by_group
    for site, row in frame.iterrows():
        assert parts[site].n == int((sites == site).sum())
        for metric, expected in row.items():
            assert parts[site].metrics[metric].value == pytest.approx(expected, abs=1e-12)
            assert parts[site].metrics[metric].low < expected < parts[site].metrics[metric].high


def test_small_parts_are_counted_but_not_measured():
    made = make()
    values = np.array(["many"] * 296 + ["few"] * 4)
    part = estimate(made, values)["few"]
    assert (part.n, part.metrics) == (4, None)
    assert part.note == "fewer than 5 images"
    assert part.to_json()["metrics"] is None


def test_many_images_of_few_lesions_are_still_few():
    made = make()
    values = np.array(["a"] * 200 + ["b"] * 100)
    groups = np.array([f"L{i}" for i in range(200)] + ["L1000"] * 50 + ["L1001"] * 50)
    part = estimate(made, values, groups)["b"]
    assert (part.n, part.n_groups, part.metrics) == (100, 2, None)
    assert part.note == "fewer than 5 groups (lesion)"


def test_a_part_of_one_class_cannot_be_measured():
    made = make()
    values = np.where(made.labels == 3, "three", "others")
    parts = estimate(made, values)
    assert parts["three"].metrics is None
    assert parts["three"].note == "every image is of one class, class 3"
    assert parts["others"].note == "has no images of class 3"


def test_every_row_is_in_exactly_one_part():
    made = make()
    values = subgroup_values(np.random.default_rng(0).choice(["f", "m", ""], 300))
    parts = estimate(made, values)
    assert sum(part.n for part in parts.values()) == 300
    assert list(parts) == ["f", "m", MISSING]


def test_the_order_is_natural():
    made = make()
    names = ["10", "9", "80+", "0-19", MISSING, "back"]
    values = np.array(names * 50, dtype=object)
    assert list(estimate(made, values)) == ["0-19", "9", "10", "80+", "back", MISSING]


def test_bands_are_in_order():
    made = make()
    bands = ["under 30", "30 to 49", "50 to 69", "70 and over"]
    values = np.array(([*bands[::-1], "unknown"]) * 60, dtype=object)
    assert list(estimate(made, values)) == [*bands, "unknown"]


def test_whole_numbers_lose_their_point():
    assert subgroup_values(np.array([3.0, np.nan, 1.5])).tolist() == ["3", MISSING, "1.5"]
    assert subgroup_values(np.array([3, 12])).tolist() == ["3", "12"]


def test_all_kinds_of_missing_are_one():
    values = np.array([None, float("nan"), "", " ", pd.NA, pd.NaT, np.float64("nan")], object)
    assert set(subgroup_values(values).tolist()) == {MISSING}
