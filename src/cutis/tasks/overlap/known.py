"""What is known of leaks into an evaluation: the one question that other verbs ask of audits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cutis.tasks.overlap.audits import Audit, Digests, digests_of, known_audits
from cutis.tasks.overlap.evidence import answers

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
        What was compared with what, how and when, a sentence each.
    warnings
        What is wrong with an audit: it covers a part of the training rows, or is too loose.
    """

    flagged_n: np.ndarray
    searched_n: np.ndarray
    audits: tuple[str, ...]
    reasons: tuple[str, ...]
    warnings: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """Number of rows with a copy in training data."""
        return int(self.flagged_n.sum())

    def rows(self, rows: np.ndarray) -> KnownOverlap:
        """Return what is known of some of the rows, such as those that could be read."""
        return replace(self, flagged_n=self.flagged_n[rows], searched_n=self.searched_n[rows])

    def line(self) -> str:
        """Say it in one line, for the terminal."""
        n, unknown = len(self.flagged_n), int((~self.searched_n).sum())
        has = "has" if self.count == 1 else "have"
        said = f"{self.count} of {n} evaluated images {has} a copy in training data"
        if unknown:
            said += f" ({unknown} {'was' if unknown == 1 else 'were'} not searched)"
        return f"Overlap: {' '.join([f'{said}.', *self.reasons, *self.warnings])}"


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
    audits = [_with_tokens(audit) for audit in audits]
    found = [_of_model(audits, names, mine)]
    if theirs is not None:
        rows = np.unique(theirs[theirs != b""], return_counts=True)
        found.append(_of_rows(audits, mine, *rows, "training rows"))
    return _joined([one for one in found if one is not None])


def _joined(found: Sequence[KnownOverlap]) -> KnownOverlap | None:
    """Return what is known in any way; None where nothing is."""
    if not found:
        return None
    return KnownOverlap(
        np.any([one.flagged_n for one in found], axis=0),
        np.any([one.searched_n for one in found], axis=0),
        tuple(dict.fromkeys(key for one in found for key in one.audits)),
        tuple(dict.fromkeys(reason for one in found for reason in one.reasons)),
        tuple(dict.fromkeys(warning for one in found for warning in one.warnings)),
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
    found = []
    for learnt, test in turns:
        known = known_overlap(dataset.select(test), model, dataset.select(learnt), cache, workers)
        if known is not None:
            place = np.searchsorted(tested, test)
            flagged, searched = np.zeros(len(tested), bool), np.zeros(len(tested), bool)
            flagged[place], searched[place] = known.flagged_n, known.searched_n
            found.append(replace(known, flagged_n=flagged, searched_n=searched))
    return _joined(found)


def _with_tokens(audit: Audit) -> Audit:
    """Let a word stand for all pictures of a folder of features, which are not at hand."""
    digests, pairs = list(audit.digests), audit.pairs_p2.copy()
    for i, one in enumerate(digests):
        if not len(one):
            token = _token(audit.record["sets"][i]["name"])
            digests[i] = np.array([token], "S32")
            pairs[(audit.sides_p2 == i) & (pairs == b"")] = token
    return replace(audit, digests=tuple(digests), pairs_p2=pairs)


def _token(name: str) -> bytes:
    return f"features:{name}".encode()[:32]


def _of_model(audits: Sequence[Audit], names: set[str], mine: Digests) -> KnownOverlap | None:
    """Answer for data that a model was trained on."""
    bank: dict[bytes, int] = {}
    keys, where = [], []
    for audit in audits:
        for one, digests in zip(audit.record["sets"], audit.digests, strict=True):
            if names & {name.casefold() for name in one["trained"]}:
                # A folder of features is one word for all of its rows.
                size = max(1, one["n_rows"]) if digests[:1].tolist() == [_token(one["name"])] else 1
                bank |= dict.fromkeys(digests.tolist(), size)
                keys.append(audit.key)
                where.append(one["name"])
    if not bank:
        return None
    train = np.array(sorted(bank), "S32")
    sizes = np.array([bank[one] for one in train.tolist()], np.int64)
    said = ", ".join(dict.fromkeys(where))
    what = f"pictures of {said}, on which the model was trained ('cutis data overlap --trained'),"
    found = _of_rows(audits, mine, train, sizes, what)
    # What was trained on is known to be so without any search.
    inside = np.isin(mine, train) & (mine != b"")
    if found is None and not inside.any():
        return None
    reason = f"The model was trained on {said} ('cutis data overlap --trained')."
    itself = KnownOverlap(inside, inside, tuple(keys), (reason,) if inside.any() else ())
    return _joined([itself] if found is None else [itself, found])


def _of_rows(
    audits: Sequence[Audit], mine: Digests, train: Digests, sizes: np.ndarray, what: str
) -> KnownOverlap | None:
    """Answer for training rows, whose different digests and numbers are given."""
    found = []
    for way, answer in answers(audits, mine, train, sizes).items():
        keys = tuple(view.audit.key for view in answer.views)
        how = f"by {way} ({'; '.join(view.words() for view in answer.views)})"
        none = np.zeros(len(mine), bool)
        if not answer.believed:
            n, compared = int(answer.flagged_n.sum()), np.count_nonzero(answer.covered_n)
            loose = (
                f"Searched {how}, {n} of {compared} images have a copy: the audit is too loose to "
                "be believed and is left out; make it again with stricter limits, or delete "
                "that folder from the cache."
            )
            found.append(KnownOverlap(none, none, keys, (), (loose,)))
            continue
        k, n = int(answer.covered_n.max()), answer.n_train
        part = "The" if k >= n else f"{k} of {n}"
        reason = f"{part} {what} were searched {how}."
        warnings = () if k >= n else (reason,)
        reasons = () if k < n else (reason,)
        found.append(KnownOverlap(answer.flagged_n, answer.searched_n, keys, reasons, warnings))
    return _joined(found)


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
        "warnings": list(known.warnings),
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
