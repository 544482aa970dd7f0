"""The command ``cutis report RUN``."""

from __future__ import annotations

from pathlib import Path

import pytest

from cutis.cli import run as run_command
from cutis.errors import CutisError
from cutis.report import ReportConfig, report


def test_the_report_is_made_again(copied):
    (copied / "report.html").unlink()
    result = report(ReportConfig(run=copied))
    assert result.path == copied / "report.html"
    assert result.path.exists()
    assert str(result.path) in result.render()


def test_a_folder_without_a_run_is_a_user_error(tmp_path):
    with pytest.raises(CutisError, match="no finished run"):
        report(ReportConfig(run=tmp_path))


@pytest.mark.parametrize("words", [["RUN"], ["--run", "RUN"]])
def test_the_command_takes_the_run_by_place_or_by_name(copied, capsys, words):
    (copied / "report.html").unlink()
    given = [str(copied) if word == "RUN" else word for word in words]
    assert run_command(["report", *given]) == 0
    assert str(copied / "report.html") in capsys.readouterr().out
    assert (copied / "report.html").exists()


def test_pictures_are_left_out_on_request(copied, capsys):
    assert run_command(["report", str(copied), "--no-pictures"]) == 0
    assert "data:image" not in (copied / "report.html").read_text(encoding="utf-8")


def test_a_wrong_folder_exits_with_two(tmp_path, capsys):
    assert run_command(["report", str(tmp_path / "nothing")]) == 2
    assert "no finished run" in capsys.readouterr().err


def test_every_setting_is_described():
    assert all(f.description for f in ReportConfig.model_fields.values())
    assert isinstance(ReportConfig(run=Path("a")).run, Path)
