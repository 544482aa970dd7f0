"""Published figures beside runs: the published predictions themselves must reproduce them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cutis.data.cards import bundled_cards
from cutis.predictions import make_predictions, read_predictions
from cutis.report.suite import render_suite
from cutis.tasks.benchmark.against import compare, published_n
from cutis.tasks.benchmark.board import Material, make_record
from cutis.tasks.benchmark.cells import read_cell
from cutis.tasks.benchmark.locating import Located
from cutis.tasks.benchmark.published import figures_of
from cutis.tasks.benchmark.reading import bundled_suites
from cutis.tasks.benchmark.standing import Rules
from cutis.tasks.benchmark.suite import Suite
from tests.tasks.benchmark.fake_runs import invented, strict_json, suite_of, write_run

FILES = {
    "CLIP-Large": "clip-vit-l-14", "BiomedCLIP": "biomedclip", "MONET": "monet", "MAKE": "make",
    "DermLIP-ViT-B-16": "dermlip-vit-b-16", "DermLIP-PanDerm": "dermlip-panderm",
    "DermFM-Zero": "dermfm-zero",
}  # fmt: skip
PAD = "pad-ufes-20-zero-shot"
CLASSES = (
    "nevus", "basal cell carcinoma", "actinic keratosis", "seborrheic keratosis",
    "squamous cell carcinoma", "melanoma",
)  # fmt: skip
# The report's seven models, as the table of statistics ranks them on PAD-UFES-20.
ORDER = ["dermfm-zero", "dermlip-panderm", "dermlip-vit-b-16", "make", "monet", "biomedclip",
         "clip-vit-l-14"]  # fmt: skip


@pytest.fixture(scope="module")
def record(shared, tmp_path_factory) -> dict:
    """The leaderboard of the published predictions of seven models on PAD-UFES-20."""
    folder = tmp_path_factory.mktemp("published")
    source = shared / "parity" / "stats" / "inputs" / "zero_shot" / "PAD"
    suite = bundled_suites()["zero-shot-7"]
    entry = next(e for e in suite.entries if e.data == PAD)
    runs = {
        (name, PAD): write_run(
            folder / name / PAD, read_predictions(source / f"{file}.csv", CLASSES), name, PAD
        )
        for file, name in FILES.items()
    }
    located = (Located(entry, Path("t.csv"), None),)
    material = Material(suite, located, (), tuple(FILES.values()), runs)
    return strict_json(make_record(material, Rules(300, anchor="make"), folder))


def test_the_published_predictions_reproduce_the_published_accuracies(record):
    found = [
        item for item in record["reproduction"]
        if item["published"]["metric"] == "accuracy"
        and item["published"]["source"] == "DermFM-Zero prediction files"
    ]  # fmt: skip
    assert {item["model"] for item in found} == set(FILES.values())
    for item in found:
        assert item["difference"] == pytest.approx(0, abs=6e-5)
        assert item["verdict"] == "reproduced"
        assert item["n"] == item["published"]["n"] == 461


def test_another_source_is_judged_on_its_own(record):
    item = next(
        i for i in record["reproduction"]
        if i["model"] == "dermlip-vit-b-16" and i["published"]["source"] == "O-MAKE README"
    )  # fmt: skip
    assert item["difference"] == pytest.approx(0.6074 - 0.627, abs=6e-5)
    assert "the number of images there is not stated" in item["reasons"]
    assert item["low"] <= item["published"]["value"] <= item["high"]
    assert item["verdict"] == "n not stated"


def test_a_figure_on_other_images_is_not_called_reproduced(record):
    found = [i for i in record["reproduction"] if i["published"]["metric"] == "balanced_accuracy"]
    assert len(found) == 7
    assert {i["verdict"] for i in found} == {"other images"}
    assert all("461 images here, 137 there" in i["reasons"] for i in found)


def test_auroc_and_published_intervals(record):
    make = next(
        i for i in record["reproduction"]
        if i["model"] == "make" and i["published"]["metric"] == "auroc"
    )  # fmt: skip
    assert make["difference"] == pytest.approx(0, abs=6e-4)
    cell = next(c for c in record["cells"] if c["model"] == "make")
    assert cell["published"]["low"] == pytest.approx(cell["low"], abs=0.02)
    assert cell["published"]["high"] == pytest.approx(cell["high"], abs=0.02)


def test_the_order_is_the_published_one_and_ranks_are_uncertain(record):
    cells = sorted(record["cells"], key=lambda c: c["rank"])
    assert [c["model"] for c in cells] == ORDER
    first, second, third, fourth = cells[:4]
    assert (first["rank_low"], first["rank_high"]) == (1, 1)
    assert second["rank_low"] <= 2 < second["rank_high"]
    assert first["p_corrected"] < 0.01
    assert third["p_corrected"] > 0.05
    assert fourth["model"] == "make"


def test_only_models_that_were_not_run_are_grey(record, tmp_path):
    assert {row["name"] for row in record["published_only"]} == {
        "dermfm-zero-open", "clip-of-o-make", "o-make",
    }  # fmt: skip
    page = render_suite(record, tmp_path)
    assert page.count("<b>reproduced</b>") >= 8
    assert page.count('class="grey"') == 4


def test_a_stand_in_never_reproduces(tmp_path):
    """The very figure and a wide interval, but on another dataset."""
    suite = suite_of({"data": PAD, "instead": ["pad-ufes-20"], "metric": "accuracy"})
    predictions = invented(0, 0.45, n=461, grouped=False)
    run = write_run(tmp_path / "make" / PAD, predictions, "make", "pad-ufes-20")
    located = (Located(suite.entries[0], Path("t.csv"), "pad-ufes-20", PAD),)
    record = make_record(
        Material(suite, located, (), ("make",), {("make", PAD): run}), Rules(100), tmp_path
    )
    items = [i for i in record["reproduction"] if i["published"]["metric"] == "accuracy"]
    assert items
    for item in items:
        assert item["verdict"] == "other images"
        assert f"pad-ufes-20 stands in for {PAD}" in item["reasons"]


def test_averages_are_compared_only_over_the_whole_suite(tmp_path):
    suite = bundled_suites()["zero-shot-7"]
    runs = {}
    for place, entry in enumerate(suite.entries):
        predictions = invented(place, 0.6, n=40, classes=("benign", "malignant"))
        run = write_run(tmp_path / entry.name, predictions, "dermfm-zero", entry.data)
        runs["dermfm-zero", entry.name] = run

    def average(names: list[str]) -> dict:
        located = tuple(Located(e, Path("t.csv"), None) for e in suite.entries if e.name in names)
        made = Material(suite, located, (), ("dermfm-zero",), runs)
        return make_record(made, Rules(100), tmp_path)["averages"][0]

    every = [entry.name for entry in suite.entries]
    assert average(every)["results"][0]["published"]["value"] == 0.7320
    part = average(every[:4])
    assert (part["n_sets"], part["n_sets_of_suite"]) == (4, 7)
    assert part["results"][0]["published"] is None


def test_no_published_average_beside_one_over_stand_ins(tmp_path):
    """All seven datasets are there, but one of them is another one's."""
    suite = bundled_suites()["zero-shot-7"]
    runs = {}
    for place, entry in enumerate(suite.entries):
        predictions = invented(place, 0.6, n=40, classes=("benign", "malignant"))
        run = write_run(tmp_path / entry.name, predictions, "dermfm-zero", entry.data)
        runs["dermfm-zero", entry.name] = run
    wanted = suite.entries[2].data

    def made(instead_of: str | None) -> dict:
        located = tuple(
            Located(e, Path("t.csv"), None, instead_of if e.data == wanted else None)
            for e in suite.entries
        )
        given = Material(suite, located, (), ("dermfm-zero",), runs)
        return strict_json(make_record(given, Rules(100), tmp_path))

    own, replaced = made(None), made(wanted)
    for record, n in ((own, 0), (replaced, 1)):
        (average,) = record["averages"]
        assert (average["n_sets"], average["n_sets_of_suite"], average["n_stand_ins"]) == (7, 7, n)
        assert (average["results"][0]["published"] is None) is (n == 1)
    (note,) = replaced["averages"][0]["notes"]
    assert wanted in note
    page = render_suite(replaced, tmp_path)
    assert "1 of them in place of others" in page
    assert "1 of them in place of others" not in render_suite(own, tmp_path)


