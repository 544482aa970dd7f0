"""What is asked of every column: the same cases, decision and rules for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from cutis.stats.clusters import Clusters
from cutis.stats.estimate import Settings
from cutis.stats.fairness.decision import Decision
from cutis.stats.fairness.rates import RATES, UNDIRECTED
from cutis.stats.fairness.sums import Facts, make_facts
from cutis.stats.measures import Sample, make_sample

Balance = Literal["nothing", "class", "truth", "answer"]
# A rate of a subgroup that rests on fewer lesions, patients or images than this is not given.
MIN_DENOMINATOR = 5


@dataclass(frozen=True)
class Question:
    """The cases of an audit and its rules.

    Attributes
    ----------
    sample, facts
        Labels and probabilities, prepared.
    classes
        The c class names.
    clusters
        The clusters of the n rows.
    decision
        What is to be found and where it was called; None without positive classes.
    settings
        How intervals are made.
    min_groups
        Subgroups with fewer clusters are counted but not measured.
    n_permutations
        Permutations of every test.
    """

    sample: Sample
    facts: Facts
    classes: tuple[str, ...]
    clusters: Clusters
    decision: Decision | None
    settings: Settings
    min_groups: int
    n_permutations: int

    @property
    def labels_n(self) -> np.ndarray:
        """Class index of every image."""
        return self.sample.labels_n

    @property
    def positive_c(self) -> np.ndarray | None:
        """Which classes are positive; None without a decision."""
        return None if self.decision is None else self.decision.positive_c

    def rate_names(self) -> tuple[str, ...]:
        """Return the rates that can be asked for, in order."""
        return UNDIRECTED if self.decision is None else tuple(RATES)

    def denominator(self, rate: str) -> np.ndarray:
        """Return among which images a rate is taken, (n,) bool."""
        of, everything = RATES[rate].of, np.ones(self.labels_n.size, dtype=bool)
        if self.decision is None or of in ("all", "class"):
            return everything
        return {
            "positive": self.decision.positive_n,
            "negative": ~self.decision.positive_n,
            "called": self.decision.called_n,
        }[of]

    def balance(self, rate: str) -> Balance:
        """Return what a permutation test of a rate must leave balanced.

        Accuracy and the share called positive are taken of all images. Sensitivity and false
        alarms are taken given the truth, predictive values given the answer: subgroups must keep
        as many of those, or a subgroup with three positives would be judged as if it had thirty.
        """
        if rate == "balanced_accuracy":
            return "class"
        balances: dict[str, Balance] = {"all": "nothing", "called": "answer"}
        return balances.get(RATES[rate].of, "truth")

    def strata(self, balance: Balance) -> np.ndarray | None:
        """Return what is to be kept in balance, (n,) int; None for nothing."""
        if balance == "class":
            return self.labels_n
        if self.decision is None or balance == "nothing":
            return None
        kept = self.decision.called_n if balance == "answer" else self.decision.positive_n
        return kept.astype(np.int64)


def make_question(
    labels_n: np.ndarray,
    probs_nc: np.ndarray,
    classes: Sequence[str],
    clusters: Clusters,
    decision: Decision | None,
    settings: Settings,
    min_groups: int,
    n_permutations: int,
) -> Question:
    """Prepare labelled and checked cases.

    Examples
    --------
    >>> from cutis.stats.clusters import make_clusters
    >>> make_question(np.array([0, 1]), np.eye(2), ["a", "b"], make_clusters(None, 2), None,
    ...               Settings(), 20, 99).rate_names()
    ('accuracy', 'balanced_accuracy', 'overconfidence')
    """
    return Question(
        make_sample(labels_n, probs_nc),
        make_facts(labels_n, probs_nc, decision),
        tuple(map(str, classes)),
        clusters,
        decision,
        settings,
        min_groups,
        n_permutations,
    )
