"""What a checkpoint is: tensors before files, files before cards, and never a guess."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from cutis.errors import CutisError
from cutis.models import ModelCard, Preprocessing
from cutis.models.choosing import choose_layout, choose_preprocessing
from cutis.models.sources import Source
from cutis.models.towers import Towers
from tests.models.small import cae_shapes
from tests.models.small_layouts import open_shapes


def source(config: dict | None = None, **card: object) -> Source:
    whole = ModelCard(**{"name": "a", "title": "A", **card})
    return Source("a", whole, Path("w.pt"), config or {})


def towers(**facts: object) -> Towers:
    made = {"module": SimpleNamespace(), "image": None, "text": None, "dim": 1,
            "image_size": (224, 224), "pooling": ""}  # fmt: skip
    return Towers(**{**made, **facts})  # type: ignore[arg-type]


LITE = {"_blocks.0._depthwise_conv.weight": (32, 1, 3, 3)}
RESNET = {"conv1.weight": (64, 3, 7, 7), "layer1.0.conv1.weight": (64, 64, 1, 1)}
OPENAI = {"logit_scale": (), "visual.conv1.weight": (64, 3, 8, 8), "token_embedding.weight": (9, 8)}


@pytest.mark.parametrize(
    ("shapes", "card", "layout"),
    [
        (cae_shapes(), None, "cae_clip"),
        (cae_shapes(), "cae_clip", "cae_clip"),
        (open_shapes(), "cae_clip_open", "cae_clip_open"),
        (LITE, "timm", "efficientnet_lite"),
        (RESNET, "timm", "timm"),
        (RESNET, None, "resnet"),
        (RESNET, "resnet", "resnet"),
        (OPENAI, "transformers_clip", "open_clip"),
        ({"mystery": (1,)}, "cae_clip", "cae_clip"),
    ],
)
def test_layouts(shapes: dict, card: str | None, layout: str):
    assert choose_layout(shapes, source(layout=card)) == layout


def test_a_folder_of_timm_says_its_architecture():
    config = {"native_cfg": {"architecture": "resnet50"}}
    assert choose_layout(RESNET, source(config)) == "timm"


def test_the_configuration_comes_before_the_card():
    config = {"layout": "resnet"}
    assert choose_layout(RESNET, source(config, layout="timm")) == "resnet"


@pytest.mark.parametrize(
    ("shapes", "card", "words"),
    [
        (cae_shapes(), "cae_clip_open", "layout 'cae_clip'.*'a' has the layout 'cae_clip_open'"),
        (open_shapes(), "cae_clip", "layout 'cae_clip_open'"),
        (RESNET, "open_clip", "layout 'resnet'"),
        ({"mystery": (1,)}, None, "first tensors: mystery"),
        (cae_shapes() | RESNET, None, "2 layouts: cae_clip, resnet"),
        (RESNET, "no_such_layout", "no layout 'no_such_layout'"),
    ],
)
def test_what_is_refused(shapes: dict, card: str | None, words: str):
    with pytest.raises(CutisError, match=words):
        choose_layout(shapes, source(layout=card))


GREY = {"mean": [0.5] * 3, "std": [0.5] * 3}
CARD = Preprocessing(resize_to=256, mean=(0.1, 0.1, 0.1))
OWN = Preprocessing(mean=(0.2, 0.2, 0.2))
STEPS = {"image_mean": [0.3] * 3, "size": {"height": 9, "width": 9}, "do_center_crop": False}


@pytest.mark.parametrize(
    ("config", "card", "own", "layout", "mean", "notes"),
    [
        ({"preprocess_cfg": GREY}, CARD, OWN, "open_clip", 0.5, 1),
        ({"preprocess_cfg": GREY}, None, OWN, "open_clip", 0.5, 0),
        ({}, CARD, OWN, "open_clip", 0.1, 0),
        ({}, None, OWN, "open_clip", 0.2, 0),
        ({}, None, None, "open_clip", 0.48145466, 0),
        ({"preprocessor": STEPS}, CARD, OWN, "transformers_clip", 0.3, 1),
        ({"preprocessor": STEPS}, None, None, "open_clip", 0.48145466, 0),
        ({}, CARD, OWN, "dinov2", 0.2, 0),
        ({}, CARD, None, "dinov2", 0.1, 0),
    ],
)
def test_preprocessing(config, card, own, layout: str, mean: float, notes: int):
    """The files beside the weights, then the card if it is of this layout, then the layout."""
    where = source(config, layout="open_clip", preprocessing=card)
    found, said = choose_preprocessing(where, towers(preprocessing=own), layout)
    assert found.mean[0] == pytest.approx(mean)
    assert len(said) == notes
    assert found.size == (224, 224)


def test_another_size_enlarges_the_border_too():
    where = source(preprocessing=CARD)
    found, _ = choose_preprocessing(where, towers(image_size=(448, 448)), "open_clip")
    assert (found.size, found.resize_to) == ((448, 448), 512)


def test_a_bad_value_beside_the_weights_is_named_with_its_file(tmp_path: Path):
    (tmp_path / "open_clip_config.json").write_text("{}")
    bad = replace(source({"preprocess_cfg": {"mean": "grey"}}), folders=(tmp_path,))
    with pytest.raises(CutisError, match=r"'mean' in .*open_clip_config\.json beside the weights"):
        choose_preprocessing(bad, towers(), "open_clip")
    processor = source({"preprocessor": {"image_std": ["x"] * 3}})
    with pytest.raises(CutisError, match=r"'image_std' in preprocessor_config\.json"):
        choose_preprocessing(processor, towers(), "transformers_clip")
