"""Every number of an audit as a row; what is undefined is empty with a note, never 0."""

from __future__ import annotations

import csv
from typing import Any

import numpy as np
import pandas as pd
import pytest

from cutis.analysis.fairness_rows import FIELDS, rows, write_rows
from cutis.stats.fairness.audit import audit
from tests.stats.fairness.people import CANCERS, CLASSES, people

MADE = people(160)


@pytest.fixture(scope="module")
def result() -> dict[str, Any]:
    tone = np.where(np.arange(160) < 4, "VI", MADE.tone)
    return audit(
        MADE.labels, MADE.probs, CLASSES, {"sex": MADE.sex, "tone": tone}, positive=CANCERS,
        groups_n=MADE.patients, grouping="patient_id", n_bootstrap=50, n_permutations=99,
    ).to_json()  # fmt: skip


@pytest.fixture(scope="module")
def table(result, tmp_path_factory) -> pd.DataFrame:
    path = tmp_path_factory.mktemp("rows") / "fairness.csv"
    write_rows(path, result)
    return pd.read_csv(path)


def test_the_header_is_the_documented_one(table):
    assert tuple(table.columns) == FIELDS


def test_there_is_a_row_for_every_number(result, table):
    n = len(result["overall"])
    for found in result["columns"].values():
        for part in found["parts"].values():
            measured = [part["metrics"], part["rates"]]
            n += sum(len(records or {}) for records in measured) + (measured == [None, None])
        n += 2 * sum(len(gaps) for gaps in found["gaps"].values()) + 2 * len(found["criteria"])
    assert len(table) == n


def test_numbers_are_those_of_the_result(result, table):
    by = table.set_index(["column", "subgroup", "kind", "name"])
    for subgroup, part in result["columns"]["sex"]["parts"].items():
        for rate, record in part["rates"].items():
            row = by.loc[("sex", subgroup, "rate", rate)]
            assert row["value"] == pytest.approx(record["value"])
            assert (row["n"], row["grouping"]) == (record["n"], "patient_id")
            assert row["n_groups"] == part["n_groups"]
    whole = table[table["subgroup"] == "(all)"].set_index("name")
    assert whole.loc["accuracy", "value"] == pytest.approx((MADE.predicted == MADE.labels).mean())


def test_gaps_carry_their_p_values_and_extremes_once(result, table):
    gap = result["columns"]["sex"]["gaps"]["crude"]["accuracy"]
    of = table[(table["column"] == "sex") & (table["kind"] == "crude gap")].set_index("name")
    row = of.loc["accuracy difference"]
    assert row["p"] == pytest.approx(gap["p"])
    assert (row["lowest"], row["highest"], row["worst"]) == (
        gap["lowest"], gap["highest"], gap["worst"]
    )  # fmt: skip
    assert np.isnan(of.loc["accuracy ratio", "p"])


def test_a_subgroup_too_small_has_one_row_with_its_size_and_the_reason(table):
    (row,) = table[table["subgroup"] == "VI"].to_dict("records")
    assert (row["kind"], row["n"], row["n_groups"]) == ("size", 4, 2)
    assert np.isnan(row["value"])
    assert isinstance(row["note"], str)


def test_undefined_is_empty_not_zero_and_says_why(result, tmp_path):
    path = tmp_path / "rows.csv"
    write_rows(path, result)
    with path.open(newline="", encoding="utf-8") as stream:
        undefined = [r for r in csv.DictReader(stream) if r["value"] == ""]
    assert undefined
    assert {r["kind"] for r in undefined} >= {"size", "crude gap"}
    for row in undefined:
        assert row["note"]
        assert (row["low"], row["high"]) == ("", "")


def test_criteria_are_rows_too(result, table):
    of = table[(table["kind"] == "criterion") & (table["column"] == "tone")].set_index("name")
    record = result["columns"]["tone"]["criteria"]["equalized_odds"]
    assert of.loc["equalized_odds difference", "value"] == pytest.approx(
        record["difference"]["value"]
    )
    assert len(of) == 8


def test_names_with_commas_and_quotes_survive(tmp_path):
    record = {"value": 0.5, "low": None, "high": None, "n": 3, "method": "none", "grouping": "none"}
    part = {"n": 3, "n_groups": 3, "metrics": {"accuracy": record}, "rates": None}
    columns = {'a "b", c': {"parts": {"x, y\nz": part}, "gaps": {}, "criteria": {}}}
    write_rows(tmp_path / "rows.csv", {"overall": {}, "columns": columns})
    (row,) = pd.read_csv(tmp_path / "rows.csv").to_dict("records")
    assert (row["column"], row["subgroup"]) == ('a "b", c', "x, y\nz")


def test_keys_that_are_no_fields_are_dropped_only_in_the_file(result):
    assert any("worst_share" not in row for row in rows(result))
    assert list(rows({"overall": {}, "columns": {}})) == []
