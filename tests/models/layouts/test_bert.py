"""The text tower's configuration, read off its tensors."""

from __future__ import annotations

import pytest
import torch

from cutis.errors import CutisError
from cutis.models.layouts.bert import bert_config, text_encoder
from tests.models.small import bert_shapes

WORDS = "text.transformer.embeddings.word_embeddings.weight"
KINDS = "text.transformer.embeddings.token_type_embeddings.weight"


def test_the_published_text_tower_is_bert_base(shared):
    import json

    keys = json.loads((shared / "parity/dermlip_panderm_base/keys.json").read_text())
    published = json.loads((shared / "parity/bert_config/config.json").read_text())
    derived = bert_config({name: tuple(shape) for name, shape in keys.items()})
    assert {key: published[key] for key in derived} == derived


@pytest.mark.parametrize(("width", "layers", "dim"), [(64, 1, 8), (128, 3, 40)])
def test_sizes_are_read_off_and_fit(width: int, layers: int, dim: int):
    shapes = bert_shapes(width, layers, dim)
    tower = text_encoder(bert_config(shapes), dim)
    found = {"text." + name: tuple(value.shape) for name, value in tower.state_dict().items()}
    assert found == shapes


def test_a_configuration_is_enough_and_no_network_is_touched(monkeypatch: pytest.MonkeyPatch):
    import socket

    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    tower = text_encoder(bert_config(bert_shapes()), 24)
    assert tower(torch.tensor([[2, 5, 3]])).shape == (1, 24)


@pytest.mark.parametrize(
    "change",
    [{WORDS: None}, {KINDS: (1, 64)}, {WORDS: (17, 60)}],
    ids=["no words", "another family", "odd heads"],
)
def test_other_text_towers_are_not_guessed(change: dict):
    shapes = {**bert_shapes(), **change}
    with pytest.raises(CutisError, match=r"text_config\.json"):
        bert_config({name: shape for name, shape in shapes.items() if shape is not None})


def test_a_configuration_can_neither_choose_the_precision_nor_bring_code():
    config = {
        **bert_config(bert_shapes()),
        "dtype": "float16",
        "torch_dtype": "float16",
        "auto_map": {"AutoModel": "org/evil--code.Model", "AutoConfig": "org/evil--code.Config"},
    }
    tower = text_encoder(config, 24)
    assert {parameter.dtype for parameter in tower.parameters()} == {torch.float32}
