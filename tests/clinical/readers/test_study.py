"""The whole study: numbers against plain pandas, the phantom's readers, the command line."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from cutis import cli
from cutis.clinical.readers.study import StatsReadersConfig, stats_readers
from cutis.errors import CutisError
from tests.clinical.readers.conftest import CLASSES

NAMES = ",".join(CLASSES)


def run(path, tmp_path, **options):
    config = StatsReadersConfig(readings=path, output=tmp_path / "run", n_bootstrap=200, **options)
    return stats_readers(config).result


def test_paired_numbers_equal_pandas_and_scipy(study, tmp_path):
    path = study()
    found = run(path, tmp_path, no_mixed=True)
    frame = pd.read_csv(path)
    frame["right"] = frame["answer"] == frame["truth"]
    means = frame.pivot_table(index="reader", columns="arm", values="right")
    record = found["comparisons"][0]
    assert (record["before"], record["after"], record["outcome"]) == (
        "unaided", "aided", "accuracy",
    )  # fmt: skip
    test = record["test"]
    change = (means["aided"] - means["unaided"]).round(12)
    assert test["difference"] == pytest.approx(change.mean())
    assert test["p_t"] == pytest.approx(stats.ttest_1samp(change, 0).pvalue)
    assert test["p_wilcoxon"] == pytest.approx(stats.wilcoxon(change[change != 0]).pvalue)
    wide = frame.pivot_table(index=["reader", "case"], columns="arm", values="right") == 1
    assert record["flips"]["helped"] == int((~wide["unaided"] & wide["aided"]).sum())
    assert record["flips"]["harmed"] == int((wide["unaided"] & ~wide["aided"]).sum())
    low, high = record["bootstrap"]["low"], record["bootstrap"]["high"]
    assert low < test["difference"] < high
    reader = next(r for r in found["readers"] if r["reader"] == "R3")
    assert reader["arms"]["aided"]["accuracy"]["value"] == pytest.approx(means.loc["R3", "aided"])
    assert [o["name"] for o in found["outcomes"]] == ["accuracy", "confidence", "time"]
    tested = {r["outcome"]: "p_holm" in r["test"] for r in found["comparisons"]}
    assert tested == {"accuracy": True, "confidence": False, "time": False}


def test_sensitivity_specificity_and_the_model(study, predictions, tmp_path):
    path = study()
    found = run(
        path, tmp_path, predictions=predictions(), positive="melanoma", classes=NAMES, no_mixed=True
    )
    frame = pd.read_csv(path)
    ill = frame[(frame["truth"] == "melanoma") & (frame["arm"] == "unaided")]
    expected = (ill["answer"] == "melanoma").groupby(ill["reader"]).mean()
    record = next(r for r in found["comparisons"] if r["outcome"] == "sensitivity")
    assert record["test"]["before"] == pytest.approx(expected.mean())
    model = found["model"]
    assert model["n_below"] + model["n_above"] + model["n_equal"] == 6
    assert model["difference"]["method"].startswith("one-arm Obuchowski-Rockette")
    roc = model["roc"]
    point = next(r for r in roc["readers"] if r["reader"] == "R1")
    assert point["sensitivity"] == pytest.approx(expected["R1"])
    assert 0.5 < roc["auroc"] <= 1
    followed = found["comparisons"][0]["followed"]
    assert followed["model_right"]["followed"] <= followed["model_right"]["disagreed"]


def test_a_reader_who_skipped_cases_is_compared_on_common_ones(study, tmp_path):
    def skip(frame):
        gone = (frame["reader"] == "R1") & (frame["arm"] == "aided")
        frame.loc[gone & frame["case"].isin(["c0", "c1", "c2"]), "answer"] = None
        return frame

    path = study(skip)
    found = run(path, tmp_path, no_mixed=True)
    row = found["comparisons"][0]["readers"][0]
    assert (row["reader"], row["n"]) == ("R1", 37)
    frame = pd.read_csv(path)
    first = frame[(frame["reader"] == "R1") & (frame["arm"] == "unaided")].iloc[3:]
    assert row["before"] == pytest.approx((first["answer"] == first["truth"]).mean())
    aided = found["readers"][0]["arms"]["aided"]["accuracy"]
    assert aided["of_all"] == pytest.approx(aided["value"] * 37 / 40)
    notes = " ".join(found["notes"])
    assert "R1 3" in notes
    assert "1 reader read fewer than 40 cases" in notes


def test_different_cases_for_each_reader_have_no_analysis_of_variance(study, predictions, tmp_path):
    def split(frame):
        number = frame["case"].str[1:].astype(int)
        keep = number % 6 == frame["reader"].str[1:].astype(int) - 1
        return frame[keep]

    found = run(study(split), tmp_path, predictions=predictions(), classes=NAMES, no_mixed=True)
    difference = found["model"]["difference"]
    assert "different cases" in difference["note"]
    assert difference["low"] < difference["value"] < difference["high"]


def test_one_reader_and_one_arm_are_said(study, tmp_path):
    path = study(lambda f: f[(f["reader"] == "R1") & (f["arm"] == "aided")])
    found = run(path, tmp_path)
    assert found["comparisons"] == []
    assert "Right answers, mean of 1 reader aided" in found["conclusion"][0]
    notes = " ".join(found["notes"])
    assert "single reader" in notes
    assert "one arm" in notes


def test_one_reader_with_two_arms_speaks_of_nobody_else(study, tmp_path):
    found = run(study(lambda f: f[f["reader"] == "R2"]), tmp_path)
    assert "no test speaks of other readers" in found["conclusion"][0]
    assert found["comparisons"][0]["test"]["p_t"] is None


def test_scores_without_answers(study, tmp_path):
    def graded(frame):
        right = frame["answer"] == frame["truth"]
        frame = frame.assign(score_grade=np.where(right, 5, 2), score_harm=(~right).astype(int))
        return frame.drop(columns=["answer", "truth"])

    found = run(study(graded), tmp_path)
    assert [o["name"] for o in found["outcomes"]][:2] == ["score_grade", "score_harm"]
    grade = found["comparisons"][0]
    assert "flips" not in grade
    harm = found["comparisons"][1]
    assert harm["flips"]["n"] == 240
    assert "Grade, mean of 6 readers" in found["conclusion"][0]


def test_answers_without_truth(study, tmp_path):
    found = run(study(lambda f: f.drop(columns="truth")), tmp_path)
    assert found["outcomes"][0]["name"] == "confidence"
    assert found["by_class"][0] if found["by_class"] else True


def test_by_experience_and_by_class(study, tmp_path):
    found = run(study(), tmp_path, no_mixed=True)
    levels = found["comparisons"][0]["by_experience"]
    assert {v: t["n"] for v, t in levels.items()} == {"expert": 3, "resident": 3}
    assert all("p_holm" in t for t in levels.values())
    assert [r["n_cases"] for r in found["by_class"]] == [14, 13, 13]
    arms = found["by_arm"]["aided"]["accuracy"]["by_experience"]
    assert arms["expert"]["mean"] > arms["resident"]["mean"] - 0.3


def test_the_mixed_model_is_there(study, tmp_path):
    found = run(study(), tmp_path)["comparisons"][0]["mixed"]
    assert found["n"] == 480
    assert found["low"] < found["odds_ratio"] < found["high"]


def test_readers_of_the_phantom_have_the_skill_they_were_given(tmp_path):
    from cutis.data.phantom.attributes import CLASSES as NUMBERED
    from cutis.data.phantom.readers import READERS, read_answers

    generator = np.random.default_rng(5)
    truth = generator.integers(0, len(NUMBERED), 300)
    answers = np.array([read_answers(int(t), generator) for t in truth])
    frame = pd.DataFrame(
        {"id": [f"x{i}" for i in range(300)], "label": [NUMBERED[t] for t in truth]}
    )
    for k, reader in enumerate(READERS):
        frame[reader.name] = [NUMBERED[a] for a in answers[:, k]]
    frame.to_csv(tmp_path / "phantom.csv", index=False)
    found = run(tmp_path / "phantom.csv", tmp_path, positive=NUMBERED[4])
    share = np.bincount(truth, minlength=len(NUMBERED)) / 300
    inside = 0
    for reader, row in zip(READERS, found["readers"], strict=True):
        skill = float(share @ np.array(reader.sensitivity))
        accuracy = row["arms"]["unaided"]["accuracy"]
        assert accuracy["n"] == 300
        inside += accuracy["low"] < skill < accuracy["high"]
        sensitivity = row["arms"]["unaided"]["sensitivity"]
        inside += sensitivity["low"] < reader.sensitivity[4] < sensitivity["high"]
    assert inside >= 7
    values = [r["arms"]["unaided"]["accuracy"]["value"] for r in found["readers"]]
    assert values == sorted(values, reverse=True)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"reference": "aidd"}, "no arm 'aidd'"),
        ({"positive": "melanom"}, "Did you mean 'melanoma'"),
        ({"positive": NAMES}, "Every class was named positive"),
    ],
)
def test_mistakes_are_named(study, tmp_path, options, said):
    with pytest.raises(CutisError, match=said):
        run(study(), tmp_path, **options)


def test_a_model_alone_is_refused(study, tmp_path):
    path = study(
        lambda f: f[f["reader"] == "R1"].assign(reader="model", arm="model").drop_duplicates("case")
    )
    with pytest.raises(CutisError, match="answers of a model only"):
        run(path, tmp_path)


def test_the_reference_may_be_chosen(study, tmp_path):
    found = run(study(), tmp_path, reference="aided", no_mixed=True)
    assert (found["comparisons"][0]["before"], found["arms"]) == ("aided", ["aided", "unaided"])


def test_at_the_command_line_twice(study, tmp_path, capsys):
    path = study()
    words = ["stats", "readers", str(path), "-o", str(tmp_path / "r"), "--n-bootstrap", "100"]
    assert cli.run([*words, "--no-mixed"]) == 0
    first = capsys.readouterr().out
    assert "6 readers, 40 cases, 480 readings" in first
    page = (tmp_path / "r" / "report.html").read_text()
    assert "Signed-rank" in page
    assert "Reader by reader" in page
    result = json.loads((tmp_path / "r" / "result.json").read_text())
    assert result["format"] == "cutis.readers/1"
    assert cli.run([*words, "--no-mixed"]) == 0
    assert "finished before" in capsys.readouterr().out
