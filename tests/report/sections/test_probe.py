"""The section on how a probe learnt, and the words around it."""

from __future__ import annotations

import copy

import pytest

from cutis.report import build_report
from cutis.report.sections.limits import limits_section
from cutis.report.sections.overview import overview
from cutis.report.sections.probe import (
    amounts,
    chosen_words,
    headline_metric,
    learning_picture,
    probe_section,
)
from cutis.report.source import RunData, read_run_data
from tests.report.fake_run import make_run, write
from tests.report.page import Page


def metric(value: float, sd: float | None) -> dict:
    seeds = {"mean": value, "sd": sd, "min": value - 0.01, "max": value + 0.02, "n_seeds": 3}
    return {"value": value, "low": value - 0.1, "high": value + 0.1, "n": 296, "seeds": seeds}


PROBE = {
    "format": "cutis.probe/1", "method": "linear", "protocol": "panderm", "seeds": [0, 1, 2],
    "label": "linear probe (PanDerm)", "training": "all training rows", "confidence": 0.95,
    "points": [{
        "per_class": {"melanoma": 40.0, "nevus": 1200.0}, "metrics": {},
        "chosen": [{"c": 0.01, "by": "validation split", "score": -1.0}],
        "published": {"lin_acc": 0.7592, "lin_auroc": None},
    }],
    "curve": [
        {"fraction": 0.1, "shots": None, "n_train": 124.0,
         "metrics": {"balanced_accuracy": metric(0.5, 0.015), "auroc": metric(0.7, None)}},
        {"fraction": 1.0, "shots": None, "n_train": 1240.0,
         "metrics": {"balanced_accuracy": metric(0.625, 0.012), "auroc": metric(0.8, None)}},
    ],
    "notes": ["LEAKAGE: 3 values of 'lesion_id' are in both 'train' and 'test'."],
}  # fmt: skip


@pytest.fixture
def run_dir(tmp_path):
    facts = {"label": PROBE["label"], "training": PROBE["training"]}
    folder = make_run(tmp_path / "run", n=60, thumbs=False, n_bootstrap=100, verb="probe",
                      probe=facts)  # fmt: skip
    write(folder / "probe.json", PROBE)
    return folder


def test_the_page_has_the_section_with_every_number(run_dir):
    page = Page(build_report(run_dir).read_text())
    assert page.problems == []
    assert "probe" in [tag.attributes["id"] for tag in page.all("section")]
    shown = {float(tag.attributes["value"]) for tag in page.all("data", section="probe")}
    assert shown == {0.5, 0.625, 0.7, 0.8, 0.7592}
    text = build_report(run_dir).read_text()
    assert "seeds: 0.500, SD 0.015" in text
    assert "LEAKAGE: 3 values" in text
    assert "Chosen: c 0.01, by validation split" in text
    assert (run_dir / "figures" / "learning_curve.svg").exists()


def test_the_report_is_remade_from_the_folder_alone(run_dir, tmp_path):
    import shutil

    first = build_report(run_dir).read_bytes()
    moved = tmp_path / "elsewhere"
    shutil.copytree(run_dir, moved)
    (moved / "report.html").unlink()
    assert build_report(moved).read_bytes() == first


def test_the_first_sentence_names_the_method(run_dir):
    found = overview(read_run_data(run_dir))
    assert found["kicker"] == "Linear probe (PanDerm)"
    assert "by its image features and a linear probe (PanDerm)" in found["sentence"]
    assert "which learnt from all training rows" in found["sentence"]


def test_nothing_is_said_of_zero_shot(run_dir):
    data = read_run_data(run_dir)
    data.record["model"]["card"]["seen_classes"] = ["melanoma"]
    texts = " ".join(item["text"] for item in limits_section(data))
    assert "saw melanoma with labels" in texts
    assert "Zero-shot" not in texts
    assert "The probe added labels" in texts


def test_one_point_needs_no_curve(run_dir):
    data = read_run_data(run_dir)
    single = copy.deepcopy(PROBE)
    del single["curve"][0]
    assert learning_picture(RunData(record=data.record, probe=single)) is None
    assert learning_picture(RunData(record=data.record)) is None
    assert probe_section(RunData(record=data.record)) is None


def section_of(**changes) -> dict:
    """The section of the record above with some parts replaced."""
    found = copy.deepcopy(PROBE) | changes
    metrics = {"metrics": {"balanced_accuracy": {}, "auroc": {}}}
    return probe_section(RunData(record={}, metrics=metrics, probe=found))


def test_cells_stand_under_their_metric():
    section = section_of()
    assert section["metrics"][:2] == ["Balanced accuracy", "Accuracy"]
    few, many = section["rows"]
    assert (few["size"], few["n"], many["n"]) == ("10 %", "124", "1,240")
    assert [cell["value"] for cell in few["cells"]] == [0.5, None, 0.7, None]
    assert few["cells"][0]["spread"] == "seeds: 0.500, SD 0.015"
    assert few["cells"][2]["spread"] == ""


def test_the_datasets_own_headline_comes_first_if_it_was_measured():
    card = {"dataset": {"card": {"headline_metric": "auroc"}}}
    known = {"metrics": {"balanced_accuracy": {}, "auroc": {}}}
    assert headline_metric(RunData(record=card, metrics=known)) == "auroc"
    assert headline_metric(RunData(record=card, metrics={"metrics": {}})) == "balanced_accuracy"
    assert headline_metric(RunData(record={}, metrics=None)) == "balanced_accuracy"


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ([], ""),
        ([{"by": "given"}], ""),
        ([{"k": 5, "by": "given"}], "k 5, by given"),
        ([{"alpha": 0.5, "beta": 5.5, "by": "validation split"}],
         "alpha 0.5, beta 5.5, by validation split"),
        ([{"c": 1.0, "by": "x"}] * 5, "c 1, by x"),
        ([{"c": 1.0, "by": "x"}, {"c": 0.1, "by": "x"}], "c 1, by x; c 0.1, by x"),
        ([{"c": 1.0}], "c 1, by default"),
    ],
)  # fmt: skip
def test_what_was_chosen_is_said_once(chosen, words):
    assert chosen_words(chosen) == words


def test_points_for_drawing_keep_both_uncertainties_apart():
    few, many = amounts(PROBE["curve"], "balanced_accuracy")
    assert (few.value, few.low, few.high) == (0.5, 0.4, 0.6)
    assert (few.least, few.most) == (0.49, 0.52)
    assert many.n == 1240
    lone, _ = amounts(PROBE["curve"], "auroc")
    assert (lone.least, lone.most) == (None, None)
    missing, _ = amounts(PROBE["curve"], "kappa")
    assert (missing.value, missing.low, missing.least) == (None, None, None)


def test_an_amount_of_nothing_can_be_drawn_on_a_logarithm():
    (point,) = amounts([{"n_train": 0.4, "shots": 1, "metrics": {}}], "auroc")
    assert (point.n, point.name) == (1.0, "1 per class")


def test_published_measures_that_are_undefined_are_no_zero():
    shown = {title: (text, number) for title, text, number in section_of()["published"]}
    assert shown["Accuracy"] == ("0.7592", 0.7592)
    assert shown["AUROC, one against one"][1] is None
    assert "0.0000" not in shown["AUROC, one against one"][0]


def test_a_probe_of_an_older_run_has_no_published_measures():
    section = section_of(points=[], curve=[], seeds=None, notes=None)
    assert (section["published"], section["rows"], section["picture"]) == ([], [], "")
    assert (section["n_seeds"], section["notes"], section["chosen"]) == (1, [], "")