@pytest.mark.parametrize("n", [None, 461, 137])
@pytest.mark.parametrize("value", [0.5, 0.9])
@pytest.mark.parametrize("instead_of", [None, PAD])
def test_the_verdict_needs_equal_numbers_of_images(tmp_path, n, value, instead_of):
    suite = suite_of({"data": PAD, "metric": "accuracy"})
    entry = suite.entries[0]
    (column,) = suite.columns()
    run = write_run(tmp_path / "r", invented(0, 0.45, n=461, grouped=False), "make", PAD)
    cell = read_cell(run, column)
    value = cell.value if value == 0.5 else value
    figure = next(f for f in figures_of(PAD, "zero-shot", None) if f.metric == "accuracy")
    given = figure._replace(n=n, value=value)
    found = compare(given, cell, Located(entry, Path("t.csv"), None, instead_of))
    inside = cell.record["low"] <= value <= cell.record["high"]
    expected = (
        "other images" if instead_of or n == 137
        else "n not stated" if n is None
        else "reproduced" if inside else "differs"
    )  # fmt: skip
    assert found["verdict"] == expected
    assert found["inside"] is inside


def test_the_published_test_images_among_real_ones(shared, tmp_path):
    """A model that guesses, on the 901 images that published models were tested on."""
    ids = pd.read_csv(shared / "data" / "ham10000" / "published_test_ids.csv").iloc[:, 0]
    table = pd.read_csv(shared / "data" / "ham10000" / "HAM10000_metadata.csv")
    name = "image_id"
    rows = table[table[name].isin(ids)]
    classes = tuple(sorted(rows["dx"].unique()))
    probs = np.random.default_rng(0).dirichlet(np.ones(len(classes)), len(rows))
    predictions = make_predictions(
        ids=rows[name].tolist(), images=rows[name].tolist(),
        probs_nc=probs, classes=classes,
        labels_n=rows["dx"].map({c: i for i, c in enumerate(classes)}).to_numpy(),
    )  # fmt: skip
    suite: Suite = suite_of({"data": "ham10000-zero-shot", "metric": "balanced_accuracy"})
    run = write_run(tmp_path / "r", predictions, "monet", "ham10000-zero-shot")
    key = ("monet", "ham10000-zero-shot")
    located = (Located(suite.entries[0], Path("t.csv"), None),)
    record = make_record(Material(suite, located, (), ("monet",), {key: run}), Rules(100), tmp_path)
    item = next(
        i for i in record["reproduction"] if i["published"]["metric"] == "balanced_accuracy"
    )
    assert item["n"] == item["published"]["n"] == 901
    assert item["value"] == pytest.approx(1 / 7, abs=0.06)
    assert item["high"] < item["published"]["value"]
    assert item["verdict"] == "differs"


def test_the_number_of_images_of_a_card():
    assert published_n(None) is None
    assert published_n(bundled_cards()["sd-128"]) == 1405
    assert published_n(bundled_cards()[PAD]) == 461
