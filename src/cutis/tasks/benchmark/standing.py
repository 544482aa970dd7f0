"""Ranks, averages and differences of a suite's models, all from the same resampled cases."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cutis.report.leaderboard.board import MUST_AGREE
from cutis.report.metric_words import LOWER_IS_BETTER
from cutis.report.retrieval.words import UNBOUNDED
from cutis.stats import bootstrap_weights, make_clusters, percentile_interval
from cutis.stats.estimate import or_null
from cutis.stats.multiplicity import holm
from cutis.stats.standing import bootstrap_p_value, mean_over_sets, standings
from cutis.tasks.benchmark.cells import Cell
from cutis.tasks.benchmark.scores import Scored
from cutis.tasks.benchmark.suite import Column

# Facts of a run that may differ between models without making their numbers incomparable.
_HARMLESS = frozenset({"n", "rows_sha256", "precision", "table_sha256"})


@dataclass(frozen=True)
class Rules:
    """How intervals are made: replicates, level, seed, and the model others are compared with."""

    n_bootstrap: int = 1000
    confidence: float = 0.95
    seed: int = 0
    anchor: str | None = None


@dataclass(frozen=True)
class Judged:
    """The models of a column or average, ranked.

    Attributes
    ----------
    values
        Model to value.
    replicates
        Model to (r,) replicates; empty where cases are not kept.
    results
        Model to ``rank``, ``rank_low``, ``rank_high``, ``first_share`` and, against the anchor,
        ``difference``, ``difference_low``, ``difference_high``, ``p``.
    notes
        What to know, one sentence each.
    n_common
        Cases that all ranked models share.
    intervals
        Model to the interval of an average; empty for a column, whose runs have their own.
    """

    values: dict[str, float]
    replicates: dict[str, np.ndarray]
    results: dict[str, dict[str, Any]]
    notes: tuple[str, ...] = ()
    n_common: int | None = None
    intervals: dict[str, tuple[float | None, float | None]] = field(default_factory=dict)


def lower_is_better(metric: str) -> bool:
    """Tell whether low values of a metric are good.

    Examples
    --------
    >>> lower_is_better("ece"), lower_is_better("image_to_text_mean_rank"), lower_is_better("auroc")
    (True, True, False)
    """
    return metric in LOWER_IS_BETTER or metric.endswith(UNBOUNDED)


def seed_of(seed: int, name: str) -> int:
    """Return the seed of one dataset, so that datasets are resampled independently.

    Examples
    --------
    >>> seed_of(0, "ph2") == seed_of(0, "ph2"), seed_of(0, "ph2") == seed_of(0, "ham10000")
    (True, False)
    """
    return int.from_bytes(hashlib.sha256(f"{seed} {name}".encode()).digest()[:6], "big")


def judge_column(column: Column, cells: Mapping[str, Cell], rules: Rules) -> Judged:
    """Rank the models of one column on the cases that all of them have.

    Parameters
    ----------
    column
        The column.
    cells
        Model to cell.
    rules
        How intervals are made.
    """
    ranked, notes = _comparable(cells)
    values = {key: float(cells[key].value or 0.0) for key in ranked}
    sign = -1.0 if lower_is_better(column.metric) else 1.0
    scored = {key: found for key in ranked if (found := cells[key].scored) is not None}
    if len(scored) < len(ranked) or not ranked:
        if ranked:
            notes.append("ranks have no interval, for not all runs keep their cases")
        return Judged(values, {}, _judged(values, {}, sign, rules), tuple(notes))
    common, told = _common(scored)
    notes += told
    if common is None:
        return Judged(values, {}, _judged(values, {}, sign, rules), tuple(notes))
    if told:
        values = {key: float(part.values()[0]) for key, part in common.items()}
    drawn = _replicates(common, rules, seed_of(rules.seed, column.entry.name))
    n = len(next(iter(common.values())).ids)
    return Judged(values, drawn, _judged(values, drawn, sign, rules), tuple(notes), n)


def _comparable(cells: Mapping[str, Cell]) -> tuple[list[str], list[str]]:
    """Return the models that were measured alike, and why others are left out."""
    defined = [key for key, cell in cells.items() if cell.value is not None]
    notes = [
        f"{cell.entry.model} has no value: {cell.note or 'undefined'}"
        for cell in cells.values()
        if cell.value is None
    ]
    if not defined:
        return [], notes
    first = cells[defined[0]].entry
    ranked = []
    for key in defined:
        entry = cells[key].entry
        differing = [
            words
            for name, words in MUST_AGREE.items()
            if name not in _HARMLESS and entry.rows.get(name) != first.rows.get(name)
        ]
        if differing:
            notes.append(f"{entry.model} is not ranked: other {', '.join(differing)}")
        else:
            ranked.append(key)
    return ranked, notes


def _common(scored: Mapping[str, Scored]) -> tuple[dict[str, Scored] | None, list[str]]:
    """Bring all models to the cases they share, in one order."""
    parts = list(scored.values())
    shared = set(parts[0].ids).intersection(*(part.ids for part in parts[1:]))
    kept = [name for name in parts[0].ids if name in shared]
    most = max(len(part.ids) for part in parts)
    if any(len(set(part.ids)) < len(part.ids) for part in parts):
        return None, ["ranks have no interval, for names of cases repeat"]
    if not kept:
        return None, ["ranks have no interval, for the models share no case"]
    aligned = {}
    for key, part in scored.items():
        place = {name: i for i, name in enumerate(part.ids)}
        aligned[key] = part.select(np.array([place[name] for name in kept], dtype=np.int64))
    truths = {part.truth for part in aligned.values()}
    if len(truths) > 1:
        return None, ["ranks have no interval, for the runs disagree on what is right"]
    told = []
    if len(kept) < most:
        told.append(f"ranks and differences rest on the {len(kept):,} cases that all models have")
    return aligned, told


def _replicates(common: Mapping[str, Scored], rules: Rules, seed: int) -> dict[str, np.ndarray]:
    parts = list(common.values())
    groups = next((p.groups_n for p in parts if p.groups_n is not None), None)
    clusters = make_clusters(groups, len(parts[0].ids))
    drawn: dict[str, list[np.ndarray]] = {key: [] for key in common}
    for weights_bn in bootstrap_weights(clusters, rules.n_bootstrap, seed):
        for key, part in common.items():
            drawn[key].append(part.values(weights_bn))
    return {key: np.concatenate(blocks) for key, blocks in drawn.items()}


def _judged(
    values: Mapping[str, float], drawn: Mapping[str, np.ndarray], sign: float, rules: Rules
) -> dict[str, dict[str, Any]]:
    """Return rank and difference of every model."""
    keys = list(values)
    if not keys:
        return {}
    values_m = sign * np.array([values[key] for key in keys])
    drawn_mr = sign * np.stack([drawn[key] for key in keys]) if drawn else None
    found = {}
    for key, place in zip(keys, standings(values_m, drawn_mr, rules.confidence), strict=True):
        several = len(keys) > 1
        found[key] = {
            "rank": place.rank if several else None,
            "rank_low": (place.low or None) if several else None,
            "rank_high": (place.high or None) if several else None,
            "first_share": or_null(place.first) if several else None,
            **_difference(key, values, drawn, rules),
        }
    return found


def _difference(
    key: str, values: Mapping[str, float], drawn: Mapping[str, np.ndarray], rules: Rules
) -> dict[str, Any]:
    anchor = rules.anchor
    if anchor is None or anchor not in values or key == anchor:
        return {}
    difference = values[key] - values[anchor]
    record: dict[str, Any] = {"difference": difference}
    if drawn:
        drawn_r = drawn[key] - drawn[anchor]
        low, high = percentile_interval(drawn_r, rules.confidence)
        record |= {
            "difference_low": or_null(low),
            "difference_high": or_null(high),
            "p": or_null(bootstrap_p_value(difference, drawn_r)),
        }
    return record


def judge_average(
    columns: Sequence[Column], judged: Mapping[str, Judged], rules: Rules
) -> Judged | None:
    """Average the models over columns, for those that have all of them; None for fewer than two.

    Replicate r of the average is the mean of replicate r of every dataset. Datasets are resampled
    with seeds of their own, so that they vary independently, as different images do.
    """
    if len(columns) < 2:
        return None
    parts = [judged[column.key] for column in columns]
    models = [key for key in parts[0].values if all(key in part.values for part in parts)]
    if not models:
        return None
    whole = all(key in part.replicates for key in models for part in parts)
    values, drawn = {}, {}
    intervals: dict[str, tuple[float | None, float | None]] = {}
    for key in models:
        values_s = np.array([part.values[key] for part in parts])
        drawn_sr = np.stack([part.replicates[key] for part in parts]) if whole else None
        values[key], (low, high) = mean_over_sets(values_s, drawn_sr, rules.confidence)
        intervals[key] = (or_null(low), or_null(high))
        if drawn_sr is not None:
            drawn[key] = np.asarray(drawn_sr.mean(axis=0))
    notes = () if whole else ("no interval, for not all runs keep their cases",)
    sign = -1.0 if lower_is_better(columns[0].metric) else 1.0
    return Judged(values, drawn, _judged(values, drawn, sign, rules), notes, None, intervals)


def correct_for_many(all_results: Sequence[dict[str, dict[str, Any]]]) -> int:
    """Add Holm-corrected p-values, over all comparisons of the page; return how many there are."""
    tested = [r for results in all_results for r in results.values() if r.get("p") is not None]
    if not tested:
        return 0
    corrected = holm(np.array([r["p"] for r in tested]))
    for result, p in zip(tested, corrected, strict=True):
        result["p_corrected"] = float(p)
    return len(tested)
