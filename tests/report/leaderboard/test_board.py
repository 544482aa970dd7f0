"""Which runs may stand side by side, and what is marked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cutis.errors import CutisError
from cutis.report.leaderboard import make_board, read_entry
from tests.report.fake_run import make_run
from tests.report.leaderboard.grid import change, make_grid


@pytest.fixture(scope="module")
def runs(tmp_path_factory) -> list[Path]:
    return make_grid(tmp_path_factory.mktemp("grid"))


@pytest.fixture
def pair(tmp_path) -> list[Path]:
    """Two models on one dataset, to change at will."""
    return make_grid(tmp_path, models=2, sets=1)


def board(runs):
    return make_board([read_entry(run) for run in runs])


def headline(run: Path) -> float:
    return json.loads((run / "metrics.json").read_text())["metrics"]["balanced_accuracy"]["value"]


def test_models_by_datasets(runs):
    found = board(runs)
    assert [c.sample.dataset_name for c in found.columns] == ["data0", "data1"]
    assert {found.entry(key).model_name for key in found.models} == {"model0", "model1"}
    for column, (one, other) in zip(found.columns, zip(runs[:2], runs[2:], strict=True),
                                    strict=True):  # fmt: skip
        (best,) = column.best
        expected = "model0" if headline(one) > headline(other) else "model1"
        assert column.entries[best].model_name == expected
    for key in found.models:
        its = [headline(run) for run in runs if read_entry(run).model_key == key]
        assert found.means[key] == pytest.approx(sum(its) / 2)
    means = [found.means[key] for key in found.models]
    assert means == sorted(means, reverse=True)


def test_a_single_model_is_not_the_best_and_a_gap_has_no_mean(runs):
    found = board(runs[:3])
    assert found.columns[1].best == frozenset()
    assert len(found.means) == 1
    assert board(runs[:1]).means == {}


def test_equal_values_are_both_marked(pair):
    metrics = (pair[0] / "metrics.json").read_text()
    (pair[1] / "metrics.json").write_text(metrics)
    assert len(board(pair).columns[0].best) == 2


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"dataset__split": "train"}, "split: test and train"),
        ({"dataset__rows_sha256": "other"}, "rows: None and other"),
        ({"table": "another file"}, "their tables are different files"),
        (
            {"prompts__templates_sha256": "ab" * 32},
            "they differ in prompt templates: SHA-256 56565656 and SHA-256 abababab",
        ),
        ({"prompts__names": {"a": ["b", "c"]}}, r"names of the classes in prompts: 1 .* and 2 "),
        ({"captions": {"columns": ["a", "b"]}}, "caption columns: None and a, b"),
    ],
)
def test_runs_on_other_rows_are_refused(pair, facts, said):
    change(pair[1], "model1", "data0", **facts)
    with pytest.raises(CutisError, match=said):
        board(pair)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("n", 7, "number of images: 36 and 7"),
        ("classes", ["a", "b"], "classes: .* and a, b"),
        ("protocol", "diagonal", "protocol: None and diagonal"),
        ("grouping", "none", "grouping of the intervals: lesion_id and none"),
        ("ks", [1], r"list lengths: None and \[1\]"),
        ("confidence", 0.9, "level of the intervals: 0.95 and 0.9"),
    ],
)
def test_runs_by_other_rules_are_refused(pair, key, value, said):
    path = pair[1] / "metrics.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {key: value}))
    with pytest.raises(CutisError, match=said) as refused:
        board(pair)
    assert str(pair[0]) in str(refused.value)
    assert "leave one out" in str(refused.value)


def test_what_only_the_model_decides_may_differ(pair):
    change(pair[1], "model1", "data0", prompts__scale=14.3, prompts__prompts_sha256="9" * 64,
           prompts__template_set="my-file")  # fmt: skip
    assert len(board(pair).models) == 2


def test_two_tables_of_one_name_may_stand_apart_when_a_model_has_both(tmp_path):
    runs = make_grid(tmp_path, models=2, sets=2)
    for run, model, table in zip(runs, (0, 0, 1, 1), "abab", strict=True):
        change(run, f"model{model}", "same", table=table)
    assert len(board(runs).columns) == 2


def test_the_same_pair_twice_is_refused(pair, tmp_path):
    import shutil

    copied = shutil.copytree(pair[0], tmp_path / "copy")
    with pytest.raises(CutisError, match="are both runs of model0 on data0"):
        board([pair[0], copied])


def test_the_same_model_in_other_arithmetic_is_another_line(pair, tmp_path):
    import shutil

    copied = change(shutil.copytree(pair[0], tmp_path / "c"), "model0", "data0", precision="bf16")
    found = board([pair[0], copied])
    assert len(found.models) == 2
    labels = {found.label(key) for key in found.models}
    assert len(labels) == 2
    assert any("bf16" in label for label in labels)
    plain = board(pair)
    assert {plain.label(key) for key in plain.models} == {"Model0", "Model1"}


def test_runs_without_metrics_are_refused(tmp_path):
    run = make_run(tmp_path / "r", n=12, labels=False, thumbs=False)
    with pytest.raises(CutisError, match="no metrics"):
        read_entry(run)
    with pytest.raises(CutisError, match="No runs"):
        make_board([])


def test_retrieval_and_diagnosis_do_not_share_a_column_or_a_mean(tmp_path):
    both = make_grid(tmp_path / "a", 2, 1) + make_grid(tmp_path / "b", 2, 1, retrieval=True)
    found = board(both)
    assert len(found.columns) == 2
    assert found.means == {}
    assert found.columns[1].headline == "image_to_text_mean_recall"


def test_an_undefined_value_is_neither_best_nor_averaged(pair):
    path = pair[1] / "metrics.json"
    metrics = json.loads(path.read_text())
    metrics["metrics"]["balanced_accuracy"]["value"] = None
    path.write_text(json.dumps(metrics))
    assert board(pair).columns[0].best == frozenset()
