"""Finding room in a cluster, and saying when there is none."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cutis.errors import CutisError
from cutis.features import ray_cluster
from cutis.features.ray_cluster import QUIET, Share, choose_size, cluster, private_folder, room


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


@pytest.mark.parametrize("fails", [False, True])
def test_a_cluster_of_this_machine_leaves_no_folder(monkeypatch, fails):
    ray = pytest.importorskip("ray", reason="Ray is not installed (pip install 'cutis[ray]')")
    events = []

    def init(address, **settings):
        folder = Path(settings["_temp_dir"])
        (folder / "session" / "logs").mkdir(parents=True)
        events.append(folder)
        if fails:
            raise RuntimeError("no")

    monkeypatch.setattr(ray, "init", init)
    monkeypatch.setattr(ray, "is_initialized", lambda: False)
    monkeypatch.setattr(ray, "nodes", lambda: [{"Alive": True, "Resources": {"CPU": 4.0}}])
    monkeypatch.setattr(ray, "shutdown", lambda: events.append(events[0].is_dir()))
    if fails:
        with pytest.raises(RuntimeError), cluster(None, None, Share(2, 0)):
            pytest.fail("there is no cluster")
    else:
        with cluster(None, None, Share(2, 0)) as size:
            assert size == 2
            assert events[0].is_dir()
    assert events[1] is True, "the folder was removed before the cluster stopped"
    assert not events[0].exists()


def test_the_folder_of_a_cluster_has_a_short_name(monkeypatch, tmp_path):
    """A session's sockets must fit into the 103 bytes that every system allows."""
    long = tmp_path / ("x" * 40)
    long.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(long))
    monkeypatch.delenv("RAY_TMPDIR", raising=False)
    longest = "session_2026-11-22_04-25-12_287516_1234567/sockets/plasma_store.1"
    with private_folder() as folder:
        assert folder is None or len(f"{folder}/{longest}") <= 103
    assert not list(long.iterdir())
    monkeypatch.setattr("cutis.features.ray_cluster.LONGEST_BASE", 0)
    with private_folder() as folder:
        assert folder is None


def test_the_folder_ray_was_told_to_use_is_used(monkeypatch, tmp_path):
    monkeypatch.setattr("cutis.features.ray_cluster.LONGEST_BASE", 4096)
    monkeypatch.setenv("RAY_TMPDIR", str(tmp_path))
    with private_folder() as folder:
        assert Path(folder).parent == tmp_path
    assert not list(tmp_path.iterdir())


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


class TestABusyMachine:
    def test_ray_that_starts_too_slowly_is_started_again(self):
        undone, tries = [], iter([Exception("The current node timed out during startup."), None])

        def begin() -> None:
            failure = next(tries)
            if failure:
                raise failure

        ray_cluster._patiently(begin, lambda: undone.append(1))
        assert len(undone) == 1

    def test_after_four_attempts_it_is_said(self):
        undone = []

        def begin() -> None:
            raise Exception("The current node timed out during startup.")

        with pytest.raises(CutisError, match="did not start on this machine in 4 attempts"):
            ray_cluster._patiently(begin, lambda: undone.append(1))
        assert len(undone) == 4

    def test_other_failures_are_not_repeated(self):
        undone = []

        def begin() -> None:
            raise RuntimeError("no")

        with pytest.raises(RuntimeError, match="no"):
            ray_cluster._patiently(begin, lambda: undone.append(1))
        assert len(undone) == 1
