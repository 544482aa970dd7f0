"""Loading by name: forms of a checkpoint that must give one model, and mistakes explained."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from cutis.errors import CutisError
from cutis.files import sha256_file
from cutis.models import get_card, load_model
from cutis.models.load import choose_device
from cutis.models.strict import StateDictMismatch
from tests.models.small import (
    cae_state,
    clip_model,
    pictures,
    training_checkpoint,
    write_safetensors,
)

CARD = "dermlip-panderm"


@pytest.fixture(scope="module")
def expected(cae_file: Path) -> np.ndarray:
    return load_model(f"{CARD}@{cae_file}", device="cpu").embed_images(pictures())


@pytest.mark.parametrize("form", ["bare", "module.", "training", "half", "position_ids", "old"])
def test_every_form_of_a_checkpoint_gives_the_same_model(
    tmp_path: Path, expected: np.ndarray, form: str
):
    state, path = cae_state(), tmp_path / "w.pt"
    if form == "training":
        training_checkpoint(path, state)
    elif form == "module.":
        torch.save({"module." + name: value for name, value in state.items()}, path)
    elif form == "position_ids":
        ids = {"text.transformer.embeddings.position_ids": torch.arange(32)[None]}
        torch.save({"model": {**state, **ids}}, path)
    elif form == "half":
        torch.save({name: value.half() for name, value in state.items()}, path)
    else:
        torch.save(state, path, _use_new_zipfile_serialization=form != "old")
    model = load_model(f"{CARD}@{path}", device="cpu")
    found = model.embed_images(pictures())
    if form == "half":
        assert found.dtype == np.float32
        assert 0 < np.abs(found - expected).max() < 2e-2
    else:
        np.testing.assert_array_equal(found, expected)
    assert model.weights_sha256 == sha256_file(path)


def test_a_file_with_a_card(cae_file: Path):
    model = load_model(f"{CARD}@{cae_file}", device="cpu")
    assert model.card == get_card(CARD)
    assert model.name == f"{CARD}@{cae_file}"
    assert (model.layout, model.adapter_revision) == ("cae_clip", 1)
    assert model.identity()["weights_sha256"] == sha256_file(cae_file)


def test_the_card_supplies_what_tensors_cannot_tell(clip_file: Path):
    """MAKE's card says quick GELU; a bare file of the same tensors is taken with plain GELU."""
    quick, plain = clip_model(quick_gelu=True), clip_model(quick_gelu=False)
    pixels = torch.randn(2, 3, 32, 32)
    model = load_model(f"make@{clip_file}", device="cpu")
    bare = load_model(f"local-dir:{clip_file.parent}", device="cpu")
    with torch.inference_mode():
        np.testing.assert_allclose(
            model.embed_pixels(pixels), quick.encode_image(pixels), atol=1e-5
        )
        np.testing.assert_allclose(bare.embed_pixels(pixels), plain.encode_image(pixels), atol=1e-5)


@pytest.mark.parametrize(
    ("make_state", "words"),
    [
        (lambda: clip_model().state_dict(), "looks like the layout 'open_clip'"),
        (lambda: {"blocks.0.attn.q_bias": torch.ones(4), "patch_embed.proj.weight": torch.ones(4)},
         "looks like the layout 'panderm'"),
        (lambda: {"vision_model.encoder.layers.0.x": torch.ones(4)}, "transformers CLIP"),
    ],
)  # fmt: skip
def test_a_checkpoint_of_another_layout_is_named(tmp_path: Path, make_state, words: str):
    path = write_safetensors(tmp_path / "w.safetensors", make_state())
    with pytest.raises(CutisError) as raised:
        load_model(f"{CARD}@{path}")
    text = str(raised.value)
    assert words in text
    assert f"'{CARD}' has the layout 'cae_clip'" in text
    assert "Nothing was loaded" in text


def test_the_other_way_round(cae_file: Path):
    with pytest.raises(CutisError, match=r"layout 'cae_clip'.*'make' has the layout 'open_clip'"):
        load_model(f"make@{cae_file}")


def test_tensors_of_nothing_known(tmp_path: Path):
    write_safetensors(tmp_path / "w.safetensors", {"mystery": torch.ones(3)})
    with pytest.raises(CutisError, match="first tensors: mystery"):
        load_model(f"local-dir:{tmp_path}")


