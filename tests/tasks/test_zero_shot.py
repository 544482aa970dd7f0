"""Zero-shot diagnosis on images and a model whose right answers are known."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError
from sklearn.metrics import balanced_accuracy_score

from cutis.config import command_line
from cutis.data import load_dataset
from cutis.errors import CutisError
from cutis.predictions import read_predictions
from cutis.tasks.zero_shot import ZeroShotConfig, predict_dataset, zero_shot


def config(table: Path, output: Path, **more) -> ZeroShotConfig:
    return ZeroShotConfig(data=table, output=output, n_bootstrap=100, **more)


def test_known_answers_are_found(colour_model, colour_table, tmp_path):
    result = zero_shot(config(colour_table, tmp_path / "run", images=tmp_path / "images"))
    made = read_predictions(result.dir)
    truth = pd.read_csv(colour_table)
    assert len(made) == 60
    colours = [("red", "green", "blue")[i % 3] for i in range(60)]
    assert made.table["predicted"].tolist() == colours  # the model is never wrong about colour
    assert made.table["label"].tolist() == truth["label"].tolist()
    expected = balanced_accuracy_score(truth["label"], colours)
    record = result.metrics["metrics"]["balanced_accuracy"]
    assert record["value"] == pytest.approx(expected)
    assert record["low"] < expected < record["high"]
    assert record["n"] == 60
    assert result.metrics["n_groups"] == 30
    assert result.metrics["grouping"] == "lesion_id"
    assert np.allclose(made.probs_nc.sum(axis=1), 1)


def test_the_run_directory_is_complete(colour_model, colour_table, tmp_path):
    result = zero_shot(config(colour_table, tmp_path / "run", csv=True))
    names = {p.name for p in result.dir.iterdir()}
    assert {
        "config.yaml", "run.json", "log.jsonl", "predictions.parquet", "predictions.csv",
        "metrics.json", "thumbs", "report.html",
    } <= names  # fmt: skip
    record = json.loads((result.dir / "run.json").read_text())
    assert record["inputs"]["model"]["weights_sha256"] == colour_model.weights_sha256
    assert record["dataset"]["counts"]["rows_in_table"] == 60
    assert record["dataset"]["counts"]["evaluated"] == 60
    assert record["dataset"]["counts"]["groups"] == 30
    assert record["prompts"]["n_prompts"] == len(colour_model.texts_seen)
    assert "Research use only" in record["disclaimer"]
    assert set(result.metrics["subgroups"]) == {"age", "sex"}


def test_the_same_command_again_does_nothing(colour_model, colour_table, tmp_path, monkeypatch):
    first = zero_shot(config(colour_table, tmp_path / "run"))
    before = {p: p.stat().st_mtime_ns for p in first.dir.rglob("*.parquet")}
    monkeypatch.setattr(
        type(colour_model), "embed_pixels", lambda *a: pytest.fail("images embedded again")
    )
    again = zero_shot(config(colour_table, tmp_path / "run"))
    assert "nothing to do" in again.render()
    assert again.metrics == first.metrics
    assert before == {p: p.stat().st_mtime_ns for p in first.dir.rglob("*.parquet")}


def test_other_malignant_classes_of_the_card_are_another_run(colour_model, colour_table, tmp_path):
    card = tmp_path / "card.yaml"

    def positives(malignant: str) -> list[str]:
        card.write_text(f"name: mine\nclasses: [red, green, blue]\nmalignant: [{malignant}]\n")
        result = zero_shot(config(colour_table, tmp_path / "run", card=[str(card)]))
        block = result.metrics["operating_points"]
        record = json.loads((result.dir / "run.json").read_text())
        assert record["inputs"]["positive_classes"] == malignant.split(", ")
        return list(block)

    assert positives("red") == ["red"]
    assert positives("green, blue") == ["green", "blue"]


def test_a_lost_output_is_made_again(colour_model, colour_table, tmp_path):
    first = zero_shot(config(colour_table, tmp_path / "run"))
    (first.dir / "metrics.json").unlink()
    again = zero_shot(config(colour_table, tmp_path / "run"))
    assert again.metrics == first.metrics
    assert (again.dir / "metrics.json").exists()


def test_a_changed_image_is_noticed(colour_model, colour_table, tmp_path):
    first = zero_shot(config(colour_table, tmp_path / "run"))
    red, green = tmp_path / "images" / "00.png", tmp_path / "images" / "01.png"
    red.write_bytes(green.read_bytes())
    again = zero_shot(config(colour_table, tmp_path / "run"))
    assert read_predictions(first.dir).table["predicted"].iloc[0] == "green"
    assert "nothing to do" not in again.render()


def test_unreadable_images_are_listed_and_survived(colour_model, colour_table, tmp_path):
    (tmp_path / "images" / "07.png").write_bytes(b"not a picture")
    (tmp_path / "images" / "09.png").unlink()
    result = zero_shot(config(colour_table, tmp_path / "run"))
    errors = pd.read_csv(result.dir / "errors.csv")
    assert len(errors) == 2
    assert len(read_predictions(result.dir)) == 58
    assert result.metrics["n"] == 58
    assert "2 images could not be read" in result.render()


def test_no_readable_image_is_an_error(colour_model, colour_table, tmp_path):
    for path in (tmp_path / "images").iterdir():
        path.write_bytes(b"")
    with pytest.raises(CutisError, match="None of the 60 images"):
        zero_shot(config(colour_table, tmp_path / "run"))


def test_a_missing_folder_is_noticed_before_a_model_is_loaded(colour_table, tmp_path, monkeypatch):
    monkeypatch.setattr("cutis.models.load_model", lambda *a, **k: pytest.fail("model loaded"))
    for path in (tmp_path / "images").iterdir():
        path.unlink()
    with pytest.raises(CutisError, match="--images FOLDER"):
        zero_shot(config(colour_table, tmp_path / "run"))
    assert not (tmp_path / "run").exists()


def test_forbidden_pictures_are_told_of(colour_model, colour_table, tmp_path):
    card = tmp_path / "card.yaml"
    card.write_text("name: mine\nclasses: [red, green, blue]\nshare_images: false\n")
    result = zero_shot(config(colour_table, tmp_path / "run", card=str(card)))
    assert "--no-pictures" in result.render()
    assert "accuracy 0.3" in result.render()  # the baseline of each


def test_rows_without_labels_are_predicted_not_measured(colour_model, colour_table, tmp_path):
    frame = pd.read_csv(colour_table)
    frame.loc[[0, 1], "label"] = None
    frame.to_csv(colour_table, index=False)
    result = zero_shot(config(colour_table, tmp_path / "run"))
    assert len(read_predictions(result.dir)) == 60
    assert result.metrics["n"] == 58


def test_a_table_without_labels_is_predicted(colour_model, colour_table, tmp_path):
    pd.read_csv(colour_table).drop(columns="label").to_csv(colour_table, index=False)
    result = zero_shot(config(colour_table, tmp_path / "run", classes="red,green,blue"))
    assert result.metrics is None
    assert not (result.dir / "metrics.json").exists()
    assert (result.dir / "report.html").exists()


@pytest.fixture
def split_table(colour_table):
    frame = pd.read_csv(colour_table)
    frame["split"] = ["train"] * 30 + ["test"] * 30
    frame.to_csv(colour_table, index=False)
    return colour_table


@pytest.mark.parametrize(("split", "n"), [(None, 30), ("train", 30), ("all", 60)])
def test_split_choice(colour_model, split_table, tmp_path, split, n):
    assert zero_shot(config(split_table, tmp_path / "run", split=split)).metrics["n"] == n


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"split": "tset"}, "no split 'tset'"),
        ({"classes": "red,green"}, "2 class names were given"),
        ({"classes": "red"}, "no dataset card 'red'"),
    ],
)
def test_wrong_choices_are_refused(colour_model, split_table, tmp_path, more, said):
    with pytest.raises(CutisError, match=said):
        zero_shot(config(split_table, tmp_path / "run", **more))
    assert not (tmp_path / "run").exists()


def test_one_class_is_refused(colour_model, colour_table, tmp_path):
    frame = pd.read_csv(colour_table)
    frame["label"] = "red"
    frame.to_csv(colour_table, index=False)
    with pytest.raises(CutisError, match="only 'red'"):
        zero_shot(config(colour_table, tmp_path / "run"))
    with pytest.raises(CutisError, match="at least two classes"):
        card = tmp_path / "card.yaml"
        card.write_text("name: colours\nclasses: [red, green]\n")
        zero_shot(config(colour_table, tmp_path / "run", card=str(card)))


def test_numbers_are_no_names(colour_model, colour_table, tmp_path):
    frame = pd.read_csv(colour_table)
    frame["label"] = frame["label"].map({"red": 0, "green": 1, "blue": 2})
    frame.to_csv(colour_table, index=False)
    with pytest.raises(CutisError, match="only numbered"):
        zero_shot(config(colour_table, tmp_path / "run"))
    result = zero_shot(config(colour_table, tmp_path / "run", classes="red,green,blue"))
    assert read_predictions(result.dir).table["predicted"].iloc[0] == "red"


def test_a_model_without_text_is_refused(colour_model, colour_table, tmp_path):
    colour_model.has_text = False
    with pytest.raises(CutisError, match="no text tower"):
        zero_shot(config(colour_table, tmp_path / "run"))


def test_templates_change_the_prompts(colour_model, colour_table, tmp_path):
    templates = tmp_path / "templates.yaml"
    templates.write_text("- a picture of {}\n- '{} skin'\n")
    zero_shot(config(colour_table, tmp_path / "run", templates=str(templates), plain_names=True))
    assert sorted(colour_model.texts_seen) == sorted(
        t.format(c) for c in ("red", "green", "blue") for t in ("a picture of {}", "{} skin")
    )


def test_bad_templates_are_refused(colour_model, colour_table, tmp_path):
    templates = tmp_path / "templates.yaml"
    templates.write_text("- a picture without a place for the class\n")
    with pytest.raises(CutisError, match="templates"):
        zero_shot(
            config(colour_table, tmp_path / "run", templates=str(templates), plain_names=True)
        )


def test_other_settings_in_the_same_folder_are_refused(colour_model, colour_table, tmp_path):
    zero_shot(config(colour_table, tmp_path / "run"))
    with pytest.raises(CutisError, match="other settings"):
        zero_shot(config(colour_table, tmp_path / "run", seed=1))


def test_dry_run_writes_nothing(colour_model, colour_table, tmp_path):
    result = zero_shot(config(colour_table, tmp_path / "run", dry_run=True))
    assert not (tmp_path / "run").exists()
    assert "60 to evaluate" in result.render()


def test_scale_sharpens_without_changing_the_order(colour_model, colour_table, tmp_path):
    soft = zero_shot(config(colour_table, tmp_path / "soft", scale=1.0))
    hard = zero_shot(config(colour_table, tmp_path / "hard"))
    p_soft, p_hard = read_predictions(soft.dir), read_predictions(hard.dir)
    assert (p_soft.probs_nc.argmax(1) == p_hard.probs_nc.argmax(1)).all()
    assert p_soft.probs_nc.max(1).mean() < p_hard.probs_nc.max(1).mean()


def test_the_recorded_command_makes_the_same_settings(tmp_path):
    from cutis.cli import build_app

    made = config(tmp_path / "t.csv", tmp_path / "r", csv=True, classes="a b,c", seed=3)
    import shlex

    words = shlex.split(command_line("zero-shot", made))[1:]
    seen = []
    import cutis.tasks.zero_shot as home

    original = home.zero_shot
    try:

        def keep(config: ZeroShotConfig) -> None:
            seen.append(config)

        keep.__annotations__ = {"config": ZeroShotConfig}
        home.zero_shot = keep
        build_app("zero-shot")(words, exit_on_error=False, result_action="return_value")
    finally:
        home.zero_shot = original
    assert seen == [made]


def test_the_published_layout_can_be_asked_for_later(colour_table, tmp_path):
    zero_shot(config(colour_table, tmp_path / "run"))
    before = (tmp_path / "run" / "metrics.json").read_text()
    zero_shot(config(colour_table, tmp_path / "run", csv=True))
    assert (tmp_path / "run" / "predictions.csv").exists()
    assert (tmp_path / "run" / "metrics.json").read_text() == before


@pytest.mark.parametrize(
    ("more", "said"),
    [({"scale": 0}, "scale"), ({"n_bootstrap": 99}, "n_bootstrap"), ({"confidence": 1.0}, "confid"),
     ({"precision": "fp16"}, "'fp32' or 'bf16'"), ({"batch_size": 0}, "batch_size"),
     ({"workers": -1}, "workers")],
)  # fmt: skip
def test_impossible_settings_are_refused(tmp_path, more, said):
    with pytest.raises(ValidationError, match=said):
        ZeroShotConfig(data=tmp_path / "t.csv", output=tmp_path / "r", **more)


def test_a_positive_class_that_is_none_is_refused(colour_model, colour_table, tmp_path):
    with pytest.raises(CutisError, match=r"no class 'reed'.*Did you mean 'red'"):
        zero_shot(config(colour_table, tmp_path / "run", positive=["reed"]))
    assert not (tmp_path / "run" / "run.json").exists()


def test_answers_stand_beside_the_rows_that_could_be_read(colour_table, tmp_path):
    dataset = load_dataset(colour_table)
    rows = np.array([0, 2, 15])
    features = SimpleNamespace(rows=rows, values_nd=np.eye(3, dtype=np.float32))
    probs = np.random.default_rng(0).dirichlet(np.ones(3), 3)
    classifier = SimpleNamespace(classes=dataset.classes, probabilities=lambda x: probs)
    made = predict_dataset(dataset, features, classifier, {"model": "m"})
    assert made.table["id"].tolist() == [dataset.ids[i] for i in rows]
    assert made.table["image"].tolist() == ["00.png", "02.png", "15.png"]
    assert np.array_equal(made.labels_n, dataset.labels[rows])
    assert made.table["group"].tolist() == ["L0", "L1", "L7"]
    assert made.table["split"].isna().all()
    assert made.table["age"].tolist() == ["under 30", "under 30", "30 to 49"]
    assert np.array_equal(made.probs_nc, probs)
    assert dict(made.provenance) == {"model": "m"}
