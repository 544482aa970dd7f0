"""Settings that contradict each other, and settings nobody would read, are refused at once."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from cutis import cli
from cutis.errors import CutisError
from cutis.tasks.probe import probe
from cutis.tasks.probe.checks import OWN, refuse_contradictions
from cutis.tasks.probe.config import ProbeConfig

CONTRADICTIONS = {
    "both amounts": ({"shots": (4,), "fractions": (0.1,)}, "--shots and --fractions"),
    "shots of a published draw": ({"shots": (4,), "sampling": "panderm"}, "leave --sampling out"),
    "a share of all": ({"sampling": "stratified"}, "all of them are taken.*--fractions 0.1,1"),
    "folds of shared groups": (
        {"folds": 5, "allow_shared_groups": True}, "keep every lesion and patient whole",
    ),
    "folds and a split": ({"folds": 5, "split": "test"}, "--folds evaluates every row"),
    "no k": ({"method": "knn", "k": ()}, "--k 5,10,15"),
    "c of neighbours": ({"method": "knn", "c": (1.0,)}, "no meaning for --method knn"),
    "k of a line": ({"k": (3,)}, "no meaning for --method linear.*--method knn"),
    "prompts of a line": ({"templates": "clinical"}, "--method cache"),
    "protocol of means": ({"method": "mean", "protocol": "panderm"}, "--method linear"),
    "c of the published": ({"protocol": "panderm", "c": (1.0,)}, "fixed as published"),
    "weights of the published": (
        {"protocol": "panderm", "class_weight": "balanced"}, "--class-weight has no meaning",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_contradictions_are_refused_before_anything_is_read(tmp_path, name):
    more, said = CONTRADICTIONS[name]
    with pytest.raises(CutisError, match=said):
        probe(ProbeConfig(data=tmp_path / "none.csv", output=tmp_path / "run", **more))


@pytest.mark.parametrize("sampling", ["grouped", "panderm", "dermfm"])
def test_the_published_ways_order_even_all_rows_and_are_taken(tmp_path, sampling):
    refuse_contradictions(
        ProbeConfig(data=tmp_path / "t.csv", output=tmp_path / "run", sampling=sampling)
    )


INVALID = {
    "fractions": (0.0, 0.5), "shots": (0,), "k": (-1,), "c": (0.0,), "alpha": (-1.0,),
    "beta": (float("nan"),), "seeds": 0, "folds": 1, "scale": 0,
}  # fmt: skip


@pytest.mark.parametrize("name", INVALID)
def test_impossible_values_are_refused(tmp_path, name):
    with pytest.raises(ValidationError):
        ProbeConfig(data=tmp_path / "t.csv", output=tmp_path / "r", **{name: INVALID[name]})


def test_every_setting_of_one_method_exists():
    assert set(OWN) <= set(ProbeConfig.model_fields)


def test_lists_on_the_command_line(tmp_path, monkeypatch):
    seen = []

    def keep(config: ProbeConfig) -> None:
        seen.append(config)

    keep.__annotations__ = {"config": ProbeConfig}
    monkeypatch.setattr("cutis.tasks.probe.verb.probe", keep)
    words = ["probe", "--data", "t.csv", "-o", "r", "--fractions", "1,0.01,0.1", "--seeds", "3"]
    assert cli.run(words) == 0
    assert cli.run(["probe", "--data", "t.csv", "-o", "r", "--shots", "4", "1"]) == 0
    assert seen[0].fractions == (0.01, 0.1, 1.0)
    assert seen[0].seeds == 3
    assert seen[1].shots == (1, 4)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--fractions", "0,0.5"], "--fractions: each share is above 0"),
        (["--fractions", "half"], "half"),
        (["--shots", "0"], "--shots: each number is 1 or more"),
        (["--shotz", "4"], "--shots"),
        (["--method", "forest"], "forest"),
    ],
)
def test_impossible_values_on_the_command_line(tmp_path, capsys, words, said):
    assert cli.run(["probe", "--data", "t.csv", "-o", str(tmp_path / "r"), *words]) == 2
    assert said in capsys.readouterr().err
