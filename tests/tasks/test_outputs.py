"""What the terminal says about a run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from cutis.data import Dataset
from cutis.data.cards import DatasetCard
from cutis.errors import CutisError
from cutis.predictions import Predictions, make_predictions
from cutis.stats import evaluate
from cutis.tasks.outputs import describe, interval_text, measure, summary_lines, write_all

CLASSES = ("nevus", "melanoma")
LABELS = np.array([0, 0, 0, 1, 1, 1, 0, 1, 0, 1])
MELANOMA = np.array([0.1, 0.2, 0.6, 0.9, 0.4, 0.8, 0.3, 0.7, 0.2, 0.9])
PROBS = np.stack([1 - MELANOMA, MELANOMA], axis=1)
NO_ERRORS = pd.DataFrame({"row": [], "reason": []})


def predictions(labels: np.ndarray | None = LABELS) -> Predictions:
    names = [f"i{k}" for k in range(len(PROBS))]
    return make_predictions(
        ids=names, images=names, probs_nc=PROBS, classes=CLASSES, labels_n=labels
    )


def lines(groups: np.ndarray | None, errors: pd.DataFrame = NO_ERRORS) -> tuple[str, ...]:
    grouping = None if groups is None else "patient_id"
    metrics = evaluate(LABELS, PROBS, CLASSES, groups_n=groups, grouping=grouping).to_json()
    return summary_lines(predictions(), metrics, SimpleNamespace(errors=errors))


def test_grouped_and_ungrouped_intervals_are_told_apart():
    assert lines(None)[0] == "10 images, 2 classes, no grouping column."
    assert lines(np.arange(10) // 2)[0] == "10 images, 2 classes, 5 groups by patient_id."


def test_the_headline_has_its_interval_and_its_baseline():
    text = "\n".join(lines(None))
    assert "balanced accuracy  0.800 (" in text
    assert "95 % CI" in text
    assert "always 'melanoma': balanced accuracy 0.500" in text or "always 'nevus'" in text


def test_unreadable_images_come_first():
    errors = pd.DataFrame({"row": [7], "reason": ["truncated: the file ends"]})
    first = lines(None, errors)[0]
    assert first.startswith("1 images could not be read")
    assert "row 7: truncated" in first


def test_a_table_without_labels_says_so():
    found = summary_lines(predictions(None), None, SimpleNamespace(errors=NO_ERRORS))
    assert found == ("10 images diagnosed; the table has no labels to compare.",)


@pytest.mark.parametrize(
    ("record", "text"),
    [
        ({"value": 0.5, "low": 0.25, "high": 0.75}, "0.500 (0.250 to 0.750)"),
        ({"value": 0.5, "low": None, "high": None}, "0.500"),
        ({"value": None, "low": None, "high": None}, "undefined"),
        ({"value": float("nan"), "low": None, "high": None}, "undefined"),
    ],
)
def test_a_metric_as_text(record: dict[str, float | None], text: str):
    assert interval_text(record) == text


def dataset(n: int = 10) -> Dataset:
    """Ten rows of a table that is on disk nowhere."""
    return Dataset(
        name="small", table=pd.DataFrame({"x": range(n)}), roles={"group": "patient_id"},
        card=DatasetCard(name="small", malignant=("melanoma",)), source=Path("small.csv"),
        root=Path("/p"), ids=tuple(f"i{k}" for k in range(n)),
        image_paths=tuple(Path(f"/p/i{k}.png") for k in range(n)), found=np.ones(n, bool),
        classes=CLASSES, labels=LABELS[:n], groups=None, splits=None,
        metadata=pd.DataFrame(index=range(n)), notes=("read with care",),
    )  # fmt: skip


CONFIG = SimpleNamespace(n_bootstrap=100, confidence=0.9, seed=0, split=None, csv=False)


def test_without_a_label_there_are_no_metrics():
    assert measure(predictions(None), dataset(), CONFIG) is None


def test_metrics_hold_every_part_and_one_way_of_resampling():
    found = measure(predictions(), dataset(), CONFIG)
    assert found["metrics"]["accuracy"]["value"] == (PROBS.argmax(axis=1) == LABELS).mean()
    assert found["confidence"] == 0.9
    assert found["selective"]["metrics"]["aurc"]["grouping"] == found["grouping"]
    assert found["decision"]["positive"] == "melanoma"
    assert list(found["operating_points"]) == ["melanoma"]


def test_the_class_that_matters_can_be_named():
    config = SimpleNamespace(**vars(CONFIG), positive=["nevus"])
    assert list(measure(predictions(), dataset(), config)["operating_points"]) == ["nevus"]
    config.positive = ["nevis"]
    with pytest.raises(CutisError, match=r"no class 'nevis'.*Did you mean 'nevus'"):
        measure(predictions(), dataset(), config)


@pytest.fixture
def described(tmp_path):
    """The dataset's part of run.json, of some predictions."""
    (tmp_path / "small.csv").write_text("x\n")

    def make(labels=LABELS, n_full=10, errors=NO_ERRORS, split=None):
        found = replace(dataset(), source=tmp_path / "small.csv")
        full = replace(found, ids=tuple(str(k) for k in range(n_full)))
        config = SimpleNamespace(**{**vars(CONFIG), "split": split})
        features = SimpleNamespace(errors=errors)
        return describe(full, found, features, predictions(labels), config)

    return make


