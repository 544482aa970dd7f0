"""Reading a run directory: whole, in part, broken, hostile."""

from __future__ import annotations

import json

import numpy as np
import pytest

from cutis.errors import CutisError
from cutis.report.source import RunData, dig, read_run_data
from tests.report.fake_run import CLASSES, HOME


def test_a_whole_run_is_read(run):
    assert run.classes == CLASSES
    assert len(run.predictions) == 300
    assert run.metrics["n"] == 296
    assert run.labelled.sum() == 296
    assert run.get("model", "card", "title") == "cutis-tiny"
    assert run.get("model", "card", "no such", default=3) == 3
    assert all(path.is_file() for path in run.thumbs.values())


def test_no_folder_of_the_machine_is_kept(run):
    known = json.dumps(run.config) + repr(run.unreadable)
    assert HOME not in known
    assert "Jane" not in known
    assert run.config["data"] == "table.csv"
    assert [item.image for item in run.unreadable] == ["ISIC_9.jpg", "ISIC_10.jpg"]
    assert run.unreadable[0].reason == "ISIC_9.jpg is truncated"


@pytest.mark.parametrize(
    "name",
    ["metrics.json", "predictions.parquet", "errors.csv", "config.yaml", "thumbs/thumbs.json"],
)
def test_every_part_but_the_record_may_be_missing(copied, name):
    (copied / name).unlink()
    assert isinstance(read_run_data(copied), RunData)


def test_classes_come_from_the_metrics_without_predictions(copied):
    (copied / "predictions.parquet").unlink()
    run = read_run_data(copied)
    assert run.classes == CLASSES
    assert run.labelled.tolist() == []


@pytest.mark.parametrize("name", ["run.json", "metrics.json", "thumbs/thumbs.json"])
def test_broken_json_is_a_user_error(copied, name):
    (copied / name).write_text('{"a": ')
    with pytest.raises(CutisError, match=r"not valid JSON|damaged"):
        read_run_data(copied)


def test_broken_yaml_is_a_user_error(copied):
    (copied / "config.yaml").write_text("a: [1")
    with pytest.raises(CutisError, match="not valid YAML"):
        read_run_data(copied)


def test_a_folder_without_a_run_is_a_user_error(tmp_path):
    with pytest.raises(CutisError, match="no finished run"):
        read_run_data(tmp_path)


def test_a_run_cannot_point_outside_of_itself(copied):
    secret = copied.parent / "secret.jpg"
    secret.write_bytes((copied / "thumbs" / "000.jpg").read_bytes())
    names = {"a": "../../secret.jpg", "b": str(secret), "c": "000.jpg", "d": "gone.jpg"}
    (copied / "thumbs" / "thumbs.json").write_text(json.dumps(names))
    thumbs = read_run_data(copied).thumbs
    assert set(thumbs) == {"c"}
    assert thumbs["c"].parent == copied / "thumbs"


def test_deep_values_are_found_or_replaced():
    nested = {"a": {"b": {"c": 0, "d": None}}}
    assert dig(nested, "a", "b", "c") == 0
    assert dig(nested, "a", "b", "d", default="x") == "x"
    assert dig(nested, "a", "b", "c", "e", default="x") == "x"
    assert dig(None, "a") is None


def test_an_empty_run_has_no_classes():
    run = RunData(record={})
    assert run.classes == ()
    assert np.array_equal(run.labelled, np.zeros(0, dtype=bool))
