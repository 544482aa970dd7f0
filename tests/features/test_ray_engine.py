"""Workers of a Ray cluster give the bytes of a single process, even when one of them is killed."""

from __future__ import annotations

import importlib.util
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch

from cutis.errors import CutisError
from cutis.features import embed
from cutis.features.ray_engine import RayEngine, portable, require_ray, shard_table
from cutis.models import Model, ModelCard, load_model
from cutis.models.preprocessing import Preprocessing
from cutis.models.towers import Towers
from tests.features.fakes import TinyModel, make_images, snapshot

COUNT, BROKEN = 600, (3, 255, 256, 300, 301, 599)  # three shards of up to 256 rows
needs_ray = pytest.mark.skipif(
    importlib.util.find_spec("ray") is None,
    reason="Ray is not installed (pip install 'cutis[ray]')",
)


@dataclass
class Dying(Model):
    """A real model whose process vanishes, without a word, while a marker lies there."""

    marker: Path = Path("absent")

    def embed_pixels(self, pixels_nchw):
        if self.marker.exists():
            self.marker.unlink()
            os._exit(1)
        return super().embed_pixels(pixels_nchw)


class Tower(torch.nn.Module):
    """A transformer as small as can be, which needs no library but torch on the workers."""

    def __init__(self) -> None:
        super().__init__()
        self.patches = torch.nn.Conv2d(3, 64, 8, 8)
        layer = torch.nn.TransformerEncoderLayer(64, 2, 128, batch_first=True, dropout=0.0)
        self.blocks = torch.nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)

    def forward(self, pixels_nchw):
        return self.blocks(self.patches(pixels_nchw).flatten(2).transpose(1, 2)).mean(1)


def small_dying_model(marker: Path) -> Dying:
    torch.manual_seed(0)
    tower = Tower().eval()
    return Dying(
        name="tower", card=ModelCard(name="tower", title="Tower"), weights_sha256="ab" * 32,
        layout="tower", adapter_revision=1, preprocessing=Preprocessing(size=(32, 32)),
        device="cpu", precision="fp32", marker=marker,
        towers=Towers(tower, tower, None, 64, (32, 32), "mean"),
    )  # fmt: skip


@needs_ray
def test_a_killed_worker_s_shard_is_redone_and_every_byte_is_the_same(tmp_path, capsys):
    """A cluster of this machine with two workers, started and stopped by the engine."""
    import ray

    dataset = make_images(tmp_path / "images", COUNT, BROKEN)
    marker = tmp_path / "marker"
    marker.touch()
    model = small_dying_model(marker)
    features = embed(dataset, model, tmp_path / "ray", threads=1, filler=RayEngine(workers=2))
    assert not ray.is_initialized()
    assert not list(Path(tempfile.gettempdir()).glob(f"*/session_*_{os.getpid()}"))
    assert not marker.exists(), "no worker was killed"
    said = capsys.readouterr().err
    assert "A Ray worker was lost; its shard" in said
    assert f"Ray workers: 2: {COUNT - len(BROKEN)}/{COUNT} images and 6 unreadable" in said
    assert features.images_per_second > 0
    assert len(features) == COUNT - len(BROKEN)
    embed(dataset, model, tmp_path / "alone", threads=1)
    assert snapshot(tmp_path / "ray" / "features") == snapshot(tmp_path / "alone" / "features")


def test_ray_is_asked_for_with_its_command(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(CutisError, match=r"not installed.*pip install 'cutis\[ray\]'"):
        require_ray()
    with pytest.raises(CutisError, match="not installed"):
        RayEngine()(None, {}, None, TinyModel(), 1)


def test_nothing_missing_starts_no_ray(tmp_path, monkeypatch):
    class Whole:
        def missing_shards(self, meta):
            return []

    monkeypatch.setattr("cutis.features.ray_engine.cluster", None)
    monkeypatch.setattr("cutis.features.ray_engine.require_ray", lambda: None)
    assert RayEngine()(Whole(), {"device": "cpu"}, None, TinyModel(), 1) == (0, 0.0)
    with pytest.raises(CutisError, match="not on mps"):
        RayEngine()(Whole(), {"device": "mps"}, None, TinyModel(), 1)


def test_a_shard_travels_as_its_rows(tmp_path):
    dataset = make_images(tmp_path, 10)
    table = shard_table([0, 2], {"shard_rows": 4, "n_rows": 10}, dataset).to_pylist()
    assert [(line["shard"], line["start"], len(line["ids"])) for line in table] == [
        (0, 0, 4),
        (2, 8, 2),
    ]
    assert table[1]["ids"] == ["row 8", "row 9"]
    assert table[1]["paths"] == [str(tmp_path / "008.png"), str(tmp_path / "009.png")]


def test_a_portable_model_survives_the_journey(small_model):
    from ray import cloudpickle

    model = load_model(small_model, device="cpu", precision="bf16")
    pixels = torch.rand(3, 3, 64, 64)
    expected = model.embed_pixels(pixels)  # also makes the rounded copy, which stays at home
    luggage = cloudpickle.dumps(portable(model))
    assert len(luggage) < 1.2 * len(cloudpickle.dumps(load_model(small_model, device="cpu")))
    arrived = cloudpickle.loads(luggage)
    assert arrived.identity() == model.identity()
    assert arrived.embed_pixels(pixels).tobytes() == expected.tobytes()
