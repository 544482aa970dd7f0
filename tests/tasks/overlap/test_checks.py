"""Settings that nobody would read are refused before anything is loaded."""

from __future__ import annotations

from pathlib import Path

import pytest

from cutis import cli
from cutis.errors import CutisError
from cutis.tasks.overlap.checks import is_features, refuse_unread
from tests.tasks.overlap.made import config


@pytest.fixture
def features(tmp_path) -> Path:
    folder = tmp_path / "features"
    folder.mkdir()
    (folder / "meta.json").write_text("{}")
    return folder


UNREAD = {
    "a threshold of nothing": ({"threshold": 0.9}, "compared by their look alone.*--model"),
    "turned, without a hash": (
        {"no_hash": True, "model": "make", "flips": True}, "--flips belongs.*leave --flips out",
    ),
    "likeness without a hash": (
        {"no_hash": True, "model": "make", "likeness": 0.5}, "--likeness belongs.*or --no-hash",
    ),
    "bits without a hash": (
        {"no_hash": True, "model": "make", "hash_distance": 3}, "--hash-distance belongs",
    ),
    "trust in no file": ({"trust_torchscript": True}, "no model is named.*sscd@FILE"),
    "trust in a known model": ({"trust_torchscript": True, "model": "make"}, "make is none"),
}  # fmt: skip


@pytest.mark.parametrize("name", UNREAD)
def test_unread_settings_are_refused(name):
    more, said = UNREAD[name]
    with pytest.raises(CutisError, match=said):
        refuse_unread(config(**more))


def test_folders_of_features_have_cosines_but_no_looks_and_no_splits(features, tmp_path):
    refuse_unread(config(data=[features], threshold=0.9))
    refuse_unread(config(against=[features], model="make", threshold=0.9, split="test", flips=True))
    with pytest.raises(CutisError, match=r"has no splits.*--against"):
        refuse_unread(config(data=[Path("a.csv"), features], model="make", split="test"))
    with pytest.raises(CutisError, match="features alone are compared") as refused:
        refuse_unread(config(data=[features], flips=True))
    assert "--no-hash" not in str(refused.value)


@pytest.mark.parametrize(
    "more",
    [
        {"model": "make", "threshold": 0.9, "flips": True, "likeness": 0.5},
        {"model": "sscd@x.pt", "trust_torchscript": True, "threshold": 0.8},
        {"no_hash": True, "model": "make", "likeness": 0.85, "hash_distance": 14},
        {"split": "test", "flips": True, "hash_distance": 3},
    ],
    ids=str,
)
def test_settings_that_are_read_are_taken(more):
    refuse_unread(config(**more))


def test_features_are_told_by_the_file_that_describes_them(features, tmp_path):
    assert is_features(features)
    assert not is_features(tmp_path)


def test_on_the_command_line_nothing_is_left_behind(mine, tmp_path, capsys):
    words = ["data", "overlap", str(mine), "--threshold", "0.9", "-o", str(tmp_path / "run")]
    assert cli.run(words) == 2
    assert "--threshold is a cosine of features" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()
