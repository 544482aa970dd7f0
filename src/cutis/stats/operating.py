"""Operating points of one class against the rest: where a threshold puts its two errors."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, NamedTuple

import numpy as np

from cutis.stats.clusters import Clusters
from cutis.stats.counts import ratio
from cutis.stats.estimate import Basis, Estimate, Settings, or_null
from cutis.stats.partial_area import partial_areas
from cutis.stats.replicated import Replicated, replicate
from cutis.stats.steps import Crossings, Steps, cross, make_steps

Rule = Literal["answer", "at-specificity", "at-sensitivity", "youden"]
QUANTITIES = ("sensitivity", "specificity", "ppv", "npv")
MAX_FPR = 0.1


class Wish(NamedTuple):
    """How a threshold is chosen.

    Attributes
    ----------
    rule
        ``answer``: the class is the model's answer, its most probable class. ``at-specificity``:
        the most sensitive threshold whose specificity is at least the target. ``at-sensitivity``:
        the most specific threshold whose sensitivity is at least the target. ``youden``: the
        largest sum of both.
    target
        The wished value of the rules that have one.
    """

    rule: Rule
    target: float | None = None

    @property
    def name(self) -> str:
        """A key for the rule, such as ``at-specificity-0.9``."""
        return self.rule if self.target is None else f"{self.rule}-{self.target:g}"


DEFAULT_WISHES = (
    Wish("answer"),
    Wish("at-specificity", 0.9),
    Wish("at-sensitivity", 0.9),
    Wish("youden"),
)


class OperatingPoint(NamedTuple):
    """One threshold and what it does.

    Attributes
    ----------
    wish
        How it was chosen.
    threshold
        The lowest score that is called positive; infinite when nothing is, NaN where the answer
        decides and not a threshold.
    estimates
        ``sensitivity``, ``specificity``, ``ppv`` and ``npv``.
    """

    wish: Wish
    threshold: float
    estimates: dict[str, Estimate]

    def to_json(self) -> dict[str, Any]:
        """Return the record as strict JSON values."""
        return {
            "rule": self.wish.rule,
            "target": self.wish.target,
            "threshold": or_null(self.threshold),
            **{name: estimate.to_json() for name, estimate in self.estimates.items()},
        }


class Operating(NamedTuple):
    """The operating points of one class.

    Attributes
    ----------
    n_positive, n_negative
        Images of the class and of all others.
    prevalence
        The prevalence of the predictive values; None for that of the images.
    max_fpr
        The rate up to which the partial area runs.
    points
        The operating points.
    partial_auroc
        Standardised partial area.
    """

    n_positive: int
    n_negative: int
    prevalence: float | None
    max_fpr: float
    points: tuple[OperatingPoint, ...]
    partial_auroc: Estimate

    def to_json(self) -> dict[str, Any]:
        """Return the record as strict JSON values."""
        return {
            "n_positive": self.n_positive,
            "n_negative": self.n_negative,
            "prevalence": self.prevalence,
            "points": [point.to_json() for point in self.points],
            "partial_auroc": {"max_fpr": self.max_fpr, **self.partial_auroc.to_json()},
        }


def operating_points(
    positive_n: np.ndarray,
    scores_n: np.ndarray,
    clusters: Clusters,
    settings: Settings,
    *,
    answered_n: np.ndarray | None = None,
    wishes: Sequence[Wish] = DEFAULT_WISHES,
    prevalence: float | None = None,
    max_fpr: float = MAX_FPR,
) -> Operating:
    """Find thresholds and estimate what they do, with intervals that include the choosing.

    Thresholds are scores that occur; nothing is interpolated between them, so every point is one
    that could be used. Each bootstrap replicate chooses its own threshold anew, so that the
    interval covers the uncertainty of the choice. A threshold chosen and judged on the same
    images flatters; validate it on others before use.

    Parameters
    ----------
    positive_n
        (n,) bool, whether the image is of the class.
    scores_n
        (n,) the probability of the class.
    clusters
        The clusters of the rows.
    settings
        How intervals are made.
    answered_n
        (n,) bool, whether the class is the model's answer; needed for the rule ``answer``.
    wishes
        Which points.
    prevalence
        Share of the class among the patients that predictive values should be for, strictly
        between 0 and 1; None for the share among these images.
    max_fpr
        Where the partial area ends.

    Raises
    ------
    ValueError
        If there is no positive or no negative, or a target, prevalence or rate is impossible.

    Examples
    --------
    >>> from cutis.stats.clusters import make_clusters
    >>> positive, score = np.array([0, 0, 0, 1, 1]) == 1, np.array([0.1, 0.2, 0.6, 0.5, 0.9])
    >>> result = operating_points(positive, score, make_clusters(None, 5), Settings(n_bootstrap=9),
    ...                           wishes=[Wish("at-sensitivity", 0.9)], prevalence=0.1)
    >>> point = result.points[0]
    >>> point.threshold, round(point.estimates["specificity"].value, 3)
    (0.5, 0.667)
    >>> round(point.estimates["ppv"].value, 3)
    0.25
    """
    positive = np.asarray(positive_n, bool)
    _check(positive, wishes, prevalence, answered_n)
    steps = make_steps(positive, scores_n)

    def statistic(weights_rn: np.ndarray) -> Mapping[str, np.ndarray]:
        crossings = cross(steps, weights_rn)
        values = {"partial": partial_areas(steps, max_fpr, weights_rn)}
        for wish in wishes:
            found_r, false_r, _ = _choose(wish, crossings, weights_rn, positive, answered_n)
            totals = (crossings.found_rt[:, -1], crossings.false_rt[:, -1])
            four = _four(found_r, false_r, totals, prevalence)
            values |= {f"{wish.name}/{name}": v for name, v in four.items()}
        return values

    result = replicate(statistic, clusters, settings)
    ones = np.ones((1, positive.size))
    points = tuple(
        _point(wish, steps, ones, positive, answered_n, result, clusters, settings, prevalence)
        for wish in wishes
    )
    basis = Basis(positive.size, clusters.count(positive))
    partial = result.estimate("partial", basis, settings)
    n_positive = int(positive.sum())
    return Operating(n_positive, positive.size - n_positive, prevalence, max_fpr, points, partial)


def predictive_values(
    sensitivity: np.ndarray, specificity: np.ndarray, prevalence: float | np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return positive and negative predictive value at a prevalence, by Bayes' rule.

    NaN where nothing would be called positive, or nothing negative.

    Examples
    --------
    >>> ppv, npv = predictive_values(np.array([0.9]), np.array([0.8]), 0.01)
    >>> print(ppv.round(4), npv.round(4))
    [0.0435] [0.9987]
    """
    share = np.asarray(prevalence)
    hits, misses = sensitivity * share, (1 - sensitivity) * share
    alarms, rests = (1 - specificity) * (1 - share), specificity * (1 - share)
    return ratio(hits, hits + alarms), ratio(rests, rests + misses)


