"""The last lines of a run."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from cutis.data import DatasetCard
from cutis.tasks.closing import closing_lines, sharing_lines


def test_closing_names_the_run_and_its_page():
    first, second = closing_lines(Path("out/run"))
    assert first == "Run: out/run"
    assert str(Path("out/run/report.html")) in second


@pytest.mark.parametrize(("share", "lines"), [(None, 0), (True, 0), (False, 1)])
def test_only_forbidden_pictures_are_warned_of(share, lines):
    dataset = SimpleNamespace(name="mine", card=DatasetCard(name="mine", share_images=share))
    found = sharing_lines(dataset, Path("run"))
    assert len(found) == lines
    assert all("--no-pictures" in line for line in found)
