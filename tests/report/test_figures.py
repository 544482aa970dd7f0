"""The SVG files for papers."""

from __future__ import annotations

from xml.etree import ElementTree

from cutis.report import build_report
from cutis.report.figures import figures, write_figures
from cutis.report.source import RunData, read_run_data
from tests.report.fake_run import CLASSES, make_run

SVG = "{http://www.w3.org/2000/svg}"


def test_all_are_written_and_well_formed(finished):
    written = sorted(p.stem for p in (finished / "figures").iterdir())
    assert written == ["confusion", "precision_recall", "reliability", "risk_coverage", "roc"]
    for path in (finished / "figures").iterdir():
        root = ElementTree.fromstring(path.read_text(encoding="utf-8"))
        assert root.tag == SVG + "svg"
        assert root.find(SVG + "title").text
        assert not [e for e in root.iter() if e.tag in (SVG + "script", SVG + "image")]


def test_one_panel_per_class(run):
    root = ElementTree.fromstring(figures(run)["roc"].standalone())
    assert len(root.findall(f"{SVG}g")) == len(CLASSES)


def test_nothing_is_drawn_without_data(tmp_path):
    assert write_figures(tmp_path / "figures", RunData(record={})) == []
    assert not (tmp_path / "figures").exists()


def test_without_labels_there_are_no_figures(tmp_path):
    folder = make_run(tmp_path / "run", n=30, labels=False)
    build_report(folder)
    assert not (folder / "figures").exists()
    assert figures(read_run_data(folder)) == {}
