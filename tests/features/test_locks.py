"""One writer at a time; the others wait, or give up and say so."""

from __future__ import annotations

import threading
import time

import pytest
from filelock import FileLock

from cutis.errors import CutisError
from cutis.features import embed
from cutis.features.locks import store_lock
from tests.features.fakes import TinyModel, make_images, stores


def test_the_lock_is_free_again(tmp_path):
    for _ in range(2):
        with store_lock(tmp_path, "k", 0):
            pass


def test_giving_up_names_the_wait_and_the_fix(tmp_path, capsys):
    (tmp_path / "locks").mkdir()
    with (
        FileLock(tmp_path / "locks" / "k.lock"),
        pytest.raises(CutisError, match=r"0\.3 s.*same command"),
        store_lock(tmp_path, "k", 0.3),
    ):
        raise RuntimeError("the lock was given twice")
    assert "waiting for it" in capsys.readouterr().err


def test_waiting_ends_when_the_other_ends(tmp_path, capsys):
    (tmp_path / "locks").mkdir()
    other = FileLock(tmp_path / "locks" / "k.lock", thread_local=False)
    other.acquire()
    timer = threading.Timer(0.4, other.release)
    timer.start()
    began = time.monotonic()
    with store_lock(tmp_path, "k", 30):
        assert time.monotonic() - began > 0.3
    timer.join()
    assert "waiting for it" in capsys.readouterr().err


def test_a_store_in_use_is_not_touched(tmp_path):
    dataset = make_images(tmp_path / "images", 3)
    key = embed(dataset, TinyModel(), tmp_path / "first").key
    (tmp_path / "cache" / "locks").mkdir(parents=True)
    with FileLock(tmp_path / "cache" / "locks" / f"{key}.lock"), pytest.raises(CutisError):
        embed(dataset, TinyModel(), tmp_path / "cache", wait_seconds=0.1)
    assert stores(tmp_path / "cache") == []


def test_complete_features_need_no_lock(tmp_path):
    dataset = make_images(tmp_path / "images", 3)
    key = embed(dataset, TinyModel(), tmp_path / "cache").key
    with FileLock(tmp_path / "cache" / "locks" / f"{key}.lock"):
        assert len(embed(dataset, TinyModel(), tmp_path / "cache", wait_seconds=0)) == 3


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "cache").write_text("a file")
    with pytest.raises(CutisError), store_lock(tmp_path / "cache", "k", 0):
        raise RuntimeError("there is nowhere to lock")
