"""A model beside the readers, on studies small enough to count by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from cutis.clinical.readers.against import against_model, height_at
from cutis.clinical.readers.checks import check_readings
from cutis.clinical.readers.loading import canonical
from cutis.clinical.readers.model_arm import Joined
from cutis.clinical.readers.study import StatsReadersConfig

CONFIG = StatsReadersConfig(readings="s.csv", output="r", n_bootstrap=100, no_mixed=True)
ILL, WELL = "ill", "well"


def joined_of(truth, answers, probs):
    """Readings of several readers (None: not read) with a model's, cases named by number."""
    names = np.where(np.asarray(truth) == 1, ILL, WELL)
    advice = np.where(np.asarray(probs) > 0.5, ILL, WELL)
    rows = [
        {"reader": f"r{j}", "case": str(i), "arm": "unaided", "truth": names[i],
         "answer": ILL if said else WELL}
        for j, row in enumerate(answers) for i, said in enumerate(row) if said is not None
    ]  # fmt: skip
    rows += [
        {"reader": "model", "case": str(i), "arm": "model", "truth": names[i], "answer": said}
        for i, said in enumerate(advice)
    ]
    path = Path("s.csv")
    readings = check_readings(canonical(pd.DataFrame(rows), path), [ILL, WELL], path, "refuse")
    both = np.column_stack([probs, 1 - np.asarray(probs)])
    return Joined(readings, [str(i) for i in range(len(truth))], both)


def beside(truth, answers, probs, positive=(ILL,)):
    joined = joined_of(truth, answers, probs)
    return against_model(joined.readings, joined, "unaided", positive, CONFIG)


def test_each_reader_is_set_against_the_model_on_common_cases_only():
    found = beside([1, 1, 0, 0], [[1, 1, 0, 0], [1, 0, None, None]], [0.9, 0.2, 0.1, 0.8])
    assert found["accuracy"]["value"] == 0.5
    assert found["readers"] == [
        {"reader": "r0", "n": 4, "value": 1.0, "model": 0.5},
        {"reader": "r1", "n": 2, "value": 0.5, "model": 0.5},
    ]
    assert (found["n_below"], found["n_above"], found["n_equal"]) == (0, 1, 1)
    assert found["difference"]["value"] == pytest.approx(0.25)
    assert "different cases" in found["difference"]["note"]


def test_a_reader_without_a_common_case_has_no_number():
    found = beside([1, 0], [[1, 0], [None, None]], [0.9, 0.1])
    assert [r["reader"] for r in found["readers"]] == ["r0"]
    assert found["difference"] == {
        "value": None, "low": None, "high": None, "p": None, "n_readers": 1,
        "note": "fewer than two readers",
    }  # fmt: skip


def test_the_curve_and_the_points_by_hand():
    truth, probs = [1, 1, 0, 0, 1], [0.9, 0.4, 0.6, 0.1, 0.7]
    roc = beside(truth, [[1, 0, 0, 0, 1], [0, 0, 1, 1, 0]], probs)["roc"]
    assert roc["auroc"] == pytest.approx(roc_auc_score(truth, probs))
    assert (roc["n"], roc["n_positive"]) == (5, 3)
    assert roc["model"] == {"sensitivity": pytest.approx(2 / 3), "specificity": 0.5}
    assert roc["readers"][0] == {
        "reader": "r0", "sensitivity": pytest.approx(2 / 3), "specificity": 1.0,
    }  # fmt: skip
    assert roc["readers"][1] == {"reader": "r1", "sensitivity": 0.0, "specificity": 0.0}
    assert roc["n_below_curve"] == 1


def test_a_reader_of_one_kind_of_case_has_no_point():
    roc = beside([1, 1, 0, 0], [[1, 1, None, None], [1, 0, 0, 1]], [0.9, 0.2, 0.1, 0.8])["roc"]
    assert [r["reader"] for r in roc["readers"]] == ["r1"]


def test_ten_common_cases_are_enough_for_the_analysis_of_variance():
    generator = np.random.default_rng(0)
    for n, method in ((10, "one-arm Obuchowski"), (9, "bootstrap-percentile")):
        truth = np.arange(n) % 2
        answers = np.where(generator.random((3, n)) < 0.7, truth, 1 - truth).tolist()
        probs = np.clip(0.5 + 0.4 * (truth - 0.5) + generator.normal(0, 0.3, n), 0.01, 0.99)
        found = beside(truth, answers, probs)["difference"]
        assert found["method"].startswith(method)
        own = np.mean((probs > 0.5) == truth)
        assert found["value"] == pytest.approx(np.mean(np.array(answers) == truth) - own)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.floats(0, 1))
def test_heights_equal_numpy_away_from_the_steps(seed, x):
    generator = np.random.default_rng(seed)
    xs, ys = (np.r_[0, np.sort(generator.random(4)), 1] for _ in range(2))
    if np.abs(xs - x).min() > 1e-9:
        assert height_at(xs, ys, x) == pytest.approx(np.interp(x, xs, ys))
    assert 0 <= height_at(xs, ys, x) <= 1


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 10_000))
def test_no_reader_is_counted_twice_and_swapping_classes_mirrors_the_points(seed):
    generator = np.random.default_rng(seed)
    truth = np.r_[0, 1, generator.integers(0, 2, 6)]
    answers = generator.integers(0, 2, (3, 8)).tolist()
    probs = generator.uniform(0.01, 0.99, 8)
    found, other = (beside(truth, answers, probs, p) for p in ((ILL,), (WELL,)))
    assert found["n_below"] + found["n_above"] + found["n_equal"] == 3
    assert found["roc"]["auroc"] == pytest.approx(other["roc"]["auroc"])
    for one, two in zip(found["roc"]["readers"], other["roc"]["readers"], strict=True):
        assert one["sensitivity"] == pytest.approx(two["specificity"])
    assert found["accuracy"] == other["accuracy"]
