"""``cutis stats ci FILE...``: every metric of predictions with its confidence interval."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from cyclopts import Parameter
from pydantic import Field

from cutis.analysis.cases import Cases, JoinConfig
from cutis.analysis.comparing import read_entries
from cutis.analysis.finding import Entry, find_predictions
from cutis.analysis.rest import class_index
from cutis.analysis.running import AnalysisResult, Found, file_hashes, run_analysis
from cutis.errors import CutisError
from cutis.runs import Run

FORMAT = "cutis.intervals/1"
PUBLISHED_SEED = 42
_HEADLINES = ("balanced_accuracy", "accuracy", "auroc", "macro_f1", "kappa", "ece")


class StatsCiConfig(JoinConfig):
    """Settings of ``cutis stats ci``."""

    takes_positional: ClassVar[bool] = True

    predictions: Annotated[list[Path], Parameter(negative_iterable=())] = Field(
        min_length=1,
        description="Predictions: run directories, predictions.parquet, published CSVs, or "
        "folders of them.",
    )
    protocol: Literal["ours", "published"] = Field(
        default="ours",
        description="How intervals are made: ours (whole groups, undefined stays undefined), or "
        "published (image by image, seed 42 unless --seed is given), to check published tables.",
    )
    interval: Literal["percentile", "bca"] = Field(
        default="percentile", description="Bootstrap interval: percentile, or bca."
    )
    stratified: bool = Field(
        default=False, description="Keep the number of groups of every class in each replicate."
    )
    positive: list[str] = Field(
        default=[],
        description="Class whose operating points are wanted, against all others; may be given "
        "several times [the second of two classes].",
    )
    prevalence: float | None = Field(
        default=None,
        gt=0,
        lt=1,
        description="Share of the positive class among the patients the predictive values should "
        "be for [that of the images].",
    )
    at_specificity: list[float] = Field(
        default=[], description="Report the sensitivity at this specificity [0.9]."
    )
    at_sensitivity: list[float] = Field(
        default=[], description="Report the specificity at this sensitivity [0.9]."
    )
    max_fpr: float = Field(
        default=0.1,
        gt=0,
        le=1,
        description="False-positive rate up to which the partial AUROC runs.",
    )


def stats_ci(config: StatsCiConfig) -> AnalysisResult:
    """Give every metric of files of predictions with its confidence interval.

    Raises
    ------
    CutisError
        For files that cannot be read or scored, and classes or targets that do not exist.
    """
    _refuse_targets(config)
    _refuse_beside_published(config)
    listing = find_predictions(config.predictions)
    paths = [entry.path for entry in listing.entries]

    def compute(run: Run) -> Found:
        files = [_measured(entry, config) for entry in listing.entries]
        notes = listing.notes()
        result = {"format": FORMAT, "protocol": config.protocol, "files": files, "notes": notes}
        return Found(result, [], [*notes, *(line for file in files for line in _lines(file))])

    return run_analysis(config, "stats ci", file_hashes(paths), compute)


def _refuse_targets(config: StatsCiConfig) -> None:
    for name in ("at_specificity", "at_sensitivity"):
        for target in getattr(config, name):
            if not 0 < target <= 1:
                raise CutisError(
                    f"--{name.replace('_', '-')} is {target}; it is a share above 0 and at most 1.",
                    fix=f"--{name.replace('_', '-')} 0.9",
                )


def _refuse_beside_published(config: StatsCiConfig) -> None:
    """Refuse options that the published procedure has no place for, rather than ignore them."""
    if config.protocol != "published":
        return
    ignored = (
        "confidence", "interval", "stratified", "positive", "prevalence", "at_specificity",
        "at_sensitivity", "max_fpr",
    )  # fmt: skip
    fields = StatsCiConfig.model_fields
    given = [
        name
        for name in ignored
        if getattr(config, name) != fields[name].get_default(call_default_factory=True)
    ]
    if given:
        flags = ", ".join(f"--{name.replace('_', '-')}" for name in given)
        raise CutisError(
            f"{flags} cannot be used with --protocol published, which draws images one by one, "
            "takes 95 % percentiles and knows no operating points.",
            allowed="Its only settings are --n-bootstrap and --seed.",
            fix=f"leave out {flags}, or use --protocol ours",
        )


def _measured(entry: Entry, config: StatsCiConfig) -> dict[str, Any]:
    cases = read_entries([entry], config)[0]
    measure = _published if config.protocol == "published" else _ours
    about = {"name": entry.model, "dataset": entry.dataset, "n": len(cases)}
    try:
        return {**about, **measure(cases, config)}
    except ValueError as error:
        raise CutisError(f"{entry.path}: {error}") from error


def _ours(cases: Cases, config: StatsCiConfig) -> dict[str, Any]:
    from cutis.stats import evaluate, make_clusters
    from cutis.stats.clusters import stratify
    from cutis.stats.operating_block import operating_block, wishes_for

    metrics = evaluate(
        cases.labels_n,
        cases.probs_nc,
        cases.classes,
        groups_n=cases.groups_n,
        n_bootstrap=config.n_bootstrap,
        confidence=config.confidence,
        seed=config.seed,
        interval=config.interval,
        grouping=cases.grouping,
        stratified=config.stratified,
    )
    record = metrics.to_json()
    positives = [class_index(cases, name) for name in config.positive]
    if not positives and len(cases.classes) == 2:
        positives = [1]
    clusters = make_clusters(cases.groups_n, len(cases))
    record["operating_points"] = operating_block(
        cases.labels_n,
        cases.probs_nc,
        cases.classes,
        stratify(clusters, cases.labels_n) if config.stratified else clusters,
        metrics.settings,
        positives,
        wishes=wishes_for(config.at_specificity, config.at_sensitivity),
        prevalence=config.prevalence,
        max_fpr=config.max_fpr,
    )
    record["stratified"] = config.stratified
    record["notes"] = [*cases.notes, *record["notes"], *_remarks(cases, config, positives)]
    del record["subgroups"]
    return record


def _remarks(cases: Cases, config: StatsCiConfig, positives: list[int]) -> list[str]:
    notes = []
    asked = config.at_specificity or config.at_sensitivity or config.prevalence is not None
    if not positives and asked:
        raise CutisError(
            f"Operating points and predictive values are of one class, and there are "
            f"{len(cases.classes)}.",
            allowed=f"The classes are {', '.join(cases.classes)}.",
            fix=f"--positive {_quoted(cases.classes[-1])}",
        )
    if cases.groups_n is None:
        notes.append(
            "The file names no lesion or patient, so images count as independent; if several show "
            "one lesion, the true intervals are wider: join the table that names them with --data."
        )
    return notes


def _quoted(name: str) -> str:
    import shlex

    return shlex.quote(name)


def _published(cases: Cases, config: StatsCiConfig) -> dict[str, Any]:
    import numpy as np

    from cutis.stats.measures import make_sample
    from cutis.stats.published_bootstrap import (
        METRICS,
        published_measure,
        published_replicates,
        published_summary,
    )

    sample = make_sample(cases.labels_n, cases.probs_nc)
    seed = config.seed if "seed" in config.model_fields_set else PUBLISHED_SEED
    replicates = published_replicates(sample, config.n_bootstrap, seed)
    point = published_measure(sample, np.ones((1, len(cases))))
    kept = int(replicates["accuracy"].size)
    zeros = int((replicates["auroc"] == 0).sum())
    metrics = {}
    for name in METRICS:
        mean, low, high = published_summary(replicates[name], lift_zero=True)
        value = float(point[name][0]) if point[name].size else None
        metrics[name] = {
            "value": value, "mean": mean, "low": low, "high": high, "n": len(cases),
            "method": "published-bootstrap", "grouping": "none",
        }  # fmt: skip
        if value is None:
            metrics[name]["note"] = "a class neither occurs nor is predicted"
    notes = [
        *cases.notes,
        "Published protocol: images are drawn one by one, even where several show one lesion; the "
        "published tables print the mean of the replicates as the estimate.",
    ]
    if kept < config.n_bootstrap:
        notes.append(f"{config.n_bootstrap - kept} replicates lack a class and were dropped.")
    if zeros:
        notes.append(f"{zeros} replicates lack a class and have an AUROC of 0, as published.")
    return {
        "grouping": "none", "confidence": 0.95, "n_bootstrap": config.n_bootstrap, "seed": seed,
        "classes": list(cases.classes), "metrics": metrics, "notes": notes,
    }  # fmt: skip


def _lines(file: dict[str, Any]) -> list[str]:
    where = f" on {file['dataset']}" if file["dataset"] else ""
    lines = [f"{file['name']}{where}: {file['n']} images, grouping: {file['grouping']}."]
    names = [name for name in _HEADLINES if name in file["metrics"]]
    for name in names:
        lines.append(f"  {name.replace('_', ' '):<18} {_text(file['metrics'][name])}")
    for positive, block in file.get("operating_points", {}).items():
        for point in block.get("points") or []:
            target = "" if point["target"] is None else f" {point['target']:g}"
            lines.append(
                f"  {positive}, {point['rule'].replace('-', ' ')}{target}: sensitivity "
                f"{_text(point['sensitivity'])}, specificity {_text(point['specificity'])}"
            )
    return [*lines, *(f"  Note: {note}" for note in file["notes"])]


def _text(record: dict[str, Any]) -> str:
    if record["value"] is None:
        return "undefined"
    if record["low"] is None:
        return f"{record['value']:.3f}"
    return f"{record['value']:.3f} ({record['low']:.3f} to {record['high']:.3f})"
