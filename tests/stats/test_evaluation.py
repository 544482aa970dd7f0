"""The whole of ``metrics.json``: its shape, its refusals, and published numbers."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from cutis.stats.evaluation import evaluate
from tests.stats.samples import SITUATIONS, make, situation


def record(made, **options):
    options = {"n_bootstrap": 50, "groups_n": made.groups, **options}
    return evaluate(made.labels, made.probs, made.classes, **options).to_json()


@pytest.mark.parametrize("name", SITUATIONS)
def test_the_record_is_strict_json_with_every_key(name):
    content = record(
        situation(name), subgroups={"sex": np.resize(["f", "m"], len(situation(name).labels))}
    )
    assert json.loads(json.dumps(content, allow_nan=False)) == content
    assert content["format"] == "cutis.metrics/1"
    expected = {
        "n", "n_groups", "grouping", "confidence", "n_bootstrap", "seed", "classes", "metrics",
        "per_class", "subgroups", "confusion", "calibration", "baseline",
    }  # fmt: skip
    assert expected <= set(content)
    numbers = [*content["metrics"].values()]
    for entry in content["per_class"].values():
        numbers += [entry[name] for name in ("sensitivity", "specificity", "precision", "f1")]
        numbers += [entry[name] for name in ("auroc", "average_precision")]
        assert isinstance(entry["n"], int)
    for number in numbers:
        assert {"value", "low", "high", "n", "method", "grouping"} <= set(number)
        if number["value"] is None or number["low"] is None:
            assert number["note"]
        elif number["method"] != "bootstrap-basic":
            assert number["low"] <= number["high"]
    assert np.sum(content["confusion"]) == content["n"]
    assert {"low", "high", "n", "confidence", "accuracy"} <= set(content["calibration"]["bins"][0])


def test_the_same_seed_gives_the_same_record_and_another_does_not():
    made = make()
    first = record(made, seed=3)
    assert record(made, seed=3) == first
    assert record(made, seed=4)["metrics"]["accuracy"]["low"] != pytest.approx(
        first["metrics"]["accuracy"]["low"], abs=1e-9
    )


def test_unlabelled_images_are_left_out_and_counted():
    made = make(n=200)
    labels = made.labels.copy()
    labels[::4] = -1
    probs = made.probs.copy()
    probs[::4] = np.nan
    content = evaluate(labels, probs, made.classes, made.groups, n_bootstrap=50).to_json()
    keep = labels >= 0
    alone = evaluate(
        labels[keep], probs[keep], made.classes, made.groups[keep], n_bootstrap=50
    ).to_json()
    assert content["n"] == 150
    assert content["n_unlabelled"] == 50
    assert content["notes"] == ["50 images without a label were left out of every metric."]
    assert content["metrics"] == alone["metrics"]
    assert content["n_groups"] == len(set(made.groups[keep].tolist()))


def test_a_class_without_images_is_named():
    made = make(c=2)
    probs = np.concatenate([made.probs, np.zeros((300, 1))], axis=1)
    content = evaluate(made.labels, probs, ["a", "b", "unseen"], n_bootstrap=20).to_json()
    assert "unseen" in content["notes"][0]
    assert content["per_class"]["unseen"]["sensitivity"]["value"] is None
    assert content["metrics"]["balanced_accuracy"]["value"] is not None
    assert content["positive_class"] is None


def test_the_positive_class_is_the_second():
    assert record(make(c=2))["positive_class"] == "class 1"


def test_grouping_is_recorded():
    made = make()
    assert record(made, grouping="lesion_id")["grouping"] == "lesion_id"
    assert record(made, grouping="lesion_id")["metrics"]["auroc"]["grouping"] == "lesion_id"
    assert record(made, groups_n=None)["grouping"] == "none"
    assert record(made, groups_n=None)["n_groups"] == 300


def test_resampling_lesions_widens_the_interval():
    made = make(n=600, group_size=10)
    alone, grouped = record(made, groups_n=None), record(made)
    width = [
        r["metrics"]["accuracy"]["high"] - r["metrics"]["accuracy"]["low"] for r in (alone, grouped)
    ]
    assert width[1] > 1.3 * width[0]


def test_no_bootstrap_no_intervals():
    content = record(make(), n_bootstrap=0, subgroups={"sex": np.resize(["f", "m"], 300)})
    assert all(entry["low"] is None for entry in content["metrics"].values())
    assert content["metrics"]["accuracy"]["value"] is not None


def test_subgroups_follow_the_labelled_rows():
    made = make(n=200)
    labels = made.labels.copy()
    labels[:100] = -1
    sex = np.array(["f"] * 130 + ["m"] * 70)
    content = evaluate(labels, made.probs, made.classes, n_bootstrap=0, subgroups={"sex": sex})
    parts = content.subgroups["sex"]
    assert {name: part.n for name, part in parts.items()} == {"f": 30, "m": 70}


def test_lists_do_as_well_as_arrays():
    made = make(n=40)
    given = evaluate(made.labels.tolist(), made.probs.tolist(), made.classes, n_bootstrap=20)
    assert given.n == 40


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"labels_n": np.zeros(20, int)}, "All 20 labelled images are of one class, 'class 0'"),
        ({"labels_n": np.full(20, -1)}, "None of the 20 images has a label"),
        ({"labels_n": np.arange(3)}, r"shape \(20, 4\)"),
        ({"labels_n": []}, "no labels"),
        ({"probs_nc": np.zeros((20, 4))}, "sum to 0"),
        ({"probs_nc": np.ones((20, 3)) / 3}, r"must be \(20, 4\)"),
        ({"classes": ["a"]}, "at least 2"),
        ({"groups_n": ["a"]}, r"\(20,\)"),
        ({"subgroups": {"sex": ["f"]}}, "'sex' has 1 values for 20"),
        ({"n_bootstrap": -1}, "n_bootstrap is -1"),
        ({"confidence": 95}, "between 0 and 1"),
        ({"interval": "studentised"}, "use 'percentile' or 'bca'"),
    ],
)
def test_what_cannot_be_evaluated_is_refused(change, said):
    made = make(n=20)
    options = {"labels_n": made.labels, "probs_nc": made.probs, "classes": made.classes, **change}
    with pytest.raises(ValueError, match=said):
        evaluate(**options)


@pytest.mark.shared
def test_published_zero_shot_metrics(shared: Path):
    folder = shared / "parity" / "zero_shot"
    inputs, outputs = np.load(folder / "inputs.npz"), np.load(folder / "outputs.npz")
    published = json.loads((folder / "metrics.json").read_text())
    seven = evaluate(inputs["ham_labels"], outputs["ham_probs"], list("abcdefg"), n_bootstrap=0)
    expected = {
        "weighted_f1": published["7class wf1+acc"]["wf1"],
        "accuracy": published["7class wf1+acc"]["acc"],
        "top3_accuracy": published["7class wf1+accs"]["top3"],
        "auroc": published["7class auroc+acc"]["auroc"],
    }
    for name, value in expected.items():
        assert seven.metrics[name].value == pytest.approx(value, abs=1e-9)
    two = evaluate(inputs["bin_labels"], outputs["bin_probs"], ["a", "b"], n_bootstrap=0)
    assert two.metrics["accuracy"].value == pytest.approx(published["binary wf1+acc"]["acc"])
    assert two.metrics["weighted_f1"].value == pytest.approx(published["binary wf1+acc"]["wf1"])
    # The published binary value averages both columns, which differ in single precision because
    # the first saturates at 1 and ties; ours is that of the positive class alone.
    both = [two.per_class[name].metrics["auroc"].value for name in "ab"]
    assert np.mean(both) == pytest.approx(published["binary auroc+acc"]["auroc"], abs=1e-9)
    assert two.metrics["auroc"].value == both[1]


@pytest.mark.shared
@pytest.mark.parametrize(
    ("key", "table"),
    [
        ("zs_PAD_DermFM-Zero_seed42", "zero_shot/PAD/DermFM-Zero.csv"),
        ("lp_PAD_PanDerm_seed7739", "linear_probe/PAD_100pct/PanDerm_PAD/pad-lp-ws0.csv"),
    ],
)
def test_published_bootstrap_summaries(key: str, table: str, shared: Path):
    folder = shared / "parity" / "stats"
    published = json.loads((folder / "run.json").read_text())[key]
    with (folder / "inputs" / table).open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    labels = [int(row["true_label"]) for row in rows]
    probs = [[float(row[f"probability_class_{k}"]) for k in range(6)] for row in rows]
    result = evaluate(labels, probs, list("abcdef"))
    for name in ("accuracy", "balanced_accuracy", "macro_f1", "weighted_f1", "auroc"):
        _, low, high = published["summary"][name]
        found = result.metrics[name]
        assert found.value == pytest.approx(published["point"][name], abs=1e-12)
        # Two sets of 1000 replicates: the ends of their intervals scatter by a tenth of the width.
        assert (found.low, found.high) == pytest.approx((low, high), abs=0.1 * (high - low))
    specificity = [entry.metrics["specificity"].value for entry in result.per_class.values()]
    assert np.mean(specificity) == pytest.approx(published["point"]["specificity"], abs=1e-12)
