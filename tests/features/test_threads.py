"""The number of threads is part of what is written down, and is kept to."""

from __future__ import annotations

import pytest
import torch

from cutis.features import embed
from cutis.features.threads import hardware, resolve_threads, using_threads
from tests.features.fakes import TinyModel, make_images


def test_threads_are_set_and_put_back():
    before = torch.get_num_threads()
    with using_threads(before + 1):
        assert torch.get_num_threads() == before + 1
        with using_threads(None):
            assert torch.get_num_threads() == before + 1
    assert torch.get_num_threads() == before
    with pytest.raises(RuntimeError), using_threads(before + 2):
        raise RuntimeError("stopped")
    assert torch.get_num_threads() == before


def test_only_a_processor_has_threads():
    assert resolve_threads(TinyModel(), 3) == 3
    assert resolve_threads(TinyModel(), None) == torch.get_num_threads()
    assert resolve_threads(TinyModel(device="cuda:0"), 3) is None


def test_hardware_is_named(monkeypatch):
    assert hardware(TinyModel()).startswith(torch.backends.cpu.get_cpu_capability())
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: "NVIDIA H100")
    assert hardware(TinyModel(device="cuda:0")) == "NVIDIA H100"


class Watching(TinyModel):
    """Notes the number of threads it computes with."""

    def embed_pixels(self, pixels_nchw):
        self.batches.append(-torch.get_num_threads())
        return super().embed_pixels(pixels_nchw)


def test_a_begun_store_keeps_its_threads(tmp_path, monkeypatch):
    monkeypatch.setattr("cutis.features.describe.SHARD_ROWS", 4)
    dataset = make_images(tmp_path / "images", 8)
    before = torch.get_num_threads()
    first = Watching()
    features = embed(dataset, first, tmp_path / "cache", threads=before + 1)
    assert features.meta["threads"] == before + 1
    (features.dir / "shard-00001.npy").unlink()
    second = Watching()
    embed(dataset, second, tmp_path / "cache")
    assert {n for n in first.batches + second.batches if n < 0} == {-(before + 1)}
    assert torch.get_num_threads() == before
