"""Parts of separate caches are joined to the bytes of a single process, or refused."""

from __future__ import annotations

import json
import shutil

import pytest

from cutis import cli
from cutis.errors import CutisError
from cutis.features import embed, open_features
from cutis.features.merge import MergeConfig, differences, features_merge, merge_features
from cutis.features.parts import Part, embed_part
from tests.features.fakes import TinyModel, make_images, snapshot, stores

COUNT, BROKEN = 22, (1, 4, 5, 6, 7, 13)  # six shards of four rows


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A dataset, its store by one process, and the caches of three machines."""
    folder = tmp_path_factory.mktemp("merge")
    dataset = make_images(folder / "images", COUNT, BROKEN)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cutis.features.describe.SHARD_ROWS", 4)
        alone = snapshot(embed(dataset, TinyModel(), folder / "alone", batch_size=3).dir)
        for number in (1, 2, 3):
            part = Part(number, 3)
            embed_part(dataset, TinyModel(), part, folder / str(number), batch_size=3)
    return dataset, alone, folder


@pytest.fixture
def caches(made, tmp_path):
    """Copies of the three caches, which a test may change."""
    for number in "123":
        shutil.copytree(made[2] / number, tmp_path / number)
    return [tmp_path / number for number in "123"]


def store_of(cache):
    (store,) = stores(cache)
    return store


def test_merged_parts_are_the_bytes_of_one_process(made, caches, tmp_path):
    result = merge_features(caches, tmp_path / "all")
    assert snapshot(store_of(tmp_path / "all")) == made[1]
    assert result.exit_code == 0
    assert "6 of 6 shards brought, complete in" in result.render()
    assert len(open_features(result.stores[0].dir, verify=True)) == COUNT - len(BROKEN)


def test_into_one_of_them_and_one_by_one(made, caches):
    first = features_merge(MergeConfig(caches=[caches[1]], into=caches[0]))
    assert first.exit_code == 1
    assert "2 of 6 shards brought, 2 still missing; compute them" in first.render()
    again = merge_features(caches[:2], caches[0])
    assert again.stores[0].n_new == 0
    assert merge_features(caches, caches[0]).exit_code == 0
    assert snapshot(store_of(caches[0])) == made[1]


def test_merging_twice_changes_nothing(caches, tmp_path):
    merge_features(caches, tmp_path / "all")
    before = snapshot(tmp_path / "all")
    assert merge_features([*caches, tmp_path / "all"], tmp_path / "all").stores[0].n_new == 0
    assert snapshot(tmp_path / "all") == before


def test_an_unfinished_part_is_finished_where_it_was_merged(made, caches, tmp_path):
    (store_of(caches[2]) / "shard-00005.npy").unlink()
    assert merge_features(caches, tmp_path / "all").stores[0].n_missing == 1
    model = TinyModel()
    embed(made[0], model, tmp_path / "all")
    assert sum(model.batches) == 2
    assert snapshot(store_of(tmp_path / "all")) == made[1]


def test_a_complete_store_is_copied_whole(made, tmp_path):
    result = merge_features([made[2] / "alone"], tmp_path / "all")
    assert result.exit_code == 0
    assert snapshot(store_of(tmp_path / "all")) == made[1]


def test_without_the_rows_it_says_what_completes_it(made, caches, tmp_path):
    for cache in caches:
        for rows in cache.glob("parts/*/rows.parquet"):
            rows.unlink()
    result = merge_features(caches, tmp_path / "all")
    assert result.exit_code == 1
    assert "'cutis embed' with the same data and model completes it" in result.render()


def test_rows_of_something_else_are_refused(caches, tmp_path):
    import pandas as pd

    for cache in caches:
        for rows in cache.glob("parts/*/rows.parquet"):
            table = pd.read_parquet(rows)
            table.loc[0, "id"] = "other"
            table.to_parquet(rows)
    with pytest.raises(CutisError, match=r"rows\.parquet is damaged"):
        merge_features(caches, tmp_path / "all")


@pytest.mark.parametrize("how", ["bit", "cut"])
def test_a_damaged_shard_is_named(caches, tmp_path, how):
    shard = store_of(caches[1]) / "shard-00004.npy"
    content = bytearray(shard.read_bytes())
    content[-1] ^= 1
    shard.write_bytes(content if how == "bit" else content[:-8])
    with pytest.raises(CutisError, match=r"damaged.*shard-00004\.npy.*compute that part again|"
                                         r"shard-00004\.npy is damaged"):  # fmt: skip
        merge_features(caches, tmp_path / "all")


def test_two_different_shards_of_the_same_images_are_refused(caches, tmp_path):
    shard = store_of(caches[0]) / "shard-00000.npy"
    merge_features(caches[:1], tmp_path / "all")
    content = bytearray(shard.read_bytes())
    content[-1] ^= 1
    shard.write_bytes(content)
    for receipt in caches[0].glob("parts/*/*.json"):
        receipt.unlink()
    with pytest.raises(CutisError, match=r"different features of the same images.*remove one"):
        merge_features(caches, tmp_path / "all")


def test_a_part_of_another_version_is_refused(caches, tmp_path):
    meta = store_of(caches[1]) / "meta.json"
    record = json.loads(meta.read_text())
    record["versions"]["torch"] = "1.0"
    meta.write_text(json.dumps(record))
    with pytest.raises(CutisError, match=r"another version: torch 1\.0 there"):
        merge_features(caches, tmp_path / "all")


def test_a_machine_of_another_version_is_refused_by_its_receipt(caches, tmp_path):
    (receipt,) = caches[1].glob("parts/*/*.json")
    record = json.loads(receipt.read_text())
    record["versions"]["numpy"] = "1.0"
    receipt.write_text(json.dumps(record))
    with pytest.raises(CutisError, match=r"another version: numpy 1\.0 there"):
        merge_features(caches, tmp_path / "all")


def test_what_moves_only_the_last_bits_is_said(caches, tmp_path):
    meta = store_of(caches[1]) / "meta.json"
    meta.write_text(json.dumps(json.loads(meta.read_text()) | {"threads": 99}))
    result = merge_features(caches, tmp_path / "all")
    assert result.exit_code == 0
    assert "threads is 99, not" in result.render()
    assert "rounding error" in result.render()


def test_another_shape_is_refused(tmp_path):
    with pytest.raises(CutisError, match="does not fit the other parts: its dim differ"):
        differences({"dim": 3}, {"dim": 4}, tmp_path)


def test_a_folder_that_is_no_cache_is_refused(caches, tmp_path):
    (tmp_path / "empty" / "features").mkdir(parents=True)
    for folder in (tmp_path / "empty", tmp_path / "absent", store_of(caches[0])):
        with pytest.raises(CutisError, match=r"holds no features.*cutis features merge"):
            merge_features([caches[0], folder], tmp_path / "all")


def test_from_the_command_line(caches, tmp_path, capsys):
    words = [*map(str, caches), "--into", str(tmp_path / "all")]
    assert cli.run(["features", "merge", *words[:2], *words[3:]]) == 1
    assert "2 still missing" in capsys.readouterr().out
    assert cli.run(["features", "merge", *words]) == 0
    assert "complete in" in capsys.readouterr().out
    assert cli.run(["features", "merge", "--into", str(tmp_path / "all")]) == 2
    assert cli.run(["features", "merge", str(tmp_path / "no"), "--into", str(tmp_path)]) == 2
    assert "holds no features" in capsys.readouterr().err
