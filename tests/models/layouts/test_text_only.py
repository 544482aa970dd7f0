"""Text encoders give transformers' own numbers, pooled as their folders say."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from cutis.errors import CutisError
from cutis.models import load_model
from cutis.models.layouts.text_only import bare_names, matches
from cutis.models.strict import StateDictMismatch
from cutis.models.tokenizer import _cleaning
from tests.models.small import write_safetensors, write_tokenizer
from tests.models.small_text import FAMILY_SIZES, transformer, write_sentence

TEXTS = [
    "a skin image of melanoma.",
    "nevus",
    "a benign lesion, a nevus of the skin of an image",
    "",
]


def pooled(model: torch.nn.Module, ids_nt: np.ndarray, pad: int, kind: str) -> np.ndarray:
    """The oracle: every text alone, unpadded, and numpy for the pooling."""
    rows = []
    for ids in ids_nt:
        ids = ids[ids != pad]
        with torch.inference_mode():
            hidden = model(input_ids=torch.from_numpy(ids)[None]).last_hidden_state[0].numpy()
        rows.append({"mean": hidden.mean(0), "cls": hidden[0], "max": hidden.max(0)}[kind])
    return np.stack(rows)


@pytest.mark.parametrize("pooling", ["mean", "cls", "max"])
def test_a_sentence_encoder_is_transformers_and_its_own_pooling(tmp_path: Path, pooling: str):
    reference = write_sentence(tmp_path, pooling)
    model = load_model(f"local-dir:{tmp_path}", device="cpu")
    assert (model.has_vision, model.has_text, model.layout) == (False, True, "text_only")
    assert (model.dim, model.context_length, model.card.family) == (64, 12, "text")
    ids_nt = model.tokenize(TEXTS)
    assert ids_nt.shape == (4, 12)
    assert ids_nt[2, -1] != 0, "cut to the longest text, with the closing token kept"
    expected = pooled(reference, ids_nt, 0, pooling)
    np.testing.assert_allclose(model.embed_texts(TEXTS), expected, atol=2e-6)
    assert ("first" if pooling == "cls" else pooling) in model.identity()["pooling"]
    assert "length one" in model.identity()["pooling"]
    assert model.identity()["preprocessing"] is None


@pytest.mark.parametrize("family", FAMILY_SIZES)
def test_every_family_of_encoders(tmp_path: Path, family: str):
    reference = write_sentence(tmp_path, "mean", family, normalise=False)
    model = load_model(f"local-dir:{tmp_path}", device="cpu")
    pad = FAMILY_SIZES[family]["pad_token_id"]
    random = np.random.default_rng(0)
    ids_nt = random.integers(2, 17, (5, 10))
    ids_nt[1, 4:] = ids_nt[3, 7:] = pad
    np.testing.assert_allclose(
        model.embed_tokens(ids_nt), pooled(reference, ids_nt, pad, "mean"), atol=5e-6
    )
    assert "length one" not in model.identity()["pooling"]


@pytest.mark.parametrize(("family", "longest"), [("bert", 24), ("roberta", 22)])
def test_a_bare_folder_pools_by_the_mean_and_takes_all_positions(
    tmp_path: Path, family: str, longest: int
):
    reference = write_sentence(tmp_path, None, family)
    model = load_model(f"local-dir:{tmp_path}", device="cpu")
    assert model.context_length == longest
    assert model.notes[-1] == "Nothing says how its tokens are pooled; their mean was taken."
    assert all(note.startswith("Left out 2 tensors 'pooler.*'") for note in model.notes[:-1])
    pad = FAMILY_SIZES[family]["pad_token_id"]
    ids_nt = np.random.default_rng(1).integers(2, 17, (2, longest))
    np.testing.assert_allclose(
        model.embed_tokens(ids_nt), pooled(reference, ids_nt, pad, "mean"), atol=5e-6
    )


def test_the_pooling_can_be_asked_for_and_the_card_may_know_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    reference = write_sentence(tmp_path, None)
    name = f"local-dir:{tmp_path}"
    asked = load_model(name, device="cpu", pooling="max")
    ids_nt = asked.tokenize(TEXTS)
    np.testing.assert_allclose(
        asked.embed_texts(TEXTS), pooled(reference, ids_nt, 0, "max"), atol=2e-6
    )
    (tmp_path / "card.yaml").write_text("name: coder\ntitle: C\nfamily: text\ntext_pooling: cls\n")
    stated = load_model(name, device="cpu")
    np.testing.assert_allclose(
        stated.embed_texts(TEXTS), pooled(reference, ids_nt, 0, "cls"), atol=2e-6
    )
    assert asked.notes == stated.notes
    assert [note[:27] for note in asked.notes] == ["Left out 2 tensors 'pooler."]
    with pytest.raises(CutisError, match="it has no image size"):
        load_model(name, image_size=64)
    with pytest.raises(CutisError, match="default, mean, cls, max"):
        load_model(name, device="cpu", pooling="sum")


def test_texts_are_not_cleaned_beyond_their_ends(tmp_path: Path):
    write_sentence(tmp_path)
    model = load_model(f"local-dir:{tmp_path}", device="cpu")
    np.testing.assert_array_equal(model.tokenize(["  nevus "]), model.tokenize(["nevus"]))
    assert (model.tokenize(["nevus &amp; nevus"]) != model.tokenize(["nevus & nevus"])).any()
    assert _cleaning("plain")(" A &amp; B ") == "A &amp; B"
    assert _cleaning("plain_lower")(" A &amp; B ") == "a &amp; b"


def test_training_heads_and_old_names_are_brought_home():
    state = {
        "bert.embeddings.word_embeddings.weight": torch.ones(3, 4),
        "bert.embeddings.position_ids": torch.arange(5)[None],
        "bert.embeddings.LayerNorm.gamma": torch.ones(4),
        "bert.embeddings.LayerNorm.beta": torch.zeros(4),
        "bert.pooler.dense.weight": torch.ones(4, 4),
        "cls.predictions.bias": torch.ones(3),
    }
    named, said = bare_names(state, "it")
    assert set(named) == {
        "embeddings.word_embeddings.weight",
        "embeddings.LayerNorm.weight",
        "embeddings.LayerNorm.bias",
    }
    for name in ("cls.", "bert.pooler.", "bert.embeddings.position_ids"):
        assert sum(name in note for note in said) == 1
    assert len(said) == 3
    assert matches(dict.fromkeys(state, ()))
    assert not matches({**dict.fromkeys(state, ()), "vision_model.x": ()})


@pytest.mark.parametrize(
    "name",
    ["clip_projection.weight", "bert.vocab_adapter.weight", "encoder.layer.0.x", "decoder.bias"],
)
def test_nothing_unknown_is_dropped(tmp_path: Path, name: str):
    reference = write_sentence(tmp_path, "mean")
    state = {f"bert.{key}": value for key, value in reference.state_dict().items()}
    write_safetensors(tmp_path / "model.safetensors", {**state, name: torch.ones(3)})
    with pytest.raises(StateDictMismatch) as raised:
        load_model(f"local-dir:{tmp_path}", device="cpu")
    (found,) = raised.value.unexpected
    assert found.endswith(name.removeprefix("bert."))


def test_a_wrapped_checkpoint_gives_the_same_numbers(tmp_path: Path):
    reference = write_sentence(tmp_path, "mean")
    plain = load_model(f"local-dir:{tmp_path}", device="cpu").embed_texts(TEXTS)
    state = {f"bert.{key}": value for key, value in reference.state_dict().items()}
    state["cls.predictions.bias"] = torch.ones(3)
    write_safetensors(tmp_path / "model.safetensors", state)
    again = load_model(f"local-dir:{tmp_path}", device="cpu").embed_texts(TEXTS)
    np.testing.assert_array_equal(again, plain)


def test_without_a_configuration_only_the_usual_widths_are_built(tmp_path: Path):
    write_safetensors(tmp_path / "model.safetensors", transformer().state_dict())
    with pytest.raises(CutisError, match=r"64 wide.*config\.json"):
        load_model(f"local-dir:{tmp_path}")


def test_a_missing_tensor_is_named(tmp_path: Path):
    state = write_sentence(tmp_path, "mean").state_dict()
    name = "encoder.layer.1.output.dense.bias"
    write_safetensors(tmp_path / "model.safetensors", {k: v for k, v in state.items() if k != name})
    with pytest.raises(StateDictMismatch, match=r"layer\.1\.output\.dense\.bias"):
        load_model(f"local-dir:{tmp_path}")


def test_a_configuration_that_lies_is_noticed(tmp_path: Path):
    write_sentence(tmp_path, "mean")
    path = tmp_path / "config.json"
    said = json.loads(path.read_text())
    path.write_text(json.dumps({**said, "num_hidden_layers": 3}))
    with pytest.raises(StateDictMismatch, match=r"encoder\.layer\.2"):
        load_model(f"local-dir:{tmp_path}")
    path.write_text(json.dumps({**said, "num_attention_heads": 5}))
    with pytest.raises(CutisError, match=r"cannot be built.*multiple"):
        load_model(f"local-dir:{tmp_path}")


def test_texts_need_a_tokenizer(tmp_path: Path):
    write_sentence(tmp_path, "mean")
    (tmp_path / "tokenizer.json").unlink()
    model = load_model(f"local-dir:{tmp_path}", device="cpu")
    with pytest.raises(CutisError, match="tokenizer is not on this machine"):
        model.embed_texts(TEXTS)
    write_tokenizer(tmp_path)
    assert load_model(f"local-dir:{tmp_path}", device="cpu").embed_texts(TEXTS).shape == (4, 64)


def test_half_precision_stays_close(tmp_path: Path):
    write_sentence(tmp_path, "mean")
    exact = load_model(f"local-dir:{tmp_path}", device="cpu").embed_texts(TEXTS)
    rough = load_model(f"local-dir:{tmp_path}", device="cpu", precision="bf16").embed_texts(TEXTS)
    cosine = (exact * rough).sum(1) / np.linalg.norm(exact, axis=1) / np.linalg.norm(rough, axis=1)
    assert 0.99 < cosine.min() < 1
