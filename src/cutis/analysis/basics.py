"""What every analysis of one file of predictions does first, and says of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cutis.analysis.cases import Cases, JoinConfig
from cutis.errors import CutisError

if TYPE_CHECKING:
    from cutis.stats.clusters import Clusters
    from cutis.stats.estimate import Settings


def settings_of(cases: Cases, config: JoinConfig) -> Settings:
    """Return how the intervals of these cases are made."""
    from cutis.stats.estimate import Settings

    return Settings(
        config.n_bootstrap, config.confidence, config.seed, "percentile", cases.grouping
    )


def clusters_of(cases: Cases) -> Clusters:
    """Return the clusters of these cases."""
    from cutis.stats.clusters import make_clusters

    return make_clusters(cases.groups_n, len(cases))


def facts(cases: Cases, config: JoinConfig, kind: str) -> dict[str, Any]:
    """Return the first keys of a ``result.json``: what was analysed, and how.

    Parameters
    ----------
    cases
        The cases.
    config
        Settings of the verb.
    kind
        Name and number of the format.
    """
    return {
        "format": kind,
        "source": cases.source.name,
        "n": len(cases),
        "n_groups": clusters_of(cases).n_groups,
        "grouping": cases.grouping,
        "classes": list(cases.classes),
        "per_class": {
            name: int((cases.labels_n == k).sum()) for k, name in enumerate(cases.classes)
        },
        "confidence": config.confidence,
        "n_bootstrap": config.n_bootstrap,
        "seed": config.seed,
        "notes": [*cases.notes, *_grouping_note(cases)],
    }


def _grouping_note(cases: Cases) -> list[str]:
    if cases.grouping != "none":
        return []
    return [
        "No column of lesions or patients is known, so images count as independent: the intervals "
        "are too narrow if some show the same lesion."
    ]


def counted(result: dict[str, Any]) -> str:
    """Return how many images and groups an analysis rests on.

    Examples
    --------
    >>> counted({"n": 40, "n_groups": 20, "grouping": "lesion_id", "classes": ["a", "b"]})
    '40 images, 2 classes, 20 groups by lesion_id.'
    """
    grouped = result["grouping"] != "none"
    unit = f"{result['n_groups']} groups by {result['grouping']}" if grouped else "ungrouped"
    return f"{result['n']} images, {len(result['classes'])} classes, {unit}."


def record_text(record: dict[str, Any], places: int = 3) -> str:
    """Return a record as text.

    Examples
    --------
    >>> record_text({"value": 0.51, "low": 0.4, "high": 0.6})
    '0.510 (0.400 to 0.600)'
    >>> record_text({"value": None, "low": None, "high": None})
    'undefined'
    """
    if record["value"] is None:
        return "undefined"
    if record["low"] is None:
        return f"{record['value']:.{places}f}"
    return (
        f"{record['value']:.{places}f} ({record['low']:.{places}f} to {record['high']:.{places}f})"
    )


def numbers(text: str, flag: str) -> list[float]:
    """Return numbers given as ``0.5,0.8``.

    Raises
    ------
    CutisError
        If there is none, or a part is not a number.

    Examples
    --------
    >>> numbers("0.5, 0.8", "--coverages")
    [0.5, 0.8]
    """
    try:
        found = [float(part) for part in text.split(",") if part.strip()]
    except ValueError:
        found = []
    if not found:
        raise CutisError(
            f"{flag} is '{text}', which is not a list of numbers.", fix=f"{flag} 0.5,0.8"
        )
    return found
