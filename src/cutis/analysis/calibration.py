"""``cutis stats calibration``: can the probabilities be believed, and how to repair them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from cutis.analysis.basics import clusters_of, counted, facts, record_text, settings_of
from cutis.analysis.cases import Cases, CasesConfig, load_cases
from cutis.analysis.holding_out import HeldOut, hold_out
from cutis.analysis.rewriting import write_recalibrated
from cutis.analysis.running import AnalysisResult, Found, file_hashes, run_analysis
from cutis.errors import CutisError
from cutis.files import write_json
from cutis.runs import Run

if TYPE_CHECKING:
    from cutis.stats.calibration_summary import CalibrationSummary
    from cutis.stats.recalibrate import Recalibration

FORMAT = "cutis.calibration/1"
RECALIBRATION_FORMAT = "cutis.recalibration/1"
WORDS = {
    "accuracy": "accuracy",
    "mean_confidence": "mean confidence",
    "ece": "ECE, equal width",
    "ece_equal_mass": "ECE, equal mass",
    "ece_by_class": "ECE by class",
    "brier": "Brier score",
    "nll": "log loss",
}


class StatsCalibrationConfig(CasesConfig):
    """Settings of ``cutis stats calibration``."""

    fit: str | None = Field(
        default=None,
        description="Validation predictions to fit a recalibration on: a file, or a split of this "
        "one; what is judged shares no image and no group with them.",
    )
    method: Literal["temperature", "vector", "isotonic"] = Field(
        default="temperature",
        description="Recalibration: temperature (one number), vector (two per class) or isotonic "
        "(a staircase per class).",
    )
    n_bins: int = Field(default=15, ge=2, le=100, description="Bins of the calibration errors.")


def stats_calibration(config: StatsCalibrationConfig) -> AnalysisResult:
    """Measure calibration, and with ``--fit`` repair it on validation cases.

    Reliability in bins, calibration errors, the Brier score and its parts, and the log loss, each
    with an interval over lesions or patients. A repair writes ``predictions.parquet`` with the
    recalibrated probabilities of the judged images, ``recalibration.json`` with its parameters,
    and the paired change of every number.

    Raises
    ------
    CutisError
        For predictions that cannot be used, or a fit on images that are also judged.
    """
    sources = [config.predictions]
    if config.fit is not None and Path(config.fit).exists():
        sources.append(Path(config.fit))
    held = None if config.fit is None else hold_out(config, config.fit, "--fit")
    judged = load_cases(config) if held is None else held.judged

    def compute(run: Run) -> Found:
        result, files = measure(judged, held, config, run.dir)
        if files and judged.grouping != "none":
            # what the group column of the new predictions holds, for whoever reads them
            run.facts["dataset"] = {"roles": {"group": judged.grouping}}
        return Found(result, files, summary_lines(result))

    return run_analysis(config, "stats calibration", file_hashes(sources), compute)


def measure(
    judged: Cases, held: HeldOut | None, config: StatsCalibrationConfig, folder: Path
) -> tuple[dict[str, Any], list[str]]:
    """Return the content of ``result.json``, and the names of the files written beside it."""
    from cutis.stats.calibration_summary import calibration_change

    before = _summary(judged, config)
    result = facts(judged, config, FORMAT) | {"n_bins": config.n_bins, "before": before.to_json()}
    if held is None:
        return result | {"after": None, "change": None, "recalibration": None}, []
    fitted = fit(held, config)
    repaired = replace(judged, probs_nc=fitted.apply(judged.probs_nc))
    after = _summary(repaired, config)
    change = calibration_change(before, after, clusters_of(judged), settings_of(judged, config))
    record = {
        "format": RECALIBRATION_FORMAT,
        "method": config.method,
        "classes": list(judged.classes),
        "parameters": fitted.to_json(),
        "fitted_on": held.named,
        "n_fit": len(held.fit),
        "n_fit_per_class": {
            name: int((held.fit.labels_n == k).sum()) for k, name in enumerate(judged.classes)
        },
        "note": fitted.note,
    }
    write_json(folder / "recalibration.json", record)
    write_recalibrated(folder / "predictions.parquet", repaired, record)
    result["notes"] += _fit_notes(held)
    result |= {
        "after": after.to_json(),
        "change": {name: estimate.to_json() for name, estimate in change.items()},
        "recalibration": record,
    }
    return result, ["recalibration.json", "predictions.parquet"]


def fit(held: HeldOut, config: StatsCalibrationConfig) -> Recalibration:
    """Fit the recalibration on the validation cases.

    Raises
    ------
    CutisError
        If a class has no validation case and the method needs one.
    """
    from cutis.stats.recalibrate import fit_recalibration

    try:
        return fit_recalibration(config.method, held.fit.labels_n, held.fit.probs_nc)
    except ValueError as error:
        absent = [
            name for k, name in enumerate(held.fit.classes) if not (held.fit.labels_n == k).any()
        ]
        raise CutisError(
            f"{error} Without a case: {', '.join(absent[:5])}.", fix="--method temperature"
        ) from error


def _summary(cases: Cases, config: StatsCalibrationConfig) -> CalibrationSummary:
    from cutis.stats.calibration_summary import calibration_summary

    return calibration_summary(
        cases.labels_n,
        cases.probs_nc,
        cases.classes,
        clusters_of(cases),
        settings_of(cases, config),
        config.n_bins,
    )


def _fit_notes(held: HeldOut) -> list[str]:
    if held.fit.groups_n is None or held.judged.groups_n is None:
        return [
            "Whether images to fit on and images judged show the same lesions or patients could "
            "not be checked, for no column of them is known."
        ]
    return []


def summary_lines(result: dict[str, Any]) -> list[str]:
    """Return the main numbers as lines for the terminal."""
    lines = [counted(result)]
    change = result["change"]
    for name, words in WORDS.items():
        line = f"  {words:<18} {record_text(result['before']['metrics'][name])}"
        if change is not None:
            line += f"  repaired {record_text(result['after']['metrics'][name])}"
        lines.append(line)
    by_chance = result["before"]["by_chance"]["ece"]
    lines.append(f"  a perfectly calibrated model would show an ECE of {by_chance:.3f} here")
    repair = result["recalibration"]
    if repair is not None:
        detail = repair["parameters"].get("temperature")
        shown = "" if detail is None else f" {detail:.3f}"
        lines.append(f"  {repair['method']}{shown}, fitted on {repair['n_fit']} images "
                     f"({repair['fitted_on']})")  # fmt: skip
        lines += [f"  Note: {repair['note']}"] if repair["note"] else []
    return [*lines, *(f"  Note: {note}" for note in result["notes"])]
