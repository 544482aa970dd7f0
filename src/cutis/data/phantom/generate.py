"""``cutis data phantom``: write a data set of synthetic skin images."""

from __future__ import annotations

import csv
import json
import os
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter
from pydantic import Field

from cutis.config import VerbConfig
from cutis.data.phantom.attributes import CLASSES, PRIORS
from cutis.data.phantom.diagnosis import prior_vector
from cutis.data.phantom.record import FORMAT, phantom_card, rule_record
from cutis.data.phantom.rows import Value, file_names
from cutis.data.phantom.spec import Population
from cutis.data.phantom.write import Done, Job, do_job
from cutis.errors import CutisError, nearest_names
from cutis.files import as_cutis_error, atomic_path, write_json, write_text
from cutis.progress import Progress

TABLE, CARD, RECORD = "phantom.csv", "dataset.yaml", "phantom.json"
CHUNK = 16


class PhantomConfig(VerbConfig):
    """Settings of ``cutis data phantom``."""

    output: Annotated[Path, Parameter(alias="-o")] = Field(
        description="Folder to write; the same command again makes what is missing."
    )
    n: Annotated[int, Parameter(alias="-n")] = Field(
        default=500, ge=1, le=999_999, description="Number of dermoscopic images."
    )
    size: int = Field(default=224, ge=32, le=2048, description="Side of the images in pixels.")
    seed: int = Field(default=0, ge=0, description="Seed of every random choice.")
    views: Literal["all", "dermoscopic"] = Field(
        default="all",
        description="'all' adds a clinical photograph, lesion masks and a follow-up image.",
    )
    prior: str = Field(
        default="clinic",
        description="Class frequencies: clinic, uniform, ham10000, or seven numbers a,b,c,...",
    )
    skin: Literal["diverse", "light"] = Field(
        default="diverse", description="Skin types: 'diverse' has all six, 'light' mostly 1 to 3."
    )
    artefact_rate: float = Field(
        default=1.0, ge=0, le=10, description="1 for as many artefacts as in practice, 0 for none."
    )
    bias: float = Field(
        default=0.0, ge=0, le=1, description="Planted correlation of the ruler with melanoma."
    )
    workers: int | None = Field(default=None, ge=1, description="Worker processes [one per core].")
    dry_run: bool = Field(default=False, description="Say what would be made, then stop.")

    def population(self) -> Population:
        """Return what the images are drawn from.

        Raises
        ------
        CutisError
            If the prior is neither a known name nor seven weights.
        """
        prior: str | tuple[float, ...] = self.prior
        try:
            if self.prior not in PRIORS and "," in self.prior:
                prior = tuple(float(part) for part in self.prior.split(","))
            prior_vector(prior)
        except ValueError as error:
            raise CutisError(
                f"The prior '{self.prior}' cannot be used: {error}.",
                allowed=f"Give one of {', '.join(PRIORS)}, or {len(CLASSES)} weights a,b,c,...",
                nearest=nearest_names(self.prior, PRIORS),
                fix="cutis data phantom --prior uniform -o FOLDER",
            ) from error
        return Population(prior, self.skin, self.artefact_rate, self.bias)

    def identity(self) -> dict[str, Value]:
        """Return the settings that decide what image number i looks like."""
        return {
            "size": self.size,
            "seed": self.seed,
            "prior": self.prior,
            "skin": self.skin,
            "artefact_rate": self.artefact_rate,
            "bias": self.bias,
        }


@dataclass(frozen=True)
class PhantomResult:
    """What was made.

    Attributes
    ----------
    folder
        Folder of the data set.
    n
        Images in the table.
    made
        Files written now.
    kept
        Files that existed already.
    counts
        Images per class.
    seconds
        How long it took.
    exit_code
        0.
    """

    folder: Path
    n: int
    made: int
    kept: int
    counts: dict[str, int]
    seconds: float
    exit_code: int = 0

    def render(self) -> str:
        """Return the lines that the command line prints."""
        if not self.counts:
            return f"Would make {self.made} files in {self.folder}, {self.kept} exist already."
        rate = f", {self.made / self.seconds:.0f} files/s" if self.made else ""
        lines = [f"{self.n} phantom images in {self.folder}"]
        lines += [f"  {count:6d}  {name}" for name, count in self.counts.items()]
        lines.append(f"Wrote {self.made} files, kept {self.kept}{rate}.")
        lines.append(f"Next: cutis zero-shot --data {self.folder / TABLE} -o RUN")
        return "\n".join(lines)


