"""`cutis models pair` end to end: real towers, planted answers, and the whole grammar of verbs."""

from __future__ import annotations

import json
import shlex
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
import yaml
from PIL import Image

from cutis import cli
from cutis.errors import CutisError
from cutis.models import load_model
from cutis.predictions import read_predictions
from cutis.tasks.pair import PairConfig, pair
from tests.models.small import write_safetensors
from tests.models.small_text import write_sentence

COLOURS = {"melanoma": (190, 40, 40), "nevus": (40, 190, 40), "psoriasis": (40, 40, 190)}
SAID = {"melanoma": "a red spot", "nevus": "a green spot", "psoriasis": "a blue spot"}
N = 90


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table whose labels are colours, a vision model with random weights, a text model."""
    import timm

    folder = tmp_path_factory.mktemp("world")
    rng = np.random.default_rng(0)
    (folder / "images").mkdir()
    names, rows = list(COLOURS), []
    for i in range(N):
        name = names[i % 3]
        pixels = np.clip(np.array(COLOURS[name]) + rng.normal(0, 30, 3), 0, 255)
        noise = rng.normal(0, 10, (20, 20, 3))
        picture = np.clip(pixels + noise, 0, 255).astype(np.uint8)
        Image.fromarray(picture).save(folder / "images" / f"{i:02d}.png")
        split = "test" if i % 5 == 4 else "train"
        rows.append({"image": f"{i:02d}.png", "label": name, "lesion_id": f"L{i}",
                     "split": split, "caption": SAID[name]})  # fmt: skip
    pd.DataFrame(rows).to_csv(folder / "table.csv", index=False)
    torch.manual_seed(0)
    state = timm.create_model("test_vit", pretrained=False).state_dict()
    write_safetensors(folder / "eyes.safetensors", state)
    write_sentence(folder / "reader")
    return folder


@pytest.fixture
def settings(world: Path, tmp_path: Path):
    """Settings of a small pairing; keywords change them."""

    def make(**more) -> PairConfig:
        given = {
            "vision": f"timm:test_vit@{world / 'eyes.safetensors'}", "text": "cutis-tiny",
            "data": world / "table.csv", "output": tmp_path / "pair", "cache": world / "cache",
            "device": "cpu", "dim": 32, "steps": 120, "train_batch": 48, "lr": 3e-3,
            "n_bootstrap": 100, "targets": "labels",
        }  # fmt: skip
        return PairConfig(**(given | more))

    return make


@pytest.fixture(scope="module")
def paired(world: Path) -> Path:
    """One finished pair for the tests that only read it."""
    output = world / "paired"
    vision = f"timm:test_vit@{world / 'eyes.safetensors'}"
    words = f"models pair {vision} cutis-tiny --data {world / 'table.csv'} -o {output} --dim 32 " \
        f"--steps 120 --train-batch 48 --lr 0.003 --n-bootstrap 100 --device cpu " \
        f"--cache {world / 'cache'} --targets labels --self-contained"  # fmt: skip
    assert cli.run(shlex.split(words)) == 0
    return output


def test_the_pair_diagnoses_test_images_it_never_saw(paired: Path, world: Path, tmp_path: Path):
    words = f"zero-shot --data {world / 'table.csv'} --model local-dir:{paired} -o " \
        f"{tmp_path / 'run'} --n-bootstrap 100 --cache {world / 'cache'}"  # fmt: skip
    assert cli.run(shlex.split(words)) == 0
    metrics = json.loads((tmp_path / "run" / "metrics.json").read_text())
    assert metrics["n"] == 18
    assert metrics["metrics"]["balanced_accuracy"]["value"] > 0.8
    record = json.loads((tmp_path / "run" / "run.json").read_text())
    assert record["prompts"]["scale"] == load_model(f"local-dir:{paired}").card.zero_shot_scale
    assert "saw melanoma, nevus" in (tmp_path / "run" / "report.html").read_text()


def test_shuffled_labels_give_chance(settings, world: Path, tmp_path: Path):
    frame = pd.read_csv(world / "table.csv")
    rng = np.random.default_rng(1)
    train = frame["split"] == "train"
    frame.loc[train, "label"] = rng.permutation(frame.loc[train, "label"].to_numpy())
    frame.to_csv(tmp_path / "shuffled.csv", index=False)
    found = pair(settings(data=tmp_path / "shuffled.csv", images=world / "images", steps=60))
    words = f"zero-shot --data {world / 'table.csv'} --model local-dir:{found.dir} -o " \
        f"{tmp_path / 'run'} --n-bootstrap 100 --cache {world / 'cache'}"  # fmt: skip
    assert cli.run(shlex.split(words)) == 0
    metrics = json.loads((tmp_path / "run" / "metrics.json").read_text())
    assert metrics["metrics"]["balanced_accuracy"]["value"] < 0.75


def test_the_folder_is_a_model_that_moves(paired: Path, world: Path, tmp_path: Path):
    moved = shutil.copytree(paired, tmp_path / "moved")
    image = str(world / "images" / "00.png")
    for verb in (
        ["models", "check", f"local-dir:{moved}"],
        ["models", "show", f"local-dir:{moved}"],
        ["predict", image, "--model", f"local-dir:{moved}", "--classes", "melanoma,nevus",
         "--cache", str(world / "cache")],
        ["embed", "--data", str(world / "table.csv"), "--model", f"local-dir:{moved}", "-o",
         str(tmp_path / "embedded"), "--cache", str(world / "cache")],
        ["retrieve", "--data", str(world / "table.csv"), "--model", f"local-dir:{moved}", "-o",
         str(tmp_path / "retrieved"), "--cache", str(world / "cache"), "--n-bootstrap", "100"],
    ):  # fmt: skip
        assert cli.run(verb) == 0, verb


def test_what_is_recorded(paired: Path, world: Path):
    card = yaml.safe_load((paired / "card.yaml").read_text())
    assert card["seen_classes"][:3] == ["melanoma", "nevus", "psoriasis"]
    assert "basal cell carcinoma" in card["seen_classes"], "what cutis-tiny saw is seen, too"
    assert card["layout"] == "pair"
    assert card["dim"] == 32
    assert "CC BY-NC-SA 4.0" in card["licence"]
    assert "strictest decides" in card["licence_note"]
    assert "rows of 'train'" in card["training_data"]
    assert 0.5 < card["metrics"]["validation_balanced_accuracy"] <= 1
    config = json.loads((paired / "config.json").read_text())
    training = config["training"]
    assert training["dataset"] == "table"
    assert len(training["table_sha256"]) == 64
    assert training["n_train"] + training["n_validation"] == 72
    run = json.loads((paired / "run.json").read_text())
    assert run["training"] == training
    assert run["looks"][-1]["step"] <= 120
    assert max(look["score"] for look in run["looks"]) == pytest.approx(
        json.loads((paired / "metrics.json").read_text())["zero_shot"]["metrics"][
            "balanced_accuracy"
        ]["value"]
    )
    events = [json.loads(line)["event"] for line in (paired / "log.jsonl").open()]
    assert events[0] == "start"
    assert "look" in events


def test_no_test_image_is_even_read(settings, world: Path, tmp_path: Path):
    folder = shutil.copytree(world / "images", tmp_path / "images")
    for i in range(4, N, 5):
        (folder / f"{i:02d}.png").unlink()
    found = pair(settings(images=folder, steps=20))
    assert "could not be read" not in found.render()


def test_unreadable_training_images_are_left_out(settings, world: Path, tmp_path: Path):
    folder = shutil.copytree(world / "images", tmp_path / "images")
    (folder / "00.png").write_bytes(b"no picture")
    (folder / "01.png").unlink()
    found = pair(settings(images=folder, steps=20))
    assert "2 images could not be read and were left out" in found.render()


def test_the_same_command_again_does_nothing_and_another_seed_differs(settings, tmp_path: Path):
    first = pair(settings(steps=20))
    before = (first.dir / "model.safetensors").stat().st_mtime_ns
    again = pair(settings(steps=20))
    assert "nothing to do" in again.render()
    assert again.metrics == first.metrics
    assert (first.dir / "model.safetensors").stat().st_mtime_ns == before
    with pytest.raises(CutisError, match="other settings"):
        pair(settings(steps=20, seed=1))
    other = pair(settings(steps=20, seed=1, output=tmp_path / "other"))
    bytes_of = [(r.dir / "model.safetensors").read_bytes() for r in (first, other)]
    assert bytes_of[0] != bytes_of[1]


def test_an_interrupted_pairing_ends_as_an_undisturbed_one(settings, tmp_path: Path, monkeypatch):
    import cutis.models.pairing.save as home

    def stop(*args: object, **more: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(home, "write_card", stop)
        with pytest.raises(KeyboardInterrupt):
            pair(settings(steps=20))
    assert not (tmp_path / "pair" / "run.json").exists()
    pair(settings(steps=20))
    calm = pair(settings(steps=20, output=tmp_path / "calm" / "pair"))
    for name in ("model.safetensors", "card.yaml", "metrics.json", "config.json"):
        assert (tmp_path / "pair" / name).read_bytes() == (calm.dir / name).read_bytes(), name


@pytest.mark.parametrize("targets", ["captions", "both", "auto"])
def test_captions_teach_too(settings, world: Path, tmp_path: Path, targets: str):
    found = pair(settings(targets=targets, output=tmp_path / targets))
    metrics = found.metrics
    assert metrics["text_to_image"]["n"] == 3, "equal captions are asked once"
    assert metrics["text_to_image"]["metrics"]["recall_at_1"]["value"] > 0.6
    assert ("zero_shot" in metrics) == (targets != "captions")
    card = yaml.safe_load((found.dir / "card.yaml").read_text())
    assert "3 captions" in card["training_data"]
    assert ("psoriasis" in card["seen_classes"]) == (targets != "captions")
    if targets == "captions":
        assert "validation_image_to_text_mean_recall" in card["metrics"]
        model = load_model(f"local-dir:{found.dir}", device="cpu")
        texts = model.embed_texts(list(SAID.values()))
        images = model.embed_images(
            [Image.open(world / "images" / f"{i:02d}.png") for i in range(3)]
        )
        units = [x / np.linalg.norm(x, axis=1, keepdims=True) for x in (images, texts)]
        assert (units[0] @ units[1].T).argmax(1).tolist() == [0, 1, 2]


def test_a_dry_run_writes_nothing(settings, tmp_path: Path):
    text = pair(settings(dry_run=True)).render()
    assert "Learned from: labels" in text
    assert "90 in the table" in text
    assert "Features:" in text
    assert not (tmp_path / "pair").exists()


def test_a_text_only_half_and_a_split_for_validation(settings, world: Path, tmp_path: Path):
    frame = pd.read_csv(world / "table.csv")
    frame.loc[frame.index % 5 == 3, "split"] = "val"
    frame.to_csv(tmp_path / "t.csv", index=False)
    found = pair(settings(data=tmp_path / "t.csv", images=world / "images", steps=20,
                          text=f"local-dir:{world / 'reader'}"))  # fmt: skip
    assert "the split 'val' (18 rows)" in found.render()
    model = load_model(f"local-dir:{found.dir}", device="cpu")
    assert model.context_length == 12
    config = json.loads((found.dir / "config.json").read_text())
    assert config["pair_cfg"]["text"]["name"].endswith("/reader")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("EYES EYES", "has no text tower"),
        ("READER READER", "has no image tower"),
        ("EYES cutis-tny", "Did you mean 'cutis-tiny'"),
        ("EYES READER --split test", "would train on the test rows"),
        ("EYES READER --split nowhere", "no split 'nowhere'"),
        ("EYES cutis-tiny --templates none.yaml", "templates none.yaml cannot be used"),
        ("EYES READER --label-column lesion_id --targets captions --caption-column split",
         "have no captions to learn from"),
        ("EYES READER --images OTHER", "None of the 72 images"),
        ("EYES READER --pooling sum", "no pooling 'sum'"),
        ("EYES READER --dim 0", "--dim: input should be greater than 0"),
        ("EYES READER --val-share 1", "--val-share: input should be less than 1"),
    ],
)  # fmt: skip
def test_mistakes_are_one_paragraph_and_code_2(
    world: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: str, said: str
):
    (tmp_path / "nothing").mkdir()
    for name, value in {
        "EYES": f"timm:test_vit@{world / 'eyes.safetensors'}",
        "READER": f"local-dir:{world / 'reader'}",
        "OTHER": str(tmp_path / "nothing"),
    }.items():
        words = words.replace(name, value)
    command = f"models pair {words} --data {world / 'table.csv'} -o {tmp_path / 'pair'} " \
        f"--cache {world / 'cache'} --device cpu"  # fmt: skip
    assert cli.run(shlex.split(command)) == 2
    message = capsys.readouterr().err.strip()
    assert said in message
    assert "Traceback" not in message
    assert len(message.splitlines()) == 1


def test_a_tokenizer_that_is_not_here_is_noticed_first(settings, world: Path, tmp_path: Path):
    reader = shutil.copytree(world / "reader", tmp_path / "reader")
    (reader / "tokenizer.json").unlink()
    with pytest.raises(CutisError, match="tokenizer is not on this machine"):
        pair(settings(text=f"local-dir:{reader}"))
    assert not (tmp_path / "pair").exists()


def test_the_recorded_command_makes_the_same_pair(paired: Path, monkeypatch):
    import cutis.tasks.pair as home

    run = json.loads((paired / "run.json").read_text())
    seen = []

    def keep(config: PairConfig) -> None:
        seen.append(config.model_dump(mode="json"))

    keep.__annotations__ = {"config": PairConfig}
    monkeypatch.setattr(home, "pair", keep)
    assert cli.run(shlex.split(run["command"])[1:]) == 0
    recorded = yaml.safe_load((paired / "config.yaml").read_text())
    recorded.pop("verb")
    assert seen == [recorded]


def test_probabilities_of_the_pair_are_those_of_its_scale(
    paired: Path, world: Path, tmp_path: Path
):
    base = f"zero-shot --data {world / 'table.csv'} --model local-dir:{paired} --n-bootstrap 100 " \
        f"--cache {world / 'cache'}"  # fmt: skip
    scale = load_model(f"local-dir:{paired}").card.zero_shot_scale
    assert cli.run(shlex.split(f"{base} -o {tmp_path / 'own'}")) == 0
    assert cli.run(shlex.split(f"{base} --scale {scale} -o {tmp_path / 'given'}")) == 0
    own, given = (read_predictions(tmp_path / name).probs_nc for name in ("own", "given"))
    np.testing.assert_array_equal(own, given)
