"""``cutis stats conformal``: sets of diagnoses that hold the truth as often as promised."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import Field

from cutis.analysis.basics import clusters_of, counted, facts, record_text, settings_of
from cutis.analysis.cases import Cases, CasesConfig
from cutis.analysis.holding_out import HeldOut, hold_out
from cutis.analysis.running import AnalysisResult, Found, file_hashes, run_analysis
from cutis.files import atomic_path
from cutis.runs import Run

if TYPE_CHECKING:
    import pandas as pd

    from cutis.stats.conformal import Thresholds

FORMAT = "cutis.conformal/1"
SETS = "sets.parquet"
SETS_CSV = "sets.csv"


class StatsConformalConfig(CasesConfig):
    """Settings of ``cutis stats conformal``."""

    calibration: str = Field(
        description="Predictions to calibrate on: a file, or a split of this one; they share no "
        "image and no group with those the sets are made for.",
    )
    alpha: float = Field(
        default=0.1, gt=0, lt=1, description="Share of sets that may miss the truth."
    )
    method: Literal["lac", "aps", "raps"] = Field(
        default="lac",
        description="Rule: lac (smallest sets), aps (larger where the model hesitates) or raps "
        "(aps with a penalty on long sets).",
    )
    per: str = Field(
        default="all",
        description="Who the promise is made to: all images on average, each 'class', or each "
        "value of a column such as sex.",
    )
    penalty: float = Field(default=0.05, ge=0, description="Penalty per place, of raps.")
    free: int = Field(default=2, ge=0, description="First places without a penalty, of raps.")
    without_chance: bool = Field(
        default=False,
        description="Use aps and raps without random numbers: larger sets, same promise.",
    )
    fill_empty: bool = Field(
        default=False, description="Put the first answer into sets that would be empty."
    )
    csv: bool = Field(default=False, description="Write the sets as sets.csv too.")


@dataclass(frozen=True)
class Sets:
    """The sets of the judged images.

    Attributes
    ----------
    inside_nc
        (n, c) bool, which classes are in each set.
    thresholds
        What was calibrated.
    groups_n, fit_groups_n
        (n,) value of the column the promise is made per; None otherwise.
    """

    inside_nc: np.ndarray
    thresholds: Thresholds
    groups_n: np.ndarray | None
    fit_groups_n: np.ndarray | None


def stats_conformal(config: StatsConformalConfig) -> AnalysisResult:
    """Make sets of diagnoses that hold the truth for 1 - alpha of new images.

    Writes the set of every image to ``sets.parquet``, and measures how often sets held the truth
    (overall, per class, per group, per size) and how large they are.

    Raises
    ------
    CutisError
        For predictions that cannot be used, or calibration on images that are also judged.
    """
    sources = [config.predictions]
    if Path(config.calibration).exists():
        sources.append(Path(config.calibration))
    held = hold_out(config, config.calibration, "--calibration")

    def compute(run: Run) -> Found:
        sets = make_sets(held, config)
        files = write_sets(run.dir, held.judged, sets, config.csv)
        result = measure(held, sets, config)
        return Found(result, files, summary_lines(result))

    return run_analysis(config, "stats conformal", file_hashes(sources), compute)


def make_sets(held: HeldOut, config: StatsConformalConfig) -> Sets:
    """Calibrate on one part of the cases and make the sets of the other.

    Raises
    ------
    CutisError
        If the column the promise is made per does not exist.
    """
    from cutis.stats.conformal import calibrate, conformity, fill_empty, prediction_sets

    fit, judged = held.fit, held.judged
    generator = np.random.default_rng(config.seed)
    chance = config.method != "lac" and not config.without_chance
    uniform_m = generator.random(len(fit)) if chance else None
    uniform_n = generator.random(len(judged)) if chance else None
    options = (config.penalty, config.free)
    grouped = config.per not in ("all", "class")
    fit_groups = _values(fit, config.per) if grouped else None
    groups = _values(judged, config.per) if grouped else None
    thresholds = calibrate(
        conformity(config.method, fit.probs_nc, uniform_m, *options),
        fit.labels_n,
        config.alpha,
        fit.classes if config.per == "class" else None,
        fit_groups,
    )
    inside = prediction_sets(
        conformity(config.method, judged.probs_nc, uniform_n, *options),
        thresholds.of_rows(len(judged), len(judged.classes), groups),
    )
    if config.fill_empty:
        inside = fill_empty(inside, judged.probs_nc)
    return Sets(inside, thresholds, groups, fit_groups)


def _values(cases: Cases, column: str) -> np.ndarray:
    from cutis.stats.subgroups import subgroup_values

    return subgroup_values(cases.column(column))


def measure(held: HeldOut, sets: Sets, config: StatsConformalConfig) -> dict[str, Any]:
    """Return the content of ``result.json``."""
    from cutis.stats.conformal import set_outcome
    from cutis.stats.conformal.thresholds import calibration_luck

    judged = held.judged
    outcome = set_outcome(
        judged.labels_n,
        sets.inside_nc,
        judged.classes,
        clusters_of(judged),
        settings_of(judged, config),
        sets.groups_n,
    )
    luck = calibration_luck(len(held.fit), config.alpha) if config.per == "all" else None
    result = facts(judged, config, FORMAT)
    result["notes"] += _notes(held, sets, config)
    return result | {
        "alpha": config.alpha,
        "method": config.method,
        "per": config.per,
        "randomised": config.method != "lac" and not config.without_chance,
        "filled": config.fill_empty,
        "calibrated_on": held.named,
        "n_calibration": len(held.fit),
        "expected_range": None if luck is None else list(luck),
        "thresholds": sets.thresholds.to_json(),
        **outcome.to_json(),
    }


def _notes(held: HeldOut, sets: Sets, config: StatsConformalConfig) -> list[str]:
    from cutis.stats.conformal.thresholds import cases_needed

    notes = []
    needed = cases_needed(config.alpha)
    few = [
        f"{name} ({n})"
        for name, n in zip(sets.thresholds.names, sets.thresholds.n_k, strict=True)
        if n < needed
    ]
    if few:
        notes.append(
            f"Fewer than {needed} calibration cases, the least with which alpha {config.alpha:g} "
            f"can be kept by anything but the full set: {', '.join(few)}."
        )
    if sets.groups_n is not None:
        unknown = sorted(set(sets.groups_n.tolist()) - set(sets.thresholds.names))
        if unknown:
            notes.append(f"Not among the calibration cases, so full sets: {', '.join(unknown)}.")
    if held.fit.groups_n is None or held.judged.groups_n is None:
        notes.append(
            "Whether calibration and judged images show the same lesions or patients could not be "
            "checked, for no column of them is known."
        )
    return notes


def write_sets(folder: Path, cases: Cases, sets: Sets, csv: bool) -> list[str]:
    """Write the set of every image, most probable class first; return the file names."""
    table = sets_table(cases, sets)
    with atomic_path(folder / SETS) as temporary:
        table.to_parquet(temporary, index=False)
    if not csv:
        return [SETS]
    flat = table.assign(set=["; ".join(names) for names in table["set"]])
    with atomic_path(folder / SETS_CSV) as temporary:
        flat.to_csv(temporary, index=False)
    return [SETS, SETS_CSV]


def sets_table(cases: Cases, sets: Sets) -> pd.DataFrame:
    """Return one row per image: id, image, label, set, size, covered, and its group if any."""
    import pandas as pd

    order_nc = np.argsort(-cases.probs_nc, axis=1, kind="stable")
    names = [
        [cases.classes[k] for k in order if inside[k]]
        for order, inside in zip(order_nc, sets.inside_nc, strict=True)
    ]
    covered_n = sets.inside_nc[np.arange(len(cases)), cases.labels_n]
    columns: dict[str, Any] = {
        "id": list(cases.ids),
        "image": list(cases.images),
        "label": [cases.classes[k] for k in cases.labels_n],
        "set": names,
        "size": sets.inside_nc.sum(axis=1),
        "covered": covered_n,
    }
    if sets.groups_n is not None:
        columns["per"] = sets.groups_n
    return pd.DataFrame(columns)


def summary_lines(result: dict[str, Any]) -> list[str]:
    """Return the main numbers as lines for the terminal."""
    lines = [
        counted(result),
        f"  promised {1 - result['alpha']:g} by {result['method']}, per {result['per']}, "
        f"calibrated on {result['n_calibration']} images ({result['calibrated_on']})",
        f"  coverage           {record_text(result['coverage'])}",
        f"  classes in a set   {record_text(result['mean_size'], 2)}",
        f"  sets of one class  {record_text(result['singletons'])}",
        f"  empty sets         {record_text(result['empty'])}",
    ]
    for kind in ("by_class", "by_group"):
        for name, record in result[kind].items():
            lines.append(f"  coverage, {name}: {record_text(record)}, n {record['n']}")
    return [*lines, *(f"  Note: {note}" for note in result["notes"])]
