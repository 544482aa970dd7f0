"""Killing the extraction at any moment and running it again gives the bytes of a calm run."""

from __future__ import annotations

import errno
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cutis.errors import CutisError
from cutis.features import embed, import_embeddings
from tests.features.crash import WHEN, Crash, Writer, watched
from tests.features.fakes import TinyModel, make_images, snapshot, stores

COUNT, BROKEN = 22, (1, 4, 5, 6, 7, 13)  # rows 4 to 7 are one shard without any feature


@pytest.fixture(scope="module")
def calm(tmp_path_factory):
    """A dataset, the bytes of an undisturbed extraction and its number of file operations."""
    folder = tmp_path_factory.mktemp("calm")
    dataset = make_images(folder / "images", COUNT, BROKEN)
    with pytest.MonkeyPatch.context() as patch, watched(Writer(None)) as writer:
        patch.setattr("cutis.features.describe.SHARD_ROWS", 4)
        embed(dataset, TinyModel(), folder / "cache", batch_size=3)
    (store,) = stores(folder / "cache")
    return dataset, snapshot(store), writer.count


@pytest.fixture(autouse=True, scope="module")
def quick():
    """Leave out what costs time and cannot matter to a process that is killed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("os.fsync", lambda handle: None)
        patch.setattr("cutis.features.describe.versions", lambda: {"cutis": "0"})
        patch.setattr("cutis.features.agreement.versions", lambda: {"cutis": "0"})
        yield


def attempt(dataset, cache: Path, at: int | None = None, when: str = "before") -> bool:
    """Extract; tell whether it came to its end."""
    with pytest.MonkeyPatch.context() as patch, watched(Writer(at, when)):
        patch.setattr("cutis.features.describe.SHARD_ROWS", 4)
        try:
            embed(dataset, TinyModel(), cache, batch_size=3)
        except Crash:
            return False
    return True


def test_a_calm_run_writes_what_is_documented(calm):
    _, files, _ = calm
    assert set(files) == {
        "meta.json", "ids.parquet", "errors.parquet", "DONE",
        *(f"shard-{i:05d}.npy" for i in range(6)),
        *(f"shard-{i:05d}.errors.json" for i in (0, 1, 3)),
    }  # fmt: skip


def test_every_single_operation_can_be_the_last(calm, tmp_path):
    dataset, files, operations = calm
    assert operations > 40
    for at in range(operations):
        cache = tmp_path / str(at)
        assert not attempt(dataset, cache, at, WHEN[at % 3])
        for store in stores(cache):
            visible = {n: b for n, b in snapshot(store).items() if not n.startswith(".")}
            assert visible.items() <= files.items()
        assert attempt(dataset, cache)
        assert [snapshot(store) for store in stores(cache)] == [files]


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_killed_again_and_again(calm, tmp_path_factory, data):
    dataset, files, operations = calm
    cache = tmp_path_factory.mktemp("killed")
    kills = data.draw(
        st.lists(
            st.tuples(st.integers(0, operations), st.sampled_from(WHEN)), min_size=1, max_size=4
        )
    )
    for at, when in kills:
        attempt(dataset, cache, at, when)
    assert attempt(dataset, cache)
    assert [snapshot(store) for store in stores(cache)] == [files]


def test_one_shard_is_written_per_restart(calm, tmp_path):
    """A run that is killed after each shard still ends: what was finished is never redone."""
    dataset, files, _ = calm
    runs = 0
    while not attempt(dataset, tmp_path, 7):
        runs += 1
        assert runs < 20
    assert [snapshot(store) for store in stores(tmp_path)] == [files]


def run_worker(mode: str, folder: Path, *words: str) -> list[dict]:
    worker = Path(__file__).with_name("kill_worker.py")
    done = subprocess.run(
        [sys.executable, str(worker), mode, str(folder), *words],
        capture_output=True, text=True, timeout=900, check=True,
    )  # fmt: skip
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.skipif(sys.platform == "win32", reason="no fork on Windows")
def test_sigkill_at_chosen_operations(tmp_path):
    results = run_worker("operations", tmp_path, "1", "12", "24", "39")
    assert len(results) == 4
    for result in results:
        assert result["signal"] == 9
        assert result["leftover"], "the killed process left nothing behind"
        assert result["same"]


@pytest.mark.skipif(sys.platform == "win32", reason="no fork on Windows")
def test_sigkill_at_random_times_two_times_each(tmp_path):
    results = run_worker("times", tmp_path, "3")
    assert all(result["same"] for result in results)
    assert any(9 in result["signals"] for result in results), "every run ended before it was killed"


@pytest.mark.skipif(sys.platform == "win32", reason="no fork on Windows")
def test_two_processes_on_one_store_compute_it_once(tmp_path):
    (result,) = run_worker("together", tmp_path)
    assert result["exit"] == [0, 0]
    assert result["images"] == result["readable"]
    assert result["writers"] == 1
    assert result["waited"] == 1
    assert result["same"]


@pytest.mark.parametrize("failing", [0, 3, 8, 12])
def test_full_disk_is_said_and_survived(calm, tmp_path, monkeypatch, failing):
    dataset, files, _ = calm
    monkeypatch.setattr("cutis.features.describe.SHARD_ROWS", 4)
    original, writes = Path.write_bytes, []

    def write_bytes(path, content):
        if "features" in path.parts:
            writes.append(path)
            if len(writes) > failing:
                original(path, content[:10])
                raise OSError(errno.ENOSPC, "No space left on device", str(path))
        return original(path, content)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", write_bytes)
        with pytest.raises(CutisError, match="disk is full"):
            embed(dataset, TinyModel(), tmp_path, batch_size=3)
    (kept,) = [snapshot(store) for store in stores(tmp_path)]
    assert kept.items() <= files.items()
    assert len(kept) == failing, "finished files are kept, unfinished ones gone"
    embed(dataset, TinyModel(), tmp_path, batch_size=3)
    assert [snapshot(store) for store in stores(tmp_path)] == [files]


def test_an_interrupted_import_is_finished(calm, tmp_path, monkeypatch):
    import numpy as np

    dataset, _, _ = calm
    monkeypatch.setattr("cutis.features.imported.SHARD_ROWS", 4)
    np.save(tmp_path / "all.npy", np.arange(COUNT * 3, dtype=np.float32).reshape(COUNT, 3))
    import_embeddings(tmp_path / "all.npy", dataset, "other", tmp_path / "calm")
    for at in (2, 9, 20):
        cache = tmp_path / str(at)
        with watched(Writer(at, "halfway")), pytest.raises(Crash):
            import_embeddings(tmp_path / "all.npy", dataset, "other", cache)
        import_embeddings(tmp_path / "all.npy", dataset, "other", cache)
        assert snapshot(cache / "features") == snapshot(tmp_path / "calm" / "features")
