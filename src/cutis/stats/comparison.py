"""Several models on the same images: every metric, its difference from an anchor, and a verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

import numpy as np

from cutis.stats.area_comparison import AreaComparison, compare_class_areas
from cutis.stats.calibration_chance import error_by_chance
from cutis.stats.clusters import Clusters
from cutis.stats.estimate import Basis, Estimate, Settings, or_null
from cutis.stats.mcnemar import McNemar, mcnemar
from cutis.stats.measures import make_sample, measure
from cutis.stats.multiplicity import benjamini_hochberg, holm
from cutis.stats.replicated import Replicated, replicate
from cutis.stats.swapping import bootstrap_p, swap_test

LOWER_IS_BETTER = frozenset({"ece", "brier"})
PROPORTIONS = ("accuracy", "top3_accuracy", "top5_accuracy")
HEADLINE = "balanced_accuracy"
Verdict = Literal["better", "worse", "not shown"]


class Difference(NamedTuple):
    """A model minus the anchor on one metric.

    Attributes
    ----------
    estimate
        The difference with its interval, over replicates common to both.
    test
        ``swap`` (permutation by group), ``delong``, ``delong-clustered`` or ``bootstrap``.
    p, p_holm, p_bh
        Raw p-value, and corrected for the number of models compared with the anchor; for that of
        all pairs of models when the anchor was chosen because it is best.
    verdict
        Whether the model is shown to be better or worse than the anchor, after Holm's correction
        and with an interval that excludes 0; else ``not shown``, which is not "equal".
    """

    estimate: Estimate
    test: str
    p: float
    p_holm: float
    p_bh: float
    verdict: Verdict

    def to_json(self) -> dict[str, Any]:
        """Return the record as strict JSON values."""
        return {
            **self.estimate.to_json(),
            "test": self.test,
            "p": or_null(self.p),
            "p_holm": or_null(self.p_holm),
            "p_bh": or_null(self.p_bh),
            "verdict": self.verdict,
        }


@dataclass(frozen=True)
class Comparison:
    """How m models compare on the same images.

    Attributes
    ----------
    models, anchor
        Names, and the one all others are compared with.
    n, n_groups
        Images, and the clusters they fall into.
    settings, n_permutations
        How intervals and permutation tests were made.
    n_comparisons
        Comparisons that p-values of one metric are corrected for.
    metrics
        Model to metric to estimate.
    differences
        Model (all but the anchor) to metric to difference.
    mcnemar
        Model to McNemar's test against the anchor; None when images come in groups, whose
        images are no independent trials.
    areas
        Class to one-against-rest AUROC of every model, by DeLong.
    """

    models: tuple[str, ...]
    anchor: str
    n: int
    n_groups: int
    settings: Settings
    n_permutations: int
    n_comparisons: int
    metrics: dict[str, dict[str, Estimate]]
    differences: dict[str, dict[str, Difference]]
    mcnemar: dict[str, McNemar] | None
    areas: dict[str, AreaComparison]

    def to_json(self) -> dict[str, Any]:
        """Return the record as strict JSON values."""
        return {
            "models": list(self.models),
            "anchor": self.anchor,
            "n": self.n,
            "n_groups": self.n_groups,
            "grouping": self.settings.grouping,
            "confidence": self.settings.confidence,
            "n_bootstrap": self.settings.n_bootstrap,
            "n_permutations": self.n_permutations,
            "n_comparisons": self.n_comparisons,
            "interval": self.settings.interval,
            "seed": self.settings.seed,
            "metrics": _nested(self.metrics),
            "differences": _nested(self.differences),
            "mcnemar": None
            if self.mcnemar is None
            else {model: test._asdict() for model, test in self.mcnemar.items()},
            "per_class_auroc": {name: area.to_json() for name, area in self.areas.items()},
        }


def _nested(records: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    return {
        model: {name: record.to_json() for name, record in of_model.items()}
        for model, of_model in records.items()
    }


def compare(
    labels_n: np.ndarray,
    probs: Mapping[str, np.ndarray],
    classes: Sequence[str],
    clusters: Clusters,
    settings: Settings,
    *,
    anchor: str | None = None,
    headline: str = HEADLINE,
    n_permutations: int = 1000,
) -> Comparison:
    """Compare models on the same images, each with an anchor.

    Every metric of every model is computed on the same bootstrap replicates of the clusters, so
    that the interval of a difference knows that the models saw the same images. p-values come from
    swapping two models group by group (metrics of answers), from DeLong's test (AUROC of two
    classes; Obuchowski's with groups), else from the bootstrap, corrected metric by metric.

    Parameters
    ----------
    labels_n
        (n,) int class indices, none missing.
    probs
        Name of each model to its (n, c) probabilities; at least two.
    classes
        The c class names.
    clusters
        The clusters of the images.
    settings
        How intervals are made.
    anchor
        Name of the model to compare with; left out the best one on the headline metric, and
        p-values are then corrected for all m (m - 1) / 2 pairs.
    headline
        The metric that decides which is best.
    n_permutations
        Random swaps of each permutation test.

    Raises
    ------
    ValueError
        If there are fewer than two models, or the anchor or headline metric is none of theirs.

    Examples
    --------
    >>> from cutis.stats.clusters import make_clusters
    >>> labels = np.arange(60) % 2
    >>> probs = {"good": np.eye(2)[labels] * 0.8 + 0.1, "coin": np.full((60, 2), 0.5)}
    >>> out = compare(labels, probs, ["nev", "mel"], make_clusters(None, 60), Settings(200))
    >>> found = out.differences["coin"]["accuracy"]
    >>> out.anchor, round(found.estimate.value, 2), found.verdict
    ('good', -0.5, 'worse')
    """
    names = tuple(probs)
    if len(names) < 2:
        raise ValueError(f"{len(names)} model was given; a comparison needs at least 2.")
    result = _replicated(labels_n, probs, clusters, settings)
    metrics = _estimates(result, probs, labels_n, clusters, settings)
    n_comparisons = _n_comparisons(len(names), anchor)
    anchor = _anchor(metrics, headline, anchor)
    others = [name for name in names if name != anchor]
    swapped = (clusters, n_permutations, settings.seed)
    swaps = {name: swap_test(labels_n, probs[name], probs[anchor], *swapped) for name in others}
    level, n_pairs = settings.confidence, n_comparisons
    areas = compare_class_areas(labels_n, probs, classes, clusters, anchor, level, n_pairs)
    given = (result, metrics, anchor, swaps, areas, classes, clusters, settings, n_pairs)
    return Comparison(
        models=names,
        anchor=anchor,
        n=int(labels_n.size),
        n_groups=clusters.n_groups,
        settings=settings,
        n_permutations=n_permutations,
        n_comparisons=n_comparisons,
        metrics=metrics,
        differences=_differences(*given),
        mcnemar=None if clusters.grouped else _mcnemars(labels_n, probs, others, anchor),
        areas=areas,
    )


def _n_comparisons(m: int, anchor: str | None) -> int:
    """Count the pairs with a named anchor, or all pairs: any may be the one of the best."""
    return m - 1 if anchor is not None else m * (m - 1) // 2


def _anchor(metrics: Mapping[str, Mapping[str, Estimate]], headline: str, given: str | None) -> str:
    """Return the anchor that was given, or the best model, both checked."""
    known = next(iter(metrics.values()))
    if headline not in known:
        raise ValueError(f"There is no metric '{headline}'; there are {', '.join(known)}.")
    anchor = best_of(metrics, headline) if given is None else given
    if anchor not in metrics:
        raise ValueError(f"The anchor '{anchor}' is not among the models {', '.join(metrics)}.")
    return anchor


def _differences(
    result: Replicated,
    metrics: Mapping[str, Mapping[str, Estimate]],
    anchor: str,
    swaps: Mapping[str, Mapping[str, float]],
    areas: Mapping[str, AreaComparison],
    classes: Sequence[str],
    clusters: Clusters,
    settings: Settings,
    n_comparisons: int,
) -> dict[str, dict[str, Difference]]:
    """Return every model's difference on every metric, corrected metric by metric."""
    out: dict[str, dict[str, Difference]] = {name: {} for name in swaps}
    for metric in metrics[anchor]:
        raw = [
            _difference(result, metric, name, anchor, swaps[name], areas, classes, clusters,
                        metrics[anchor][metric].n, settings)
            for name in swaps
        ]  # fmt: skip
        corrected = _corrected(metric, raw, settings, n_comparisons)
        for name, difference in zip(swaps, corrected, strict=True):
            out[name][metric] = difference
    return out