def data_phantom(config: PhantomConfig) -> PhantomResult:
    """Make synthetic skin images with known ground truth.

    Raises
    ------
    CutisError
        If the folder holds something else, another process writes it, or the disk is full.
    """
    from filelock import FileLock, Timeout

    population = config.population()
    all_views = config.views == "all"
    names = [file_names(index, all_views) for index in range(config.n)]
    _check_folder(config)
    if config.dry_run:
        kept = sum((config.output / f).exists() for row in names for f in row.values())
        total = sum(map(len, names))
        return PhantomResult(config.output, config.n, total - kept, kept, {}, 0.0)
    try:
        for name in names[0].values():
            (config.output / name).parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(config.output / ".lock")
        lock.acquire(timeout=0)
    except Timeout:
        raise CutisError(
            f"Another process is writing {config.output}.",
            fix="wait until it ends, or choose another folder with -o/--output",
        ) from None
    except OSError as error:
        raise as_cutis_error(error, config.output) from error
    with lock:
        write_json(config.output / RECORD, rule_record(population, config.identity()))
        return _fill(config, population, sum(map(len, names)))


def _check_folder(config: PhantomConfig) -> None:
    """Refuse a folder with other files, or with phantoms of other settings."""
    folder = config.output
    if folder.is_file():
        raise CutisError(f"{folder} is a file, a data set needs a folder.", fix="choose another -o")
    record = folder / RECORD
    if record.exists():
        before = json.loads(record.read_text(encoding="utf-8"))
        there = {"format": before.get("format"), **before.get("settings", {})}
        now = {"format": FORMAT, **config.identity()}
        changed = [key for key in now if there.get(key) != now[key]]
        if changed:
            shown = "; ".join(f"{k}: {there.get(k)} there, {now[k]} now" for k in changed[:3])
            raise CutisError(
                f"{folder} holds phantoms made with other settings ({shown}).",
                fix="choose another folder with -o/--output, or remove that one",
            )
    elif folder.is_dir() and any(not p.name.startswith(".") for p in folder.iterdir()):
        raise CutisError(
            f"{folder} is not empty and holds no phantoms.",
            fix="choose a new or empty folder with -o/--output",
        )


def _fill(config: PhantomConfig, population: Population, total: int) -> PhantomResult:
    all_views = config.views == "all"
    jobs = [
        Job(
            config.output.absolute(),
            start,
            min(start + CHUNK, config.n),
            config.seed,
            config.size,
            population,
            all_views,
        )
        for start in range(0, config.n, CHUNK)
    ]
    workers = min(config.workers or os.cpu_count() or 1, max(1, len(jobs) // 4))
    rows: list[dict[str, Value]] = []
    made = 0
    with Progress(config.n, "phantom") as progress:
        for done in _work(jobs, workers):
            rows += done.rows
            made += done.made
            progress.advance(len(done.rows))
        seconds = progress.seconds
    _write_table(config.output / TABLE, rows)
    card = phantom_card(all_views)
    split = Counter(str(row["split"]) for row in rows)
    card = card.model_copy(
        update={"expected_n": {"total": len(rows), **dict(sorted(split.items()))}}
    )
    write_text(config.output / CARD, _yaml(card.model_dump(mode="json", exclude_defaults=True)))
    seen = Counter(str(row["label"]) for row in rows)
    counts = {name: seen[name] for name in CLASSES}
    return PhantomResult(config.output, config.n, made, total - made, counts, seconds)


def _work(jobs: list[Job], workers: int) -> Iterator[Done]:
    """Yield the jobs' results in order, from this process or from several."""
    if workers == 1:
        yield from map(do_job, jobs)
        return
    from multiprocessing import get_context

    # Fresh processes: copying this one is not safe once it has started threads.
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"))
    try:
        yield from pool.map(do_job, jobs)
    except BrokenProcessPool as error:
        raise CutisError(
            "A worker process was killed, perhaps for want of memory. What it finished is kept.",
            fix="run the same command again with --workers 1",
        ) from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _write_table(path: Path, rows: list[dict[str, Value]]) -> None:
    with atomic_path(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _yaml(value: dict[str, object]) -> str:
    import yaml

    return str(yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=100))
