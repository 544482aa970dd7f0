"""open_clip checkpoints against open_clip's own model classes."""

from __future__ import annotations

import pytest
import torch

from cutis.errors import CutisError
from cutis.models.layouts import detect, open_clip
from cutis.models.strict import StateDictMismatch
from cutis.models.towers import Settings
from tests.models.small import CLIP_CONFIG, MIXED_CONFIG, TEXT_CONFIG, clip_model, mixed_model

PIXELS = torch.randn(3, 3, 32, 32, generator=torch.Generator().manual_seed(3))
IDS = torch.randint(1, 50, (4, 12), generator=torch.Generator().manual_seed(4))


def shapes_of(state: dict[str, torch.Tensor]) -> dict[str, tuple[int, ...]]:
    return {name: tuple(value.shape) for name, value in state.items()}


def same_as(towers, model, pixels: torch.Tensor = PIXELS, ids: torch.Tensor = IDS) -> None:
    with torch.inference_mode():
        expected = model.encode_image(pixels)
        torch.testing.assert_close(towers.image(pixels), expected, rtol=0, atol=2e-6)
        assert torch.equal(towers.text(ids), model.encode_text(ids))


@pytest.mark.parametrize("custom", [False, True], ids=["native", "custom text"])
@pytest.mark.parametrize("quick", [False, True], ids=["gelu", "quick gelu"])
def test_sizes_come_from_the_tensors_alone(custom: bool, quick: bool):
    model = clip_model(quick_gelu=quick, custom=custom)
    towers = open_clip.build(model.state_dict(), Settings(what="it", quick_gelu=quick))
    same_as(towers, model)
    assert (towers.dim, towers.image_size, towers.context_length) == (16, (32, 32), 12)
    assert (towers.vocab_size, towers.needs_full_context) == (50, True)
    assert towers.logit_scale == pytest.approx(float(model.logit_scale.exp()))


def test_quick_gelu_changes_the_features():
    model = clip_model(quick_gelu=True)
    plain = open_clip.build(model.state_dict(), Settings(what="it"))
    with torch.inference_mode():
        assert (plain.image(PIXELS) - model.encode_image(PIXELS)).abs().max() > 1e-3


def test_the_configuration_beats_the_card_on_quick_gelu():
    model = clip_model(quick_gelu=False)
    config = {**CLIP_CONFIG, "quick_gelu": False}
    towers = open_clip.build(
        model.state_dict(), Settings(what="it", model_cfg=config, quick_gelu=True)
    )
    same_as(towers, model)


def test_wrong_sizes_in_the_configuration_are_overruled():
    model = clip_model()
    lies = {
        "embed_dim": 99,
        "vision_cfg": {"image_size": 224, "layers": 12, "width": 768, "patch_size": 16,
                       "pretrain_path": "/home/someone/file.pth"},
        "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 512, "heads": 1,
                     "layers": 12},
    }  # fmt: skip
    same_as(open_clip.build(model.state_dict(), Settings(what="it", model_cfg=lies)), model)


def test_a_text_tower_given_the_other_way_round_is_renamed():
    model = clip_model(custom=True)
    config = {**CLIP_CONFIG, "custom_text": True}
    old = {name.removeprefix("text."): value for name, value in model.state_dict().items()}
    same_as(open_clip.build(old, Settings(what="it", model_cfg=config)), model)


@pytest.mark.parametrize("shape", [(), (1,)])
def test_a_scale_of_either_shape_is_taken(shape: tuple[int, ...]):
    model = clip_model()
    state = model.state_dict()
    state["logit_scale"] = state["logit_scale"].reshape(shape)
    towers = open_clip.build(state, Settings(what="it"))
    assert towers.logit_scale == pytest.approx(float(model.logit_scale.exp()))


def test_timm_and_transformers_towers():
    model = mixed_model()
    settings = Settings(what="it", model_cfg=MIXED_CONFIG, text_config=TEXT_CONFIG)
    towers = open_clip.build(model.state_dict(), settings)
    pixels = torch.randn(2, 3, 64, 64)
    ids = torch.tensor([[2, 5, 8, 3, 0, 0], [2, 9, 10, 11, 12, 3]])
    same_as(towers, model, pixels, ids)
    assert (towers.context_length, towers.pad_id, towers.needs_full_context) == (16, 0, False)
    assert detect(shapes_of(model.state_dict())) == "open_clip"


def test_a_timm_tower_without_a_configuration_is_explained():
    with pytest.raises(CutisError, match=r"open_clip_config\.json"):
        open_clip.build(mixed_model().state_dict(), Settings(what="w.pt as it"))


def test_a_missing_layer_is_a_smaller_model_but_a_missing_tensor_is_not():
    state = clip_model().state_dict()
    name = "visual.transformer.resblocks.1.mlp.c_fc.bias"
    del state[name]
    with pytest.raises(StateDictMismatch) as raised:
        open_clip.build(state, Settings(what="it"))
    assert raised.value.missing == [name]


def test_other_poolings_are_refused():
    with pytest.raises(CutisError, match="pre_head"):
        open_clip.build(clip_model().state_dict(), Settings(what="it", pooling="pre_head"))


