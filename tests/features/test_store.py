"""The layout on disk is the documented one."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from cutis.errors import CutisError
from cutis.features.key import feature_key
from cutis.features.store import FeatureStore, RowError
from cutis.features.tables import npy_bytes

IDENTITY = {"protocol": "cutis.features/1", "rows_sha256": "00"}


def description(n_rows: int, dim: int = 2, shard_rows: int = 3) -> dict:
    return {
        "format": "cutis.features/1",
        "key": feature_key(IDENTITY),
        "identity": IDENTITY,
        "n_rows": n_rows,
        "dim": dim,
        "shard_rows": shard_rows,
    }


def floats(*rows) -> np.ndarray:
    return np.array(rows, np.float32).reshape(-1, 2)


@pytest.fixture
def store(tmp_path):
    """Seven rows in shards of three; rows 1 and 6 are unreadable."""
    store = FeatureStore(tmp_path / "store")
    assert store.resume() is None
    meta = description(7)
    store.begin(meta)
    store.add_shard(0, floats((0, 0), (2, 2)), [RowError(1, "b", "b.png", "missing: gone")])
    store.add_shard(1, floats((3, 3), (4, 4), (5, 5)), [])
    store.add_shard(2, floats(), [RowError(6, "g", "g.png", "truncated: cut")])
    store.complete("abcdefg", meta)
    return store


def test_tables_map_features_to_rows(store):
    ids = pq.read_table(store.dir / "ids.parquet").to_pydict()
    assert ids == {
        "id": ["a", "c", "d", "e", "f"],
        "row": [0, 2, 3, 4, 5],
        "shard": [0, 0, 1, 1, 1],
        "position": [0, 1, 0, 1, 2],
    }
    errors = pq.read_table(store.dir / "errors.parquet").to_pydict()
    assert errors["row"] == [1, 6]
    assert errors["reason"] == ["missing: gone", "truncated: cut"]


def test_shards_hold_the_readable_rows_in_order(store):
    for shard, rows in enumerate(([0, 2], [3, 4, 5], [])):
        values = np.load(store.dir / f"shard-{shard:05d}.npy")
        assert values.dtype == np.float32
        assert values.tolist() == [[row, row] for row in rows]


def test_done_lists_every_file_with_its_hash(store):
    files = json.loads((store.dir / "DONE").read_text())["files"]
    assert set(files) | {"DONE"} == {path.name for path in store.dir.iterdir()}
    for name, facts in files.items():
        content = (store.dir / name).read_bytes()
        assert facts == {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def test_missing_shards_are_counted(tmp_path):
    store = FeatureStore(tmp_path)
    assert store.missing_shards(description(7)) == [0, 1, 2]
    assert store.missing_shards(description(6)) == [0, 1]
    assert store.missing_shards(description(0)) == []


def test_resuming_clears_what_a_killed_writer_left(store):
    leftover = store.dir / ".shard-00001.npy.abc.tmp"
    leftover.write_bytes(b"half")
    assert store.resume() == description(7)
    assert not leftover.exists()
    assert store.is_complete()


def test_a_removed_file_makes_it_incomplete(store):
    (store.dir / "shard-00001.npy").unlink()
    assert not store.is_complete()
    store.resume()
    assert not (store.dir / "DONE").exists()
    assert store.missing_shards(description(7)) == [1]


def test_too_few_features_are_not_completed(tmp_path):
    store = FeatureStore(tmp_path)
    meta = description(3)
    store.begin(meta)
    store.add_shard(0, floats((0, 0)), [])
    with pytest.raises(CutisError, match=r"\(1, 2\), not float32 \(3, 2\)"):
        store.complete("abc", meta)
    assert not store.is_complete()


def test_a_process_that_finishes_too_may_clear_the_last_file_away(store, monkeypatch):
    """Before the mark gets its name, another process clears up; once it also writes its own."""
    whole = (store.dir / "DONE").read_bytes()
    original = Path.replace
    for other_marks in (False, True):
        (store.dir / "DONE").unlink()
        meddled = []

        def replace(path, target, other_marks=other_marks, meddled=meddled):
            if not meddled:
                meddled.append(path)
                store.clear()
                if other_marks:
                    store.complete("abcdefg", description(7))
            return original(path, target)

        monkeypatch.setattr(Path, "replace", replace)
        store.complete("abcdefg", description(7))
        monkeypatch.setattr(Path, "replace", original)
        assert meddled
        assert (store.dir / "DONE").read_bytes() == whole
        assert store.is_complete()
        assert not list(store.dir.glob(".*"))


def test_a_mark_that_is_always_cleared_away_is_no_endless_loop(store, monkeypatch):
    (store.dir / "DONE").unlink()
    original, tries = Path.replace, []

    def replace(path, target):
        tries.append(path)
        path.unlink()
        return original(path, target)

    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(FileNotFoundError):
        store.complete("abcdefg", description(7))
    assert len(tries) == 3


def test_completing_twice_does_not_list_the_mark_itself(store):
    whole = (store.dir / "DONE").read_bytes()
    store.complete("abcdefg", description(7))
    assert (store.dir / "DONE").read_bytes() == whole
    assert store.is_complete()


def test_npy_bytes_are_those_of_save(tmp_path):
    values = floats((1, 2), (3, 4))
    np.save(tmp_path / "a.npy", values)
    assert npy_bytes(values) == (tmp_path / "a.npy").read_bytes()
