"""Where a model's files are looked for."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from cutis.errors import CutisError
from cutis.models import get_card, hub, load_model
from cutis.models.names import parse_name
from cutis.models.obtain import card_folder
from cutis.models.sources import resolve, weights_in
from tests.models.small import (
    CLIP_CONFIG,
    cae_state,
    clip_model,
    refusal,
    write_safetensors,
    write_tokenizer,
)

CARD = "dermlip-panderm"
GREY = {"mean": [0.5] * 3, "std": [0.25] * 3, "interpolation": "bilinear", "resize_mode": "squash"}


def snapshot(repository: str) -> Path:
    """Make the folder of a repository in the hub's local cache."""
    folder = hub.cache_folder() / ("models--" + repository.replace("/", "--"))
    (folder / "refs").mkdir(parents=True)
    (folder / "refs" / "main").write_text("abc")
    (folder / "snapshots" / "abc").mkdir(parents=True)
    return folder / "snapshots" / "abc"


def write_open_clip(folder: Path, weights: str = "open_clip_model.safetensors") -> Path:
    """Write a folder as open_clip publishes one."""
    folder.mkdir(parents=True, exist_ok=True)
    config = {"model_cfg": CLIP_CONFIG, "preprocess_cfg": GREY}
    (folder / "open_clip_config.json").write_text(json.dumps(config))
    state = clip_model().state_dict()
    if weights.endswith(".safetensors"):
        write_safetensors(folder / weights, state)
    else:
        torch.save(state, folder / weights)
    return folder


@pytest.mark.parametrize(
    "weights", ["open_clip_model.safetensors", "open_clip_pytorch_model.bin", "epoch_3.pt"]
)
def test_a_folder_as_open_clip_publishes_it(tmp_path: Path, weights: str):
    folder = write_open_clip(tmp_path / "m", weights)
    model = load_model(f"local-dir:{folder}", device="cpu")
    pixels, module = torch.randn(2, 3, 32, 32), clip_model()
    with torch.inference_mode():
        expected = module.encode_image(pixels).numpy()
    np.testing.assert_array_equal(model.embed_pixels(pixels), expected)
    spec = model.preprocessing
    assert (spec.size, spec.interpolation, spec.resize_mode) == ((32, 32), "bilinear", "squash")
    assert spec.std == (0.25, 0.25, 0.25)
    assert "without a card" in model.card.warnings[0]


def test_a_folder_with_nothing_but_weights(tmp_path: Path):
    write_safetensors(tmp_path / "anything.safetensors", cae_state())
    model = load_model(f"local-dir:{tmp_path}", device="cpu")
    assert model.layout == "cae_clip"
    assert model.preprocessing.mean[0] == pytest.approx(0.48145466)


def test_safetensors_are_preferred(tmp_path: Path):
    for name in ("pytorch_model.bin", "open_clip_model.safetensors", "other.pt"):
        (tmp_path / name).touch()
    assert weights_in(tmp_path, get_card(CARD)).name == "open_clip_model.safetensors"


def test_weights_of_unknown_meaning_are_not_guessed(tmp_path: Path):
    for name in ("epoch_1.pt", "epoch_2.pt"):
        (tmp_path / name).touch()
    with pytest.raises(CutisError, match=r"2 weight files: epoch_1\.pt, epoch_2\.pt"):
        load_model(f"local-dir:{tmp_path}")


def test_folders_that_are_none(tmp_path: Path):
    with pytest.raises(CutisError, match="holds no weights"):
        load_model(f"local-dir:{tmp_path}")
    with pytest.raises(CutisError, match="not there"):
        load_model(f"local-dir:{tmp_path / 'none'}")
    (tmp_path / "w.pt").touch()
    with pytest.raises(CutisError, match=r"a file, not a folder.*CARD@"):
        load_model(f"local-dir:{tmp_path / 'w.pt'}")


def test_a_card_is_looked_for_in_ones_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    card = get_card(CARD)
    assert card_folder(card) is None
    monkeypatch.setenv("CUTIS_MODELS", str(tmp_path))
    write_tokenizer(tmp_path / CARD)
    write_safetensors(tmp_path / CARD / "open_clip_model.safetensors", cae_state())
    assert card_folder(card) == tmp_path / CARD
    model = load_model(CARD, device="cpu")
    assert (model.name, model.card) == (CARD, card)
    assert model.embed_texts(["melanoma"]).shape == (1, 24)


def test_a_card_is_looked_for_in_the_hubs_cache():
    card = get_card(CARD)
    assert card.hub is not None
    folder = snapshot(card.hub)
    write_safetensors(folder / "open_clip_model.safetensors", cae_state())
    assert card_folder(card) == folder
    model = load_model(CARD, device="cpu")
    assert model.layout == "cae_clip"
    assert load_model(f"hf-hub:{card.hub}", device="cpu").identity() == model.identity()


