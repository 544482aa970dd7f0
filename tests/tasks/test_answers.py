"""Prompts and probes as what answers: which model is loaded, and when."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cutis import cli
from cutis.errors import CutisError
from cutis.tasks.answers import by_probe, by_prompts
from cutis.tasks.predict import PredictConfig
from cutis.tasks.probe.linear import LinearProbe
from cutis.tasks.probe.saving import save_probe


@pytest.fixture
def loaded(colour_model, monkeypatch) -> list[tuple[str, dict]]:
    """Names and options of the models that are loaded."""
    seen = []

    def load(name, **options):
        seen.append((name, options))
        return replace(colour_model, name=name)

    monkeypatch.setattr("cutis.models.load_model", load)
    return seen


@pytest.fixture
def run(tmp_path, colour_model):
    """A probe of the model 'mine' that says red where there is more red than green."""
    weight = np.array([[1.0, -1.0, 0.0], [-1.0, 1.0, 0.0]])
    probe = LinearProbe(weight, np.zeros(2), np.arange(2), 2)
    options = {"pooling": "default", "image_size": 96, "norm": None}
    model = {"name": "mine", "identity": {**colour_model.identity(), "name": "mine"},
             "input_options": options}  # fmt: skip
    save_probe(tmp_path / "run", probe, {"classes": ["red", "green"], "model": model})
    return tmp_path / "run"


def test_the_probes_own_model_is_loaded_as_it_was(run, loaded, colour_table, tmp_path, capsys):
    image = str(tmp_path / "images" / "01.png")
    assert cli.run(["predict", image, "--probe", str(run)]) == 0
    assert "1. green" in capsys.readouterr().out
    ((name, options),) = loaded
    assert name == "mine"
    assert options["image_size"] == 96


def test_the_default_model_by_name_is_another_one(run, loaded, colour_table, tmp_path, capsys):
    words = ["predict", str(tmp_path / "images" / "01.png"), "--probe", str(run)]
    assert cli.run([*words, "--model", "cutis-tiny"]) == 2
    said = capsys.readouterr().err
    assert "differs in name" in said
    assert "cutis probe --model cutis-tiny" in said


def test_wrong_settings_are_refused_before_a_model_is_loaded(tmp_path, loaded):
    with pytest.raises(CutisError, match="holds no fitted probe"):
        by_probe(PredictConfig(images=[tmp_path / "a.png"], probe=tmp_path))
    with pytest.raises(CutisError, match="no dataset card"):
        by_prompts(PredictConfig(images=[tmp_path / "a.png"], classes="red"))
    assert loaded == []


def test_prompts_answer_as_before(loaded, colour_table, tmp_path):
    from PIL import Image

    answer = by_prompts(PredictConfig(images=[tmp_path / "a.png"], classes="red,green"))
    found = answer([Image.new("RGB", (9, 9), (200, 30, 30))])
    assert found.classes == ("red", "green")
    assert found.probs_nc.argmax() == 0
    assert "prompts" in found.about
