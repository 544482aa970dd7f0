"""Files are whole or absent, whatever happens while they are written."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutis.errors import CutisError
from cutis.files import (
    as_cutis_error,
    atomic_path,
    sha256_file,
    sha256_json,
    write_json,
    write_once,
    write_text,
)


def test_a_finished_write_replaces_the_old_file_and_leaves_nothing_beside_it(tmp_path: Path):
    target = tmp_path / "a.txt"
    target.write_text("old")
    write_text(target, "new é")
    assert target.read_text(encoding="utf-8") == "new é"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_missing_parents_are_made(tmp_path: Path):
    write_text(tmp_path / "a" / "b" / "c.txt", "x")
    assert (tmp_path / "a" / "b" / "c.txt").read_text() == "x"


def test_a_failed_write_keeps_the_old_file_and_removes_the_temporary(tmp_path: Path):
    target = tmp_path / "a.txt"
    target.write_text("old")
    with pytest.raises(ZeroDivisionError), atomic_path(target) as temporary:
        temporary.write_text("half of the new")
        raise ZeroDivisionError
    assert target.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_the_target_is_untouched_until_the_block_ends(tmp_path: Path):
    target = tmp_path / "a.txt"
    with atomic_path(target) as temporary:
        temporary.write_text("new")
        assert temporary.parent == target.parent
        assert not target.exists()
    assert target.read_text() == "new"


def test_a_process_killed_while_writing_leaves_the_old_file(tmp_path: Path):
    target = tmp_path / "a.txt"
    target.write_text("old")
    code = (
        "import os, signal, sys; from pathlib import Path; from cutis.files import atomic_path\n"
        "with atomic_path(Path(sys.argv[1])) as t:\n"
        "    t.write_text('half'); os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(target)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert target.read_text() == "old"


def test_permissions_follow_the_umask_as_for_any_new_file(tmp_path: Path):
    write_text(tmp_path / "ours", "x")
    (tmp_path / "plain").write_text("x")
    ours, plain = (stat.S_IMODE((tmp_path / n).stat().st_mode) for n in ("ours", "plain"))
    assert ours == plain


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_said_in_one_paragraph_and_the_old_file_stays(tmp_path: Path):
    target = tmp_path / "a.txt"
    target.write_text("old")
    with pytest.raises(CutisError, match=r"disk is full.*continues"), atomic_path(target):
        Path("/dev/full").write_text("x")
    assert target.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_a_disk_that_is_full_at_the_last_moment_counts_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CutisError, match="disk is full"):
        write_text(tmp_path / "a.txt", "x")
    assert [p.name for p in tmp_path.iterdir()] == []


@pytest.mark.parametrize("operation", ["mkdir", "touch"])
def test_a_folder_that_cannot_be_written_is_said_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, operation: str
):
    def denied(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, operation, denied)
    with pytest.raises(CutisError, match=r"permission denied.*--output"):
        write_text(tmp_path / "sub" / "a.txt", "x")


def test_a_file_in_place_of_a_folder_is_said_so(tmp_path: Path):
    (tmp_path / "taken").write_text("I am a file")
    with pytest.raises(CutisError, match="a file stands where a folder is needed"):
        write_text(tmp_path / "taken" / "a.txt", "x")


def test_an_error_the_user_cannot_repair_keeps_its_own_type(tmp_path: Path):
    strange = OSError(errno.EIO, "Input/output error")
    assert as_cutis_error(strange, tmp_path) is strange
    with pytest.raises(OSError, match="Input/output") as caught, atomic_path(tmp_path / "a"):
        raise strange
    assert caught.value is strange
    assert caught.value.__cause__ is None


def test_json_is_strict_and_keeps_letters(tmp_path: Path):
    write_json(tmp_path / "a.json", {"name": "naevus café", "low": None})
    text = (tmp_path / "a.json").read_text(encoding="utf-8")
    assert "café" in text
    assert text.endswith("}\n")
    assert json.loads(text) == {"name": "naevus café", "low": None}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_json_refuses_numbers_that_do_not_exist_and_keeps_the_old_file(
    tmp_path: Path, value: float
):
    (tmp_path / "a.json").write_text("{}")
    with pytest.raises(ValueError, match="JSON compliant"):
        write_json(tmp_path / "a.json", {"x": value})
    assert (tmp_path / "a.json").read_text() == "{}"


def test_sha256_of_a_file_matches_the_published_vectors(tmp_path: Path):
    (tmp_path / "abc").write_bytes(b"abc")
    (tmp_path / "empty").write_bytes(b"")
    assert sha256_file(tmp_path / "abc") == (
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )
    assert sha256_file(tmp_path / "empty") == (
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=4), JSON, max_size=5))
def test_the_hash_of_a_value_ignores_the_order_of_its_keys(value: dict[str, object]):
    backwards = dict(reversed(list(value.items())))
    assert sha256_json(value) == sha256_json(backwards)


@given(JSON, JSON)
def test_the_hash_of_a_value_tells_values_apart(one: object, other: object):
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert (sha256_json(one) == sha256_json(other)) is same


def test_the_hash_of_a_value_is_that_of_its_canonical_text():
    expected = hashlib.sha256('{"a":[1,"é"],"b":null}'.encode()).hexdigest()
    assert sha256_json({"b": None, "a": [1, "é"]}) == expected


def test_the_first_of_several_writers_wins(tmp_path):
    assert write_once(tmp_path / "deep" / "a", b"first")
    assert not write_once(tmp_path / "deep" / "a", b"second")
    assert (tmp_path / "deep" / "a").read_bytes() == b"first"
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["a"]


def test_a_writer_that_is_overtaken_leaves_the_other_s_file(tmp_path, monkeypatch):
    original = Path.hardlink_to

    def overtaken(path, target):
        path.write_bytes(b"other")
        return original(path, target)

    monkeypatch.setattr(Path, "hardlink_to", overtaken)
    assert not write_once(tmp_path / "a", b"mine")
    assert (tmp_path / "a").read_bytes() == b"other"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_without_hard_links_a_rename_does(tmp_path, monkeypatch):
    def refuse(path, target):
        raise OSError(errno.EPERM, "no hard links here")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    assert write_once(tmp_path / "a", b"mine")
    assert (tmp_path / "a").read_bytes() == b"mine"


def test_a_folder_that_keeps_losing_files_is_an_error(tmp_path, monkeypatch):
    def lose(path, target):
        Path(target).unlink()
        raise FileNotFoundError(errno.ENOENT, "gone", str(target))

    monkeypatch.setattr(Path, "hardlink_to", lose)
    with pytest.raises(FileNotFoundError):
        write_once(tmp_path / "a", b"mine")


def test_writing_once_where_nothing_can_be_written(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(CutisError, match="a file stands where a folder is needed"):
        write_once(tmp_path / "file" / "a", b"mine")
