"""What every report says of subgroups: gaps with intervals, and values whose absence tells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from cutis.stats.clusters import Clusters
from cutis.stats.estimate import Settings
from cutis.stats.fairness.column_gaps import gap_of_each_rate
from cutis.stats.fairness.missing import find_missing
from cutis.stats.fairness.mix import class_mix
from cutis.stats.fairness.part_rates import known_parts
from cutis.stats.fairness.partition import make_partition
from cutis.stats.fairness.question import Question, make_question
from cutis.stats.fairness.replicates import group_rates
from cutis.stats.subgroups import MISSING

BRIEF = ("accuracy", "balanced_accuracy")
PERMUTATIONS = 199


def brief_audit(
    labels_n: np.ndarray,
    probs_nc: np.ndarray,
    classes: Sequence[str],
    columns: Mapping[str, np.ndarray],
    clusters: Clusters,
    settings: Settings,
    min_groups: int,
) -> dict[str, Any]:
    """Return the keys ``subgroup_gaps`` and ``missing_values`` of ``metrics.json``.

    Parameters
    ----------
    labels_n, probs_nc
        (n,) class indices and (n, c) probabilities.
    classes
        The c class names.
    columns
        Column name to (n,) text, ``(missing)`` where unknown.
    clusters, settings
        The clusters of the rows, and how intervals are made.
    min_groups
        Subgroups with fewer clusters take no part.

    Examples
    --------
    >>> from cutis.stats.clusters import make_clusters
    >>> labels = np.tile([0, 1], 40)
    >>> probs = np.where(np.arange(80)[:, None] % 4 == 3, [0.9, 0.1], np.eye(2)[labels])
    >>> found = brief_audit(labels, probs, ["a", "b"], {"sex": np.repeat(["f", "m"], 40)},
    ...                     make_clusters(None, 80), Settings(n_bootstrap=50), 20)
    >>> found["subgroup_gaps"]["sex"]["crude"]["accuracy"]["difference"]["value"]
    0.0
    """
    question = make_question(
        labels_n, probs_nc, classes, clusters, None, settings, min_groups, PERMUTATIONS
    )
    missing = find_missing(columns, labels_n, classes, clusters, None, PERMUTATIONS, settings.seed)
    return {
        "subgroup_gaps": {name: _gaps(question, values) for name, values in columns.items()},
        "missing_values": [item.to_json() for item in missing],
    }


def _gaps(question: Question, values_n: np.ndarray) -> dict[str, Any]:
    partition = make_partition(values_n)
    sizes_g = partition.cluster_sizes(question.clusters)
    compared_g = (sizes_g >= question.min_groups) & (np.array(partition.names) != MISSING)
    names = [name for name, yes in zip(partition.names, compared_g, strict=True) if yes]
    if len(names) < 2:
        return {"compared": names, "crude": {}, "standardised": {}, "class_mix": None}
    mix = class_mix(
        question.labels_n, partition, compared_g, question.clusters, len(question.classes),
        PERMUTATIONS, question.settings.seed,
    )  # fmt: skip
    found = group_rates(question, partition, mix.target_c)
    known = {rate: known_parts(question, partition, compared_g, rate) for rate in BRIEF}
    record: dict[str, Any] = {"compared": names}
    for kind, values, replicates in (
        ("crude", found.crude, found.crude_replicates),
        ("standardised", found.standardised, found.standardised_replicates),
    ):
        chosen = {rate: values[rate] for rate in BRIEF}
        usable = kind == "crude" or mix.target_c.sum() > 0
        among = {rate: known_g & usable for rate, known_g in known.items()}
        gaps = gap_of_each_rate(question, partition, chosen, replicates, among)
        record[kind] = {rate: gap.to_json() for rate, gap in gaps.items()}
    return record | {"class_mix": mix.to_json(partition.names, question.classes)}
