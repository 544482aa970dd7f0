"""One column: its subgroups measured, their gaps crude and with equal diagnoses, tested."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from cutis.stats.calibration import calibration_error_by_chance
from cutis.stats.estimate import Estimate
from cutis.stats.fairness.column_gaps import criterion_gaps, gap_of_each_rate
from cutis.stats.fairness.gaps import Gap
from cutis.stats.fairness.mix import Mix, class_mix
from cutis.stats.fairness.part_rates import known_parts, rate_estimates
from cutis.stats.fairness.partition import Partition, make_partition
from cutis.stats.fairness.question import Question
from cutis.stats.fairness.rate_tests import RateTest, rate_test
from cutis.stats.fairness.replicates import group_rates
from cutis.stats.fairness.testing import Tested, permutation_tests
from cutis.stats.subgroups import MISSING, Subgroup, estimate_subgroups


@dataclass(frozen=True)
class Comparison:
    """What was found for one column.

    Attributes
    ----------
    column
        Its name; ``a*b`` for two columns crossed.
    partition
        The g subgroups.
    compared
        Names of those that enter gaps: large enough and recorded.
    parts
        Every classification metric within each subgroup.
    rates
        Subgroup to rate to estimate.
    ece_by_chance
        Subgroup to the calibration error that a perfectly calibrated model would show there.
    mix
        The classes of the subgroups.
    crude, standardised
        Rate to gap: as the images are, and with the same mix of classes in every subgroup.
    criteria
        Criterion to ``(difference, ratio)``.
    tests
        Permutation p-values of gaps and criteria.
    rate_tests
        Tests for independent images; empty where images share lesions or patients.
    """

    column: str
    partition: Partition
    compared: tuple[str, ...]
    parts: dict[str, Subgroup]
    rates: dict[str, dict[str, Estimate]]
    ece_by_chance: dict[str, float]
    mix: Mix
    crude: dict[str, Gap]
    standardised: dict[str, Gap]
    criteria: dict[str, tuple[Estimate, Estimate]]
    tests: Tested
    rate_tests: dict[str, RateTest]

    def to_json(self, classes: tuple[str, ...]) -> dict[str, Any]:
        """Return the record as strict JSON values, without p-values of permutations."""
        return {
            "compared": list(self.compared),
            "parts": {name: self._part_json(name) for name in self.partition.names},
            "class_mix": self.mix.to_json(self.partition.names, classes),
            "gaps": {
                "crude": {name: gap.to_json() for name, gap in self.crude.items()},
                "standardised": {name: gap.to_json() for name, gap in self.standardised.items()},
            },
            "criteria": {
                name: {"difference": pair[0].to_json(), "ratio": pair[1].to_json()}
                for name, pair in self.criteria.items()
            },
            "rate_tests": {name: test.to_json() for name, test in self.rate_tests.items()},
        }

    def _part_json(self, name: str) -> dict[str, Any]:
        record = self.parts[name].to_json()
        rates = self.rates.get(name)
        record["rates"] = None if rates is None else {k: v.to_json() for k, v in rates.items()}
        record["ece_by_chance"] = self.ece_by_chance.get(name)
        return record


def compare_column(question: Question, column: str, values_n: np.ndarray) -> Comparison:
    """Measure and compare the subgroups of one column.

    Parameters
    ----------
    question
        The cases and rules.
    column
        Name of the column.
    values_n
        (n,) text, the subgroup of each image, ``(missing)`` where unknown.

    Examples
    --------
    >>> from cutis.stats.clusters import make_clusters
    >>> from cutis.stats.estimate import Settings
    >>> from cutis.stats.fairness.question import make_question
    >>> labels = np.tile([0, 1], 40)
    >>> probs = np.where(np.arange(80)[:, None] % 4 == 3, [0.9, 0.1], np.eye(2)[labels])
    >>> asked = make_question(labels, probs, ["nevus", "cancer"], make_clusters(None, 80), None,
    ...                       Settings(n_bootstrap=100), 20, 99)
    >>> sex = np.where(np.arange(80) < 40, "f", "m")
    >>> found = compare_column(asked, "sex", sex)
    >>> found.compared, found.crude["accuracy"].difference.value, found.rates["f"]["accuracy"].value
    (('f', 'm'), 0.0, 0.75)
    """
    partition = make_partition(values_n)
    sizes_g = partition.cluster_sizes(question.clusters)
    compared_g = (sizes_g >= question.min_groups) & (np.array(partition.names) != MISSING)
    mix = class_mix(
        question.labels_n, partition, compared_g, question.clusters, len(question.classes),
        question.n_permutations, question.settings.seed,
    )  # fmt: skip
    found = group_rates(question, partition, mix.target_c)
    rates = rate_estimates(question, partition, found, sizes_g)
    known = {name: known_parts(question, partition, compared_g, name) for name in found.crude}
    crude = gap_of_each_rate(question, partition, found.crude, found.crude_replicates, known)
    usable = {n: v & (mix.target_c.sum() > 0) for n, v in known.items() if n in found.standardised}
    standard = gap_of_each_rate(
        question, partition, found.standardised, found.standardised_replicates, usable
    )
    return Comparison(
        column, partition,
        tuple(n for n, yes in zip(partition.names, compared_g, strict=True) if yes),
        estimate_subgroups(
            question.sample, question.clusters, question.classes, values_n, question.settings,
            question.min_groups,
        ),
        rates,
        {
            name: calibration_error_by_chance(
                question.sample.probs_nc[partition.codes_n == g], seed=question.settings.seed
            )
            for g, name in enumerate(partition.names)
            if name in rates
        },
        mix, crude, standard,
        criterion_gaps(question, partition, found, known, crude),
        permutation_tests(question, partition, compared_g, known, mix.target_c, found),
        _rate_tests(question, partition, known),
    )  # fmt: skip


def _rate_tests(
    question: Question, partition: Partition, known: dict[str, np.ndarray]
) -> dict[str, RateTest]:
    """Return tests for independent images; none where some share a lesion or patient."""
    if question.clusters.n_groups < question.labels_n.size:
        return {}
    facts, decided = question.facts, question.decision is not None
    happened = {"accuracy": facts.right_n}
    if decided and question.decision is not None:
        called = facts.called_n
        happened |= {
            "true_positive_rate": called, "false_positive_rate": called, "selection_rate": called,
            "positive_predictive_value": question.decision.positive_n.astype(float),
        }  # fmt: skip
    tests = {}
    for rate, event_n in happened.items():
        rows = question.denominator(rate) & known[rate][partition.codes_n]
        size = len(partition.names)
        trials = np.bincount(partition.codes_n[rows], minlength=size)
        hits = np.bincount(partition.codes_n[rows], weights=event_n[rows], minlength=size)
        tests[rate] = rate_test(np.rint(hits).astype(np.int64), trials)
    return tests
