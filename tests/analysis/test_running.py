"""Analyses in run directories: written once, found again, redone when inputs change."""

from __future__ import annotations

import json

import pytest

from cutis.analysis.cases import CasesConfig
from cutis.analysis.running import Found, file_hashes, run_analysis, table_hashes
from cutis.errors import CutisError
from cutis.report import build
from cutis.report.document import Document, Paragraph, Section


def page(run):
    text = f"The answer is {run.result['answer']}."
    return Document("test", "A title", text, [Section("one", "One", [Paragraph(text)])])


@pytest.fixture
def settings(published, tmp_path, monkeypatch):
    monkeypatch.setitem(build.DOCUMENTS, "stats test", f"{__name__}:page")
    return CasesConfig(predictions=published(), output=tmp_path / "run")


def test_a_run_is_made_once_and_again_when_its_input_changes(settings, published):
    calls = []

    def compute(run):
        calls.append(run.dir)
        return Found({"format": "x/1", "answer": len(calls)}, [], ["Done."])

    first = run_analysis(settings, "stats test", file_hashes([settings.predictions]), compute)
    assert first.render().startswith("Done.\nRun: ")
    assert first.result["answer"] == 1
    again = run_analysis(settings, "stats test", file_hashes([settings.predictions]), compute)
    assert "finished before" in again.render()
    assert again.result["answer"] == 1
    published(seed=5)
    third = run_analysis(settings, "stats test", file_hashes([settings.predictions]), compute)
    assert third.result["answer"] == 2
    stored = json.loads((settings.output / "result.json").read_text())
    assert stored["disclaimer"].startswith("Research use only")
    html = (settings.output / "report.html").read_text()
    assert "The answer is 2." in html
    assert "Research use only" in html


def test_a_dry_run_writes_nothing(settings):
    dry = settings.model_copy(update={"dry_run": True})
    result = run_analysis(dry, "stats test", {}, lambda run: pytest.fail("computed"))
    assert "nothing is written" in result.render()
    assert not settings.output.exists()


def test_a_refused_run_leaves_room_for_the_corrected_command(settings):
    def refuse(run):
        raise CutisError("This cannot be done.")

    with pytest.raises(CutisError, match="cannot be done"):
        run_analysis(settings, "stats test", {}, refuse)
    corrected = settings.model_copy(update={"seed": 5})
    done = run_analysis(corrected, "stats test", {}, lambda run: Found({"answer": 1}, [], []))
    assert done.result["answer"] == 1


def test_a_refusal_later_on_keeps_what_was_written(settings):
    def write_and_refuse(run):
        (run.dir / "part.csv").write_text("a")
        raise CutisError("This cannot be done.")

    with pytest.raises(CutisError, match="cannot be done"):
        run_analysis(settings, "stats test", {}, write_and_refuse)
    with pytest.raises(CutisError, match="other settings"):
        run_analysis(settings.model_copy(update={"seed": 5}), "stats test", {}, write_and_refuse)


def test_a_changed_table_is_another_input(settings, tmp_path):
    table = tmp_path / "t.csv"
    table.write_text("image,label\ni0.jpg,a\n")
    joining = settings.model_copy(update={"data": table})
    first = table_hashes(joining)
    table.write_text("image,label\ni0.jpg,b\n")
    assert set(first) == {"data_sha256"}
    assert table_hashes(joining) != first
    assert table_hashes(settings) == {}
    card = tmp_path / "c.yaml"
    card.write_text("name: mine\n")
    assert set(table_hashes(joining.model_copy(update={"card": str(card)}))) == {
        "data_sha256",
        "card_sha256",
    }


def test_hashes_of_files_that_are_not_there(tmp_path):
    with pytest.raises(CutisError, match="There are no predictions at"):
        file_hashes([tmp_path / "gone.csv"])
    with pytest.raises(CutisError, match="folder without predictions"):
        file_hashes([tmp_path])
