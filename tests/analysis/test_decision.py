"""``cutis stats decision``."""

from __future__ import annotations

import numpy as np
import pytest

from cutis import cli
from cutis.analysis.decision import (
    StatsDecisionConfig,
    positive_classes,
    stats_decision,
    verdict,
)
from cutis.errors import CutisError
from cutis.predictions import read_predictions
from tests.analysis import held_out
from tests.analysis.made_cases import cases


@pytest.fixture
def path(tmp_path):
    return held_out.write(tmp_path / "all.parquet")


def run(path, out, **more):
    more = {"n_bootstrap": 100} | more
    return stats_decision(StatsDecisionConfig(predictions=path, output=out, **more))


def by_hand(positive, scores, t):
    treated = scores >= t
    n = positive.size
    return (treated & positive).sum() / n - (treated & ~positive).sum() / n * t / (1 - t)


def test_several_classes_are_one_decision(path, tmp_path):
    out = run(path, tmp_path / "run", positive="melanoma,keratosis", at="0.1,0.35")
    given = read_predictions(path)
    positive, scores = given.labels_n > 0, given.probs_nc[:, 1:].sum(axis=1)
    points = {p["threshold"]: p for p in out.result["points"]}
    for t in (0.1, 0.35):
        assert points[t]["net_benefit"]["value"] == pytest.approx(by_hand(positive, scores, t))
    assert out.result["positive"] == "melanoma or keratosis"
    assert out.result["n_positive"] == positive.sum()
    assert min(points) == 0.01
    assert max(points) == 0.6
    html = (tmp_path / "run" / "report.html").read_text()
    assert "Decision curve for melanoma or keratosis" in html
    assert "state the share with --prevalence" in html
    assert "threshold 0.35" in out.render()


def test_a_prevalence_is_used_and_said(path, tmp_path):
    out = run(path, tmp_path / "run", positive="melanoma", prevalence=0.01)
    assert out.result["prevalence"] == 0.01
    assert "Reckoned for a share of 1 %" in (tmp_path / "run" / "report.html").read_text()


def test_of_two_classes_the_second_is_acted_upon(tmp_path):
    path = held_out.write(tmp_path / "two.parquet", classes=("benign", "malignant"))
    assert run(path, tmp_path / "run").result["positive"] == "malignant"


def test_a_useless_model_is_said_to_be_useless(tmp_path):
    path = held_out.write(tmp_path / "two.parquet", classes=("benign", "malignant"))
    table = read_predictions(path)
    table.table["p:malignant"] = np.random.default_rng(0).random(len(table))
    table.table["p:benign"] = 1 - table.table["p:malignant"]
    from cutis.predictions import write_predictions

    write_predictions(path, table)
    out = run(path, tmp_path / "run")
    assert out.result["useful"] == []
    assert "At no threshold" in out.render()
    assert "At no threshold" in (tmp_path / "run" / "report.html").read_text()


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({}, "A decision is for one class or against it, and .* has 3"),
        ({"positive": "melanom"}, "no class 'melanom'.*Did you mean 'melanoma'"),
        ({"positive": "nevus,melanoma,keratosis"}, "leaves no class to tell the positives from"),
        ({"positive": "melanoma", "lowest": 0.5, "highest": 0.5}, "lowest threshold must be below"),
        ({"positive": "melanoma", "at": "0.1,2"}, "--at has the threshold 2"),
    ],
)
def test_refusals(path, tmp_path, more, message):
    with pytest.raises(CutisError, match=message):
        run(path, tmp_path / "run", **more)


def test_a_class_without_images_cannot_be_acted_upon(path, tmp_path):
    with pytest.raises(CutisError, match=r"0 of 240 images are of the positive class.*wart"):
        table = read_predictions(path)
        table.table["p:wart"] = 0.0
        from dataclasses import replace

        from cutis.predictions import write_predictions

        write_predictions(path, replace(table, classes=(*table.classes, "wart")))
        run(path, tmp_path / "run", positive="wart")


def test_on_the_command_line(path, tmp_path, capsys):
    words = ["stats", "decision", str(path), "-o", str(tmp_path / "run"), "--n-bootstrap", "100"]
    assert cli.run([*words, "--positive", "melanoma"]) == 0
    assert "acting on melanoma: " in capsys.readouterr().out
    assert cli.run([*words[:4], str(tmp_path / "b")]) == 2
    assert "--positive" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "chosen"),
    [("melanoma", [1]), ("MELANOMA, keratosis", [1, 2]), ("2,1,2", [1, 2]), ("0,", [0])],
)
def test_positives_by_name_or_number_once_each(given, chosen):
    made = cases(9, classes=("nevus", "melanoma", "keratosis"))
    assert positive_classes(made, given) == chosen


@pytest.mark.parametrize("given", ["nevus,melanoma", "0,1", ",", ""])
def test_all_classes_or_none_leave_nothing_to_decide(given):
    with pytest.raises(CutisError, match="leaves no class to tell the positives from") as error:
        positive_classes(cases(4), given)
    assert "nevus, melanoma" in str(error.value)


def test_a_class_whose_name_holds_a_comma_is_one_class():
    made = cases(9, classes=("nevus", "melanoma, in situ", "other"))
    assert positive_classes(made, "melanoma, in situ") == [1]


@pytest.mark.parametrize(
    ("useful", "said"),
    [
        ([], "At no threshold shown, with 90 % confidence"),
        ([[0.1, 0.1]], "for thresholds 0.1 (pointwise"),
        ([[0.1, 0.2], [0.4, 0.5]], "for thresholds 0.1 to 0.2, 0.4 to 0.5 (pointwise"),
    ],
)
def test_the_verdict_names_its_confidence_and_its_ranges(useful, said):
    words = verdict({"useful": useful, "confidence": 0.9})
    assert said in words
    assert "90 % confidence" in words
