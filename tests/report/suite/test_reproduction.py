"""Published figures beside one's own."""

from __future__ import annotations

import pytest

from cutis.report.suite.page import render_suite
from cutis.report.suite.reproduction import reproduction_rows, sources_of, title_of
from tests.report.suite.fake_record import figure, make_suite_record


def row(published: dict | None = None, column: dict | None = None, **changes) -> dict:
    record = make_suite_record(1, 1)
    record["reproduction"][0] |= {"published": published or figure(0.6)} | changes
    record["columns"][0] |= column or {}
    (found,) = reproduction_rows(record)
    return found


def test_a_figure_without_interval_or_size_leaves_them_out():
    found = row(figure(0.6, n=None))
    assert (found["published"], found["published_interval"], found["published_n"]) == (
        "0.600", "", "",
    )  # fmt: skip
    assert row(figure(0.6, low=0.51, high=0.68, n=1234))["published_n"] == "n 1,234"


@pytest.mark.parametrize(
    ("metric", "fraction", "what"),
    [
        ("accuracy", None, "Set data-0: Accuracy"),
        ("auroc_ovo", None, "Set data-0: AUROC, one against one"),
        ("quadratic_kappa", 0.1, "Set data-0, 10%: κ, quadratic weights"),
        ("accuracy", 1.0, "Set data-0, 100%: Accuracy"),
    ],
)
def test_what_is_compared_is_said(metric, fraction, what):
    assert row(figure(0.6, metric=metric), {"fraction": fraction})["what"] == what


def test_reasons_and_verdict_come_from_the_record():
    found = row(reasons=["other images", "other prompts"], verdict="other images")
    assert (found["verdict"], found["reasons"]) == ("other images", "other images; other prompts")
    assert (found["ours"], found["ours_n"], found["ours_interval"]) == (
        "0.500", "n 120", "0.400 to 0.650",
    )  # fmt: skip


def test_sources_are_numbered_as_they_appear_first():
    record = make_suite_record(2, 1)
    record["reproduction"][0]["published"] = figure(0.6, citation="Third")
    record["cells"][0]["published"] = figure(0.6, citation="First")
    record["published_only"][0]["cells"] = {"data-0": figure(0.6, citation="Last")}
    named = [citation for _, citation, _ in sources_of(record)]
    assert named == ["Third", "First", "A paper (2026).", "Last"]
    assert [number for number, _, _ in sources_of(record)] == list(range(1, len(named) + 1))
    assert reproduction_rows(record)[0]["source"] == 1


def test_metrics_that_are_ours_keep_our_words():
    assert title_of("balanced_accuracy") == "Balanced accuracy"


@pytest.mark.parametrize(
    ("p", "said"), [(0.0009, "p &lt; 0.001"), (0.001, "p = 0.001"), (0.9996, "p = 1.000")]
)
def test_p_values_on_the_page(p, said, tmp_path):
    record = make_suite_record(2, 1)
    record["cells"][-1]["p_corrected"] = p
    assert said in render_suite(record, tmp_path)


def test_measures_without_bounds_are_not_drawn(tmp_path):
    def bars(metric: str) -> int:
        record = make_suite_record(1, 1)
        record["columns"][0]["metric"] = metric
        details = render_suite(record, tmp_path).split('<section id="details"')[1]
        return details.split("</section>")[0].count("<svg")

    assert bars("accuracy") > max(bars("image_to_text_median_rank"), bars("brier"))


def test_models_say_what_is_not_known(tmp_path):
    record = make_suite_record(1, 1)
    record["models"][0] |= {
        "licence": None, "parameters": None, "weights_sha256": None, "training_data": None,
    }  # fmt: skip
    section = render_suite(record, tmp_path).split('<section id="models"')[1]
    assert section.split("</section>")[0].count("not stated") == 2
