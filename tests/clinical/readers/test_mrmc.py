"""Many readers and cases from a table: the same numbers as from arrays, and every refusal."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from cutis import cli
from cutis.clinical.readers.mrmc import StatsMrmcConfig, _conclude, stats_mrmc
from cutis.errors import CutisError
from cutis.stats.readers.merit import jackknife_covariance, make_crossed
from cutis.stats.readers.obuchowski_rockette import analyse
from tests.clinical.readers.conftest import CLASSES

NAMES = ",".join(CLASSES)


def run(path, tmp_path, **options):
    config = StatsMrmcConfig(readings=path, output=tmp_path / "run", n_bootstrap=100, **options)
    return stats_mrmc(config).result


def test_accuracy_equals_the_analysis_of_arrays(study, tmp_path):
    path = study()
    found = run(path, tmp_path)["analysis"]
    frame = pd.read_csv(path).assign(right=lambda f: (f["answer"] == f["truth"]).astype(float))
    wide = frame.pivot_table(index=["arm", "reader"], columns="case", values="right")
    cases = [f"c{i}" for i in range(40)]
    scores = np.stack([wide.loc[arm, cases].to_numpy() for arm in ("unaided", "aided")])
    groups = np.array([f"L{i // 2}" for i in range(40)])
    study_of = make_crossed(scores, np.zeros(40), "accuracy", groups)
    expected = analyse(study_of.values()[0], jackknife_covariance(study_of))
    part = found["generalise"]["readers_and_cases"]
    assert (part["f"], part["p"]) == (pytest.approx(expected.f), pytest.approx(expected.p))
    assert found["figures"]["aided"]["R2"] == pytest.approx(scores[1, 1].mean())
    assert found["n_groups"] == 20
    drawn = found["bootstrap"]["aided - unaided"]
    assert drawn["low"] < part["differences"][0]["value"] < drawn["high"]


def test_auc_rates_by_confidence_in_the_positive_answer(study, tmp_path):
    path = study()
    found = run(path, tmp_path, merit="auc", positive="melanoma")["analysis"]
    frame = pd.read_csv(path)
    chosen = frame[(frame["reader"] == "R1") & (frame["arm"] == "aided")]
    sign = np.where(chosen["answer"] == "melanoma", 1, -1)
    expected = roc_auc_score(chosen["truth"] == "melanoma", sign * chosen["confidence"])
    assert found["figures"]["aided"]["R1"] == pytest.approx(expected)


def test_auc_without_confidence_is_the_mean_of_sensitivity_and_specificity(study, tmp_path):
    path = study(lambda f: f.drop(columns="confidence"))
    areas = run(path, tmp_path, merit="auc", positive="nevus")["analysis"]["figures"]["unaided"]
    both = [
        run(path, tmp_path / merit, merit=merit, positive="nevus")["analysis"]["figures"]["unaided"]
        for merit in ("sensitivity", "specificity")
    ]
    assert areas["R4"] == pytest.approx((both[0]["R4"] + both[1]["R4"]) / 2)


def test_a_model_against_one_arm(study, predictions, tmp_path):
    path = study(lambda f: f[f["arm"] == "unaided"])
    found = run(path, tmp_path, predictions=predictions(), classes=NAMES)
    assert found["analysis"] is None
    beside = found["against_model"]
    assert beside["n_readers"] == 6
    part = beside["generalise"]["readers_and_cases"]
    assert part["value"] == pytest.approx(beside["readers_mean"] - beside["model"])
    assert part["value"] < 0
    said = "readers are worse" if part["high"] < 0 else "no difference is shown"
    assert said in found["conclusion"][0]


def test_balanced_accuracy_and_delong(study, tmp_path):
    path = study(lambda f: f.drop(columns="lesion_id"))
    delong, jackknife = (
        run(path, tmp_path / kind, merit="balanced_accuracy", covariance=kind)["analysis"]
        for kind in ("delong", "jackknife")
    )
    assert delong["components"]["variance"] == pytest.approx(
        jackknife["components"]["variance"], rel=0.1
    )


def test_cases_that_somebody_skipped_are_left_out_and_said(study, tmp_path):
    path = study(lambda f: f.drop(f[(f["reader"] == "R1") & (f["case"] == "c0")].index))
    found = run(path, tmp_path)
    assert found["analysis"]["n_cases"] == 39
    assert "1 of 40 cases were not read by all readers" in " ".join(found["notes"])


def few(frame):
    return frame[(frame["reader"] != "R1") | (frame["case"].str.len() < 3)].reset_index(drop=True)


MISTAKES = {
    "one reader": (lambda f: f[f["reader"] == "R1"], {}, "has 1 reader "),
    "one arm": (lambda f: f[f["arm"] == "aided"], {}, "one arm .* and no model"),
    "no positive": (lambda f: f, {"merit": "auc"}, "which classes are disease"),
    "no such arm": (lambda f: f, {"arms": "aided,blind"}, "no arm 'blind'"),
    "no confidence": (
        lambda f: f.assign(confidence=[None, *f["confidence"][1:]]),
        {"merit": "auc", "positive": "nevus"},
        "1 answers have no confidence",
    ),
    "negative confidence": (
        lambda f: f.assign(confidence=-1),
        {"merit": "auc", "positive": "nevus"},
        "is negative",
    ),
    "nothing common": (
        lambda f: f[(f["reader"] == "R1") == f["case"].isin(["c0", "c1"])],
        {},
        "Only 0 cases were read by all 6 readers",
    ),
    "delong with groups": (lambda f: f, {"covariance": "delong"}, "use the jackknife"),
    "a class of one": (
        lambda f: f[(f["truth"] != "nevus") | (f["case"] == "c2")],
        {"merit": "sensitivity", "positive": "nevus"},
        "fewer than two cases with the disease",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes_are_named(study, tmp_path, name):
    edit, options, said = MISTAKES[name]
    with pytest.raises(CutisError, match=said):
        run(study(edit), tmp_path, **options)


def test_readers_with_the_fewest_cases_are_named(study, tmp_path):
    path = study(lambda f: f[(f["reader"] != "R3") | f["case"].isin(["c1", "c2"])])
    with pytest.raises(CutisError, match="Cases read by each: R3 2"):
        run(path, tmp_path)
    assert run(path, tmp_path / "b", drop_readers="R3")["analysis"]["n_cases"] == 40


def test_at_the_command_line(study, tmp_path, capsys):
    words = ["stats", "mrmc", str(study()), "-o", str(tmp_path / "r"), "--n-bootstrap", "100"]
    assert cli.run(words) == 0
    assert "For other readers and other cases" in capsys.readouterr().out
    assert "Where the spread comes from" in (tmp_path / "r" / "report.html").read_text()
    result = json.loads((tmp_path / "r" / "result.json").read_text())
    assert result["format"] == "cutis.mrmc/1"
    power = ["stats", "power", "--test", "mrmc", "--pilot", str(tmp_path / "r")]
    assert cli.run([*power, "--difference", "0.1", "--n-readers", "6"]) == 0
    assert "6 readers need" in capsys.readouterr().out


def test_a_list_of_no_arms_is_refused(study, tmp_path):
    with pytest.raises(CutisError, match=r"no arm ','. Arms: unaided, aided"):
        run(study(n_readers=2, n_cases=12), tmp_path, arms=",")


def test_arms_named_twice_count_once_and_in_the_order_given(study, tmp_path):
    found = run(study(n_readers=2, n_cases=12), tmp_path, arms="aided, unaided,aided")
    assert found["arms"] == ["aided", "unaided"]
    assert list(found["analysis"]["bootstrap"]) == ["unaided - aided"]


@pytest.mark.parametrize(
    ("p", "said"), [(0.0, "arms differ (p < 0.001)"), (0.05, "no difference is shown"),
                    (None, "no difference is shown (no test)")],
)  # fmt: skip
def test_what_is_concluded_follows_from_p(p, said):
    part = {"f": 1.0, "df1": 1, "df2": 3.0, "p": p,
            "arms": {"a": {"value": 0.5}, "b": {"value": 0.6}},
            "differences": [{"before": "a", "after": "b", "value": 0.1, "low": None, "high": None}],
            }  # fmt: skip
    result = {
        "confidence": 0.95, "merit": "auc", "against_model": None,
        "analysis": {"n_readers": 4, "n_cases": 20, "generalise": {"readers_and_cases": part}},
    }  # fmt: skip
    first, second = _conclude(result)
    assert said in first
    assert first.startswith("Mean AUC of 4 readers on 20 cases: a 0.500, b 0.600.")
    assert second == "The difference b minus a is +0.100."


def test_readers_that_never_differ_have_no_test_and_no_claim(study, tmp_path):
    def same(frame):
        plain = frame[frame["arm"] == "unaided"]
        return pd.concat([plain, plain.assign(arm="again")])

    found = run(study(same, n_readers=2, n_cases=12), tmp_path)
    difference = found["analysis"]["generalise"]["readers"]["differences"][0]
    assert (difference["value"], difference["low"], difference["p"]) == (0.0, None, None)
    assert "no difference is shown" in found["conclusion"][0]


@pytest.mark.parametrize("merit", ["sensitivity", "specificity"])
def test_positives_change_places_with_the_rest(study, tmp_path, merit):
    other = {"sensitivity": "specificity", "specificity": "sensitivity"}[merit]
    path = study(n_readers=3, n_cases=18)
    one = run(path, tmp_path / "a", merit=merit, positive="nevus")["analysis"]
    two = run(path, tmp_path / "b", merit=other, positive="melanoma,keratosis")["analysis"]
    assert one["figures"] == two["figures"]
    assert one["components"] == pytest.approx(two["components"])
