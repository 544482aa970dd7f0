"""A table on disk becomes a Dataset."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cutis.config import DataConfig
from cutis.data.captions import asked_columns, holds_lists
from cutis.data.cards import CARD_FILE, NO_CARD, DatasetCard, get_card, read_card
from cutis.data.cells import texts, typed
from cutis.data.dataset import Dataset, split_name
from cutis.data.findings import FIRST_ROW
from cutis.data.harmonise import harmonise
from cutis.data.labels import Labels, read_labels
from cutis.data.matching import matching_card
from cutis.data.named import resolve, with_bases
from cutis.data.one_hot import OneHot, find_one_hot, read_one_hot
from cutis.data.paths import ImageFiles, choose_root, locate
from cutis.data.refusals import refuse_not_one_hot, refuse_outside, refuse_unknown_labels
from cutis.data.roles import find_captions, find_roles, folded, given_column
from cutis.data.tables import RawTable, read_table
from cutis.errors import CutisError, nearest_names

if TYPE_CHECKING:
    import pandas as pd

_AS_TEXT = ("image", "label", "label_name", "id", "group", "patient", "lesion", "split")


@dataclass(frozen=True)
class Reading:
    """A dataset together with what is wrong in single rows."""

    dataset: Dataset
    raw: RawTable
    labels: Labels
    files: ImageFiles
    repeated_ids: dict[str, tuple[int, ...]]
    card_from: str
    one_hot: OneHot | None = None


def load_dataset(
    table: Path | str,
    images: Path | str | None = None,
    card: str | Path | DatasetCard | None = None,
    columns: Mapping[str, str] | None = None,
    name: str | None = None,
) -> Dataset:
    r"""Read a table of images.

    Parameters
    ----------
    table
        CSV, TSV or Parquet file, or the name of a card whose table is below ``$CUTIS_DATA``.
    images
        Folder the image names are joined to; by default the one that ``dataset.yaml`` beside the
        table names, else the table's folder, or ``images`` in it.
    card
        A card, its name or its YAML file; ``none`` to go without. By default ``dataset.yaml``
        beside the table, else the published dataset whose columns these are, else the table's own
        classes.
    columns
        Role to column, where the names do not tell.
    name
        Name of the dataset, instead of the card's.

    Raises
    ------
    CutisError
        If the table cannot be read, has no or several image columns, a name leads out of the
        image folder, a label is not in the card, or a label spread over one column per class has
        not exactly one 1 in a row.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> table = Path(mkdtemp()) / "mine.csv"
    >>> _ = table.write_text("image,label,diag\na.jpg,1,melanoma\nb.jpg,0,nevus\n")
    >>> data = load_dataset(table)
    >>> data.classes, data.labels.tolist()
    (('nevus', 'melanoma'), [1, 0])
    """
    reading = read_dataset(table, images, card, columns, name)
    refuse_outside(reading)
    refuse_not_one_hot(reading)
    refuse_unknown_labels(reading)
    return reading.dataset


def load_from(config: DataConfig) -> Dataset:
    """Read the dataset that a verb's settings name."""
    return load_dataset(config.data, config.images, config.card, config.columns())