def _check(
    positive_n: np.ndarray,
    wishes: Sequence[Wish],
    prevalence: float | None,
    answered_n: np.ndarray | None,
) -> None:
    if positive_n.all() or not positive_n.any():
        raise ValueError(
            f"{int(positive_n.sum())} of {positive_n.size} images are of the class; an operating "
            "point needs at least one that is and one that is not."
        )
    if prevalence is not None and not 0 < prevalence < 1:
        raise ValueError(
            f"The prevalence is {prevalence}; it is a share strictly between 0 and 1, such as 0.02."
        )
    for wish in wishes:
        if wish.rule in ("at-specificity", "at-sensitivity"):
            if wish.target is None or not 0 < wish.target <= 1:
                raise ValueError(
                    f"The wished {wish.rule[3:]} is {wish.target}; it is a share above 0 and at "
                    "most 1, such as 0.9."
                )
        elif wish.rule == "answer" and answered_n is None:
            raise ValueError("The rule 'answer' needs to know which images were answered so.")


def _choose(
    wish: Wish,
    crossings: Crossings,
    weights_rn: np.ndarray,
    positive_n: np.ndarray,
    answered_n: np.ndarray | None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return hits and false alarms (r,) of the chosen step, and which step it is."""
    if wish.rule == "answer" and answered_n is not None:
        hits_r = weights_rn @ (positive_n & answered_n).astype(float)
        false_r = weights_rn @ (~positive_n & answered_n).astype(float)
        return hits_r, false_r, np.full(hits_r.size, -1)
    found_rt, false_rt = crossings
    positives_r1, negatives_r1 = found_rt[:, -1:], false_rt[:, -1:]
    target = wish.target or 0.0
    if wish.rule == "at-specificity":
        allowed_r1 = (1 - target) * negatives_r1 + 1e-9
        most_r1 = _at(found_rt, (false_rt <= allowed_r1).sum(axis=1) - 1)[:, None]
        step_r = (found_rt < most_r1 - 1e-9).sum(axis=1)
    elif wish.rule == "at-sensitivity":
        fewest_r = (found_rt < target * positives_r1 - 1e-9).sum(axis=1)
        alarms_r1 = _at(false_rt, fewest_r)[:, None]
        step_r = (false_rt <= alarms_r1 + 1e-9).sum(axis=1) - 1
    else:
        both = ratio(found_rt, positives_r1) - ratio(false_rt, negatives_r1)
        step_r = np.nan_to_num(both, nan=0.0).argmax(axis=1)
    return _at(found_rt, step_r), _at(false_rt, step_r), step_r


def _at(counts_rt: np.ndarray, step_r: np.ndarray) -> np.ndarray:
    picked: np.ndarray = np.take_along_axis(counts_rt, step_r[:, None], axis=1)[:, 0]
    return picked


def _four(
    found_r: np.ndarray,
    false_r: np.ndarray,
    totals: tuple[np.ndarray, np.ndarray],
    prevalence: float | None,
) -> dict[str, np.ndarray]:
    sensitivity = ratio(found_r, totals[0])
    specificity = 1 - ratio(false_r, totals[1])
    share = totals[0] / (totals[0] + totals[1]) if prevalence is None else prevalence
    ppv, npv = predictive_values(sensitivity, specificity, share)
    return dict(zip(QUANTITIES, (sensitivity, specificity, ppv, npv), strict=True))


def _point(
    wish: Wish,
    steps: Steps,
    ones: np.ndarray,
    positive_n: np.ndarray,
    answered_n: np.ndarray | None,
    result: Replicated,
    clusters: Clusters,
    settings: Settings,
    prevalence: float | None,
) -> OperatingPoint:
    step = int(_choose(wish, cross(steps, ones), ones, positive_n, answered_n)[2][0])
    thresholds = np.concatenate([[math.inf], steps.threshold_t])
    threshold = math.nan if step < 0 else float(thresholds[step])
    nothing = ("no image is called positive here",) if threshold == math.inf else ()
    of_sample = prevalence is None
    bases = {
        "sensitivity": _basis(clusters, positive_n, True, nothing),
        "specificity": _basis(clusters, ~positive_n, True, nothing),
        "ppv": _basis(clusters, np.ones(positive_n.size, bool), False, (), "no image is called "
                      "positive here"),
        "npv": _basis(clusters, np.ones(positive_n.size, bool), False, (), "no image is called "
                      "negative here"),
    }  # fmt: skip
    if of_sample:
        note = "at the share of the class among these images"
        for name in ("ppv", "npv"):
            bases[name] = Basis(**{**bases[name].__dict__, "notes": (note,)})
    estimates = {
        name: result.estimate(f"{wish.name}/{name}", bases[name], settings) for name in QUANTITIES
    }
    share = float(positive_n.mean()) if prevalence is None else prevalence
    return OperatingPoint(wish, threshold, _carried(estimates, share))


def _carried(estimates: dict[str, Estimate], share: float) -> dict[str, Estimate]:
    """Give predictive values of 1 the interval that follows from a share that is exactly 1.

    Without an error in the sample every resample repeats the 1, and the bootstrap knows no
    uncertainty; the exact interval of the sensitivity or specificity does.
    """
    sens, spec = estimates["sensitivity"], estimates["specificity"]
    out = dict(estimates)
    exact = "clopper-pearson"
    if spec.value == 1 and spec.method == exact and estimates["ppv"].value == 1:
        low = predictive_values(np.array(sens.value), np.array(spec.low), share)[0]
        out["ppv"] = _from_exact(estimates["ppv"], float(low), "specificity")
    if sens.value == 1 and sens.method == exact and estimates["npv"].value == 1:
        low = predictive_values(np.array(sens.low), np.array(spec.value), share)[1]
        out["npv"] = _from_exact(estimates["npv"], float(low), "sensitivity")
    return out


def _from_exact(estimate: Estimate, low: float, of: str) -> Estimate:
    kept = [part for part in estimate.note.split("; ") if part and "no interval" not in part]
    note = "; ".join([f"interval carried over from the exact one of the {of}", *kept])
    return replace(estimate, low=low, high=1.0, method="clopper-pearson", note=note)


def _basis(
    clusters: Clusters,
    of_n: np.ndarray,
    proportion: bool,
    notes: tuple[str, ...],
    undefined: str = "undefined for these images",
) -> Basis:
    return Basis(
        int(of_n.sum()), clusters.count(of_n), proportion, undefined=undefined, notes=notes
    )
