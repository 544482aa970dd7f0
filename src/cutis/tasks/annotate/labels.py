"""Expert answers from a table: every concept finds its column by name, never by position."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from cutis.errors import CutisError, nearest_names

if TYPE_CHECKING:
    from cutis.data import Dataset
    from cutis.prompts import Concept, ConceptSet

UNFIT = "do_not_consider_this_image"


class ConceptLabels(NamedTuple):
    """Answers of experts.

    Attributes
    ----------
    labels_nk
        (n, k) 1 there, 0 not there, NaN nobody said; a column of NaN for a concept without one.
    columns
        Concept to the column its answers are in; without those that have none.
    notes
        What could not be paired.
    """

    labels_nk: np.ndarray
    columns: dict[str, str]
    notes: tuple[str, ...]


def read_concept_labels(dataset: Dataset, concepts: ConceptSet) -> ConceptLabels:
    """Return the answers of a table to every concept.

    A column is a concept's when it is called like one of its columns, its id or its label, without
    regard to case and punctuation.

    Raises
    ------
    CutisError
        If two columns are called alike or two concepts claim one column, or a cell says neither
        yes nor no.
    """
    names = [str(column) for column in dataset.table.columns]
    by_fold = _by_folded_name(names, concepts)
    labels_nk = np.full((len(dataset), len(concepts.concepts)), np.nan)
    columns: dict[str, str] = {}
    for i, concept in enumerate(concepts.concepts):
        column = next((by_fold[key] for key in concept.columns() if key in by_fold), None)
        if column is not None:
            columns[concept.id] = column
            labels_nk[:, i] = _read(dataset, concept, column)
    missing = [c.id for c in concepts.concepts if c.id not in columns]
    return ConceptLabels(labels_nk, columns, tuple(_lacking(missing, names, set(columns.values()))))


def _by_folded_name(names: list[str], concepts: ConceptSet) -> dict[str, str]:
    from cutis.prompts import folded_name

    wanted = {key for concept in concepts.concepts for key in concept.columns()}
    found: dict[str, str] = {}
    for name in names:
        key = folded_name(name)
        if key in wanted and key in found:
            raise CutisError(
                f"The columns '{found[key]}' and '{name}' are called alike, so nothing tells which "
                "of them holds the concept.",
                fix="rename one of them",
            )
        found[key] = name
    return found


def _read(dataset: Dataset, concept: Concept, column: str) -> np.ndarray:
    from cutis.prompts import folded_name, read_labels

    rules = [r for r in concept.rules if folded_name(r.column) == folded_name(column)]
    try:
        return read_labels(dataset.table[column].tolist(), rules)
    except ValueError as error:
        raise CutisError(
            f"The column '{column}' of {dataset.source.name} cannot be read as the concept "
            f"'{concept.id}': {error}",
            allowed="A column holds 0 and 1, yes and no, present and absent, or what the concept's "
            "'columns' in a YAML file of concepts say.",
            fix="leave the concept out with --only, or state its values in a file for --concepts",
        ) from error


def _lacking(missing: list[str], names: list[str], used: set[str]) -> list[str]:
    """Say which concepts have no column, with the column that might have been meant."""
    free = [name for name in names if name not in used]
    near = {name: nearest_names(name, free, 1) for name in missing}
    notes = []
    plain = [name for name in missing if not near[name]]
    if plain:
        shown = ", ".join(plain[:8]) + (f" and {len(plain) - 8} more" if len(plain) > 8 else "")
        notes.append(f"No column of the table holds answers to: {shown}; these are scored only.")
    for name in missing:
        if near[name]:
            notes.append(
                f"No column of the table is called '{name}', so it is scored only; is "
                f"'{near[name][0]}' meant? Then rename that column."
            )
    return notes


def drop_unfit(dataset: Dataset) -> tuple[Dataset, tuple[str, ...]]:
    """Leave out the rows that SkinCon marks 'Do not consider this image'.

    Returns
    -------
    The other rows, and a sentence that says how many were left out.
    """
    from cutis.prompts import folded_name, read_labels

    column = next((c for c in dataset.table.columns if folded_name(str(c)) == UNFIT), None)
    if column is None:
        return dataset, ()
    try:
        unfit = read_labels(dataset.table[column].tolist()) == 1
    except ValueError as error:
        raise CutisError(
            f"The column '{column}' of {dataset.source.name} cannot be read: {error}",
            allowed="It holds 1 for images to leave out and 0 for the others.",
            fix="correct the column, or rename it",
        ) from error
    if not unfit.any():
        return dataset, ()
    note = f"{int(unfit.sum())} images are marked '{column}' and were left out."
    return dataset.select(~unfit), (note,)
