"""Arms within readers: pairs, corrections, and advice that was followed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cutis.clinical.readers.compare_arms import comparisons, paired_grids
from cutis.clinical.readers.config import TableConfig
from cutis.clinical.readers.loading import read_readings
from cutis.clinical.readers.model_arm import join_model
from cutis.clinical.readers.outcomes import outcomes_of
from cutis.clinical.readers.study import StatsReadersConfig
from cutis.stats.multiplicity import holm
from tests.clinical.readers.conftest import CLASSES


def read(path, **options):
    return read_readings(TableConfig(readings=path, **options))


def compare(readings, arms=("unaided", "aided"), positive=(), **options):
    settings = {"no_mixed": True, "n_bootstrap": 100} | options
    config = StatsReadersConfig(readings="s.csv", output="r", **settings)
    return comparisons(readings, list(arms), outcomes_of(readings, positive), positive, config)


def test_only_pairs_count(study):
    def skip(frame):
        gone = (frame["case"] == "c3") & (frame["arm"] == "aided") & (frame["reader"] == "R5")
        return frame[~gone]

    first, second = paired_grids(read(study(skip)), "accuracy", "unaided", "aided", ())
    assert np.isnan(first).sum() == np.isnan(second).sum() == 1
    assert np.isnan(first[4, 3])


def test_holm_runs_over_outcomes_and_apart_over_experience(study):
    found = compare(read(study()), positive=("melanoma",))
    tested = [r for r in found if r["tested"]]
    raw = np.array([r["test"]["p_wilcoxon"] for r in tested])
    np.testing.assert_allclose([r["test"]["p_holm"] for r in tested], holm(raw))
    inner = [t for r in tested for t in r["by_experience"].values()]
    raw = np.array([np.nan if t["p_wilcoxon"] is None else t["p_wilcoxon"] for t in inner])
    expected = [None if np.isnan(p) else pytest.approx(p) for p in holm(raw)]
    assert [t["p_holm"] for t in inner] == expected


def test_each_later_arm_is_compared_with_the_first(study):
    def third(frame):
        return pd.concat([frame, frame[frame["arm"] == "unaided"].assign(arm="again")])

    found = compare(read(study(third)), ("unaided", "aided", "again"))
    pairs = [(r["before"], r["after"]) for r in found if r["outcome"] == "accuracy"]
    assert pairs == [("unaided", "aided"), ("unaided", "again")]
    again = next(r for r in found if r["after"] == "again")
    assert again["test"]["difference"] == 0
    assert "no reader changed" in again["test"]["note"]
    assert again["flips"]["helped"] == again["flips"]["harmed"] == 0


def test_advice_followed_is_counted_by_hand(study, predictions):
    joined = join_model(read(study(), classes=",".join(CLASSES)), predictions())
    found = compare(joined.readings)[0]["followed"]
    frame = joined.readings.frame
    advice = frame[frame["reader"] == "model"].set_index("case")["answer"]
    wide = (
        frame[frame["reader"] != "model"]
        .pivot(index=["reader", "case", "truth"], columns="arm", values="answer")
        .reset_index()
    )
    wide["advice"] = wide["case"].map(advice)
    apart = wide[wide["unaided"] != wide["advice"]]
    for kind, rows in (
        ("model_right", apart[apart["advice"] == apart["truth"]]),
        ("model_wrong", apart[apart["advice"] != apart["truth"]]),
    ):
        assert found[kind] == {
            "disagreed": len(rows),
            "followed": int((rows["aided"] == rows["advice"]).sum()),
        }


def test_without_a_model_nothing_was_followed_and_the_mixed_fit_can_be_left_out(study):
    record = compare(read(study()))[0]
    assert record["followed"] is None
    assert record["mixed"] is None


def test_the_bootstrap_draws_patients_not_cases(study):
    grouped = compare(read(study()), n_bootstrap=400)[0]["bootstrap"]
    plain = compare(read(study(lambda f: f.drop(columns="lesion_id"))), n_bootstrap=400)[0]
    assert grouped["n_cases"] == plain["bootstrap"]["n_cases"] == 40
    assert grouped["low"] != plain["bootstrap"]["low"]


def test_one_reader_has_no_interval(study):
    record = compare(read(study(lambda f: f[f["reader"] == "R1"])))[0]
    assert record["bootstrap"]["note"] == "fewer than two readers or cases"
    assert record["by_experience"]["resident"]["n"] == 1


def test_more_replicates_do_not_move_the_value(study):
    few, many = (compare(read(study()), n_bootstrap=n)[0] for n in (100, 300))
    assert few["test"] == many["test"]
    assert few["readers"] == many["readers"]
    assert few["bootstrap"]["low"] == pytest.approx(many["bootstrap"]["low"], abs=0.05)
