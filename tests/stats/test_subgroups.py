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
from cutis.stats.subgroups import MISSING, age_bands, estimate_subgroups, subgroup_values
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


def test_ages_fall_into_bands_of_twenty_years():
    ages = [0, 19.9, 20, 39, 40, 60, 79, 80, 101, np.nan]
    assert age_bands(ages).tolist() == [
        *["0-19"] * 2,
        *["20-39"] * 2,
        "40-59",
        *["60-79"] * 2,
        *["80+"] * 2,
        "",
    ]


def test_only_a_numeric_age_is_cut():
    assert subgroup_values(np.array([35.0, np.nan]), "age").tolist() == ["20-39", MISSING]
    assert subgroup_values(np.array([35, 61]), "Age").tolist() == ["20-39", "60-79"]
    assert subgroup_values(np.array(["35-45"]), "age").tolist() == ["35-45"]
    assert subgroup_values(np.array([3.0]), "skin_tone").tolist() == ["3"]


def test_all_kinds_of_missing_are_one():
    values = np.array([None, float("nan"), "", " ", pd.NA, pd.NaT, np.float64("nan")], object)
    assert set(subgroup_values(values).tolist()) == {MISSING}
