"""One point of a learning curve: a share and a seed, what was fitted, and its answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from cutis.errors import CutisError
from cutis.tasks.probe.choosing import Fit, Rows, fit_best
from cutis.tasks.probe.subsets import draw_share, draw_shots

if TYPE_CHECKING:
    from cutis.data import Dataset
    from cutis.tasks.probe.config import ProbeConfig
    from cutis.tasks.probe.families import Family
    from cutis.tasks.probe.material import Material
    from cutis.tasks.probe.partition import Partition


class Point(NamedTuple):
    """What is learnt from: a share of the training rows or some per class, and a seed."""

    fraction: float | None
    shots: int | None
    seed: int

    @property
    def size_name(self) -> str:
        """Return the amount as a word, for names of files and rows of tables.

        Examples
        --------
        >>> Point(0.05, None, 1).size_name, Point(None, 4, 0).size_name
        ('fraction-0.05', 'shots-4')
        """
        return f"shots-{self.shots}" if self.shots else f"fraction-{self.fraction:g}"

    @property
    def name(self) -> str:
        """Return the amount and the seed as a word.

        Examples
        --------
        >>> Point(1.0, None, 3).name
        'fraction-1-seed-3'
        """
        return f"{self.size_name}-seed-{self.seed}"

    @property
    def words(self) -> str:
        """Return the amount for prose.

        Examples
        --------
        >>> Point(0.05, None, 0).words, Point(None, 1, 0).words
        ('5 % of the training rows', '1 image per class')
        """
        if self.shots:
            return f"{self.shots} image{'s' * (self.shots > 1)} per class"
        return f"{100 * (self.fraction or 0):g} % of the training rows"


@dataclass(frozen=True)
class PointResult:
    """What one point gave.

    Attributes
    ----------
    point
        Which.
    probs_tc
        Probabilities of the t tested rows that could be read, by c classes.
    n_train, n_train_groups, per_class
        Rows learnt from, their groups, and rows of each class; means over the folds.
    chosen
        What was chosen and how, for each turn.
    absent
        Classes without a training row in some turn.
    """

    point: Point
    probs_tc: np.ndarray
    n_train: float
    n_train_groups: float
    per_class: dict[str, float]
    chosen: list[dict[str, Any]] = field(default_factory=list)
    absent: tuple[str, ...] = ()


def all_points(config: ProbeConfig) -> list[Point]:
    """Return the points of a run, the run's own (most rows, first seed) first."""
    seeds = range(config.seed, config.seed + config.seeds)
    sizes: list[tuple[float | None, int | None]] = (
        [(None, shots) for shots in config.shots]
        if config.shots
        else [(fraction, None) for fraction in config.fractions]
    )
    return [Point(*size, seed) for size in reversed(sizes) for seed in seeds]


def draw_rows(
    point: Point, rows: np.ndarray, labels_n: np.ndarray, groups_n: np.ndarray, sampling: str
) -> np.ndarray:
    """Return the training rows of a point, of all those that may be learnt from.

    Parameters
    ----------
    point
        Which.
    rows
        Row numbers with a label.
    labels_n, groups_n
        Of the whole dataset.
    sampling
        How a share is drawn.

    Raises
    ------
    CutisError
        If fewer than two classes remain.
    """
    labels, groups = labels_n[rows], groups_n[rows]
    drawn: np.ndarray = rows
    if point.shots:
        units = groups if sampling == "grouped" else np.arange(len(rows))
        drawn = rows[draw_shots(labels, units, point.shots, point.seed)]
    elif point.fraction != 1 or sampling not in ("grouped", "stratified"):
        share = point.fraction or 1.0
        drawn = rows[draw_share(sampling, labels, groups, share, point.seed)]
    if len(np.unique(labels_n[drawn])) < 2:
        raise CutisError(
            f"{point.words[:1].upper()}{point.words[1:]} "
            f"({len(drawn)} of {len(rows)}, sampling '{sampling}', seed {point.seed}) hold fewer "
            "than two classes, so there is nothing to tell apart.",
            fix="take a larger share, or --sampling grouped, which keeps every class",
        )
    return drawn


def run_point(
    point: Point,
    dataset: Dataset,
    partition: Partition,
    material: Material,
    family: Family,
    sampling: str,
) -> tuple[PointResult, Fit]:
    """Fit every turn of a point and answer its tested rows; also return the last fit.

    Raises
    ------
    CutisError
        If too few training rows are left.
    """
    from cutis.tasks.probe.partition import group_names

    groups = group_names(dataset)
    tested = material.readable(partition.tested)
    place = np.full(len(dataset), -1, np.int64)
    place[tested] = np.arange(len(tested))
    n_classes = len(dataset.classes)
    probs_tc = np.zeros((len(tested), n_classes))
    chosen, counts = [], []
    n_groups = 0
    for turn in partition.turns:
        drawn = draw_rows(point, turn.train, dataset.labels, groups, sampling)
        train = _rows(material.readable(drawn), dataset, material, groups)
        _refuse_one_class(train, point)
        val_rows = material.readable(turn.val)
        val = _rows(val_rows, dataset, material, groups) if len(val_rows) else None
        fit = fit_best(family, train, val, point.seed)
        rows = material.readable(turn.test)
        if len(rows):
            probs_tc[place[rows]] = fit.probe.probabilities(material.of(rows))
        chosen.append(fit.chosen)
        counts.append(np.bincount(train.y_n, minlength=n_classes))
        n_groups += len(set(train.groups_n.tolist()))
    return _result(point, dataset, probs_tc, chosen, np.array(counts), n_groups), fit


def _result(
    point: Point,
    dataset: Dataset,
    probs_tc: np.ndarray,
    chosen: list[dict[str, Any]],
    counts_fc: np.ndarray,
    n_groups: int,
) -> PointResult:
    mean_c = counts_fc.mean(axis=0)
    absent_c = (counts_fc == 0).any(axis=0)
    return PointResult(
        point=point,
        probs_tc=probs_tc,
        n_train=float(mean_c.sum()),
        n_train_groups=n_groups / len(counts_fc),
        per_class=dict(zip(dataset.classes, map(float, mean_c), strict=True)),
        chosen=chosen,
        absent=tuple(
            name for name, is_absent in zip(dataset.classes, absent_c, strict=True) if is_absent
        ),
    )


def _rows(rows: np.ndarray, dataset: Dataset, material: Material, groups_n: np.ndarray) -> Rows:
    return Rows(material.of(rows), dataset.labels[rows], groups_n[rows])


def _refuse_one_class(train: Rows, point: Point) -> None:
    if len(np.unique(train.y_n)) < 2:
        raise CutisError(
            f"Of {point.words}, the {len(train.y_n)} images that can be read hold fewer than two "
            "classes.",
            fix="cutis data check --data TABLE lists unreadable images",
        )


def fit_for_use(
    point: Point, dataset: Dataset, material: Material, family: Family, sampling: str
) -> Fit:
    """Fit on all labelled rows, for use on new images; the numbers of folds are not of this fit."""
    from cutis.tasks.probe.partition import group_names

    groups = group_names(dataset)
    rows = np.flatnonzero(dataset.labels >= 0)
    drawn = material.readable(draw_rows(point, rows, dataset.labels, groups, sampling))
    return fit_best(family, _rows(drawn, dataset, material, groups), None, point.seed)
