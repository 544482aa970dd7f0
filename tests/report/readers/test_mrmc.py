"""The page of many readers and many cases: figures, tests, components, the model."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest

from cutis.clinical.readers.checks import check_readings
from cutis.clinical.readers.loading import canonical
from cutis.clinical.readers.mrmc import StatsMrmcConfig, mrmc_numbers
from cutis.report.document import Cell, Figure, Notes, Table
from cutis.report.readers.mrmc import COMPONENTS, document
from tests.clinical.readers.conftest import study_frame


class FakeRun:
    def __init__(self, result):
        self.result = result


@pytest.fixture(scope="module")
def result():
    """Three arms, and one of the readers' advice as the model."""
    import pandas as pd

    frame = study_frame(seed=5, n_readers=3, n_cases=16)[0]
    third = frame[frame["arm"] == "aided"].assign(arm="late")
    model = frame[(frame["reader"] == "R1") & (frame["arm"] == "aided")]
    model = model.assign(reader="model", arm="model")
    path = Path("s.csv")
    readings = check_readings(
        canonical(pd.concat([frame, third, model]), path), None, path, "refuse"
    )
    return mrmc_numbers(readings, StatsMrmcConfig(readings=path, output="r", n_bootstrap=100))


def tables(result, anchor):
    found = next(s for s in document(FakeRun(result)).sections if s.anchor == anchor)
    return [b for b in found.blocks if isinstance(b, Table)]


def texts(row):
    return [c.text if isinstance(c, Cell) else c for c in row]


def test_every_figure_and_the_mean_of_each_arm(result):
    figures = tables(result, "arms")[0]
    assert list(figures.columns) == ["Reader", "unaided", "aided", "late"]
    found = result["analysis"]
    for row in figures.rows[:-1]:
        values = [found["figures"][arm][row[0]] for arm in result["arms"]]
        assert [cell.value for cell in row[1:]] == values
    means = [found["generalise"]["readers_and_cases"]["arms"][a]["value"] for a in result["arms"]]
    assert [cell.value for cell in figures.rows[-1][1:]] == pytest.approx(means)
    assert not any(cell.text.startswith("+") for cell in figures.rows[-1][1:])


def test_each_kind_of_answer_has_each_pair_and_the_bootstrap_follows(result):
    tests = tables(result, "arms")[1].rows
    assert len(tests) == 3 * 3 + 3
    first = result["analysis"]["generalise"]["readers_and_cases"]
    assert tests[0][0] == "other readers, other cases: aided minus unaided"
    assert tests[0][1].value == first["differences"][0]["value"]
    assert tests[0][2].value == first["differences"][0]["p"]
    assert tests[0][5].value == first["p"]
    drawn = tests[-3]
    assert drawn[0] == "bootstrap of readers and cases: aided - unaided"
    assert drawn[1].value == first["differences"][0]["value"]


def test_fixed_readers_have_no_degrees_of_freedom(result):
    rows = [texts(r) for r in tables(result, "arms")[1].rows]
    fixed = [r for r in rows if r[0].startswith("these readers, other cases")]
    assert [r[4] for r in fixed] == ["–"] * 3


def test_components_keep_their_sign(result):
    changed = copy.deepcopy(result)
    changed["analysis"]["components"]["var_both"] = -1.25e-4
    (table,) = tables(changed, "components")
    assert [r[0] for r in table.rows] == list(COMPONENTS.values())
    assert texts(table.rows[1]) == ["readers by arms", "-0.000125"]
    assert "too little spread" in table.note


def test_the_model_stands_beside_the_readers(result):
    model, figures = tables(result, "model")
    found = result["against_model"]
    for row, (kind, part) in zip(model.rows, found["generalise"].items(), strict=True):
        assert row[1].value == part["value"], kind
        assert row[2].value == part["p"]
    assert [r[0] for r in figures.rows] == ["R1", "R2", "R3", "model"]
    assert figures.rows[-1][1].value == found["model"]


def test_what_was_not_done_has_no_section(result):
    alone = document(FakeRun(result | {"analysis": None}))
    assert [s.anchor for s in alone.sections] == ["result", "model", "reading"]
    beside = document(FakeRun(result | {"against_model": None, "notes": []}))
    assert [s.anchor for s in beside.sections] == ["result", "arms", "components", "reading"]
    assert not any(isinstance(b, Notes) for b in beside.sections[0].blocks)


def test_arms_that_are_the_same_are_dashes_and_no_claim(result):
    changed = copy.deepcopy(result)
    for part in changed["analysis"]["generalise"].values():
        part |= {"f": None, "p": None, "df2": None}
        for d in part["differences"]:
            d |= {"value": 0.0, "low": None, "high": None, "p": None}
    rows = [texts(r)[1:] for r in tables(changed, "arms")[1].rows[:9]]
    assert rows == [["+0.000", "–", "–", "–", "–"]] * 9
    blocks = next(s for s in document(FakeRun(changed)).sections if s.anchor == "arms").blocks
    assert isinstance(blocks[0], Figure)


@pytest.mark.parametrize(
    ("merit", "title", "explained"),
    [("auc", "3 readers, AUC", True), ("balanced_accuracy", "3 readers, balanced accuracy", False)],
)
def test_the_figure_of_merit_is_named_and_areas_explained(result, merit, title, explained):
    page = document(FakeRun(result | {"merit": merit}))
    assert page.title == title
    assert any("minus the" in item for item in page.sections[-1].blocks[0].items) == explained
