"""Files of predictions by model and dataset, from paths, runs and the published folder layouts."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from cutis.errors import CutisError

TABLE = "predictions.parquet"
_PERCENT = re.compile(r"^(?P<name>.+)_(?P<share>[\d.]+)pct$")
_SHARE = re.compile(r"^percent_data_(?P<share>[\d.]+)$")
# Folders of the published layouts that hold names of classes, never predictions.
_NAMES = "class2label"


class Entry(NamedTuple):
    """One file of predictions.

    Attributes
    ----------
    dataset
        What it is about; empty for files given one by one.
    model
        Whose predictions they are.
    path
        The file, or the run directory.
    """

    dataset: str
    model: str
    path: Path


class Listing(NamedTuple):
    """What was found.

    Attributes
    ----------
    entries
        The files, each model once per dataset.
    ignored
        Tables in the folders that hold no predictions.
    """

    entries: tuple[Entry, ...]
    ignored: tuple[Path, ...]

    def by_dataset(self) -> dict[str, list[Entry]]:
        """Return the entries of every dataset, in order."""
        out: dict[str, list[Entry]] = {}
        for entry in self.entries:
            out.setdefault(entry.dataset, []).append(entry)
        return out

    def notes(self) -> list[str]:
        """Return a sentence on the tables that were ignored; none if none was.

        Examples
        --------
        >>> Listing((), (Path("results.csv"),)).notes()
        ['1 table in the folders holds no predictions and was ignored, such as results.csv.']
        """
        if not self.ignored:
            return []
        one = len(self.ignored) == 1
        words = "table in the folders holds no predictions and was" if one else (
            "tables in the folders hold no predictions and were"
        )  # fmt: skip
        return [f"{len(self.ignored)} {words} ignored, such as {self.ignored[0].name}."]


def find_predictions(paths: Sequence[Path]) -> Listing:
    """Find the files of predictions that paths stand for.

    A file or run directory stands for itself. Any other folder stands for everything below it:
    run directories, and CSV files in the published layouts ``<dataset>/<model>.csv``,
    ``<dataset>_<percent>pct/<model>/*.csv`` and ``percent_data_<share>/<dataset>/<model>/*.csv``.
    A CSV is one of predictions if it has a column ``true_label``; tables of results beside them
    are ignored.

    Raises
    ------
    CutisError
        If a path does not exist or a folder holds no predictions.
    """
    entries: list[Entry] = []
    ignored: list[Path] = []
    for path in map(Path, paths):
        if not path.exists():
            raise CutisError(f"There are no predictions at {path}.")
        if path.is_file() or (path / TABLE).exists():
            entries.append(Entry("", _alone(path), path))
            continue
        below, others = _below(path)
        if not below:
            raise CutisError(
                f"The folder {path} holds no predictions"
                + (f"; {others[0].name} is a table of something else." if others else "."),
                allowed="Predictions are run directories, or CSV files with the columns "
                "image_path (or filename), true_label and probability_class_0, 1, ...",
            )
        entries += below
        ignored += others
    return Listing(tuple(_distinct(entries)), tuple(ignored))


def is_predictions(path: Path) -> bool:
    """Tell whether a CSV file is one of predictions, by its first line."""
    with path.open(newline="", encoding="utf-8", errors="replace") as stream:
        header = next(csv.reader(stream), [])
    return "true_label" in header


def published_classes(path: Path) -> str | None:
    """Return the class names of a published file, from a ``class2label`` folder above it.

    The table ``class2label/<dataset>.csv`` has the columns ``diag`` and ``label``.
    """
    for folder in list(path.parents)[:4]:
        names = {_PERCENT.sub(r"\g<name>", part) for part in path.parts}
        for table in sorted((folder / _NAMES).glob("*.csv")):
            if table.stem in names:
                with table.open(newline="", encoding="utf-8-sig") as stream:
                    rows = [row for row in csv.DictReader(stream) if row.get("label")]
                rows.sort(key=lambda row: float(row["label"]))
                found = [str(row.get("diag") or "").replace(",", " ").strip() for row in rows]
                return ",".join(found) if all(found) else None
    return None


def _below(folder: Path) -> tuple[list[Entry], list[Path]]:
    runs = sorted(path.parent for path in folder.rglob(TABLE))
    entries = [Entry(_dataset_of_run(run), _alone(run), run) for run in runs]
    ignored = []
    tables = [
        path
        for path in sorted(folder.rglob("*.csv"))
        if _NAMES not in path.relative_to(folder).parts
        and not any(run in path.parents for run in runs)
    ]
    known = [path for path in tables if is_predictions(path)]
    ignored = [path for path in tables if path not in known]
    return [*entries, *(_in_layout(path, known) for path in known)], ignored


def _in_layout(path: Path, known: Sequence[Path]) -> Entry:
    """Name dataset and model of a published CSV by the folders it lies in."""
    parent, grand, great = path.parent, path.parent.parent, path.parent.parent.parent
    share = _SHARE.match(great.name)
    if share:
        return Entry(f"{grand.name} ({share['share']} of the data)", parent.name, path)
    percent = _PERCENT.match(grand.name)
    if percent:
        return Entry(grand.name, parent.name.removesuffix(f"_{percent['name']}"), path)
    beside = [other for other in known if other.parent.parent == grand]
    folders = {other.parent for other in beside}
    if len(folders) == len(beside) > 1 and {other.name for other in beside} == {path.name}:
        return Entry(grand.name, parent.name, path)
    return Entry(parent.name, path.stem, path)


def _alone(path: Path) -> str:
    """Return the name of a file or run that was given by itself."""
    if path.is_file():
        return path.stem if path.name != TABLE else _model_of_run(path.parent)
    return _model_of_run(path)


def _model_of_run(run: Path) -> str:
    record = _record(run)
    model = record.get("model") or {}
    card, identity = model.get("card") or {}, model.get("identity") or {}
    return str(card.get("name") or identity.get("name") or run.resolve().name)


def _dataset_of_run(run: Path) -> str:
    return str((_record(run).get("dataset") or {}).get("name") or run.resolve().parent.name)


def _record(run: Path) -> dict[str, dict[str, dict[str, str]]]:
    from cutis.runs import read_run

    try:
        return read_run(run)
    except CutisError:
        return {}


def _distinct(entries: Sequence[Entry]) -> list[Entry]:
    """Put the folder before names that occur twice for one dataset, then take it alone."""
    out = list(entries)
    for attempt in range(3):
        times = Counter((e.dataset, e.model) for e in out)
        if max(times.values(), default=1) == 1:
            return out
        out = [
            _renamed(entry, i, attempt) if times[entry.dataset, entry.model] > 1 else entry
            for i, entry in enumerate(out)
        ]
    return out


def _renamed(entry: Entry, place: int, attempt: int) -> Entry:
    path = entry.path.resolve()
    if attempt == 0:
        name = path.name if path.is_dir() else f"{path.parent.name}/{entry.model}"
    else:
        name = f"{path.parent.name}/{path.name}" if attempt == 1 else f"{entry.model} #{place + 1}"
    return entry._replace(model=name)