@pytest.mark.parametrize(
    "name", ["visual.blocks.0.attn.q_bias", "visual.head.weight", "visual.pos_embed"]
)
def test_a_missing_tensor_that_gives_a_size_is_named(tmp_path: Path, name: str):
    state = cae_state()
    del state[name]
    path = write_safetensors(tmp_path / "w.safetensors", state)
    with pytest.raises(CutisError, match=name.replace(".", r"\.")):
        load_model(f"{CARD}@{path}")


def test_missing_extra_and_reshaped_tensors_are_all_listed(tmp_path: Path):
    state = cae_state()
    del state["visual.blocks.1.norm2.bias"]
    state["visual.lm_head.weight"] = torch.ones(2)
    state["visual.norm.bias"] = torch.ones(3)
    path = write_safetensors(tmp_path / "w.safetensors", state)
    with pytest.raises(StateDictMismatch) as raised:
        load_model(f"{CARD}@{path}")
    assert raised.value.missing == ["visual.blocks.1.norm2.bias"]
    assert raised.value.unexpected == ["visual.lm_head.weight"]
    assert raised.value.reshaped == {"visual.norm.bias": ((3,), (64,))}
    assert str(path) in str(raised.value)
    assert CARD in str(raised.value)


def test_a_missing_file():
    with pytest.raises(CutisError, match="no checkpoint file /none"):
        load_model(f"{CARD}@/none/w.pt")


def test_a_published_file_with_another_hash_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    import cutis.models.cards

    card = get_card(CARD).model_copy(update={"sha256": "0" * 64})
    monkeypatch.setattr(cutis.models.cards, "_cards", lambda: {CARD: card})
    monkeypatch.setenv("CUTIS_MODELS", str(tmp_path))
    path = tmp_path / CARD / "open_clip_model.safetensors"
    path.parent.mkdir()
    write_safetensors(path, cae_state())
    with pytest.raises(CutisError, match=r"not the published file.*SHA-256"):
        load_model(CARD)
    assert load_model(f"{CARD}@{path}", device="cpu").card == card, "as one's own it may differ"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("cutis-tny", "'cutis-tiny'"),
        ("org/name", "hf-hub:org/name"),
        ("dermlip-pandrem@/x.pt", f"'{CARD}'"),
        ("open_clip:ViT-B-17/openai", "'ViT-B-16'"),
        ("open_clip:ViT-B-16/openia", "'openai'"),
        ("timm:resnet18.nothing", "no weights 'nothing'"),
    ],
)
def test_unknown_names_are_answered_with_the_nearest(name: str, words: str):
    with pytest.raises(CutisError) as raised:
        load_model(name)
    assert words in str(raised.value)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"precision": "fp64"}, "fp32, bf16"),
        ({"device": "tpu"}, "auto, cpu, cuda, mps"),
        ({"pooling": "cls"}, "default, pre_head"),
    ],
)
def test_unknown_options_are_refused(cae_file: Path, options: dict[str, str], words: str):
    with pytest.raises(CutisError) as raised:
        load_model(f"{CARD}@{cae_file}", **options)
    assert words in str(raised.value)


@pytest.mark.parametrize(
    ("cuda", "mps", "chosen"),
    [(False, False, "cpu"), (True, False, "cuda"), (False, True, "mps"), (True, True, "cuda")],
)
def test_the_device_is_one_that_is_there(
    monkeypatch: pytest.MonkeyPatch, cuda: bool, mps: bool, chosen: str
):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
    assert choose_device("auto") == chosen
    assert choose_device("cpu") == "cpu"
    for kind, there in (("cuda", cuda), ("mps", mps)):
        if there:
            assert choose_device(kind) == kind
        else:
            with pytest.raises(CutisError, match=f"no usable {kind} device"):
                choose_device(kind)


def test_the_pooling_is_part_of_the_identity(cae_file: Path):
    usual = load_model(f"{CARD}@{cae_file}", device="cpu")
    before = load_model(f"{CARD}@{cae_file}", device="cpu", pooling="pre_head")
    assert usual.identity() != before.identity()
    assert (before.dim, before.has_text) == (64, False)


def test_notes_are_collected_and_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    ids = {"text.transformer.embeddings.position_ids": torch.arange(32)[None]}
    path = write_safetensors(tmp_path / "w.safetensors", cae_state() | ids)
    with caplog.at_level("WARNING", logger="cutis.models"):
        model = load_model(f"{CARD}@{path}", device="cpu")
    assert len(model.notes) == 1
    assert "position_ids" in model.notes[0]
    assert f"{CARD}@{path}: {model.notes[0]}" in caplog.text


