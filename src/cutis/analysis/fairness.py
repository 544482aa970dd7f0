"""``cutis stats fairness FILE``: do subgroups fare alike, and may they be compared at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from cutis.analysis.basics import counted, facts
from cutis.analysis.cases import Cases, CasesConfig, load_cases
from cutis.analysis.fairness_columns import parse_by, subgroups_of
from cutis.analysis.fairness_rows import write_rows
from cutis.analysis.running import AnalysisResult, Found, file_hashes, run_analysis
from cutis.errors import CutisError, nearest_names
from cutis.files import sha256_file
from cutis.runs import Run
from cutis.stats.fairness.audit import FORMAT, Audit, audit
from cutis.stats.fairness.words import conclusion, left_out, missing_warnings, mix_warning

TABLE = "fairness.csv"
# What the conclusions are about, with and without something to be found.
SAID = ("accuracy", "balanced_accuracy")
SAID_OF_DECISION = ("true_positive_rate", "false_positive_rate", "auroc", "accuracy")


class StatsFairnessConfig(CasesConfig):
    """Settings of ``cutis stats fairness``."""

    takes_positional: ClassVar[bool] = True

    by: str | None = Field(
        default=None,
        description="Columns to compare by, as sex,age,skin_tone*sex (* crosses two) "
        "[sex, age, skin_tone, site, modality, where recorded].",
    )
    positive: str | None = Field(
        default=None,
        description="Classes that are to be found, as a,b: adds sensitivity, false alarms and the "
        "fairness criteria [the second of two classes].",
    )
    threshold: float | None = Field(
        default=None,
        gt=0,
        lt=1,
        description="Probability of the positive classes from which an image is called positive "
        "[the most probable class decides].",
    )
    min_n: int = Field(
        default=20,
        ge=2,
        description="Subgroups with fewer lesions or patients (images, where those are unknown) "
        "are counted but not measured.",
    )
    n_permutations: int = Field(
        default=1000, ge=99, description="Permutations of each test; ten times as many near p = 0."
    )


def stats_fairness(config: StatsFairnessConfig) -> AnalysisResult:
    """Compare subgroups: by sex, age, skin tone, site or any other column.

    Every metric within each subgroup, gaps with intervals and corrected tests, crude and with
    the same mix of diagnoses, the usual fairness criteria, calibration, and warnings where missing
    values or other diagnoses make a comparison misleading.

    Raises
    ------
    CutisError
        For files that cannot be read, columns or classes that do not exist, and columns that are
        no subgroups.
    """

    def compute(run: Run) -> Found:
        cases = load_cases(config)
        result = fairness_result(cases, config)
        write_rows(run.dir / TABLE, result)
        return Found(result, [TABLE], summary_lines(result))

    return run_analysis(config, "stats fairness", _inputs(config), compute)


def _inputs(config: StatsFairnessConfig) -> dict[str, str]:
    if not Path(config.predictions).exists():
        raise CutisError(f"There are no predictions at {config.predictions}.")
    hashes = file_hashes([config.predictions])
    if config.data is not None and Path(config.data).is_file():
        hashes["data"] = sha256_file(Path(config.data))
    return hashes


def fairness_result(cases: Cases, config: StatsFairnessConfig) -> dict[str, Any]:
    """Return the content of ``result.json``.

    Raises
    ------
    CutisError
        If columns or classes do not exist or are no subgroups.
    """
    by = parse_by(config.by, cases)
    columns, notes = _columns(cases, by)
    try:
        found = audit(
            cases.labels_n, cases.probs_nc, cases.classes, columns, by, cases.groups_n,
            positive_classes(config.positive, cases), config.threshold, config.n_bootstrap,
            config.n_permutations, config.confidence, config.seed, config.min_n,
            None if cases.groups_n is None else cases.grouping,
        )  # fmt: skip
    except ValueError as error:
        raise CutisError(f"{cases.source}: {error}", fix=_fix(config)) from error
    first = facts(cases, config, FORMAT)
    return {**found.to_json(), **first, "notes": [*first["notes"], *notes]} | said(found, cases)


def _fix(config: StatsFairnessConfig) -> str | None:
    lacks = config.threshold is not None and config.positive is None
    return "name the classes that are to be found with --positive" if lacks else None


def _columns(cases: Cases, by: list[tuple[str, ...]]) -> tuple[dict[str, np.ndarray], list[str]]:
    """Return the columns to compare as subgroups, and all others as they are."""
    wanted = list(dict.fromkeys(name for item in by for name in item))
    made = {name: subgroups_of(cases, name) for name in wanted}
    others = {
        str(name): cases.column(str(name)) for name in cases.columns.columns if name not in made
    }
    columns = {name: values_n for name, (values_n, _) in made.items()}
    return columns | others, [note for _, note in made.values() if note]


def positive_classes(text: str | None, cases: Cases) -> list[str] | None:
    """Return the classes that are to be found, or None when they were not named.

    Raises
    ------
    CutisError
        If a name is no class.
    """
    if text is None:
        return None
    folded = {name.casefold(): name for name in cases.classes}
    chosen = [part.strip() for part in text.split(",") if part.strip()]
    for name in chosen:
        if name.casefold() not in folded:
            raise CutisError(
                f"--positive names '{name}', which is not a class of {cases.source}.",
                allowed=f"Classes: {', '.join(cases.classes)}.",
                nearest=nearest_names(name, list(cases.classes)),
            )
    return [folded[name.casefold()] for name in chosen]


def said(found: Audit, cases: Cases) -> dict[str, Any]:
    """Return the warnings and conclusions of an audit, in sentences."""
    from cutis.report.wording import unit

    record = found.to_json()
    units = "images" if cases.grouping == "none" else unit(cases.grouping)[1]
    rates = SAID if record["decision"] is None else SAID_OF_DECISION
    columns = record["columns"].items()
    mixes = [mix_warning(name, column) for name, column in columns]
    small = [left_out(name, column, record["min_n"], units) for name, column in columns]
    return {
        "warnings": {
            "missing": missing_warnings(record["missing"]),
            "class_mix": [words for words in mixes if words],
            "small": [words for words in small if words],
        },
        "conclusions": {
            name: {rate: conclusion(name, column, rate, units) for rate in rates}
            for name, column in columns
        },
    }


def summary_lines(result: dict[str, Any]) -> list[str]:
    """Return warnings first, then one conclusion per column, for the terminal."""
    warnings = result["warnings"]
    lines = [counted(result)]
    lines += [f"  Note: {note}" for note in result["notes"]]
    lines += [f"  Warning: {words}" for kind in warnings.values() for words in kind]
    for of_column in result["conclusions"].values():
        lines.append(f"  {next(iter(of_column.values()))}")
    return lines
