"""``cutis stats agreement``: do readers agree with each other, and with the truth."""

from __future__ import annotations

from itertools import combinations
from typing import Any, Literal

import numpy as np
from pydantic import Field

from cutis.analysis.running import AnalysisResult, Found, file_hashes, run_analysis
from cutis.clinical.readers.config import ReadingsConfig
from cutis.clinical.readers.table import MODEL, Readings
from cutis.errors import CutisError, nearest_names
from cutis.runs import Run
from cutis.stats.estimate import Settings
from cutis.stats.readers.level import percent
from cutis.stats.readers.ratings import Ratings

FORMAT = "cutis.agreement/1"
# Bands of Landis and Koch (1977), a convention.
BANDS = ((0.0, "slight"), (0.2, "fair"), (0.4, "moderate"), (0.6, "substantial"),
         (0.8, "almost perfect"))  # fmt: skip
MOST_PAIRS = 300


class StatsAgreementConfig(ReadingsConfig):
    """Settings of ``cutis stats agreement``."""

    column: str = Field(
        default="answer",
        description="What is compared: answer, correct, confidence, time or a score_ column.",
    )
    scale: Literal["auto", "nominal", "ordinal", "interval"] = Field(
        default="auto",
        description="Scale of it: nominal for answers, interval for numbers unless said; ordinal "
        "answers are in the order of --classes.",
    )
    weights: Literal["auto", "none", "linear", "quadratic"] = Field(
        default="auto",
        description="Weights of Cohen's kappa [none; quadratic where the scale has an order].",
    )
    arm: str | None = Field(default=None, description="Arm to look at [each, apart].")


def stats_agreement(config: StatsAgreementConfig) -> AnalysisResult:
    """Measure agreement between readers, with intervals over cases.

    Cohen's kappa of every pair (and of every reader with the truth), Fleiss' kappa,
    Krippendorff's alpha, and for numbers the six intraclass correlations.

    Raises
    ------
    CutisError
        For a table that cannot be read, or fewer than two readers.
    """
    from cutis.clinical.readers.study import load

    readings, _ = load(config)
    paths = [config.readings, *([config.predictions] if config.predictions else [])]

    def compute(run: Run) -> Found:
        result = {"format": FORMAT, **agreement_numbers(readings, config)}
        return Found(result, [], [*result["conclusion"], *(f"Note: {n}" for n in result["notes"])])

    return run_analysis(config, "stats agreement", file_hashes(paths), compute)


def agreement_numbers(readings: Readings, config: StatsAgreementConfig) -> dict[str, Any]:
    """Return what ``result.json`` holds of agreement.

    Raises
    ------
    CutisError
        If the column or arm does not exist, or an arm has a single reader.
    """
    scale, levels = _scale(readings, config)
    weights = config.weights
    if weights == "auto":
        weights = "none" if scale == "nominal" else "quadratic"
    arms = _arms(readings, config.arm)
    settings = Settings(
        config.n_bootstrap, config.confidence, config.seed, "percentile",
        "group" if readings.has_groups else "none",
    )  # fmt: skip
    found = {arm: _of_arm(readings, arm, scale, levels, weights, config, settings) for arm in arms}
    notes = list(readings.notes)
    if weights != "none" and scale == "nominal":
        notes.append("Weights were asked for though the scale has no order; the order of classes "
                     "was taken.")  # fmt: skip
    if config.column == "answer" and scale == "ordinal" and config.classes is None:
        notes.append(f"No --classes were given, so the order of answers is: {', '.join(levels)}.")
    for arm, record in found.items():
        n = len(record["readers"])
        if record["pairs"] and n * (n - 1) // 2 > len(record["pairs"]):
            notes.append(
                f"Arm {arm} has {n * (n - 1) // 2} pairs of readers; the first "
                f"{len(record['pairs'])} are listed, the mean is over all."
            )
    return {
        "source": readings.source.name,
        "column": config.column,
        "scale": scale,
        "weights": weights,
        "levels": levels,
        "confidence": config.confidence,
        "n_bootstrap": config.n_bootstrap,
        "seed": config.seed,
        "grouping": settings.grouping,
        "arms": found,
        "notes": notes,
        "conclusion": [_conclude(arm, record, config) for arm, record in found.items()],
    }


