"""``cutis stats conformal``: sets on disk, coverage, conventions."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cutis import cli
from cutis.analysis import conformal
from cutis.analysis.conformal import Sets, StatsConformalConfig, sets_table, stats_conformal
from cutis.errors import CutisError
from cutis.predictions import read_predictions
from cutis.stats.conformal import calibrate, conformity, prediction_sets
from tests.analysis import held_out
from tests.analysis.made_cases import cases


@pytest.fixture
def path(tmp_path):
    return held_out.write(tmp_path / "all.parquet")


def run(path, out, **more):
    more = {"n_bootstrap": 100, "calibration": "val"} | more
    return stats_conformal(StatsConformalConfig(predictions=path, output=out, **more))


@pytest.mark.parametrize("method", ["lac", "aps", "raps"])
def test_the_sets_on_disk_are_those_that_were_measured(path, tmp_path, method):
    out = run(path, tmp_path / "run", method=method, csv=True)
    sets = pd.read_parquet(tmp_path / "run" / "sets.parquet")
    given = read_predictions(path).table
    given = given[given["split"] == "test"]
    assert sets["id"].tolist() == given["id"].tolist()
    inside = [label in names for label, names in zip(sets["label"], sets["set"], strict=True)]
    assert sets["covered"].tolist() == inside
    assert sets["size"].tolist() == [len(names) for names in sets["set"]]
    assert out.result["coverage"]["value"] == pytest.approx(np.mean(inside))
    assert out.result["coverage"]["value"] > 0.8
    for names, (_, row) in zip(sets["set"], given.iterrows(), strict=True):
        probs = [row[f"p:{name}"] for name in names]
        assert probs == sorted(probs, reverse=True)
    flat = pd.read_csv(tmp_path / "run" / "sets.csv", keep_default_na=False)
    assert flat["set"].tolist() == ["; ".join(names) for names in sets["set"]]
    html = (tmp_path / "run" / "report.html").read_text()
    assert "Promised to hold the truth for 90 of 100" in html


def test_lac_by_hand(path, tmp_path):
    out = run(path, tmp_path / "run")
    given = read_predictions(path)
    fit = (given.table["split"] == "val").to_numpy()
    scores = 1 - given.probs_nc[fit, given.labels_n[fit]]
    place = int(np.ceil(121 * 0.9)) - 1
    assert out.result["thresholds"][0]["threshold"] == pytest.approx(np.sort(scores)[place])
    low, high = out.result["expected_range"]
    assert low < 0.9 < high


def test_a_promise_per_class_and_per_column(path, tmp_path):
    of_class = run(path, tmp_path / "a", per="class").result
    assert [item["of"] for item in of_class["thresholds"]] == list(held_out.CLASSES)
    of_sex = run(path, tmp_path / "b", per="sex").result
    assert [item["of"] for item in of_sex["thresholds"]] == ["female", "male"]
    assert set(of_sex["by_group"]) == {"female", "male"}
    assert pd.read_parquet(tmp_path / "b" / "sets.parquet")["per"].isin(["female", "male"]).all()
    assert "Coverage by sex" in (tmp_path / "b" / "report.html").read_text()


def test_too_few_cases_give_full_sets_and_a_note(path, tmp_path):
    result = run(path, tmp_path / "run", alpha=0.005).result
    assert result["thresholds"][0]["threshold"] is None
    assert result["mean_size"]["value"] == 3
    assert result["coverage"]["method"] == "clopper-pearson"
    assert any("Fewer than 199 calibration cases" in note for note in result["notes"])


def test_an_uncalibrated_group_gets_full_sets_and_a_note(tmp_path):
    path = held_out.write(tmp_path / "all.parquet")
    other = held_out.write(tmp_path / "cal.parquet", first=1000, seed=2)
    table = read_predictions(other)
    table.table["sex"] = "male"
    from cutis.predictions import write_predictions

    write_predictions(other, table)
    result = run(path, tmp_path / "run", calibration=str(other), per="sex").result
    assert any("so full sets: female" in note for note in result["notes"])
    assert result["by_group"]["female"]["value"] == 1.0


def test_empty_sets_stay_unless_filled(path, tmp_path):
    empty = run(path, tmp_path / "a", alpha=0.6).result
    assert empty["empty"]["value"] > 0
    filled = run(path, tmp_path / "b", alpha=0.6, fill_empty=True).result
    assert filled["empty"]["value"] == 0
    assert filled["coverage"]["value"] >= empty["coverage"]["value"]


def test_chance_can_be_left_out(path, tmp_path):
    drawn = run(path, tmp_path / "a", method="aps").result
    plain = run(path, tmp_path / "b", method="aps", without_chance=True).result
    assert (drawn["randomised"], plain["randomised"]) == (True, False)
    assert plain["mean_size"]["value"] >= drawn["mean_size"]["value"]
    again = run(path, tmp_path / "c", method="aps").result
    assert again["mean_size"] == drawn["mean_size"]


def test_an_unknown_column_is_refused_with_the_nearest(path, tmp_path):
    with pytest.raises(CutisError, match=r"no column 'sx'.*Did you mean 'sex'"):
        run(path, tmp_path / "run", per="sx")


def test_calibrating_on_the_judged_images_is_refused(path, tmp_path):
    with pytest.raises(CutisError, match="are also to be judged on"):
        run(path, tmp_path / "run", calibration=str(path))


def test_on_the_command_line(path, tmp_path, capsys):
    words = ["stats", "conformal", str(path), "--calibration", "val", "-o", str(tmp_path / "run")]
    assert cli.run([*words, "--per", "class", "--n-bootstrap", "100"]) == 0
    shown = capsys.readouterr().out
    assert "coverage, melanoma" in shown
    assert cli.run([*words[:5], "-o", str(tmp_path / "b"), "--alpha", "1"]) == 2
    assert "--alpha" in capsys.readouterr().err


def test_the_table_of_sets_lists_classes_by_probability():
    made = cases(40, classes=("nevus", "melanoma", "keratosis"))
    probs = np.random.default_rng(0).dirichlet(np.ones(3), 40)
    scores = conformity("lac", probs)
    thresholds = calibrate(scores[:20], made.labels_n[:20], 0.2)
    inside = prediction_sets(scores, thresholds.of_rows(40, 3))
    shuffled = cases(40, classes=made.classes)
    table = sets_table(
        type(shuffled)(**{**vars(shuffled), "probs_nc": probs}),
        Sets(inside, thresholds, None, None),
    )
    for i, row in enumerate(table.to_dict("records")):
        order = [made.classes[k] for k in np.argsort(-probs[i]) if inside[i, k]]
        assert row["set"] == order
        assert row["size"] == len(order)
        assert row["covered"] == (row["label"] in order)
    assert "per" not in table.columns


def test_sets_say_what_was_promised_and_for_whom():
    known = {"value": 0.5, "low": None, "high": None, "n": 4}
    result = {
        "n": 8, "n_groups": 4, "grouping": "lesion_id", "classes": ["a", "b"], "alpha": 0.1,
        "method": "lac", "per": "sex", "n_calibration": 20, "calibrated_on": "split val",
        "coverage": known, "mean_size": known, "singletons": known, "empty": known,
        "by_class": {"a": known, "b": {**known, "value": None, "n": 0}}, "by_group": {"f": known},
        "notes": [],
    }  # fmt: skip
    lines = conformal.summary_lines(result)
    assert lines[1] == "  promised 0.9 by lac, per sex, calibrated on 20 images (split val)"
    assert "  coverage, b: undefined, n 0" in lines
    assert "  coverage, f: 0.500, n 4" in lines
