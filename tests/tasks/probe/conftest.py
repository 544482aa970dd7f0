"""A table of coloured images with splits, whose probes have known answers."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from cutis.tasks.probe import ProbeConfig

COLOURS = ("red", "green", "blue")


@pytest.fixture
def split_table(colour_table) -> Path:
    """24 images to learn from, 18 to choose by and 18 to test on, two of each lesion.

    Three of the test images have a wrong label.
    """
    frame = pd.read_csv(colour_table)
    frame["split"] = [("train", "val", "test")[i // 6 % 3] for i in range(60)]
    learnt = frame["split"] != "test"
    frame.loc[learnt, "label"] = [COLOURS[i % 3] for i in range(60) if learnt[i]]
    frame.to_csv(colour_table, index=False)
    return colour_table


@pytest.fixture
def settings(split_table, tmp_path):
    """Make a configuration on that table."""

    def make(**more) -> ProbeConfig:
        given = {"data": split_table, "output": tmp_path / "run", "n_bootstrap": 100, **more}
        return ProbeConfig(**given)

    return make


@pytest.fixture
def with_report() -> None:
    """Ask for the report to be made."""


@pytest.fixture(autouse=True)
def report_only_when_asked(request, monkeypatch) -> None:
    """Leave the report out: it has tests of its own and takes most of the time."""
    if "with_report" not in request.fixturenames:
        monkeypatch.setattr(
            "cutis.report.build_report", lambda run: (run / "report.html").write_text("")
        )
