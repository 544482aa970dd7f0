"""Several files of predictions on the same cases, whatever their order of rows and classes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from cutis.analysis.cases import Cases, JoinConfig, read_cases
from cutis.errors import CutisError


def load_many(paths: Sequence[Path], config: JoinConfig, common: bool = False) -> list[Cases]:
    """Read several files of predictions and bring them to the cases and classes of the first.

    Parameters
    ----------
    paths
        Files or run directories.
    config
        Settings of the verb.
    common
        Keep the cases that all files have, instead of refusing different ones.

    Returns
    -------
    list of Cases
        One per file, with equal ids, labels, classes and groups.

    Raises
    ------
    CutisError
        If the files have different cases (without ``common``), classes or truths.
    """
    return align([read_cases(path, config) for path in paths], common)


def align(several: Sequence[Cases], common: bool = False) -> list[Cases]:
    """Bring cases read from several files to the cases and classes of the first.

    Classes are matched by name, in any order. A file whose classes have only numbers takes the
    names of one that has them, if every case has the same truth under the same number.

    Raises
    ------
    CutisError
        If there are different cases (without ``common``), classes or truths.
    """
    first = several[0]
    kept = _shared_ids(several, common)
    named = next((cases for cases in several if not is_numbered(cases)), first)
    aligned = [in_classes(_in_order(cases, kept), named.classes, named) for cases in several]
    _refuse_other_truth(aligned)
    groups = next((c for c in aligned if c.groups_n is not None), aligned[0])
    return [replace(c, groups_n=groups.groups_n, grouping=groups.grouping) for c in aligned]


def is_numbered(cases: Cases) -> bool:
    """Tell whether the classes have only the numbers that a published CSV gives them."""
    return all(name == f"class {i}" for i, name in enumerate(cases.classes))


def _shared_ids(several: Sequence[Cases], common: bool) -> list[str]:
    first = several[0]
    shared = set(first.ids).intersection(*(cases.ids for cases in several[1:]))
    kept = [name for name in first.ids if name in shared]
    for cases in several:
        extra = [name for name in cases.ids if name not in shared]
        if extra and (not common or not kept):
            alone = "" if kept else " No image is in all of the files."
            raise CutisError(
                f"The files do not have the same images: {len(kept)} are in all of them, and "
                f"{cases.source} has {len(extra)} more, the first '{extra[0]}'.{alone}",
                allowed="A paired comparison needs the same labelled images in every file.",
                fix="compare on the images they share with --common" if kept else None,
            )
    return kept


def _in_order(cases: Cases, ids: Sequence[str]) -> Cases:
    place = {name: i for i, name in enumerate(cases.ids)}
    return cases.select(np.array([place[name] for name in ids], dtype=np.int64))


def in_classes(cases: Cases, classes: tuple[str, ...], named: Cases) -> Cases:
    """Return cases with their classes in another order, or under the names of another file.

    Parameters
    ----------
    cases
        The cases to be changed.
    classes
        The classes wanted.
    named
        The cases these names come from, for messages.

    Raises
    ------
    CutisError
        If the classes are not the same ones.
    """
    if cases.classes == classes:
        return cases
    if is_numbered(cases) and len(cases.classes) == len(classes):
        note = f"The classes of {cases.source.name} have only numbers; they take the names of "
        return replace(
            cases, classes=classes, notes=(*cases.notes, f"{note}{named.source.name}, in order.")
        )
    if set(cases.classes) != set(classes):
        only = sorted(set(cases.classes) ^ set(classes))
        raise CutisError(
            f"{named.source} and {cases.source} have different classes; in one of them only: "
            f"{', '.join(only[:5])}.",
            allowed="The files must be predictions of the same classes, in any order.",
        )
    order = [cases.classes.index(name) for name in classes]
    back = np.argsort(order)
    return replace(
        cases, classes=classes, labels_n=back[cases.labels_n], probs_nc=cases.probs_nc[:, order]
    )


def _refuse_other_truth(aligned: Sequence[Cases]) -> None:
    first = aligned[0]
    for cases in aligned[1:]:
        other = np.flatnonzero(cases.labels_n != first.labels_n)
        if other.size:
            i = int(other[0])
            raise CutisError(
                f"{first.source} and {cases.source} disagree on the truth of {other.size} images; "
                f"the first is '{first.ids[i]}': {first.classes[first.labels_n[i]]} there, "
                f"{cases.classes[cases.labels_n[i]]} here.",
                allowed="If one file numbers its classes otherwise, name them with --classes or "
                "use files that carry names.",
            )
