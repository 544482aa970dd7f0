"""The key changes with everything that decides the features, and with nothing else."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutis.features.key import feature_identity, feature_key, rows_sha256
from tests.features.fakes import TinyModel


def key(model: TinyModel, rows: str = "00") -> str:
    return feature_key(feature_identity(model, rows))


def test_key_is_the_hash_of_canonical_json():
    identity = feature_identity(TinyModel(), "00")
    text = json.dumps(identity, sort_keys=True, separators=(",", ":"))
    assert key(TinyModel()) == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    "change",
    [
        {"name": "other"}, {"weights_sha256": "cd" * 32}, {"revision": 2}, {"size": 9},
        {"precision": "bf16"},
    ],
    ids=lambda change: next(iter(change)),
)  # fmt: skip
def test_what_decides_the_features_is_in_the_key(change):
    assert key(replace(TinyModel(), **change)) != key(TinyModel())


def test_where_they_are_computed_is_not():
    assert key(TinyModel(device="cuda:1")) == key(TinyModel())


rows = st.lists(st.tuples(st.text(max_size=3), st.none() | st.sampled_from("ab")), max_size=4)


@given(rows, rows)
def test_rows_with_the_same_hash_are_the_same_rows(first, second):
    hashes = [
        rows_sha256(*([list(c) for c in zip(*r, strict=True)] or [[], []])) for r in (first, second)
    ]
    assert (hashes[0] == hashes[1]) == (first == second)


def test_one_hash_per_name():
    with pytest.raises(ValueError):
        rows_sha256(["a", "b"], ["00"])
