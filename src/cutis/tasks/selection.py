"""Which rows are evaluated, between which classes, and when there is nothing to evaluate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cutis.errors import CutisError

if TYPE_CHECKING:
    from cutis.data import Dataset
    from cutis.tasks.classes import ClassList

ALL_ROWS = "all"


def choose_rows(dataset: Dataset, split: str | None) -> Dataset:
    """Return the rows to evaluate: the named split, else ``test`` where there is one, else all.

    Raises
    ------
    CutisError
        If the split is not in the table.
    """
    if dataset.splits is None:
        if split not in (None, ALL_ROWS):
            raise CutisError(
                f"There is no split '{split}': {dataset.source.name} has no split column.",
                fix="leave --split out, or name the column with --split-column",
            )
        return dataset
    present = sorted({str(s) for s in dataset.splits})
    if split is None:
        split = "test" if "test" in present else ALL_ROWS
    if split == ALL_ROWS:
        return dataset
    if split not in present:
        raise CutisError(
            f"There is no split '{split}' in {dataset.source.name}.",
            allowed=f"Its splits are {', '.join(present)}; 'all' takes every row.",
            fix=f"--split {present[0]}",
        )
    return dataset.split(split)


def choose_classes(dataset: Dataset, given: str | None) -> ClassList:
    """Return the classes to choose between: those given, else the dataset's own.

    Raises
    ------
    CutisError
        If there are fewer than two, or another number than the labels need.
    """
    from cutis.tasks.classes import check, parse_classes

    if given is None:
        _refuse_numbers(dataset)
        synonyms = {c.name: tuple(c.synonyms) for c in dataset.card.classes}
        return check(dataset.classes, synonyms, f"dataset {dataset.name}")
    classes = parse_classes(given)
    if dataset.classes and len(classes.names) != len(dataset.classes):
        raise CutisError(
            f"{len(classes.names)} class names were given, the labels of "
            f"{dataset.source.name} have {len(dataset.classes)} classes "
            f"({', '.join(dataset.classes)}).",
            fix="give one name per class, in label order",
        )
    return classes


def _refuse_numbers(dataset: Dataset) -> None:
    if dataset.classes and all(name.lstrip("-").isdigit() for name in dataset.classes):
        raise CutisError(
            f"The classes of {dataset.source.name} are only numbered "
            f"({', '.join(dataset.classes[:5])}), and a prompt needs names.",
            allowed="Names come from --classes, from a dataset card, or from a column such as "
            "'diag' beside the numbers.",
            fix="--classes NAME_OF_0,NAME_OF_1,... (in label order)",
        )


def refuse_single_class(dataset: Dataset) -> None:
    """Refuse labelled rows that all have the same label: nothing can be measured on them.

    Raises
    ------
    CutisError
        If exactly one class has labelled rows.
    """
    present = np.unique(dataset.labels[dataset.labels >= 0])
    if len(present) == 1:
        name = dataset.classes[int(present[0])]
        raise CutisError(
            f"Every labelled row to evaluate is '{name}': sensitivity, specificity and AUROC "
            "need at least two classes.",
            fix="evaluate more rows (--split all), or use 'cutis predict' for diagnoses alone",
        )


def refuse_no_files(dataset: Dataset) -> None:
    """Refuse a dataset none of whose image files is there, before a model is loaded.

    Raises
    ------
    CutisError
        If no row has an image file.
    """
    if len(dataset) and not any(path.is_file() for path in dataset.image_paths):
        raise CutisError(
            f"None of the {len(dataset)} images is in {dataset.root} "
            f"(looked for {dataset.image_paths[0].name} first).",
            fix="give the folder of the pictures with --images FOLDER; with several tables once "
            "for each table in their order, 'auto' for the default",
        )
