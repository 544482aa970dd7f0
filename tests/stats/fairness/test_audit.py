"""The whole audit: planted gaps are found, absent ones are not, mixes are told apart."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from fairlearn.metrics import MetricFrame, true_positive_rate

from cutis.stats.clusters import make_clusters
from cutis.stats.estimate import Settings
from cutis.stats.evaluation import evaluate
from cutis.stats.fairness.audit import FORMAT, audit
from cutis.stats.fairness.decision import make_decision
from cutis.stats.fairness.partition import make_partition
from cutis.stats.fairness.question import make_question
from cutis.stats.fairness.replicates import group_rates
from cutis.stats.multiplicity import benjamini_hochberg, holm
from tests.stats.fairness.people import CANCERS, CLASSES, people

FAST = {"n_bootstrap": 200, "n_permutations": 99}


def run(made, columns=None, **options):
    chosen = {"sex": made.sex, "tone": made.tone} if columns is None else columns
    settings = {"positive": CANCERS, "groups_n": made.patients, "grouping": "patient_id"} | FAST
    return audit(made.labels, made.probs, CLASSES, chosen, **(settings | options)).to_json()


@pytest.fixture(scope="module")
def planted():
    return run(people(500, worse="V"))


def test_a_planted_gap_is_found_and_its_subgroup_named(planted):
    gap = planted["columns"]["tone"]["gaps"]["crude"]["accuracy"]
    assert gap["worst"] == "V"
    assert gap["worst_share"]["V"] > 0.99
    assert gap["difference"]["low"] > 0.05
    assert gap["p_holm"] < 0.05
    even = planted["columns"]["tone"]["gaps"]["standardised"]["accuracy"]
    assert even["p_holm"] < 0.05


def test_no_gap_is_found_where_none_was_planted(planted):
    gaps = planted["columns"]["sex"]["gaps"]
    for kind in ("crude", "standardised"):
        assert min(gap["p_holm"] for gap in gaps[kind].values() if gap["p"] is not None) > 0.05
    assert gaps["crude"]["accuracy"]["difference"]["low"] == 0.0


def test_everything_is_strict_json(planted):
    assert planted["format"] == FORMAT
    assert json.loads(json.dumps(planted, allow_nan=False)) == planted
    assert planted["decision"]["positive"] == CANCERS
    assert planted["grouping"] == "patient_id"
    assert planted["n_groups"] == 250


def test_values_equal_fairlearn(planted):
    made = people(500, worse="V")
    frame = MetricFrame(
        metrics=true_positive_rate, y_true=made.cancer, y_pred=made.called,
        sensitive_features=made.tone,
    )  # fmt: skip
    tone = planted["columns"]["tone"]
    for name, expected in frame.by_group.items():
        record = tone["parts"][name]["rates"]["true_positive_rate"]
        assert record["value"] == pytest.approx(expected)
        assert record["low"] < expected < record["high"]
        assert record["n"] == int(((made.tone == name) & made.cancer).sum())
    gap = tone["gaps"]["crude"]["true_positive_rate"]["difference"]["value"]
    assert gap == pytest.approx(frame.difference())
    assert tone["criteria"]["equal_opportunity"]["difference"]["value"] == pytest.approx(gap)


def test_parts_are_those_of_every_report(planted):
    made = people(500, worse="V")
    report = evaluate(
        made.labels, made.probs, CLASSES, made.patients, {"tone": made.tone}, n_bootstrap=200
    ).to_json()["subgroups"]["tone"]
    for name, part in planted["columns"]["tone"]["parts"].items():
        assert part["metrics"]["auroc"]["value"] == report[name]["metrics"]["auroc"]["value"]
        assert part["ece_by_chance"] > 0


def test_corrections_run_over_all_tests(planted):
    records = []
    for found in planted["columns"].values():
        records += [gap for kind in found["gaps"].values() for gap in kind.values()]
        records.append(found["criteria"]["equalized_odds"])
    p = np.array([np.nan if r["p"] is None else r["p"] for r in records])
    assert planted["n_tests"] == (~np.isnan(p)).sum()
    for name, correct in (("p_holm", holm), ("p_bh", benjamini_hochberg)):
        given = [np.nan if r[name] is None else r[name] for r in records]
        np.testing.assert_allclose(given, correct(p))
    parity = planted["columns"]["sex"]["criteria"]["demographic_parity"]
    same = planted["columns"]["sex"]["gaps"]["crude"]["selection_rate"]
    assert (parity["p"], parity["p_holm"]) == (same["p"], same["p_holm"])


def test_other_diagnoses_are_not_unfairness():
    # Melanoma is easy, nevi are hard, and men have more melanoma: a crude gap without a real one.
    rng = np.random.default_rng(0)
    male = np.arange(600) % 2 == 1
    labels = (rng.random(600) < np.where(male, 0.8, 0.2)).astype(int)
    right = rng.random(600) < np.where(labels == 1, 0.95, 0.6)
    probs = np.where(right, labels, 1 - labels)[:, None] == np.arange(2)
    found = audit(
        labels, probs * 0.8 + 0.1, ["nevus", "melanoma"], {"sex": np.where(male, "m", "f")}, **FAST
    ).to_json()["columns"]["sex"]
    crude, even = (found["gaps"][kind]["accuracy"] for kind in ("crude", "standardised"))
    assert crude["p_holm"] < 0.05 < even["p_holm"]
    assert even["difference"]["value"] < 0.3 * crude["difference"]["value"]
    assert found["class_mix"]["cramers_v"] > 0.5
    # images are independent here, so the exact test speaks too
    assert found["rate_tests"]["accuracy"]["method"] == "fisher-exact"
    assert found["rate_tests"]["accuracy"]["p"] < 0.01


def test_small_and_missing_subgroups_never_enter_a_gap():
    made = people(400)
    tone = made.tone.astype(object)
    tone[:6], tone[6:100] = "VI", None
    found = run(made, {"tone": tone})["columns"]["tone"]
    assert found["compared"] == ["I", "II", "V"]
    assert list(found["parts"]) == ["I", "II", "V", "VI", "(missing)"]
    small, missing = found["parts"]["VI"], found["parts"]["(missing)"]
    assert (small["metrics"], small["rates"], small["n"]) == (None, None, 6)
    assert small["note"] == "fewer than 20 groups (patient_id)"
    assert missing["rates"]["accuracy"]["value"] is not None
    for gap in found["gaps"]["crude"].values():
        assert set(gap["worst_share"]) <= {"I", "II", "V"}


def test_a_rate_of_a_handful_is_no_number():
    made = people(400)
    # subgroup x: 40 patients, of whom two have one cancer each
    x = np.isin(made.patients, [f"P{i}" for i in range(25)])
    labels = np.where(x, made.labels % 2, made.labels)
    labels[[0, 2]] = 2
    found = run(made._replace(labels=labels), {"part": np.where(x, "x", "y")})["columns"]["part"]
    record = found["parts"]["x"]["rates"]["true_positive_rate"]
    assert record["value"] is None
    assert "only 2 groups (patient_id) of a positive class; at least 5" in record["note"]
    assert found["parts"]["x"]["rates"]["auroc"]["value"] is None
    gap = found["gaps"]["crude"]["true_positive_rate"]
    assert gap["difference"]["value"] is None
    assert gap["p"] is None
    assert found["criteria"]["equalized_odds"]["difference"]["value"] is None
    assert found["gaps"]["crude"]["accuracy"]["difference"]["value"] is not None


def test_crossed_columns():
    made = people(400)
    both = run(made, by=[("tone", "sex")])["columns"]
    assert list(both) == ["tone*sex"]
    assert "V & female" in both["tone*sex"]["parts"]


def test_two_classes_have_a_positive_one_and_more_have_none():
    made = people(300)
    pair = np.stack([1 - made.score, made.score], axis=1)
    two = audit(made.cancer.astype(int), pair, ["benign", "cancer"], {"sex": made.sex}, **FAST)
    assert two.to_json()["decision"]["positive"] == ["cancer"]
    more = run(made, positive=None)
    assert more["decision"] is None
    assert more["columns"]["sex"]["criteria"] == {}
    assert set(more["overall"]) == {"accuracy", "balanced_accuracy", "overconfidence"}


def test_permuted_tests_hold_their_level():
    # Sex has no meaning here: rejections at 10 % must be about as rare.
    p = []
    for seed in range(25):
        made = people(120, seed=seed)
        found = run(made, {"sex": made.sex}, n_bootstrap=0, min_groups=10)
        p.append(found["columns"]["sex"]["gaps"]["standardised"]["accuracy"]["p"])
    assert np.mean(np.array(p) <= 0.1) <= 0.25


def test_the_same_resamples_for_all_subgroups():
    # A patient in both subgroups is drawn for both: replicate r is one resample of everything.
    made = people(120)
    settings = Settings(n_bootstrap=20, seed=4)
    decision = make_decision(made.labels, made.probs, CLASSES, CANCERS)
    clusters = make_clusters(made.patients, 120)
    asked = make_question(
        made.labels, made.probs, CLASSES, clusters, decision, settings, 5, 9
    )  # fmt: skip
    found = group_rates(asked, make_partition(made.sex), np.full(4, 0.25))
    whole = group_rates(asked, make_partition(np.full(120, "all")), np.full(4, 0.25))
    from cutis.stats.resampling import bootstrap_weights

    weights = np.concatenate(list(bootstrap_weights(clusters, 20, 4)))
    share = np.stack([weights[:, made.sex == s].sum(axis=1) for s in ("female", "male")], axis=1)
    share /= share.sum(axis=1, keepdims=True)
    joined = (found.crude_replicates["accuracy"] * share).sum(axis=1)
    np.testing.assert_allclose(joined, whole.crude_replicates["accuracy"][:, 0])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"columns": {"sex": ["f", "m"]}}, "'sex' has 2 values for 100 images"),
        ({"by": [("age",)]}, "no column 'age'; there are sex, tone"),
        ({"positive": ["melanom"]}, "'melanom' is not a class"),
        ({"positive": None, "threshold": 0.5}, "A threshold needs positive classes"),
        ({"confidence": 95}, "confidence is 95"),
    ],
)
def test_refusals(change, message):
    with pytest.raises(ValueError, match=message):
        run(people(100), **change)


def test_images_without_label_are_refused():
    made = people(100)
    with pytest.raises(ValueError, match="3 images have no label"):
        run(made._replace(labels=np.where(np.arange(100) < 3, -1, made.labels)))


def test_pad_by_skin_type_and_sex(shared):
    table = pd.read_csv(shared / "data/pad_ufes_20/metadata.csv")
    classes = sorted(table["diagnostic"].unique())
    labels = table["diagnostic"].map(classes.index).to_numpy()
    logits = np.random.default_rng(0).normal(size=(len(table), 6))
    logits[np.arange(len(table)), labels] += 1.5
    probs = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    found = audit(
        labels, probs, classes,
        {"skin": table["fitspatrick"].to_numpy(), "sex": table["gender"].to_numpy(object)},
        groups_n=table["patient_id"], grouping="patient_id", positive=["BCC", "MEL", "SCC"], **FAST,
    ).to_json()  # fmt: skip
    assert found["missing"][0]["verdict"] == "leak"
    skin = found["columns"]["skin"]
    assert skin["compared"] == ["1", "2", "3"]
    assert skin["parts"]["6"]["metrics"] is None
    assert skin["parts"]["(missing)"]["rates"]["true_positive_rate"]["value"] is None
    assert sum(skin["class_mix"]["counts"]["(missing)"][k] for k in ("BCC", "MEL", "SCC")) == 0


def test_a_tiny_subgroup_does_not_hide_a_certain_gap():
    rng = np.random.default_rng(0)
    tone = rng.choice(["I", "II", "III", "V"], 600, p=[0.2, 0.5, 0.25, 0.05])
    labels = rng.integers(0, 3, 600)
    logits = rng.normal(size=(600, 3))
    logits[np.arange(600), labels] += np.where(tone == "III", 0.2, 2.5)
    probs = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    found = audit(
        labels, probs, ["a", "b", "c"], {"tone": tone}, positive=["c"], min_groups=10, **FAST
    ).to_json()["columns"]["tone"]
    assert found["parts"]["V"]["rates"]["true_positive_rate"]["n"] < 15
    gap = found["gaps"]["crude"]["true_positive_rate"]
    assert gap["p_holm"] < 0.05
