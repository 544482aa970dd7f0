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


def pictures(*colours: tuple[int, int, int]):
    """Pictures of one colour each."""
    from PIL import Image

    return [Image.new("RGB", (9, 9), colour) for colour in colours]


def test_a_probe_answers_with_its_own_classes_and_says_whose_it_is(run, loaded):
    found = by_probe(PredictConfig(images=["a.png"], probe=run))(
        pictures((200, 30, 30), (30, 200, 30))
    )
    assert found.classes == ("red", "green")
    assert found.probs_nc.argmax(axis=1).tolist() == [0, 1]
    # The weights say: the difference of red and green, twice over.
    margin = 2 * 170 / 255
    assert found.probs_nc[0, 0] == pytest.approx(1 / (1 + np.exp(-margin)), abs=1e-6)
    assert found.about["probe"] == {
        "run": "run", "kind": "linear", "fitted_on": None, "dataset": None, "chosen": None,
    }  # fmt: skip
    assert found.remarks == ()


def test_several_pictures_are_answered_as_one_by_one(run, loaded, tmp_path):
    colours = ((200, 30, 30), (90, 80, 70), (30, 200, 30))
    for make in (
        lambda: by_probe(PredictConfig(images=["a.png"], probe=run)),
        lambda: by_prompts(PredictConfig(images=["a.png"], classes="red,green")),
    ):
        together = make()(pictures(*colours)).probs_nc
        alone = [make()(pictures(colour)).probs_nc[0] for colour in colours]
        assert together == pytest.approx(np.array(alone), abs=1e-9)


def test_an_unfamiliar_class_is_remarked_upon(loaded):
    answer = by_prompts(PredictConfig(images=["a.png"], classes="melanomma,nevus"))
    (remark,) = answer(pictures((200, 30, 30))).remarks
    assert "did you mean 'melanoma'" in remark


@pytest.mark.parametrize(
    ("more", "flag"),
    [({"classes": "a,b"}, "--classes"), ({"templates": "clinical"}, "--templates"),
     ({"plain_names": True}, "--plain-names"), ({"scale": 5.0}, "--scale")],
)  # fmt: skip
def test_settings_of_prompts_beside_a_probe_name_the_flag(run, loaded, more, flag):
    with pytest.raises(CutisError, match=f"{flag} is of prompts.*leave {flag} or --probe out"):
        by_probe(PredictConfig(images=["a.png"], probe=run, **more))
    assert loaded == []


def test_a_model_of_half_a_kind_cannot_answer_by_prompts(colour_model, monkeypatch):
    colour_model.has_text = False
    answer = by_prompts(PredictConfig(images=["a.png"], classes="red,green"))
    with pytest.raises(CutisError, match="no text tower"):
        answer(pictures((200, 30, 30)))
