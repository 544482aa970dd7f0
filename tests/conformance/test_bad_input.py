"""Every bad input, at the command line: one paragraph, the fix, exit 2, nothing lost."""

from __future__ import annotations

import errno
import json
import pickle
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

from cutis import cli
from tests.models.small import cae_state, write_safetensors


@pytest.fixture
def folder(tmp_path) -> Path:
    """Eight pictures and a table that is in order."""
    for i in range(8):
        Image.new("RGB", (32, 32), (20 * i, 90, 120)).save(tmp_path / f"{i}.png")
    rows = [{"image": f"{i}.png", "label": ["nevus", "melanoma"][i % 2]} for i in range(8)]
    pd.DataFrame(rows).to_csv(tmp_path / "table.csv", index=False)
    return tmp_path


def change(folder: Path, edit) -> None:
    frame = pd.read_csv(folder / "table.csv")
    edit(frame).to_csv(folder / "table.csv", index=False)


def refused(capsys, *words: object) -> str:
    """Run a command line that must be refused, and return what it said."""
    assert cli.run([str(word) for word in words]) == 2
    *progress, said = capsys.readouterr().err.strip().splitlines()
    assert all(line.startswith(("Features: ", "Loading model ")) for line in progress)
    assert said.startswith("cutis: ")
    assert "To fix it: " in said or "See --help" in said
    return said


def zero_shot(folder: Path, *more: object) -> list[object]:
    return ["zero-shot", "--data", folder / "table.csv", "-o", folder / "run", *more]


TABLES = {
    "no image column": (lambda t: t.rename(columns={"image": "thing"}), "thing"),
    "two candidates": (lambda t: t.assign(filename=t["image"].to_numpy()[::-1]), "--image-column"),
    "a path that escapes": (lambda t: t.assign(image="../../etc/passwd"), "passwd"),
    "one class": (lambda t: t.assign(label="nevus"), "nevus"),
    "an empty table": (lambda t: t.iloc[:0], "table.csv"),
}


@pytest.mark.parametrize("name", TABLES)
def test_tables(folder, capsys, name):
    edit, said = TABLES[name]
    change(folder, edit)
    assert said in refused(capsys, *zero_shot(folder))
    assert not (folder / "run").exists()


def test_a_label_that_is_not_in_the_card(folder, capsys):
    card = folder / "card.yaml"
    card.write_text("name: mine\nclasses: [nevus, melanosis]\n")
    said = refused(capsys, *zero_shot(folder, "--card", card))
    assert "melanoma" in said
    assert "melanosis" in said


MODELS = {
    "cutis-tny": "cutis-tiny",
    "some/model": "hf-hub:some/model",
    "./some/folder": "local-dir:",
    "hf-hub:some/model": "local-dir:",
    "": "cutis-tiny",
}


@pytest.mark.parametrize("name", MODELS)
def test_model_names(folder, capsys, monkeypatch, name):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr("cutis.models.hub._online", lambda: False)
    assert MODELS[name] in refused(capsys, *zero_shot(folder, "--model", name))


class Bomb:
    """A pickle that would run a command when it is loaded the usual way."""

    def __init__(self, victim: Path) -> None:
        self.victim = victim

    def __reduce__(self):
        return (Path.touch, (self.victim,))


def other_layout(folder: Path) -> Path:
    return write_safetensors(
        folder / "x.safetensors", {"encoder.mystery": cae_state()["logit_scale"]}
    )


def missing_tensor(folder: Path) -> Path:
    state = cae_state()
    del state["visual.blocks.0.attn.qkv.weight"]
    return write_safetensors(folder / "x.safetensors", state)


def extra_tensor(folder: Path) -> Path:
    state = cae_state()
    return write_safetensors(
        folder / "x.safetensors", state | {"visual.extra": state["visual.head.bias"]}
    )


def truncated(folder: Path) -> Path:
    path = write_safetensors(folder / "x.safetensors", cae_state())
    path.write_bytes(path.read_bytes()[:-1000])
    return path


def pickle_with_code(folder: Path) -> Path:
    path = folder / "x.pt"
    path.write_bytes(pickle.dumps({"state_dict": Bomb(folder / "victim")}))
    return path


CHECKPOINTS = {
    other_layout: "layout",
    missing_tensor: "visual.blocks.0.attn.qkv.weight",
    extra_tensor: "visual.extra",
    truncated: "x.safetensors",
    pickle_with_code: "x.pt",
}


@pytest.mark.parametrize("make", CHECKPOINTS, ids=lambda f: f.__name__)
def test_checkpoints(folder, capsys, make):
    path = make(folder)
    said = refused(capsys, *zero_shot(folder, "--model", f"dermlip-panderm@{path}"))
    assert CHECKPOINTS[make] in said
    assert not (folder / "victim").exists()
    assert not (folder / "run").exists()


def test_a_model_without_text(folder, capsys):
    import timm

    state = timm.create_model("test_vit", pretrained=False, num_classes=0).state_dict()
    path = write_safetensors(folder / "vit.safetensors", state)
    said = refused(capsys, *zero_shot(folder, "--model", f"timm:test_vit@{path}"))
    assert "cutis-tiny" in said


def test_a_full_disk_loses_nothing(folder, capsys, monkeypatch):
    run = [str(word) for word in zero_shot(folder, "--n-bootstrap", "100")]
    import cutis.predictions as predictions

    def full(*arguments, **options):
        raise OSError(errno.ENOSPC, "No space left on device", "predictions.parquet")

    with monkeypatch.context() as patch:
        patch.setattr("pyarrow.parquet.write_table", full)
        assert "disk is full" in refused(capsys, *run)
    assert not (folder / "run" / "predictions.parquet").exists()
    assert cli.run(run) == 0
    assert len(predictions.read_predictions(folder / "run")) == 8


def test_two_processes_on_one_run_directory(folder, capsys):
    holder = (
        "import sys, time\nfrom filelock import FileLock\n"
        f"lock = FileLock({str(folder / 'run' / '.lock')!r})\n"
        "lock.acquire()\nprint('held', flush=True)\nsys.stdin.read()\n"
    )
    (folder / "run").mkdir()
    with subprocess.Popen(
        [sys.executable, "-c", holder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        assert "Another process" in refused(capsys, *zero_shot(folder))
        assert process.stdin is not None
        process.stdin.close()
    assert cli.run([str(w) for w in zero_shot(folder, "--n-bootstrap", "100")]) == 0


def test_killed_twice_and_then_finished(folder, capsys):
    """Kill the command while it embeds, twice; the third time it finishes as if undisturbed."""
    words = [str(word) for word in zero_shot(folder, "--n-bootstrap", "100")]
    code = (
        "import os, signal\nfrom cutis import cli\nimport cutis.features.store as store\n"
        "def die(*a, **k):\n    os.kill(os.getpid(), signal.SIGKILL)\n"
        "store.FeatureStore.add_shard = die\n"
        f"cli.run({words!r})\n"
    )
    for _ in range(2):
        assert subprocess.run([sys.executable, "-c", code], capture_output=True).returncode == -9
        assert not (folder / "run" / "run.json").exists()
    assert cli.run(words) == 0
    record = json.loads((folder / "run" / "run.json").read_text())
    assert record["status"] == "finished"
    assert record["dataset"]["counts"]["evaluated"] == 8
