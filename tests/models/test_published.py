"""``timm:`` and ``open_clip:`` names: cached files, files of one's own, random weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from cutis.errors import CutisError
from cutis.models import hub, load_model
from tests.models.small import CLIP_CONFIG, clip_model, pictures, write_safetensors
from tests.models.test_sources import snapshot


@pytest.fixture
def small_architecture(monkeypatch: pytest.MonkeyPatch) -> str:
    """Teach open_clip a small architecture with a published tag."""
    import open_clip

    real = open_clip.get_model_config
    tag = {"hf_hub": "org/small/", "mean": (0.1, 0.2, 0.3), "std": (0.4, 0.5, 0.6),
           "interpolation": "bilinear", "resize_mode": "squash", "quick_gelu": True}  # fmt: skip
    monkeypatch.setattr(
        open_clip, "get_model_config", lambda name: CLIP_CONFIG if name == "Small" else real(name)
    )
    monkeypatch.setattr(
        open_clip, "get_pretrained_cfg", lambda name, given: tag if given == "web" else {}
    )
    monkeypatch.setattr(open_clip, "list_pretrained_tags_by_model", lambda name: ["web"])
    return "Small"


def test_a_cached_tag_loads_with_its_own_preprocessing_and_gelu(small_architecture: str):
    module = clip_model(quick_gelu=True)
    write_safetensors(snapshot("org/small") / "open_clip_model.safetensors", module.state_dict())
    model = load_model("open_clip:Small/web", device="cpu")
    assert (model.card.name, model.card.hub) == ("Small/web", "org/small")
    spec = model.preprocessing
    assert (spec.mean, spec.std) == ((0.1, 0.2, 0.3), (0.4, 0.5, 0.6))
    assert (spec.interpolation, spec.resize_mode, spec.size) == ("bilinear", "squash", (32, 32))
    pixels = torch.randn(2, 3, 32, 32)
    with torch.inference_mode():
        np.testing.assert_allclose(
            model.embed_pixels(pixels), module.encode_image(pixels), atol=1e-5
        )


def test_a_tag_that_is_not_cached_says_what_to_fetch(small_architecture: str):
    with pytest.raises(CutisError, match=r"org/small is not on this machine.*open_clip_model"):
        load_model("open_clip:Small/web")


def test_an_unknown_tag_lists_the_known_ones(small_architecture: str):
    with pytest.raises(CutisError, match=r"Tags: web, random.*open_clip:Small/web"):
        load_model("open_clip:Small/wob")


def test_a_file_of_ones_own(small_architecture: str, clip_file: Path):
    model = load_model(f"open_clip:Small@{clip_file}", device="cpu")
    module = clip_model()
    pixels = torch.randn(2, 3, 32, 32)
    with torch.inference_mode():
        np.testing.assert_allclose(
            model.embed_pixels(pixels), module.encode_image(pixels), atol=1e-5
        )
    assert model.name == f"open_clip:Small@{clip_file}"


def test_the_real_tag_of_clip_is_found_in_the_cache_by_its_card_too():
    """The folder of the real repository, with weights of the right names and a small size."""
    write_safetensors(
        snapshot("timm/vit_base_patch16_clip_224.openai") / "open_clip_model.safetensors",
        clip_model().state_dict(),
    )
    by_tag = load_model("open_clip:ViT-B-16/openai", device="cpu")
    by_card = load_model("clip-vit-b-16", device="cpu")
    images = pictures()
    np.testing.assert_array_equal(by_tag.embed_images(images), by_card.embed_images(images))


def test_random_weights_repeat_and_say_that_they_mean_nothing(small_architecture: str):
    torch.manual_seed(1)
    one = load_model("open_clip:Small/random", device="cpu")
    state = torch.get_rng_state()
    torch.manual_seed(2)
    two = load_model("open_clip:Small/random", device="cpu")
    images = pictures()
    np.testing.assert_array_equal(one.embed_images(images), two.embed_images(images))
    assert one.identity() == two.identity()
    assert "mean nothing" in one.card.warnings[0]
    assert "speed" in one.card.intended_use
    torch.manual_seed(1)
    load_model("open_clip:Small/random", device="cpu")
    assert torch.equal(torch.get_rng_state(), state), "the caller's random numbers are left alone"


def test_a_cached_timm_model():
    import timm

    torch.manual_seed(4)
    whole = timm.create_model("test_vit.r160_in1k", pretrained=False).eval()
    repository = whole.pretrained_cfg["hf_hub_id"]
    write_safetensors(snapshot(repository) / "model.safetensors", whole.state_dict())
    model = load_model("timm:test_vit.r160_in1k", device="cpu")
    assert (model.card.family, model.card.hub) == ("vision", repository)
    assert model.card.licence == (whole.pretrained_cfg["license"] or "unknown")
    pixels = torch.randn(2, 3, *model.preprocessing.size)
    with torch.inference_mode():
        expected = whole.forward_head(whole.forward_features(pixels), pre_logits=True).numpy()
    np.testing.assert_allclose(model.embed_pixels(pixels), expected, atol=1e-5)


def test_a_timm_model_that_is_not_cached():
    with pytest.raises(CutisError, match=r"timm/test_vit\.r160_in1k is not on this machine"):
        load_model("timm:test_vit.r160_in1k")
    with pytest.raises(CutisError, match=r"timm:test_vit@/path/to/file"):
        load_model("timm:test_vit")


def test_nothing_here_reached_for_the_network():
    """Guard of the guard: the fixture that forbids the network is in force."""
    assert not hub._online()
