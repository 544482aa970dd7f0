"""``cutis stats mrmc``: many readers, many cases, and what the answer speaks of."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from pydantic import Field

from cutis.analysis.running import AnalysisResult, Found, file_hashes, run_analysis
from cutis.clinical.readers.config import ReadingsConfig
from cutis.clinical.readers.crossing import CrossedStudy, MeritName, cross
from cutis.clinical.readers.model_arm import Joined
from cutis.clinical.readers.table import MODEL, Readings
from cutis.errors import CutisError, nearest_names
from cutis.runs import Run

FORMAT = "cutis.mrmc/1"


class StatsMrmcConfig(ReadingsConfig):
    """Settings of ``cutis stats mrmc``."""

    merit: MeritName = Field(
        default="accuracy",
        description="Figure of merit of a reader: accuracy, balanced_accuracy, sensitivity, "
        "specificity or auc.",
    )
    positive: str | None = Field(
        default=None, description="Classes that count as disease, joined by commas."
    )
    arms: str | None = Field(
        default=None, description="Arms to compare, joined by commas [all but the model's]."
    )
    covariance: Literal["jackknife", "delong"] = Field(
        default="jackknife",
        description="How the covariance over cases is estimated; delong takes cases as "
        "independent.",
    )


def stats_mrmc(config: StatsMrmcConfig) -> AnalysisResult:
    """Compare arms or a model over many readers and cases (Obuchowski and Rockette, Hillis).

    The answer is given for other readers and other cases, for other readers on these cases, and
    for these readers on other cases, and by a bootstrap of readers and cases.

    Raises
    ------
    CutisError
        For a table that cannot be read or is not crossed.
    """
    from cutis.clinical.readers.study import load

    readings, model = load(config)
    paths = [config.readings, *([config.predictions] if config.predictions else [])]

    def compute(run: Run) -> Found:
        result = {"format": FORMAT, **mrmc_numbers(readings, config, model)}
        return Found(result, [], [*result["conclusion"], *(f"Note: {n}" for n in result["notes"])])

    return run_analysis(config, "stats mrmc", file_hashes(paths), compute)


def mrmc_numbers(
    readings: Readings, config: StatsMrmcConfig, model: Joined | None = None
) -> dict[str, Any]:
    """Return what ``result.json`` holds of an analysis of many readers and cases.

    ``model`` holds the probabilities of a model whose answers are in the readings.

    Raises
    ------
    CutisError
        If there is one reader, nothing to compare, or no crossed set of cases.
    """
    from cutis.clinical.readers.checks import refuse_few_readers
    from cutis.clinical.readers.outcomes import positive_classes

    refuse_few_readers(readings, 2, "an analysis over readers needs several")
    positive = positive_classes(config.positive, readings)
    arms = _arms(config.arms, readings)
    has_model = MODEL in set(readings.frame["reader"])
    if len(arms) < 2 and not has_model:
        raise CutisError(
            f"{readings.source} has one arm ({arms[0]}) and no model, so there is nothing to "
            "compare.",
            fix="give --predictions of a model, or a table with two arms",
        )
    result: dict[str, Any] = {
        "source": readings.source.name,
        "merit": config.merit,
        "positive": list(positive),
        "confidence": config.confidence,
        "n_bootstrap": config.n_bootstrap,
        "seed": config.seed,
        "covariance": config.covariance,
        "grouping": "group" if readings.has_groups else "none",
        "arms": arms,
        "readers": readings.people,
        "analysis": None,
        "against_model": None,
    }
    notes = list(readings.notes)
    if len(arms) > 1:
        crossed = cross(readings, config.merit, positive, arms)
        result["analysis"] = _analysis(crossed, config)
        notes += crossed.notes
        notes += [
            f"Bootstrap of readers and cases, {pair}: {drawn['note']}."
            for pair, drawn in result["analysis"]["bootstrap"].items()
            if drawn["n_undefined"]
        ]
    if has_model:
        beside = cross(readings, config.merit, positive, arms[:1], with_model=True, model=model)
        result["against_model"] = _against(beside, config)
        notes += beside.notes
    if not readings.has_groups:
        notes.append("No column of lesions or patients is known, so cases count as independent.")
    return result | {"notes": list(dict.fromkeys(notes)), "conclusion": _conclude(result)}


def _arms(given: str | None, readings: Readings) -> list[str]:
    have = [arm for arm in readings.arms if arm != MODEL]
    if given is None:
        return sorted(have, key=lambda arm: arm != "unaided")
    chosen = [part.strip() for part in given.split(",") if part.strip()]
    for name in chosen or [given]:
        if name not in have:
            raise CutisError(
                f"There is no arm '{name}'.",
                allowed=f"Arms: {', '.join(have)}.",
                nearest=nearest_names(name, have),
                fix="give --arms two or more of them",
            )
    return list(dict.fromkeys(chosen))


def _analysis(crossed: CrossedStudy, config: StatsMrmcConfig) -> dict[str, Any]:
    from cutis.stats.estimate import or_null
    from cutis.stats.readers.draw_both import arm_replicates, drawn_interval
    from cutis.stats.readers.obuchowski_rockette import GENERALISE, analyse, components

    theta = crossed.study.values()[0]
    covariance = _covariance(crossed, config)
    found = components(theta, covariance)
    draws = arm_replicates(crossed.study, config.n_bootstrap, config.seed)
    record: dict[str, Any] = {
        "n_readers": crossed.study.n_readers,
        "n_cases": len(crossed.cases),
        "n_groups": crossed.study.clusters.n_groups,
        "figures": {
            arm: dict(zip(crossed.readers, theta[i].tolist(), strict=True))
            for i, arm in enumerate(crossed.arms)
        },
        "components": found._asdict(),
        "generalise": {},
        "bootstrap": {},
    }
    for kind in GENERALISE:
        part = analyse(theta, covariance, kind, config.confidence)
        record["generalise"][kind] = {
            "f": or_null(part.f), "df1": part.df1, "df2": or_null(part.df2), "p": or_null(part.p),
            "arms": {a: _json(x) for a, x in zip(crossed.arms, part.arms, strict=True)},
            "differences": [
                {"before": crossed.arms[i], "after": crossed.arms[j], **_json(x)}
                for (i, j), x in part.differences.items()
            ],
        }  # fmt: skip
    for i, before in enumerate(crossed.arms):
        for j in range(i + 1, len(crossed.arms)):
            found_ij = drawn_interval(draws[:, j] - draws[:, i], config.confidence)
            record["bootstrap"][f"{crossed.arms[j]} - {before}"] = {
                **found_ij.to_json(),
                "method": "bootstrap-percentile over readers and cases",
            }
    return record


def _covariance(crossed: CrossedStudy, config: StatsMrmcConfig) -> np.ndarray:
    from cutis.stats.readers.merit import delong_covariance, jackknife_covariance

    try:
        if config.covariance == "delong":
            return delong_covariance(crossed.study)
        return jackknife_covariance(crossed.study)
    except ValueError as error:
        raise CutisError(str(error), fix="give --covariance jackknife, or add cases") from error


def _json(found: Any) -> dict[str, Any]:
    from cutis.stats.estimate import or_null

    return {name: or_null(value) for name, value in found._asdict().items()}


def _against(crossed: CrossedStudy, config: StatsMrmcConfig) -> dict[str, Any]:
    from cutis.stats.readers.against_model import readers_minus_model
    from cutis.stats.readers.obuchowski_rockette import GENERALISE

    theta = crossed.study.values()[0, 0]
    return {
        "arm": crossed.arms[0],
        "n_readers": crossed.study.n_readers - 1,
        "n_cases": len(crossed.cases),
        "figures": dict(zip(crossed.readers, theta.tolist(), strict=True)),
        "readers_mean": float(theta[:-1].mean()),
        "model": float(theta[-1]),
        "generalise": {
            kind: _json(readers_minus_model(crossed.study, kind, config.confidence))
            for kind in GENERALISE
        },
    }


def _conclude(result: dict[str, Any]) -> list[str]:
    from cutis.clinical.readers.conclusion import p_text
    from cutis.stats.readers.level import alpha_of, percent

    level, alpha, said = percent(result["confidence"]), alpha_of(result["confidence"]), []
    what = result["merit"].replace("_", " ").replace("auc", "AUC")
    if result["analysis"]:
        found = result["analysis"]["generalise"]["readers_and_cases"]
        means = {a: x["value"] for a, x in found["arms"].items()}
        listed = ", ".join(f"{a} {v:.3f}" for a, v in means.items())
        apart = found["p"] is not None and found["p"] < alpha
        said.append(
            f"Mean {what} of {result['analysis']['n_readers']} readers on "
            f"{result['analysis']['n_cases']} cases: {listed}. For other readers and other cases: "
            f"{'arms differ' if apart else 'no difference is shown'} "
            f"({p_text(found['p'])})."
        )
        said += [
            f"The difference {d['after']} minus {d['before']} is {d['value']:+.3f}"
            + (
                ""
                if d["low"] is None
                else f" ({level} interval {d['low']:+.3f} to {d['high']:+.3f})"
            )
            + "."
            for d in found["differences"]
        ]
    if result["against_model"]:
        beside = result["against_model"]
        d = beside["generalise"]["readers_and_cases"]
        apart = d["p"] is not None and d["p"] < alpha
        way = "better" if d["value"] > 0 else "worse"
        said.append(
            f"Readers {beside['arm']} {beside['readers_mean']:.3f}, model {beside['model']:.3f}: "
            f"{'readers are ' + way if apart else 'no difference is shown'} ({d['value']:+.3f}"
            + (
                ""
                if d["low"] is None
                else f", {level} interval {d['low']:+.3f} to {d['high']:+.3f}"
            )
            + f", {p_text(d['p'])})."
        )
    return said
