"""Preprocessing against torchvision, open_clip and timm, pixel by pixel."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from cutis.errors import CutisError
from cutis.models import Preprocessing
from cutis.models.preprocessing import stated_size


def noise(width: int, height: int, mode: str = "RGB") -> Image.Image:
    random = np.random.default_rng(width * 1000 + height)
    shape = (height, width, 3) if mode == "RGB" else (height, width)
    return Image.fromarray(random.integers(0, 256, shape, dtype=np.uint8), mode)


SIZES = [(600, 450), (450, 600), (224, 224), (225, 224), (1022, 767), (100, 31), (17, 90), (1, 1)]


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("mode", ["shortest", "longest", "squash"])
@pytest.mark.parametrize("interpolation", ["bicubic", "bilinear"])
def test_it_equals_open_clip(size: tuple[int, int], mode: str, interpolation: str):
    from open_clip.transform import PreprocessCfg, image_transform_v2

    config = PreprocessCfg(size=(224, 224), resize_mode=mode, interpolation=interpolation,
                           fill_color=9)  # fmt: skip
    theirs = image_transform_v2(config, is_train=False)(noise(*size))
    spec = Preprocessing(size=(224, 224), resize_mode=mode, interpolation=interpolation,
                         fill_color=9)  # fmt: skip
    ours = spec(noise(*size))
    assert ours.dtype == torch.float32
    assert ours.is_contiguous()
    torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-6)


@settings(max_examples=60, deadline=None)
@given(st.integers(4, 90), st.integers(4, 90), st.sampled_from(["shortest", "longest", "squash"]))
def test_it_equals_open_clip_at_every_small_size(width: int, height: int, mode: str):
    from open_clip.transform import PreprocessCfg, image_transform_v2

    theirs = image_transform_v2(PreprocessCfg(size=(32, 32), resize_mode=mode), is_train=False)
    ours = Preprocessing(size=(32, 32), resize_mode=mode)
    image = noise(width, height)
    torch.testing.assert_close(ours(image), theirs(image), rtol=0, atol=1e-6)


def test_a_sliver_keeps_a_pixel():
    ours = Preprocessing(size=(32, 32), resize_mode="longest")
    assert ours(noise(1, 64)).shape == (3, 32, 32)


@pytest.mark.parametrize("size", [(300, 200), (64, 64), (50, 90)], ids=str)
@pytest.mark.parametrize("crop", [1.0, 0.9, 0.875])
@pytest.mark.parametrize("mode", ["center", "squash"])
def test_it_equals_timm(size: tuple[int, int], crop: float, mode: str):
    from timm.data import create_transform

    theirs = create_transform(
        (3, 64, 64), interpolation="bicubic", mean=(0.4, 0.5, 0.6), std=(0.2, 0.3, 0.1),
        crop_pct=crop, crop_mode=mode,
    )  # fmt: skip
    scaled = int(64 / crop)
    ours = Preprocessing(
        size=64, resize_to=scaled if scaled != 64 else None, mean=(0.4, 0.5, 0.6),
        std=(0.2, 0.3, 0.1), resize_mode="squash" if mode == "squash" else "shortest",
    )  # fmt: skip
    torch.testing.assert_close(ours(noise(*size)), theirs(noise(*size)), rtol=0, atol=1e-6)


def test_a_rectangular_input_is_resized_like_open_clips():
    from open_clip.transform import PreprocessCfg, image_transform_v2

    theirs = image_transform_v2(PreprocessCfg(size=(48, 32)), is_train=False)(noise(101, 77))
    torch.testing.assert_close(
        Preprocessing(size=(48, 32))(noise(101, 77)), theirs, rtol=0, atol=1e-6
    )


def test_other_modes_are_taken_as_rgb():
    grey = noise(50, 40, "L")
    spec = Preprocessing(size=32)
    assert torch.equal(spec(grey), spec(grey.convert("RGB")))
    palette = noise(50, 40).quantize(16)
    assert torch.equal(spec(palette), spec(palette.convert("RGB")))


def test_the_image_is_left_as_it_was():
    image = noise(32, 32)
    before = image.tobytes()
    Preprocessing(size=32)(image)
    assert image.tobytes() == before


def test_threads_give_the_same_pixels():
    spec = Preprocessing(size=64)
    images = [noise(60 + i, 70) for i in range(24)]
    one_by_one = [spec(image) for image in images]
    with ThreadPoolExecutor(8) as pool:
        at_once = list(pool.map(spec, images))
    assert all(torch.equal(a, b) for a, b in zip(one_by_one, at_once, strict=True))


def test_an_open_clip_configuration_is_read_and_its_gaps_are_clips_defaults():
    stated = {"mean": [0.1, 0.2, 0.3], "interpolation": "random", "mode": "RGB", "std": None,
              "size": 999, "unknown": 1}  # fmt: skip
    spec = Preprocessing.from_open_clip(stated, (64, 48))
    assert spec.size == (64, 48)
    assert spec.mean == (0.1, 0.2, 0.3)
    assert spec.std == Preprocessing().std
    assert spec.interpolation == "bicubic"


def test_it_is_frozen_and_strict():
    spec = Preprocessing(size=224, mean=0.5, std=0.5)
    assert spec.mean == (0.5, 0.5, 0.5)
    with pytest.raises(ValueError, match="frozen"):
        spec.size = (1, 1)
    with pytest.raises(ValueError, match="interpolation"):
        Preprocessing(interpolation="nearest")
    with pytest.raises(ValueError, match="Extra"):
        Preprocessing(sice=1)


CLIP_STEPS = {
    "do_center_crop": True, "crop_size": {"height": 224, "width": 224}, "do_normalize": True,
    "image_mean": [0.1, 0.2, 0.3], "image_std": [0.4, 0.5, 0.6], "resample": 3,
    "size": {"shortest_edge": 256},
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({}, {"resize_to": 256, "resize_mode": "shortest", "interpolation": "bicubic"}),
        ({"size": {"shortest_edge": 224}}, {"resize_to": None, "resize_mode": "shortest"}),
        ({"size": 224, "crop_size": 224}, {"resize_to": None, "resize_mode": "shortest"}),
        ({"size": {"height": 224, "width": 224}, "do_center_crop": False},
         {"resize_mode": "squash", "resize_to": None}),
        ({"size": 224, "crop_size": None, "do_center_crop": None}, {"resize_mode": "squash"}),
        ({"resample": 2}, {"interpolation": "bilinear"}),
        ({"do_normalize": False}, {"mean": (0.0,) * 3, "std": (1.0,) * 3}),
        ({"image_mean": None}, {"mean": Preprocessing().mean, "std": (0.4, 0.5, 0.6)}),
    ],
)  # fmt: skip
def test_steps_of_transformers(change: dict, wanted: dict):
    spec = Preprocessing.from_transformers({**CLIP_STEPS, **change}, (224, 224), Preprocessing())
    assert {key: getattr(spec, key) for key in wanted} == wanted
    assert spec.size == (224, 224)


def test_steps_of_transformers_give_the_librarys_pixels():
    """The library's own processor on PIL images, for a size whose crop has no half pixel."""
    from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

    image = Image.fromarray(np.random.default_rng(0).integers(0, 256, (300, 400, 3), np.uint8))
    theirs = CLIPImageProcessorPil(**CLIP_STEPS)(image, return_tensors="np")["pixel_values"][0]
    spec = Preprocessing.from_transformers(CLIP_STEPS, (224, 224), Preprocessing())
    np.testing.assert_allclose(spec(image).numpy(), theirs, rtol=0, atol=1e-5)


