"""Remembered hashes are right, or not used."""

from __future__ import annotations

import hashlib
import os
import time

import numpy as np
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


def hashes_of(*given, **more):
    return tuple(file_hashes(*given, **more))


def expected(paths):
    return tuple(hashlib.sha256(p.read_bytes()).hexdigest() if p.exists() else None for p in paths)


def test_hashes_are_those_of_the_bytes(old_files, tmp_path):
    assert hashes_of(old_files, tmp_path, tmp_path / "cache") == expected(old_files)


def test_untouched_files_are_read_once(old_files, tmp_path, at_rest, hashed):
    first = hashes_of(old_files, tmp_path, tmp_path / "cache")
    assert sorted(hashed) == ["a.png", "b.png", "é.png"]
    assert hashes_of(old_files, tmp_path, tmp_path / "cache") == first
    assert len(hashed) == 3


def test_changed_file_of_the_same_size_is_read_again(old_files, tmp_path, at_rest, hashed):
    hashes_of(old_files, tmp_path, tmp_path / "cache")
    old_files[1].write_bytes(b"B.PNG")
    assert hashes_of(old_files, tmp_path, tmp_path / "cache") == expected(old_files)
    assert hashed[3:] == ["b.png"]


def test_a_forged_time_of_change_does_not_help(old_files, tmp_path, at_rest):
    """Copying with ``cp -p`` keeps size and time; the time of the attributes gives it away."""
    hashes_of(old_files, tmp_path, tmp_path / "cache")
    before = old_files[0].stat()
    time.sleep(0.02)
    old_files[0].write_bytes(b"A.PNG")
    os.utime(old_files[0], ns=(before.st_atime_ns, before.st_mtime_ns))
    assert old_files[0].stat().st_mtime_ns == before.st_mtime_ns
    assert hashes_of(old_files, tmp_path, tmp_path / "cache") == expected(old_files)


def test_a_file_changed_just_now_is_not_remembered(old_files, tmp_path, hashed):
    hashes_of(old_files, tmp_path, tmp_path / "cache")
    hashes_of(old_files, tmp_path, tmp_path / "cache")
    assert len(hashed) == 6


def test_a_file_that_appears_is_seen(old_files, tmp_path, at_rest):
    hashes_of(old_files, tmp_path, tmp_path / "cache")
    old_files[3].write_bytes(b"now")
    assert hashes_of(old_files, tmp_path, tmp_path / "cache") == expected(old_files)


@pytest.mark.parametrize("content", [b"", b"{", hashes.npy_bytes(np.arange(3.0))])
def test_a_damaged_book_is_forgotten(old_files, tmp_path, at_rest, content):
    hashes_of(old_files, tmp_path, tmp_path / "cache")
    (part,) = parts(tmp_path)
    part.write_bytes(content)
    assert hashes_of(old_files, tmp_path, tmp_path / "cache") == expected(old_files)


def parts(folder):
    return sorted((folder / "cache" / "hashes").glob("*/*.npy"))


def test_what_another_process_hashes_meanwhile_is_not_read_again(
    old_files, tmp_path, at_rest, hashed, monkeypatch
):
    """The second file is hashed by somebody else while this process reads the first."""
    monkeypatch.setattr(hashes, "BLOCK", 1)
    original, others = hashes._hash, [old_files[1]]

    def hash_while_others_do(path):
        if others:
            hashes_of([others.pop()], tmp_path, tmp_path / "cache")
        return original(path)

    monkeypatch.setattr(hashes, "_hash", hash_while_others_do)
    assert hashes_of(old_files, tmp_path, tmp_path / "cache") == expected(old_files)
    assert sorted(hashed) == ["a.png", "b.png", "é.png"]


def test_processes_begin_at_different_places(old_files, tmp_path, hashed, monkeypatch):
    monkeypatch.setattr(hashes, "BLOCK", 1)
    hashes_of(old_files[:3], tmp_path, tmp_path / "cache", 1, begin=1 / 3)
    assert hashed == ["b.png", "é.png", "a.png"]


def test_many_parts_are_joined(tmp_path, at_rest, hashed, monkeypatch):
    monkeypatch.setattr(hashes, "BLOCK", 1)
    monkeypatch.setattr(hashes, "MANY_PARTS", 3)
    folder = tmp_path / "images"
    folder.mkdir()
    paths = [folder / f"{i}.png" for i in range(6)]
    for path in paths:
        path.write_bytes(path.name.encode())
    hashes_of(paths[:3], tmp_path, tmp_path / "cache")
    assert len(parts(tmp_path)) == 3
    hashes_of(paths, tmp_path, tmp_path / "cache")
    assert len(parts(tmp_path)) == 1
    assert hashes_of(paths, tmp_path, tmp_path / "cache") == expected(paths)
    assert len(hashed) == 6


def test_hashes_are_a_sequence(old_files, tmp_path):
    found = file_hashes(old_files, tmp_path, tmp_path / "cache")
    assert len(found) == 4
    assert found[1:] == list(expected(old_files)[1:])
    assert found[-1] is None
    assert found.n_absent == 1


def test_no_files_at_all(tmp_path):
    assert hashes_of([], tmp_path, tmp_path / "cache") == ()


def test_a_cache_that_cannot_be_written_costs_only_time(old_files, tmp_path):
    (tmp_path / "cache").write_text("a file, not a folder")
    assert hashes_of(old_files, tmp_path, tmp_path / "cache") == expected(old_files)


def test_a_folder_and_repeated_paths(old_files, tmp_path):
    paths = [tmp_path / "images", old_files[0], old_files[0]]
    assert hashes_of(paths, tmp_path, tmp_path / "cache") == (None, *expected(paths[1:]))
