"""From readings to a fully crossed study: the cases that every reader read in every arm."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from cutis.clinical.readers.outcomes import is_positive, said_positive
from cutis.clinical.readers.table import MODEL, Readings
from cutis.errors import CutisError
from cutis.stats.readers.merit import Crossed, make_crossed

if TYPE_CHECKING:
    from cutis.clinical.readers.model_arm import Joined

FEWEST_CASES = 10
MeritName = Literal["accuracy", "balanced_accuracy", "sensitivity", "specificity", "auc"]


class CrossedStudy(NamedTuple):
    """A crossed study and what its axes are called.

    Attributes
    ----------
    study
        Scores and truth.
    arms, readers, cases
        Names along the axes of the scores.
    notes
        What was left out.
    """

    study: Crossed
    arms: list[str]
    readers: list[str]
    cases: list[str]
    notes: tuple[str, ...]


def cross(
    readings: Readings,
    merit: MeritName,
    positive: Sequence[str],
    arms: Sequence[str],
    with_model: bool = False,
    model: Joined | None = None,
) -> CrossedStudy:
    """Return the scores of the cases that all readers read in all arms.

    Parameters
    ----------
    readings
        Checked readings.
    merit
        Figure of merit; ``auc`` rates a case by the confidence in an answer that is positive,
        and by minus the confidence in one that is not.
    positive
        Classes that count as disease; needed by all but the accuracies.
    arms
        Arms to cross.
    with_model
        Whether the model comes along as the last reader of a single arm.
    model
        The model's probabilities: for ``auc`` its rating of a case is the sum of those of the
        positive classes. Without them it is rated like a reader.

    Raises
    ------
    CutisError
        If no truth is known, positive classes are needed, ratings lack confidence, or fewer than
        ten cases are common.
    """
    if merit not in ("accuracy", "balanced_accuracy") and not positive:
        raise CutisError(
            f"The figure of merit '{merit}' needs to know which classes are disease.",
            allowed=f"Classes: {', '.join(readings.classes)}.",
            fix="give --positive CLASS, or --merit accuracy",
        )
    people = readings.people
    _refuse_no_truth(readings, merit)
    grids = [_scores(readings, merit, arm, people, positive) for arm in arms]
    if with_model:
        if model is not None and merit == "auc":
            own = _summed(model, readings, positive)
        else:
            own = _scores(readings, merit, MODEL, [MODEL], positive)
        grids = [np.concatenate([grids[0], own])]
    stacked = np.stack(grids)
    truth = _truth(readings, merit, positive)
    common = np.isfinite(stacked).all(axis=(0, 1)) & np.isfinite(truth)
    n = int(common.sum())
    if n < FEWEST_CASES:
        raise CutisError(
            f"Only {n} cases were read by all {len(people)} readers in "
            f"{'all' if len(arms) > 1 else 'this'} arm{'s' if len(arms) > 1 else ''} "
            f"({', '.join(arms)}); the analysis of variance needs at least {FEWEST_CASES}.",
            allowed=f"Cases read by each: {_least(people, stacked)}.",
            fix="leave out the readers with the fewest by --drop-readers, or use cutis stats "
            "readers, which compares within readers",
        )
    total = len(readings.cases)
    notes = () if n == total else (f"{total - n} of {total} cases were not read by all readers "
                                   "in all arms and were left out.",)  # fmt: skip
    groups = readings.of_cases("group", readings.cases)[common] if readings.has_groups else None
    try:
        study = make_crossed(stacked[:, :, common], truth[common].astype(int), merit, groups)
    except ValueError as error:
        raise CutisError(str(error), fix="add cases, or choose another --merit") from error
    readers = [*people, MODEL] if with_model else people
    cases = [c for c, keep in zip(readings.cases, common, strict=True) if keep]
    return CrossedStudy(study, list(arms), readers, cases, notes)


def _refuse_no_truth(readings: Readings, merit: str) -> None:
    frame = readings.frame
    people = frame[frame["reader"] != MODEL]
    column = "correct" if merit == "accuracy" else "truth"
    if not people[column].notna().any():
        raise CutisError(
            f"The truth is missing: {readings.source} says of no case which answer is right, so "
            "readers have no figure of merit.",
            allowed="A column truth" + (" or correct." if column == "correct" else "."),
            fix="add the truth of every case, or see how far readers agree: cutis stats agreement",
        )


def _summed(model: Joined, readings: Readings, positive: Sequence[str]) -> np.ndarray:
    """Return the model's probability that a case is positive, (1, n); NaN without prediction."""
    index = [readings.classes.index(name) for name in positive]
    rating = dict(zip(model.cases, model.probs_nc[:, index].sum(axis=1), strict=True))
    return np.array([[rating.get(case, np.nan) for case in readings.cases]])


def _truth(readings: Readings, merit: str, positive: Sequence[str]) -> np.ndarray:
    if merit == "accuracy":
        return np.zeros(len(readings.cases))
    if merit == "balanced_accuracy":
        place = {name: float(i) for i, name in enumerate(readings.classes)}
        truth = readings.of_cases("truth", readings.cases)
        return np.array([place.get(t, np.nan) for t in truth])
    return is_positive(readings, readings.cases, positive)


def _scores(
    readings: Readings, merit: str, arm: str, readers: list[str], positive: Sequence[str]
) -> np.ndarray:
    if merit in ("accuracy", "balanced_accuracy"):
        return readings.grid("correct", arm, readers, readings.cases)
    said = said_positive(readings, arm, readers, readings.cases, positive)
    if merit != "auc":
        truth = is_positive(readings, readings.cases, positive)
        return np.where(np.isnan(said) | np.isnan(truth), np.nan, (said == truth).astype(float))
    confidence = readings.grid("confidence", arm, readers, readings.cases)
    lacking = np.isfinite(said) & ~np.isfinite(confidence)
    if lacking.all() or not np.isfinite(confidence).any():
        # Two levels only: the area is then the mean of sensitivity and specificity.
        return said
    if lacking.any():
        row, column = np.argwhere(lacking)[0]
        raise CutisError(
            f"{int(lacking.sum())} answers have no confidence in arm {arm}; the first is reader "
            f"'{readers[row]}', case '{readings.cases[column]}'.",
            allowed="An area under the curve needs a confidence with every answer, or with none.",
            fix="fill them in, or give --merit accuracy",
        )
    if float(np.nanmin(confidence)) < 0:
        raise CutisError(
            f"A confidence in arm {arm} is negative, so it cannot say how sure a reader was.",
            fix="use numbers from 0 (a guess) upwards",
        )
    return np.where(said == 1, confidence, -confidence)


def _least(people: list[str], stacked: np.ndarray) -> str:
    counts = np.isfinite(stacked).all(axis=0).sum(axis=1)
    order = np.argsort(counts)[:6]
    return ", ".join(f"{people[i] if i < len(people) else MODEL} {counts[i]}" for i in order)
