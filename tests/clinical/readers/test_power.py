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
    assert (
        json.loads((tmp_path / "power.json").read_text())["n"]
        == run(difference=0.05, sd=0.08).numbers["n"]
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [("difference", float("nan")), ("difference", float("-inf")), ("sd", float("inf"))],
)
def test_what_is_no_number_is_refused(name, value):
    with pytest.raises(CutisError, match=f"--{name} {value} is no number"):
        run(**({"difference": 0.1, "sd": 0.1} | {name: value}), n_readers=5)


@pytest.mark.parametrize(
    "text", ["", "a,b,c,d,e,f", "0,nan,0,0,0,50", "0,-1,0,0,0,50", "0,1,0,0,0,1", "0,1,0,0,0,inf"]
)
def test_components_that_are_none_are_refused_with_the_form(text):
    with pytest.raises(CutisError, match="Six numbers: var_tr,var,cov1,cov2,cov3,cases"):
        run(test="mrmc", difference=0.1, components=text, n_readers=5, n_cases=50)


@pytest.mark.parametrize("text", ["{}", "[]", "no json", '{"analysis": null}'])
def test_a_pilot_that_is_no_comparison_is_refused(tmp_path, text):
    (tmp_path / "result.json").write_text(text)
    with pytest.raises(CutisError, match="no run of 'cutis stats mrmc' with two arms"):
        run(test="mrmc", difference=0.1, pilot=tmp_path, n_readers=5)


def test_a_pilot_gives_what_its_components_give(tmp_path):
    names = ("var_both", "variance", "cov1", "cov2", "cov3")
    *values, cases = (float(v) for v in VAN_DYKE.split(","))
    found = {"components": dict(zip(names, values, strict=True)), "n_cases": int(cases)}
    (tmp_path / "result.json").write_text(json.dumps({"analysis": found}))
    options = {"test": "mrmc", "difference": 0.04, "n_readers": 6, "n_cases": 120}
    from_run, from_text = run(pilot=tmp_path, **options), run(components=VAN_DYKE, **options)
    assert from_run.lines == from_text.lines
    found["components"]["var_both"] = -1.0
    (tmp_path / "result.json").write_text(json.dumps({"analysis": found}))
    assert run(pilot=tmp_path / "result.json", **options).numbers["pilot"]["var_both"] == 0.0


@pytest.mark.parametrize("kind", ["readers_and_cases", "readers", "cases"])
def test_the_table_of_powers_surrounds_the_plan(kind):
    found = run(
        test="mrmc", difference=0.04, components=VAN_DYKE, n_readers=4, n_cases=100, generalise=kind
    )
    table = found.numbers["table"]
    assert list(table) == [f"{j}x{n}" for j in (2, 4, 8) for n in (50, 100, 200)]
    assert table["4x100"] == found.numbers["power"]
    assert table["8x200"] >= table["4x100"] >= table["2x50"]
    assert kind.replace("_", " ") in found.lines[0]


def test_readers_needed_shrink_with_the_effect():
    needed = [run(difference=d, sd=0.1).numbers["n"] for d in (0.02, 0.05, 0.1, 0.3)]
    assert needed == sorted(needed, reverse=True)
    stricter = run(difference=0.05, sd=0.1, alpha=0.01, power=0.9).numbers["n"]
    assert stricter > needed[1]
