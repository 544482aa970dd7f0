"""The table and the JSON hold what the entries hold, and nothing twice."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest

from cutis.report.leaderboard import FailedRun, make_board
from cutis.report.leaderboard.entries import Entry
from cutis.report.leaderboard.files import FIELDS, address, record, rows, table
from cutis.report.leaderboard.page import render_board


def entry(model: str = "m", data: str = "d", value: float | None = 0.5, **more) -> Entry:
    """An entry with one number."""
    facts = {
        "split": "test", "n": 9, "rows_sha256": None, "classes": "a, b", "templates": None,
        "class_names": None, "captions": None, "grouping": "none", "protocol": None, "ks": None,
        "exclude_near": None, "confidence": 0.95, "precision": "fp32", "table_sha256": data,
    }  # fmt: skip
    given = {
        "dir": Path("runs") / model / data, "verb": "zero-shot", "model": model.title(),
        "model_name": model, "model_card": {}, "model_identity": {"weights_sha256": model},
        "dataset": f"Set {data}", "dataset_name": data, "dataset_card": {},
        "headline": "auroc", "metrics": {"auroc": {"value": value}}, "n": 9, "n_groups": None,
        "grouping": "none", "rows": facts, "seen": (), "confidence": 0.95,
    }  # fmt: skip
    return Entry(**{**given, **more})


def scored(metric: str, **values: float | None) -> list[Entry]:
    """One dataset with a headline of choice."""
    return [
        entry(model, value=None, headline=metric, metrics={metric: {"value": value}})
        for model, value in values.items()
    ]


@pytest.mark.parametrize(
    ("metric", "best"),
    [
        ("auroc", {"b"}), ("brier", {"a"}), ("ece", {"a"}),
        ("image_to_text_median_rank", {"a"}), ("text_to_image_mean_rank", {"a"}),
        ("kappa", {"b"}),
    ],
)  # fmt: skip
def test_the_best_is_the_lowest_where_less_is_better(metric, best):
    board = make_board(scored(metric, a=0.1, b=0.4, c=0.3, d=None))
    (column,) = board.columns
    assert {column.entries[key].model_name for key in column.best} == best
    page = render_board(board, Path())
    assert (" ↓" in page) is (best == {"a"})
    assert ("of a measure with ↓ the lowest" in page) is (best == {"a"})


def order_on_page(board, folder=Path()) -> list[str]:
    from cutis.report.leaderboard.page import _detail

    return [bar["model"] for bar in _detail(board, board.columns[0], folder)["bars"]]


def test_a_value_of_zero_stands_above_a_negative_one():
    """Kappa may be zero or below; what is not defined stands last."""
    assert order_on_page(make_board(scored("kappa", a=-0.1, b=0.0, c=0.2, d=None))) == list("CBAD")
    assert order_on_page(make_board(scored("brier", a=0.3, b=0.0, c=0.2, d=None))) == list("BCAD")


def test_means_put_the_best_model_first_whichever_way_is_better():
    for metric, order in (("auroc", ["b", "a", "c"]), ("brier", ["a", "b", "c"])):
        entries = [
            entry(m, d, headline=metric, metrics={metric: {"value": v}})
            for d in ("one", "two") for m, v in (("a", 0.1), ("b", 0.4))
        ]  # fmt: skip
        entries.append(entry("c", "one", headline=metric, metrics={metric: {"value": 0.2}}))
        board = make_board(entries)
        assert [board.entry(key).model_name for key in board.models] == order
        assert sorted(board.means.values()) == pytest.approx([0.1, 0.4])


def test_measures_of_two_directions_have_no_mean():
    entries = [entry("a", "one"), entry("b", "one"),
               entry("a", "two", headline="ece", metrics={"ece": {"value": 0.1}})]  # fmt: skip
    assert make_board(entries).means == {}


def test_the_csv_has_one_line_per_number_and_empty_cells():
    numbers = {"auroc": {"value": 0.5, "low": 0.4, "high": None, "n": 7}, "f1": {"value": None}}
    board = make_board([entry("a", metrics=numbers), entry("b", value=0.7)])
    lines = list(csv.DictReader(io.StringIO(table(board, Path("runs")))))
    assert list(lines[0]) == list(FIELDS)
    assert [(r["model"], r["metric"], r["value"], r["low"], r["high"], r["n"]) for r in lines] == [
        ("a", "auroc", "0.5", "0.4", "", "7"), ("a", "f1", "", "", "", "9"),
        ("b", "auroc", "0.7", "", "", "9"),
    ]  # fmt: skip
    assert [r["best"] for r in lines] == ["False", "False", "True"]
    assert lines[0]["run"] == "a/d"


def test_a_name_with_a_comma_or_a_quote_is_one_cell():
    board = make_board([entry('mo"d,el')])
    (line,) = csv.DictReader(io.StringIO(table(board, Path())))
    assert line["model"] == 'mo"d,el'


def test_a_run_is_found_from_wherever_the_page_lies():
    one = replace(entry(), dir=Path("x/runs/m"))
    assert address(one, Path("x")) == "runs/m"
    assert address(one, Path("x/out/deep")) == "../../runs/m"
    assert "\\" not in address(one, Path("y"))


def test_the_record_lists_what_failed_and_what_was_seen():
    seen = entry("a", seen=("nevus",), model_card={"parameters": 7, "licence": "MIT"})
    board = make_board([seen, entry("b")], [FailedRun("c", "d", "no file")])
    made = record(board, Path())
    assert made["failed"] == [{"model": "c", "data": "d", "reason": "no file"}]
    by_name = {model["name"]: model for model in made["models"]}
    assert by_name["a"]["classes_seen_in_training"] == {"d": ["nevus"]}
    assert by_name["b"]["classes_seen_in_training"] == {}
    assert (by_name["a"]["parameters"], by_name["a"]["licence"]) == (7, "MIT")
    assert by_name["b"]["mean_of_headlines"] is None
    assert made["results"] == rows(board, Path())
    assert "1 of 2" in render_board(board, Path())


def test_models_of_one_title_are_told_apart():
    def sized(size: int, precision: str, weights: str) -> Entry:
        identity = {"weights_sha256": weights, "preprocessing": {"size": size}, "pooling": "cls"}
        rows = entry().rows | {"precision": precision}
        return entry("m", rows=rows, model_identity=identity)

    board = make_board([sized(224, "fp32", "x"), sized(336, "fp32", "x"), sized(224, "bf16", "x")])
    labels = [board.label(key) for key in board.models]
    assert len(set(labels)) == 3
    assert [("224 px" in one, "bf16" in one) for one in labels] == [
        (True, False), (False, False), (True, True),
    ]  # fmt: skip
    assert all("cls" in one and one.startswith("M (") for one in labels)
