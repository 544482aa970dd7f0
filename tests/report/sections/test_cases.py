"""Single cases as the page shows them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cutis.report.sections.cases import RANKS, cases_section, rank


@given(st.integers(2, 30), st.integers(0, 10_000))
def test_the_differential_falls_and_holds_the_label(c, seed):
    rng = np.random.default_rng(seed)
    probs, label = rng.dirichlet(np.ones(c)), int(rng.integers(c))
    lines = rank(probs, tuple(f"c{i}" for i in range(c)), label)
    falling = [line.probability for line in lines]
    assert falling == sorted(falling, reverse=True)
    assert [line.name for line in lines if line.is_label] == [f"c{label}"]
    assert [line.rank for line in lines[:RANKS]] == list(range(1, min(c, RANKS) + 1))
    assert len(lines) in (min(c, RANKS), RANKS + 1)
    place = 1 + int((probs > probs[label]).sum())
    assert next(line.rank for line in lines if line.is_label) == place


def test_an_unknown_label_is_marked_nowhere():
    assert not any(line.is_label for line in rank(np.array([0.5, 0.5]), ("a", "b"), -1))


def test_hits_are_right_and_errors_wrong(run):
    section = cases_section(run)
    assert all(case.right and case.ranked[0].name == case.label for case in section["hits"])
    assert all(not case.right and case.ranked[0].name != case.label for case in section["errors"])
    assert section["n_right"] + section["n_wrong"] == run.metrics["n"]


def test_every_case_has_its_picture(run):
    section = cases_section(run)
    cases = section["sample"] + section["hits"] + section["errors"]
    assert all(case.picture.startswith("data:image/jpeg") for case in cases)
    assert section["restricted"] is None


def test_no_picture_is_read_when_they_are_left_out(run):
    section = cases_section(run, pictures=False)
    assert {case.picture for case in section["sample"]} == {None}
    assert section["hidden"]


def test_damaged_pictures_leave_a_gap(run, tmp_path):
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"no picture")
    section = cases_section(replace(run, thumbs=dict.fromkeys(run.thumbs, broken)))
    assert {case.picture for case in section["sample"]} == {None}


def test_without_predictions_there_are_no_cases(run):
    assert cases_section(replace(run, predictions=None)) is None
