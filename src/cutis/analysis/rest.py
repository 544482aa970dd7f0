"""Several classes as two: one class against all others."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from cutis.analysis.cases import Cases
from cutis.errors import CutisError, nearest_names


def class_index(cases: Cases, name: str) -> int:
    """Return the place of a class given by name or by number.

    Raises
    ------
    CutisError
        If there is no such class.
    """
    folded = [c.casefold() for c in cases.classes]
    if name.casefold() in folded:
        return folded.index(name.casefold())
    if name.isdigit() and int(name) < len(cases.classes):
        return int(name)
    raise CutisError(
        f"There is no class '{name}'.",
        allowed=f"The classes are {', '.join(cases.classes)}.",
        nearest=nearest_names(name, list(cases.classes)),
    )


def against_rest(cases: Cases, positive: str) -> Cases:
    """Return the cases as a two-class problem, the named class being the positive one.

    Its probability is kept, the others' are added up; an image counts as answered positive when
    its probability is above one half.

    Raises
    ------
    CutisError
        If there is no such class.
    """
    k = class_index(cases, positive)
    p_n = cases.probs_nc[:, k]
    others = [c for i, c in enumerate(cases.classes) if i != k]
    rest = others[0] if len(others) == 1 else f"not {cases.classes[k]}"
    return replace(
        cases,
        classes=(rest, cases.classes[k]),
        labels_n=(cases.labels_n == k).astype(np.int64),
        probs_nc=np.stack([1 - p_n, p_n], axis=1),
    )
