"""Finding room in a cluster, and saying when there is none."""

from __future__ import annotations

import os

import pytest

from cutis.errors import CutisError
from cutis.features.ray_cluster import QUIET, Share, choose_size, cluster, room


def test_workers_do_not_span_nodes():
    assert room([{"CPU": 3.0}, {"CPU": 3.0}], Share(2, 0)) == 2
    assert room([{"CPU": 1.0}], Share(2, 0)) == 0
    assert room([{"memory": 1.0}], Share(1, 0)) == 0


@pytest.mark.parametrize(
    ("workers", "places", "said"),
    [
        (5, 3, "room for 3 workers with 2 processors each, not for 5.*--ray-workers 3"),
        (None, 0, "room for 0 workers.*--threads 1"),
    ],
)
def test_too_small_a_cluster_is_refused(workers, places, said):
    with pytest.raises(CutisError, match=said):
        choose_size(workers, places, Share(2, 0))
    with pytest.raises(CutisError, match="2 processors and a GPU each"):
        choose_size(workers, 0, Share(2, 1))


def test_a_cluster_that_is_not_there_is_named(monkeypatch):
    ray = pytest.importorskip("ray", reason="Ray is not installed (pip install 'cutis[ray]')")

    def refuse(address, **settings):
        assert os.environ["RAY_USAGE_STATS_ENABLED"] == "0"
        raise ConnectionError(f"nobody listens at {address}")

    monkeypatch.setattr(ray, "init", refuse)
    said = r"no Ray cluster at 'far:1' \(nobody.*ray start --head"
    with pytest.raises(CutisError, match=said), cluster("far:1", None, Share(1, 0)):
        raise RuntimeError("there is no cluster")


def test_a_session_that_is_open_is_used_and_left_open(monkeypatch):
    ray = pytest.importorskip("ray", reason="Ray is not installed (pip install 'cutis[ray]')")
    node = {"Alive": True, "Resources": {"CPU": 4.0}}
    monkeypatch.setattr(ray, "is_initialized", lambda: True)
    monkeypatch.setattr(ray, "nodes", lambda: [node, node | {"Alive": False}])
    monkeypatch.setattr(ray, "shutdown", lambda: pytest.fail("the session was closed"))
    with cluster(None, None, Share(2, 0)) as size:
        assert size == 2


def test_nothing_is_sent_home():
    assert QUIET["RAY_USAGE_STATS_ENABLED"] == "0"
