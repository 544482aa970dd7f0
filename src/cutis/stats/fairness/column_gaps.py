"""The gaps of one column: of every rate, and of every fairness criterion."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from cutis.stats.estimate import Estimate
from cutis.stats.fairness.criteria import CRITERIA, differences, ratios
from cutis.stats.fairness.gaps import Gap, measure_gap
from cutis.stats.fairness.partition import Partition
from cutis.stats.fairness.question import Question
from cutis.stats.fairness.rates import RATES
from cutis.stats.fairness.replicates import GroupRates


def gap_of_each_rate(
    question: Question,
    partition: Partition,
    values: dict[str, np.ndarray],
    replicates: dict[str, np.ndarray] | None,
    known: dict[str, np.ndarray],
) -> dict[str, Gap]:
    """Return the gap of every rate between the subgroups that have enough images for it.

    Parameters
    ----------
    question
        The cases and rules.
    partition
        The subgroups.
    values, replicates
        Rate to (g,) values and (r, g) replicates.
    known
        Rate to (g,) bool, the subgroups that may be compared.
    """
    gaps = {}
    for rate, values_g in values.items():
        among = question.denominator(rate) & known[rate][partition.codes_n]
        sizes_g = partition.cluster_sizes(question.clusters, among)
        gaps[rate] = measure_gap(
            partition.names,
            np.where(known[rate], values_g, np.nan),
            None if replicates is None else replicates[rate],
            sizes_g,
            int(among.sum()),
            question.settings,
            RATES[rate].better,
        )
    return gaps


def criterion_gaps(
    question: Question,
    partition: Partition,
    found: GroupRates,
    known: dict[str, np.ndarray],
    crude: dict[str, Gap],
) -> dict[str, tuple[Estimate, Estimate]]:
    """Return difference and ratio of each criterion.

    Those of a criterion with one rate are the gap of that rate. Of two rates the worse one
    counts; each then gets half of the error, so that both intervals hold together.

    Parameters
    ----------
    question, partition
        The cases and rules, and the subgroups.
    found
        Rates on the data and in resamples.
    known
        Rate to (g,) bool, the subgroups that may be compared.
    crude
        The gap of every rate.
    """
    if question.decision is None:
        return {}
    half = 1 - (1 - question.settings.confidence) / 2
    strict = replace(question, settings=replace(question.settings, confidence=half))
    values = {rate: np.where(known[rate], v, np.nan)[None] for rate, v in found.crude.items()}
    result = {}
    for name, criterion in CRITERIA.items():
        gaps = [crude[rate] for rate in criterion.rates]
        if len(gaps) > 1:
            among = {rate: found.crude[rate] for rate in criterion.rates}
            both = gap_of_each_rate(strict, partition, among, found.crude_replicates, known)
            gaps = list(both.values())
        result[name] = (
            _worse([gap.difference for gap in gaps], float(differences(values, name)[0]), "larger"),
            _worse([gap.ratio for gap in gaps], float(ratios(values, name)[0]), "smaller"),
        )
    return result


def _worse(estimates: list[Estimate], value: float, which: str) -> Estimate:
    """Join the estimates of several rates into that of the worse one."""
    first = estimates[0]
    if len(estimates) == 1:
        return first
    nan = float("nan")
    undefined = [e.note for e in estimates if np.isnan(e.value)]
    if undefined:
        return Estimate(nan, nan, nan, first.n, "none", first.grouping, undefined[0])
    lacking = [e.note for e in estimates if np.isnan(e.low)]
    note = f"the {which} one of two rates"
    if lacking:
        return Estimate(value, nan, nan, first.n, "none", first.grouping, f"{note}; {lacking[0]}")
    pick = max if which == "larger" else min
    low, high = pick(e.low for e in estimates), pick(e.high for e in estimates)
    return Estimate(value, low, high, first.n, first.method, first.grouping, note)
