"""Agreement of a table of readings against scikit-learn and statsmodels."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import aggregate_raters, fleiss_kappa

from cutis import cli
from cutis.clinical.readers.agreement import StatsAgreementConfig, band, stats_agreement
from cutis.errors import CutisError
from tests.clinical.readers.conftest import CLASSES

NAMES = ",".join(CLASSES)


def run(path, tmp_path, **options):
    config = StatsAgreementConfig(
        readings=path, output=tmp_path / "run", n_bootstrap=100, **options
    )
    return stats_agreement(config).result


def test_answers_by_name(study, tmp_path):
    path = study(n_readers=4)
    found = run(path, tmp_path)
    frame = pd.read_csv(path)
    wide = frame[frame["arm"] == "aided"].pivot(index="case", columns="reader", values="answer")
    record = found["arms"]["aided"]
    assert (found["scale"], found["weights"], record["n_complete"]) == ("nominal", "none", 40)
    pair = record["pairs"][1]
    assert (pair["first"], pair["second"]) == ("R1", "R3")
    assert pair["value"] == pytest.approx(cohen_kappa_score(wide["R1"], wide["R3"]))
    assert pair["agreed"] == pytest.approx((wide["R1"] == wide["R3"]).mean())
    assert pair["low"] < pair["value"] < pair["high"]
    assert pair["large_sample"][0] < pair["value"]
    codes = wide.apply(lambda column: column.map(CLASSES.index))
    expected = fleiss_kappa(aggregate_raters(codes.to_numpy())[0])
    assert record["fleiss"]["value"] == pytest.approx(expected)
    truth = frame.drop_duplicates("case").set_index("case")["truth"].loc[wide.index]
    assert record["with_truth"][0]["value"] == pytest.approx(cohen_kappa_score(wide["R1"], truth))
    assert record["icc"] is None
    assert record["krippendorff"]["grouping"] == "group"
    assert list(found["arms"]) == ["unaided", "aided"]


def test_ordered_classes_and_weights(study, tmp_path):
    path = study(n_readers=2)
    found = run(path, tmp_path, scale="ordinal", classes=NAMES, arm="unaided")
    frame = pd.read_csv(path)
    wide = frame[frame["arm"] == "unaided"].pivot(index="case", columns="reader", values="answer")
    first, second = (wide[r].map(CLASSES.index) for r in ("R1", "R2"))
    expected = cohen_kappa_score(first, second, weights="quadratic")
    assert found["arms"]["unaided"]["pairs"][0]["value"] == pytest.approx(expected)
    assert list(found["arms"]) == ["unaided"]


def test_numbers_have_intraclass_correlations(study, tmp_path):
    found = run(study(n_readers=3), tmp_path, column="confidence")
    assert (found["scale"], found["weights"]) == ("interval", "quadratic")
    kinds = found["arms"]["aided"]["icc"]["kinds"]
    assert list(kinds) == ["ICC(1,1)", "ICC(2,1)", "ICC(3,1)", "ICC(1,k)", "ICC(2,k)", "ICC(3,k)"]
    low, high = kinds["ICC(2,1)"]["analytic"]
    assert low < kinds["ICC(2,1)"]["value"] < high
    assert found["arms"]["aided"]["fleiss"]["n"] == 40


def test_many_different_numbers_have_no_kappa(study, tmp_path):
    record = run(study(n_readers=3), tmp_path, column="time")["arms"]["aided"]
    assert record["fleiss"] is None
    assert record["pairs"] == []
    assert record["icc"]["n"] == 40


def test_a_model_is_one_more_rater(study, predictions, tmp_path):
    found = run(study(n_readers=2), tmp_path, predictions=predictions(), classes=NAMES)
    record = found["arms"]["aided"]
    assert record["readers"] == ["R1", "R2", "model"]
    kappas = {r["reader"]: r["value"] for r in record["with_truth"]}
    assert kappas["model"] > kappas["R1"]


def test_without_truth_there_is_no_kappa_with_it(study, tmp_path):
    found = run(study(lambda f: f.drop(columns="truth"), n_readers=2), tmp_path)
    assert found["arms"]["aided"]["with_truth"] == []
    assert found["arms"]["aided"]["pairs"][0]["n"] == 40


def test_skipped_cases_are_used_by_alpha_only(study, tmp_path):
    path = study(lambda f: f.drop(f[(f["reader"] == "R1") & (f["case"] == "c0")].index))
    record = run(path, tmp_path)["arms"]["aided"]
    assert record["krippendorff"]["n"] == 40
    assert record["fleiss"]["n"] == 39


def test_of_many_pairs_some_are_listed_and_the_mean_is_over_all(study, tmp_path, monkeypatch):
    whole = run(study(n_readers=4), tmp_path)["arms"]["aided"]
    monkeypatch.setattr("cutis.clinical.readers.agreement.MOST_PAIRS", 2)
    found = run(study(n_readers=4), tmp_path / "b")
    assert len(found["arms"]["aided"]["pairs"]) == 2
    assert found["arms"]["aided"]["mean_kappa"] == pytest.approx(
        sum(p["value"] for p in whole["pairs"]) / 6
    )
    assert "6 pairs of readers; the first 2 are listed" in " ".join(found["notes"])


def test_few_complete_cases_have_no_icc(study, tmp_path):
    def split(frame):
        return frame[(frame["reader"] == "R1") == (frame["case"] < "c2")]

    record = run(study(split, n_readers=2), tmp_path, column="confidence")["arms"]["aided"]
    assert "fewer than two cases" in record["icc"]["note"]
    assert "undefined" in run_conclusion(record)


def run_conclusion(record):
    from cutis.clinical.readers.agreement import _conclude

    return _conclude("aided", record, StatsAgreementConfig(readings="a", output="b"))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"column": "confidenc"}, "Did you mean 'confidence'"),
        ({"arm": "aidd"}, "no arm 'aidd'"),
        ({"scale": "interval"}, "cannot be interval"),
    ],
)
def test_mistakes_are_named(study, tmp_path, options, said):
    with pytest.raises(CutisError, match=said):
        run(study(), tmp_path, **options)


def test_one_reader_has_nobody_to_agree_with(study, tmp_path):
    with pytest.raises(CutisError, match=r"one reader .*nobody to agree with"):
        run(study(n_readers=1), tmp_path)


def test_words():
    assert [band(v) for v in (-0.2, 0.1, 0.3, 0.5, 0.7, 0.9)] == [
        "poor", "slight", "fair", "moderate", "substantial", "almost perfect",
    ]  # fmt: skip


def test_at_the_command_line(study, tmp_path, capsys):
    words = ["stats", "agreement", str(study(n_readers=2)), "-o", str(tmp_path / "r")]
    assert cli.run([*words, "--n-bootstrap", "100", "--column", "confidence"]) == 0
    assert "Krippendorff's alpha" in capsys.readouterr().out
    assert "Intraclass" in (tmp_path / "r" / "report.html").read_text()
    result = json.loads((tmp_path / "r" / "result.json").read_text())
    assert result["format"] == "cutis.agreement/1"


def small(tmp_path, rows, name="t.csv"):
    frame = pd.DataFrame(rows, columns=["reader", "case", "answer"])
    frame.to_csv(tmp_path / name, index=False)
    return tmp_path / name


FOUR = [(r, str(i), a) for r, said in (("a", "xxyz"), ("b", "xyyz")) for i, a in enumerate(said)]


def test_answers_in_no_known_order_say_which_order_was_taken(tmp_path):
    path = small(tmp_path, FOUR)
    found = run(path, tmp_path, scale="ordinal")
    assert "No --classes were given, so the order of answers is: x, y, z." in found["notes"]
    told = run(path, tmp_path / "b", scale="ordinal", classes="x,y,z")
    assert not any("order of answers" in note for note in told["notes"])
    assert told["arms"]["unaided"]["mean_kappa"] == found["arms"]["unaided"]["mean_kappa"]


def test_the_order_of_classes_moves_weighted_kappa_only(tmp_path):
    path = small(tmp_path, FOUR)
    plain, weighted = (
        [
            run(path, tmp_path / f"{w}{c}", weights=w, classes=c)["arms"]["unaided"]["mean_kappa"]
            for c in ("x,y,z", "y,z,x")
        ]
        for w in ("none", "linear")
    )
    assert plain[0] == pytest.approx(plain[1])
    assert weighted[0] != pytest.approx(weighted[1])


def test_weights_on_names_are_said(tmp_path):
    found = run(small(tmp_path, FOUR), tmp_path, weights="linear", classes="x,y,z")
    assert "Weights were asked for though the scale has no order" in found["notes"][-1]
    expected = cohen_kappa_score(list("xxyz"), list("xyyz"), weights="linear")
    assert found["arms"]["unaided"]["pairs"][0]["value"] == pytest.approx(expected)


def test_one_answer_throughout_is_undefined_and_not_perfect(tmp_path):
    found = run(small(tmp_path, [(r, str(i), "x") for r in "ab" for i in range(3)]), tmp_path)
    assert found["conclusion"] == [
        "2 readers, 3 cases, arm unaided: agreement is undefined (all ratings are the same, so "
        "chance cannot be told apart)."
    ]
    record = found["arms"]["unaided"]
    assert record["mean_kappa"] is record["pairs"][0]["value"] is None
    assert record["pairs"][0]["agreed"] == 1.0


def test_readers_without_a_common_case_have_no_kappa(tmp_path):
    rows = [("a", "1", "x"), ("a", "2", "y"), ("b", "3", "x"), ("b", "4", "y")]
    record = run(small(tmp_path, rows), tmp_path)["arms"]["unaided"]
    (pair,) = record["pairs"]
    assert (pair["agreed"], pair["value"], pair["n"]) == (None, None, 0)
    assert pair["large_sample"] == [None, None]
    assert record["n_complete"] == 0
    assert "no case was rated by every rater" in record["fleiss"]["note"]


def test_right_answers_are_nominal_and_agree_as_such(study, tmp_path):
    path = study(lambda f: f.assign(correct=(f["answer"] == f["truth"]).astype(int)), n_readers=2)
    found = run(path, tmp_path, column="correct", arm="aided")
    frame = pd.read_csv(path)
    wide = frame[frame["arm"] == "aided"].pivot(index="case", columns="reader", values="correct")
    assert (found["scale"], found["levels"]) == ("nominal", [0.0, 1.0])
    expected = cohen_kappa_score(wide["R1"], wide["R2"])
    assert found["arms"]["aided"]["pairs"][0]["value"] == pytest.approx(expected)
