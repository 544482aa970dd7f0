"""Suites: those that come along, a user's own, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from cutis.data.cards import bundled_cards
from cutis.errors import CutisError
from cutis.tasks.benchmark.reading import SUITES, bundled_suites, parse_suite, read_suite
from cutis.tasks.benchmark.suite import Suite, percent_of
from cutis.tasks.benchmark.tasks import is_metric, make_config, metrics_of

WANTED = {
    "zero-shot-7": 7, "retrieval-2": 2, "linear-probe-4": 4, "few-shot-10": 4, "annotation-2": 2,
    "dermino-downstream": 8, "quick": 4,
}  # fmt: skip


def written(folder: Path, **content) -> Path:
    path = folder / "mine.yaml"
    path.write_text(yaml.safe_dump(content))
    return path


def refusal(folder: Path, **content) -> str:
    with pytest.raises(CutisError) as raised:
        parse_suite(written(folder, **content))
    return str(raised.value)


@pytest.mark.parametrize(("name", "runs"), WANTED.items())
def test_the_published_suites_come_along(name, runs):
    suite = bundled_suites()[name]
    assert len([e for e in suite.entries if not e.not_runnable]) == runs
    assert suite.title
    assert suite.description


@pytest.mark.parametrize("name", sorted(path.stem for path in SUITES.glob("*.yaml")))
def test_every_entry_names_cards_that_exist(name):
    known = bundled_cards()
    for entry in bundled_suites()[name].entries:
        assert {entry.data, *entry.instead} <= set(known)
        assert entry.not_runnable or known[entry.data].how_to_obtain


def test_four_fractions_are_four_columns_of_one_run():
    suite = bundled_suites()["linear-probe-4"]
    keys = [column.key for column in suite.columns()]
    assert keys[:4] == [f"ham10000-probe {p}" for p in ("10%", "30%", "50%", "100%")]
    assert len(keys) == len(set(keys)) == 16
    assert {column.group for column in suite.columns()} == {
        "probe 10%", "probe 30%", "probe 50%", "probe 100%",
    }  # fmt: skip


def test_the_probes_are_those_of_the_paper():
    suite = bundled_suites()["linear-probe-4"]
    config = make_config(suite.entries[0], model="m", data=Path("t.csv"), output=Path("o"))
    assert (config.protocol, config.sampling) == ("panderm", "dermfm")
    assert config.fractions == (0.1, 0.3, 0.5, 1.0)


def test_several_metrics_are_columns_that_are_averaged_apart():
    columns = bundled_suites()["retrieval-2"].columns()
    assert len(columns) == 4
    assert len({column.group for column in columns}) == 2


def test_a_suite_of_ones_own(tmp_path):
    path = written(
        tmp_path,
        entries=[
            {"data": "tables/my table.csv", "metric": "auroc"},
            {"data": "ph2", "task": "probe", "metric": "auroc", "fractions": 0.5},
            {"data": "ph2", "metric": "auroc", "settings": {"templates": "dermoscopy"}},
        ],
    )
    suite, beside = read_suite(str(path))
    assert suite.name == "mine"
    assert beside == tmp_path.resolve()
    assert [e.name for e in suite.entries] == ["my-table", "ph2-probe", "ph2"]
    assert [e.published_name for e in suite.entries][1] == "ph2"


def test_an_unknown_suite_names_the_nearest():
    with pytest.raises(CutisError, match=r"no suite 'zero-shot-8'.*Did you mean 'zero-shot-7'"):
        read_suite("zero-shot-8")


def test_a_file_that_is_not_there_or_no_yaml(tmp_path):
    with pytest.raises(CutisError, match="cannot be read"):
        read_suite(str(tmp_path / "none.yaml"))
    path = tmp_path / "bad.yaml"
    path.write_text("entries: [")
    with pytest.raises(CutisError, match="not valid YAML"):
        read_suite(str(path))
    path.write_text("- a")
    with pytest.raises(CutisError, match=r"not a YAML mapping.*may hold: name, title"):
        read_suite(str(path))


ENTRY = {"data": "ph2", "metric": "auroc"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({}, "wrong at 'entries': Field required"),
        ({"entries": []}, "at least 1 item"),
        ({"entires": [ENTRY], "entries": [ENTRY]}, "Did you mean 'entries'"),
        ({"entries": [ENTRY | {"mertic": "x"}]}, "Did you mean 'metric'"),
        ({"entries": [ENTRY | {"task": "zeroshot"}]}, "Did you mean 'zero-shot'"),
        ({"entries": [{"data": "ph2"}]}, "entry 1 metric"),
        ({"entries": [ENTRY | {"fractions": 0.1}]}, "fractions belong to probes"),
        ({"entries": [ENTRY | {"task": "probe", "fractions": 10}]}, "not at 10"),
        ({"entries": [ENTRY | {"metric": ["auroc", "auroc"]}]}, "named twice"),
        ({"entries": [ENTRY, ENTRY]}, "two entries are called 'ph2'"),
        ({"entries": [ENTRY | {"metric": "acuracy"}]}, "Did you mean 'accuracy'"),
        ({"entries": [ENTRY | {"task": "retrieve"}]}, "no metric of 'cutis retrieve'"),
        ({"entries": [ENTRY | {"settings": {"template": "x"}}]}, "Did you mean 'templates'"),
        ({"entries": [ENTRY | {"settings": {"seed": 1}}]}, "give --seed to cutis benchmark"),
        ({"entries": [ENTRY | {"settings": {"scale": -1}}]}, "wrong at 'scale'"),
        (
            {"entries": [ENTRY | {"task": "probe", "settings": {"fractions": [0.1]}}]},
            "write 'fractions' beside 'settings'",
        ),
    ],
)
def test_what_is_wrong_is_said(tmp_path, content, said):
    assert said in refusal(tmp_path, **content)


def test_an_entry_that_cannot_be_run_is_listed_with_its_reason():
    suite = bundled_suites()["dermino-downstream"]
    listed = [e for e in suite.entries if e.not_runnable]
    assert {"skincap-captioning", "waterloo"} <= {e.data for e in listed}
    assert not {e.name for e in listed} & {c.entry.name for c in suite.columns()}


def test_metrics_of_tasks():
    assert is_metric("retrieve", "image_to_image_map_at_r")
    assert not is_metric("retrieve", "recall_at_5")
    assert not is_metric("zero-shot", "image_to_text_mean_recall")
    for task in ("zero-shot", "probe", "retrieve", "annotate"):
        assert all(is_metric(task, name) for name in metrics_of(task))


def test_names_are_kept_in_a_round_trip():
    suite = bundled_suites()["retrieval-2"]
    assert Suite.model_validate(suite.model_dump(mode="json")) == suite
    assert percent_of(0.3) == "30%"
