"""What every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real images and numeric fixtures, or a skip that says why."""
    folder = Path(os.environ.get("CUTIS_SHARED", REPOSITORY.parent / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip(f"no real images or fixtures at {folder} (set CUTIS_SHARED)")
    return folder


@pytest.fixture(autouse=True)
def private_cache(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keep every test's feature cache out of the user's."""
    monkeypatch.setenv("CUTIS_CACHE", str(tmp_path_factory.mktemp("cache")))
