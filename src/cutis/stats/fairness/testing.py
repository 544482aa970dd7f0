"""Permutation tests of gaps: how far apart chance alone would deal the subgroups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from cutis.stats.fairness.criteria import CRITERIA, differences
from cutis.stats.fairness.gaps import Gap
from cutis.stats.fairness.partition import Partition
from cutis.stats.fairness.permutation import permutation_p, permuted_codes
from cutis.stats.fairness.question import Balance, Question
from cutis.stats.fairness.rates import rates
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
    crude: Mapping[str, Gap],
    standardised: Mapping[str, Gap],
) -> Tested:
    """Test every gap of a column by dealing its subgroups anew among lesions or patients.

    A crude gap is tested with the balance that its denominator needs (see ``Question.strata``),
    a standardised one within the classes: it asks whether subgroups of the same diagnosis differ.

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
    crude, standardised
        The gaps observed.
    """
    if compared_g.sum() < 2:
        return Tested({}, {}, {}, {})
    rows = compared_g[partition.codes_n]
    deal = _Deal(question, partition, rows, target_c)
    result = Tested({}, {}, {}, {})
    for balance in sorted({"class", *map(question.balance, crude)}):
        names = [name for name in crude if question.balance(name) == balance]
        observed = _observed(balance, names, crude, standardised)
        seen = _spreads(deal, balance, names, known, question.n_permutations, 0)
        if any(_is_rare(value, seen[key]) for key, value in observed.items()):
            further = (MORE - 1) * question.n_permutations
            more = _spreads(deal, balance, names, known, further, 1)
            seen = {key: np.concatenate([seen[key], more[key]]) for key in seen}
        for (kind, name), value in observed.items():
            p = permutation_p(value, seen[kind, name])
            getattr(result, kind)[name] = p
            if kind == "crude":
                result.by_chance[name] = _mean(seen[kind, name])
    return result


def _is_rare(value: float, permuted_p: np.ndarray) -> bool:
    """Tell whether chance so seldom reached a value that more must be dealt to say how seldom."""
    defined = not np.isnan(value) and not np.isnan(permuted_p).all()
    return defined and int((permuted_p >= value - 1e-12).sum()) < FEW_REACH


def _observed(
    balance: Balance,
    names: list[str],
    crude: Mapping[str, Gap],
    standardised: Mapping[str, Gap],
) -> dict[tuple[str, str], float]:
    """Return the gaps that are tested with one kind of balance."""
    found = {("crude", name): crude[name].difference.value for name in names}
    if balance == "class":
        found |= {
            ("standardised", name): gap.difference.value for name, gap in standardised.items()
        }
    for name, criterion in CRITERIA.items():
        if set(criterion.rates) <= set(names):
            values = [crude[rate].difference.value for rate in criterion.rates]
            found["criteria", name] = float(np.max(values))
    return found


def _spreads(
    deal: _Deal,
    balance: Balance,
    names: list[str],
    known: Mapping[str, np.ndarray],
    n: int,
    part: int,
) -> dict[tuple[str, str], np.ndarray]:
    """Return the same gaps in n divisions dealt by chance."""
    drawn, evened = deal.rates(balance, "auroc" in names, n, part)
    found = {("crude", name): _range(drawn[name], known[name]) for name in names}
    if balance == "class":
        found |= {("standardised", name): _range(evened[name], known[name]) for name in evened}
    masked = {name: np.where(known[name], drawn[name], np.nan) for name in names}
    for name, criterion in CRITERIA.items():
        if set(criterion.rates) <= set(names):
            found["criteria", name] = differences(masked, name)
    return found


def _range(values_pg: np.ndarray, known_g: np.ndarray) -> np.ndarray:
    """Return highest minus lowest of the known subgroups; NaN where one of them is undefined."""
    if known_g.sum() < 2:
        return np.full(values_pg.shape[0], np.nan)
    kept = values_pg[:, known_g]
    spread: np.ndarray = kept.max(axis=1) - kept.min(axis=1)
    return spread


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
