"""What the terminal says about a run."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from cutis.predictions import Predictions, make_predictions
from cutis.stats import evaluate
from cutis.tasks.outputs import interval_text, summary_lines

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