def test_a_filter_that_is_not_offered():
    with pytest.raises(CutisError, match=r"filter 1.*2 \(bilinear\)"):
        Preprocessing.from_transformers({"resample": 1}, (224, 224), Preprocessing())


@pytest.mark.parametrize(
    ("config", "size"),
    [
        (CLIP_STEPS, (224, 224)),
        ({"size": {"height": 448, "width": 384}}, (448, 384)),
        ({"size": 96}, (96, 96)),
        ({"size": {"shortest_edge": 64}}, (64, 64)),
        ({}, None),
    ],
)
def test_the_size_transformers_states(config: dict, size: tuple[int, int] | None):
    assert stated_size(config) == size


def test_another_size_keeps_the_share_of_the_border():
    spec = Preprocessing(size=224, resize_to=256)
    assert spec.resized((448, 448)).resize_to == 512
    assert spec.resized((224, 224)) == spec
    assert Preprocessing(size=224).resized((448, 448)).resize_to is None
    assert spec.resized((448, 224)).resize_to == 256, "the shorter side decides"


@pytest.mark.parametrize(
    ("name", "first_mean", "first_std"),
    [("clip", 0.48145466, 0.26862954), ("imagenet", 0.485, 0.229), ("panderm", 0.485, 0.228),
     ("half", 0.5, 0.5)],
)  # fmt: skip
def test_normalisations_by_name(name: str, first_mean: float, first_std: float):
    spec = Preprocessing(resize_to=256).with_norm(name)
    assert (spec.mean[0], spec.std[0], spec.resize_to) == (first_mean, first_std, 256)


def test_an_unknown_normalisation_is_answered_with_the_nearest():
    with pytest.raises(CutisError, match=r"'imagnet'.*Did you mean 'imagenet'"):
        Preprocessing().with_norm("imagnet")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"image_mean": ["a", 0, 0]}, "image_mean"),
        ({"image_std": [0.1, 0.2]}, "image_std"),
        ({"image_std": [0.0, 0.2, 0.3]}, "image_std"),
        ({"size": {"shortest_edge": "large"}, "crop_size": None}, r"size\.shortest_edge"),
        ({"size": {"shortest_edge": [9]}}, r"size\.shortest_edge"),
        ({"crop_size": {"height": "x", "width": 224}}, r"size\.height"),
        ({"crop_size": {"height": 224, "width": None}}, r"size\.width"),
    ],
)
def test_a_bad_value_of_transformers_is_named_with_its_file(change: dict, field: str):
    config = {**CLIP_STEPS, **change}
    with pytest.raises(CutisError, match=rf"'{field}' in preprocessor_config\.json"):
        Preprocessing.from_transformers(config, (224, 224), Preprocessing())


@pytest.mark.parametrize(
    ("stated", "field"),
    [
        ({"mean": "grey"}, "mean"),
        ({"std": [1, 0, 1]}, "std"),
        ({"interpolation": "nearest"}, "interpolation"),
        ({"resize_mode": "crop"}, "resize_mode"),
        ({"fill_color": "red"}, "fill_color"),
    ],
)
def test_a_bad_value_of_open_clip_is_named_with_its_file(stated: dict, field: str):
    with pytest.raises(CutisError, match=f"'{field}' in preprocess_cfg beside the weights"):
        Preprocessing.from_open_clip(stated, (64, 64))
