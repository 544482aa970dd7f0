"""Runs and pages that several tests share."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from cutis.report import build_report
from cutis.report.source import RunData, read_run_data
from tests.report.fake_run import make_run
from tests.report.page import Page


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A complete run with its report; read it, do not write to it."""
    folder = make_run(tmp_path_factory.mktemp("runs") / "full", n_bootstrap=60)
    build_report(folder)
    return folder


@pytest.fixture(scope="session")
def run(finished: Path) -> RunData:
    return read_run_data(finished)


@pytest.fixture(scope="session")
def page(finished: Path) -> Page:
    return Page((finished / "report.html").read_text(encoding="utf-8"))


@pytest.fixture
def copied(finished: Path, tmp_path: Path) -> Path:
    """A copy of the complete run to change at will."""
    return Path(shutil.copytree(finished, tmp_path / "copied"))


@pytest.fixture
def build(tmp_path: Path) -> Callable[..., Page]:
    """Make a small run with the given parts, build its report and parse it."""

    def make(**parts) -> Page:
        folder = make_run(tmp_path / "run", **({"n": 90, "n_bootstrap": 20} | parts))
        return Page(build_report(folder).read_text(encoding="utf-8"))

    return make
