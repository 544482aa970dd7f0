"""Single-image differentials: ranked, in text and JSON, unreadable images survived."""

from __future__ import annotations

import json

import numpy as np
import pytest
from pydantic import ValidationError

from cutis.errors import CutisError
from cutis.tasks.predict import (
    Differential,
    PredictConfig,
    PredictResult,
    predict,
    rank_classes,
    read_images,
)


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


def result(ranked, **more) -> PredictResult:
    """An answer for one picture."""
    given = {"unreadable": (), "about": {"model": {"name": "m"}}, "top": 5, "as_json": False}
    return PredictResult((Differential("a.png", ranked),), **(given | more))


RANKED = (("nevus", 0.75), ("melanoma", 0.25), ("wart", 0.0))


def test_only_the_top_is_shown_and_everything_is_kept():
    made = result(RANKED, top=2)
    lines = made.render().splitlines()
    assert lines[1:3] == [
        "  1. nevus      75.0 %  " + "█" * 18,
        "  2. melanoma   25.0 %  " + "█" * 6,
    ]
    assert "wart" not in made.render()
    assert len(made.to_json()["images"][0]["differential"]) == 3
    assert "Model m; only the named classes were considered." in lines[-1]


def test_a_probe_is_named_with_what_it_learnt_from():
    probe = {"kind": "linear", "dataset": "ham10000", "run": "r1"}
    said = result(RANKED, about={"model": {"name": "m"}, "probe": probe}).render()
    assert "Answered by a linear probe fitted on ham10000 (run r1)" in said
    assert "probe" not in result(RANKED).render()


def test_remarks_and_unreadable_pictures_are_in_both_forms():
    made = result(RANKED, remarks=("Mind this.",), unreadable=(("b.png", "truncated"),))
    assert made.exit_code == 1
    assert "b.png: not read, truncated" in made.render()
    assert "Mind this." in made.render()
    record = json.loads(result(RANKED, remarks=("Mind this.",), as_json=True).render())
    assert record["remarks"] == ["Mind this."]
    assert made.to_json()["unreadable"] == [{"image": "b.png", "reason": "truncated"}]


def test_ties_keep_the_given_order():
    names = ["b", "a", "c"]
    assert [n for n, _ in rank_classes(names, np.array([0.25, 0.25, 0.5]))] == ["c", "b", "a"]
    assert [n for n, _ in rank_classes(names, np.full(3, 1 / 3))] == names


@pytest.mark.parametrize("more", [{"images": []}, {"top": 0}, {"scale": 0}, {"device": "tpu"}])
def test_impossible_settings_are_refused(tmp_path, more):
    with pytest.raises(ValidationError, match=next(iter(more))):
        PredictConfig(**({"images": [tmp_path / "a.png"]} | more))


def test_reasons_do_not_repeat_the_name(tmp_path):
    (tmp_path / "bad.png").write_bytes(b"nothing")
    readable, unreadable = read_images([tmp_path / "bad.png", tmp_path / "none.png"])
    assert readable == []
    for name, reason in unreadable:
        assert name not in reason
        assert reason


def test_nothing_is_written_when_nothing_could_be_read(colour_model, tmp_path):
    output = tmp_path / "out.json"
    with pytest.raises(CutisError, match="No image could be read"):
        predict(PredictConfig(images=[tmp_path / "none.png"], classes="red,green", output=output))
    assert not output.exists()
