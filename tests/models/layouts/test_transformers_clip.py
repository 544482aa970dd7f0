"""CLIP and SigLIP folders of transformers against the library's own models, called directly."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from cutis.errors import CutisError
from cutis.models import load_model
from cutis.models.layouts import transformers_clip
from cutis.models.strict import StateDictMismatch
from cutis.models.towers import Settings
from cutis.models.weights import read_state_dict
from tests.models.small import pictures
from tests.models.small_layouts import clip_folder

IDS = np.array([[1, 5, 9, 59, 0, 0, 0, 0, 0, 0, 0, 0], [1, 8, 59, 0, 0, 0, 0, 0, 0, 0, 0, 0]])


@pytest.fixture(scope="module", params=["clip", "siglip"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp(request.param) / request.param
    clip_folder(folder, request.param)
    return folder


def tensor(output: object) -> np.ndarray:
    value = output if isinstance(output, torch.Tensor) else output.pooler_output
    return value.numpy()


def copied(folder: Path, to: Path, **change: object) -> Path:
    """Copy a folder, with changes to its config.json; ``drop`` leaves a file out."""
    for path in folder.iterdir():
        if path.name != change.get("drop"):
            (to / path.name).write_bytes(path.read_bytes())
    for part, values in change.items():
        if part != "drop":
            config = json.loads((to / "config.json").read_text())
            config[part] = {**config[part], **values} if isinstance(values, dict) else values
            (to / "config.json").write_text(json.dumps(config))
    return to


def test_features_are_the_librarys(folder: Path):
    from transformers import AutoModel

    library = AutoModel.from_pretrained(folder, local_files_only=True).eval()
    ours = load_model(f"local-dir:{folder}", device="cpu")
    pixels = torch.randn(3, 3, 32, 32)
    with torch.inference_mode():
        images = tensor(library.get_image_features(pixel_values=pixels))
        texts = tensor(library.get_text_features(input_ids=torch.from_numpy(IDS)))
        scale = float(library.logit_scale.exp())
    np.testing.assert_array_equal(ours.embed_pixels(pixels), images)
    np.testing.assert_array_equal(ours.embed_tokens(IDS), texts)
    assert ours.logit_scale == pytest.approx(scale)
    assert ours.layout == "transformers_clip"
    assert ours.dim == images.shape[1] == texts.shape[1]
    assert (ours.context_length, ours.towers.vocab_size) == (12, 60)


def test_a_plain_tensor_from_the_library_is_taken_too():
    """Before its version 5 the library returned the features themselves."""

    class Old(torch.nn.Module):
        def get_image_features(self, pixel_values: torch.Tensor) -> torch.Tensor:
            return pixel_values + 1

        def get_text_features(self, input_ids: torch.Tensor) -> torch.Tensor:
            return input_ids * 2

    module = transformers_clip.TransformersClip(Old())
    assert module.encode_image(torch.zeros(2)).tolist() == [1, 1]
    assert module.encode_text(torch.ones(2)).tolist() == [2, 2]


def test_short_rows_of_ids_are_filled(folder: Path):
    model = load_model(f"local-dir:{folder}", device="cpu")
    np.testing.assert_array_equal(model.embed_tokens(IDS[:, :4]), model.embed_tokens(IDS))


def test_preprocessing_is_the_folders(folder: Path):
    spec = load_model(f"local-dir:{folder}", device="cpu").preprocessing
    clip = folder.name == "clip"
    assert spec.size == (32, 32)
    assert spec.resize_mode == ("shortest" if clip else "squash")
    assert spec.interpolation == ("bicubic" if clip else "bilinear")
    assert spec.mean == ((0.4,) * 3 if clip else (0.5,) * 3)


def test_a_file_alone_takes_the_published_kind_and_says_so(folder: Path, tmp_path: Path):
    (tmp_path / "model.safetensors").write_bytes((folder / "model.safetensors").read_bytes())
    bare = load_model(f"local-dir:{tmp_path}", device="cpu")
    assert [note for note in bare.notes if note.startswith("No config.json")]
    assert bare.preprocessing.mean[0] == pytest.approx(0.48145466 if folder.name == "clip" else 0.5)
    assert bare.embed_images(pictures(1)).shape == (1, bare.dim)


def test_a_file_alone_of_published_form_gives_the_librarys_features(tmp_path: Path):
    """Heads 64 wide, quick GELU: what the bare file of MONET needs."""
    from transformers import CLIPConfig, CLIPModel

    part = {"num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 96,
            "hidden_size": 128}  # fmt: skip
    library = CLIPModel(
        CLIPConfig(
            text_config={**part, "vocab_size": 60, "max_position_embeddings": 12,
                         "eos_token_id": 59, "bos_token_id": 1},
            vision_config={**part, "image_size": 16, "patch_size": 8}, projection_dim=24,
        )
    ).eval()  # fmt: skip
    library.save_pretrained(tmp_path / "m")
    path = tmp_path / "pytorch_model.bin"
    torch.save(read_state_dict(tmp_path / "m" / "model.safetensors"), path)
    model = load_model(f"local-dir:{_alone(path, tmp_path / 'n')}", device="cpu")
    pixels = torch.randn(2, 3, 16, 16)
    with torch.inference_mode():
        wanted = tensor(library.get_image_features(pixel_values=pixels))
    np.testing.assert_allclose(model.embed_pixels(pixels), wanted, atol=1e-6)


def _alone(path: Path, folder: Path) -> Path:
    folder.mkdir()
    path.rename(folder / path.name)
    return folder


def test_a_configuration_that_lies_is_corrected_and_named(folder: Path, tmp_path: Path):
    lie = copied(folder, tmp_path, vision_config={"num_hidden_layers": 24, "hidden_size": 1024})
    model, honest = (load_model(f"local-dir:{path}", device="cpu") for path in (lie, folder))
    said = [note for note in model.notes if "image part" in note]
    assert "says hidden_size 1024, num_hidden_layers 24" in said[0]
    images = pictures(2)
    np.testing.assert_array_equal(model.embed_images(images), honest.embed_images(images))


def test_heads_that_do_not_divide_the_width_are_explained(folder: Path, tmp_path: Path):
    lie = copied(folder, tmp_path, text_config={"num_attention_heads": 7})
    with pytest.raises(CutisError, match=r"cannot be built.*config\.json"):
        load_model(f"local-dir:{lie}", device="cpu")


def test_old_ranges_are_left_out_and_reported(folder: Path):
    state = read_state_dict(folder / "model.safetensors")
    state["vision_model.embeddings.position_ids"] = torch.arange(17)[None]
    towers = transformers_clip.build(state, _settings(folder))
    assert "vision_model.embeddings.position_ids" in towers.notes[0]


def _settings(folder: Path) -> Settings:
    return Settings(what="it", native_cfg=json.loads((folder / "config.json").read_text()))


@pytest.mark.parametrize("name", ["logit_scale", "text_model.final_layer_norm.bias"])
def test_a_missing_tensor_is_named(folder: Path, name: str):
    state = read_state_dict(folder / "model.safetensors")
    del state[name]
    with pytest.raises(StateDictMismatch) as raised:
        transformers_clip.build(state, _settings(folder))
    assert raised.value.missing == [name]


def test_images_of_varying_shapes_are_not_offered(folder: Path):
    state = read_state_dict(folder / "model.safetensors")
    state["vision_model.embeddings.patch_embedding.weight"] = torch.ones(64, 192)
    with pytest.raises(CutisError, match="varying shapes"):
        transformers_clip.build(state, _settings(folder))


def test_another_image_size_is_refused(folder: Path):
    with pytest.raises(CutisError, match="cannot change its size"):
        load_model(f"local-dir:{folder}", device="cpu", image_size=64)


@pytest.mark.parametrize("width", [64, 1152])
def test_heads_of_a_bare_siglip_are_those_of_the_published_ones(width: int):
    vision, text = {"hidden_size": width}, {"hidden_size": width}
    transformers_clip._guess(vision, text, Settings(what="it"), sigmoid=True)
    assert vision["num_attention_heads"] == {64: 1, 1152: 16}[width]


def test_quick_gelu_of_a_bare_clip_follows_the_card():
    vision, text = {"hidden_size": 64}, {"hidden_size": 64}
    transformers_clip._guess(vision, text, Settings(what="it"), sigmoid=False)
    assert text["hidden_act"] == "quick_gelu"
    transformers_clip._guess(vision, text, Settings(what="it", quick_gelu=False), sigmoid=False)
    assert vision["hidden_act"] == "gelu"
