"""The cache, the bundled weights and the network settings."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from cutis.doctor.storage import GIB, check_bundled_model, check_cache, check_offline


def test_a_writable_cache_with_room_passes_and_is_not_made(tmp_path: Path):
    folder = tmp_path / "a" / "b"
    check = check_cache(folder)
    assert check.status in ("PASS", "WARN")
    assert str(folder) in check.found
    assert not folder.exists()


@pytest.mark.parametrize(
    ("free", "status"), [(0.05, "FAIL"), (0.5, "WARN"), (2.0, "PASS"), (500, "PASS")]
)
def test_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: float, status: str):
    usage = SimpleNamespace(free=int(free * GIB))
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    check = check_cache(tmp_path)
    assert check.status == status
    assert (check.fix is None) is (status == "PASS")


def test_a_cache_that_cannot_be_written_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    check = check_cache(tmp_path)
    assert check.status == "FAIL"
    assert "CUTIS_CACHE" in str(check.fix)


def test_a_file_in_place_of_the_cache_fails(tmp_path: Path):
    (tmp_path / "taken").write_text("")
    assert check_cache(tmp_path / "taken").status == "FAIL"
    assert check_cache(tmp_path / "taken" / "below").status == "FAIL"


def test_bundled_weights(tmp_path: Path):
    check = check_bundled_model(tmp_path, "0" * 64)
    assert (check.status, "missing" in check.found) == ("FAIL", True)
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    check = check_bundled_model(tmp_path, "0" * 64)
    assert (check.status, "not the ones" in check.found) == ("FAIL", True)
    right = hashlib.sha256(b"weights").hexdigest()
    assert check_bundled_model(tmp_path, right).status == "PASS"


def test_the_weights_in_this_package_are_the_ones_on_their_card():
    assert check_bundled_model().status == "PASS"


@pytest.mark.parametrize(
    ("value", "status", "word"),
    [
        (None, "PASS", "used only for"),
        ("0", "PASS", "used only for"),
        ("", "PASS", "used only for"),
        ("1", "PASS", "offline"),
        ("TRUE", "PASS", "offline"),
        ("maybe", "WARN", "maybe"),
    ],
)
def test_offline(value: str | None, status: str, word: str):
    check = check_offline({} if value is None else {"HF_HUB_OFFLINE": value})
    assert (check.status, word in check.found) == (status, True)
