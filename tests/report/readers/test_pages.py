"""Pages of reader studies are made from result.json alone, and show what it says."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from cutis.clinical.readers.agreement import StatsAgreementConfig, stats_agreement
from cutis.clinical.readers.mrmc import StatsMrmcConfig, stats_mrmc
from cutis.clinical.readers.study import StatsReadersConfig, stats_readers
from cutis.report import build_report
from cutis.report.readers.words import mean_cell, number_cell, p_cell, signed_cell
from tests.clinical.readers.conftest import CLASSES, study_frame


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import pandas as pd

    folder = tmp_path_factory.mktemp("readers")
    frame, truth, probs = study_frame()
    frame.assign(reader=frame["reader"].replace("R1", "R1 <script>")).to_csv(
        folder / "study.csv", index=False
    )
    columns = {f"probability_class_{k}": probs[:, k] for k in range(3)}
    pd.DataFrame(
        {
            "image_path": [f"c{i}.jpg" for i in range(40)],
            "true_label": truth,
            "predicted_label": probs.argmax(axis=1),
            **columns,
        }
    ).to_csv(folder / "pred.csv", index=False)
    shared = {"readings": folder / "study.csv", "n_bootstrap": 100, "classes": ",".join(CLASSES)}
    stats_readers(
        StatsReadersConfig(
            output=folder / "study", predictions=folder / "pred.csv", positive="melanoma", **shared
        )
    )
    stats_mrmc(StatsMrmcConfig(output=folder / "mrmc", predictions=folder / "pred.csv", **shared))
    stats_agreement(StatsAgreementConfig(output=folder / "agree", **shared))
    stats_agreement(StatsAgreementConfig(output=folder / "sure", column="confidence", **shared))
    return folder


def page_of(folder: Path, name: str) -> str:
    return (folder / name / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["study", "mrmc", "agree", "sure"])
def test_pages_are_made_again_from_the_run_alone(folder, name, tmp_path):
    import shutil

    shutil.copytree(folder / name, tmp_path / "moved")
    before = (tmp_path / "moved" / "report.html").read_bytes()
    assert build_report(tmp_path / "moved").read_bytes() == before


@pytest.mark.parametrize("name", ["study", "mrmc", "agree", "sure"])
def test_conclusions_stand_first_and_names_are_escaped(folder, name):
    page = page_of(folder, name)
    result = json.loads((folder / name / "result.json").read_text())
    said = re.sub(r"\s+", " ", page)
    assert result["conclusion"][0].replace("'", "&#39;")[:60] in said
    assert "<script>" not in page.split("<body", 1)[1].replace("&lt;script&gt;", "")
    assert str(folder) not in page


def test_the_page_of_a_study(folder):
    page = page_of(folder, "study")
    for part in (
        "From one arm to the other",
        "What help did to single answers",
        "The model and the readers",
        "By experience",
        "Diagnosis by diagnosis",
        "Odds ratio",
        "over-reliance",
        "lie below the curve",
        "McNemar",
    ):
        assert part in page
    result = json.loads((folder / "study" / "result.json").read_text())
    change = result["comparisons"][0]["test"]["difference"]
    assert f"+{change:.3f}" in page
    assert page.count("<svg") >= 4


def test_the_page_of_many_readers(folder):
    page = page_of(folder, "mrmc")
    for part in ("other readers, other cases", "covariance: same reader", "Readers minus model"):
        assert part in page


def test_the_pages_of_agreement(folder):
    assert "Cohen&#39;s kappa of every reader and truth" in page_of(folder, "agree")
    assert "ICC(2,1)" in page_of(folder, "sure")


def test_a_study_with_one_arm_has_no_empty_sections(folder, tmp_path):
    frame, _, _ = study_frame()
    path = tmp_path / "one.csv"
    frame[frame["arm"] == "aided"].drop(columns="experience").to_csv(path, index=False)
    stats_readers(StatsReadersConfig(readings=path, output=tmp_path / "run", n_bootstrap=100))
    page = (tmp_path / "run" / "report.html").read_text()
    assert "From one arm to the other" not in page
    assert "By experience" not in page
    assert "no arms are compared" in page


def test_undefined_numbers_are_dashes():
    assert p_cell(None).text == number_cell(None).text == mean_cell(None).text == "–"
    assert signed_cell(None, None, None).text == "–"
    assert signed_cell(-0.1, -0.2, 0.0).text == "−0.100"
    assert np.isclose(signed_cell(0.1, 0.0, 0.2).value, 0.1)
