"""Rows and features that belong together, and what makes a run another one."""

from __future__ import annotations

import pytest

from cutis.data import load_dataset
from cutis.errors import CutisError
from cutis.prompts import load_concept_templates
from cutis.prompts.concept_files import make_concept_set
from cutis.tasks.annotate.config import ConceptConfig
from cutis.tasks.annotate.material import embed_rows, identity
from cutis.tasks.annotate.scorer import make_scorer


def scorer(model, tmp_path, ids=("red", "blue"), **settings):
    concepts = make_concept_set({"concepts": [{"id": name} for name in ids]}, "x")
    templates = load_concept_templates("clinical")
    return make_scorer(model, concepts, templates, ConceptConfig(**settings), tmp_path / "cache")


def test_unreadable_rows_are_gone_from_both(colour_model, colour_table, tmp_path):
    for name in ("00.png", "31.png"):
        (tmp_path / "images" / name).write_bytes(b"no picture")
    given = load_dataset(colour_table)
    dataset, features = embed_rows(given, colour_model, tmp_path / "cache", None, 0)
    assert len(dataset) == len(features.values_nd) == 58
    assert dataset.ids == features.ids
    assert not {given.ids[0], given.ids[31]} & set(dataset.ids)
    assert list(features.errors["row"]) == [0, 31]


def test_no_readable_image_at_all(colour_model, colour_table, tmp_path):
    for path in (tmp_path / "images").iterdir():
        path.write_bytes(b"no picture")
    with pytest.raises(CutisError, match="None of the 60 images could be read"):
        embed_rows(load_dataset(colour_table), colour_model, tmp_path / "cache", None, 0)


@pytest.mark.parametrize(
    "change",
    [
        {"temperature": "published"},
        {"variant": "flattened"},
        {"ids": ("red",)},
        {"ids": ("blue", "red")},
    ],
)
def test_what_decides_the_scores_decides_the_run(colour_model, colour_table, tmp_path, change):
    dataset = load_dataset(colour_table)
    cache = tmp_path / "cache"
    one = identity(dataset, colour_model, scorer(colour_model, tmp_path), cache, 0)
    same = identity(dataset, colour_model, scorer(colour_model, tmp_path), cache, 0)
    other = identity(dataset, colour_model, scorer(colour_model, tmp_path, **change), cache, 0)
    assert one == same
    assert one != other


def test_how_answers_are_read_decides_the_run(colour_model, colour_table, tmp_path):
    dataset, cache = load_dataset(colour_table), tmp_path / "cache"

    def made(columns):
        concepts = make_concept_set({"concepts": [{"id": "red", "columns": columns}]}, "x")
        words = load_concept_templates("clinical")
        scoring = make_scorer(colour_model, concepts, words, ConceptConfig(), cache)
        return identity(dataset, colour_model, scoring, cache, 0)

    rules = [
        [], ["n"], ["m"],
        [{"column": "n", "above": 7}], [{"column": "n", "above": 9}],
        [{"column": "n", "above": 9, "missing": [0]}],
        [{"column": "n", "present": ["a"], "absent": ["b"]}],
        [{"column": "n", "present": ["b"], "absent": ["a"]}],
    ]  # fmt: skip
    found = [made(columns) for columns in rules]
    assert found[3] == made(rules[3])
    assert len({one["rules_sha256"] for one in found}) == len(rules)
    assert len({one["prompts_sha256"] for one in found}) == 1


def test_other_pixels_are_another_run(colour_model, colour_table, tmp_path):
    made = scorer(colour_model, tmp_path)
    before = identity(load_dataset(colour_table), colour_model, made, tmp_path / "cache", 0)
    content = (tmp_path / "images" / "01.png").read_bytes()
    (tmp_path / "images" / "00.png").write_bytes(content)
    after = identity(load_dataset(colour_table), colour_model, made, tmp_path / "cache", 0)
    assert before["features_key"] != after["features_key"]
    assert before["table_sha256"] == after["table_sha256"]
