"""Rates of all subgroups on the data and in the same resamples of all of them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cutis.stats.fairness.partition import Partition
from cutis.stats.fairness.question import Question
from cutis.stats.fairness.rates import auroc_by_group, rates
from cutis.stats.fairness.sums import standardise, sum_by_group
from cutis.stats.resampling import bootstrap_weights


class GroupRates(NamedTuple):
    """Rates by name: values (g,) and replicates (r, g), crude and standardised.

    Attributes
    ----------
    crude, standardised
        With the classes as they are, and with the same mix of classes in every subgroup.
    crude_replicates, standardised_replicates
        The same in each resample; None without resampling.
    """

    crude: dict[str, np.ndarray]
    standardised: dict[str, np.ndarray]
    crude_replicates: dict[str, np.ndarray] | None
    standardised_replicates: dict[str, np.ndarray] | None


def group_rates(question: Question, partition: Partition, target_c: np.ndarray) -> GroupRates:
    """Compute every rate of every subgroup, on the data and in each bootstrap resample.

    A resample draws lesions or patients from all subgroups together, so that differences between
    subgroups that share patients are resampled as they are.

    Parameters
    ----------
    question
        The cases and rules.
    partition
        The subgroups.
    target_c
        (c,) the mix of classes of standardised rates; all 0 gives NaN.

    Examples
    --------
    >>> from cutis.stats.clusters import make_clusters
    >>> from cutis.stats.estimate import Settings
    >>> from cutis.stats.fairness.question import make_question
    >>> asked = make_question(np.array([0, 1, 1]), np.eye(2)[[0, 1, 0]], ["a", "b"],
    ...                       make_clusters(None, 3), None, Settings(n_bootstrap=10), 1, 9)
    >>> found = group_rates(asked, Partition(("f",), np.zeros(3, int)), np.array([0.5, 0.5]))
    >>> found.crude["accuracy"].round(3), found.standardised["accuracy"]
    (array([0.667]), array([0.75]))
    """
    settings = question.settings
    ones = np.ones((1, question.labels_n.size))
    value, standard_value = _measure(question, partition, target_c, ones)
    draws = bootstrap_weights(question.clusters, settings.n_bootstrap, settings.seed)
    blocks = [_measure(question, partition, target_c, weights_rn) for weights_rn in draws]
    return GroupRates(
        {name: values[0] for name, values in value.items()},
        {name: values[0] for name, values in standard_value.items()},
        _joined([block[0] for block in blocks]) if blocks else None,
        _joined([block[1] for block in blocks]) if blocks else None,
    )


def _measure(
    question: Question, partition: Partition, target_c: np.ndarray, weights_rn: np.ndarray
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    sums = sum_by_group(question.facts, partition, weights_rn)
    crude = rates(sums, question.positive_c)
    if question.decision is not None:
        crude["auroc"] = auroc_by_group(
            question.decision.positive_n, question.decision.score_n, partition.codes_n,
            weights_rn, len(partition.names),
        )  # fmt: skip
    return crude, rates(standardise(sums, target_c), question.positive_c)


def _joined(blocks: list[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    return {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}
