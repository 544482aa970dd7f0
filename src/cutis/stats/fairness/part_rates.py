"""Every rate of every subgroup with its interval; too few images give a note, not a number."""

from __future__ import annotations

import numpy as np

from cutis.stats.estimate import Basis, Estimate, make_estimate
from cutis.stats.fairness.partition import Partition
from cutis.stats.fairness.question import MIN_DENOMINATOR, Question
from cutis.stats.fairness.rates import RATES
from cutis.stats.fairness.replicates import GroupRates


def known_parts(
    question: Question, partition: Partition, compared_g: np.ndarray, rate: str
) -> np.ndarray:
    """Return which of some subgroups have enough images for a rate, (g,) bool.

    Parameters
    ----------
    question
        The cases and rules.
    partition, compared_g
        The subgroups, and (g,) bool which of them to look at.
    rate
        Name of the rate.
    """
    among = partition.cluster_sizes(question.clusters, question.denominator(rate))
    enough = compared_g & (among >= MIN_DENOMINATOR)
    if rate == "auroc" and question.decision is not None:
        for side_n in (question.decision.positive_n, ~question.decision.positive_n):
            enough &= partition.cluster_sizes(question.clusters, side_n) >= MIN_DENOMINATOR
    return enough


def rate_estimates(
    question: Question, partition: Partition, found: GroupRates, sizes_g: np.ndarray
) -> dict[str, dict[str, Estimate]]:
    """Return every rate of every subgroup that is large enough; the missing have their own row.

    Parameters
    ----------
    question
        The cases and rules.
    partition
        The subgroups.
    found
        Their rates on the data and in resamples.
    sizes_g
        (g,) clusters of each subgroup.
    """
    return {
        name: {
            rate: _estimate(question, partition, found, rate, g) for rate in question.rate_names()
        }
        for g, name in enumerate(partition.names)
        if sizes_g[g] >= question.min_groups
    }


def _estimate(
    question: Question, partition: Partition, found: GroupRates, rate: str, g: int
) -> Estimate:
    everyone = np.arange(len(partition.names)) == g
    inside = (partition.codes_n == g) & question.denominator(rate)
    n, n_groups = int(inside.sum()), question.clusters.count(inside)
    enough = bool(known_parts(question, partition, everyone, rate)[g])
    replicates = found.crude_replicates
    return make_estimate(
        float(found.crude[rate][g]) if enough else float("nan"),
        None if replicates is None else replicates[rate][:, g],
        None,
        Basis(
            n, n_groups, proportion=RATES[rate].proportion,
            undefined=_too_few(question, rate, n_groups),
        ),
        question.settings,
    )  # fmt: skip


def _too_few(question: Question, rate: str, n_groups: int) -> str:
    unit = "images" if not question.clusters.grouped else f"groups ({question.settings.grouping})"
    among = {
        "positive": " of a positive class", "negative": " of no positive class",
        "called": " called positive",
    }.get(RATES[rate].of, "")  # fmt: skip
    if rate == "auroc":
        return f"fewer than {MIN_DENOMINATOR} {unit} of a positive class, or of no positive class"
    return f"only {n_groups} {unit}{among}; at least {MIN_DENOMINATOR} are needed"
