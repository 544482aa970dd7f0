"""Several models on several datasets: one ordinary run for each pair, in a folder of its own."""

from __future__ import annotations

import hashlib
import re
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from cutis.config import ManyConfig, command_line
from cutis.errors import CutisError
from cutis.features.loader import Loader
from cutis.files import as_cutis_error, write_text
from cutis.progress import say

MANY_FORMAT = "cutis.many/1"
RECORD = "runs.yaml"
AUTO = "auto"
C = TypeVar("C", bound=ManyConfig)


class Pair(NamedTuple):
    """One model on one dataset: names as given, and the settings of its run."""

    model: str
    data: Path
    config: Any


class Failure(NamedTuple):
    """A pair whose run could not be finished, and why."""

    model: str
    data: str
    folder: str
    reason: str


@dataclass(frozen=True)
class ManyResult:
    """What several runs did.

    Attributes
    ----------
    dir
        The folder that holds ``MODEL/DATA`` for every pair.
    results
        The results of the runs that finished, in order.
    failures
        The others.
    lines
        The text the command line shows.
    """

    dir: Path
    results: tuple[Any, ...]
    failures: tuple[Failure, ...]
    lines: tuple[str, ...]

    @property
    def exit_code(self) -> int:
        """1 when a pair failed, 0 otherwise."""
        return 1 if self.failures else 0

    def render(self) -> str:
        """Return the summary for the terminal."""
        return "\n".join(self.lines)


def divide(config: ManyConfig) -> list[Pair]:
    """Return one pair for every model and dataset, all datasets of a model in a row.

    Raises
    ------
    CutisError
        If a model or table is given twice, or folders or cards do not match the tables.
    """
    models, tables = _listed(config.model), [Path(path) for path in _listed(config.data)]
    _refuse_twice("--model", models)
    _refuse_twice("--data", [str(path) for path in tables])
    images = _aligned("--images", config.images, tables)
    cards = _aligned("--card", config.card, tables)
    model_folders = dict(zip(models, map(model_folder, models), strict=True))
    data_folders = dict(zip(tables, dataset_folders(tables), strict=True))
    pairs = []
    for model in models:
        for table, image_root, card in zip(tables, images, cards, strict=True):
            update = {
                "model": model,
                "data": table,
                "images": None if image_root is None else Path(image_root),
                "card": card,
                "output": config.output / model_folders[model] / data_folders[table],
            }
            pairs.append(Pair(model, table, config.model_copy(update=update)))
    return pairs


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _refuse_twice(flag: str, values: Sequence[str]) -> None:
    twice = [value for value, count in Counter(values).items() if count > 1]
    if twice:
        raise CutisError(f"{flag} {twice[0]} is given twice.", fix=f"give every {flag} once")


def _aligned(flag: str, given: Any, tables: Sequence[Path]) -> list[str | None]:
    """Return one value per table: none, the same for all, or as many as there are tables."""
    if given is None:
        return [None] * len(tables)
    values = [None if str(value) == AUTO else str(value) for value in _listed(given)]
    if len(values) == 1:
        return values * len(tables)
    if len(values) != len(tables):
        n = len(tables)
        raise CutisError(
            f"{flag} is given {len(values)} times for {n} table{'s' * (n > 1)}.",
            allowed=f"It is given once for all tables, or once for each, in the order of --data; "
            f"'{AUTO}' stands for the default.",
            fix=f"give {flag} {f'{n} times' if n > 1 else 'once'}, or leave it out",
        )
    return values


def _slug(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9._]+", "-", text).strip("-.") or "x"


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:6]


def model_folder(name: str) -> str:
    """Return a folder name for a model; one that names a path keeps its end and gets a mark.

    Examples
    --------
    >>> model_folder("cutis-tiny"), model_folder("hf-hub:org/Name")
    ('cutis-tiny', 'hf-hub-org-Name-226a84')
    >>> model_folder("local-dir:/home/ann/models/mine")
    'local-dir-mine-2571ea'
    """
    if _slug(name) == name:
        return name
    kind, _, rest = name.replace("\\", "/").partition("@" if "@" in name else ":")
    is_path = "@" in name or kind == "local-dir"
    shown = f"{kind}-{rest.rstrip('/').rsplit('/', 1)[-1]}" if is_path else name
    return f"{_slug(shown)}-{_mark(name)}"


def dataset_folders(tables: Sequence[Path]) -> list[str]:
    """Return a folder name for every table: its folder's and its own, or a dataset's name.

    Of tables that would share a folder name the first has it, and the others get a mark, so that
    a table added at the end leaves the folders of those before it as they are.

    Examples
    --------
    >>> dataset_folders([Path("/d/ph2/metadata.csv"), Path("/d/ham/ham_test.csv"), Path("PH2")])
    ['ph2-metadata', 'ham_test', 'ph2']
    >>> dataset_folders([Path("/a/ph2/t.csv"), Path("/b/ph2/t.csv")])
    ['ph2-t', 'ph2-t-724758']
    """
    taken: set[str] = set()
    folders = []
    for table in tables:
        name, origin = _dataset_name(table)
        if name.casefold() in taken:
            name = f"{name}-{_mark(origin)}"
        taken.add(name.casefold())
        folders.append(name)
    return folders


