"""The data audit finds the concept that was planted, and only that."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cutis.cli import run
from cutis.errors import CutisError
from cutis.tasks.audit import AuditDataConfig, audit_data
from cutis.tasks.audit.data import _summary, shown_rows


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


def test_other_malignant_classes_of_the_card_are_another_run(
    colour_model, colour_table, words, tmp_path
):
    """The table and the settings stay the same; only the card says who is malignant."""
    card = tmp_path / "card.yaml"

    def audited(malignant: str):
        card.write_text(f"name: mine\nclasses: [red, green, blue]\nmalignant: [{malignant}]\n")
        given = config(
            colour_table, words, tmp_path, by="malignancy", a="malignant", card=str(card)
        )
        return audit_data(given)

    one = audited("red")
    assert one.result["concepts"][0]["name"] == "red"
    assert "finished before" in audited("red").render()
    other = audited("blue")
    assert "finished before" not in other.render()
    assert other.result["concepts"][0]["name"] == "blue"


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


def record_of(**changes) -> dict:
    def concept(name, value, p):
        size = {"value": value, "low": None if value is None else value - 0.1,
                "high": None if value is None else value + 0.1}  # fmt: skip
        return {"name": name, "standardised": size, "p_holm": p}

    return {
        "by": "ward", "a": "x", "b": "y", "n_a": 3, "n_b": 4, "test": "mann-whitney",
        "concepts": [concept("ink", 1.5, 0.0004), concept("hair", None, None)],
        "n_left_out": 0, **changes,
    }  # fmt: skip


def test_the_terminal_says_undefined_and_not_zero():
    lines = _summary(record_of())
    assert lines[0].startswith("A: ward = x, 3 images; B: y, 4 images; 2 concepts")
    assert lines[1] == "  ink  d +1.50 (+1.40 to +1.60)  p 0.0004 (Holm)"
    assert lines[2] == "  hair undefined"
    assert lines[3].startswith("1 of 2 concepts differ")
    assert len(lines) == 4


@pytest.mark.parametrize(
    ("n", "said"), [(1, "1 row is in neither group."), (1200, "1,200 rows are in neither group.")]
)
def test_rows_in_neither_group_are_counted(n, said):
    assert _summary(record_of(n_left_out=n))[-1] == said


def test_the_terminal_shows_ten_concepts_at_most():
    many = record_of()["concepts"][:1] * 30
    lines = _summary(record_of(concepts=many))
    assert len(lines) == 12
    assert lines[-1].startswith("30 of 30 concepts")


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 9999), st.integers(0, 4), st.booleans())
def test_shown_rows_are_the_highest_of_their_own_group(seed, top, grouped):
    rng = np.random.default_rng(seed)
    scores, in_a = rng.random((12, 2)), rng.random(12) < 0.5
    groups = rng.integers(0, 4, 12) if grouped else None
    found = shown_rows(scores, in_a, ["u", "v"], ["v"], groups, top)
    assert [(name, side) for name, side, _ in found] == [("v", "a"), ("v", "b")]
    for (_, _, rows), mask in zip(found, (in_a, ~in_a), strict=True):
        mine = sorted(np.flatnonzero(mask), key=lambda row: -scores[row, 1])
        wanted, seen = [], set()
        for row in mine:
            key = row if groups is None else groups[row]
            if key not in seen:
                wanted.append(row)
                seen.add(key)
        assert rows == wanted[:top]


def test_a_second_group_without_readable_images_is_named(colour_model, planted, words, tmp_path):
    table = pd.read_csv(planted)
    (tmp_path / "images" / "07.png").unlink()
    table["only"] = [1 if i == 7 else 0 if i < 30 else 2 for i in range(60)]
    table.to_csv(planted, index=False)
    with pytest.raises(CutisError, match="No image of the group --b 1 could be read"):
        audit_data(config(planted, words, tmp_path, by="only", a="0", b="1"))


def test_a_broken_picture_moves_no_case(colour_model, planted, words, tmp_path):
    """What is left gives the numbers of a table that never had the row."""
    (tmp_path / "images" / "04.png").write_bytes(b"broken")
    found = audit_data(config(planted, words, tmp_path)).result
    table = pd.read_csv(planted)
    assert table["hospital"][4] == "south"
    assert (found["n_a"], found["n_b"], found["n_unreadable"]) == (28, 31, 1)
    table.drop(index=4).to_csv(planted, index=False)
    without = audit_data(config(planted, words, tmp_path, output=tmp_path / "b")).result
    assert found["concepts"] == without["concepts"]
    assert without["n_unreadable"] == 0
