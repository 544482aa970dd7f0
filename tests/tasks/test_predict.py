"""Single-image differentials: ranked, in text and JSON, unreadable images survived."""

from __future__ import annotations

import json

import pytest

from cutis.errors import CutisError
from cutis.tasks.predict import PredictConfig, predict


def images(folder, *numbers):
    return [folder / "images" / f"{n:02d}.png" for n in numbers]


def test_the_right_colour_comes_first(colour_model, colour_table, tmp_path):
    result = predict(PredictConfig(images=images(tmp_path, 0, 1, 2), classes="red,green,blue"))
    first = [d.ranked[0][0] for d in result.differentials]
    assert first == ["red", "green", "blue"]
    for d in result.differentials:
        probabilities = [p for _, p in d.ranked]
        assert probabilities == sorted(probabilities, reverse=True)
        assert sum(probabilities) == pytest.approx(1)
    assert "Research use only" in result.render()
    assert result.exit_code == 0


def test_json_is_printed_and_written(colour_model, colour_table, tmp_path):
    output = tmp_path / "out.json"
    result = predict(
        PredictConfig(
            images=images(tmp_path, 0), classes="red,green", json_output=True, output=output
        )
    )
    printed = json.loads(result.render())
    assert printed == json.loads(output.read_text())
    assert printed["images"][0]["differential"][0]["diagnosis"] == "red"
    assert printed["model"]["weights_sha256"] == colour_model.weights_sha256
    assert printed["prompts"]["n_prompts"] > 0


def test_an_unreadable_image_does_not_stop_the_others(colour_model, colour_table, tmp_path):
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(b"nothing")
    result = predict(PredictConfig(images=[bad, *images(tmp_path, 0)], classes="red,green", top=1))
    assert result.exit_code == 1
    assert len(result.differentials) == 1
    assert "bad.jpg: not read" in result.render()
    with pytest.raises(CutisError, match="No image could be read"):
        predict(PredictConfig(images=[bad], classes="red,green"))


def test_card_names_give_the_classes(colour_model, colour_table, tmp_path):
    result = predict(PredictConfig(images=images(tmp_path, 0), classes="ham10000"))
    assert len(result.differentials[0].ranked) == 7
