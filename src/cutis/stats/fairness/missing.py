"""The missingness trap: whether a value was recorded may tell the diagnosis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np

from cutis.stats.clusters import Clusters
from cutis.stats.estimate import or_null
from cutis.stats.fairness.association import Association, associate
from cutis.stats.multiplicity import holm
from cutis.stats.subgroups import MISSING

# Fewer missing (or recorded) values than this say nothing either way.
FEW = 5
# A class counts as one-sided only where chance alone would have left about this many or more.
EXPECTED = 5.0
# Patterns that differ in fewer rows than this share of their missing values are one.
NEARLY = 0.05
ALPHA = 0.05
WEAK = 0.1


class Missingness(NamedTuple):
    """Where a value is missing, and what that says about the class.

    Attributes
    ----------
    columns
        The columns that are missing in exactly these rows.
    n_missing, n
        Images without the value, and images in all.
    per_class
        Class name to (images without, images).
    never_missing, always_missing
        Classes all of whose images have the value, or none, although chance would have left some.
    association
        Strength and test of the link between being missing and the class.
    p_holm
        The p-value of that test, corrected by Holm for the patterns that were tested; the verdict
        rests on it. NaN for a pattern of too few rows, which is not tested.
    auroc, about
        How well "is it missing?" alone finds the images of ``about`` (or of all others): the area
        under its ROC curve, at least 0.5.
    same_as
        Another column and the value it has in exactly these rows; empty if there is none.
    verdict
        ``leak`` (missingness tells the class), ``linked``, ``unrelated`` or ``few``.
    nearly
        Further columns that are missing in nearly the same rows.
    """

    columns: tuple[str, ...]
    n_missing: int
    n: int
    per_class: dict[str, tuple[int, int]]
    never_missing: tuple[str, ...]
    always_missing: tuple[str, ...]
    association: Association
    auroc: float
    about: str
    same_as: str
    verdict: Literal["leak", "linked", "unrelated", "few"]
    nearly: tuple[str, ...] = ()
    p_holm: float = float("nan")

    def to_json(self) -> dict[str, Any]:
        """Return the record as strict JSON values."""
        return {
            "columns": list(self.columns),
            "nearly": list(self.nearly),
            "n_missing": self.n_missing,
            "n": self.n,
            "per_class": {
                name: {"n": total, "n_missing": lost}
                for name, (lost, total) in self.per_class.items()
            },
            "never_missing": list(self.never_missing),
            "always_missing": list(self.always_missing),
            **self.association.to_json(),
            "p_holm": or_null(self.p_holm),
            "auroc": or_null(self.auroc),
            "auroc_about": self.about or None,
            "same_as": self.same_as or None,
            "verdict": self.verdict,
        }


def find_missing(
    columns: Mapping[str, np.ndarray],
    labels_n: np.ndarray,
    classes: Sequence[str],
    clusters: Clusters,
    positive_c: np.ndarray | None = None,
    n_permutations: int = 1000,
    seed: int = 0,
) -> list[Missingness]:
    """Judge every distinct pattern of missing values; columns that share one are judged once.

    Parameters
    ----------
    columns
        Column name to (n,) text, ``(missing)`` where there is no value.
    labels_n
        (n,) class index.
    classes
        The c class names.
    clusters
        The clusters of the rows.
    positive_c
        (c,) bool, the classes to be found; the area under the curve is then about them.
    n_permutations, seed
        Of the tests.

    Examples
    --------
    >>> from cutis.stats.clusters import make_clusters
    >>> labels = np.array([0, 1] * 20)
    >>> tone = np.where((labels == 0) & (np.arange(40) < 30), "(missing)", "II")
    >>> found = find_missing({"tone": tone}, labels, ["nevus", "cancer"], make_clusters(None, 40))
    >>> found[0].never_missing, found[0].verdict, round(found[0].auroc, 3)
    (('cancer',), 'leak', 0.875)
    """
    found: list[tuple[np.ndarray, list[str], list[str]]] = []
    for name, values_n in columns.items():
        mask_n = values_n == MISSING
        if not mask_n.any():
            continue
        for other_n, same, nearly in found:
            apart = int((mask_n ^ other_n).sum())
            if apart <= NEARLY * other_n.sum():
                (nearly if apart else same).append(name)
                break
        else:
            found.append((mask_n, [name], []))
    return _corrected([
        _judge(
            tuple(same), mask_n, _same_as(mask_n, columns, same), labels_n, classes, clusters,
            positive_c, n_permutations, seed,
        )._replace(nearly=tuple(nearly))
        for mask_n, same, nearly in found
    ])  # fmt: skip


def _corrected(found: Sequence[Missingness]) -> list[Missingness]:
    """Judge by p-values corrected over the patterns: among many columns one is linked by chance."""
    tested = [item.verdict != "few" for item in found]
    p_m = np.array(
        [x.association.p if yes else np.nan for x, yes in zip(found, tested, strict=True)]
    )
    out = []
    for item, yes, p in zip(found, tested, holm(p_m).tolist(), strict=True):
        verdict = item.verdict
        if yes and p < ALPHA and (item.never_missing or item.always_missing):
            verdict = "leak"
        elif yes and p < ALPHA and item.association.cramers_v >= WEAK:
            verdict = "linked"
        out.append(item._replace(p_holm=p, verdict=verdict))
    return out


def _judge(
    names: tuple[str, ...],
    mask_n: np.ndarray,
    same_as: str,
    labels_n: np.ndarray,
    classes: Sequence[str],
    clusters: Clusters,
    positive_c: np.ndarray | None,
    n_permutations: int,
    seed: int,
) -> Missingness:
    n, lost = mask_n.size, int(mask_n.sum())
    total_c = np.bincount(labels_n, minlength=len(classes))
    lost_c = np.bincount(labels_n[mask_n], minlength=len(classes))
    never = (lost_c == 0) & (total_c * lost / n >= EXPECTED)
    always = (lost_c == total_c) & (total_c * (1 - lost / n) >= EXPECTED)
    link = associate(mask_n.astype(np.int64), labels_n, clusters, n_permutations, seed)
    area, about = _best_area(mask_n, labels_n, classes, positive_c)
    few = min(lost, n - lost) < FEW
    return Missingness(
        names, lost, n,
        {str(k): (int(a), int(b)) for k, a, b in zip(classes, lost_c, total_c, strict=True) if b},
        _named(never, classes),
        _named(always, classes),
        link, area, about, same_as, "few" if few else "unrelated",
    )  # fmt: skip


def _best_area(
    mask_n: np.ndarray, labels_n: np.ndarray, classes: Sequence[str], positive_c: np.ndarray | None
) -> tuple[float, str]:
    """Return the area of the missing indicator for the positives, or its largest for any class."""
    if positive_c is not None:
        return _area(mask_n, positive_c[labels_n]), " or ".join(_named(positive_c, classes))
    found = [(_area(mask_n, labels_n == k), str(classes[k])) for k in np.unique(labels_n).tolist()]
    known = [item for item in found if not np.isnan(item[0])]
    return max(known, key=lambda item: item[0]) if known else (float("nan"), "")


def _named(chosen_c: np.ndarray, classes: Sequence[str]) -> tuple[str, ...]:
    return tuple(str(name) for name, yes in zip(classes, chosen_c, strict=True) if yes)


def _area(mask_n: np.ndarray, of_n: np.ndarray) -> float:
    if of_n.all() or not of_n.any():
        return float("nan")
    away = abs(float(mask_n[of_n].mean()) - float(mask_n[~of_n].mean()))
    return 0.5 + away / 2


def _same_as(mask_n: np.ndarray, columns: Mapping[str, np.ndarray], but: Sequence[str]) -> str:
    """Return "column = value" where another column has a value in exactly these rows."""
    for name, values_n in columns.items():
        if name in but or values_n.size == 0:
            continue
        value = values_n[mask_n][0]
        if value != MISSING and np.array_equal(values_n == value, mask_n):
            return f"{name} = {value}"
    return ""
