"""Permutation tests of gaps: how far apart chance alone would deal the subgroups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from cutis.stats.counts import ratio
from cutis.stats.fairness.criteria import CRITERIA
from cutis.stats.fairness.distance import plain_distance, scaled_distance
from cutis.stats.fairness.partition import Partition
from cutis.stats.fairness.permutation import permutation_p, permuted_codes
from cutis.stats.fairness.question import Balance, Question
from cutis.stats.fairness.rates import rates
from cutis.stats.fairness.replicates import GroupRates
from cutis.stats.fairness.sums import standardise, sum_by_codes
from cutis.stats.ranking import Ranking, rank, score_ranking

# Where fewer of the first divisions than this reach the observed gap, so many times as many are
# dealt: a small p-value must survive its correction for all the other tests.
FEW_REACH = 10
MORE = 10


class Tested(NamedTuple):
    """P-values, and what chance alone shows.

    Attributes
    ----------
    crude, standardised, criteria
        Rate, or criterion, to permutation p-value; NaN where nothing could be tested.
    by_chance
        Rate to the mean crude gap of subgroups dealt by chance.
    """

    crude: dict[str, float]
    standardised: dict[str, float]
    criteria: dict[str, float]
    by_chance: dict[str, float]


def permutation_tests(
    question: Question,
    partition: Partition,
    compared_g: np.ndarray,
    known: Mapping[str, np.ndarray],
    target_c: np.ndarray,
    found: GroupRates,
) -> Tested:
    """Test every gap of a column by dealing its subgroups anew among lesions or patients.

    The distance compared is that of :func:`scaled_distance`. A crude gap is tested with the
    balance that its denominator needs (see ``Question.balance``), a standardised one within the
    classes: it asks whether subgroups of the same diagnosis differ.

    Parameters
    ----------
    question
        The cases and rules.
    partition, compared_g
        The subgroups, and (g,) bool which of them are compared.
    known
        Rate to (g,) bool, the subgroups whose value may be compared.
    target_c
        (c,) the mix of classes of standardised rates.
    found
        The rates observed.
    """
    result = Tested({}, {}, {}, {})
    if compared_g.sum() < 2:
        return result
    deal = _Deal(question, partition, compared_g[partition.codes_n], target_c)
    sizes = {name: _sizes(question, partition, name) for name in found.crude}
    crude = {name: values_g[None] for name, values_g in found.crude.items()}
    even = {name: values_g[None] for name, values_g in found.standardised.items()}
    for balance in sorted({"class", *map(question.balance, crude)}):
        names = [name for name in crude if question.balance(name) == balance]
        with_even = balance == "class" and bool(target_c.any())
        observed = _distances(crude, even if with_even else {}, names, known, sizes)
        seen = _permuted(
            deal, balance, names, with_even, known, sizes, (0, question.n_permutations)
        )
        if any(_is_rare(value[0], seen[key]) for key, value in observed.items()):
            further = (1, (MORE - 1) * question.n_permutations)
            more = _permuted(deal, balance, names, with_even, known, sizes, further)
            seen = {key: np.concatenate([seen[key], more[key]]) for key in seen}
        for (kind, name), value in observed.items():
            if kind == "by_chance":
                result.by_chance[name] = _mean(seen[kind, name])
            else:
                getattr(result, kind)[name] = permutation_p(float(value[0]), seen[kind, name])
    return result


def _sizes(question: Question, partition: Partition, rate: str) -> np.ndarray:
    """Return what the value of each subgroup rests on, (g,), at least 1."""
    among_g = partition.cluster_sizes(question.clusters, question.denominator(rate))
    if rate == "auroc" and question.decision is not None:
        sides = (question.decision.positive_n, ~question.decision.positive_n)
        positive_g, negative_g = (partition.cluster_sizes(question.clusters, m) for m in sides)
        among_g = ratio(positive_g * negative_g * 1.0, positive_g + negative_g * 1.0)
    return np.asarray(np.maximum(np.nan_to_num(among_g), 1.0))


def _is_rare(value: float, permuted_p: np.ndarray) -> bool:
    """Tell whether chance so seldom reached a value that more must be dealt to say how seldom."""
    defined = not np.isnan(value) and not np.isnan(permuted_p).all()
    return defined and int((permuted_p >= value - 1e-12).sum()) < FEW_REACH


def _distances(
    crude: Mapping[str, np.ndarray],
    even: Mapping[str, np.ndarray],
    names: list[str],
    known: Mapping[str, np.ndarray],
    sizes: Mapping[str, np.ndarray],
) -> dict[tuple[str, str], np.ndarray]:
    """Return what is tested with one kind of balance, each (p,), and the plain crude distances."""

    def scaled(values: Mapping[str, np.ndarray], name: str) -> np.ndarray:
        return scaled_distance(values[name][:, known[name]], sizes[name][known[name]])

    found = {("crude", name): scaled(crude, name) for name in names}
    found |= {("by_chance", name): plain_distance(crude[name][:, known[name]]) for name in names}
    found |= {("standardised", name): scaled(even, name) for name in even}
    for name, criterion in CRITERIA.items():
        if set(criterion.rates) <= set(names):
            both = [found["crude", rate] for rate in criterion.rates]
            found["criteria", name] = np.max(np.stack(both), axis=0)
    return found


def _permuted(
    deal: _Deal,
    balance: Balance,
    names: list[str],
    with_even: bool,
    known: Mapping[str, np.ndarray],
    sizes: Mapping[str, np.ndarray],
    which: tuple[int, int],
) -> dict[tuple[str, str], np.ndarray]:
    """Return the same distances in divisions dealt by chance; ``which`` is (part, how many)."""
    crude, even = deal.rates(balance, "auroc" in names, which[1], which[0])
    return _distances(crude, even if with_even else {}, names, known, sizes)


def _mean(values: np.ndarray) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else float("nan")


class _Deal:
    """The compared images, and their rates under divisions dealt by chance."""

    def __init__(
        self, question: Question, partition: Partition, rows: np.ndarray, target_c: np.ndarray
    ) -> None:
        self.question, self.target_c, self.rows = question, target_c, rows
        self.codes = partition.codes_n[rows]
        self.size = len(partition.names)
        self.clusters = question.clusters.select(rows)
        self.facts = question.facts._replace(
            **{
                name: values[rows]
                for name, values in question.facts._asdict().items()
                if name != "n_classes"
            }
        )
        self.ranking: Ranking | None = None
        if question.decision is not None:
            decision = question.decision
            self.ranking = rank(decision.positive_n[rows], decision.score_n[rows])

    def rates(
        self, balance: Balance, with_auroc: bool, n: int, part: int
    ) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
        """Return crude and standardised rates of n divisions, each (n, g)."""
        strata_n = self.question.strata(balance)
        kept_n = None if strata_n is None else strata_n[self.rows]
        seed = 2 * self.question.settings.seed + part
        blocks = permuted_codes(self.codes, self.clusters, kept_n, n, seed)
        crude, even = [], []
        for codes_pn in blocks:
            sums = sum_by_codes(self.facts, codes_pn, self.size)
            found = rates(sums, self.question.positive_c)
            if with_auroc and self.ranking is not None:
                found["auroc"] = _auroc(self.ranking, codes_pn, self.size)
            crude.append(found)
            even.append(rates(standardise(sums, self.target_c), self.question.positive_c))
        return _joined(crude), _joined(even)


def _auroc(ranking: Ranking, codes_pn: np.ndarray, size: int) -> np.ndarray:
    areas = [score_ranking(ranking, (codes_pn == g).astype(float)).auroc_r for g in range(size)]
    return np.stack(areas, axis=1)


def _joined(blocks: list[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    return {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}
