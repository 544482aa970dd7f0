"""One file of predictions becomes labelled cases, with groups and subgroups."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from pydantic import Field

from cutis.config import RunConfig
from cutis.errors import CutisError, nearest_names
from cutis.predictions import Predictions, read_predictions

if TYPE_CHECKING:
    import pandas as pd


class JoinConfig(RunConfig):
    """Settings of a verb that reads predictions, and a table with what they lack."""

    classes: str | None = Field(
        default=None,
        description="Class names of a published CSV in label order, as a,b,c or a card's name.",
    )
    data: Path | None = Field(
        default=None,
        description="Table of the images, or a name from 'cutis data list', whose lesions, "
        "patients and subgroups are added to the predictions.",
    )
    card: str | None = Field(
        default=None, description="Dataset card of that table [found by itself]."
    )
    group_column: str | None = Field(
        default=None, description="Column with the lesion or patient each image belongs to."
    )
    split: str | None = Field(default=None, description="Split to take, or 'all' [all].")
    n_bootstrap: int = Field(
        default=1000, ge=100, description="Bootstrap replicates of each confidence interval."
    )
    confidence: float = Field(
        default=0.95, gt=0.5, lt=1.0, description="Level of the confidence intervals."
    )


class CasesConfig(JoinConfig):
    """Settings of a verb that reads one file of predictions."""

    takes_positional: ClassVar[bool] = True

    predictions: Path = Field(
        description="Predictions: a run directory, a predictions.parquet or a published CSV."
    )


@dataclass(frozen=True)
class Cases:
    """Labelled images with probabilities, checked.

    Attributes
    ----------
    ids
        n unique names.
    labels_n
        Class index of each image, int64, never -1.
    probs_nc
        Probabilities, float64, rows summing to 1.
    classes
        The c class names.
    groups_n
        Lesion or patient of each image, or None when images count as independent.
    grouping
        What the groups are: the name of their column, or ``none``.
    columns
        Everything else known of the images, n rows: subgroups and the joined table's columns.
    images, splits
        Image path and split of each image.
    source
        The file they were read from.
    provenance
        Where the predictions come from, as far as the file says.
    notes
        What was left out or decided, one sentence each.
    """

    ids: tuple[str, ...]
    labels_n: np.ndarray
    probs_nc: np.ndarray
    classes: tuple[str, ...]
    groups_n: np.ndarray | None
    grouping: str
    columns: pd.DataFrame
    images: tuple[str, ...]
    splits: tuple[str, ...]
    source: Path
    provenance: dict[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        """Return the number of images."""
        return len(self.ids)

    def select(self, rows: np.ndarray) -> Cases:
        """Return the cases of a mask or of row numbers, in that order."""
        index = np.flatnonzero(rows) if np.asarray(rows).dtype == bool else np.asarray(rows)
        return replace(
            self,
            ids=tuple(self.ids[i] for i in index),
            labels_n=self.labels_n[index],
            probs_nc=self.probs_nc[index],
            groups_n=None if self.groups_n is None else self.groups_n[index],
            columns=self.columns.iloc[index].reset_index(drop=True),
            images=tuple(self.images[i] for i in index),
            splits=tuple(self.splits[i] for i in index),
        )

    def column(self, name: str) -> np.ndarray:
        """Return a column of the images, (n,) objects with None where it is empty.

        Raises
        ------
        CutisError
            If there is no such column.
        """
        import pandas as pd

        if name not in self.columns.columns:
            have = [str(c) for c in self.columns.columns]
            raise CutisError(
                f"The predictions {self.source} have no column '{name}'.",
                allowed=f"Columns: {', '.join(have) if have else 'none'}.",
                nearest=nearest_names(name, have),
                fix="join the table that has it with --data TABLE",
            )
        values = self.columns[name].to_numpy(dtype=object)
        return np.array([None if pd.isna(v) or v == "" else v for v in values], dtype=object)


def load_cases(config: CasesConfig) -> Cases:
    """Read the predictions that a verb's settings name, labelled images only.

    Raises
    ------
    CutisError
        If the file cannot be read, has no labels, impossible probabilities or repeated images, or
        the table to be joined lacks images.
    """
    return read_cases(config.predictions, config)


def read_cases(path: Path, config: JoinConfig) -> Cases:
    """Read one file of predictions with the settings of a verb; see :func:`load_cases`."""
    from cutis.analysis.joining import joined

    names = class_names(config.classes)
    predictions = read_predictions(path, names)
    cases = make_cases(predictions, Path(path))
    if config.data is not None:
        cases = joined(cases, config)
    if config.group_column is not None:
        groups = cases.column(config.group_column)
        cases = replace(cases, groups_n=groups, grouping=config.group_column)
    if config.split is not None and config.split != "all":
        cases = of_split(cases, config.split)
    return cases


def class_names(given: str | None) -> tuple[str, ...] | None:
    """Return class names given as ``a,b,c`` or as the name of a card."""
    from cutis.tasks.classes import parse_classes

    return None if given is None else parse_classes(given).names


def make_cases(predictions: Predictions, source: Path) -> Cases:
    """Check predictions and keep the labelled images.

    Parameters
    ----------
    predictions
        The table.
    source
        The file it was read from.

    Raises
    ------
    CutisError
        If no image has a label, an image comes twice, or a row is not probabilities.
    """
    from cutis.stats.arrays import check_classes, check_labels, check_probabilities

    labels, probs, table = predictions.labels_n, predictions.probs_nc, predictions.table
    ids = [str(name) for name in table["id"]]
    twice = [name for name, times in Counter(ids).items() if times > 1]
    if twice:
        raise CutisError(
            f"{source} has {len(ids) - len(set(ids))} repeated images; the first is '{twice[0]}'.",
            fix="keep one row per image",
        )
    known = labels >= 0
    if not known.any():
        raise CutisError(
            f"None of the {len(labels)} images of {source} has a label, so nothing can be judged.",
            fix="fill in true_label, or run on a table with labels",
        )
    try:
        check_classes(predictions.classes)
        check_labels(labels, len(predictions.classes))
        check_probabilities(probs, len(labels), len(predictions.classes))
    except ValueError as error:
        raise CutisError(f"{source}: {error}") from error
    groups = predictions.groups_n
    notes = _remarks(predictions, probs)
    cases = Cases(
        ids=tuple(ids),
        labels_n=labels,
        probs_nc=probs,
        classes=predictions.classes,
        groups_n=groups,
        grouping="none" if groups is None else _grouping(source),
        columns=table[list(predictions.subgroup_columns)].reset_index(drop=True),
        images=tuple(str(name) for name in table["image"]),
        splits=tuple("" if name is None else str(name) for name in table["split"]),
        source=source,
        provenance=dict(predictions.provenance),
        notes=notes,
    )
    if known.all():
        return cases
    left_out = f"{int((~known).sum())} of {len(labels)} images have no label and were left out."
    return replace(cases.select(known), notes=(*notes, left_out))


def _remarks(predictions: Predictions, probs_nc: np.ndarray) -> tuple[str, ...]:
    """Return what is odd about probabilities that are formally right."""
    notes = []
    differ = predictions.provenance.get("predicted_label_differs")
    if differ:
        notes.append(
            f"In {differ} of {len(probs_nc)} images predicted_label is not the class of the "
            "highest probability; the probabilities were judged. Ask whether the columns are in "
            "the order of the classes."
        )
    if len(probs_nc) > 1 and (probs_nc == probs_nc[0]).all():
        notes.append(
            "Every image has the same probabilities, so this is no prediction: the class of the "
            "highest one (the first of equals) is answered throughout."
        )
    return tuple(notes)


def of_split(cases: Cases, split: str) -> Cases:
    """Return the cases of one split.

    Raises
    ------
    CutisError
        If there is no such split.
    """
    have = sorted(set(cases.splits) - {""})
    if split not in have:
        raise CutisError(
            f"The predictions {cases.source} have no split '{split}'.",
            allowed=f"Splits: {', '.join(have) if have else 'none recorded'}, or all.",
            nearest=nearest_names(split, have),
        )
    return cases.select(np.array([name == split for name in cases.splits]))


def _grouping(source: Path) -> str:
    from cutis.runs import read_run

    folder = source if source.is_dir() else source.parent
    try:
        found = read_run(folder).get("dataset", {}).get("roles", {}).get("group")
    except CutisError:
        found = None
    return str(found or "group")