@pytest.mark.parametrize("architecture", ["ViT-B-16", "ViT-L-14", "ViT-B-32", "ViT-H-14"])
def test_published_architectures_are_told_from_their_shapes(architecture: str):
    import open_clip as library

    config = library.get_model_config(architecture)
    with torch.device("meta"):
        shapes = shapes_of(library.CLIP(**config).state_dict())
    found = open_clip.model_config(shapes, Settings(what="it"))
    with torch.device("meta"):
        again = open_clip.make_model(found, {})
    assert shapes_of(again.state_dict()) == shapes
    vision = config["vision_cfg"]
    heads = vision["width"] // vision.get("head_width", 64)
    assert again.visual.transformer.resblocks[0].attn.num_heads == heads
    assert detect(shapes) == "open_clip"


@pytest.mark.parametrize(
    "architecture", ["RN50", "ViT-B-16-SigLIP", "convnext_base", "EVA02-B-16", "ViT-B-16-quickgelu"]
)
def test_other_published_architectures_are_built_from_their_configuration(architecture: str):
    import open_clip as library

    config = library.get_model_config(architecture)
    kind = library.CustomTextCLIP if config.get("custom_text") else library.CLIP
    arguments = {key: value for key, value in config.items() if key != "custom_text"}
    with torch.device("meta"):
        shapes = shapes_of(kind(**arguments).state_dict())
    assert detect(shapes) == "open_clip"
    found = open_clip.model_config(shapes, Settings(what="it", model_cfg=config))
    with torch.device("meta"):
        assert shapes_of(open_clip.make_model(found, {}).state_dict()) == shapes


@pytest.mark.parametrize("name", ["logit_scale", "visual.conv1.weight", "token_embedding.weight"])
def test_detection_needs_the_parts_of_a_clip(name: str):
    shapes = shapes_of(clip_model().state_dict())
    start = name.partition(".")[0]
    kept = {k: v for k, v in shapes.items() if not k.startswith(name)}
    if start == "visual":
        kept = {k: v for k, v in shapes.items() if not k.startswith("visual.")}
    assert detect(kept) is None


def notes_of(config: dict, card: bool | None, state: dict | None = None) -> str:
    towers = open_clip.build(
        state or clip_model().state_dict(),
        Settings(what="it", model_cfg=config, quick_gelu=card),
    )
    return " ".join(towers.notes)


@pytest.mark.parametrize(
    ("config", "card", "words"),
    [
        ({}, None, "exact one was built"),
        (CLIP_CONFIG, None, "exact one was built"),
        ({}, True, ""),
        ({**CLIP_CONFIG, "quick_gelu": True}, None, ""),
        ({**CLIP_CONFIG, "quick_gelu": True}, True, ""),
        ({**CLIP_CONFIG, "quick_gelu": False}, True, "configuration says quick_gelu False"),
    ],
)
def test_an_unknown_or_disputed_gelu_is_said(config: dict, card: bool | None, words: str):
    found = notes_of(config, card)
    assert words in found
    assert bool(words) == bool(found)


def test_a_configuration_that_lies_about_sizes_is_named():
    wrong = {**CLIP_CONFIG, "quick_gelu": False,
             "vision_cfg": {**CLIP_CONFIG["vision_cfg"], "layers": 12},
             "text_cfg": {**CLIP_CONFIG["text_cfg"], "vocab_size": 49408}}  # fmt: skip
    said = notes_of(wrong, None)
    assert "The image part of its configuration says layers 12; the tensors say layers 2" in said
    assert "The text part of its configuration says vocab_size 49408" in said


def test_openais_file_with_its_three_numbers_and_a_mask():
    extra = {"input_resolution": torch.tensor(32), "context_length": torch.tensor(12),
             "vocab_size": torch.tensor(50), "attn_mask": torch.zeros(12, 12)}  # fmt: skip
    said = notes_of({}, True, {**clip_model().state_dict(), **extra})
    for name in extra:
        assert f"'{name}'" in said


def test_other_image_sizes_and_poolings_are_refused():
    with pytest.raises(CutisError, match="cannot change its size"):
        open_clip.build(clip_model().state_dict(), Settings(what="it", image_size=(64, 64)))
    with pytest.raises(CutisError, match="no pooling 'pre_head'"):
        open_clip.build(clip_model().state_dict(), Settings(what="it", pooling="pre_head"))


def test_biomedclips_form():
    """A timm transformer and a BERT read from its class token, through an MLP without biases."""
    config = {
        "embed_dim": 16,
        "vision_cfg": {"timm_model_name": "test_vit", "timm_model_pretrained": False,
                       "timm_pool": "", "timm_proj": "linear", "image_size": 160},
        "text_cfg": {"hf_model_name": "org/bert", "hf_tokenizer_name": "org/bert",
                     "hf_proj_type": "mlp", "hf_pooler_type": "cls_last_hidden_state_pooler",
                     "context_length": 16},
    }  # fmt: skip
    torch.manual_seed(0)
    text = {**TEXT_CONFIG, "num_attention_heads": 1, "layer_norm_eps": 1e-12}
    whole = open_clip.make_model(config, text)
    state = dict(whole.state_dict())
    ids = {"text.transformer.embeddings.position_ids": torch.arange(32)[None]}
    towers = open_clip.build(state | ids, Settings(what="it", model_cfg=config))
    tokens = torch.tensor([[2, 5, 8, 3, 0, 0]])
    pixels = torch.randn(1, 3, 160, 160)
    with torch.inference_mode():
        assert torch.equal(towers.image(pixels), whole.encode_image(pixels))
        assert torch.equal(towers.text(tokens), whole.encode_text(tokens))
    assert len(towers.notes) == 1
    assert "position_ids" in towers.notes[0]
