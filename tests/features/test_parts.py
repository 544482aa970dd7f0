"""Several processes fill one store, at once or killed: the bytes are those of a single one."""

from __future__ import annotations

import json
import os
import shutil

import pytest

from cutis.errors import CutisError
from cutis.features import embed
from cutis.features.parts import Part, embed_part, n_shards, parse_part, read_receipts
from tests.features.crash import Crash, Writer, watched
from tests.features.fakes import TinyModel, make_images, snapshot, stores

COUNT, BROKEN = 22, (1, 4, 5, 6, 7, 13)  # six shards of four rows


@pytest.fixture(autouse=True)
def small_shards(monkeypatch):
    monkeypatch.setattr("cutis.features.describe.SHARD_ROWS", 4)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    return make_images(tmp_path_factory.mktemp("parts") / "images", COUNT, BROKEN)


@pytest.fixture
def alone(dataset, tmp_path):
    """The store of a single process."""
    return snapshot(embed(dataset, TinyModel(), tmp_path / "alone", batch_size=3).dir)


def part(dataset, cache, number, total, **more):
    return embed_part(dataset, TinyModel(**more), Part(number, total), cache, batch_size=3)


@pytest.mark.parametrize("total", [1, 2, 3, 9])
def test_parts_in_any_order_give_the_bytes_of_one_process(dataset, alone, tmp_path, total):
    numbers = [*range(2, total + 1), 1]
    results = [part(dataset, tmp_path / "cache", number, total) for number in numbers]
    (store,) = stores(tmp_path / "cache")
    assert snapshot(store) == alone
    assert results[-1].missing == ()
    assert "the features are complete" in results[-1].render()
    if total == 3:
        assert results[0].missing == (1, 3)
        assert results[0].render() == (
            "shard 2/3 done (8 images, 8 computed now); 2 of 3 parts missing"
        )
    computed = sum(result.work.images for result in results)
    assert computed == COUNT


def test_a_part_computes_only_its_shards(dataset, tmp_path):
    part(dataset, tmp_path, 2, 4)
    (store,) = stores(tmp_path)
    assert sorted(path.name for path in store.glob("*.npy")) == [
        "shard-00001.npy", "shard-00005.npy",
    ]  # fmt: skip
    assert not (store / "DONE").exists()


def test_a_plain_call_finishes_what_is_missing(dataset, alone, tmp_path):
    part(dataset, tmp_path / "cache", 3, 4)
    model = TinyModel()
    features = embed(dataset, model, tmp_path / "cache")
    assert snapshot(features.dir) == alone
    assert sum(model.batches) == COUNT - len(BROKEN) - 4


def test_a_part_without_shards_waits_for_nobody(dataset, tmp_path):
    result = part(dataset, tmp_path, 9, 9)
    assert result.n_images == 0
    assert result.missing == (1, 2, 3, 4, 5, 6)


def test_a_finished_part_does_nothing(dataset, tmp_path):
    part(dataset, tmp_path, 1, 2)
    model = TinyModel()
    again = embed_part(dataset, model, Part(1, 2), tmp_path, batch_size=3)
    assert model.batches == []
    assert again.work.images == 0


def test_killed_at_any_operation_and_run_again(dataset, alone, tmp_path):
    with watched(Writer(None)) as calm:
        part(dataset, tmp_path / "calm", 1, 2)
    assert calm.count > 15
    for at in range(0, calm.count, 3):
        cache = tmp_path / str(at)
        with watched(Writer(at, "halfway")), pytest.raises(Crash):
            part(dataset, cache, 1, 2)
        part(dataset, cache, 2, 2)
        part(dataset, cache, 1, 2)
        assert [snapshot(store) for store in stores(cache)] == [alone]


def test_a_temporary_file_that_another_clears_away_is_written_again(
    dataset, alone, tmp_path, monkeypatch
):
    from pathlib import Path

    original, cleared = Path.hardlink_to, []

    def hardlink_to(path, target):
        if path.name == "shard-00001.npy" and not cleared:
            cleared.append(target)
            Path(target).unlink()
        return original(path, target)

    monkeypatch.setattr(Path, "hardlink_to", hardlink_to)
    embed(dataset, TinyModel(), tmp_path / "cache", batch_size=3)
    assert cleared
    assert [snapshot(store) for store in stores(tmp_path / "cache")] == [alone]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_two_processes_at_once(dataset, alone, tmp_path):
    """Each writes its own shards while the other does; whoever is last completes the store."""
    children = []
    for number in (1, 2):
        child = os.fork()
        if child == 0:
            code = 1
            try:
                part(dataset, tmp_path / "cache", number, 2, seconds=0.05)
                code = 0
            finally:
                os._exit(code)
        children.append(child)
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0, 0]
    assert [snapshot(store) for store in stores(tmp_path / "cache")] == [alone]


def test_a_receipt_answers_for_bytes_and_versions(dataset, tmp_path):
    result = part(dataset, tmp_path, 2, 3)
    (receipt,) = read_receipts(tmp_path / "parts" / result.key)
    assert receipt["part"] == "2/3"
    assert set(receipt["files"]) == {
        "shard-00001.npy", "shard-00001.errors.json", "shard-00004.npy",
    }  # fmt: skip
    assert "torch" in receipt["versions"]
    assert "pandas" not in receipt["versions"]


