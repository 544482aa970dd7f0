"""Claims follow the confidence asked for, and a model is rated by its probabilities."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from cutis.clinical.readers.conclusion import conclude
from cutis.clinical.readers.mrmc import StatsMrmcConfig, stats_mrmc
from cutis.clinical.readers.study import StatsReadersConfig, stats_readers
from cutis.errors import CutisError
from tests.clinical.readers.conftest import CLASSES, study_frame

NAMES = ",".join(CLASSES)


def mrmc(path, output, **options):
    return stats_mrmc(StatsMrmcConfig(readings=path, output=output, n_bootstrap=100, **options))


def readers(path, output, **options):
    return stats_readers(
        StatsReadersConfig(readings=path, output=output, n_bootstrap=100, no_mixed=True, **options)
    )


@pytest.mark.parametrize("positive", ["melanoma", "melanoma,keratosis"])
def test_the_area_of_a_model_is_that_of_its_summed_probability(
    study, predictions, tmp_path, positive
):
    options = {"predictions": predictions(), "classes": NAMES, "positive": positive}
    path = study(lambda f: f[f["arm"] == "unaided"])
    found = mrmc(path, tmp_path / "m", merit="auc", **options).result["against_model"]
    _, truth, probs = study_frame()
    chosen = [CLASSES.index(name) for name in positive.split(",")]
    expected = roc_auc_score(np.isin(truth, chosen), probs[:, chosen].sum(axis=1))
    assert found["model"] == pytest.approx(expected)
    beside = readers(path, tmp_path / "r", **options).result["model"]["roc"]
    assert beside["auroc"] == pytest.approx(expected)


def test_a_case_without_prediction_is_not_common(study, predictions, tmp_path):
    found = mrmc(
        study(lambda f: f[f["arm"] == "unaided"]), tmp_path / "m", merit="auc",
        predictions=predictions(lambda f: f.iloc[3:]), classes=NAMES, positive="nevus",
    ).result["against_model"]  # fmt: skip
    assert found["n_cases"] == 37


def test_arms_differ_at_the_level_asked_for(study, tmp_path):
    said = {}
    for confidence in (0.6, 0.95, 0.9999):
        found = mrmc(study(), tmp_path / str(confidence), confidence=confidence).result
        part = found["analysis"]["generalise"]["readers_and_cases"]
        said[confidence] = "arms differ" in found["conclusion"][0]
        assert said[confidence] == (part["p"] < 1 - confidence)
        ends = part["differences"][0]
        assert said[confidence] == (ends["low"] > 0 or ends["high"] < 0)
        assert f"({100 * confidence:g}% interval" in found["conclusion"][1]
        page = (tmp_path / str(confidence) / "report.html").read_text()
        assert f"at the {100 * confidence:g}% level" in page
    assert said[0.6] > said[0.9999]


@pytest.mark.parametrize(
    ("confidence", "said"), [(0.95, "It is higher aided"), (0.99, "do not agree")]
)
def test_a_verdict_compares_p_with_its_own_level(confidence, said):
    test = {
        "n": 8, "before": 0.6, "after": 0.7, "difference": 0.1, "p_wilcoxon": 0.03,
        "p_holm": 0.03, "better": 7, "worse": 1,
    }  # fmt: skip
    record = {
        "outcome": "accuracy", "title": "Right answers", "before": "unaided", "after": "aided",
        "test": test, "bootstrap": {"low": 0.02, "high": 0.18}, "flips": {},
    }  # fmt: skip
    result = {
        "confidence": confidence, "comparisons": [record], "model": None, "one_arm": None,
        "outcomes": [{"name": "accuracy", "title": "Right answers"}], "reference": "unaided",
    }  # fmt: skip
    assert said in conclude(result)[0]


def test_one_arm_speaks_of_other_readers_and_other_cases(study, tmp_path):
    path = study(lambda f: f[f["arm"] == "unaided"])
    result = readers(path, tmp_path / "r", confidence=0.999).result
    found = result["one_arm"]
    assert "99.9% interval" in result["conclusion"][0]
    assert "for other readers and other cases" in result["conclusion"][0]
    over_readers = result["by_arm"]["unaided"]["accuracy"]
    assert found["value"] == pytest.approx(over_readers["mean"])
    assert found["n_cases"] == 40


def half_right(frame):
    """Every reader right on the same half of the cases, and wrong on all others, with any arm."""
    known = frame["case"].str[1:].astype(int) % 2 == 0
    other = frame["truth"].map(dict(zip(CLASSES, [*CLASSES[1:], CLASSES[0]], strict=True)))
    return frame.assign(answer=frame["truth"].where(known, other))


def test_readers_that_never_differ_leave_no_interval_of_readers_alone(study, tmp_path):
    result = readers(
        study(lambda f: half_right(f)[f["arm"] == "unaided"].drop(columns="lesion_id")),
        tmp_path / "r",
    ).result
    assert result["by_arm"]["unaided"]["accuracy"]["low"] is None
    assert result["one_arm"]["low"] < 0.5 < result["one_arm"]["high"]
    # One of the two cases of each lesion is right: lesions do not vary either.
    grouped = readers(study(lambda f: half_right(f)[f["arm"] == "unaided"]), tmp_path / "g").result
    assert grouped["one_arm"]["low"] is None
    assert "so there is no interval" in grouped["conclusion"][0]


def test_arms_that_never_differ_have_no_interval(study, tmp_path):
    result = readers(study(half_right), tmp_path / "r").result
    assert "always give the same" in result["conclusion"][0]
    assert "interval" not in result["conclusion"][0]
    perfect = readers(
        study(lambda f: f.assign(answer=f["truth"])[f["arm"] == "aided"]), tmp_path / "p"
    ).result
    assert "always give the same, so there is no interval" in perfect["conclusion"][0]


def test_replicates_without_disease_are_noted(tmp_path):
    frame, _, _ = study_frame(n_cases=36)
    frame = frame[~frame["case"].isin([f"c{i}" for i in range(7, 36, 3)])]
    assert (frame.drop_duplicates("case")["truth"] == "melanoma").sum() == 2
    frame.drop(columns="lesion_id").to_csv(tmp_path / "s.csv", index=False)
    result = mrmc(tmp_path / "s.csv", tmp_path / "r", merit="sensitivity", positive="melanoma")
    drawn = result.result["analysis"]["bootstrap"]["aided - unaided"]
    assert drawn["n_undefined"] > 0
    note = f"{drawn['n_undefined']} of 100 replicates have no value"
    assert any(note in said for said in result.result["notes"])


@pytest.mark.parametrize("merit", ["accuracy", "balanced_accuracy", "auc", "sensitivity"])
def test_readings_without_truth_are_told_so(study, tmp_path, merit):
    path = study(lambda f: f.assign(truth=pd.NA))
    with pytest.raises(CutisError, match="The truth is missing"):
        mrmc(path, tmp_path / "r", merit=merit, positive="melanoma")
