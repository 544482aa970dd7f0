"""Runs made with other settings share no column in silence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from cutis.errors import CutisError
from cutis.report.leaderboard import make_board, read_entry
from cutis.report.leaderboard.settings import settings_words
from cutis.report.source import RunData
from tests.report.leaderboard.grid import change, make_grid

PROBE = {
    "method": "linear", "protocol": "standard", "sampling": "grouped", "seed": 0, "folds": None,
    "allow_shared_groups": False, "c": [0.1, 1.0], "class_weight": "none", "k": [5],
    "votes": "weighted", "alpha": [1.0], "beta": [2.0], "scale": None,
}  # fmt: skip
CONCEPTS = {
    "concepts_sha256": "a" * 64, "rules_sha256": "b" * 64, "templates_sha256": "c" * 64,
    "variant": "per-template", "temperature_from": "model",
}  # fmt: skip


@pytest.fixture
def pair(tmp_path) -> list[Path]:
    """Two models on one dataset."""
    return make_grid(tmp_path, models=2, sets=1)


def probed(run: Path, number: int, **settings) -> Path:
    config = yaml.safe_load((run / "config.yaml").read_text())
    (run / "config.yaml").write_text(yaml.safe_dump(config | PROBE | settings))
    probe = {"label": "a probe", "training": "all training rows"}
    return change(run, f"model{number}", "data0", verb="probe", probe=probe)


def annotated(run: Path, number: int, min_positives: int = 1, **concepts) -> Path:
    config = yaml.safe_load((run / "config.yaml").read_text())
    (run / "config.yaml").write_text(yaml.safe_dump(config | {"min_positives": min_positives}))
    return change(run, f"model{number}", "data0", verb="annotate", concepts=CONCEPTS | concepts)


def board(runs):
    return make_board([read_entry(run) for run in runs])


@pytest.mark.parametrize(
    ("method", "setting"),
    [
        ("linear", {"c": [1.0]}), ("linear", {"class_weight": "balanced"}),
        ("knn", {"k": [7]}), ("knn", {"votes": "plain"}),
        ("cache", {"alpha": [3.0]}), ("cache", {"beta": [3.0]}), ("cache", {"scale": 30.0}),
        ("mean", {"folds": 5}), ("mean", {"allow_shared_groups": True}),
        ("mean", {"sampling": "stratified"}), ("mean", {"seed": 1}),
    ],
)  # fmt: skip
def test_probes_fitted_otherwise_are_refused(pair, method, setting):
    probed(pair[0], 0, method=method)
    probed(pair[1], 1, method=method)
    assert len(board(pair).models) == 2
    probed(pair[1], 1, method=method, **setting)
    with pytest.raises(CutisError, match="differ in settings: ") as refused:
        board(pair)
    assert next(iter(setting)) in str(refused.value)


@pytest.mark.parametrize(
    ("method", "setting"),
    [
        ("linear", {"k": [7], "alpha": [3.0]}), ("knn", {"c": [1.0], "class_weight": "balanced"}),
        ("mean", {"c": [1.0], "k": [7], "beta": [3.0], "protocol": "panderm"}),
    ],
)  # fmt: skip
def test_what_a_method_does_not_read_may_differ(pair, method, setting):
    probed(pair[0], 0, method=method)
    probed(pair[1], 1, method=method, **setting)
    assert len(board(pair).models) == 2


def test_the_published_probe_has_no_strengths_to_choose(pair):
    for number, c in enumerate(([0.1], [1.0])):
        probed(pair[number], number, protocol="panderm", c=c)
    assert len(board(pair).models) == 2
    assert read_entry(pair[0]).rows["settings"] == "sampling grouped, seed 0"


@pytest.mark.parametrize(
    "setting",
    [
        {"concepts_sha256": "d" * 64}, {"rules_sha256": "d" * 64}, {"templates_sha256": "d" * 64},
        {"variant": "flattened"}, {"temperature_from": "published"}, {"min_positives": 30},
    ],
)  # fmt: skip
def test_annotations_made_otherwise_are_refused(pair, setting):
    annotated(pair[0], 0)
    annotated(pair[1], 1)
    assert len(board(pair).models) == 2
    annotated(pair[1], 1, **setting)
    with pytest.raises(CutisError, match="differ in settings: concepts SHA-256 aaaaaaaa"):
        board(pair)


def test_other_verbs_have_none():
    assert settings_words(RunData({"verb": "zero-shot"}, PROBE)) is None
    assert settings_words(RunData({"verb": "annotate"})) is None


def test_reduced_precision_is_in_the_label(pair):
    change(pair[1], "model1", "data0", precision="bf16")
    made = board(pair)
    assert {made.label(key) for key in made.models} == {"Model0", "Model1 (bf16)"}
    record = json.loads((pair[1] / "run.json").read_text())
    assert record["precision"] == "bf16"
