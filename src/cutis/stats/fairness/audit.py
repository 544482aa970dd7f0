"""Labels, probabilities and columns in; every gap, test and warning out: ``cutis.fairness/1``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from cutis.stats.arrays import check_classes, check_labels, check_probabilities
from cutis.stats.clusters import make_clusters
from cutis.stats.estimate import Estimate, Settings, or_null
from cutis.stats.fairness.compare import Comparison, compare_column
from cutis.stats.fairness.criteria import CRITERIA
from cutis.stats.fairness.decision import Decision, make_decision
from cutis.stats.fairness.missing import Missingness, find_missing
from cutis.stats.fairness.part_rates import rate_estimates
from cutis.stats.fairness.partition import Partition, cross
from cutis.stats.fairness.question import Question, make_question
from cutis.stats.fairness.replicates import group_rates
from cutis.stats.multiplicity import benjamini_hochberg, holm
from cutis.stats.proportion import check_confidence
from cutis.stats.subgroups import subgroup_values

FORMAT = "cutis.fairness/1"


@dataclass(frozen=True)
class Audit:
    """What was found for all columns.

    Attributes
    ----------
    question
        The cases and rules.
    overall
        Every rate of all images together.
    comparisons
        Column, or ``a*b`` for two crossed, to what was found.
    missing
        Every distinct pattern of missing values.
    """

    question: Question
    overall: dict[str, Estimate]
    comparisons: dict[str, Comparison]
    missing: list[Missingness]

    def to_json(self) -> dict[str, Any]:
        """Return the record as strict JSON values, with p-values corrected over all tests."""
        asked, settings = self.question, self.question.settings
        names = asked.classes
        decision = asked.decision
        columns = {name: found.to_json(names) for name, found in self.comparisons.items()}
        n_tests = _write_tests(columns, self.comparisons)
        return {
            "format": FORMAT,
            "n": int(asked.labels_n.size),
            "n_groups": asked.clusters.n_groups,
            "grouping": settings.grouping,
            "confidence": settings.confidence,
            "n_bootstrap": settings.n_bootstrap,
            "n_permutations": asked.n_permutations,
            "seed": settings.seed,
            "min_n": asked.min_groups,
            "classes": list(names),
            "decision": None
            if decision is None
            else {
                "positive": [names[k] for k in np.flatnonzero(decision.positive_c)],
                "rule": decision.rule,
                "n_positive": int(decision.positive_n.sum()),
            },
            "overall": {name: estimate.to_json() for name, estimate in self.overall.items()},
            "columns": columns,
            "missing": [item.to_json() for item in self.missing],
            "n_tests": n_tests,
        }


def audit(
    labels_n: ArrayLike,
    probs_nc: ArrayLike,
    classes: Sequence[str],
    columns: Mapping[str, ArrayLike],
    by: Sequence[Sequence[str]] | None = None,
    groups_n: ArrayLike | None = None,
    positive: Sequence[str] | None = None,
    threshold: float | None = None,
    n_bootstrap: int = 1000,
    n_permutations: int = 1000,
    confidence: float = 0.95,
    seed: int = 0,
    min_groups: int = 20,
    grouping: str | None = None,
) -> Audit:
    """Compare the subgroups of every column, and say what the comparison rests on.

    Parameters
    ----------
    labels_n
        (n,) class index of each image; every image must have one.
    probs_nc
        (n, c) probabilities.
    classes
        The c class names.
    columns
        Column name to (n,) values, few and repeated: cut ages into bands first. Missing values of
        all of them are judged, also of columns that are not compared.
    by
        The columns to compare, each as a tuple of one name or of several to cross; None compares
        every column.
    groups_n
        (n,) lesion or patient of each image; None when images are independent.
    positive
        Classes to be found, for fairness criteria; None takes the second of two classes, and no
        criteria with more.
    threshold
        Probability from which an image is called positive; None goes by the most probable class.
    n_bootstrap, n_permutations
        Resamples of every interval, permutations of every test.
    confidence
        Coverage of the intervals.
    seed
        Seed of every draw.
    min_groups
        Subgroups with fewer groups (or images, when ungrouped) are counted but not measured.
    grouping
        Name of the group column, for the record.

    Raises
    ------
    ValueError
        If the arrays do not fit, an image has no label, or a column or class is unknown.

    Examples
    --------
    >>> labels = np.tile([0, 1], 60)
    >>> wrong = (np.arange(120) < 60) & (np.arange(120) % 3 == 0)
    >>> probs = np.where(wrong[:, None], [[0.8, 0.2]], np.eye(2)[labels] * 0.8 + 0.1)
    >>> sex = np.where(np.arange(120) < 60, "female", "male")
    >>> found = audit(labels, probs, ["nevus", "cancer"], {"sex": sex}, n_bootstrap=200)
    >>> gap = found.to_json()["columns"]["sex"]["gaps"]["crude"]["true_positive_rate"]
    >>> round(gap["difference"]["value"], 3), gap["worst"], gap["p_holm"] < 0.05
    (0.333, 'female', True)
    """
    names = check_classes(classes)
    labels = check_labels(labels_n, len(names))
    probs = check_probabilities(probs_nc, labels.size, len(names))
    check_confidence(confidence)
    decision = _decision(labels, probs, names, positive, threshold)
    unit = "none" if groups_n is None else grouping or "group"
    question = make_question(
        labels, probs, names, make_clusters(groups_n, labels.size), decision,
        Settings(n_bootstrap, confidence, seed, "percentile", unit), min_groups, n_permutations,
    )  # fmt: skip
    return _examine(question, _texts(columns, labels.size), by)


def _decision(
    labels_n: np.ndarray,
    probs_nc: np.ndarray,
    names: tuple[str, ...],
    positive: Sequence[str] | None,
    threshold: float | None,
) -> Decision | None:
    """Return what is to be found; None with more than two classes when nothing was named."""
    if (labels_n < 0).any():
        lost = int((labels_n < 0).sum())
        raise ValueError(f"{lost} images have no label; leave them out first.")
    chosen = positive if positive is not None else (names[1:] if len(names) == 2 else None)
    if chosen is None and threshold is not None:
        raise ValueError("A threshold needs positive classes: name what is to be found.")
    return None if chosen is None else make_decision(labels_n, probs_nc, names, chosen, threshold)


def _examine(
    question: Question, texts: Mapping[str, np.ndarray], by: Sequence[Sequence[str]] | None
) -> Audit:
    wanted = [(name,) for name in texts] if by is None else [tuple(item) for item in by]
    comparisons = {
        "*".join(item): compare_column(question, "*".join(item), _values(texts, item))
        for item in wanted
    }
    missing = find_missing(
        texts, question.labels_n, question.classes, question.clusters, question.positive_c,
        question.n_permutations, question.settings.seed,
    )  # fmt: skip
    return Audit(question, _overall(question), comparisons, missing)


def _texts(columns: Mapping[str, ArrayLike], n: int) -> dict[str, np.ndarray]:
    texts = {name: subgroup_values(values) for name, values in columns.items()}
    for name, values_n in texts.items():
        if values_n.shape != (n,):
            raise ValueError(
                f"The column '{name}' has {values_n.size} values for {n} images; one value per "
                "image is needed."
            )
    return texts


def _values(texts: Mapping[str, np.ndarray], item: Sequence[str]) -> np.ndarray:
    for name in item:
        if name not in texts:
            raise ValueError(f"There is no column '{name}'; there are {', '.join(texts)}.")
    return texts[item[0]] if len(item) == 1 else cross([texts[name] for name in item])


def _overall(question: Question) -> dict[str, Estimate]:
    whole = Partition(("all",), np.zeros(question.labels_n.size, dtype=np.int64))
    found = group_rates(question, whole, np.zeros(len(question.classes)))
    size = max(question.clusters.n_groups, question.min_groups)
    return rate_estimates(question, whole, found, np.array([size]))["all"]


def _write_tests(columns: dict[str, dict[str, Any]], comparisons: Mapping[str, Comparison]) -> int:
    """Put p-values, raw and corrected over all of them, beside their gaps; return how many."""
    places: list[dict[str, Any]] = []
    p_values: list[float] = []
    copies: list[tuple[dict[str, Any], dict[str, Any]]] = []
    for name, found in comparisons.items():
        gaps, criteria = columns[name]["gaps"], columns[name]["criteria"]
        for kind in ("crude", "standardised"):
            tested: dict[str, float] = getattr(found.tests, kind)
            for rate, record in gaps[kind].items():
                places.append(record)
                p_values.append(tested.get(rate, float("nan")))
        for rate, value in found.tests.by_chance.items():
            gaps["crude"][rate]["by_chance"] = or_null(value)
        for criterion, record in criteria.items():
            rates = CRITERIA[criterion].rates
            if len(rates) == 1:
                copies.append((record, gaps["crude"][rates[0]]))
            else:
                places.append(record)
                p_values.append(found.tests.criteria.get(criterion, float("nan")))
    p = np.array(p_values)
    for record, raw, strict, loose in zip(places, p, holm(p), benjamini_hochberg(p), strict=True):
        record |= {"p": or_null(raw), "p_holm": or_null(strict), "p_bh": or_null(loose)}
    for record, source in copies:
        record |= {name: source[name] for name in ("p", "p_holm", "p_bh")}
    return int((~np.isnan(p)).sum())
