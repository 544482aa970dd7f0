"""What every loaded model does with images, texts and token ids."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from cutis.errors import CutisError
from cutis.models import Model, load_model
from cutis.models.model import _lengths
from tests.models.small import WORDS, pictures, write_safetensors

TEXTS = ["a skin image of melanoma.", "nevus", "a benign lesion, a nevus of skin", ""]


@pytest.fixture(scope="module")
def model(mixed_folder: Path) -> Model:
    return load_model(f"local-dir:{mixed_folder}", device="cpu")


@pytest.fixture(scope="module")
def clip(clip_file: Path) -> Model:
    return load_model(f"make@{clip_file}", device="cpu")


def test_images_give_unnormalised_float32_features(model: Model):
    features = model.embed_images(pictures(3))
    assert features.shape == (3, model.dim) == (3, 16)
    assert features.dtype == np.float32
    norms = np.linalg.norm(features, axis=1)
    assert (np.abs(norms - 1) > 1e-3).any()
    pixels = torch.stack([model.preprocess(image) for image in pictures(3)])
    np.testing.assert_array_equal(model.embed_pixels(pixels), features)


def test_more_images_than_a_batch(model: Model):
    images = pictures(5) * 8
    features = model.embed_images(images)
    assert features.shape == (40, 16)
    np.testing.assert_allclose(features[35:], features[:5], atol=1e-5)
    np.testing.assert_allclose(features[35:], model.embed_images(images[:5]), atol=1e-5)


def test_no_images_and_no_texts(model: Model):
    assert model.embed_images([]).shape == (0, 16)
    assert model.embed_texts([]).shape == (0, 16)


def test_texts_give_unnormalised_float32_features_in_order(model: Model):
    features = model.embed_texts(TEXTS)
    assert features.shape == (4, 16)
    assert features.dtype == np.float32
    one_by_one = np.concatenate([model.embed_texts([text]) for text in TEXTS])
    np.testing.assert_allclose(features, one_by_one, atol=1e-5)
    backwards = model.embed_texts(TEXTS[::-1])[::-1]
    np.testing.assert_allclose(features, backwards, atol=1e-5)


def test_padding_is_cut_off_without_changing_the_features(model: Model):
    ids_nt = model.tokenize(TEXTS)
    assert ids_nt.shape == (4, 16)
    with torch.inference_mode():
        padded = model.towers.text(torch.from_numpy(ids_nt)).numpy()
    np.testing.assert_allclose(model.embed_tokens(ids_nt), padded, atol=1e-5)
    np.testing.assert_allclose(model.embed_tokens(ids_nt[:, :12]), padded, atol=1e-5)


def test_a_native_text_tower_gets_its_full_context(clip: Model):
    ids_nt = np.random.default_rng(0).integers(1, 50, (3, 7))
    padded = np.concatenate([ids_nt, np.zeros((3, 5), int)], axis=1)
    np.testing.assert_array_equal(clip.embed_tokens(ids_nt), clip.embed_tokens(padded))


@pytest.mark.parametrize(
    ("ids", "words"),
    [
        (np.ones((2, 99), np.int64), "up to 16 tokens"),
        (np.full((2, 3), len(WORDS)), f"0 to {len(WORDS) - 1}"),
        (np.full((2, 3), -1), "do not fit"),
        (np.ones((2, 3)), "integers"),
        (np.ones(3, np.int64), "integers"),
    ],
    ids=["too long", "beyond the vocabulary", "negative", "floats", "one row"],
)
def test_token_ids_that_cannot_be(model: Model, ids: np.ndarray, words: str):
    with pytest.raises(CutisError) as raised:
        model.embed_tokens(ids)
    assert words in str(raised.value)


def test_one_text_instead_of_a_list(model: Model):
    with pytest.raises(CutisError, match="list of texts"):
        model.embed_texts("melanoma")


def test_pixels_of_another_size(model: Model):
    with pytest.raises(CutisError, match=r"\(3, 64, 64\)"):
        model.embed_pixels(torch.zeros(1, 3, 32, 32))


def test_a_model_without_its_tokenizer_still_takes_token_ids(cae_file: Path):
    model = load_model(f"dermlip-panderm@{cae_file}", device="cpu")
    assert model.has_text
    assert model.embed_tokens(np.array([[2, 5, 3]])).shape == (1, 24)
    with pytest.raises(CutisError) as raised:
        model.embed_texts(["melanoma"])
    for words in ("tokenizer.json or vocab.txt", "pubmedbert", "beside the checkpoint",
                  "$CUTIS_MODELS/dermlip-panderm/"):  # fmt: skip
        assert words in str(raised.value)


def test_a_model_without_text(cae_file: Path):
    model = load_model(f"dermlip-panderm@{cae_file}", device="cpu", pooling="pre_head")
    assert not model.has_text
    assert model.logit_scale is None
    assert model.context_length is None
    for call in (lambda: model.embed_texts(["a"]), lambda: model.embed_tokens(np.ones((1, 1), int)),
                 lambda: model.tokenize(["a"])):  # fmt: skip
        with pytest.raises(CutisError, match="no text tower"):
            call()


def test_the_identity_is_json_and_names_everything_that_decides(model: Model):
    identity = model.identity()
    assert json.loads(json.dumps(identity)) == identity
    assert set(identity) == {"name", "weights_sha256", "layout", "adapter_revision",
                             "preprocessing", "pooling", "configuration"}  # fmt: skip
    assert identity["name"] == "mixed"
    assert len(identity["weights_sha256"]) == 64


def test_the_same_folder_elsewhere_is_the_same_model(model: Model, tmp_path: Path, mixed_folder):
    import shutil

    shutil.copytree(mixed_folder, tmp_path / "moved")
    assert (
        load_model(f"local-dir:{tmp_path / 'moved'}", device="cpu").identity() == model.identity()
    )


def test_it_is_in_evaluation_mode_and_keeps_no_gradients(model: Model):
    assert not any(module.training for module in model.towers.module.modules())
    before = {name: value.clone() for name, value in model.towers.module.state_dict().items()}
    model.embed_images(pictures(2))
    model.embed_texts(TEXTS)
    after = model.towers.module.state_dict()
    assert all(torch.equal(after[name], value) for name, value in before.items())


def test_bf16_is_close_and_comes_back_as_float32(mixed_folder: Path, model: Model):
    half = load_model(f"local-dir:{mixed_folder}", device="cpu", precision="bf16")
    for exact, rough in (
        (model.embed_images(pictures()), half.embed_images(pictures())),
        (model.embed_texts(TEXTS), half.embed_texts(TEXTS)),
    ):
        assert rough.dtype == np.float32
        assert np.abs(rough - exact).max() > 0
        cosine = (
            (exact * rough).sum(1) / np.linalg.norm(exact, axis=1) / np.linalg.norm(rough, axis=1)
        )
        assert cosine.min() > 0.99


def test_lengths_count_up_to_the_last_token():
    ids = np.array([[2, 5, 3, 0, 0], [0, 0, 0, 0, 0], [2, 0, 3, 0, 0], [1, 1, 1, 1, 1]])
    assert _lengths(ids, 0).tolist() == [3, 0, 3, 5]


def test_logits_of_a_fine_tuned_classifier(tmp_path: Path):
    from tests.models.small_layouts import panderm_state

    write_safetensors(tmp_path / "w.safetensors", panderm_state(tuned=True, classes=5))
    model = load_model(f"local-dir:{tmp_path}", device="cpu")
    pixels = torch.stack([model.preprocess(image) for image in pictures(3)])
    logits = model.classify_pixels(pixels)
    assert logits.shape == (3, 5)
    assert logits.dtype == np.float32
    state = panderm_state(tuned=True)
    by_hand = model.embed_pixels(pixels) @ state["head.weight"].numpy().T
    np.testing.assert_allclose(logits, by_hand + state["head.bias"].numpy(), atol=1e-5)
    with pytest.raises(CutisError, match="takes images of shape"):
        model.classify_pixels(torch.zeros(1, 3, 8, 8))
    rounded = load_model(f"local-dir:{tmp_path}", device="cpu", precision="bf16")
    moved = np.abs(rounded.classify_pixels(pixels) - logits).max()
    assert 0 < moved < 0.3


def test_a_model_without_a_classifier_says_so(cae_file: Path):
    model = load_model(f"dermlip-panderm@{cae_file}", device="cpu")
    assert not model.has_classifier
    with pytest.raises(CutisError, match=r"no classifier of its own.*cutis zero-shot"):
        model.classify_pixels(torch.zeros(1, 3, 32, 32))
