"""``cutis data show``: what was understood of a table."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydantic import Field

from cutis.config import DataConfig
from cutis.data.cells import texts
from cutis.data.dataset import Dataset, split_order
from cutis.data.listing import CardList, DataListConfig, data_list
from cutis.data.loading import Reading, read_dataset
from cutis.data.text import columns, shortened
from cutis.errors import CutisError

_CLASSES_SHOWN = 40
_VALUES_SHOWN = 12


class DataShowConfig(DataConfig):
    """Settings of ``cutis data show``."""

    data: Path = Field(
        default=Path(),
        description="Table of images (CSV, TSV, Parquet), or a name from 'cutis data list'; left "
        "out, --card NAME shows that card.",
    )
    rows: int = Field(default=5, ge=0, description="First rows to show.")


@dataclass(frozen=True)
class Shown:
    """What a table was understood to be.

    Attributes
    ----------
    reading
        The dataset and what is wrong in single rows.
    rows
        How many rows the text shows.
    """

    reading: Reading
    rows: int = 5
    exit_code: int = 0

    def render(self) -> str:
        """Return the summary as text."""
        data = self.reading.dataset
        blocks = [
            _head(self.reading),
            _block("Roles", columns([[r, c] for r, c in data.roles.items()], right_from=9)),
            _block("Classes", class_lines(data)),
            _block("Groups", _group_lines(data)),
            _block("Subgroups", _subgroup_lines(data)),
            _block("Captions", _caption_lines(data)),
            _block("First rows", self._first_rows()),
            _block("Notes", [f"  {note}" for note in self._notes()]),
            [f"Next: cutis data check {data.arguments()}"],
        ]
        return "\n\n".join("\n".join(block) for block in blocks if block)

    def _first_rows(self) -> list[str]:
        data = self.reading.dataset
        order = ["image", "label", "group", "split", "age", "sex", "site", "skin_tone", "caption"]
        used = dict.fromkeys(data.roles[role] for role in order if role in data.roles)
        table = data.table[list(used)].head(self.rows)
        if not len(table):
            return []
        cells = [[shortened("" if c is None else c, 28) for c in texts(table[n])] for n in used]
        return columns([list(used), *zip(*cells, strict=True)], right_from=99)

    def _notes(self) -> list[str]:
        reading = self.reading
        notes = list(reading.dataset.notes)
        for label, rows in list(reading.labels.unknown.items())[:5]:
            notes.append(f"'{label}' ({len(rows)} rows) is not a class of the card.")
        if reading.files.refused:
            notes.append(f"{len(reading.files.refused)} image names lead out of the image folder.")
        if reading.dataset.card.notes:
            notes.append(reading.dataset.card.notes.strip())
        return notes


def data_show(config: DataShowConfig) -> Shown | CardList:
    """Say what was understood of a table: roles, classes, splits, groups, subgroups.

    Without a table, the page of a card: what the dataset is and how to obtain it.

    Raises
    ------
    CutisError
        If the table cannot be read or has no image column, or if neither was given.
    """
    if config.data == Path():
        if config.card is None:
            raise CutisError(
                "Nothing was named to be shown.",
                fix="give --data a table, or --card a name from 'cutis data list'",
            )
        return data_list(DataListConfig(name=config.card))
    reading = read_dataset(config.data, config.images, config.card, config.columns())
    return Shown(reading, config.rows)


def _block(title: str, lines: list[str]) -> list[str]:
    return [title, *lines] if lines else []


def _head(reading: Reading) -> list[str]:
    data, card = reading.dataset, reading.dataset.card
    found = int(data.found.sum())
    lines = [
        ["table", f"{data.source}, {len(data)} rows, {data.table.shape[1]} columns"],
        ["images", f"{data.root}, {found} of {len(data)} found"],
        ["card", f"{card.name} ({reading.card_from})"],
        ["licence", card.licence],
    ]
    optional = {
        "modality": card.modality,
        "metric": card.headline_metric,
        "cite": card.citation,
        "source": card.source_url,
    }
    lines += [[key, value] for key, value in optional.items() if value]
    return [card.title or data.name, *columns(lines, right_from=9)]


def class_lines(data: Dataset) -> list[str]:
    """Return one line per class with its rows, in all and per split."""
    if "label" not in data.roles:
        return []
    found = set(data.splits.tolist()) - {""} if data.splits is not None else set()
    splits = sorted(found, key=split_order)
    codes = {entry.name: entry.code for entry in data.card.classes}

    def line(name: str, mask: np.ndarray) -> list[object]:
        code = codes.get(name)
        shown = f"{name} ({code})" if code and code != name else name
        return [shown, int(mask.sum()), *(int((mask & (data.splits == s)).sum()) for s in splits)]

    lines: list[list[object]] = [["", "rows", *splits]]
    lines += [line(name, data.labels == i) for i, name in enumerate(data.classes[:_CLASSES_SHOWN])]
    if (data.labels < 0).any():
        lines.append(line("no label", data.labels < 0))
    lines.append(line("all", np.ones(len(data), dtype=bool)))
    text = columns(lines)
    more = len(data.classes) - _CLASSES_SHOWN
    return [*text, f"  ... and {more} more classes"] if more > 0 else text


def _group_lines(data: Dataset) -> list[str]:
    if data.groups is None:
        return ["  none: every image counts as independent"]
    sizes = Counter(data.groups.tolist())
    several = sum(size > 1 for size in sizes.values())
    return [
        f"  {len(sizes)} by {data.roles['group']}; {several} with more than one image, "
        f"at most {max(sizes.values())}"
    ]


def _caption_lines(data: Dataset) -> list[str]:
    if not data.caption_columns:
        return []
    captions = data.captions()
    words = [len(text.split()) for texts in captions for text in texts]
    return [
        f"  {len(words)} in {sum(bool(texts) for texts in captions)} of {len(data)} rows, from "
        f"{', '.join(data.caption_columns)}; at most {max(words, default=0)} words"
    ]


def _subgroup_lines(data: Dataset) -> list[str]:
    lines = []
    for name in data.metadata.columns:
        column = data.metadata[name]
        missing = int(column.isna().sum())
        if name == "age":
            given = column.dropna()
            text = "none given"
            if len(given):
                low, middle, high = given.min(), given.median(), given.max()
                text = f"{low:.0f} to {high:.0f} years, median {middle:.0f}"
        else:
            counts = column.value_counts()
            text = ", ".join(f"{v} {n}" for v, n in counts.head(_VALUES_SHOWN).items())
            text += (
                f", and {len(counts) - _VALUES_SHOWN} more" if len(counts) > _VALUES_SHOWN else ""
            )
        lines.append(f"  {name}: {text}" + (f"; missing {missing}" if missing else ""))
    return lines
