"""What must not change when the same facts are written down differently."""

from __future__ import annotations

import numpy as np
import pytest

from cutis.stats import evaluate
from tests.stats.samples import SITUATIONS, Predictions, make, situation

OVERALL = ("accuracy", "balanced_accuracy", "weighted_f1", "macro_f1", "kappa", "ece", "brier")


def values(result) -> dict[str, float]:
    return {name: estimate.value for name, estimate in result.metrics.items()}


def intervals(result) -> dict[str, tuple[float, float]]:
    return {name: (estimate.low, estimate.high) for name, estimate in result.metrics.items()}


def assess(made: Predictions, **options):
    options = {"groups_n": made.groups, "n_bootstrap": 100, **options}
    return evaluate(made.labels, made.probs, made.classes, **options)


@pytest.mark.parametrize("name", SITUATIONS)
def test_the_order_of_images(name):
    made = situation(name)
    order = np.random.default_rng(0).permutation(made.labels.size)
    shuffled = Predictions(*(part[order] for part in made))
    first, second = (assess(m, n_bootstrap=0) for m in (made, shuffled))
    assert values(first) == pytest.approx(values(second), abs=1e-12, nan_ok=True)
    np.testing.assert_array_equal(first.confusion_cc, second.confusion_cc)


@pytest.mark.parametrize("name", ["balanced", "rare class", "no skill"])
def test_the_order_of_classes(name):
    made = situation(name)
    c = made.probs.shape[1]
    order = np.random.default_rng(1).permutation(c)
    place = np.argsort(order)
    turned = Predictions(place[made.labels], made.probs[:, order], made.groups)
    first = assess(made)
    second = evaluate(
        turned.labels,
        turned.probs,
        [made.classes[k] for k in order],
        made.groups,
        n_bootstrap=100,
    )
    assert values(first) == pytest.approx(values(second), abs=1e-12)
    assert np.ravel(list(intervals(first).values())) == pytest.approx(
        np.ravel(list(intervals(second).values())), abs=1e-12, nan_ok=True
    )
    for name_of_class, entry in first.per_class.items():
        for metric, estimate in entry.metrics.items():
            other = second.per_class[name_of_class].metrics[metric]
            assert estimate.value == pytest.approx(other.value, abs=1e-12, nan_ok=True)


def test_the_names_of_groups():
    made = make()
    renamed = np.array([f"patient-{1000 - int(g.split()[1])}" for g in made.groups])
    assert intervals(assess(made)) == intervals(assess(made, groups_n=renamed))


@pytest.mark.parametrize("name", ["balanced", "binary", "rare class"])
def test_photographing_every_lesion_twice(name):
    """Twice the images of the same lesions tell nothing new, so no interval may shrink."""
    made = situation(name)
    twice = Predictions(*(np.concatenate([part, part]) for part in made))
    once, again = assess(made), assess(twice)
    assert again.n == 2 * once.n
    assert again.n_groups == once.n_groups
    assert values(once) == pytest.approx(values(again), abs=1e-12)
    for metric, ends in intervals(once).items():
        assert intervals(again)[metric] == pytest.approx(ends, abs=1e-12, nan_ok=True), metric


def test_twice_the_images_without_their_groups_would_have_shrunk_it():
    made = make(n=400)
    twice = Predictions(*(np.concatenate([part, part]) for part in made))
    widths = [
        np.subtract(*intervals(assess(m, groups_n=None, n_bootstrap=300))["accuracy"])
        for m in (made, twice)
    ]
    assert widths[1] / widths[0] == pytest.approx(np.sqrt(0.5), rel=0.15)


def test_single_and_double_precision():
    made = make(n=200)
    single = made.probs.astype(np.float32)
    first = evaluate(made.labels, single, made.classes, n_bootstrap=50)
    second = evaluate(made.labels, single.astype(np.float64), made.classes, n_bootstrap=50)
    assert values(first) == values(second)
    assert intervals(first) == intervals(second)


def test_a_subgroup_is_the_evaluation_of_its_images():
    made = make(n=400, c=3)
    sex = np.array([f"{int(g.split()[1]) % 2}" for g in made.groups])
    part = assess(made, subgroups={"sex": sex}).subgroups["sex"]["1"]
    rows = sex == "1"
    alone = assess(Predictions(*(column[rows] for column in made)))
    for metric, estimate in alone.metrics.items():
        assert part.metrics[metric] == estimate
    assert (part.n, part.n_groups) == (alone.n, alone.n_groups)


def test_an_extra_class_nobody_has_and_nobody_is_given():
    made = make(c=3)
    wider = np.concatenate([made.probs, np.zeros((300, 1))], axis=1)
    first = assess(made)
    second = evaluate(made.labels, wider, [*made.classes, "x"], made.groups, n_bootstrap=100)
    for metric in OVERALL:
        assert second.metrics[metric].value == pytest.approx(first.metrics[metric].value)
    assert second.metrics["auroc"].value == pytest.approx(first.metrics["auroc"].value)


def test_sharpening_keeps_what_depends_on_rank_only():
    made = make(c=2)
    sharp = made.probs**3
    sharp /= sharp.sum(axis=1, keepdims=True)
    first, second = assess(made), assess(made._replace(probs=sharp))
    for metric in ("accuracy", "auroc", "average_precision", "kappa"):
        assert first.metrics[metric] == second.metrics[metric]
    assert first.metrics["brier"].value != pytest.approx(second.metrics["brier"].value)