def test_a_card_that_is_not_here_says_how_to_get_it_and_fetches_nothing():
    with pytest.raises(CutisError) as raised:
        load_model(CARD)
    text = str(raised.value)
    for words in ("not on this machine", f"models fetch {CARD} --yes", f"{CARD}@/path/to/file",
                  "CC BY-NC-ND", f"$CUTIS_MODELS/{CARD}/"):  # fmt: skip
        assert words in text


def test_a_hub_model_offline_and_not_cached():
    with pytest.raises(CutisError, match=r"org/name is not on this machine.*local-dir:FOLDER"):
        load_model("hf-hub:org/name")


def test_a_cached_hub_model_needs_its_configuration_unless_a_card_makes_up_for_it():
    write_safetensors(
        snapshot("org/name") / "open_clip_model.safetensors", clip_model().state_dict()
    )
    with pytest.raises(CutisError, match=r"open_clip_config\.json"):
        load_model("hf-hub:org/name")


def test_a_hub_model_is_fetched_when_the_user_names_the_hub(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    import huggingface_hub

    remote = write_open_clip(tmp_path / "remote")
    folder = snapshot("org/name")
    asked = []

    def download(repository: str, name: str, **options: object) -> str:
        asked.append(name)
        if not (remote / name).is_file():
            raise refusal("RemoteEntryNotFoundError")
        return shutil.copyfile(remote / name, folder / name)

    monkeypatch.setattr(hub, "_online", lambda: True)
    monkeypatch.setattr(huggingface_hub, "hf_hub_download", download)
    model = load_model("hf-hub:org/name", device="cpu")
    assert (model.card.name, model.card.hub) == ("org/name", "org/name")
    assert model.preprocessing.interpolation == "bilinear"
    assert "open_clip_config.json" in asked
    monkeypatch.setattr(hub, "_online", lambda: False)
    again = load_model("hf-hub:org/name", device="cpu")
    assert again.identity() == model.identity(), "the second time from the cache"


def test_a_hub_repository_without_weights(monkeypatch: pytest.MonkeyPatch):
    import huggingface_hub

    def download(repository: str, name: str, **options: object) -> str:
        raise refusal("RemoteEntryNotFoundError")

    monkeypatch.setattr(hub, "_online", lambda: True)
    monkeypatch.setattr(huggingface_hub, "hf_hub_download", download)
    with pytest.raises(CutisError, match="holds no weights known here"):
        load_model("hf-hub:org/name")


def test_a_file_takes_its_configuration_and_tokenizer_from_beside_it(tmp_path: Path):
    folder = write_open_clip(tmp_path / "m")
    source = resolve(parse_name(f"make@{folder / 'open_clip_model.safetensors'}"))
    assert source.card == get_card("make")
    assert source.config["preprocess_cfg"] == GREY
    assert folder in source.folders


def test_a_tuned_copy_of_a_bundled_model_is_one_file(tmp_path: Path):
    import shutil as files

    from cutis.models.cards import BUNDLED

    path = tmp_path / "tuned.safetensors"
    files.copyfile(BUNDLED / "cutis-tiny" / "model.safetensors", path)
    tuned, bundled = load_model(f"cutis-tiny@{path}", device="cpu"), load_model(device="cpu")
    assert tuned.identity() == bundled.identity()
    np.testing.assert_array_equal(
        tuned.embed_texts(["melanoma"]), bundled.embed_texts(["melanoma"])
    )


def test_a_bundled_model_whose_weights_are_gone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    import cutis.models.obtain

    monkeypatch.setattr(cutis.models.obtain, "BUNDLED", tmp_path)
    with pytest.raises(CutisError, match="force-reinstall"):
        load_model("cutis-tiny")


def test_a_format_of_a_later_version_is_refused(tmp_path: Path, mixed_folder: Path):
    shutil.copytree(mixed_folder, tmp_path / "m")
    path = tmp_path / "m" / "config.json"
    path.write_text(path.read_text().replace("cutis.model/1", "cutis.model/2"))
    with pytest.raises(CutisError, match=r"cutis\.model/2.*upgrade"):
        load_model(f"local-dir:{tmp_path / 'm'}")


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("vision_cfg", {"timm_model_name": "no_such_network"}),
        ("text_cfg", {"hf_pooler_type": "no_such_pooler"}),
        ("vision_cfg", {"timm_pool": "no_such_pool"}),
    ],
)
def test_a_configuration_that_cannot_be_built(
    tmp_path: Path, mixed_folder: Path, part: str, change: dict[str, str]
):
    shutil.copytree(mixed_folder, tmp_path / "m")
    path = tmp_path / "m" / "config.json"
    config = json.loads(path.read_text())
    config["model_cfg"][part].update(change)
    path.write_text(json.dumps(config))
    with pytest.raises(CutisError, match=r"cannot be built|does not fit"):
        load_model(f"local-dir:{tmp_path / 'm'}")


def test_a_cached_folder_of_transformers_needs_no_other_configuration():
    from tests.models.small_layouts import dino_folder

    dino_folder(snapshot("org/dino"))
    model = load_model("hf-hub:org/dino", device="cpu")
    assert (model.layout, model.card.hub, model.card.family) == (
        "transformers_dino", "org/dino", "vision",
    )  # fmt: skip
