"""From readings to a crossed study."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cutis.clinical.readers.config import TableConfig
from cutis.clinical.readers.crossing import cross
from cutis.clinical.readers.loading import read_readings
from cutis.clinical.readers.model_arm import join_model
from tests.clinical.readers.conftest import CLASSES

ARMS = ["unaided", "aided"]


def read(path, **options):
    return read_readings(TableConfig(readings=path, **options))


@pytest.mark.parametrize("merit", ["accuracy", "balanced_accuracy"])
def test_scores_are_right_answers(study, merit):
    readings = read(study())
    found = cross(readings, merit, (), ARMS)
    frame = readings.frame
    for a, arm in enumerate(ARMS):
        for j, reader in enumerate(found.readers):
            mean = frame[(frame["arm"] == arm) & (frame["reader"] == reader)]
            expected = (
                mean["correct"].mean()
                if merit == "accuracy"
                else mean.groupby("truth")["correct"].mean().mean()
            )
            assert found.study.values()[0, a, j] == pytest.approx(expected)
    assert found.study.clusters.n_groups == 20
    assert found.notes == ()


@pytest.mark.parametrize("merit", ["sensitivity", "specificity"])
def test_scores_of_one_kind_of_case(study, merit):
    readings = read(study())
    found = cross(readings, merit, ("melanoma",), ["aided"])
    frame = readings.frame[readings.frame["arm"] == "aided"]
    ill = (frame["truth"] == "melanoma") == (merit == "sensitivity")
    right = (frame["answer"] == "melanoma") == (frame["truth"] == "melanoma")
    expected = right[ill].groupby(frame["reader"][ill]).mean()
    np.testing.assert_allclose(found.study.values()[0, 0], expected[found.readers])


def test_the_model_is_the_last_reader(study, predictions):
    joined = join_model(read(study(), classes=",".join(CLASSES)), predictions())
    found = cross(joined.readings, "auc", ("melanoma",), ["unaided"], with_model=True)
    assert found.readers[-1] == "model"
    assert found.study.scores_ajn.shape == (1, 7, 40)
    answer = joined.probs_nc.argmax(axis=1) == joined.readings.classes.index("melanoma")
    sign = np.where(answer, 1, -1)
    np.testing.assert_allclose(found.study.scores_ajn[0, -1], sign * joined.probs_nc.max(axis=1))


def test_cases_without_a_truth_are_left_out(study):
    def blind(frame):
        return frame.assign(truth=frame["truth"].where(frame["case"] != "c4"))

    readings = read(study(blind))
    found = cross(readings, "auc", ("nevus",), ARMS)
    assert len(found.cases) == 39
    assert "c4" not in found.cases
    assert "1 of 40 cases" in found.notes[0]


def test_three_arms(study):
    def third(frame):
        more = frame[frame["arm"] == "aided"].assign(arm="blind")
        return pd.concat([frame, more])

    found = cross(read(study(third)), "accuracy", (), ["unaided", "aided", "blind"])
    assert found.study.n_arms == 3
    np.testing.assert_allclose(*found.study.values()[0, 1:])
