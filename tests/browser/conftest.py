"""A headless Chromium of the system, and pages to open in it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from cutis.report import build_report
from tests.report.fake_run import CLASSES, make_run

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PARTS = {
    "seven": {"n": 300, "classes": CLASSES},
    "two": {"n": 120, "classes": ("nevus", "melanoma"), "groups": False, "subgroups": False},
    "many": {"n": 500, "classes": tuple(f"disease {i} with a rather long name" for i in range(24))},
    "unlabelled": {"n": 60, "labels": False},
    "without-pictures": {"n": 120, "thumbs": False},
}


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    """Start the browser once for all tests, or skip and say why."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = os.environ.get("CUTIS_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.skip(f"no browser found (looked for {', '.join(NAMES)}; or set CUTIS_CHROMIUM)")
    with playwright.sync_playwright() as driver:
        launched = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One report of every kind."""
    folder = tmp_path_factory.mktemp("reports")
    return {
        kind: build_report(make_run(folder / kind, n_bootstrap=20, **parts))
        for kind, parts in PARTS.items()
    }
