"""``cutis benchmark SUITE``: a whole benchmark on the datasets that are here."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from cyclopts import Parameter
from pydantic import Field

from cutis.config import Names, VerbConfig, command_line
from cutis.errors import CutisError
from cutis.tasks.benchmark.suite import Suite

VERB = "benchmark"
LIST = "list"
RECORD = "benchmark.yaml"
MARK = "cutis.suite/1"


class BenchmarkConfig(VerbConfig):
    """Settings of ``cutis benchmark``."""

    takes_positional: ClassVar[bool] = True

    suite: str | None = Field(
        default=None, description="Name of a suite, a YAML file of your own, or 'list'."
    )
    show_list: Annotated[bool, Parameter(name="--list", negative=())] = Field(
        default=False, description="Show the suites and which of their datasets are here."
    )
    model: Names = Field(
        default="cutis-tiny",
        description="Model name, see 'cutis models list'; given several times, each is run.",
    )
    output: Annotated[Path | None, Parameter(alias="-o")] = Field(
        default=None,
        description="Folder to write; the same command again finishes what is missing.",
    )
    data_dir: Path | None = Field(
        default=None, description="Folder of your datasets, one folder each [$CUTIS_DATA]."
    )
    anchor: str | None = Field(
        default=None, description="Model that the others are tested against, named as with --model."
    )
    n_bootstrap: int = Field(
        default=1000, ge=100, description="Bootstrap replicates of each interval and rank."
    )
    confidence: float = Field(
        default=0.95, gt=0.5, lt=1.0, description="Level of the confidence intervals."
    )
    seed: int = Field(default=0, ge=0, description="Seed of every random choice.")
    device: Literal["auto", "cpu", "cuda", "mps"] = Field(
        default="auto", description="Where the models compute."
    )
    precision: Literal["fp32", "bf16"] = Field(
        default="fp32", description="Arithmetic of the towers; fp32 is exact."
    )
    batch_size: int | None = Field(
        default=None, gt=0, description="Images per forward pass [16 on a CPU, 64 elsewhere]."
    )
    workers: int | None = Field(
        default=None, ge=0, description="Threads that read and resize images [one per core]."
    )
    cache: Annotated[Path | None, Parameter(alias="--cache-dir")] = Field(
        default=None, description="Folder of cached features [$CUTIS_CACHE or ~/.cache/cutis]."
    )
    dry_run: bool = Field(
        default=False, description="Say what would be run and what is missing, then stop."
    )

    @property
    def models(self) -> tuple[str, ...]:
        """The models, as given."""
        return tuple(self.model) if isinstance(self.model, list) else (self.model,)


@dataclass(frozen=True)
class BenchmarkResult:
    """What a benchmark did.

    Attributes
    ----------
    dir
        Its folder; None after listing.
    record
        Content of ``leaderboard.json``; empty when nothing was run.
    lines
        The text the command line shows.
    exit_code
        1 when a run failed or none was possible, 0 otherwise.
    """

    dir: Path | None
    record: dict[str, Any] = field(default_factory=dict)
    lines: tuple[str, ...] = ()
    exit_code: int = 0

    def render(self) -> str:
        """Return the summary for the terminal."""
        return "\n".join(self.lines)


def benchmark(config: BenchmarkConfig) -> BenchmarkResult:
    """Run a suite: every model on every dataset of it that is here, and one leaderboard.

    Datasets that are not here are listed with the way to obtain them. The same call again
    finishes what is missing.

    Raises
    ------
    CutisError
        If the suite or an option is wrong; a run that fails is listed instead.
    """
    from cutis.tasks.benchmark.board import check_anchor
    from cutis.tasks.benchmark.listing import plan_lines, suite_list
    from cutis.tasks.benchmark.locating import locate, search_folder
    from cutis.tasks.benchmark.reading import read_suite
    from cutis.tasks.benchmark.running import plan_cells

    folder = search_folder(config.data_dir)
    if config.show_list or config.suite in (None, LIST):
        return BenchmarkResult(None, {}, suite_list(folder, _named(config)))
    suite, beside = read_suite(str(config.suite))
    _refuse_twice(config.models)
    check_anchor(config.anchor, config.models)
    if config.output is None:
        raise CutisError(
            "Where the runs should go is not said.",
            fix=f"{command_line(VERB, config)} -o FOLDER",
        )
    found, missing = locate(suite, folder, beside)
    plans = plan_cells(found, config.models, config.output, _decided(config), beside)
    if config.dry_run or not plans:
        lines = plan_lines(suite, plans, missing, folder)
        return BenchmarkResult(config.output, {}, lines, 0 if config.dry_run else 1)
    return _run(config, suite, found, missing, plans)


def _run(
    config: BenchmarkConfig, suite: Suite, found: Any, missing: Any, plans: Any
) -> BenchmarkResult:
    from cutis.tasks.benchmark.board import Material, make_record
    from cutis.tasks.benchmark.files import write_board
    from cutis.tasks.benchmark.listing import missing_lines, result_lines
    from cutis.tasks.benchmark.running import run_cells
    from cutis.tasks.benchmark.standing import Rules

    output = Path(config.output or ".")
    _claim(output, suite, config)
    done = run_cells(plans, output)
    lines = [*done.lines, *missing_lines(missing)]
    again = f"Finish it with: {command_line(VERB, config)}"
    if not done.runs:
        lines += ["No run has results, so there is no leaderboard.", again]
        return BenchmarkResult(output, {}, tuple(lines), 1)
    material = Material(
        suite, tuple(found), tuple(missing), config.models, done.runs, done.failures
    )
    rules = Rules(config.n_bootstrap, config.confidence, config.seed, config.anchor)
    record = make_record(material, rules, output)
    page = write_board(record, output)
    lines += result_lines(record)
    if done.failures:
        lines += [f"{len(done.failures)} of {len(plans)} runs failed.", again]
    lines += [f"Leaderboard: {page}", "Next: open it in a browser; the numbers are in "
              "leaderboard.csv and .json"]  # fmt: skip
    return BenchmarkResult(output, record, tuple(lines), 1 if record["failed"] else 0)


def _named(config: BenchmarkConfig) -> str | None:
    return None if config.suite in (None, LIST) else config.suite


def _decided(config: BenchmarkConfig) -> dict[str, Any]:
    names = (
        "device", "precision", "batch_size", "workers", "cache", "n_bootstrap", "confidence",
        "seed",
    )  # fmt: skip
    return {name: getattr(config, name) for name in names}


def _refuse_twice(models: tuple[str, ...]) -> None:
    twice = [name for i, name in enumerate(models) if name in models[:i]]
    if twice:
        raise CutisError(f"--model {twice[0]} is given twice.", fix="give every --model once")


def _claim(folder: Path, suite: Suite, config: BenchmarkConfig) -> None:
    """Write what the folder is for, and refuse one that holds something else.

    Raises
    ------
    CutisError
        If it is a file, not ours, or belongs to another suite.
    """
    import yaml

    from cutis.files import write_text

    path = folder / RECORD
    fix = "choose another folder with -o/--output"
    if folder.is_file():
        raise CutisError(f"{folder} is a file, a benchmark needs a folder.", fix=fix)
    if path.exists():
        try:
            before = dict(yaml.safe_load(path.read_text(encoding="utf-8")))["suite"]["name"]
        except (yaml.YAMLError, TypeError, ValueError, KeyError):
            before = "something else"
        if before != suite.name:
            raise CutisError(f"{folder} holds the suite {before}, not {suite.name}.", fix=fix)
    elif folder.is_dir() and any(not p.name.startswith(".") for p in folder.iterdir()):
        raise CutisError(f"{folder} is not empty and holds no benchmark.", fix=fix)
    record = {
        "format": MARK,
        "suite": suite.model_dump(mode="json"),
        "settings": config.model_dump(mode="json", exclude={"suite", "show_list", "dry_run"}),
    }
    write_text(path, yaml.safe_dump(record, sort_keys=False))
