"""What the self-test says of a file: hash, precision, size, notes, preprocessing and its origin."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from cutis.models import Model, get_card, load_model
from cutis.models.check_file import check_file, preprocessing_origin, stored_precisions
from cutis.models.names import parse_name
from cutis.models.preprocessing import Preprocessing
from cutis.models.sources import Source, resolve
from tests.models.small import write_safetensors


@pytest.fixture(scope="module")
def loaded(mixed_folder: Path) -> tuple[Model, Source]:
    name = f"local-dir:{mixed_folder}"
    return load_model(name, device="cpu"), resolve(parse_name(name))


def lines(model: Model, source: Source | None) -> dict[str, tuple[str, str]]:
    return {line.what: (line.status, line.found) for line in check_file(model, source)}


def test_a_file_is_described(loaded: tuple[Model, Source], mixed_folder: Path):
    found = lines(*loaded)
    assert str(mixed_folder / "model.safetensors") in found["file"][1]
    assert "float16" in found["stored as"][1]
    assert found["SHA-256"][0] == "PASS", "the card was written with the file"
    assert found["preprocessing"][1].endswith("stated beside the weights")
    assert "layout open_clip" in found["loaded strictly"][1]


def test_without_a_source_the_model_still_is(loaded: tuple[Model, Source]):
    found = lines(loaded[0], None)
    assert "file" not in found
    assert found["feature length as on the card"][0] == "PASS"


def test_sizes_are_judged_only_for_what_the_card_describes(loaded: tuple[Model, Source]):
    model, source = loaded
    total = sum(parameter.numel() for parameter in model.towers.module.parameters())
    known = {"parameters": total, "dim": 16, "layout": "open_clip"}
    named = ("size as on the card", "feature length as on the card")
    right = replace(model, card=model.card.model_copy(update=known))
    assert [lines(right, source)[what][0] for what in named] == ["PASS", "PASS"]
    other = known | {"parameters": total + 1, "dim": 17}
    wrong = replace(model, card=model.card.model_copy(update=other))
    assert [lines(wrong, source)[what][0] for what in named] == ["FAIL", "FAIL"]
    elsewhere = wrong.card.model_copy(update={"layout": "transformers_clip"})
    for spared in (replace(wrong, as_published=False), replace(wrong, card=elsewhere)):
        found = lines(spared, source)
        assert not {*named} & {*found}
        assert found["feature length"] == ("INFO", "16")
        assert found["size"] == ("INFO", f"{total:,} parameters")


def test_another_size_or_pooling_does_not_fail_a_right_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    import cutis.models.cards
    from cutis.models.check import ModelsCheckConfig, models_check
    from tests.models.small_layouts import dino_model

    module = dino_model()
    path = write_safetensors(tmp_path / "dino.safetensors", module.state_dict())
    total = sum(parameter.numel() for parameter in module.parameters())
    facts = {"sha256": None, "layout": "dinov2", "dim": 64, "parameters": total}
    card = get_card("dinov2-small").model_copy(update=facts)
    monkeypatch.setattr(cutis.models.cards, "_cards", lambda: {card.name: card})
    name = f"{card.name}@{path}"
    model = load_model(name, device="cpu")
    side = 2 * model.preprocessing.size[0]
    for asked in ({}, {"image_size": side}, {"pooling": "cls_mean"}):
        report = models_check(ModelsCheckConfig(name=name, device="cpu", **asked))
        assert report.exit_code == 0, report.render()


def test_another_hash_is_a_warning_and_none_is_said(loaded: tuple[Model, Source]):
    model, source = loaded
    other = model.card.model_copy(update={"sha256": "f" * 64})
    status, words = lines(replace(model, card=other), source)["SHA-256"]
    assert status == "WARN"
    assert "the published file has ffffffffffffffff" in words
    none = model.card.model_copy(update={"sha256": None})
    assert "names none" in lines(replace(model, card=none), source)["SHA-256"][1]


def test_what_loading_left_out_is_repeated(loaded: tuple[Model, Source]):
    model, source = loaded
    for note, status in (("Left out a head.", "INFO"), ("It says 2; there are 3.", "WARN")):
        noted = replace(model, towers=replace(model.towers, notes=(note,)))
        assert lines(noted, source)["note"] == (status, note)


def test_the_origin_of_the_preprocessing(loaded: tuple[Model, Source]):
    model, source = loaded
    bare = replace(source, config={})
    card = replace(bare, card=get_card("make"))
    library = replace(model, layout="transformers_clip")
    usual = replace(model, towers=replace(model.towers, preprocessing=Preprocessing()))
    origins = [
        preprocessing_origin(library, replace(source, config={"preprocessor": {"size": 1}})),
        preprocessing_origin(model, card),
        preprocessing_origin(usual, bare),
        preprocessing_origin(model, bare),
    ]
    starts = ("stated beside the weights (prep", "from the card", "usual for the layout", "CLIP's")
    for origin, start in zip(origins, starts, strict=True):
        assert origin.startswith(start)


def test_precisions_are_counted_in_both_kinds_of_file(tmp_path: Path):
    state = {
        "a": torch.ones(2),
        "b": torch.ones(2).half(),
        "c": torch.ones(3),
        "d": torch.tensor([1]),
    }
    first = write_safetensors(tmp_path / "a.safetensors", state)
    torch.save(state, tmp_path / "b.pt")
    for path in (first, tmp_path / "b.pt"):
        assert stored_precisions(path).startswith("float32 (2 tensors)")
        assert "float16 (1 tensors)" in stored_precisions(path)
        assert "int64 (1 tensors)" in stored_precisions(path)
    header = json.loads(
        first.read_bytes()[8 : 8 + int.from_bytes(first.read_bytes()[:8], "little")]
    )
    assert header["b"]["dtype"] == "F16"


def test_a_file_of_another_layout_than_its_card_is_told_whose_preprocessing_it_gets(
    loaded: tuple[Model, Source],
):
    model, source = loaded
    usual = replace(model.towers, preprocessing=Preprocessing(size=(32, 32)))
    other = replace(model, layout="efficientnet_lite", towers=usual)
    card = get_card("efficientnet-lite0")
    stated = replace(source, card=card, config={})
    said = preprocessing_origin(other, stated)
    assert said.startswith("usual for the layout efficientnet_lite, which this file has")
    assert "the card's is for weights of the layout timm" in said
    silent = replace(stated, card=card.model_copy(update={"preprocessing": None}))
    assert preprocessing_origin(other, silent).endswith("neither files nor card state any")
    assert any("(x - 127) / 128" in warning for warning in card.warnings)
