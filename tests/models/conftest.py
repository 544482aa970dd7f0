"""Folders and caches of the model tests, all private and offline."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.models.small import (
    cae_state,
    clip_model,
    write_mixed,
    write_safetensors,
)


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No network, an empty hub cache, no folder of the user's own models."""
    import huggingface_hub

    import cutis.models.hub

    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError("the network was used")

    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path_factory.mktemp("hub")))
    monkeypatch.delenv("CUTIS_MODELS", raising=False)
    monkeypatch.setattr(cutis.models.hub, "_online", lambda: False)
    monkeypatch.setattr(huggingface_hub, "hf_hub_download", refuse)


@pytest.fixture(scope="session")
def mixed_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our own checkpoint directory: timm image tower, BERT text tower, tokenizer."""
    return write_mixed(tmp_path_factory.mktemp("mixed"))


@pytest.fixture(scope="session")
def cae_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A narrow CAE-tower CLIP as a bare file."""
    return write_safetensors(tmp_path_factory.mktemp("cae") / "epoch.safetensors", cae_state())


@pytest.fixture(scope="session")
def clip_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small native CLIP as a bare file."""
    state = clip_model().state_dict()
    return write_safetensors(tmp_path_factory.mktemp("clip") / "clip.safetensors", state)
