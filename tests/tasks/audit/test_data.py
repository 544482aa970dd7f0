"""The data audit finds the concept that was planted, and only that."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from cutis.cli import run
from cutis.errors import CutisError
from cutis.tasks.audit import AuditDataConfig, audit_data


@pytest.fixture
def planted(colour_table):
    """A hospital where most images are red; each lesion lies wholly in one hospital."""
    table = pd.read_csv(colour_table)
    lesion = np.arange(60) // 2
    red = np.arange(60) % 3 == 0
    table["hospital"] = np.where(np.isin(lesion, lesion[red][:14]), "north", "south")
    table.to_csv(colour_table, index=False)
    return colour_table


def config(table, words, tmp_path, **more):
    given = {
        "data": table, "by": "hospital", "a": "north", "concepts": words, "n_bootstrap": 100,
        "n_permutations": 999, "output": tmp_path / "run",
    }  # fmt: skip
    return AuditDataConfig(**{**given, **more})


def test_the_planted_concept_is_found(colour_model, planted, words, tmp_path):
    result = audit_data(config(planted, words, tmp_path))
    record = json.loads((tmp_path / "run" / "result.json").read_text())
    assert record == result.result
    first, *others = record["concepts"]
    assert first["name"] == "red"
    assert first["standardised"]["low"] > 0
    assert first["p_holm"] < 0.05
    assert first["rank_by_delta"] == 1
    assert first["superiority"] > 0.5
    assert record["test"] == "permutation"
    assert record["grouping"] == "lesion_id"
    assert (record["groups_a"], record["groups_both"]) == (14, 0)
    assert all(c["difference"]["value"] < 0 for c in others)
    assert "differ at p < 0.05 after Holm's correction" in result.render()


def test_delta_is_the_published_formula(colour_model, planted, words, tmp_path):
    """Mean unit image feature of A less that of B, times the mean unit text feature."""
    record = audit_data(config(planted, words, tmp_path)).result
    table = pd.read_csv(planted)
    from cutis.data import load_image

    images = [load_image(planted.parent / "images" / name) for name in table["image"]]
    features = colour_model.embed_images(images).astype(float)
    unit = features / np.linalg.norm(features, axis=1, keepdims=True)
    north = (table["hospital"] == "north").to_numpy()
    gap = unit[north].mean(axis=0) - unit[~north].mean(axis=0)
    for concept in record["concepts"]:
        text = colour_model.embed_texts([concept["name"]])[0].astype(float)
        expected = gap @ (text / np.linalg.norm(text))
        assert concept["delta"]["value"] == pytest.approx(expected, abs=1e-6)


def test_no_difference_is_not_called_one(colour_model, planted, words, tmp_path):
    result = audit_data(config(planted, words, tmp_path, by="sex", a="male"))
    # every lesion has one image of each sex and colours are dealt evenly
    assert all(c["p_holm"] > 0.05 for c in result.result["concepts"])
    assert result.result["groups_both"] == 30
    assert "0 of 3 concepts differ" in result.render()
    page = (tmp_path / "run" / "report.html").read_text()
    assert "none differs after correction" in page
    assert "Of both groups there are images of 30 lesions" in page


def test_the_page_shows_both_groups(colour_model, planted, words, tmp_path):
    audit_data(config(planted, words, tmp_path, top=3))
    page = (tmp_path / "run" / "report.html").read_text()
    assert page.count('src="data:image/jpeg') == 3 * 2 * 3
    assert "red, in north" in page
    assert "red, in all others" in page
    assert "Research use only" in page
    assert run(["report", str(tmp_path / "run"), "--no-pictures"]) == 0
    assert "data:image" not in (tmp_path / "run" / "report.html").read_text()


def test_without_groups_the_test_is_mann_whitney(colour_model, planted, words, tmp_path):
    table = pd.read_csv(planted).drop(columns="lesion_id")
    table.to_csv(planted, index=False)
    record = audit_data(config(planted, words, tmp_path)).result
    assert (record["test"], record["n_permutations"]) == ("mann-whitney", None)
    assert "may be too sure" in (tmp_path / "run" / "report.html").read_text()


def test_again_and_dry(colour_model, planted, words, tmp_path):
    said = audit_data(config(planted, words, tmp_path, dry_run=True)).render()
    assert "A: north, 28 rows; B: all others, 32 rows." in said
    assert not (tmp_path / "run").exists()
    first = audit_data(config(planted, words, tmp_path))
    again = audit_data(config(planted, words, tmp_path))
    assert "finished before" in again.render()
    assert again.result == first.result


def test_a_group_without_readable_images_is_refused(colour_model, planted, words, tmp_path):
    table = pd.read_csv(planted)
    (tmp_path / "images" / "00.png").write_bytes(b"no picture")
    table["only"] = [1, *[0] * 59]
    table.to_csv(planted, index=False)
    with pytest.raises(CutisError, match="No image of the group --a 1 could be read"):
        audit_data(config(planted, words, tmp_path, by="only", a="1"))


def test_the_command_line(colour_model, planted, words, tmp_path, capsys):
    line = ["audit", "data", "--data", str(planted), "--concepts", words, "--by", "hospital"]
    rest = ["--n-bootstrap", "100", "-o", str(tmp_path / "run")]
    assert run([*line, "--a", "north", *rest]) == 0
    assert "A: hospital = north, 28 images" in capsys.readouterr().out
    assert run([*line, "--a", "west", *rest]) == 2
    assert "no row has 'west'" in capsys.readouterr().err