def _scale(readings: Readings, config: StatsAgreementConfig) -> tuple[str, list[Any]]:
    numeric = ["correct", "confidence", "time", *readings.scores]
    have = [c for c in ("answer", *numeric) if readings.frame[c].notna().any()]
    if config.column not in have:
        raise CutisError(
            f"{readings.source} holds no '{config.column}' of readings.",
            allowed=f"It holds {', '.join(have)}.",
            nearest=nearest_names(config.column, have),
            fix="give --column one of them",
        )
    if config.column == "answer":
        if config.scale == "interval":
            raise CutisError(
                "Answers by name have no distances, so their scale cannot be interval.",
                fix="give --scale nominal or ordinal",
            )
        return ("nominal" if config.scale == "auto" else config.scale), list(readings.classes)
    values = readings.frame[config.column].dropna().unique()
    levels = sorted(float(v) for v in values)
    if config.scale != "auto":
        return config.scale, levels
    return ("nominal" if config.column == "correct" else "interval"), levels


def _arms(readings: Readings, given: str | None) -> list[str]:
    have = [arm for arm in readings.arms if arm != MODEL]
    if given is None:
        return have
    if given not in have:
        raise CutisError(
            f"There is no arm '{given}'.",
            allowed=f"Arms: {', '.join(have)}.",
            nearest=nearest_names(given, have),
            fix="give --arm one of them",
        )
    return [given]


def _of_arm(
    readings: Readings,
    arm: str,
    scale: str,
    levels: list[Any],
    weights: Any,
    config: StatsAgreementConfig,
    settings: Settings,
) -> dict[str, Any]:
    from cutis.stats.readers.fleiss import estimate_fleiss
    from cutis.stats.readers.krippendorff import estimate_alpha
    from cutis.stats.readers.ratings import make_ratings

    frame = readings.frame[(readings.frame["arm"] == arm) & readings.frame[config.column].notna()]
    readers = [r for r in readings.people if r in set(frame["reader"])]
    if MODEL in set(readings.frame["reader"]):
        readers = [*readers, MODEL]
    if len(readers) < 2:
        raise CutisError(
            f"Arm '{arm}' has one reader ({', '.join(readers)}), who has nobody to agree with.",
            allowed="At least two readers are needed.",
            fix="add readers, or join a model with --predictions",
        )
    cases = list(dict.fromkeys(frame["case"]))
    grid = _grid(readings, arm, readers, cases, config.column)
    groups = readings.of_cases("group", cases) if readings.has_groups else None
    numbers = list(range(len(levels))) if config.column == "answer" else levels
    many = scale == "interval" and len(levels) > 50
    ratings = make_ratings(grid.T, numbers)
    record: dict[str, Any] = {
        "readers": readers,
        "n_cases": len(cases),
        "n_complete": int(np.isfinite(grid).all(axis=0).sum()),
        "krippendorff": estimate_alpha(ratings, settings, scale, groups).to_json(),  # type: ignore[arg-type]
        "icc": _icc(grid.T, settings, groups) if config.column != "answer" else None,
        "fleiss": None,
        "pairs": [],
        "with_truth": [],
    }
    if not many:
        record["fleiss"] = estimate_fleiss(ratings, settings, groups).to_json()
        record["pairs"] = _pairs(ratings, readers, settings, weights, groups)
    if config.column == "answer":
        record["with_truth"] = _with_truth(
            readings, grid, readers, cases, settings, weights, groups
        )
    record["mean_kappa"] = None if many else _mean_kappa(ratings, weights)
    return record


def _grid(
    readings: Readings, arm: str, readers: list[str], cases: list[str], column: str
) -> np.ndarray:
    """Return the column as readers by cases; the model's row comes from its own arm."""
    source = readings
    if column == "answer":
        place = {name: float(i) for i, name in enumerate(readings.classes)}
        frame = readings.frame.assign(
            answer=readings.frame["answer"].map(place, na_action="ignore")
        )
        source = Readings(frame, readings.classes, readings.source, readings.layout, {})
    grid = source.grid(column, arm, readers, cases)
    if MODEL in readers:
        grid[readers.index(MODEL)] = source.grid(column, MODEL, [MODEL], cases)[0]
    return grid