def _dataset_name(table: Path) -> tuple[str, str]:
    """Return a folder name, and what tells the table from others of that name."""
    from cutis.data.named import named_card

    card = named_card(table)
    if card is not None:
        # Wherever the command is called, for a name is no path from the working directory.
        return _slug(card.name), str(table)
    path = table.resolve() if ".." in table.parts else table.absolute()
    parent, stem = _slug(path.parent.name), _slug(path.stem)
    starts = stem.casefold().startswith(parent.casefold())
    return stem if starts else f"{parent}-{stem}", str(path)


def run_many(verb: str, config: C, run_one: Callable[[C, Loader], Any]) -> ManyResult:
    """Run every pair; one that fails does not keep the others from running.

    A model is loaded once for all its datasets, a table is read once for all models, and features
    are found in the cache. The same call again finishes what is missing.

    Parameters
    ----------
    verb
        The verb, for messages.
    config
        Settings with several models or tables.
    run_one
        What makes one run.

    Raises
    ------
    CutisError
        If the settings do not fit together or the output folder holds something else.
    """
    pairs = divide(config)
    if not config.dry_run:
        _claim(verb, config)
    loader = Loader()
    results, failures, lines = [], [], []
    for number, pair in enumerate(pairs, start=1):
        head = f"[{number}/{len(pairs)}] {pair.model} on {pair.data}"
        say(head)
        lines.append(f"{pair.model} on {pair.data}:")
        outcome = attempt(pair, run_one, loader, config.output)
        if isinstance(outcome, Failure):
            failures.append(outcome)
            lines.append("  failed, see below")
        else:
            results.append(outcome)
            lines += [f"  {line}" for line in outcome.render().splitlines()]
    if failures:
        lines.append(f"{len(failures)} of {len(pairs)} runs failed:")
        lines += [f"  {f.model} on {f.data}: {f.reason}" for f in failures]
        start = "The others are kept; finish with" if results else "Once mended, repeat"
        lines.append(f"{start}: {command_line(verb, config)}")
    return ManyResult(config.output, tuple(results), tuple(failures), tuple(lines))


def attempt(pair: Pair, run_one: Callable[[Any, Loader], Any], loader: Loader, output: Path) -> Any:
    """Run one pair and return its result, or a :class:`Failure` that says what was wrong.

    Parameters
    ----------
    pair
        The model, the dataset and the settings of its run.
    run_one
        What makes one run.
    loader
        Where dataset and model come from.
    output
        The folder that holds the run's.
    """
    folder = Path(pair.config.output)
    try:
        return run_one(pair.config, loader)
    except CutisError as error:
        reason = str(error)
    except OSError as error:
        reason = str(as_cutis_error(error, folder))
    except Exception as error:
        # A defect of ours in one pair; the others are still worth running.
        traceback.print_exc()
        reason = f"unexpected {type(error).__name__}: {error}"
    where = folder.relative_to(output).as_posix()
    return Failure(pair.model, str(pair.data), where, reason)


def _claim(verb: str, config: ManyConfig) -> None:
    """Write what the folder is for, and refuse one that holds something else.

    Raises
    ------
    CutisError
        If it is a file, a single run, runs of another verb, or not ours.
    """
    import yaml

    folder = config.output
    if folder.is_file():
        raise CutisError(
            f"{folder} is a file, runs need a folder.", fix="choose another -o/--output"
        )
    record = folder / RECORD
    if (folder / "config.yaml").exists():
        raise CutisError(
            f"{folder} holds a single run; several runs need a folder of their own.",
            fix="choose another folder with -o/--output",
        )
    if record.exists():
        try:
            before = dict(yaml.safe_load(record.read_text(encoding="utf-8"))).get("verb")
        except (yaml.YAMLError, TypeError, ValueError):
            before = "something else"
        if before != verb:
            raise CutisError(
                f"{folder} holds runs of {before}, not of {verb}.",
                fix="choose another folder with -o/--output",
            )
    elif folder.is_dir() and any(not p.name.startswith(".") for p in folder.iterdir()):
        raise CutisError(
            f"{folder} is not empty and holds no runs of several models.",
            fix="choose a new or empty folder with -o/--output",
        )
    settings = {"format": MANY_FORMAT, "verb": verb, **config.model_dump(mode="json")}
    write_text(record, yaml.safe_dump(settings, sort_keys=False))
