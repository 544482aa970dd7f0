"""The posterior: against the rule written out by hand, and against what is really drawn."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from cutis.data.phantom.attributes import ATTRIBUTES, CLASSES
from cutis.data.phantom.diagnosis import posterior, prior_vector
from cutis.data.phantom.people import AGE_MEAN, AGE_SD, AGES, FEMALE, SITE, SITES
from cutis.data.phantom.spec import Population, Spec, draw_spec


@pytest.fixture(scope="module")
def specs() -> list[Spec]:
    return [draw_spec(i, seed=11) for i in range(2000)]


def by_hand(spec: Spec, prior: np.ndarray, everything: bool) -> list[float]:
    """Bayes' rule as products of table entries, one class at a time."""
    joint = []
    for c in range(len(CLASSES)):
        p = prior[c]
        for attribute in ATTRIBUTES:
            p *= attribute.table[spec.attributes[attribute.name]][c] / 100
        if everything:
            years = np.arange(AGES[0], AGES[1] + 1)
            bell = np.exp(-0.5 * ((years - AGE_MEAN[c]) / AGE_SD[c]) ** 2)
            p *= bell[spec.patient.age - AGES[0]] / bell.sum()
            p *= FEMALE[c] if spec.patient.sex == "female" else 1 - FEMALE[c]
            p *= SITE[SITES.index(spec.site), c]
        joint.append(p)
    return [p / sum(joint) for p in joint]


def test_posterior_is_bayes_rule(specs: list[Spec]) -> None:
    prior = prior_vector("clinic")
    for spec in specs[:40]:
        np.testing.assert_allclose(spec.truth, by_hand(spec, prior, False), rtol=1e-9)
        np.testing.assert_allclose(spec.truth_all, by_hand(spec, prior, True), rtol=1e-9)


@pytest.mark.parametrize("which", ["truth", "truth_all"])
def test_posterior_is_calibrated(specs: list[Spec], which: str) -> None:
    """Among images given a probability p for a class, a share p has that class."""
    probs_nc = np.stack([getattr(spec, which) for spec in specs])
    labels_n = np.array([spec.diagnosis for spec in specs])
    hits_nc = labels_n[:, None] == np.arange(len(CLASSES))
    edges = np.array([0, 0.02, 0.1, 0.3, 0.6, 0.9, 0.98, 1.0 + 1e-9])
    filled = 0
    for low, high in pairwise(edges):
        chosen = (probs_nc >= low) & (probs_nc < high)
        p, hit = probs_nc[chosen], hits_nc[chosen]
        # Several images of one lesion share their diagnosis: allow for twice the variance.
        error = np.sqrt(2 * (p * (1 - p)).sum()) / p.size
        assert abs(hit.mean() - p.mean()) < 4 * error + 1e-4, (low, high, hit.mean(), p.mean())
        filled += p.size > 30
    assert filled >= 6


def test_rule_decides_most_but_not_all_images(specs: list[Spec]) -> None:
    right = np.mean([spec.truth.argmax() == spec.diagnosis for spec in specs])
    assert 0.80 < right < 0.97


def test_metadata_help(specs: list[Spec]) -> None:
    def log_loss(which: str) -> float:
        return -float(np.mean([np.log(getattr(s, which)[s.diagnosis]) for s in specs]))

    assert log_loss("truth_all") < log_loss("truth")


def test_classes_follow_the_prior_in_first_and_later_lesions() -> None:
    specs = [draw_spec(i, 5, Population(prior="clinic")) for i in range(1500)]
    lesions = {s.lesion_id: s for s in specs}.values()
    prior = prior_vector("clinic")
    for later in (False, True):
        group = [s.diagnosis for s in lesions if (s.lesion_id != s.patient_id) == later]
        share = np.bincount(group, minlength=7) / len(group)
        assert np.all(np.abs(share - prior) < 4.5 * np.sqrt(prior * (1 - prior) / len(group)))


def test_prior_with_zeros_never_draws_those_classes() -> None:
    only = Population(prior=(0, 0, 0, 0, 1, 1, 0))
    specs = [draw_spec(i, 0, only) for i in range(60)]
    assert {s.diagnosis for s in specs} == {4, 5}
    assert all(s.truth[[0, 1, 2, 3, 6]].sum() == 0 for s in specs)


@pytest.mark.parametrize("prior", ["clinical", (1.0, 2.0), (0,) * 7, (-1, 1, 1, 1, 1, 1, 1)])
def test_bad_priors_are_refused(prior: str | tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="prior"):
        prior_vector(prior)


def test_posterior_needs_no_metadata() -> None:
    plain = dict.fromkeys((a.name for a in ATTRIBUTES), 0)
    assert posterior(plain, prior_vector("uniform")).sum() == pytest.approx(1.0)
