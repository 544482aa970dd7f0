"""The verb of power: what it prints, what it writes, what it refuses."""

from __future__ import annotations

import json

import pytest
from statsmodels.stats.power import TTestPower

from cutis import cli
from cutis.clinical.readers.power import StatsPowerConfig, stats_power
from cutis.errors import CutisError

VAN_DYKE = "0.0002004,0.00080229,0.00034661,0.00034407,0.00023903,114"


def run(**options):
    return stats_power(StatsPowerConfig(**options))


def test_readers_needed_and_power_reached():
    needed = run(difference=0.05, sd=0.08).numbers["n"]
    oracle = TTestPower()
    assert oracle.power(0.625, needed, 0.05) >= 0.8 > oracle.power(0.625, needed - 1, 0.05)
    reached = run(difference=0.05, sd=0.08, n_readers=12)
    assert reached.numbers["power"] == pytest.approx(oracle.power(0.625, 12, 0.05))
    assert "12 readers have a power of" in reached.render()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"test": "wilcoxon", "difference": 0.05, "sd": 0.1}, "A floor"),
        ({"test": "two-groups", "difference": 0.05, "sd": 0.1}, "readers in each group are needed"),
        ({"test": "mcnemar", "helped": 0.2, "harmed": 0.1}, "the true power is lower"),
        ({"difference": 0.05, "sd": 0.1}, "not of other cases"),
    ],
)
def test_every_test_comes_with_its_caution(options, said):
    assert said in run(**options).render()


def test_wilcoxon_needs_more_than_t_and_mcnemar_is_exact():
    t, w = (run(test=x, difference=0.05, sd=0.1).numbers["n"] for x in ("paired-t", "wilcoxon"))
    assert t < w
    assert run(test="mcnemar", helped=0.2, harmed=0.05, n_cases=100).numbers["power"] == (
        pytest.approx(0.8367, abs=1e-4)
    )


def test_the_published_study():
    options = {"test": "mrmc", "components": VAN_DYKE, "difference": 0.04380032}
    assert run(**options, n_readers=6).numbers["n_cases"] == 251
    assert "6 readers need 251 cases" in run(**options, n_readers=6).render()
    assert run(**options, n_cases=251).numbers["n_readers"] <= 6
    both = run(**options, n_readers=6, n_cases=251)
    assert both.numbers["power"] == pytest.approx(0.8005, abs=1e-3)
    assert both.numbers["table"]["12x502"] > both.numbers["power"]


MISTAKES = [
    ({"difference": 0.05}, "needs --sd"),
    ({"test": "mcnemar", "helped": 0.1}, "needs --harmed"),
    ({"test": "mcnemar", "helped": 0.9, "harmed": 0.2}, "sum to 1.1"),
    ({"difference": 0.0, "sd": 0.1}, "No number of readers below 100,000"),
    ({"test": "mrmc", "difference": 0.1, "n_readers": 5}, "neither was given"),
    ({"test": "mrmc", "difference": 0.1, "components": VAN_DYKE}, "Either the readers or"),
    ({"test": "mrmc", "difference": 0.1, "components": "1,2", "n_readers": 5}, "Six numbers"),
    ({"test": "mrmc", "difference": 0.1, "components": VAN_DYKE, "n_readers": 1}, "too few"),
    (
        {"test": "mrmc", "difference": 0.001, "components": VAN_DYKE, "n_readers": 3},
        "more cases alone cannot",
    ),
    ({"test": "mrmc", "difference": 0.1, "pilot": "nowhere", "n_readers": 5}, "is no run of"),
]


@pytest.mark.parametrize(("options", "said"), MISTAKES)
def test_mistakes_are_named(options, said):
    with pytest.raises(CutisError, match=said):
        run(**options)


def test_both_sources_are_refused(tmp_path):
    with pytest.raises(CutisError, match="both were given"):
        run(test="mrmc", difference=0.1, components=VAN_DYKE, pilot=tmp_path, n_readers=3)


def test_nothing_is_written_unless_asked(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words = ["stats", "power", "--difference", "0.05", "--sd", "0.08"]
    assert cli.run(words) == 0
    assert list(tmp_path.iterdir()) == []
    assert cli.run([*words, "-o", "power.json"]) == 0
    assert "Written to power.json" in capsys.readouterr().out
    assert json.loads((tmp_path / "power.json").read_text())["format"] == "cutis.power/1"
