"""Checks that need the table only: ids, labels, groups, splits, subgroups."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from cutis.data.cards import bundled_cards
from cutis.data.cells import texts
from cutis.data.dataset import Dataset
from cutis.data.findings import FIRST_ROW, Finding
from cutis.data.harmonise import SUBGROUPS
from cutis.errors import nearest_names

if TYPE_CHECKING:
    from cutis.data.loading import Reading

IMBALANCE = 20  # the largest class has this many times the rows of the smallest
ASSOCIATION = 0.3  # Cramer's V from which missing values tell about the label


def table_findings(reading: Reading, min_rows: int) -> Iterator[Finding]:
    """Yield everything the table alone shows to be wrong or noteworthy."""
    yield from _names(reading)
    yield from _labels(reading)
    data = reading.dataset
    for kind, parts in partitions(data).items():
        yield from _groups_across(data, kind, parts)
        yield from _split_classes(data, kind, parts)
    yield from _missing_splits(data)
    yield from _small_subgroups(data, min_rows)
    yield from _telling_gaps(data)


def partitions(data: Dataset) -> dict[str, np.ndarray]:
    """Return the columns that cut the rows into parts that must not share a lesion."""
    found: dict[str, np.ndarray] = {}
    if data.splits is not None:
        found["split"] = data.splits
    if "fold" in data.roles:
        cells = texts(data.table[data.roles["fold"]])
        found["fold"] = np.array(["" if cell is None else cell for cell in cells], dtype=object)
    return found


def _names(reading: Reading) -> Iterator[Finding]:
    data, files = reading.dataset, reading.files
    nameless = [i for i, p in enumerate(files.paths) if p == files.root and i not in files.refused]
    if nameless:
        yield Finding(
            "error", "no-image-name", f"{_rows(nameless)} name no image.", tuple(nameless)
        )
    if files.refused:
        yield Finding(
            "error",
            "outside-root",
            f"{_rows(files.refused)} name an image outside the image folder {files.root}.",
            tuple(files.refused),
            fix="give --images a folder that holds all the images, or correct the names",
        )
    if reading.repeated_ids:
        rows = tuple(sorted(row for found in reading.repeated_ids.values() for row in found))
        first = next(iter(reading.repeated_ids))
        yield Finding(
            "error",
            "duplicate-id",
            f"{len(reading.repeated_ids)} ids occur more than once, '{first}' for instance.",
            rows,
            tuple(reading.repeated_ids.values()),
            fix=f"make the column '{data.roles.get('id', data.roles['image'])}' unique, or give "
            "--id-column another one",
        )


def _labels(reading: Reading) -> Iterator[Finding]:
    data = reading.dataset
    known = {text for entry in data.card.classes for text in entry.spellings()}
    for value, rows in reading.labels.unknown.items():
        close = nearest_names(value, known, 1)
        hint = f"; did you mean '{close[0]}'?" if close else ""
        yield Finding(
            "error",
            "unknown-label",
            f"'{value}' is not a class of the card '{data.card.name}'{hint}",
            rows,
            fix="correct the label, or give another --card",
        )
    if reading.one_hot is not None and reading.one_hot.wrong:
        row, what = next(iter(reading.one_hot.wrong.items()))
        yield Finding(
            "error",
            "not-one-hot",
            f"{_rows(reading.one_hot.wrong)} do not have exactly one 1 among "
            f"{', '.join(reading.one_hot.columns)}: row {row + FIRST_ROW} has {what}.",
            tuple(reading.one_hot.wrong),
            fix="correct the rows, or give --label-column another column",
        )
    if "label" not in data.roles:
        yield Finding("warning", "no-label", "The table has no label column.")
        return
    unknown = {row for rows in reading.labels.unknown.values() for row in rows}
    unknown |= set(reading.one_hot.wrong) if reading.one_hot is not None else set()
    missing = [int(row) for row in np.flatnonzero(data.labels < 0) if int(row) not in unknown]
    if missing:
        yield Finding(
            "warning", "missing-label", f"{_rows(missing)} have no label.", tuple(missing)
        )
    counts = {name: n for name, n in data.class_counts().items() if n}
    if len(counts) == 1:
        name = next(iter(counts))
        yield Finding(
            "error",
            "one-class",
            f"All labelled rows are '{name}'; nothing can be told apart.",
            fix="add rows of another class, or give --label-column another column",
        )
    elif len(counts) > 1 and max(counts.values()) >= IMBALANCE * min(counts.values()):
        large, small = max(counts, key=counts.__getitem__), min(counts, key=counts.__getitem__)
        yield Finding(
            "warning",
            "imbalance",
            f"'{large}' has {counts[large]} rows and '{small}' {counts[small]}; accuracy alone "
            "will flatter, balanced accuracy will not.",
        )


def _groups_across(data: Dataset, kind: str, parts: np.ndarray) -> Iterator[Finding]:
    # Lesions are numbered within a patient, so they matter only where no patient is named.
    wanted = ("group", "patient") if "patient" in data.roles else ("group", "lesion")
    columns = dict.fromkeys(data.roles[role] for role in wanted if role in data.roles)
    for column in columns:
        rows_of: dict[str, list[int]] = defaultdict(list)
        for row, value in enumerate(texts(data.table[column])):
            if value is not None and parts[row]:
                rows_of[value].append(row)
        torn = {v: rows for v, rows in rows_of.items() if len({parts[r] for r in rows}) > 1}
        if torn:
            first = next(iter(torn))
            places = sorted({str(parts[row]) for row in torn[first]})
            yield Finding(
                "error",
                f"group-in-two-{kind}s",
                f"{len(torn)} values of '{column}' are in more than one {kind}, '{first}' in "
                f"{' and '.join(places)} for instance; results would be too good.",
                tuple(sorted(row for rows in torn.values() for row in rows)),
                tuple(tuple(rows) for rows in torn.values()),
                fix=f"{_again(data, kind)} --group-column {column}",
            )


def _split_classes(data: Dataset, kind: str, parts: np.ndarray) -> Iterator[Finding]:
    if "label" not in data.roles or len(data.classes) < 2:
        return
    expected = [n for n in data.card.expected_n if n in ("train", "val", "test")]
    names = sorted({str(part) for part in parts} - {""})
    for name in [*names, *(e for e in expected if kind == "split" and e not in names)]:
        labels = data.labels[parts == name]
        present = set(labels[labels >= 0].tolist())
        if not present:
            # a published table may be here in part; one's own card means what it says
            partly = name not in names and data.card.name in bundled_cards()
            yield Finding(
                "warning" if partly else "error",
                f"empty-{kind}",
                f"The {kind} '{name}' has no labelled row.",
                fix="" if partly else _again(data, kind),
            )
        elif len(present) == 1:
            only = data.classes[present.pop()]
            yield Finding(
                "error",
                f"one-class-{kind}",
                f"The {kind} '{name}' holds only '{only}'.",
                fix=_again(data, kind),
            )
        elif absent := [c for i, c in enumerate(data.classes) if i not in present]:
            yield Finding(
                "warning",
                f"class-absent-from-{kind}",
                f"The {kind} '{name}' has no row of: {', '.join(absent[:8])}"
                f"{', ...' if len(absent) > 8 else ''}.",
            )


def _again(data: Dataset, kind: str) -> str:
    fold = " --folds 5" if kind == "fold" else ""
    return f"cutis data split {data.arguments()} -o NEW.csv --name {kind}_2{fold}"


def _missing_splits(data: Dataset) -> Iterator[Finding]:
    if data.splits is not None and (rows := np.flatnonzero(data.splits == "")).size:
        found = tuple(rows.tolist())
        yield Finding("warning", "missing-split", f"{_rows(found)} are in no split.", found)


def _small_subgroups(data: Dataset, min_rows: int) -> Iterator[Finding]:
    for column in SUBGROUPS:
        if column not in data.metadata or column == "age":
            continue
        counts = data.metadata[column].value_counts()
        small = [f"{value} ({n})" for value, n in counts.items() if n < min_rows]
        if small:
            yield Finding(
                "warning",
                "tiny-subgroup",
                f"{column}: fewer than {min_rows} rows for {', '.join(small[:10])}"
                f"{', ...' if len(small) > 10 else ''}; results there will be vague.",
            )


def _telling_gaps(data: Dataset) -> Iterator[Finding]:
    """Warn of columns that are missing more often in one class than in another."""
    labelled = data.labels >= 0
    if len(data.classes) < 2 or not labelled.any():
        return
    alike: dict[bytes, list[str]] = defaultdict(list)
    taken = {data.roles.get(role) for role in ("label", "label_name", "split", "fold")}
    for column in data.table.columns:
        if column not in taken:
            gap_n = np.array([cell is None for cell in texts(data.table[column])])
            alike[gap_n.tobytes()].append(str(column))
    telling: dict[str, float] = {}
    for key, columns in alike.items():
        gap_n = np.frombuffer(key, dtype=bool)
        strength = association(gap_n[labelled], data.labels[labelled])
        if strength >= ASSOCIATION:
            telling.update(dict.fromkeys(columns, strength))
    if telling:
        strong = max(telling.values())
        yield Finding(
            "warning",
            "telling-gap",
            f"Whether a value is missing tells about the label (Cramer's V up to {strong:.2f}) in "
            f"{', '.join(telling)}. A model that sees what is missing will look too good, and "
            "subgroups by these columns leave some classes out.",
        )


def association(flags_n: np.ndarray, labels_n: np.ndarray) -> float:
    """Return Cramer's V between a yes/no column and the labels, 0 (none) to 1.

    Examples
    --------
    >>> association(np.array([True, True, False, False]), np.array([1, 1, 0, 0]))
    1.0
    """
    table = np.stack(
        [np.bincount(labels_n[flags_n == flag], minlength=labels_n.max() + 1) for flag in (0, 1)]
    ).astype(float)
    table = table[:, table.sum(axis=0) > 0]
    if (table.sum(axis=1) == 0).any() or table.shape[1] < 2:
        return 0.0
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    return float(np.sqrt(((table - expected) ** 2 / expected).sum() / table.sum()))


def _rows(rows: Sequence[int] | Mapping[int, object]) -> str:
    if len(rows) == 1:
        return f"Row {next(iter(rows)) + FIRST_ROW}"
    return f"{len(rows)} rows"