def best_of(metrics: Mapping[str, Mapping[str, Estimate]], metric: str) -> str:
    """Return the model with the best value of a metric, the first of several.

    Raises
    ------
    ValueError
        If no model has a value.
    """
    sign = -1 if metric in LOWER_IS_BETTER else 1
    valued = {name: sign * of[metric].value for name, of in metrics.items()}
    valued = {name: value for name, value in valued.items() if np.isfinite(value)}
    if not valued:
        raise ValueError(f"No model has a value of {metric}; choose another metric.")
    return max(valued, key=lambda name: valued[name])


def _replicated(
    labels_n: np.ndarray, probs: Mapping[str, np.ndarray], clusters: Clusters, settings: Settings
) -> Replicated:
    samples = {name: make_sample(labels_n, probs_nc) for name, probs_nc in probs.items()}

    def statistic(weights_rn: np.ndarray) -> dict[str, np.ndarray]:
        return {
            f"{metric}/{name}": values
            for name, sample in samples.items()
            for metric, values in measure(sample, weights_rn).metrics.items()
        }

    return replicate(statistic, clusters, settings)


def _estimates(
    result: Replicated,
    probs: Mapping[str, np.ndarray],
    labels_n: np.ndarray,
    clusters: Clusters,
    settings: Settings,
) -> dict[str, dict[str, Estimate]]:
    keys = [key.partition("/") for key in result.point]
    metrics = [metric for metric, _, name in keys if name == next(iter(probs))]
    out: dict[str, dict[str, Estimate]] = {}
    for name, probs_nc in probs.items():
        chance = error_by_chance(labels_n, probs_nc, clusters, settings)
        bases = {
            metric: Basis(
                labels_n.size, clusters.n_groups, metric in PROPORTIONS,
                by_chance=chance if metric == "ece" else None,
            )
            for metric in metrics
        }  # fmt: skip
        out[name] = {
            metric: result.estimate(f"{metric}/{name}", bases[metric], settings)
            for metric in metrics
        }
    return out


