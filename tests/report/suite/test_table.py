"""The table of a suite cell by cell."""

from __future__ import annotations

import re

import pytest

from cutis.report.suite.page import render_suite
from cutis.report.suite.table import column_title, heading, rank_text, signed, tables
from tests.report.suite.fake_record import cell, column, figure, make_suite_record


def first_cell(**facts) -> dict:
    """What the table shows of the only model on the only dataset."""
    record = make_suite_record(1, 1)
    record["cells"] = [cell("model-0", "data-0", 0.5, **facts)]
    return tables(record)[0]["rows"][0]["cells"][0]


@pytest.mark.parametrize(
    ("fraction", "said"),
    [(None, "X"), (1.0, "X"), (0.1, "X, 10% of the training data"), (0.005, "X, 0.5% of the "
     "training data")],
)  # fmt: skip
def test_a_share_of_the_training_data_is_in_the_title(fraction, said):
    assert column_title({"title": "X", "fraction": fraction}) == said


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"n": 1, "n_groups": 1}, "1 image of 1 lesion"),
        ({"n": 1200, "grouping": "none"}, "1,200 images"),
        ({"n": 5, "n_groups": None}, "5 images"),
        ({"n": 5, "grouping": "", "n_groups": 3}, "5 images"),
        ({"n": 1, "task": "retrieve", "grouping": "none"}, "1 query"),
        ({"n": 7, "task": "retrieve", "grouping": "patient_id", "n_groups": 2},
         "7 queries of 2 patients"),
    ],
)  # fmt: skip
def test_what_a_column_rests_on(facts, said):
    assert heading(column("x", **facts))["n"] == said


def test_an_address_in_the_page_holds_no_odd_character():
    head = heading(column("a b/c:0.1", instead_of="published-set"))
    assert re.fullmatch(r"c-[A-Za-z0-9-]+", head["anchor"])
    assert head["stands"] == "in place of published-set"
    assert heading(column("x", lower_is_better=True, metric="ece"))["metric"].endswith(" ↓")


@pytest.mark.parametrize(
    ("result", "said"),
    [
        ({}, ""), ({"rank": None}, ""), ({"rank": 3}, "rank 3"),
        ({"rank": 1, "rank_low": 1, "rank_high": 1}, "rank 1 (1 to 1)"),
    ],
)  # fmt: skip
def test_ranks(result, said):
    assert rank_text(result) == said


@pytest.mark.parametrize(
    ("difference", "said"),
    [(0.0, "0.000"), (0.0004, "0.000"), (-0.0004, "0.000"), (0.0006, "+0.001"), (-1, "−1.000")],
)
def test_a_difference_has_a_sign_unless_it_is_nothing(difference, said):
    assert signed(difference) == said


@pytest.mark.parametrize(("p", "star"), [(None, False), (0.05, False), (0.0499, True), (0.0, True)])
def test_a_star_needs_a_corrected_p_value_below_5_in_100(p, star):
    assert first_cell(p_corrected=p)["star"] is star


def test_only_the_first_rank_is_the_best():
    assert [first_cell(rank=rank)["best"] for rank in (1, 2, None)] == [True, False, False]


def test_what_was_published_stands_beside_or_alone():
    assert first_cell(published=figure(0.6))["lines"][-1] == "published 0.600 (−0.100)"
    assert first_cell(published=figure(0.5))["lines"][-1] == "published 0.500 (0.000)"
    undefined = cell("model-0", "data-0", None, rank=None, published=figure(0.6))
    record = make_suite_record(1, 1) | {"cells": [undefined]}
    shown = tables(record)[0]["rows"][0]["cells"][0]
    assert (shown["shown"], shown["interval"], shown["lines"]) == ("–", "", ["published 0.600"])


@pytest.mark.parametrize("n", range(1, 12))
def test_every_column_stands_once_whatever_their_number(n):
    record = make_suite_record(2, n)
    keys = [head["key"] for part in tables(record) for head in part["columns"]]
    assert keys == [c["key"] for c in record["columns"]] + ["zero-shot"]
    sizes = [len(part["columns"]) for part in tables(record)]
    assert max(sizes) <= 4
    assert len(sizes) == -(-(n + 1) // 4)


def test_a_suite_of_nothing_is_a_page_still(tmp_path):
    record = make_suite_record(1, 1)
    record |= {"columns": [], "cells": [], "averages": [], "reproduction": [], "missing": [],
               "not_runnable": [], "failed": [], "published_only": []}  # fmt: skip
    assert tables(record) == []
    page = render_suite(record, tmp_path)
    assert "1 model on 0 datasets" in page
    assert 'href="#missing"' not in page


@pytest.mark.parametrize(
    ("n_sets", "whole", "said"), [(2, 5, "2 of 5 datasets"), (1, 1, "1 dataset"), (3, 3, "3 dat")]
)
def test_an_average_says_of_how_many(n_sets, whole, said):
    record = make_suite_record(1, 1)
    record["averages"][0] |= {"n_sets": n_sets, "n_sets_of_suite": whole}
    assert tables(record)[-1]["columns"][-1]["n"].startswith(said)


def test_a_model_published_elsewhere_has_no_row_without_a_figure():
    record = make_suite_record(1, 1)
    record["published_only"][0] |= {"cells": {}, "averages": {}}
    assert tables(record)[0]["published"] == []
    record["published_only"][0]["cells"] = {"data-0": figure(0.8, n=None)}
    ((row,),) = (part["published"] for part in tables(record))
    assert [(c["shown"], c["n"]) for c in row["cells"]] == [("0.800", ""), ("–", "")]


@pytest.mark.parametrize(("n", "said"), [(0, ""), (2, "2 of them in place of others")])
def test_an_average_says_how_many_stand_in(n, said):
    record = make_suite_record(1, 3)
    record["averages"][0]["n_stand_ins"] = n
    assert tables(record)[-1]["columns"][-1]["stands"] == said
