"""What one Ray worker does, without a cluster."""

from __future__ import annotations

import json
from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip("ray", reason="Ray is not installed (pip install 'cutis[ray]')")

from cutis.errors import CutisError
from cutis.features import embed
from cutis.features.agreement import deciding
from cutis.features.ray_engine import shard_table
from cutis.features.ray_worker import Attempts, ShardWorker, answer_schema, read_answer
from cutis.features.store import RowError
from cutis.runs import versions
from tests.features.fakes import TinyModel, make_images

META = {"shard_rows": 4, "n_rows": 10, "batch_size": 3, "threads": 1, "dim": 5}


class Handle:
    """Stands for Ray's handle of an actor."""

    def __init__(self, attempts: Attempts) -> None:
        self.begin = SimpleNamespace(remote=attempts.begin)


@pytest.fixture
def worker(tmp_path, monkeypatch):
    """Make a worker whose references are the things themselves; keywords change it."""
    monkeypatch.setattr("ray.get", lambda thing: thing)

    def make(model=None, most=4, **meta) -> ShardWorker:
        return ShardWorker(
            model or TinyModel(), META | meta, "cpu", str(tmp_path / "images"), 1,
            Handle(Attempts()), most,
        )  # fmt: skip

    return make


@pytest.fixture
def dataset(tmp_path):
    return make_images(tmp_path / "images", 10, (1, 4))


def test_a_worker_s_shards_are_those_of_a_single_process(worker, dataset, tmp_path, monkeypatch):
    monkeypatch.setattr("cutis.features.describe.SHARD_ROWS", 4)
    alone = embed(dataset, TinyModel(), tmp_path / "cache", batch_size=3)
    table = worker()(shard_table([0, 1, 2], META, dataset))
    assert table.schema == answer_schema()
    values, errors = [], []
    for number, answer in enumerate(table.to_pylist()):
        shard, features, unreadable = read_answer(answer, 5)
        assert shard == number
        values.append(features)
        errors += unreadable
    assert np.concatenate(values).tobytes() == alone.values_nd.tobytes()
    assert errors == [RowError(*row) for row in alone.errors.itertuples(index=False)]


def test_batches_restart_with_each_shard(worker, dataset):
    model = TinyModel()
    worker(model)(shard_table([0, 1, 2], META, dataset))
    assert model.batches == [3, 3, 2]


def test_a_shard_that_lost_too_many_workers_is_an_error(worker, dataset):
    working = worker(most=2)
    lines = shard_table([1], META, dataset).to_pylist()
    for attempt in (1, 2):
        answer = working.answer(lines[0])
        assert answer["attempt"] == attempt
        assert len(read_answer(answer, 5)[1]) == 3
    with pytest.raises(CutisError, match=r"lost 2 times on the same images.*--ray-workers"):
        read_answer(working.answer(lines[0]), 5)


def test_what_a_user_can_mend_comes_back_as_it_was_raised(worker, dataset):
    class Broken(TinyModel):
        def embed_pixels(self, pixels_nchw):
            return super().embed_pixels(pixels_nchw) * np.nan

    answer = worker(Broken()).answer(shard_table([0], META, dataset).to_pylist()[0])
    with pytest.raises(CutisError, match=r"not finite numbers.*000\.png.*cutis models check"):
        read_answer(answer, 5)


def test_a_worker_with_other_versions_refuses(worker, dataset):
    theirs = deciding(versions()) | {"torch": "1.0"}
    model = TinyModel()
    answer = worker(model, versions=theirs).answer(shard_table([0], META, dataset).to_pylist()[0])
    assert json.loads(answer["failure"])["fix"].startswith("install the same versions")
    with pytest.raises(CutisError, match=r"A Ray worker has other versions.*torch 1\.0 there"):
        read_answer(answer, 5)
    assert model.batches == []
