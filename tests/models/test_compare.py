"""What differs between two models is found, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from cutis.models import Model, load_model
from cutis.models.compare import compare_facts, compare_models, compare_tensors, group_name
from tests.models.small import write_mixed


@pytest.fixture(scope="module")
def model(mixed_folder: Path) -> Model:
    return load_model(f"local-dir:{mixed_folder}", device="cpu")


def differing(a: Model, b: Model) -> dict[str, tuple[str, str]]:
    return {fact.what: (fact.a, fact.b) for fact in compare_facts(a, b) if not fact.same}


def test_a_model_does_not_differ_from_itself(model: Model):
    found = compare_models(model, model)
    assert all(fact.same for fact in found.facts)
    assert all(g.shared == g.equal and g.difference == 0 for g in found.groups)
    text = found.render()
    assert "Nothing differs." in text
    total = len(model.towers.module.state_dict())
    assert f"{total} in both with the same shape, {total} of them equal" in text


def test_other_weights_differ_in_hash_and_numbers_only(model: Model, tmp_path: Path):
    other = load_model(f"local-dir:{write_mixed(tmp_path, seed=1)}", device="cpu")
    assert set(differing(model, other)) == {"SHA-256 of the weights"}
    groups = compare_models(model, other).groups
    assert {g.reshaped + g.only_a + g.only_b for g in groups} == {0}
    word = next(g for g in groups if g.name.startswith("text.transformer"))
    assert word.difference is not None
    assert word.difference > 0.01


def test_another_architecture_shares_nothing_but_the_scale(model: Model, clip_file: Path):
    other = load_model(f"make@{clip_file}", device="cpu")
    found = differing(model, other)
    assert found["longest text"] == ("16 tokens", "12 tokens")
    assert found["card"] == ("mixed", "make")
    assert found["preprocessing"][0].startswith("64 x 64")
    assert "token ids" not in found, "one of them has no tokenizer here"
    groups = {g.name: g for g in compare_models(model, other).groups}
    assert groups["logit_scale"].shared == 1
    assert groups["visual.trunk.blocks"].only_a > 0
    assert groups["visual.transformer.resblocks"].only_b > 0
    assert groups["visual.transformer.resblocks"].difference is None


def test_other_token_ids_are_noticed(model: Model):
    def shouting(texts: list[str]):
        return model.tokenizer([text.replace("a", "melanoma") for text in texts])

    found = differing(model, replace(model, tokenizer=shouting))
    assert set(found) == {"token ids of three texts"}


def test_other_preprocessing_is_noticed(model: Model):
    changed = model.preprocessing.model_copy(update={"mean": (0.1, 0.2, 0.3)})
    found = differing(model, replace(model, preprocessing=changed))
    assert set(found) == {"preprocessing"}
    assert "mean 0.1 0.2 0.3" in found["preprocessing"][1]


def test_tensors_are_counted_by_group():
    a = {"b.0.w": torch.ones(2), "b.1.w": torch.ones(2), "c.d.w": torch.ones(3), "x": torch.ones(1)}
    b = {"b.0.w": torch.ones(2), "b.1.w": torch.tensor([1.0, 1.5]), "c.d.w": torch.ones(4),
         "y": torch.ones(1)}  # fmt: skip
    groups = {g.name: g for g in compare_tensors(a, b)}
    assert list(groups) == ["b", "c.d", "x", "y"]
    assert (groups["b"].shared, groups["b"].equal, groups["b"].difference) == (2, 1, 0.5)
    assert groups["c.d"].reshaped == 1
    assert (groups["x"].only_a, groups["x"].only_b) == (1, 0)
    assert (groups["y"].only_a, groups["y"].only_b) == (0, 1)


@pytest.mark.parametrize(
    ("name", "group"),
    [
        ("visual.blocks.11.attn.qkv.weight", "visual.blocks"),
        ("text.proj.0.weight", "text.proj"),
        ("visual.conv1.weight", "visual.conv1"),
        ("positional_embedding", "positional_embedding"),
        ("embeddings.word_embeddings.weight", "embeddings.word_embeddings"),
    ],
)
def test_the_beginning_of_a_name(name: str, group: str):
    assert group_name(name) == group


def test_nothing_in_common_is_said():
    from cutis.models.compare import Comparison

    groups = compare_tensors({"a": torch.ones(1)}, {"b": torch.ones(1)})
    assert "none has the same name" in Comparison("x", "y", (), groups).render()