def _difference(
    result: Replicated,
    metric: str,
    name: str,
    anchor: str,
    swaps: Mapping[str, float],
    areas: Mapping[str, AreaComparison],
    classes: Sequence[str],
    clusters: Clusters,
    n: int,
    settings: Settings,
) -> Difference:
    both = minus(result, f"{metric}/{name}", f"{metric}/{anchor}")
    estimate = both.estimate("difference", Basis(n, clusters.n_groups), settings)
    if metric in swaps:
        test, p = "swap", swaps[metric]
    elif metric == "auroc" and len(classes) == 2 and classes[1] in areas:
        test, p = areas[classes[1]].test, areas[classes[1]].differences[name].p
    elif both.replicates is None:
        test, p = "none", float("nan")
    else:
        test, p = "bootstrap", bootstrap_p(both.replicates["difference"][:, 0])
    if estimate.value == 0 and np.isnan(estimate.low):
        estimate = replace(estimate, note="the two are the same in every replicate")
    return Difference(estimate, test, p, float("nan"), float("nan"), "not shown")


def minus(result: Replicated, first: str, second: str) -> Replicated:
    """Return the difference of two of the values, under the name ``difference``."""
    parts = (result.point, result.replicates, result.jackknife)
    point, replicates, jackknife = (
        None if part is None else {"difference": part[first] - part[second]} for part in parts
    )
    return Replicated(point or {}, replicates, jackknife)


def _corrected(
    metric: str, raw: Sequence[Difference], settings: Settings, n_comparisons: int
) -> list[Difference]:
    p_m = np.array([difference.p for difference in raw])
    by_holm, by_bh = holm(p_m, n_comparisons), benjamini_hochberg(p_m, n_comparisons)
    return [
        difference._replace(
            p_holm=float(p_holm),
            p_bh=float(p_bh),
            verdict=_verdict(metric, difference.estimate, float(p_holm), settings.confidence),
        )
        for difference, p_holm, p_bh in zip(raw, by_holm, by_bh, strict=True)
    ]


def _verdict(metric: str, estimate: Estimate, p: float, confidence: float) -> Verdict:
    if not p <= 1 - confidence + 1e-12 or not (estimate.low > 0 or estimate.high < 0):
        return "not shown"
    return "better" if (estimate.value > 0) != (metric in LOWER_IS_BETTER) else "worse"


def _mcnemars(
    labels_n: np.ndarray, probs: Mapping[str, np.ndarray], others: Sequence[str], anchor: str
) -> dict[str, McNemar]:
    right = {name: probs_nc.argmax(axis=1) == labels_n for name, probs_nc in probs.items()}
    return {name: mcnemar(right[name], right[anchor]) for name in others}
