"""Ranks and differences on cells made by hand: who is compared, on what, and when not."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from cutis.tasks.benchmark.cells import Cell
from cutis.tasks.benchmark.scores import PredictionScores, QueryScores
from cutis.tasks.benchmark.standing import (
    Judged,
    Rules,
    correct_for_many,
    judge_average,
    judge_column,
)
from tests.tasks.benchmark.fake_runs import suite_of

COLUMN, OTHER = suite_of(
    {"data": "ph2", "metric": "accuracy"}, {"data": "ddi", "metric": "accuracy"}
).columns()
RULES = Rules(n_bootstrap=200, seed=1)


def hits(share: float, n: int = 60, seed: int = 0, prefix: str = "i") -> QueryScores:
    """Cases of which a share is right, two of each lesion."""
    values = (np.random.default_rng(seed).random(n) < share).astype(float)
    names = tuple(f"{prefix}{i}" for i in range(n))
    return QueryScores(names, np.arange(n) // 2, values)


def cell_of(name: str, scored: QueryScores | None, value: float | None = None, **rows) -> Cell:
    """A model's run with these cases."""
    if scored is not None:
        value = float(scored.values()[0])
    entry = SimpleNamespace(model=name.upper(), rows={"split": "test", **rows})
    return Cell(entry, {"value": value}, {}, scored)


def test_values_and_ranks_of_two_models():
    cells = {"a": cell_of("a", hits(0.9)), "b": cell_of("b", hits(0.3, seed=1))}
    found = judge_column(COLUMN, cells, RULES)
    assert found.values == {key: cell.value for key, cell in cells.items()}
    assert [found.results[key]["rank"] for key in "ab"] == [1, 2]
    assert found.results["a"]["first_share"] == 1.0
    assert (found.n_common, found.notes) == (60, ())
    assert "difference" not in found.results["a"]


def test_equal_models_share_a_rank_and_do_not_differ():
    cells = {"a": cell_of("a", hits(0.5)), "b": cell_of("b", hits(0.5))}
    found = judge_column(COLUMN, cells, Rules(200, anchor="a"))
    assert found.results["a"]["rank"] == found.results["b"]["rank"] == 1
    difference = found.results["b"]
    assert (difference["difference"], difference["p"]) == (0.0, 1.0)
    assert (difference["difference_low"], difference["difference_high"]) == (0.0, 0.0)


def test_the_order_of_cases_in_a_run_does_not_matter():
    one = hits(0.6, seed=3)
    order = np.random.default_rng(9).permutation(60)
    cells = {"a": cell_of("a", hits(0.7)), "b": cell_of("b", one)}
    shuffled = cells | {"b": cell_of("b", one.select(order))}
    plain, mixed = (judge_column(COLUMN, c, RULES) for c in (cells, shuffled))
    assert np.array_equal(plain.replicates["b"], mixed.replicates["b"])
    assert plain.results == mixed.results


def test_where_low_is_good_the_order_turns():
    column = suite_of({"data": "ph2", "metric": "ece"}).columns()[0]
    cells = {"a": cell_of("a", hits(0.9)), "b": cell_of("b", hits(0.3, seed=1))}
    found = judge_column(column, cells, Rules(200, anchor="a"))
    assert [found.results[key]["rank"] for key in "ab"] == [2, 1]
    # A difference is that of the values and never turned.
    assert found.results["b"]["difference"] == found.values["b"] - found.values["a"] < 0


def test_an_undefined_value_is_told_and_not_ranked():
    cells = {"a": cell_of("a", hits(0.9)), "b": cell_of("b", None)}
    found = judge_column(COLUMN, cells, RULES)
    assert set(found.results) == {"a"}
    assert found.results["a"]["rank"] is None
    assert found.notes == ("B has no value: undefined",)
    nothing = judge_column(COLUMN, {"b": cell_of("b", None)}, RULES)
    assert (nothing.values, nothing.results) == ({}, {})


def test_runs_of_other_rows_are_not_compared():
    cells = {"a": cell_of("a", hits(0.9)), "b": cell_of("b", hits(0.3), split="all")}
    found = judge_column(COLUMN, cells, RULES)
    assert set(found.values) == {"a"}
    assert "B is not ranked: other" in found.notes[0]


