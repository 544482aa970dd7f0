"""Remembered hashes are right, or not used."""

from __future__ import annotations

import hashlib
import os
import time

import pytest

from cutis.features import hashes
from cutis.features.hashes import file_hashes


@pytest.fixture
def old_files(tmp_path):
    """Three files that have been at rest for an hour, and one that is not there."""
    folder = tmp_path / "images"
    folder.mkdir()
    paths = [folder / f"{name}.png" for name in ("a", "b", "é")]
    for path in paths:
        path.write_bytes(path.name.encode())
    return [*paths, folder / "absent.png"]


@pytest.fixture
def at_rest(monkeypatch):
    """Count files made just now as old ones."""
    monkeypatch.setattr(hashes, "RACY_NS", -10_000_000_000)


@pytest.fixture
def hashed(monkeypatch):
    """The names of the files that were really read."""
    seen = []
    original = hashes.sha256_file
    monkeypatch.setattr(
        hashes, "sha256_file", lambda path: seen.append(path.name) or original(path)
    )
    return seen


def expected(paths):
    return tuple(hashlib.sha256(p.read_bytes()).hexdigest() if p.exists() else None for p in paths)


def test_hashes_are_those_of_the_bytes(old_files, tmp_path):
    assert file_hashes(old_files, tmp_path, tmp_path / "cache") == expected(old_files)


def test_untouched_files_are_read_once(old_files, tmp_path, at_rest, hashed):
    first = file_hashes(old_files, tmp_path, tmp_path / "cache")
    assert sorted(hashed) == ["a.png", "b.png", "é.png"]
    assert file_hashes(old_files, tmp_path, tmp_path / "cache") == first
    assert len(hashed) == 3


def test_changed_file_of_the_same_size_is_read_again(old_files, tmp_path, at_rest, hashed):
    file_hashes(old_files, tmp_path, tmp_path / "cache")
    old_files[1].write_bytes(b"B.PNG")
    assert file_hashes(old_files, tmp_path, tmp_path / "cache") == expected(old_files)
    assert hashed[3:] == ["b.png"]


def test_a_forged_time_of_change_does_not_help(old_files, tmp_path, at_rest):
    """Copying with ``cp -p`` keeps size and time; the time of the attributes gives it away."""
    file_hashes(old_files, tmp_path, tmp_path / "cache")
    before = old_files[0].stat()
    time.sleep(0.02)
    old_files[0].write_bytes(b"A.PNG")
    os.utime(old_files[0], ns=(before.st_atime_ns, before.st_mtime_ns))
    assert old_files[0].stat().st_mtime_ns == before.st_mtime_ns
    assert file_hashes(old_files, tmp_path, tmp_path / "cache") == expected(old_files)


def test_a_file_changed_just_now_is_not_remembered(old_files, tmp_path, hashed):
    file_hashes(old_files, tmp_path, tmp_path / "cache")
    file_hashes(old_files, tmp_path, tmp_path / "cache")
    assert len(hashed) == 6


def test_a_file_that_appears_is_seen(old_files, tmp_path, at_rest):
    file_hashes(old_files, tmp_path, tmp_path / "cache")
    old_files[3].write_bytes(b"now")
    assert file_hashes(old_files, tmp_path, tmp_path / "cache") == expected(old_files)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"format": "other", "files": {}}'])
def test_a_damaged_book_is_forgotten(old_files, tmp_path, at_rest, content):
    file_hashes(old_files, tmp_path, tmp_path / "cache")
    (book,) = (tmp_path / "cache" / "hashes").iterdir()
    book.write_text(content)
    assert file_hashes(old_files, tmp_path, tmp_path / "cache") == expected(old_files)


def test_a_cache_that_cannot_be_written_costs_only_time(old_files, tmp_path):
    (tmp_path / "cache").write_text("a file, not a folder")
    assert file_hashes(old_files, tmp_path, tmp_path / "cache") == expected(old_files)


def test_a_folder_and_repeated_paths(old_files, tmp_path):
    paths = [tmp_path / "images", old_files[0], old_files[0]]
    assert file_hashes(paths, tmp_path, tmp_path / "cache") == (None, *expected(paths[1:]))
