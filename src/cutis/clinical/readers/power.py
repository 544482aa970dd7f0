"""``cutis stats power``: how many readers and cases a study needs."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter
from pydantic import Field

from cutis.config import VerbConfig
from cutis.errors import CutisError
from cutis.stats.readers.power_mrmc import Pilot

FORMAT = "cutis.power/1"


class StatsPowerConfig(VerbConfig):
    """Settings of ``cutis stats power``."""

    test: Literal["paired-t", "wilcoxon", "two-groups", "mcnemar", "mrmc"] = Field(
        default="paired-t",
        description="Analysis planned: readers twice (paired-t, wilcoxon), two groups of readers, "
        "readings twice (mcnemar), or readers by cases (mrmc).",
    )
    difference: float | None = Field(
        default=None, description="Difference to be found, as a share (0.05 is five points)."
    )
    sd: float | None = Field(
        default=None,
        gt=0,
        description="Standard deviation of that difference between readers (two-groups: of a "
        "reader's value).",
    )
    helped: float | None = Field(
        default=None, ge=0, le=1, description="For mcnemar: share of readings put right by help."
    )
    harmed: float | None = Field(
        default=None, ge=0, le=1, description="For mcnemar: share of readings spoilt by help."
    )
    pilot: Path | None = Field(
        default=None,
        description="For mrmc: run of 'cutis stats mrmc' whose variance components are used.",
    )
    components: str | None = Field(
        default=None,
        description="For mrmc: the components instead, as var_tr,var,cov1,cov2,cov3,cases.",
    )
    n_readers: int | None = Field(
        default=None, ge=1, description="Readers (two-groups: of each group) [the number needed]."
    )
    n_cases: int | None = Field(
        default=None, ge=2, description="Cases or, for mcnemar, readings [the number needed]."
    )
    power: float = Field(default=0.8, gt=0, lt=1, description="Power wanted.")
    alpha: float = Field(default=0.05, gt=0, lt=0.5, description="Two-sided level of the test.")
    generalise: Literal["readers_and_cases", "readers", "cases"] = Field(
        default="readers_and_cases", description="For mrmc: to what the answer is to speak."
    )
    output: Annotated[Path | None, Parameter(alias="-o")] = Field(
        default=None, description="JSON file to write the numbers to besides [none]."
    )


@dataclass(frozen=True)
class PowerResult:
    """What a planned study can find: sentences, and the numbers behind them."""

    lines: tuple[str, ...]
    numbers: dict[str, Any]

    def render(self) -> str:
        """Return the text for the terminal."""
        return "\n".join(self.lines)


def stats_power(config: StatsPowerConfig) -> PowerResult:
    """Say how many readers or cases a study needs, or what power it has; nothing else is written.

    Raises
    ------
    CutisError
        If what the planned analysis needs was not given, or no number of readers is enough.
    """
    found = _mrmc(config) if config.test == "mrmc" else _plain(config)
    if config.output is not None:
        from cutis.files import write_json

        write_json(config.output, {"format": FORMAT, **found.numbers})
        return PowerResult((*found.lines, f"Written to {config.output}."), found.numbers)
    return found


def _needed(config: StatsPowerConfig, *names: str) -> list[float]:
    values = []
    for name in names:
        value = getattr(config, name)
        if value is None:
            raise CutisError(
                f"The power of '{config.test}' needs --{name}.",
                allowed=f"It needs {', '.join('--' + n for n in names)}.",
                fix=f"give --{name} NUMBER",
            )
        if not math.isfinite(value):
            raise CutisError(f"--{name} {value} is no number.", fix=f"give --{name} NUMBER")
        values.append(float(value))
    return values


def _plain(config: StatsPowerConfig) -> PowerResult:
    from cutis.stats.readers import power as of

    if config.test == "mcnemar":
        helped, harmed = _needed(config, "helped", "harmed")
        if not 0 < helped + harmed <= 1:
            raise CutisError(
                f"The shares helped {helped} and harmed {harmed} sum to {helped + harmed:g}.",
                allowed="Their sum is more than 0 and at most 1.",
                fix="give --helped and --harmed as shares of all readings",
            )
        what = f"{helped:.1%} of readings put right and {harmed:.1%} spoilt"
        given, noun = config.n_cases, "pairs of readings"

        def power_of(n: int) -> float:
            return of.mcnemar_power(n, helped, harmed, config.alpha)

    else:
        difference, sd = _needed(config, "difference", "sd")
        what = f"a difference of {difference:g} with a standard deviation of {sd:g}"
        given, noun = config.n_readers, "readers"
        one = {"paired-t": of.paired_t_power, "wilcoxon": of.wilcoxon_power}
        if config.test == "two-groups":
            noun = "readers in each group"

        def power_of(n: int) -> float:
            if config.test == "two-groups":
                return of.two_sample_t_power(n, n, difference / sd, config.alpha)
            return one[config.test](n, difference / sd, config.alpha)

    start = f"{config.test}, two-sided {config.alpha:g}, {what}:"
    if given is not None:
        power = power_of(given)
        return PowerResult(
            (f"{start} {given} {noun} have a power of {power:.3f}.", _caution(config)),
            {"test": config.test, "n": given, "power": power, "alpha": config.alpha},
        )
    n = of.smallest(power_of, config.power)
    if n is None:
        raise CutisError(
            f"No number of {noun} below 100,000 reaches a power of {config.power:g} for {what}.",
            fix="plan for a larger difference",
        )
    return PowerResult(
        (f"{start} {n} {noun} are needed for a power of {config.power:g} "
         f"(they have {power_of(n):.3f}).", _caution(config)),
        {"test": config.test, "n": n, "power": power_of(n), "alpha": config.alpha},
    )  # fmt: skip


def _caution(config: StatsPowerConfig) -> str:
    return {
        "mcnemar": "Readings of one reader, or of one case, resemble each other; the true power is "
        "lower than for independent pairs. --test mrmc takes that into account.",
        "wilcoxon": "A floor: the signed-rank test is never less efficient than 0.864 of the "
        "t-test.",
    }.get(config.test, "It speaks of other readers on the same cases, not of other cases.")


def _mrmc(config: StatsPowerConfig) -> PowerResult:
    from cutis.stats.readers.power import smallest
    from cutis.stats.readers.power_mrmc import mrmc_power

    (difference,) = _needed(config, "difference")
    pilot = _pilot(config)
    if config.n_readers is None and config.n_cases is None:
        raise CutisError(
            "Either the readers or the cases must be known, to find the other.",
            fix="give --n-readers, --n-cases or both",
        )

    def power_of(readers: int, cases: int) -> float:
        try:
            return mrmc_power(
                pilot, difference, readers, cases, config.generalise, config.alpha
            ).power
        except ValueError as error:
            raise CutisError(str(error), fix="give other numbers") from error

    wanted = ""
    readers, cases = config.n_readers, config.n_cases
    if readers is not None and cases is None:
        known = readers
        cases = smallest(lambda n: power_of(known, n), config.power)
        wanted = f"{readers} readers need {cases} cases"
    elif cases is not None and readers is None:
        fixed = cases
        readers = smallest(lambda n: power_of(n, fixed), config.power)
        wanted = f"on {cases} cases {readers} readers are needed"
    if readers is None or cases is None:
        raise CutisError(
            f"No number below 100,000 reaches a power of {config.power:g}: "
            f"{'more cases' if cases is None else 'more readers'} alone cannot, for the other part "
            "of the error stays.",
            fix="give more " + ("--n-readers" if cases is None else "--n-cases"),
        )
    power = power_of(readers, cases)
    start = f"mrmc ({config.generalise.replace('_', ' ')}), difference {difference:g}:"
    text = (
        f"{start} {wanted} for a power of {config.power:g} (they have {power:.3f})."
        if wanted
        else f"{start} {readers} readers and {cases} cases have a power of {power:.3f}."
    )
    table = {
        f"{j}x{n}": power_of(j, n)
        for j in sorted({max(2, readers // 2), readers, readers * 2})
        for n in sorted({max(2, cases // 2), cases, cases * 2})
    }
    lines = [text, "Power by readers x cases: "
             + ", ".join(f"{k} {v:.2f}" for k, v in table.items()) + "."]  # fmt: skip
    numbers = {
        "test": "mrmc", "n_readers": readers, "n_cases": cases, "power": power,
        "alpha": config.alpha, "generalise": config.generalise, "pilot": pilot._asdict(),
        "table": table,
    }  # fmt: skip
    return PowerResult(tuple(lines), numbers)


def _pilot(config: StatsPowerConfig) -> Pilot:
    if (config.pilot is None) == (config.components is None):
        raise CutisError(
            "The variance of a planned study comes from a pilot run or from components, and "
            f"{'neither was' if config.pilot is None else 'both were'} given.",
            fix="give --pilot RUN of 'cutis stats mrmc', or --components "
            "var_tr,var,cov1,cov2,cov3,cases",
        )
    if config.components is not None:
        return _from_text(config.components)
    return _from_run(Path(str(config.pilot)))


def _from_text(given: str) -> Pilot:
    try:
        numbers = [float(part) for part in given.split(",")]
        known = len(numbers) == 6 and all(math.isfinite(x) for x in numbers)
        if not known or numbers[5] < 2 or numbers[1] < 0:
            raise ValueError(given)
    except ValueError:
        raise CutisError(
            f"'{given}' are not the components of a study.",
            allowed="Six numbers: var_tr,var,cov1,cov2,cov3,cases, the last at least 2.",
            fix="give --components as in 0.0002,0.0008,0.00035,0.00034,0.00024,114",
        ) from None
    var_both, variance, cov1, cov2, cov3, cases = numbers
    return Pilot(max(var_both, 0.0), variance, cov1, cov2, cov3, int(cases))


def _from_run(run: Path) -> Pilot:
    path = run / "result.json" if run.is_dir() else run
    try:
        result = json.loads(path.read_text(encoding="utf-8"))
        found, n_cases = result["analysis"]["components"], result["analysis"]["n_cases"]
    except (OSError, ValueError, KeyError, TypeError):
        raise CutisError(
            f"{run} is no run of 'cutis stats mrmc' with two arms.",
            fix="cutis stats mrmc READINGS -o RUN",
        ) from None
    return Pilot(
        max(found["var_both"], 0.0), found["variance"], found["cov1"], found["cov2"],
        found["cov3"], n_cases,
    )  # fmt: skip
