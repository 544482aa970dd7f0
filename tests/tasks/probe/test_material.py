"""Features of a probe's rows: each in its place, whether from one store or from several."""

from __future__ import annotations

import numpy as np
import pytest

from cutis.data import load_dataset
from cutis.features import embed
from cutis.features.opened import default_cache
from cutis.tasks.probe.material import gather, part_keys, parts_of
from cutis.tasks.probe.partition import divide_rows


@pytest.fixture
def world(colour_model, settings, split_table, tmp_path):
    """A table with one unreadable image in train and one in test, and how it is divided."""
    (tmp_path / "images" / "01.png").write_bytes(b"")
    (tmp_path / "images" / "13.png").unlink()
    dataset = load_dataset(split_table)
    return dataset, divide_rows(dataset, settings()), colour_model, settings()


def test_every_row_has_its_own_feature(world):
    dataset, partition, model, config = world
    found = gather(dataset, partition, model, default_cache(), config)
    whole = embed(dataset, model)
    for position, row in enumerate(whole.rows):
        assert np.allclose(found.of(np.array([row]))[0], whole.values_nd[position], atol=1e-6)
    assert found.n_unreadable == 2
    assert found.readable(np.array([0, 1, 13, 14])).tolist() == [0, 14]


def test_one_store_of_the_whole_table_gives_the_same(world):
    dataset, partition, model, config = world
    parts = gather(dataset, partition, model, default_cache(), config)
    embed(dataset, model)
    whole = gather(dataset, partition, model, default_cache(), config)
    assert np.array_equal(whole.position_n, parts.position_n)
    assert np.allclose(whole.values_md, parts.values_md, atol=1e-6)
    assert whole.tested.ids == parts.tested.ids
    assert whole.tested.rows.tolist() == parts.tested.rows.tolist()
    ours = whole.tested.errors[["row", "id", "reason"]].to_dict("records")
    assert ours == parts.tested.errors[["row", "id", "reason"]].to_dict("records")


def test_keys_do_not_depend_on_what_is_there(world):
    dataset, partition, model, _ = world
    before = part_keys(dataset, partition, model, default_cache(), None)
    embed(dataset, model)
    assert part_keys(dataset, partition, model, default_cache(), None) == before
    assert len(set(before.values())) == 3


def test_folds_are_one_part(world, settings):
    dataset, _, _, _ = world
    parts = parts_of(divide_rows(dataset, settings(folds=3)))
    assert list(parts) == ["tested"]
    assert parts["tested"].tolist() == list(range(60))