def test_precision_alone_keeps_nobody_from_being_compared():
    cells = {"a": cell_of("a", hits(0.9)), "b": cell_of("b", hits(0.3), precision="bf16")}
    assert set(judge_column(COLUMN, cells, RULES).values) == {"a", "b"}


def test_runs_without_cases_are_ranked_without_an_interval():
    cells = {"a": cell_of("a", hits(0.9)), "b": cell_of("b", None, 0.99)}
    found = judge_column(COLUMN, cells, Rules(200, anchor="a"))
    assert found.results["b"]["rank"] == 1
    assert found.results["b"]["rank_low"] is None
    assert found.results["b"]["difference"] == pytest.approx(0.99 - found.values["a"])
    assert "p" not in found.results["b"]
    assert found.notes == ("ranks have no interval, for not all runs keep their cases",)


def test_models_that_share_no_case():
    cells = {"a": cell_of("a", hits(0.9)), "b": cell_of("b", hits(0.3, prefix="j"))}
    found = judge_column(COLUMN, cells, RULES)
    assert found.notes == ("ranks have no interval, for the models share no case",)
    assert found.replicates == {}


def test_names_that_repeat_cannot_be_paired():
    twice = hits(0.5).select(np.array([0, 0, 1, 2]))
    cells = {"a": cell_of("a", hits(0.9)), "b": cell_of("b", twice)}
    assert "names of cases repeat" in judge_column(COLUMN, cells, RULES).notes[0]


def test_runs_that_disagree_on_the_truth():
    labels, probs = np.arange(60) % 2, np.tile([0.4, 0.6], (60, 1))
    one = PredictionScores(hits(0.5).ids, None, labels, probs, ("x", "y"), "accuracy")
    other = replace(one, labels_n=1 - labels)
    cells = {"a": cell_of("a", one), "b": cell_of("b", other)}
    found = judge_column(COLUMN, cells, RULES)
    assert found.notes == ("ranks have no interval, for the runs disagree on what is right",)
    assert found.results["a"]["rank_low"] is None


def test_values_of_an_average_are_means_and_its_interval_is_narrower():
    cells = {"a": cell_of("a", hits(0.9)), "b": cell_of("b", hits(0.5, seed=1))}
    judged = {c.key: judge_column(c, cells, RULES) for c in (COLUMN, OTHER)}
    found = judge_average([COLUMN, OTHER], judged, RULES)
    assert found.values["a"] == pytest.approx(cells["a"].value)
    drawn = [judged[c.key].replicates["a"] for c in (COLUMN, OTHER)]
    assert not np.array_equal(*drawn)
    assert found.replicates["a"] == pytest.approx(np.mean(drawn, axis=0))
    low, high = found.intervals["a"]
    one = np.quantile(drawn[0], [0.025, 0.975])
    assert high - low < one[1] - one[0]


def test_one_column_has_no_average_and_a_gap_no_model():
    cells = {"a": cell_of("a", hits(0.9))}
    judged = {COLUMN.key: judge_column(COLUMN, cells, RULES), OTHER.key: Judged({}, {}, {})}
    assert judge_average([COLUMN], judged, RULES) is None
    assert judge_average([COLUMN, OTHER], judged, RULES) is None


def test_averages_without_cases_have_values_alone():
    part = judge_column(COLUMN, {"a": cell_of("a", None, 0.5)}, RULES)
    found = judge_average([COLUMN, OTHER], {COLUMN.key: part, OTHER.key: part}, RULES)
    assert found.values == {"a": 0.5}
    assert found.intervals == {"a": (None, None)}
    assert found.notes == ("no interval, for not all runs keep their cases",)


def test_p_values_of_the_whole_page_are_corrected_together():
    ps = [0.01, 0.04, 0.03, 0.2]
    pages = [{"a": {"p": ps[0]}, "b": {"p": None}}, {"a": {"p": ps[1]}, "c": {"p": ps[2]}},
             {"d": {"p": ps[3]}, "e": {}}]  # fmt: skip
    assert correct_for_many(pages) == 4
    found = [pages[0]["a"], pages[1]["a"], pages[1]["c"], pages[2]["d"]]
    expected = multipletests(ps, method="holm")[1]
    assert [r["p_corrected"] for r in found] == pytest.approx(list(expected))
    assert "p_corrected" not in pages[0]["b"]
    assert correct_for_many([{"a": {}}]) == 0
