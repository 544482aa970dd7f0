"""The page of agreement: numbers of result.json, dashes, and what is left to the file."""

from __future__ import annotations

import pytest

from cutis.clinical.readers.agreement import StatsAgreementConfig, agreement_numbers
from cutis.clinical.readers.config import TableConfig
from cutis.clinical.readers.loading import read_readings
from cutis.report.document import Cell, Notes, Paragraph, Table
from cutis.report.readers import agreement as pages
from tests.clinical.readers.conftest import study_frame


class FakeRun:
    def __init__(self, result):
        self.result = result


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    path = tmp_path_factory.mktemp("agree") / "s.csv"
    frame = study_frame(seed=4, n_readers=4, n_cases=12)[0]
    frame[frame["arm"] == "aided"].to_csv(path, index=False)
    readings = read_readings(TableConfig(readings=path))
    return {
        column: agreement_numbers(
            readings,
            StatsAgreementConfig(readings=path, output="r", column=column, n_bootstrap=100),
        )
        for column in ("answer", "confidence")
    }


def blocks_of(result):
    return next(s for s in pages.document(FakeRun(result)).sections if s.anchor == "arm-0").blocks


def tables(result):
    return [b for b in blocks_of(result) if isinstance(b, Table)]


def texts(row):
    return [c.text if isinstance(c, Cell) else c for c in row]


def test_measures_pairs_and_truth_are_those_of_result_json(made):
    record = made["answer"]["arms"]["aided"]
    measures, pairs, truth = tables(made["answer"])
    assert measures.rows[0][1].value == record["krippendorff"]["value"]
    assert measures.rows[1][1].value == record["fleiss"]["value"]
    assert measures.rows[2][1].value == record["mean_kappa"]
    assert "4 readers, 12 cases, 12 of them rated by every reader" in measures.caption
    for row, pair in zip(pairs.rows, record["pairs"], strict=True):
        assert row[0] == f"{pair['first']} and {pair['second']}"
        assert (row[1].value, row[2].value) == (pair["value"], pair["agreed"])
    assert [r[1].value for r in truth.rows] == [r["value"] for r in record["with_truth"]]


def test_numbers_have_six_correlations_with_two_intervals(made):
    record = made["confidence"]["arms"]["aided"]
    table = tables(made["confidence"])[-1]
    assert [row[0] for row in table.rows] == list(record["icc"]["kinds"])
    for row, found in zip(table.rows, record["icc"]["kinds"].values(), strict=True):
        assert row[1].value == found["value"]
        assert " to " in row[2]
    assert "12 cases that every reader rated" in table.caption


def test_undefined_numbers_are_dashes_with_their_reason(made):
    none = {"value": None, "low": None, "high": None, "n": 3, "note": "all the same"}
    record = made["confidence"]["arms"]["aided"] | {
        "krippendorff": none, "fleiss": none, "mean_kappa": None, "pairs": [],
        "icc": {"n": 12, "kinds": {"ICC(2,1)": none | {"analytic": [None, None]}}},
    }  # fmt: skip
    found = tables(made["confidence"] | {"arms": {"aided": record}})
    assert [texts(r) for r in found[0].rows] == [
        ["Krippendorff's alpha (interval)", "–", "3", "all the same"],
        ["Fleiss' kappa", "–", "3", "all the same"],
    ]
    assert texts(found[1].rows[0]) == ["ICC(2,1)", "–", "–"]


def test_too_few_cases_say_so_instead_of_a_correlation(made):
    record = made["confidence"]["arms"]["aided"] | {"icc": {"n": 1, "note": "fewer than two"}}
    last = blocks_of(made["confidence"] | {"arms": {"aided": record}})[-1]
    assert last == Paragraph("No intraclass correlation: fewer than two.")


def test_long_lists_of_pairs_are_cut_and_counted(made, monkeypatch):
    monkeypatch.setattr(pages, "MOST_ROWS", 2)
    pairs = tables(made["answer"])[1]
    assert len(pairs.rows) == 2
    assert pairs.note == "4 more pairs are in result.json."


def test_conventions_and_levels_are_said(made):
    page = pages.document(FakeRun(made["answer"] | {"confidence": 0.8, "notes": []}))
    notes = page.sections[-1].blocks[0]
    assert isinstance(notes, Notes)
    assert "at the 80% level" in notes.items[0]
    assert "are a convention" in notes.items[1]
    assert not any(isinstance(b, Notes) for b in page.sections[0].blocks)
    assert page.title == "Agreement of readers on answer"
