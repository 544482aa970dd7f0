"""Coverage and size of sets against plain counting."""

from __future__ import annotations

import json

import numpy as np
import pytest

from cutis.stats.clusters import make_clusters
from cutis.stats.conformal.outcome import set_outcome
from cutis.stats.conformal.sets import fill_empty
from cutis.stats.estimate import Settings
from cutis.stats.proportion import exact_interval
from tests.stats.samples import make

MADE = make(n=200, c=4)
SETS = MADE.probs > 0.3
GROUPS = np.where(np.arange(200) % 3 == 0, "f", "m")


def outcome(settings=None, sets=SETS, groups=GROUPS):
    clusters = make_clusters(MADE.groups, 200)
    return set_outcome(MADE.labels, sets, MADE.classes, clusters, settings or Settings(100), groups)


def test_values_are_counts():
    out = outcome()
    covered = np.array([SETS[i, label] for i, label in enumerate(MADE.labels)])
    size = SETS.sum(axis=1)
    assert out.coverage.value == pytest.approx(covered.mean())
    assert out.mean_size.value == pytest.approx(size.mean())
    assert out.singletons.value == pytest.approx((size == 1).mean())
    assert out.empty.value == pytest.approx((size == 0).mean())
    assert list(out.sizes) == [(size == s).sum() for s in range(5)]
    for k, name in enumerate(MADE.classes):
        inside = MADE.labels == k
        assert out.by_class[name].value == pytest.approx(covered[inside].mean())
        assert out.size_of_class[name].value == pytest.approx(size[inside].mean())
        assert out.by_class[name].n == inside.sum()
    for name in "fm":
        assert out.by_group[name].value == pytest.approx(covered[name == GROUPS].mean())
    for s, estimate in out.by_size.items():
        assert estimate.value == pytest.approx(covered[size == int(s)].mean())


def test_intervals_resample_groups():
    grouped = outcome(Settings(400, grouping="lesion")).coverage
    alone = set_outcome(
        np.repeat(MADE.labels, 4), np.repeat(SETS, 4, axis=0), MADE.classes,
        make_clusters(np.repeat(np.arange(200), 4), 800), Settings(400),
    ).coverage  # fmt: skip
    single = set_outcome(
        MADE.labels, SETS, MADE.classes, make_clusters(None, 200), Settings(400)
    ).coverage
    assert (alone.low, alone.high) == pytest.approx((single.low, single.high))
    assert grouped.grouping == "lesion"
    assert grouped.low < grouped.value < grouped.high


def test_full_sets_cover_all_with_an_exact_interval():
    out = outcome(sets=np.ones((200, 4), bool))
    assert out.coverage.method == "clopper-pearson"
    n_groups = np.unique(MADE.groups).size
    assert out.coverage.low == pytest.approx(exact_interval(n_groups, n_groups).low)
    assert out.mean_size.value == 4
    assert out.mean_size.low != out.mean_size.low
    assert list(out.by_size) == ["4"]


def test_empty_sets_are_counted_as_misses_and_can_be_filled():
    nothing = np.zeros((200, 4), bool)
    out = outcome(sets=nothing)
    assert (out.coverage.value, out.empty.value, out.sizes[0]) == (0.0, 1.0, 200)
    filled = fill_empty(nothing, MADE.probs)
    assert filled.sum(axis=1).tolist() == [1] * 200
    assert (filled.argmax(axis=1) == MADE.predicted).all()
    kept = fill_empty(SETS, MADE.probs)
    assert (kept[SETS.any(axis=1)] == SETS[SETS.any(axis=1)]).all()


def test_a_class_without_images_is_null_with_a_note():
    out = set_outcome(
        np.zeros(5, int), np.ones((5, 2), bool), ["a", "b"], make_clusters(None, 5), Settings(20)
    )
    record = out.to_json()
    json.dumps(record, allow_nan=False)
    assert record["by_class"]["b"]["value"] is None
    assert record["by_class"]["b"]["note"] == "no images of this class"
    assert record["by_group"] == {}