def read_dataset(
    table: Path | str,
    images: Path | str | None = None,
    card: str | Path | DatasetCard | None = None,
    columns: Mapping[str, str] | None = None,
    name: str | None = None,
) -> Reading:
    """Read a table and keep what is wrong in single rows instead of raising it.

    See :func:`load_dataset`; a label that is not in the card counts as missing, and a name that
    leads out of the image folder has no file.
    """
    source, called = resolve(table)
    card_given = "" if card is None or isinstance(card, DatasetCard) else str(card)
    if card is None and called is not None and _beside(source) != called.name:
        card, card_given = called, called.name if len(with_bases(called)) > 1 else ""
    raw = read_table(source)
    given = dict(columns or {})
    asked = asked_columns(given.get("label", ""), raw.frame.columns.tolist())
    if len(asked) > 1:
        del given["label"]
    found_card, card_from = _find_card(source, raw.frame, card, given)
    roles = find_roles(raw.frame, given, found_card.columns if found_card else None)
    one_hot = _one_hot(raw.frame, roles, found_card, asked)
    raw = raw if one_hot is None else _with_label(raw, roles, one_hot)
    captions = find_captions([str(c) for c in raw.frame.columns], roles, given)
    labels = _labels(raw.frame, roles, found_card, one_hot)
    names = texts(raw.frame[roles["image"]])
    files = locate(names, _root(source, names, images or _recorded_images(source)))
    ids, repeated = _ids(raw.frame, roles, names)
    groups, lonely = _groups(raw.frame, roles, ids)
    splits = texts(raw.frame[roles["split"]]) if "split" in roles else None
    final = _final_card(found_card, labels, source)
    dataset = Dataset(
        name=name or final.name,
        table=typed(
            raw.frame,
            [roles[role] for role in _AS_TEXT if role in roles]
            + [column for column in captions if not holds_lists(raw.frame[column])],
        ),
        roles=roles,
        card=final,
        source=source,
        root=files.root,
        ids=ids,
        image_paths=files.paths,
        found=np.array(files.found, dtype=bool),
        classes=tuple(entry.name for entry in labels.classes),
        labels=labels.values_n,
        groups=groups,
        splits=None if splits is None else np.array([split_name(s) for s in splits], dtype=object),
        metadata=harmonise(raw.frame, roles),
        notes=(*raw.notes, *labels.notes, *_notes(labels, files, repeated, lonely, roles)),
        caption_columns=captions,
        card_given=card_given,
    )
    return Reading(dataset, raw, labels, files, repeated, card_from, one_hot)


def _find_card(
    source: Path,
    frame: pd.DataFrame,
    card: str | Path | DatasetCard | None,
    given: Mapping[str, str],
) -> tuple[DatasetCard | None, str]:
    nothing = "made from the table"
    if isinstance(card, DatasetCard):
        return card, "given"
    if card is not None:
        return (None, nothing) if str(card) == NO_CARD else (get_card(card), "given")
    beside = source.parent / CARD_FILE
    if beside.is_file():
        return _without_other_classes(read_card(beside), given), f"{CARD_FILE} beside the table"
    found = matching_card([str(column) for column in frame.columns], values_of(frame), source)
    if found is None:
        return None, nothing
    return _without_other_classes(found, given), "known by its columns"


def values_of(frame: pd.DataFrame) -> Callable[[str], set[str]]:
    """Return a function from a column of the table to its distinct cells as text."""

    def values(column: str) -> set[str]:
        return {text for text in texts(frame[column].unique()) if text is not None}

    return values


def _without_other_classes(card: DatasetCard, given: Mapping[str, str]) -> DatasetCard:
    """Drop the classes of a card nobody asked for when another label was chosen by hand."""
    if "label" not in given or folded(given["label"]) == folded(card.columns.get("label", "")):
        return card
    return card.model_copy(update={"classes": ()})


def _one_hot(
    frame: pd.DataFrame,
    roles: Mapping[str, str],
    card: DatasetCard | None,
    asked: Sequence[str],
) -> OneHot | None:
    """Return the label spread over several columns: those asked for, or recognised ones."""
    if len(asked) > 1:
        columns = [given_column("label", name, frame.columns.tolist()) for name in asked]
        return read_one_hot(frame, columns, card)
    return None if "label" in roles else find_one_hot(frame, card, roles.values())


def _with_label(raw: RawTable, roles: dict[str, str], one_hot: OneHot) -> RawTable:
    """Add the label as one column, and give it the role."""
    roles["label"] = "label" if "label" not in raw.frame.columns else "one_hot_label"
    roles.pop("label_name", None)
    frame = raw.frame.copy()
    frame[roles["label"]] = list(one_hot.values)
    return replace(raw, frame=frame)


def _labels(
    frame: pd.DataFrame,
    roles: Mapping[str, str],
    card: DatasetCard | None,
    one_hot: OneHot | None = None,
) -> Labels:
    if one_hot is not None:
        labels = read_labels(one_hot.values, None, DatasetCard(name="_", classes=one_hot.classes))
        note = f"The label is the column with a 1: {', '.join(one_hot.columns)}."
        return replace(labels, notes=(note, *labels.notes))
    if "label" not in roles:
        classes = card.classes if card else ()
        return Labels(np.full(len(frame), -1, dtype=np.int64), classes)
    names = texts(frame[roles["label_name"]]) if "label_name" in roles else None
    return read_labels(texts(frame[roles["label"]]), names, card)


