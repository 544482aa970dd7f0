"""Cases to fit on and cases to judge on, that share no image and no lesion."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from cutis.analysis.aligning import in_classes, is_numbered
from cutis.analysis.cases import Cases, CasesConfig, read_cases
from cutis.errors import CutisError, nearest_names


class HeldOut(NamedTuple):
    """Two sets of cases.

    Attributes
    ----------
    fit
        Cases on which something is fitted.
    judged
        Cases on which it is judged, with none of their images or groups among the first.
    named
        What the first are called: a file's or a split's name.
    """

    fit: Cases
    judged: Cases
    named: str


def hold_out(config: CasesConfig, given: str, flag: str) -> HeldOut:
    """Find the cases to fit on, a second file or a split of the first, and the cases to judge on.

    With a split's name, the others of the file are judged: those of ``--split``, else all that are
    not of the named split.

    Parameters
    ----------
    config
        Settings of the verb.
    given
        A file of predictions, a run directory, or the name of a split.
    flag
        The option that held it, for messages.

    Raises
    ------
    CutisError
        If there is neither such a file nor such a split, or the two sets share images or groups.
    """
    path = Path(given)
    if path.exists():
        judged = read_cases(config.predictions, config)
        fit = read_cases(path, config.model_copy(update={"split": None}))
        _refuse_numbers_for_names(fit, judged, config, flag)
        fit, named = in_classes(fit, judged.classes, judged), path.name
        kept = [*judged.notes, *(f"{flag} {path.name}: {note}" for note in fit.notes)]
        judged = replace(judged, notes=tuple(dict.fromkeys(kept)))
    else:
        fit, judged = _by_split(config, given, flag)
        named = f"split {given}"
    _refuse_shared_images(fit, judged, flag)
    _refuse_shared_groups(fit, judged, flag)
    return HeldOut(fit, judged, named)


def _refuse_numbers_for_names(fit: Cases, judged: Cases, config: CasesConfig, flag: str) -> None:
    """Refuse to guess which number is which class: other images cannot tell a wrong order."""
    if config.classes is not None or is_numbered(fit) == is_numbered(judged):
        return
    numbered, other = (fit, judged) if is_numbered(fit) else (judged, fit)
    raise CutisError(
        f"The classes of {numbered.source} have only numbers and those of {other.source} have "
        f"names; whether they are in the same order cannot be told ({flag}).",
        allowed=f"The names are {', '.join(other.classes)}.",
        fix=f"--classes with the names in the order of the numbers, such as "
        f"{shlex.quote(','.join(other.classes))}",
    )


def _by_split(config: CasesConfig, split: str, flag: str) -> tuple[Cases, Cases]:
    everything = read_cases(config.predictions, config.model_copy(update={"split": None}))
    have = sorted(set(everything.splits) - {""})
    if split not in have:
        raise CutisError(
            f"{flag} is '{split}', which is neither a file nor a split of {everything.source}.",
            allowed=f"Splits: {', '.join(have) if have else 'none recorded'}.",
            nearest=nearest_names(split, have),
            fix=f"{flag} FILE with the predictions of validation images",
        )
    of_fit = np.array([name == split for name in everything.splits])
    wanted = ~of_fit
    if config.split not in (None, "all"):
        wanted = np.array([name == config.split for name in everything.splits])
    if not wanted.any():
        raise CutisError(
            f"All images of {everything.source} are of the split '{split}'; none is left to judge "
            "on." if config.split is None else
            f"The predictions {everything.source} have no split '{config.split}'.",
            allowed=f"Splits: {', '.join(have)}.",
            fix=f"{flag} FILE with the predictions of other images",
        )  # fmt: skip
    return everything.select(of_fit), everything.select(wanted)


def _refuse_shared_images(fit: Cases, judged: Cases, flag: str) -> None:
    shared = sorted(set(fit.ids) & set(judged.ids))
    if shared:
        raise CutisError(
            f"{len(shared)} of the {len(fit)} images to fit on are also to be judged on; the first "
            f"is '{shared[0]}'. Fitted and judged on the same images, any number looks good.",
            fix=f"{flag} a file or split of other images",
        )


def _refuse_shared_groups(fit: Cases, judged: Cases, flag: str) -> None:
    if fit.groups_n is None or judged.groups_n is None:
        return
    shared = sorted(_names(fit.groups_n) & _names(judged.groups_n))
    if shared:
        raise CutisError(
            f"{len(shared)} groups ({judged.grouping}) have images among those to fit on and among "
            f"those to be judged on; the first is '{shared[0]}'.",
            fix=f"{flag} images of other groups, for example a split made by 'cutis data split'",
        )


def _names(groups_n: np.ndarray) -> set[str]:
    return {str(g) for g in groups_n if g is not None and str(g).strip() not in ("", "nan", "<NA>")}
