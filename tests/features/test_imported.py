"""Features made elsewhere come in unchanged, or not at all."""

from __future__ import annotations

import numpy as np
import pytest

from cutis.errors import CutisError
from cutis.features import import_embeddings, open_features
from tests.features.fakes import TinyDataset, stores


@pytest.fixture
def dataset(tmp_path):
    return TinyDataset(tmp_path / "images that are not there", [f"{i}.png" for i in range(6)])


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.float16])
def test_row_i_is_row_i(dataset, tmp_path, dtype):
    values = np.random.default_rng(0).normal(size=(6, 4)).astype(dtype)
    np.save(tmp_path / "all_embeddings.npy", values)
    features = import_embeddings(
        tmp_path / "all_embeddings.npy", dataset, "PanDerm", tmp_path / "c"
    )
    assert features.ids == dataset.ids
    assert features.rows.tolist() == list(range(6))
    assert features.values_nd.tobytes() == values.astype(np.float32).tobytes()
    assert features.meta["identity"]["imported"]["name"] == "PanDerm"
    assert len(features.errors) == 0
    open_features(features.dir, verify=True)


def test_twice_is_once(dataset, tmp_path):
    np.save(tmp_path / "a.npy", np.ones((6, 4)))
    keys = {import_embeddings(tmp_path / "a.npy", dataset, "m", tmp_path).key for _ in range(2)}
    assert len(keys) == len(stores(tmp_path)) == 1
    assert import_embeddings(tmp_path / "a.npy", dataset, "other", tmp_path).key not in keys


@pytest.mark.parametrize(
    ("values", "says"),
    [
        (np.ones((5, 4)), "has 5 rows, the table has 6"),
        (np.ones(6), "one array of rows by values"),
        (np.full((6, 4), np.nan), "not finite"),
        (np.array([["a"]] * 6), "not finite numbers"),
        (np.array([[None]] * 6), "not an array of numbers"),
    ],
)
def test_what_does_not_fit_is_refused(dataset, tmp_path, values, says):
    np.save(tmp_path / "a.npy", values, allow_pickle=True)
    with pytest.raises(CutisError, match=says):
        import_embeddings(tmp_path / "a.npy", dataset, "m", tmp_path)
    assert stores(tmp_path) == []


@pytest.mark.parametrize("content", [b"", b"not numpy", b"\x93NUMPY"])
def test_a_file_that_is_no_array(dataset, tmp_path, content):
    (tmp_path / "a.npy").write_bytes(content)
    with pytest.raises(CutisError, match="not an array"):
        import_embeddings(tmp_path / "a.npy", dataset, "m", tmp_path)


def test_no_file(dataset, tmp_path):
    with pytest.raises(CutisError, match="no file"):
        import_embeddings(tmp_path / "a.npy", dataset, "m", tmp_path)
