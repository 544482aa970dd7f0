"""The description of features holds nothing that differs between two equal runs."""

from __future__ import annotations

import json

from cutis.features.describe import describe, device_kind
from cutis.features.key import feature_identity, feature_key
from tests.features.fakes import TinyModel, make_images


def test_description(tmp_path):
    dataset = make_images(tmp_path, 3)
    identity = feature_identity(TinyModel(), "00")
    meta = describe(identity, dataset, TinyModel(), 16)
    assert meta["key"] == feature_key(identity)
    assert (meta["n_rows"], meta["dim"], meta["batch_size"], meta["device"]) == (3, 5, 16, "cpu")
    assert json.dumps(meta) == json.dumps(describe(identity, dataset, TinyModel(), 16))
    assert str(tmp_path) not in json.dumps(meta)


def test_kind_is_the_device_without_its_number():
    assert device_kind(TinyModel(device="cuda:3")) == "cuda"