def test_a_size_that_cannot_change_says_so(cae_file: Path):
    with pytest.raises(CutisError, match="32 x 32 pixels only, not 64 x 64"):
        load_model(f"{CARD}@{cae_file}", device="cpu", image_size=64)
    same = load_model(f"{CARD}@{cae_file}", device="cpu", image_size=32)
    assert same.identity() == load_model(f"{CARD}@{cae_file}", device="cpu").identity()


def test_another_normalisation_is_part_of_the_identity(cae_file: Path):
    usual = load_model(f"{CARD}@{cae_file}", device="cpu")
    other = load_model(f"{CARD}@{cae_file}", device="cpu", norm="panderm")
    assert other.preprocessing.std == (0.228, 0.224, 0.225)
    assert other.identity() != usual.identity()
    with pytest.raises(CutisError, match="no normalisation 'panderma'"):
        load_model(f"{CARD}@{cae_file}", device="cpu", norm="panderma")


def test_tensors_that_fit_two_layouts_are_not_guessed(tmp_path: Path):
    from tests.models.small_layouts import panderm_state, resnet_state

    both = resnet_state() | panderm_state()
    path = write_safetensors(tmp_path / "both.safetensors", both)
    with pytest.raises(CutisError, match=r"2 layouts: panderm, resnet.*card\.yaml"):
        load_model(f"local-dir:{tmp_path}", device="cpu")
    with pytest.raises(StateDictMismatch) as raised:
        load_model(f"panderm-base@{path}", device="cpu")
    assert "conv1.weight" in raised.value.unexpected, "the card decides, and strictly"


def test_a_card_takes_the_other_published_form_of_its_model(tmp_path: Path):
    """MONET as one file with OpenAI's names, though its card is of the transformers folder."""
    path = write_safetensors(tmp_path / "weight_clip.safetensors", clip_model().state_dict())
    with pytest.raises(CutisError, match="features of length 16, monet of 768"):
        load_model(f"monet@{path}", device="cpu")


def test_the_other_form_of_the_right_length(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    import cutis.models.cards

    card = get_card("monet").model_copy(update={"dim": 16})
    monkeypatch.setattr(cutis.models.cards, "_cards", lambda: {"monet": card})
    state = clip_model().state_dict() | {
        "input_resolution": torch.tensor(224), "context_length": torch.tensor(77),
        "vocab_size": torch.tensor(49408),
    }  # fmt: skip
    torch.save(state, tmp_path / "weight_clip.pt")
    model = load_model(f"monet@{tmp_path / 'weight_clip.pt'}", device="cpu")
    assert (model.layout, len(model.notes)) == ("open_clip", 3)
    assert model.preprocessing.mean == (0.485, 0.456, 0.406), "the card's, which CLIP's is not"
    pixels = torch.randn(2, 3, 32, 32)
    with torch.inference_mode():
        wanted = clip_model(quick_gelu=True).encode_image(pixels)
    np.testing.assert_allclose(model.embed_pixels(pixels), wanted, atol=1e-5)


def test_files_that_normalise_unlike_the_card_are_obeyed_and_named(tmp_path: Path):
    import json

    write_safetensors(tmp_path / "open_clip_model.safetensors", clip_model().state_dict())
    steps = {"mean": [0.5] * 3, "std": [0.5] * 3}
    (tmp_path / "open_clip_config.json").write_text(json.dumps({"preprocess_cfg": steps}))
    model = load_model(f"make@{tmp_path / 'open_clip_model.safetensors'}", device="cpu")
    assert model.preprocessing.mean == (0.5, 0.5, 0.5)
    assert "the card by 0.481455" in model.notes[0]


def test_a_timm_folder_as_the_hub_holds_it(tmp_path: Path):
    import json

    import timm

    torch.manual_seed(0)
    whole = timm.create_model("test_vit", pretrained=False).eval()
    write_safetensors(tmp_path / "model.safetensors", dict(whole.state_dict()))
    stated = {"architecture": "test_vit", "pretrained_cfg": {"mean": [0.1, 0.2, 0.3]}}
    (tmp_path / "config.json").write_text(json.dumps(stated))
    model = load_model(f"local-dir:{tmp_path}", device="cpu")
    assert (model.layout, model.preprocessing.mean) == ("timm", (0.1, 0.2, 0.3))
    pixels = torch.randn(1, 3, *model.preprocessing.size)
    with torch.inference_mode():
        wanted = whole.forward_head(whole.forward_features(pixels), pre_logits=True)
    np.testing.assert_allclose(model.embed_pixels(pixels), wanted, atol=1e-5)
    assert "classifier" in model.notes[0] or "head" in model.notes[0]
