"""Annotation end to end with a model whose right answers are known."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from cutis import AnnotateConfig, annotate
from cutis.cli import run
from cutis.errors import CutisError

CONCEPTS = """
modality: clinical
concepts:
  - {id: red, label: red skin, synonyms: [red], group: colour}
  - {id: green, group: colour}
  - {id: blue, group: colour, columns: [is_blue]}
"""


@pytest.fixture
def concept_table(colour_table, tmp_path):
    """The single-coloured images, with answers in another order than the concepts."""
    table = pd.read_csv(colour_table)
    colour = pd.Series([["red", "green", "blue"][i % 3] for i in range(60)])
    table["is_blue"] = (colour == "blue").astype(int)
    table["Green"] = (colour == "green").map({True: "present", False: "absent"})
    table["RED"] = (colour == "red").astype(float)
    table.loc[:2, "RED"] = np.nan
    table.to_csv(colour_table, index=False)
    (tmp_path / "words.yaml").write_text(CONCEPTS)
    return colour_table


def config(table, tmp_path, **more):
    words = tmp_path / "words.yaml"
    given = {"data": table, "output": tmp_path / "run", "concepts": str(words), "n_bootstrap": 100}
    return AnnotateConfig(**{**given, **more})


def test_every_concept_is_recognised_by_name(colour_model, concept_table, tmp_path):
    result = annotate(config(concept_table, tmp_path, csv=True))
    record = json.loads((tmp_path / "run" / "metrics.json").read_text())
    assert record == result.metrics
    assert {n: p["column"] for n, p in record["per_concept"].items()} == {
        "red": "RED",
        "green": "Green",
        "blue": "is_blue",
    }
    assert [p["auroc"]["value"] for p in record["per_concept"].values()] == [1.0, 1.0, 1.0]
    assert record["per_concept"]["red"]["n"] == 57
    assert record["grouping"] == "lesion_id"
    assert record["metrics"]["mean_auroc"]["value"] == 1.0
    assert record["metrics"]["concepts_above_0.7"]["value"] == 3
    table = pd.read_parquet(tmp_path / "run" / "annotations.parquet")
    assert list(table.columns) == [
        "id", "image", "split", "group", "c:red", "c:green", "c:blue",
        "label:red", "label:green", "label:blue",
    ]  # fmt: skip
    assert table["group"].nunique() == 30
    pd.testing.assert_frame_equal(
        pd.read_csv(tmp_path / "run" / "annotations.csv")[["c:red"]], table[["c:red"]]
    )
    assert "mean  AUROC 1.000" in result.render()


def test_the_temperature_is_the_models_own_unless_asked(colour_model, concept_table, tmp_path):
    annotate(config(concept_table, tmp_path))
    record = json.loads((tmp_path / "run" / "concepts.json").read_text())
    assert record["temperature"] == pytest.approx(0.1)
    annotate(
        config(
            concept_table, tmp_path, temperature="published", variant="flattened",
            output=tmp_path / "other",
        )
    )  # fmt: skip
    record = json.loads((tmp_path / "other" / "concepts.json").read_text())
    assert record["temperature"] == pytest.approx(0.0101083, abs=1e-7)
    assert record["variant"] == "flattened"


def test_the_montage_shows_the_highest_scores_one_per_lesion(colour_model, concept_table, tmp_path):
    annotate(config(concept_table, tmp_path, top=4))
    record = json.loads((tmp_path / "run" / "run.json").read_text())
    table = pd.read_parquet(tmp_path / "run" / "annotations.parquet").set_index("id")
    for name, shown in record["top"].items():
        assert len(shown) == 4
        assert all(case["label"] in (1, None) for case in shown)
        assert len({table.loc[case["id"], "group"] for case in shown}) == 4
        assert shown[0]["score"] == pytest.approx(table[f"c:{name}"].max())
    page = (tmp_path / "run" / "report.html").read_text()
    assert page.count('src="data:image/jpeg') == 12
    assert "Research use only" in page
    assert "expert: shows it" in page
    assert run(["report", str(tmp_path / "run"), "--no-pictures"]) == 0
    assert "data:image" not in (tmp_path / "run" / "report.html").read_text()


def test_a_second_call_does_nothing_and_other_words_are_refused(
    colour_model, concept_table, tmp_path
):
    first = annotate(config(concept_table, tmp_path))
    again = annotate(config(concept_table, tmp_path))
    assert "finished before" in again.render()
    assert again.metrics == first.metrics
    with pytest.raises(CutisError, match="other settings"):
        annotate(config(concept_table, tmp_path, only="red"))
    (tmp_path / "words.yaml").write_text(CONCEPTS.replace("red skin", "red spot"))
    changed = annotate(config(concept_table, tmp_path))
    assert "finished before" not in changed.render()


def test_another_bound_is_another_run(colour_model, concept_table, tmp_path):
    """The words stay as they are, so the scores do; the answers and the AUROC do not."""
    table = pd.read_csv(concept_table)
    table["count"] = np.where(np.arange(60) % 3 == 0, 10, 8)
    table.loc[::4, "count"] = 0
    table.to_csv(concept_table, index=False)
    text = CONCEPTS.replace("synonyms: [red]", "columns: [{column: count, above: BOUND}]")
    found = {}
    for bound in ("7", "9"):
        (tmp_path / "words.yaml").write_text(text.replace("BOUND", bound))
        result = annotate(config(concept_table, tmp_path))
        assert "finished before" not in result.render()
        assert "finished before" in annotate(config(concept_table, tmp_path)).render()
        found[bound] = result.metrics["per_concept"]["red"]["n_positive"]
    assert found == {b: int((table["count"] > int(b)).sum()) for b in ("7", "9")}


def test_a_dry_run_writes_nothing(colour_model, concept_table, tmp_path):
    said = annotate(config(concept_table, tmp_path, dry_run=True)).render()
    assert "Concepts: 3 from words, 3 with answers" in said
    assert "60 to annotate" in said
    assert not (tmp_path / "run").exists()


def test_concepts_without_answers_are_scored_only(colour_model, colour_table, tmp_path):
    (tmp_path / "words.yaml").write_text(CONCEPTS)
    result = annotate(config(colour_table, tmp_path))
    assert result.metrics is None
    assert "no answers to compare" in result.render()
    assert not (tmp_path / "run" / "metrics.json").exists()
    assert "nothing could be compared" in (tmp_path / "run" / "report.html").read_text()


def test_several_models_give_one_run_each(colour_model, concept_table, tmp_path):
    result = annotate(config(concept_table, tmp_path, model=["one", "two"]))
    assert [r.metrics["metrics"]["mean_auroc"]["value"] for r in result.results] == [1.0, 1.0]
    assert (tmp_path / "run" / "one").is_dir()


def test_images_marked_unfit_are_left_out(colour_model, concept_table, tmp_path):
    table = pd.read_csv(concept_table)
    table["Do not consider this image"] = [1, *[0] * 59]
    table.to_csv(concept_table, index=False)
    result = annotate(config(concept_table, tmp_path))
    assert "1 images are marked" in result.render()
    assert len(pd.read_parquet(tmp_path / "run" / "annotations.parquet")) == 59


def test_unreadable_images_leave_the_answers_in_their_rows(colour_model, concept_table, tmp_path):
    (tmp_path / "images" / "04.png").write_bytes(b"no picture")
    result = annotate(config(concept_table, tmp_path))
    assert "1 images could not be read" in result.render()
    assert [p["auroc"]["value"] for p in result.metrics["per_concept"].values()] == [1, 1, 1]
    assert (tmp_path / "run" / "errors.csv").exists()


def test_a_constant_column_is_undefined_with_a_note(colour_model, concept_table, tmp_path):
    table = pd.read_csv(concept_table)
    table["is_blue"] = 0
    table.to_csv(concept_table, index=False)
    result = annotate(config(concept_table, tmp_path))
    assert result.metrics["per_concept"]["blue"]["auroc"]["value"] is None
    assert result.metrics["counted"] == ["red", "green"]
    assert "undefined  0 of 60 positive" in result.render()
    assert "no image shows it" in (tmp_path / "run" / "report.html").read_text()


def test_a_model_without_words_is_refused(colour_model, concept_table, tmp_path):
    colour_model.has_text = False
    with pytest.raises(CutisError, match="no text tower"):
        annotate(config(concept_table, tmp_path))


def test_the_command_line(colour_model, concept_table, tmp_path, capsys):
    words = ["annotate", "--data", str(concept_table), "-o", str(tmp_path / "run")]
    assert run([*words, "--concepts", str(tmp_path / "words.yaml"), "--n-bootstrap", "100"]) == 0
    assert "above 0.7: 3 of 3 concepts" in capsys.readouterr().out
    assert run([*words, "--temperature", "cold"]) == 2
    assert "must be 'model', 'published' or a positive number" in capsys.readouterr().err
