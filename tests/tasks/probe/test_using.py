"""A fitted probe answers new images, and only for the model it was fitted on."""

from __future__ import annotations

import json

import pytest

from cutis import cli
from cutis.errors import CutisError
from cutis.predictions import read_predictions
from cutis.tasks.predict import PredictConfig, predict
from cutis.tasks.probe import probe
from cutis.tasks.probe.saving import load_probe


@pytest.mark.parametrize(
    "more",
    [{}, {"protocol": "panderm"}, {"method": "knn"}, {"method": "mean"}, {"method": "cache"}],
    ids=lambda more: "-".join(more.values()) or "linear",
)
def test_the_saved_probe_answers_as_in_its_run(colour_model, settings, tmp_path, more):
    run = probe(settings(**more)).dir
    made = read_predictions(run)
    image = tmp_path / "images" / made.table["image"].iloc[3]
    found = predict(PredictConfig(images=[image], probe=run))
    answered = dict(found.differentials[0].ranked)
    expected = dict(zip(made.classes, made.probs_nc[3], strict=True))
    assert answered == pytest.approx(expected, abs=1e-9)
    assert found.to_json()["probe"]["run"] == "run"
    assert not list(run.rglob("*.p*kl"))


def test_predict_by_a_probe_on_the_command_line(colour_model, settings, tmp_path, capsys):
    run = probe(settings()).dir
    capsys.readouterr()
    assert cli.run(["predict", str(tmp_path / "images" / "00.png"), "--probe", str(run)]) == 0
    said = capsys.readouterr().out
    assert "1. red" in said
    assert "Research use only" in said


def test_another_model_is_refused(colour_model, settings, tmp_path):
    run = probe(settings()).dir
    colour_model.weights_sha256 = "1" * 64
    with pytest.raises(CutisError, match=r"differs in weights_sha256.*cutis probe --model"):
        predict(PredictConfig(images=[tmp_path / "images" / "00.png"], probe=run))


@pytest.mark.parametrize("more", [{"classes": "red,green"}, {"plain_names": True}, {"scale": 2.0}])
def test_settings_of_prompts_are_refused(colour_model, settings, tmp_path, more):
    run = probe(settings()).dir
    with pytest.raises(CutisError, match="is of prompts"):
        predict(PredictConfig(images=[tmp_path / "images" / "00.png"], probe=run, **more))


def test_a_folder_without_a_probe_is_refused(tmp_path):
    with pytest.raises(CutisError, match=r"holds no fitted probe.*cutis probe --data"):
        predict(PredictConfig(images=[tmp_path / "x.png"], probe=tmp_path))


def test_a_damaged_probe_is_refused(colour_model, settings):
    run = probe(settings()).dir
    numbers = run / "fitted" / "probe.safetensors"
    numbers.write_bytes(numbers.read_bytes()[:-1] + b"?")
    with pytest.raises(CutisError, match="damaged"):
        load_probe(run)
    (run / "fitted" / "probe.json").write_text("[]")
    with pytest.raises(CutisError, match="damaged"):
        load_probe(run)


def test_what_was_fitted_is_on_record(colour_model, settings):
    run = probe(settings(c=(0.1, 1.0))).dir
    facts = json.loads((run / "fitted" / "probe.json").read_text())
    assert facts["format"] == "cutis.fitted-probe/1"
    assert facts["classes"] == ["blue", "green", "red"]
    assert facts["model"]["name"] == "cutis-tiny"
    assert facts["fitted_on"] == "train"
    assert facts["chosen"]["c"] in (0.1, 1.0)
