"""What is known of leaks into an evaluation: the one question that other verbs ask of audits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cutis.tasks.overlap.audits import Audit, Digests, digests_of, known_audits

if TYPE_CHECKING:
    from cutis.data import Dataset
    from cutis.models import Model


@dataclass(frozen=True)
class KnownOverlap:
    """What audits say of the n rows of a dataset.

    Attributes
    ----------
    flagged_n
        Rows that have a copy in training data, bool.
    searched_n
        Rows that an audit covered, bool; of the others nothing is known.
    audits
        Keys of the audits.
    reasons
        What was compared with what, a sentence each.
    """

    flagged_n: np.ndarray
    searched_n: np.ndarray
    audits: tuple[str, ...]
    reasons: tuple[str, ...]

    @property
    def count(self) -> int:
        """Number of rows with a copy in training data."""
        return int(self.flagged_n.sum())

    def rows(self, rows: np.ndarray) -> KnownOverlap:
        """Return what is known of some of the rows, such as those that could be read."""
        return KnownOverlap(self.flagged_n[rows], self.searched_n[rows], self.audits, self.reasons)

    def line(self) -> str:
        """Say it in one line, for the terminal."""
        n, unknown = len(self.flagged_n), int((~self.searched_n).sum())
        has = "has" if self.count == 1 else "have"
        said = f"{self.count} of {n} evaluated images {has} a copy in training data"
        if unknown:
            said += f" ({unknown} {'was' if unknown == 1 else 'were'} not searched)"
        return f"Overlap: {said}. {' '.join(self.reasons)}"


def known_overlap(
    dataset: Dataset,
    model: Model | None = None,
    train: Dataset | None = None,
    cache: Path | None = None,
    workers: int = 2,
) -> KnownOverlap | None:
    """Say which rows of a dataset are known to have a copy in training data.

    Two kinds of training data count: what ``cutis data overlap --trained MODEL`` named as the
    model's, and the rows that a probe is fitted to. Nothing is computed but the hashes of files,
    which are remembered.

    Parameters
    ----------
    dataset
        The rows that are evaluated.
    model
        The model, told by its name and its card's name.
    train
        The rows a probe is fitted to.
    cache
        Cache folder [:func:`cutis.features.default_cache`].
    workers
        Threads that read files.

    Returns
    -------
    KnownOverlap or None
        None where no audit is known of this model or these rows.
    """
    from cutis.features import default_cache

    cache = Path(cache or default_cache())
    audits = list(known_audits(cache))
    if not audits or not len(dataset):
        return None
    mine = digests_of(dataset, cache, workers)
    theirs = None if train is None else digests_of(train, cache, workers)
    names = set() if model is None else {model.name.casefold(), model.card.name.casefold()}
    flagged, searched = np.zeros(len(mine), bool), np.zeros(len(mine), bool)
    keys: list[str] = []
    reasons: list[str] = []
    for audit in audits:
        found = [_of_model(audit, names, mine), _of_training_rows(audit, mine, theirs)]
        for answer in found:
            if answer is not None and answer.searched_n.any():
                flagged |= answer.flagged_n
                searched |= answer.searched_n
                keys.append(audit.key)
                reasons += answer.reasons
    if not keys:
        return None
    return KnownOverlap(
        flagged, searched, tuple(dict.fromkeys(keys)), tuple(dict.fromkeys(reasons))
    )


def known_in_turns(
    dataset: Dataset,
    turns: Sequence[tuple[np.ndarray, np.ndarray]],
    model: Model | None = None,
    cache: Path | None = None,
    workers: int = 2,
) -> KnownOverlap | None:
    """Say which tested rows are known to have a copy among the rows learnt from in their turn.

    Parameters
    ----------
    dataset
        The whole table.
    turns
        For each training, the rows it learns from or chooses by and the rows it is tested on;
        one for splits, one per fold.
    model, cache, workers
        As for :func:`known_overlap`.

    Returns
    -------
    KnownOverlap or None
        On all tested rows, ascending; None where nothing is known of any.
    """
    tested = np.sort(np.concatenate([test for _, test in turns]))
    flagged, searched = np.zeros(len(tested), bool), np.zeros(len(tested), bool)
    audits: list[str] = []
    reasons: list[str] = []
    for learnt, test in turns:
        known = known_overlap(dataset.select(test), model, dataset.select(learnt), cache, workers)
        if known is not None:
            place = np.searchsorted(tested, test)
            flagged[place], searched[place] = known.flagged_n, known.searched_n
            audits += known.audits
            reasons += known.reasons
    if not audits:
        return None
    return KnownOverlap(
        flagged, searched, tuple(dict.fromkeys(audits)), tuple(dict.fromkeys(reasons))
    )


def _of_model(audit: Audit, names: set[str], mine: Digests) -> KnownOverlap | None:
    """Answer for data that a model was trained on."""
    sets = audit.record["sets"]
    trained = [
        i for i, one in enumerate(sets) if names & {name.casefold() for name in one["trained"]}
    ]
    if not trained:
        return None
    partners = {
        a if b in trained else b
        for a, b in audit.record["comparisons"]
        if (a in trained) != (b in trained)
    }
    # What was trained on is known to be so without any search.
    bank = np.concatenate([audit.digests[i] for i in trained])
    searched = np.isin(mine, np.concatenate([bank, *(audit.digests[i] for i in partners)]))
    pairs, numbers = audit.pairs_p2, np.isin(audit.sides_p2, trained)
    hit = np.concatenate([pairs[numbers[:, 1], 0], pairs[numbers[:, 0], 1], bank])
    known = mine != b""
    where = ", ".join(sets[i]["name"] for i in trained)
    reason = f"The model was trained on {where} ('cutis data overlap --trained')."
    return KnownOverlap(np.isin(mine, hit) & known, searched & known, (audit.key,), (reason,))


def _of_training_rows(audit: Audit, mine: Digests, train: Digests | None) -> KnownOverlap | None:
    """Answer for rows that a probe is fitted to."""
    if train is None:
        return None
    train = train[train != b""]  # a picture that is not there is no copy of another such one
    searched, names = np.zeros(len(mine), bool), []
    for a, b in audit.record["comparisons"]:
        for one, two in {(a, b), (b, a)}:
            if np.isin(train, audit.digests[two]).any():
                covered = np.isin(mine, audit.digests[one])
                searched |= covered
                if covered.any():
                    names.append(audit.record["sets"][two]["name"])
    pairs = audit.pairs_p2
    hit = np.concatenate(
        [pairs[np.isin(pairs[:, 1], train), 0], pairs[np.isin(pairs[:, 0], train), 1]]
    )
    flagged = np.isin(mine, hit) & (mine != b"")
    where = ", ".join(dict.fromkeys(names))
    reason = f"The training rows ({where}) were searched by 'cutis data overlap'."
    return KnownOverlap(flagged, searched & (mine != b""), (audit.key,), (reason,))


def without_overlap(
    known: KnownOverlap, measure: Callable[[np.ndarray], dict[str, Any] | None]
) -> dict[str, Any]:
    """Return the content of ``without_overlap`` in ``metrics.json``: the metrics without copies.

    Parameters
    ----------
    known
        What is known of the evaluated rows, in their order.
    measure
        Takes the rows that stay, bool (n,), and returns their metrics, whatever their form; None
        or a ValueError where there is nothing to measure.
    """
    kept = ~known.flagged_n
    record: dict[str, Any] = {
        "n_removed": known.count,
        "n_not_searched": int((~known.searched_n).sum()),
        "n_left": int(kept.sum()),
        "audits": list(known.audits),
        "reasons": list(known.reasons),
        "metrics": None,
    }
    try:
        record["metrics"] = measure(kept) if kept.any() else None
    except ValueError as error:
        return record | {"note": f"What is left cannot be measured: {error}"}
    if record["metrics"] is None:
        record["note"] = "Nothing that could be measured is left."
    return record


def trained_sets(
    names: Sequence[str] | None, n_sets: int, against: Sequence[bool]
) -> list[list[str]]:
    """Return for each set the models trained on it: all given ones for --against, else the last.

    Examples
    --------
    >>> trained_sets(["make"], 2, [False, False])
    [[], ['make']]
    >>> trained_sets(["make"], 3, [False, True, True])
    [[], ['make'], ['make']]
    """
    given = list(names or [])
    chosen = list(against) if any(against) else [i == n_sets - 1 for i in range(n_sets)]
    return [given if is_training else [] for is_training in chosen]
