"""Settings left open are resolved for the machine."""

from __future__ import annotations

import pytest

from cutis.features.extract import image_name, resolve_batch, resolve_workers, shard_rows
from tests.features.fakes import TinyDataset


def test_workers_are_one_per_core(monkeypatch):
    monkeypatch.setattr("os.sched_getaffinity", lambda process: {0, 1, 2}, raising=False)
    assert resolve_workers(None) == 3
    assert resolve_workers(0) == 0
    assert resolve_workers(7) == 7
    monkeypatch.setattr("os.sched_getaffinity", lambda process: set(range(96)), raising=False)
    assert resolve_workers(None) == 16


def test_workers_where_affinity_is_unknown(monkeypatch):
    monkeypatch.delattr("os.sched_getaffinity", raising=False)
    monkeypatch.setattr("os.cpu_count", lambda: None)
    assert resolve_workers(None) == 1


@pytest.mark.parametrize("device", ["cpu", "cuda", "mps"])
def test_a_batch_size_that_was_given_is_used(device):
    assert resolve_batch(5, device) == 5


@pytest.mark.parametrize(("n_rows", "size"), [(0, 4), (1, 4), (4, 4), (9, 4), (300, 256)])
def test_shards_cover_every_row_once(n_rows, size):
    meta = {"n_rows": n_rows, "shard_rows": size}
    rows = [row for shard in range(-(-n_rows // size)) for row in shard_rows(shard, meta)]
    assert rows == list(range(n_rows))


def test_images_are_named_below_the_root(tmp_path):
    dataset = TinyDataset(tmp_path, ["a/b.png"])
    assert image_name(dataset, 0) == "a/b.png"
    dataset.root = tmp_path / "elsewhere"
    assert image_name(dataset, 0) == "b.png"
