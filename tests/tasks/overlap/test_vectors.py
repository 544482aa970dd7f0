"""Features in blocks from their shards, and refusing to compare what was not made alike."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cutis import cli
from cutis.data import load_dataset
from cutis.errors import CutisError
from cutis.features import default_cache
from cutis.features.imported import import_embeddings
from cutis.features.store import SHARD_ROWS, FeatureStore
from cutis.tasks.overlap.settings import OverlapConfig
from cutis.tasks.overlap.vectors import (
    StoreRows,
    cosines_of,
    load_audit_model,
    open_vectors,
    refuse_other_models,
    side_vectors,
)
from cutis.tasks.overlap.verb import data_overlap
from tests.tasks.overlap.made import bare_side, config, vectors


def imported(folder: Path, values_nd: np.ndarray, name: str = "theirs") -> Path:
    """A store of features made elsewhere, whose pictures need not be here."""
    folder.mkdir(exist_ok=True)
    ids = [f"{folder.name}{i}" for i in range(len(values_nd))]
    pd.DataFrame({"image": [f"{i}.png" for i in ids], "id": ids}).to_csv(folder / "t.csv")
    np.save(folder / "v.npy", values_nd)
    return import_embeddings(folder / "v.npy", load_dataset(folder / "t.csv"), name).dir


@pytest.fixture
def values() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(SHARD_ROWS + 20, 6)).astype(np.float16)


def test_blocks_and_single_rows_are_those_of_the_array(tmp_path, values):
    rows = StoreRows(FeatureStore(imported(tmp_path / "a", values)))
    assert len(rows) == len(values)
    for start, stop in ((0, 5), (250, 262), (256, 276), (0, 276), (7, 7)):
        assert np.array_equal(rows.block(start, stop), values[start:stop].astype(np.float32))
    places = np.array([270, 3, 3, 255, 256])
    assert np.array_equal(rows.take(places), values[places].astype(np.float32))


def test_cosines_of_rows_without_features_are_unknown(tmp_path, values):
    one = open_vectors(FeatureStore(imported(tmp_path / "a", values)))
    found = cosines_of(one, one, np.array([[4, 4], [1, 999]]))
    assert found[0] == 1
    assert np.isnan(found[1])


def test_two_folders_of_features_are_compared_without_a_model(tmp_path, values):
    a = imported(tmp_path / "a", values[:30])
    b = imported(tmp_path / "b", np.concatenate([values[40:50], 3 * values[5:7]]))
    run = tmp_path / "run"
    result = data_overlap(
        OverlapConfig(data=[a], against=[b], output=run, scope="between", csv=True)
    )
    table = pd.read_parquet(run / "overlap.parquet")
    assert table[["id_a", "id_b"]].values.tolist() == [["a5", "b10"], ["a6", "b11"]]
    assert table["hash_distance"].isna().all()
    assert result.result["comparisons"][0]["flagged_b"]["count"] == 2
    rows = pd.read_csv(next((run / "published").glob("*/overlaps.csv")))
    assert rows["downstream_image"].tolist() == ["a5", "a6"]
    assert rows["pretrain_index"].tolist() == [10, 11]


def test_features_of_zeros_are_counted(tmp_path, values):
    a = imported(tmp_path / "a", np.concatenate([values[:4], np.zeros((2, 6))]))
    b = imported(tmp_path / "b", np.concatenate([values[:1], np.zeros((1, 6))]))
    result = data_overlap(
        OverlapConfig(data=[a], against=[b], output=tmp_path / "run", scope="between")
    )
    record = result.result["comparisons"][0]
    assert (record["pairs"], record["zero_features"]) == (1, [2, 1])
    assert "3 features are all zero" in result.render()


def refused(message: str, tmp_path: Path, **settings) -> None:
    with pytest.raises(CutisError, match=message):
        data_overlap(OverlapConfig(output=tmp_path / "run", **settings))


def test_features_that_were_not_made_alike_are_refused(tmp_path, values):
    a, b = imported(tmp_path / "a", values[:9]), imported(tmp_path / "b", values[:9], "others")
    c = imported(tmp_path / "c", values[:9, :4])
    refused("were not made alike", tmp_path, data=[a], against=[b])
    refused("theirs, 6 numbers.*theirs, 4 numbers", tmp_path, data=[a], against=[c])


def test_a_table_and_features_need_the_model_that_made_them(
    tmp_path, values, noise_table, pixel_model
):
    a = imported(tmp_path / "a", values[:9])
    refused("is a table, and a folder of features", tmp_path, data=[noise_table], against=[a])
    refused("were not made alike", tmp_path, data=[noise_table], against=[a], model="pixels")
    words = ["embed", "--data", str(noise_table), "--model", "pixels", "-o", str(tmp_path / "e")]
    assert cli.run(words) == 0
    key = json.loads((tmp_path / "e" / "run.json").read_text())["features"]["key"]
    store = default_cache() / "features" / key
    settings = {"data": [noise_table.with_name("some.csv")], "against": [store], "model": "pixels"}
    pd.read_csv(noise_table).head(3).to_csv(settings["data"][0], index=False)
    found = data_overlap(
        OverlapConfig(output=tmp_path / "run", scope="between", threshold=0.97, **settings)
    )
    record = found.result["comparisons"][0]
    assert record["flagged_a"]["count"] == 3
    assert record["flagged_b"]["count"] == 5  # themselves, and the copies of two of them
    pixel_model.weights_sha256 = "1" * 64
    refused("were not made alike", tmp_path / "again", **settings)


def test_what_was_refused_leaves_no_folder(tmp_path, values):
    a, b = imported(tmp_path / "a", values[:9]), imported(tmp_path / "b", values[:9], "others")
    refused("were not made alike", tmp_path, data=[a], against=[b])
    assert not (tmp_path / "run").exists()
    data_overlap(OverlapConfig(data=[a], output=tmp_path / "run"))
    refused("holds a run with other settings", tmp_path, data=[a], against=[b])
    assert (tmp_path / "run" / "result.json").exists()


def test_features_that_are_not_finite_are_refused(tmp_path, values):
    a = imported(tmp_path / "a", values[:9])
    shard = a / "shard-00000.npy"
    damaged = np.load(shard)
    damaged[3, 2] = np.nan
    np.save(shard, damaged)
    refused("cannot be compared: Row 3 holds", tmp_path, data=[a])


def test_a_folder_that_is_not_complete_is_refused(tmp_path, values):
    a = imported(tmp_path / "a", values[:9])
    (a / "DONE").unlink()
    refused("holds no complete features", tmp_path, data=[a])


def test_features_have_no_table_to_clean(tmp_path, values):
    a = imported(tmp_path / "a", values[:9])
    refused("is a folder of features", tmp_path, data=[a], drop=tmp_path / "x.csv",
            drop_from=str(a))  # fmt: skip


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 9999), st.sampled_from([np.float16, np.float32, np.float64]))
def test_cosines_of_pairs_are_those_of_the_formula(seed, dtype):
    rng = np.random.default_rng(seed)
    rows = np.flatnonzero(rng.random(9) < 0.7)
    values = rng.normal(size=(len(rows), 4)).astype(dtype)
    pairs = rng.integers(0, 9, (12, 2))
    found = cosines_of(vectors(values, rows), vectors(values, rows), pairs)
    place = {int(row): i for i, row in enumerate(rows)}
    for (one, two), cosine in zip(pairs.tolist(), found, strict=True):
        if one not in place or two not in place:
            assert np.isnan(cosine)
            continue
        a, b = (values[place[row]].astype(np.float64) for row in (one, two))
        expected = a @ b / np.sqrt((a @ a) * (b @ b))
        assert cosine == pytest.approx(expected, abs=2e-6)


def test_no_pairs_have_no_cosines():
    one = vectors(np.eye(3))
    assert cosines_of(one, one, np.zeros((0, 2), np.int64)).tolist() == []
    none = vectors(np.zeros((0, 3)), [])
    assert np.isnan(cosines_of(none, one, np.array([[0, 1]]))).all()


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ({"model": {"name": "x"}}, {"model": {"name": "y"}}, r"\(x, 3 numbers\) and of b \(y, 3"),
        ({"imported": {"name": "z"}}, {}, r"\(z, 3 numbers\) and of b \(unknown, 3"),
        ({"model": {"name": "x"}, "precision": "fp32"},
         {"model": {"name": "x"}, "precision": "bf16"}, "precision have to be the same"),
    ],
)  # fmt: skip
def test_what_made_two_sets_is_named(first, second, said):
    sides = [bare_side("pqr", "a"), bare_side("stu", "b")]
    with pytest.raises(CutisError, match=said):
        refuse_other_models(sides, [vectors(np.eye(3), **first), vectors(np.eye(3), **second)])
    refuse_other_models(sides, [vectors(np.eye(3), **first), vectors(np.eye(3), **first)])


def test_without_a_name_no_model_is_loaded(monkeypatch):
    monkeypatch.setattr("cutis.models.load_model", lambda *_, **__: pytest.fail("loaded"))
    assert load_audit_model(config()) is None


def test_a_table_has_no_features_without_a_model(tmp_path):
    with pytest.raises(CutisError, match="name the model that made the features with --model"):
        side_vectors(bare_side("ab"), None, config(), tmp_path)


def test_rows_that_moved_after_the_features_were_listed_are_refused(tmp_path, values):
    folder = imported(tmp_path / "a", values[:9])
    ids = pd.read_parquet(folder / "ids.parquet")
    ids["row"] = ids["row"].to_numpy()[::-1]
    ids.to_parquet(folder / "ids.parquet")
    with pytest.raises(CutisError, match=r"ids.parquet"):
        StoreRows(FeatureStore(folder)).block(0, 9)
