"""The same metrics within parts of the data: by sex, age, site, skin tone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from cutis.stats.clusters import Clusters
from cutis.stats.estimate import Estimate, Settings
from cutis.stats.estimation import estimate_sample
from cutis.stats.measures import Sample

MISSING = "(missing)"


class Subgroup(NamedTuple):
    """One part of the data.

    Attributes
    ----------
    n, n_groups
        Images and clusters in it.
    metrics
        Metric name to estimate, or None when the part is too small to be shown.
    note
        Why metrics are missing, or which classes the part lacks; may be empty.
    """

    n: int
    n_groups: int
    metrics: dict[str, Estimate] | None
    note: str

    def to_json(self) -> dict[str, Any]:
        """Return the record as strict JSON values."""
        shown = self.metrics
        return {
            "n": self.n,
            "n_groups": self.n_groups,
            "metrics": None if shown is None else {k: v.to_json() for k, v in shown.items()},
            "note": self.note,
        }


def subgroup_values(values_n: ArrayLike) -> np.ndarray:
    """Return each row's subgroup as text, ``(missing)`` where there is none.

    Whole numbers lose their ``.0``. Cut ages and other measurements into bands beforehand.

    Examples
    --------
    >>> subgroup_values(["male", None, "female"]).tolist()
    ['male', '(missing)', 'female']
    >>> subgroup_values([1.0, 2.0, float("nan")]).tolist()
    ['1', '2', '(missing)']
    """
    return np.array([_text(value) for value in np.asarray(values_n).tolist()], dtype=object)


def _text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = str(value).strip()
    return MISSING if text in ("", "<NA>", "nan", "NaN", "NaT", "None") else text


def estimate_subgroups(
    sample: Sample,
    clusters: Clusters,
    classes: Sequence[str],
    values_n: np.ndarray,
    settings: Settings,
    min_groups: int,
) -> dict[str, Subgroup]:
    """Estimate all metrics in each part of the data.

    Parameters
    ----------
    sample, clusters, classes
        The whole sample.
    values_n
        (n,) text, the part each row belongs to (see :func:`subgroup_values`).
    settings
        How intervals are made.
    min_groups
        Parts with fewer clusters than this are counted but not measured.

    Returns
    -------
    Part name to result, in natural order with the missing last.

    Examples
    --------
    >>> from cutis.stats.clusters import make_clusters
    >>> from cutis.stats.measures import make_sample
    >>> sample = make_sample(np.array([0, 1, 1]), np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8]]))
    >>> parts = estimate_subgroups(sample, make_clusters(None, 3), ["a", "b"],
    ...                            np.array(["f", "f", "m"]), Settings(n_bootstrap=0), 2)
    >>> parts["f"].metrics["accuracy"].value, parts["m"].note
    (0.5, 'fewer than 2 images')
    """
    parts = sorted(set(values_n.tolist()), key=natural_order)
    return {
        part: _estimate_part(sample, clusters, classes, values_n == part, settings, min_groups)
        for part in parts
    }


def natural_order(part: str) -> tuple[bool, float, str]:
    """Return what to sort parts by: a leading number, "under 30" first; the missing last.

    Examples
    --------
    >>> sorted([MISSING, "100", "30 to 49", "under 30"], key=natural_order)
    ['under 30', '30 to 49', '100', '(missing)']
    """
    found = re.match(r"(under |<)?\s*(\d+)", part)
    number = float("inf") if found is None else float(found[2]) - (0.5 if found[1] else 0.0)
    return part == MISSING, number, part


def _estimate_part(
    sample: Sample,
    clusters: Clusters,
    classes: Sequence[str],
    rows: np.ndarray,
    settings: Settings,
    min_groups: int,
) -> Subgroup:
    inside = clusters.select(rows)
    n = int(rows.sum())
    unit = f"groups ({settings.grouping})" if inside.grouped else "images"
    if inside.n_groups < min_groups:
        return Subgroup(n, inside.n_groups, None, f"fewer than {min_groups} {unit}")
    present = np.unique(sample.labels_n[rows])
    if present.size < 2:
        only = classes[int(present[0])]
        return Subgroup(n, inside.n_groups, None, f"every image is of one class, {only}")
    metrics = estimate_sample(sample.select(rows), inside, classes, settings).metrics
    overall = set(np.unique(sample.labels_n).tolist())
    lacking = [str(classes[k]) for k in sorted(overall - set(present.tolist()))]
    note = "has no images of " + ", ".join(lacking) if lacking else ""
    return Subgroup(n, inside.n_groups, metrics, note)