def _final_card(card: DatasetCard | None, labels: Labels, source: Path) -> DatasetCard:
    if card is None:
        return DatasetCard(name=source.stem or "table", title=source.name, classes=labels.classes)
    return card if card.classes else card.model_copy(update={"classes": labels.classes})


def _beside(source: Path) -> str | None:
    """Return the name on the card beside the table, if there is one."""
    beside = source.parent / CARD_FILE
    return read_card(beside).name if beside.is_file() else None


def _recorded_images(source: Path) -> Path | None:
    """Return the image folder that the card beside the table records, whatever card is used."""
    beside = source.parent / CARD_FILE
    if not beside.is_file():
        return None
    try:
        images = read_card(beside).images
    except CutisError:  # another card was asked for; this one need not be in order
        return None
    if not images:
        return None
    folder = Path(os.path.normpath(source.absolute().parent / images))
    if not folder.is_dir():
        raise CutisError(
            f"The image folder {folder}, which {CARD_FILE} beside the table names, is not there.",
            fix=f"give --images the folder's new place, or correct 'images' in {CARD_FILE}",
        )
    return folder


def _root(source: Path, names: Sequence[str | None], images: Path | str | None) -> Path:
    if images is None:
        return choose_root(names, source.parent)
    folder = Path(images)
    if not folder.is_dir():
        beside = [p.name for p in folder.parent.iterdir()] if folder.parent.is_dir() else []
        raise CutisError(
            f"There is no image folder {folder}.",
            nearest=[str(folder.parent / n) for n in nearest_names(folder.name, beside)],
            fix="give --images the folder that the image names are relative to",
        )
    return folder


def _ids(
    frame: pd.DataFrame, roles: Mapping[str, str], names: Sequence[str | None]
) -> tuple[tuple[str, ...], dict[str, tuple[int, ...]]]:
    if "id" in roles:
        wanted = texts(frame[roles["id"]])
    else:
        stems = [None if n is None else n.replace("\\", "/").rpartition("/")[2] for n in names]
        stems = [None if s is None else s.rpartition(".")[0] or s for s in stems]
        wanted = stems if len(set(stems)) == len(stems) else list(names)
    rows: dict[str, list[int]] = {}
    for row, text in enumerate(wanted):
        if text is not None:
            rows.setdefault(text, []).append(row)
    repeated = {text: tuple(found) for text, found in rows.items() if len(found) > 1}
    return unique_ids(wanted), repeated


def unique_ids(wanted: Sequence[str | None]) -> tuple[str, ...]:
    """Return one distinct name per row: the wanted one, or with a number behind it.

    Examples
    --------
    >>> unique_ids(["a", "a", None, "b"])
    ('a', 'a#2', 'row-4', 'b')
    """
    taken = {text for text in wanted if text is not None}
    given: set[str] = set()
    numbers: dict[str, int] = {}
    result = []
    for row, text in enumerate(wanted):
        name = base = f"row-{row + FIRST_ROW}" if text is None else text
        while name in given or (name in taken and name != text):
            numbers[base] = numbers.get(base, 1) + 1
            name = f"{base}#{numbers[base]}"
        given.add(name)
        result.append(name)
    return tuple(result)


def _groups(
    frame: pd.DataFrame, roles: Mapping[str, str], ids: Sequence[str]
) -> tuple[np.ndarray | None, int]:
    if "group" not in roles:
        return None, 0
    values = texts(frame[roles["group"]])
    lonely = sum(value is None for value in values)
    filled = [f"only {i}" if v is None else v for v, i in zip(values, ids, strict=True)]
    return np.array(filled, dtype=object), lonely


def _notes(
    labels: Labels,
    files: ImageFiles,
    repeated: Mapping[str, Sequence[int]],
    lonely: int,
    roles: Mapping[str, str],
) -> list[str]:
    notes = []
    missing = int((labels.values_n < 0).sum())
    if "label" in roles and missing:
        notes.append(f"{missing} of {len(labels.values_n)} rows have no label.")
    absent = len(files.found) - sum(files.found)
    if absent:
        notes.append(f"{absent} of {len(files.found)} images were not found below {files.root}.")
    if files.ambiguous:
        notes.append(f"{len(files.ambiguous)} image names are in several folders below the root.")
    if repeated:
        notes.append(f"{len(repeated)} ids occur more than once; a number was put behind them.")
    if lonely:
        notes.append(f"{lonely} rows have no {roles['group']}; each counts as a group of its own.")
    return notes
