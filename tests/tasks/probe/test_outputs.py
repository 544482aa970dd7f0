"""Files of a probe's run: points that are kept and found again, and the curve's two tables."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics as sk

from cutis.tasks.probe import outputs
from cutis.tasks.probe.points import Point, PointResult
from tests.tasks.probe.hand import hand_dataset, hand_features

INPUTS = {"table_sha256": "aa", "classes": ["wart", "nevus", "melanoma"]}


def result_of(n: int, seed: int = 0, fraction: float = 1.0, **more) -> PointResult:
    """A point with invented answers."""
    probs = np.random.default_rng(seed + 7).dirichlet(np.ones(3), n)
    facts = {"n_train": 16.0, "n_train_groups": 8.5, "chosen": [{"c": 0.1, "by": "given"}],
             "per_class": {"wart": 6.0, "nevus": 5.0, "melanoma": 5.0}}  # fmt: skip
    return PointResult(Point(fraction, None, seed), probs, **(facts | more))


@pytest.fixture
def tested():
    """Twelve tested rows, the second without a label."""
    full = hand_dataset()
    found = full.select(full.splits == "test")
    labels = found.labels.copy()
    labels[1] = -1
    return replace(found, labels=labels)


def test_answers_stand_beside_their_rows(tested):
    features = hand_features(tested, unreadable=(0, 5))
    result = result_of(len(features))
    table = outputs.predictions_of(result, tested, features, INPUTS)
    assert table.table["id"].tolist() == [tested.ids[i] for i in features.rows]
    assert table.table["image"].tolist() == [f"{name[1:]}.png" for name in features.ids]
    assert np.array_equal(table.probs_nc, result.probs_tc)
    assert np.array_equal(table.labels_n, tested.labels[features.rows])
    assert list(table.groups_n) == list(tested.groups[features.rows])
    assert set(table.table["split"]) == {"test"}
    assert table.subgroup_columns == ("sex", "age")
    assert "probs_tc" not in table.provenance["point"]
    assert table.provenance["point"]["fraction"] == 1.0
    json.dumps(table.provenance, allow_nan=False)


def test_a_table_without_groups_or_splits_has_none(tested):
    bare = replace(tested, groups=None, splits=None)
    features = hand_features(bare)
    table = outputs.predictions_of(result_of(len(features)), bare, features, INPUTS)
    assert table.groups_n is None
    assert table.table["split"].isna().all()


@pytest.fixture
def kept(tested, tmp_path) -> PointResult:
    """A point on disk."""
    features = hand_features(tested)
    result = result_of(len(features), absent=("wart",))
    table = outputs.predictions_of(result, tested, features, INPUTS)
    outputs.write_point(tmp_path, result.point.name, table)
    return result


def test_a_kept_point_comes_back_whole(kept, tmp_path):
    again = outputs.kept_point(tmp_path, kept.point, INPUTS)
    assert np.array_equal(again.probs_tc, kept.probs_tc)
    assert replace(again, probs_tc=kept.probs_tc) == kept


def test_a_point_of_other_inputs_is_stale(kept, tmp_path):
    assert outputs.kept_point(tmp_path, kept.point, INPUTS | {"table_sha256": "bb"}) is None
    assert outputs.kept_point(tmp_path, kept.point, {**INPUTS, "new": 1}) is None
    fewer = {name: value for name, value in INPUTS.items() if name != "classes"}
    assert outputs.kept_point(tmp_path, kept.point, fewer) is None


def test_another_seed_or_share_is_another_point(kept, tmp_path):
    assert outputs.kept_point(tmp_path, Point(1.0, None, 1), INPUTS) is None
    assert outputs.kept_point(tmp_path, Point(0.5, None, 0), INPUTS) is None
    assert outputs.kept_point(tmp_path, Point(None, 1, 0), INPUTS) is None


@pytest.mark.parametrize("content", [b"", b"PAR1 but not really"])
def test_a_damaged_point_is_none(kept, tmp_path, content):
    (tmp_path / "points" / f"{kept.point.name}.parquet").write_bytes(content)
    assert outputs.kept_point(tmp_path, kept.point, INPUTS) is None


def test_predictions_that_are_no_point_are_none(kept, tested, tmp_path):
    from cutis.predictions import read_predictions, write_predictions

    path = tmp_path / "points" / f"{kept.point.name}.parquet"
    found = read_predictions(path)
    write_predictions(path, replace(found, provenance=INPUTS))
    assert outputs.kept_point(tmp_path, kept.point, INPUTS) is None


def test_a_points_metrics_are_those_of_labelled_rows(tested):
    result = result_of(len(tested))
    record = outputs.point_record(result, tested.labels, with_published=False)
    known = tested.labels >= 0
    truth, answers = tested.labels[known], result.probs_tc[known].argmax(axis=1)
    assert record["metrics"]["accuracy"] == pytest.approx(sk.accuracy_score(truth, answers))
    expected = sk.balanced_accuracy_score(truth, answers)
    assert record["metrics"]["balanced_accuracy"] == pytest.approx(expected)
    assert (record["name"], record["size_name"]) == ("fraction-1-seed-0", "fraction-1")
    assert "published" not in record


def test_published_metrics_are_there_when_asked_for(tested):
    result = result_of(len(tested))
    found = outputs.point_record(result, tested.labels, with_published=True)["published"]
    known = tested.labels >= 0
    truth, answers = tested.labels[known], result.probs_tc[known].argmax(axis=1)
    kappa = sk.cohen_kappa_score(truth, answers, weights="quadratic")
    assert found["lin_kappa"] == pytest.approx(kappa)


def test_what_is_not_defined_is_null_and_never_a_number(tested):
    one = np.where(tested.labels >= 0, 2, -1)
    record = outputs.point_record(result_of(len(tested)), one, with_published=False)
    assert record["metrics"]["auroc"] is None
    assert record["metrics"]["accuracy"] is not None
    json.dumps(record["metrics"], allow_nan=False)


def test_intervals_resample_lesions(tested, settings):
    features = hand_features(tested)
    result = result_of(len(features))
    records = outputs.intervals_of(result, tested, features, settings())
    point = outputs.point_record(result, tested.labels, with_published=False)["metrics"]
    for name, value in point.items():
        assert records[name]["value"] == pytest.approx(value)
    assert records["accuracy"]["n"] == 11
    assert records["accuracy"]["low"] < records["accuracy"]["value"] < records["accuracy"]["high"]


def test_the_curve_on_disk(tested, settings, tmp_path):
    config = settings(fractions=(0.5, 1.0), seeds=2, seed=3)
    features = hand_features(tested)
    results = [result_of(12, s, f) for f in (1.0, 0.5) for s in (3, 4)]
    record, names = outputs.write_curve(
        tmp_path, config, results, tested, features, "test", ["a note"]
    )
    assert record == json.loads((tmp_path / "probe.json").read_text())
    assert record["seeds"] == [3, 4]
    assert (record["evaluated"], record["notes"]) == ("test", ["a note"])
    assert [entry["fraction"] for entry in record["curve"]] == [0.5, 1.0]
    table = pd.read_csv(tmp_path / "learning_curve.csv")
    first = table["seed"] == 3
    accuracy = table["metric"] == "accuracy"
    assert table[accuracy & first]["low"].notna().all()
    assert table[~first]["low"].isna().all()
    values = [p["metrics"]["accuracy"] for p in record["points"]]
    assert table[accuracy]["value"].tolist() == pytest.approx(values)
    assert names[2:] == [f"points/{result.point.name}.parquet" for result in results]


@pytest.mark.parametrize(
    ("more", "protocol", "published"),
    [({}, "standard", False), ({"protocol": "panderm"}, "panderm", True),
     ({"method": "knn"}, None, False)],
)  # fmt: skip
def test_protocols_are_of_linear_probes(tested, settings, tmp_path, more, protocol, published):
    features = hand_features(tested)
    record, _ = outputs.write_curve(
        tmp_path, settings(**more), [result_of(12)], tested, features, "test", []
    )
    assert record["protocol"] == protocol
    assert ("published" in record["points"][0]) == published