def _pairs(
    ratings: Ratings,
    readers: list[str],
    settings: Settings,
    weights: Any,
    groups: np.ndarray | None,
) -> list[dict[str, Any]]:
    from cutis.stats.readers.kappa import estimate_kappa, kappa_interval, pair_table

    found = []
    for i, j in list(combinations(range(len(readers)), 2))[:MOST_PAIRS]:
        estimate = estimate_kappa(ratings, i, j, settings, weights, groups)
        table = pair_table(ratings, i, j).sum(axis=0)
        agreed = float(np.trace(table) / table.sum()) if table.sum() else None
        large = (
            kappa_interval(table, weights, settings.confidence) if table.sum() else (np.nan,) * 2
        )
        found.append(
            {
                "first": readers[i],
                "second": readers[j],
                "agreed": agreed,
                **estimate.to_json(),
                "large_sample": [None if np.isnan(v) else float(v) for v in large],
            }
        )
    return found


def _mean_kappa(ratings: Ratings, weights: Any) -> float | None:
    """Return the mean over all pairs with a defined kappa, also those not listed."""
    from cutis.stats.readers.kappa import kappa_of_table, pair_table

    pairs = combinations(range(ratings.values_nk.shape[1]), 2)
    tables = np.stack([pair_table(ratings, i, j).sum(axis=0) for i, j in pairs])
    values = kappa_of_table(tables, weights)
    return float(np.nanmean(values)) if np.isfinite(values).any() else None


def _with_truth(
    readings: Readings,
    grid: np.ndarray,
    readers: list[str],
    cases: list[str],
    settings: Settings,
    weights: Any,
    groups: np.ndarray | None,
) -> list[dict[str, Any]]:
    from cutis.stats.readers.kappa import estimate_kappa
    from cutis.stats.readers.ratings import make_ratings

    place = {name: float(i) for i, name in enumerate(readings.classes)}
    truth = np.array([place.get(t, np.nan) for t in readings.of_cases("truth", cases)])
    if np.isnan(truth).all():
        return []
    levels = list(range(len(readings.classes)))
    both = [make_ratings(np.column_stack([row, truth]), levels) for row in grid]
    return [
        {"reader": r, **estimate_kappa(of, 0, 1, settings, weights, groups).to_json()}
        for r, of in zip(readers, both, strict=True)
    ]


def _icc(values_nk: np.ndarray, settings: Settings, groups: np.ndarray | None) -> Any:
    from cutis.stats.estimate import or_null
    from cutis.stats.readers.icc import ICC_KINDS, ICC_NAMES, icc_interval, icc_statistic
    from cutis.stats.readers.ratings import estimate_over_cases

    complete = np.isfinite(values_nk).all(axis=1)
    table = values_nk[complete]
    if len(table) < 2:
        return {"n": len(table), "note": "fewer than two cases were rated by every reader"}
    found: dict[str, Any] = {"n": len(table), "kinds": {}}
    for kind in ICC_KINDS:
        estimate = estimate_over_cases(
            icc_statistic(table, kind), len(table), settings,
            groups_n=None if groups is None else groups[complete],
        )  # fmt: skip
        low, high = icc_interval(table, kind, settings.confidence)
        found["kinds"][ICC_NAMES[kind]] = {
            **estimate.to_json(),
            "analytic": [or_null(low), or_null(high)],
        }
    return found


def band(value: float) -> str:
    """Return the word of Landis and Koch for a kappa.

    Examples
    --------
    >>> band(0.55), band(-0.1)
    ('moderate', 'poor')
    """
    return next((word for least, word in reversed(BANDS) if value >= least), "poor")


def _conclude(arm: str, record: dict[str, Any], config: StatsAgreementConfig) -> str:
    alpha = record["krippendorff"]
    who = f"{len(record['readers'])} readers, {record['n_cases']} cases, arm {arm}"
    if alpha["value"] is None:
        return f"{who}: agreement is undefined ({alpha.get('note', '')})."
    ends = ""
    if alpha["low"] is not None:
        ends = f" ({percent(config.confidence)} interval {alpha['low']:.3f} to {alpha['high']:.3f})"
    more = [f"Krippendorff's alpha {alpha['value']:.3f}{ends}"]
    if record["fleiss"] and record["fleiss"]["value"] is not None:
        more.append(f"Fleiss' kappa {record['fleiss']['value']:.3f}")
    if record["mean_kappa"] is not None:
        more.append(f"mean pairwise kappa {record['mean_kappa']:.3f}")
    return f"{who}: {', '.join(more)}. Agreement is {band(alpha['value'])} (Landis and Koch)."
