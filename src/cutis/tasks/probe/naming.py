"""What a probe is called."""

from __future__ import annotations

from cutis.tasks.probe.config import ProbeConfig
from cutis.tasks.probe.points import Point

TITLES = {
    "mean": "nearest class mean",
    "cache": "zero-shot with a cache of examples",
}


def probe_label(config: ProbeConfig) -> str:
    """Return the method in words.

    Examples
    --------
    >>> from pathlib import Path
    >>> probe_label(ProbeConfig(data=Path("t.csv"), output=Path("r")))
    'linear probe (standard)'
    """
    if config.method == "linear":
        return f"linear probe ({'PanDerm' if config.protocol == 'panderm' else 'standard'})"
    if config.method == "knn":
        return f"nearest neighbours ({config.votes} votes)"
    return TITLES[config.method]


def training_words(config: ProbeConfig, point: Point) -> str:
    """Return how much was learnt from and how that was drawn, in words.

    Examples
    --------
    >>> from pathlib import Path
    >>> settings = ProbeConfig(data=Path("t.csv"), output=Path("r"), fractions=(0.1,))
    >>> training_words(settings, Point(0.1, None, 0))
    '10 % of the training rows (grouped)'
    """
    if point.fraction == 1 and config.sampling in ("grouped", "stratified"):
        text = "all training rows"
    else:
        text = f"{point.words} ({config.sampling})"
    return text if config.folds is None else f"{text}, {config.folds} folds"
