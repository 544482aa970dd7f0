"""A pair on disk: written, loaded, moved, and refused when a half is no longer the same."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml

from cutis.errors import CutisError
from cutis.files import sha256_file
from cutis.models import Model, hub, load_model
from cutis.models.check import check_model
from cutis.models.pairing.halves import below, lasting, split_path
from tests.models.pairing.conftest import Halves
from tests.models.small import pictures, write_safetensors, write_tokenizer

TEXTS = ["a nevus of skin", "melanoma", ""]


def features(model: Model) -> tuple[np.ndarray, np.ndarray]:
    return model.embed_images(pictures(2)), model.embed_texts(TEXTS)


def load(folder: Path) -> Model:
    return load_model(f"local-dir:{folder}", device="cpu")


def change(path: Path, edit) -> None:
    content = json.loads(path.read_text())
    edit(content)
    path.write_text(json.dumps(content))


@pytest.mark.parametrize("self_contained", [False, True])
def test_what_is_saved_is_loaded(halves: Halves, tmp_path: Path, self_contained: bool):
    folder = halves.save(tmp_path / "pair", self_contained=self_contained)
    model = load(folder)
    images, texts = features(model)
    expected = halves.projections.images(halves.vision.embed_images(pictures(2)))
    np.testing.assert_allclose(images, expected, atol=1e-4)
    expected = halves.projections.texts(halves.text.embed_texts(TEXTS))
    np.testing.assert_allclose(texts, expected, atol=1e-4)
    assert (model.layout, model.card.name, model.dim) == ("pair", "both", 6)
    assert model.has_vision
    assert model.has_text
    assert model.preprocessing == halves.vision.preprocessing
    assert [line for line in check_model(model).lines if line.status == "FAIL"] == []
    card = yaml.safe_load((folder / "card.yaml").read_text())
    assert card["sha256"] == sha256_file(folder / "model.safetensors")


def test_half_precision_is_close(halves: Halves, tmp_path: Path):
    folder = halves.save(tmp_path / "pair")
    rough = load_model(f"local-dir:{folder}", device="cpu", precision="bf16")
    for exact, low in zip(features(load(folder)), features(rough), strict=True):
        assert 0 < np.abs(exact - low).max() < 0.05 * np.abs(exact).max()


def test_a_self_contained_pair_moves_freely_and_another_does_not(halves: Halves, tmp_path: Path):
    apart = halves.save(tmp_path / "apart")
    whole = halves.save(tmp_path / "whole", self_contained=True)
    before = features(load(whole))
    identity = load(apart).identity()
    moved = shutil.move(whole, tmp_path / "elsewhere" / "named anew")
    shutil.rmtree(halves.folder)
    model = load(Path(moved))
    for was, now in zip(before, features(model), strict=True):
        np.testing.assert_array_equal(was, now)
    assert model.identity() == identity, "copied or not, the features are the same"
    with pytest.raises(CutisError) as raised:
        load(apart)
    message = str(raised.value)
    assert "The image tower of the pair" in message
    assert "eyes.safetensors" in message
    assert "--self-contained" in message


def test_a_pair_may_be_named_from_any_folder(
    halves: Halves, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(halves.folder)
    named = Halves(
        halves.folder,
        load_model("timm:test_vit@eyes.safetensors", device="cpu"),
        load_model("local-dir:reader", device="cpu"),
        halves.projections,
    )
    folder = named.save(tmp_path / "pair")
    monkeypatch.chdir(tmp_path)
    assert load(folder).has_text


def test_a_half_with_other_weights_is_refused(halves: Halves, tmp_path: Path):
    import timm

    folder = halves.save(tmp_path / "pair")
    torch.manual_seed(1)
    other = timm.create_model("test_vit", pretrained=False).state_dict()
    write_safetensors(halves.folder / "eyes.safetensors", other)
    with pytest.raises(CutisError, match=r"image tower.*no longer the one.*other weights"):
        load(folder)


def test_a_half_with_another_tokenizer_or_pooling_is_refused(halves: Halves, tmp_path: Path):
    folder, reader = halves.save(tmp_path / "pair"), halves.folder / "reader"
    change(reader / "tokenizer.json", lambda x: x["model"]["vocab"].update(nevus=10, melanoma=11))
    with pytest.raises(CutisError, match=r"text tower.*other tokenizer"):
        load(folder)
    write_tokenizer(reader)
    assert load(folder).has_text
    flags = {"pooling_mode_mean_tokens": False, "pooling_mode_cls_token": True}
    change(reader / "1_Pooling" / "config.json", lambda x: x.update(flags))
    with pytest.raises(CutisError, match=r"text tower.*other pooling"):
        load(folder)


def test_a_change_inside_a_self_contained_pair_is_noticed(halves: Halves, tmp_path: Path):
    folder = halves.save(tmp_path / "pair", self_contained=True)
    state = torch.nn.Linear(2, 2).state_dict()
    write_safetensors(folder / "vision" / "eyes.safetensors", state)
    with pytest.raises(CutisError, match=r"image tower of the pair .* cannot be loaded"):
        load(folder)


def test_other_projections_are_refused_and_change_the_identity(halves: Halves, tmp_path: Path):
    from dataclasses import replace

    first = load(halves.save(tmp_path / "one")).identity()
    turned = replace(halves.projections, image_bias=halves.projections.image_bias + 1)
    other = Halves(halves.folder, halves.vision, halves.text, turned).save(tmp_path / "two")
    assert load(other).identity()["weights_sha256"] != first["weights_sha256"]
    shutil.copy(other / "model.safetensors", tmp_path / "one" / "model.safetensors")
    with pytest.raises(CutisError, match="not the published file of both"):
        load(tmp_path / "one")


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (lambda x: x.pop("pair_cfg"), "which image tower the pair was made of"),
        (lambda x: x["pair_cfg"].pop("text"), "which text tower the pair was made of"),
        (lambda x: x["pair_cfg"]["vision"].pop("identity"), "'identity'"),
    ],
)
def test_a_damaged_record_is_told(halves: Halves, tmp_path: Path, edit, said: str):
    folder = halves.save(tmp_path / "pair")
    change(folder / "config.json", edit)
    with pytest.raises(CutisError, match=said):
        load(folder)


def test_a_pair_has_no_poolings(halves: Halves, tmp_path: Path):
    folder = halves.save(tmp_path / "pair")
    with pytest.raises(CutisError, match="is a pair and has no pooling 'cls'"):
        load_model(f"local-dir:{folder}", device="cpu", pooling="cls")


def test_the_poolings_of_the_halves_are_kept(halves: Halves, tmp_path: Path):
    name = halves.text.name
    first = load_model(name, device="cpu", pooling="cls")
    pair = Halves(halves.folder, halves.vision, first, halves.projections)
    folder = pair.save(tmp_path / "pair", poolings=("default", "cls"), self_contained=True)
    expected = halves.projections.texts(first.embed_texts(TEXTS))
    np.testing.assert_allclose(load(folder).embed_texts(TEXTS), expected, atol=1e-4)


def test_only_files_that_belong_to_a_model_are_copied(halves: Halves, tmp_path: Path):
    (halves.folder / "reader" / "diary.json").write_text("{}")
    (halves.folder / "reader" / "onnx").mkdir()
    folder = halves.save(tmp_path / "pair", self_contained=True)
    names = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert names == {
        "card.yaml", "config.json", "model.safetensors",
        "vision/card.yaml", "vision/eyes.safetensors",
        "text/card.yaml", "text/config.json", "text/model.safetensors", "text/modules.json",
        "text/sentence_bert_config.json", "text/tokenizer.json", "text/1_Pooling/config.json",
    }  # fmt: skip


def test_a_pair_of_a_pair_is_not_copied(halves: Halves, tmp_path: Path):
    inner = load(halves.save(tmp_path / "inner"))
    from tests.models.pairing.conftest import projections

    outer = Halves(halves.folder, inner, halves.text, projections(6, 64))
    assert load(outer.save(tmp_path / "outer")).dim == 6
    with pytest.raises(CutisError, match=r"itself a pair and cannot be copied"):
        outer.save(tmp_path / "copied", self_contained=True)


def test_a_bundled_half_is_copied_with_its_tokenizer(halves: Halves, tmp_path: Path):
    from tests.models.pairing.conftest import projections

    tiny = load_model("cutis-tiny", device="cpu")
    pair = Halves(halves.folder, halves.vision, tiny, projections(halves.vision.dim, 256))
    folder = pair.save(tmp_path / "pair", self_contained=True)
    assert json.loads((folder / "config.json").read_text())["pair_cfg"]["text"]["name"] == (
        "cutis-tiny@text/model.safetensors"
    )
    expected = pair.projections.texts(tiny.embed_texts(TEXTS))
    np.testing.assert_allclose(load(folder).embed_texts(TEXTS), expected, atol=1e-4)


def test_random_weights_have_no_file_to_copy(halves: Halves, tmp_path: Path):
    random = load_model("open_clip:RN50/random", device="cpu")
    from tests.models.pairing.conftest import projections

    pair = Halves(halves.folder, random, halves.text, projections(1024, 64))
    with pytest.raises(CutisError, match="has no weights file and cannot be copied"):
        pair.save(tmp_path / "pair", self_contained=True)


def test_a_copy_that_gives_other_numbers_is_refused(
    halves: Halves, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    import cutis.models.load

    original = cutis.models.load.load_model

    def other(name: str, **options) -> Model:
        model = original(name, **options)
        model.embed_images = lambda images: np.zeros((len(images), model.dim), np.float32)
        return model

    monkeypatch.setattr(cutis.models.load, "load_model", other)
    with pytest.raises(CutisError, match="gives other features than the original"):
        halves.save(tmp_path / "pair", self_contained=True)


def test_names_with_and_without_paths(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.chdir(tmp_path)
    assert lasting("local-dir:models/x") == "local-dir:~/models/x"
    assert lasting("make@weights/a@b.pt") == "make@~/weights/a@b.pt"
    assert lasting("hf-hub:org/name") == "hf-hub:org/name"
    assert split_path("open_clip:RN50@/w.pt") == ("open_clip:RN50@", Path("/w.pt"))
    assert below("timm:vit@vision/w.pt", Path("/pair")) == "timm:vit@/pair/vision/w.pt"


@pytest.mark.parametrize(
    "name",
    ["cutis-tiny", "hf-hub:org/name", "local-dir:/elsewhere", "local-dir:../other",
     "timm:test_vit@vision/../../w.pt", "local-dir:~/models"],
)  # fmt: skip
def test_a_half_inside_stays_inside(halves: Halves, tmp_path: Path, name: str):
    with pytest.raises(CutisError, match="is not inside its folder"):
        below(name, Path("/pair"))
    folder = halves.save(tmp_path / "pair", self_contained=True)
    change(folder / "config.json", lambda x: x["pair_cfg"]["vision"].update(name=name))
    with pytest.raises(CutisError, match="is not inside its folder"):
        load(folder)


@pytest.mark.parametrize(
    ("kind", "name", "repository"),
    [
        ("vision", "hf-hub:stranger/eyes", "stranger/eyes"),
        ("vision", "timm:resnet18.a1_in1k", "timm/resnet18.a1_in1k"),
        ("text", "open_clip:ViT-B-16/datacomp_xl_s13b_b90k",
         "laion/CLIP-ViT-B-16-DataComp.XL-s13B-b90K"),
    ],
)  # fmt: skip
def test_loading_a_pair_never_fetches_its_halves(
    halves: Halves, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, name: str,
    repository: str,
):  # fmt: skip
    """The folder may be a stranger's: what it names is looked up here and nowhere else."""
    import huggingface_hub

    def fetched(*args: object, **options: object) -> None:
        raise AssertionError("asked the network")

    folder = halves.save(tmp_path / "pair")
    change(folder / "config.json", lambda x: x["pair_cfg"][kind].update(name=name))
    monkeypatch.setattr(hub, "_online", lambda: True)
    monkeypatch.setattr(huggingface_hub, "hf_hub_download", fetched)
    with pytest.raises(CutisError) as raised:
        load(folder)
    assert f"fetch it first: cutis models fetch hf-hub:{repository} --yes" in str(raised.value)
    with pytest.raises(AssertionError, match="asked the network"):
        hub.fetch(repository, ["a"])  # only inside is it forbidden


def test_weights_in_several_files_are_copied_whole(halves: Halves, tmp_path: Path):
    from safetensors.torch import load_file

    reader = halves.folder / "reader"
    state = load_file(reader / "model.safetensors")
    parts = {"model-1.safetensors": {}, "model-2.safetensors": {}}
    for i, (name, tensor) in enumerate(state.items()):
        parts[f"model-{1 + i % 2}.safetensors"][name] = tensor
    for file, tensors in parts.items():
        write_safetensors(reader / file, tensors)
    where = {name: file for file, tensors in parts.items() for name in tensors}
    (reader / "model.safetensors.index.json").write_text(json.dumps({"weight_map": where}))
    (reader / "model.safetensors").unlink()
    text = load_model(f"local-dir:{reader}", device="cpu")
    np.testing.assert_array_equal(text.embed_texts(TEXTS), halves.text.embed_texts(TEXTS))
    folder = Halves(halves.folder, halves.vision, text, halves.projections).save(
        tmp_path / "pair", self_contained=True
    )
    shutil.rmtree(halves.folder)
    expected = halves.projections.texts(text.embed_texts(TEXTS))
    np.testing.assert_allclose(load(folder).embed_texts(TEXTS), expected, atol=1e-4)
