"""Shares of one reader, means over readers, tables by class, and the model beside them."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.proportion import proportion_confint

from cutis.clinical.readers.against import against_model, height_at
from cutis.clinical.readers.config import TableConfig
from cutis.clinical.readers.loading import read_readings
from cutis.clinical.readers.model_arm import join_model
from cutis.clinical.readers.numbers import row_means, share, study_numbers
from cutis.clinical.readers.study import StatsReadersConfig
from cutis.stats.readers.paired import spread
from tests.clinical.readers.conftest import CLASSES

NAMES = ",".join(CLASSES)


def read(path, **options):
    return read_readings(TableConfig(readings=path, **options))


def config(**options):
    settings = {"no_mixed": True, "n_bootstrap": 100} | options
    return StatsReadersConfig(readings="s.csv", output="r", **settings)


@pytest.mark.parametrize("k", [0, 3, 17, 20])
def test_a_share_has_wilsons_interval(k):
    values = np.r_[np.ones(k), np.zeros(20 - k), [np.nan] * 5]
    found = share(values, True, 0.9)
    low, high = proportion_confint(k, 20, 0.1, "wilson")
    assert (found["low"], found["high"]) == pytest.approx((low, high), abs=1e-9)
    assert found["of_all"] == k / 25


def test_numbers_have_a_t_interval_and_nothing_is_null():
    found = share(np.array([1.0, 2.0, 4.0]), False, 0.95)
    assert (found["value"], found["method"]) == (pytest.approx(7 / 3), "t")
    assert share(np.array([2.0]), False, 0.95)["low"] is None
    empty = share(np.array([np.nan]), True, 0.95)
    assert (empty["value"], empty["note"]) == (None, "no reading")


def test_means_over_readers_are_those_of_their_means(study):
    readings = read(study())
    found = study_numbers(readings, None, config())
    for arm in ("unaided", "aided"):
        grid = readings.grid("correct", arm, readings.people, readings.cases)
        expected = spread(row_means(grid)).to_json()
        record = found["by_arm"][arm]["accuracy"]
        assert {k: record[k] for k in expected} == expected
        experts = spread(row_means(grid)[3:]).to_json()
        assert record["by_experience"]["expert"] == experts
    assert (found["n_readings"], found["n_cases"], found["grouping"]) == (480, 40, "group")


def test_each_class_has_its_own_cases_and_correction(study):
    readings = read(study())
    rows = study_numbers(readings, None, config())["by_class"]
    frame = readings.frame
    for row in rows:
        chosen = frame[(frame["truth"] == row["class"]) & (frame["arm"] == "aided")]
        assert row["arms"]["aided"]["mean"] == pytest.approx(
            chosen.groupby("reader")["correct"].mean().mean()
        )
        p, corrected = (row["tests"]["aided"][k] for k in ("p_wilcoxon", "p_holm"))
        assert corrected is None or corrected >= p


def test_without_groups_that_is_said(study):
    found = study_numbers(read(study(lambda f: f.drop(columns="lesion_id"))), None, config())
    assert "cases count as independent" in found["notes"][-1]
    assert found["grouping"] == "none"


def joined_study(study, predictions, edit=lambda f: f):
    return join_model(read(study(edit), classes=NAMES), predictions())


def test_readers_below_and_above_the_model(study, predictions):
    joined = joined_study(study, predictions)
    found = against_model(joined.readings, joined, "unaided", (), config())
    own = found["accuracy"]["value"]
    values = [r["value"] for r in found["readers"]]
    assert found["n_below"] == sum(v < own for v in values)
    assert found["n_above"] == sum(v > own for v in values)
    assert found["roc"] is None
    assert found["difference"]["value"] == pytest.approx(np.mean(values) - own)


def test_no_model_no_section(study):
    assert against_model(read(study()), None, "unaided", (), config()) is None


def test_one_reader_against_a_model_has_no_interval(study, predictions):
    joined = joined_study(study, predictions, lambda f: f[f["reader"] == "R1"])
    found = against_model(joined.readings, joined, "unaided", (), config())
    assert found["difference"]["note"] == "fewer than two readers"
    assert len(found["readers"]) == 1


def test_the_curve_of_the_model_and_who_lies_below(study, predictions):
    joined = joined_study(study, predictions)
    roc = against_model(joined.readings, joined, "unaided", ("melanoma",), config())["roc"]
    points = np.array(roc["points"])
    assert points[0].tolist() == [0, 0]
    assert points[-1].tolist() == [1, 1]
    below = sum(
        height_at(points[:, 0], points[:, 1], 1 - r["specificity"]) > r["sensitivity"] + 1e-4
        for r in roc["readers"]
    )
    assert roc["n_below_curve"] == below
    assert roc["n_positive"] == 13


def test_a_model_with_one_kind_of_case_has_no_curve(study, predictions):
    def ill(frame):
        return frame[frame["truth"] == "melanoma"]

    path = study(ill)
    joined = join_model(read(path, classes=NAMES), predictions())
    roc = against_model(joined.readings, joined, "unaided", ("melanoma",), config())["roc"]
    assert (roc["points"], roc["note"]) == ([], "the model's cases are all of one kind")


def test_heights_of_a_stair():
    x, y = np.array([0.0, 0.0, 0.3, 0.3, 1.0]), np.array([0.0, 0.4, 0.4, 0.9, 1.0])
    assert height_at(x, y, 0.0) == 0.4
    assert height_at(x, y, 0.15) == pytest.approx(0.4)
    assert height_at(x, y, 0.3) == pytest.approx(0.9)
    assert height_at(x, y, 0.65) == pytest.approx(0.95)
    assert height_at(x, y, 1.0) == 1.0
