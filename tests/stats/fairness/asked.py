"""Questions to test the parts of an audit with."""

from __future__ import annotations

from cutis.stats.clusters import make_clusters
from cutis.stats.estimate import Settings
from cutis.stats.fairness.decision import make_decision
from cutis.stats.fairness.question import Question, make_question
from tests.stats.fairness.people import CANCERS, CLASSES, People


def question(
    made: People,
    positive: bool = True,
    grouped: bool = True,
    n_bootstrap: int = 100,
    n_permutations: int = 99,
    min_groups: int = 20,
    seed: int = 0,
) -> Question:
    names = tuple(CLASSES)
    decision = make_decision(made.labels, made.probs, names, CANCERS, None) if positive else None
    grouping = "patient_id" if grouped else "none"
    return make_question(
        made.labels, made.probs, names,
        make_clusters(made.patients if grouped else None, made.labels.size), decision,
        Settings(n_bootstrap, seed=seed, grouping=grouping), min_groups, n_permutations,
    )  # fmt: skip
