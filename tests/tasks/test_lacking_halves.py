"""Every verb that needs a half which the model lacks says so on the command line, with code 2."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import torch

from cutis import cli
from tests.models.small import write_safetensors
from tests.models.small_text import write_sentence


@pytest.fixture(scope="module")
def text_only(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("text")
    write_sentence(folder)
    return f"local-dir:{folder}"


@pytest.fixture(scope="module")
def vision_only(tmp_path_factory: pytest.TempPathFactory) -> str:
    import timm

    torch.manual_seed(0)
    state = timm.create_model("test_vit", pretrained=False).state_dict()
    path = write_safetensors(tmp_path_factory.mktemp("vision") / "w.safetensors", state)
    return f"timm:test_vit@{path}"


def words(verb: str, table: Path, model: str, output: Path) -> list[str]:
    if verb == "predict":
        image = next((table.parent / "images").iterdir())
        return ["predict", str(image), "--classes", "red,green", "--model", model]
    return [verb, "--data", str(table), "--model", model, "-o", str(output)]


@pytest.mark.parametrize(
    ("verb", "half", "said"),
    [
        ("zero-shot", "vision_only", "no text tower"),
        ("zero-shot", "text_only", "no image tower"),
        ("predict", "vision_only", "no text tower"),
        ("predict", "text_only", "no image tower"),
        ("embed", "text_only", "no image tower"),
        ("retrieve", "text_only", "no image tower"),
        ("retrieve", "vision_only", "no text tower"),
    ],
)
def test_the_lacking_half_is_told(
    request: pytest.FixtureRequest,
    capsys: pytest.CaptureFixture[str],
    colour_table: Path,
    tmp_path: Path,
    verb: str,
    half: str,
    said: str,
):
    model = request.getfixturevalue(half)
    if verb == "retrieve":
        frame = pd.read_csv(colour_table)
        frame.assign(caption="a " + frame["label"]).to_csv(colour_table, index=False)
    assert cli.run(words(verb, colour_table, model, tmp_path / "run")) == 2
    shown = capsys.readouterr().err
    message = shown.strip().splitlines()[-1]
    assert said in message
    assert "Traceback" not in shown
    assert "on this machine cutis-tiny" in message
    order = f"{model} cutis-tiny" if half == "vision_only" else f"cutis-tiny {model}"
    assert f"cutis models pair {order} --data TABLE -o PAIR" in message
    assert not (tmp_path / "run").exists()