def test_the_flow_of_rows_adds_up(described):
    labels = np.where(np.arange(10) < 3, -1, LABELS)
    errors = pd.DataFrame({"row": [7], "reason": ["truncated"]})
    found = described(labels, 25, errors)
    assert found["counts"] == {
        "rows_in_table": 25, "rows_in_split": 10, "unreadable": 1, "without_label": 3,
        "evaluated": 7, "groups": None, "per_class": {"nevus": 2, "melanoma": 5},
    }  # fmt: skip
    assert found["notes"] == ["read with care"]


@pytest.mark.parametrize(
    ("n_full", "split", "said"), [(10, None, "all"), (25, None, "test"), (25, "clinic", "clinic")]
)
def test_the_split_has_a_name(described, n_full, split, said):
    assert described(n_full=n_full, split=split)["split"] == said


def test_evaluated_rows_have_a_hash_of_their_names(described):
    some = np.where(np.arange(10) < 3, -1, LABELS)
    hashes = [described(labels)["rows_sha256"] for labels in (LABELS, LABELS, some)]
    assert hashes[0] == hashes[1] != hashes[2]


def test_files_are_written_only_where_there_is_something(tmp_path, monkeypatch):
    monkeypatch.setattr("cutis.tasks.thumbnails.write_thumbnails", lambda folder, named: None)
    features = SimpleNamespace(errors=NO_ERRORS, rows=np.arange(10))
    names = write_all(tmp_path, predictions(None), None, features, dataset(), CONFIG)
    assert names == ["predictions.parquet", "thumbs/thumbs.json"]
    features.errors = pd.DataFrame({"row": [7], "id": ["a"], "reason": ["truncated"]})
    config = SimpleNamespace(**{**vars(CONFIG), "csv": True})
    names = write_all(tmp_path, predictions(), {"n": 10}, features, dataset(), config)
    assert names == ["predictions.parquet", "predictions.csv", "metrics.json", "errors.csv",
                     "thumbs/thumbs.json"]  # fmt: skip
    assert pd.read_csv(tmp_path / "errors.csv")["reason"].tolist() == ["truncated"]
    assert len(pd.read_csv(tmp_path / "predictions.csv")) == 10


def test_pictures_of_cases_are_those_of_their_rows(tmp_path, monkeypatch):
    seen = {}
    monkeypatch.setattr(
        "cutis.tasks.thumbnails.write_thumbnails", lambda folder, named: seen.update(named)
    )
    # The second row could not be read, so predictions and rows of the table are out of step.
    rows = np.array([0, *range(2, 11)])
    features = SimpleNamespace(errors=NO_ERRORS, rows=rows)
    paths = tuple(Path(f"/p/row{k}.png") for k in range(11))
    table = replace(dataset(), image_paths=paths)
    write_all(tmp_path, predictions(), None, features, table, CONFIG)
    assert len(seen) > 2
    for name, path in seen.items():
        assert path == paths[rows[int(name[1:])]]
