"""Two arms within the same readers, on the cases each reader read in both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cutis.clinical.readers.outcomes import Outcome, values_of
from cutis.clinical.readers.table import MODEL, Readings

if TYPE_CHECKING:
    from cutis.clinical.readers.study import StatsReadersConfig


def comparisons(
    readings: Readings,
    arms: list[str],
    outcomes: list[Outcome],
    positive: tuple[str, ...],
    config: StatsReadersConfig,
) -> list[dict[str, Any]]:
    """Return every later arm against the first, for every outcome, with corrected p-values.

    Holm's correction runs over the signed-rank tests of all outcomes that are tested, overall and
    by experience apart.
    """
    found = []
    for after in arms[1:]:
        for outcome in outcomes:
            record = _compare(readings, arms[0], after, outcome, positive, config)
            if outcome.name == "accuracy":
                record["mixed"] = _mixed(readings, arms[0], after, config)
                record["followed"] = _followed(readings, arms[0], after)
            found.append(record)
    tested = [r for r in found if r["tested"]]
    _correct([r["test"] for r in tested])
    _correct([t for r in tested for t in r["by_experience"].values()])
    return found


def paired_grids(
    readings: Readings, outcome: str, before: str, after: str, positive: tuple[str, ...]
) -> tuple[np.ndarray, np.ndarray]:
    """Return an outcome in two arms, readers by cases, NaN unless it is known in both."""
    people, cases = readings.people, readings.cases
    first, second = (
        values_of(readings, outcome, arm, people, cases, positive) for arm in (before, after)
    )
    both = np.isfinite(first) & np.isfinite(second)
    return np.where(both, first, np.nan), np.where(both, second, np.nan)


def _compare(
    readings: Readings,
    before: str,
    after: str,
    outcome: Outcome,
    positive: tuple[str, ...],
    config: StatsReadersConfig,
) -> dict[str, Any]:
    from cutis.clinical.readers.numbers import row_means
    from cutis.stats.readers.flips import count_flips
    from cutis.stats.readers.paired import compare_paired

    first, second = paired_grids(readings, outcome.name, before, after, positive)
    means = row_means(first), row_means(second)
    experience = readings.of_readers("experience", readings.people)
    levels = sorted(set(experience.values()))
    inside = {v: np.array([experience.get(r) == v for r in readings.people]) for v in levels}
    record: dict[str, Any] = {
        "before": before,
        "after": after,
        "outcome": outcome.name,
        "title": outcome.title,
        "tested": outcome.tested,
        "n_cases": int(np.isfinite(first).any(axis=0).sum()),
        "n_pairs": int(np.isfinite(first).sum()),
        "test": compare_paired(*means, config.confidence).to_json(),
        "bootstrap": _bootstrap(readings, first, second, config),
        "by_experience": {
            v: compare_paired(means[0][m], means[1][m], config.confidence).to_json()
            for v, m in inside.items()
        },
        "readers": [
            {
                "reader": reader,
                "n": int(np.isfinite(first[i]).sum()),
                "before": None if np.isnan(means[0][i]) else float(means[0][i]),
                "after": None if np.isnan(means[1][i]) else float(means[1][i]),
            }
            for i, reader in enumerate(readings.people)
        ],
    }
    if outcome.binary:
        record["flips"] = count_flips(first, second).to_json()
        for i, row in enumerate(record["readers"]):
            row["flips"] = count_flips(first[i], second[i]).to_json()
    return record


def _bootstrap(
    readings: Readings, first: np.ndarray, second: np.ndarray, config: StatsReadersConfig
) -> dict[str, Any]:
    """Return the interval of the mean change when readers and cases are drawn again."""
    from cutis.stats.clusters import make_clusters
    from cutis.stats.readers.draw_both import drawn_interval, mean_replicates

    used = np.isfinite(first).any(axis=1)
    seen = np.isfinite(first).any(axis=0)
    if used.sum() < 2 or seen.sum() < 2:
        return {"low": None, "high": None, "note": "fewer than two readers or cases"}
    groups = readings.of_cases("group", readings.cases) if readings.has_groups else None
    clusters = make_clusters(None if groups is None else groups[seen], int(seen.sum()))
    change = (second - first)[used][:, seen]
    draws = mean_replicates(change[None], clusters, config.n_bootstrap, config.seed)[:, 0]
    return {
        **drawn_interval(draws, config.confidence).to_json(),
        "n_readers": int(used.sum()),
        "n_cases": int(seen.sum()),
        "method": "bootstrap-percentile over readers and cases",
    }


def _mixed(
    readings: Readings, before: str, after: str, config: StatsReadersConfig
) -> dict[str, Any] | None:
    from cutis.stats.readers.mixed import mixed_logistic

    if config.no_mixed:
        return None
    frame = readings.frame
    chosen = frame[frame["arm"].isin([before, after]) & frame["correct"].notna()]
    return mixed_logistic(
        chosen["correct"].to_numpy(dtype=float),
        (chosen["arm"] == after).to_numpy(dtype=int),
        chosen["reader"].to_numpy(dtype=str),
        chosen["case"].to_numpy(dtype=str),
        config.confidence,
    ).to_json()


def _followed(readings: Readings, before: str, after: str) -> dict[str, Any] | None:
    """Return how often readers took the model's answer over, when it was right and wrong."""
    frame = readings.frame
    of_model = frame[frame["reader"] == MODEL].set_index("case")["answer"].to_dict()
    if not of_model or not frame["answer"].notna().any():
        return None
    people = frame[frame["reader"] != MODEL]
    first, second = (
        {
            (str(r), str(c)): a
            for r, c, a in zip(of["reader"], of["case"], of["answer"], strict=True)
        }
        for of in (people[people["arm"] == arm] for arm in (before, after))
    )
    truth = frame.drop_duplicates("case").set_index("case")["truth"].to_dict()
    counts = {"right": [0, 0], "wrong": [0, 0]}
    for (reader, case), answer in first.items():
        advice = of_model.get(case)
        if advice is None or answer is None or answer == advice or (reader, case) not in second:
            continue
        kind = counts["right" if advice == truth.get(case) else "wrong"]
        kind[0] += 1
        kind[1] += int(second[reader, case] == advice)
    return {
        f"model_{kind}": {"disagreed": total, "followed": taken}
        for kind, (total, taken) in counts.items()
    }


def _correct(tests: list[dict[str, Any]]) -> None:
    from cutis.stats.multiplicity import holm

    raw = np.array([np.nan if t["p_wilcoxon"] is None else t["p_wilcoxon"] for t in tests])
    for test, p in zip(tests, holm(raw) if raw.size else raw, strict=True):
        test["p_holm"] = None if np.isnan(p) else float(p)