@pytest.mark.parametrize("content", ["{", "[]", '{"format": "cutis.part/9"}'])
def test_a_receipt_of_another_version_is_refused(tmp_path, content):
    (tmp_path / "1-of-2.json").write_text(content)
    with pytest.raises(CutisError, match=r"1-of-2\.json.*another version of cutis"):
        read_receipts(tmp_path)


def rewrite_meta(store, **changes):
    meta = json.loads((store / "meta.json").read_text())
    (store / "meta.json").write_text(json.dumps(meta | changes))


def test_a_store_of_other_versions_is_refused(dataset, tmp_path):
    part(dataset, tmp_path, 1, 2)
    (store,) = stores(tmp_path)
    versions = json.loads((store / "meta.json").read_text())["versions"]
    rewrite_meta(store, versions=versions | {"torch": "1.0"})
    with pytest.raises(CutisError, match=r"another version: torch 1\.0 there.*--cache"):
        part(dataset, tmp_path, 2, 2)


def test_a_plain_call_adds_nothing_to_a_store_of_other_versions(dataset, tmp_path, capsys):
    part(dataset, tmp_path, 1, 2)
    (store,) = stores(tmp_path)
    versions = json.loads((store / "meta.json").read_text())["versions"]
    rewrite_meta(store, versions=versions | {"torch": "1.0"})
    before = snapshot(store)
    with pytest.raises(CutisError, match=r"torch 1\.0 there.*start anew: remove .*--cache"):
        embed(dataset, TinyModel(), tmp_path)
    assert snapshot(store) == before
    shutil.rmtree(store)
    assert len(embed(dataset, TinyModel(), tmp_path)) == COUNT - len(BROKEN)


def test_a_store_of_other_versions_that_lacks_no_feature_is_finished(dataset, tmp_path, capsys):
    store = embed(dataset, TinyModel(), tmp_path, batch_size=3).dir
    versions = json.loads((store / "meta.json").read_text())["versions"]
    rewrite_meta(store, versions=versions | {"torch": "1.0"})
    (store / "DONE").unlink()
    model = TinyModel()
    assert len(embed(dataset, model, tmp_path)) == COUNT - len(BROKEN)
    assert model.batches == []
    assert "torch 1.0 there" in capsys.readouterr().err
    assert part(dataset, tmp_path, 1, 2).missing == ()


def test_a_plain_call_continues_on_other_hardware_and_says_so(dataset, tmp_path, capsys):
    part(dataset, tmp_path, 1, 2)
    (store,) = stores(tmp_path)
    rewrite_meta(store, hardware="abacus", threads=7)
    embed(dataset, TinyModel(), tmp_path, threads=2)
    said = capsys.readouterr().err
    assert "begun elsewhere (abacus there, " in said
    assert "begun with 7 threads and continue with as many, not with 2" in said


def test_a_store_of_another_format_is_refused(dataset, tmp_path):
    part(dataset, tmp_path, 1, 2)
    (store,) = stores(tmp_path)
    rewrite_meta(store, format="cutis.features/2")
    for again in (
        lambda: part(dataset, tmp_path, 2, 2),
        lambda: embed(dataset, TinyModel(), tmp_path),
    ):
        with pytest.raises(CutisError, match=r"another version of cutis.*cutis\.features/2"):
            again()


@pytest.mark.parametrize("how", ["cut", "empty", "shape", "errors"])
def test_a_damaged_shard_is_computed_anew(dataset, alone, tmp_path, capsys, how):
    part(dataset, tmp_path / "cache", 1, 2)
    (store,) = stores(tmp_path / "cache")
    shard = store / "shard-00000.npy"
    if how == "cut":
        shard.write_bytes(shard.read_bytes()[:-4])
    elif how == "empty":
        shard.write_bytes(b"")
    elif how == "shape":
        shutil.copy(store / "shard-00002.npy", shard)
    else:
        (store / "shard-00000.errors.json").write_text("{")
    part(dataset, tmp_path / "cache", 2, 2)
    part(dataset, tmp_path / "cache", 1, 2)
    assert "shard-00000" in (said := capsys.readouterr().err)
    assert "computed anew" in said
    assert snapshot(store) == alone


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("5/4", "Did you mean '4/4'"),
        ("0/4", "Did you mean '1/4'"),
        ("2", "i/n"),
        ("a/b", "i/n"),
        ("1/0", "i/n"),
        ("-1/4", "i/n"),
    ],
)
def test_what_is_no_part_is_refused(text, said):
    with pytest.raises(CutisError, match=said):
        parse_part(text)


def test_parts_cover_every_shard_once():
    for total in (1, 2, 5, 40):
        shards = [s for i in range(1, total + 1) for s in Part(i, total).shards(17)]
        assert sorted(shards) == list(range(17))
    assert parse_part(" 3 / 4 ") == Part(3, 4)
    assert n_shards({"n_rows": 0, "shard_rows": 256}) == 0
