"""The learning curve: one entry per amount, seed spread apart from the sampling interval."""

from __future__ import annotations

import statistics

import pytest

from cutis.tasks.probe.curve import curve_of, curve_rows, seed_spread
from cutis.tasks.probe.naming import probe_label, training_words
from cutis.tasks.probe.points import Point, all_points


def point(fraction: float, seed: int, value: float | None) -> dict:
    return {
        "size_name": f"fraction-{fraction:g}", "fraction": fraction, "shots": None, "seed": seed,
        "n_train": 100 * fraction + seed, "metrics": {"auroc": value},
    }  # fmt: skip


POINTS = [point(1.0, s, v) for s, v in enumerate((0.8, 0.9, 0.85))] + [
    point(0.1, s, v) for s, v in enumerate((0.6, None, 0.7))
]
INTERVALS = {
    "fraction-1": {"auroc": {"value": 0.8, "low": 0.7, "high": 0.9, "n": 50}},
    "fraction-0.1": {"auroc": {"value": 0.6, "low": 0.5, "high": 0.7, "n": 50}},
}


def test_the_spread_is_that_of_the_seeds_and_the_interval_that_of_the_images():
    few, many = curve_of(POINTS, INTERVALS)
    assert (few["fraction"], many["fraction"]) == (0.1, 1.0)
    record = many["metrics"]["auroc"]
    assert (record["value"], record["low"], record["high"]) == (0.8, 0.7, 0.9)
    assert record["seeds"]["mean"] == pytest.approx(0.85)
    assert record["seeds"]["sd"] == pytest.approx(statistics.stdev([0.8, 0.9, 0.85]))
    assert (record["seeds"]["min"], record["seeds"]["max"]) == (0.8, 0.9)
    assert many["n_train"] == 101


def test_what_is_not_defined_is_null_with_a_note():
    few, _ = curve_of(POINTS, INTERVALS)
    seeds = few["metrics"]["auroc"]["seeds"]
    assert seeds["n_seeds"] == 2
    assert "1 of 3 seeds" in seeds["note"]
    assert seed_spread([0.5]) == {
        "mean": 0.5, "sd": None, "min": 0.5, "max": 0.5, "n_seeds": 1,
        "note": "one seed, so its spread is not known",
    }  # fmt: skip
    assert seed_spread([None, None])["mean"] is None
    assert "leaves nothing to chance" in seed_spread([0.5, 0.5])["note"]


def test_a_saturated_metric_is_not_taken_for_a_fit_without_chance():
    """At 10 % and at 2 shots every seed drew other rows, whatever the metric came to."""
    for size in ({"fraction": 0.1, "shots": None}, {"fraction": None, "shots": 2}):
        same = [{**point(0.1, seed, 1.0), **size} for seed in range(3)]
        (entry,) = curve_of(same, {"fraction-0.1": INTERVALS["fraction-0.1"]})
        seeds = entry["metrics"]["auroc"]["seeds"]
        assert (seeds["sd"], seeds["n_seeds"]) == (0, 3)
        assert seeds["note"] == "every seed gave the same value, though each drew other rows"


@pytest.mark.parametrize(
    ("folds", "said"), [(None, "leaves nothing to chance"), (5, "the folds are those of the first")]
)
def test_all_rows_are_not_drawn(folds, said):
    same = [point(1.0, seed, 0.8) for seed in range(3)]
    (entry,) = curve_of(same, INTERVALS, folds)
    assert said in entry["metrics"]["auroc"]["seeds"]["note"]
    other = [point(1.0, seed, 0.8 + 0.01 * seed) for seed in range(3)]
    (entry,) = curve_of(other, INTERVALS, folds)
    assert entry["metrics"]["auroc"]["seeds"]["note"] is None


def test_the_table_has_every_point_and_intervals_once():
    rows = curve_rows(POINTS, INTERVALS)
    assert len(rows) == 6
    with_interval = [r for r in rows if r["low"] is not None]
    assert [(r["fraction"], r["seed"]) for r in with_interval] == [(1.0, 0), (0.1, 0)]


def test_the_runs_own_point_is_the_largest_and_first(settings):
    points = all_points(settings(fractions=(0.5, 0.1, 1.0), seeds=2, seed=7))
    assert points[0] == Point(1.0, None, 7)
    assert [p.name for p in points[-2:]] == ["fraction-0.1-seed-7", "fraction-0.1-seed-8"]
    assert all_points(settings(shots=(1, 4)))[0] == Point(None, 4, 0)


def test_names(settings):
    assert probe_label(settings(protocol="panderm")) == "linear probe (PanDerm)"
    assert probe_label(settings(method="knn")) == "nearest neighbours (weighted votes)"
    assert probe_label(settings(method="mean")) == "nearest class mean"
    assert training_words(settings(), Point(1.0, None, 0)) == "all training rows"
    assert training_words(settings(folds=3), Point(1.0, None, 0)) == "all training rows, 3 folds"
    published = settings(sampling="panderm", fractions=(0.1,))
    assert training_words(published, Point(0.1, None, 0)) == "10 % of the training rows (panderm)"
