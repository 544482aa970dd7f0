"""Every number of a study of readers, as JSON values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cutis.clinical.readers.compare_arms import comparisons
from cutis.clinical.readers.model_arm import Joined
from cutis.clinical.readers.outcomes import Outcome, outcomes_of, positive_classes, values_of
from cutis.clinical.readers.table import MODEL, Readings
from cutis.errors import CutisError, nearest_names

if TYPE_CHECKING:
    from cutis.clinical.readers.study import StatsReadersConfig


def study_numbers(
    readings: Readings, model: Joined | None, config: StatsReadersConfig
) -> dict[str, Any]:
    """Return what ``result.json`` holds of a study.

    Raises
    ------
    CutisError
        If the reference arm or a positive class does not exist.
    """
    from cutis.clinical.readers.against import against_model

    positive = positive_classes(config.positive, readings)
    outcomes = outcomes_of(readings, positive)
    arms = [arm for arm in readings.arms if arm != MODEL]
    reference = _reference(config.reference, arms)
    order = [reference, *(arm for arm in arms if arm != reference)]
    people = readings.people
    experience = readings.of_readers("experience", people)
    compared = comparisons(readings, order, outcomes, positive, config)
    beside = against_model(readings, model, order[0], positive, config)
    alone = _one_arm(readings, reference, outcomes, positive, config) if len(order) == 1 else None
    return {
        "source": readings.source.name,
        "layout": readings.layout,
        "n_readers": len(people),
        "n_cases": len(readings.cases),
        "n_readings": int((readings.frame["reader"] != MODEL).sum()),
        "arms": order,
        "reference": reference,
        "classes": list(readings.classes),
        "positive": list(positive),
        "outcomes": [o._asdict() for o in outcomes],
        "confidence": config.confidence,
        "n_bootstrap": config.n_bootstrap,
        "seed": config.seed,
        "grouping": "group" if readings.has_groups else "none",
        "readers": [
            _reader(readings, reader, order, outcomes, positive, experience, config.confidence)
            for reader in people
        ],
        "by_arm": _by_arm(readings, order, outcomes, positive, config),
        "one_arm": alone,
        "comparisons": compared,
        "by_class": _by_class(readings, order, config),
        "model": beside,
        "notes": [*_notes(readings, order), *_left_out(compared, beside, alone)],
    }


def _one_arm(
    readings: Readings,
    arm: str,
    outcomes: list[Outcome],
    positive: tuple[str, ...],
    config: StatsReadersConfig,
) -> dict[str, Any] | None:
    """Return the mean of the main outcome, with an interval over readers and cases."""
    from cutis.clinical.readers.over_both import mean_over_both

    if not outcomes:
        return None
    values = values_of(readings, outcomes[0].name, arm, readings.people, readings.cases, positive)
    groups = readings.of_cases("group", readings.cases) if readings.has_groups else None
    found = mean_over_both(values, groups, config.confidence, config.n_bootstrap, config.seed)
    # Whether a mean is zero is no question.
    return {k: v for k, v in found.items() if k != "p"}


def _left_out(
    compared: list[dict[str, Any]],
    beside: dict[str, Any] | None,
    alone: dict[str, Any] | None,
) -> list[str]:
    """Say which bootstraps had replicates without a value."""
    found = [
        (f"{r['title']}, {r['after']} against {r['before']}", r["bootstrap"]) for r in compared
    ]
    if beside:
        found.append(("Readers minus model", beside["difference"]))
    if alone:
        found.append(("Mean over readers", alone))
    return [f"{what}: {record['note']}." for what, record in found if record.get("n_undefined")]


def _reference(given: str | None, arms: list[str]) -> str:
    if not arms:
        raise CutisError(
            "The table holds the answers of a model only.", fix="add the readings of people"
        )
    if given is None:
        return "unaided" if "unaided" in arms else arms[0]
    if given not in arms:
        raise CutisError(
            f"There is no arm '{given}'.",
            allowed=f"Arms: {', '.join(arms)}.",
            nearest=nearest_names(given, arms),
            fix="give --reference one of them",
        )
    return given


def _reader(
    readings: Readings,
    reader: str,
    arms: list[str],
    outcomes: list[Outcome],
    positive: tuple[str, ...],
    experience: dict[str, str],
    confidence: float,
) -> dict[str, Any]:
    return {
        "reader": reader,
        "experience": experience.get(reader),
        "n_skipped": readings.skipped.get(reader, 0),
        "arms": {
            arm: {
                o.name: share(
                    values_of(readings, o.name, arm, [reader], readings.cases, positive)[0],
                    o.binary,
                    confidence,
                )
                for o in outcomes
            }
            for arm in arms
        },
    }


def share(values_n: np.ndarray, binary: bool, confidence: float) -> dict[str, Any]:
    """Return one reader's mean with its interval: Wilson's for shares, t for other numbers.

    ``of_all`` is the share when skipped cases count as wrong.

    Examples
    --------
    >>> found = share(np.array([1.0, 0.0, 1.0, np.nan]), True, 0.95)
    >>> found["n"], round(found["value"], 3), found["of_all"], round(found["low"], 3)
    (3, 0.667, 0.5, 0.208)
    """
    from cutis.stats.estimate import or_null
    from cutis.stats.proportion import wilson_interval
    from cutis.stats.readers.paired import spread

    known = values_n[np.isfinite(values_n)]
    n = int(known.size)
    if not n:
        return {"n": 0, "value": None, "low": None, "high": None, "method": "none",
                "note": "no reading"}  # fmt: skip
    if binary:
        low, high = wilson_interval(float(known.sum()), n, confidence)
        return {
            "n": n, "value": float(known.mean()), "low": low, "high": high, "method": "wilson",
            "of_all": float(known.sum()) / values_n.size,
        }  # fmt: skip
    found = spread(known, confidence)
    return {"n": n, "value": found.mean, "low": or_null(found.low), "high": or_null(found.high),
            "method": "t"}  # fmt: skip


def _by_arm(
    readings: Readings,
    arms: list[str],
    outcomes: list[Outcome],
    positive: tuple[str, ...],
    config: StatsReadersConfig,
) -> dict[str, Any]:
    """Return the mean over readers of every outcome in every arm, overall and by experience."""
    from cutis.stats.readers.paired import spread

    people, cases = readings.people, readings.cases
    experience = readings.of_readers("experience", people)
    found: dict[str, Any] = {}
    for arm in arms:
        found[arm] = {}
        for o in outcomes:
            means = row_means(values_of(readings, o.name, arm, people, cases, positive))
            levels = {
                level: spread(
                    means[[experience.get(r) == level for r in people]], config.confidence
                ).to_json()
                for level in sorted(set(experience.values()))
            }
            found[arm][o.name] = {
                **spread(means, config.confidence).to_json(),
                "method": "t over readers",
                "by_experience": levels,
            }
    return found


def row_means(values_jn: np.ndarray) -> np.ndarray:
    """Return each reader's mean over the cases read, NaN without any.

    Examples
    --------
    >>> row_means(np.array([[1.0, np.nan, 0.0], [np.nan, np.nan, np.nan]])).tolist()
    [0.5, nan]
    """
    known = np.isfinite(values_jn)
    counts = known.sum(axis=1)
    sums = np.where(known, values_jn, 0.0).sum(axis=1)
    return np.asarray(np.where(counts > 0, sums / np.maximum(counts, 1), np.nan))


def _by_class(
    readings: Readings, arms: list[str], config: StatsReadersConfig
) -> list[dict[str, Any]]:
    """Return the share of right answers among the cases of each class, first arm against others."""
    from cutis.stats.multiplicity import holm
    from cutis.stats.readers.paired import compare_paired, spread

    truth = readings.of_cases("truth", readings.cases)
    rows: list[dict[str, Any]] = []
    for name in readings.classes:
        cases = [c for c, t in zip(readings.cases, truth, strict=True) if t == name]
        if not cases:
            continue
        means = {
            arm: row_means(readings.grid("correct", arm, readings.people, cases)) for arm in arms
        }
        row: dict[str, Any] = {
            "class": name,
            "n_cases": len(cases),
            "arms": {a: spread(m, config.confidence).to_json() for a, m in means.items()},
            "tests": {
                a: compare_paired(means[arms[0]], means[a], config.confidence).to_json()
                for a in arms[1:]
            },
        }
        rows.append(row)
    tests = [test for row in rows for test in row["tests"].values()]
    raw = np.array([np.nan if t["p_wilcoxon"] is None else t["p_wilcoxon"] for t in tests])
    for test, p in zip(tests, holm(raw) if raw.size else raw, strict=True):
        test["p_holm"] = None if np.isnan(p) else float(p)
    return rows


def _notes(readings: Readings, arms: list[str]) -> list[str]:
    notes = list(readings.notes)
    if readings.skipped:
        said = ", ".join(f"{r} {n}" for r, n in sorted(readings.skipped.items())[:8])
        notes.append(
            f"Readings without an answer, left out of shares and counted as wrong in 'of all': "
            f"{said}."
        )
    n = len(readings.cases)
    for arm in arms:
        read = readings.frame[readings.frame["arm"] == arm].groupby("reader")["case"].nunique()
        short = {r: int(k) for r, k in read.items() if k < n}
        if short:
            said = ", ".join(f"{r} {k}" for r, k in sorted(short.items())[:8])
            who = "1 reader" if len(short) == 1 else f"{len(short)} readers"
            notes.append(f"In arm {arm}, {who} read fewer than {n} cases: {said}.")
    if len(readings.people) == 1:
        notes.append("With a single reader nothing can be said about other readers.")
    if len(arms) == 1:
        notes.append(f"There is one arm ({arms[0]}), so no arms are compared.")
    if not readings.has_groups:
        notes.append("No column of lesions or patients is known, so cases count as independent.")
    return notes
