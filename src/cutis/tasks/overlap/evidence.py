"""What audits together say of copies between rows and training rows, one way of looking at a time.

Ways are kept apart: what features find says nothing of what a hash finds. Of one way, the newest
audit that compared two pictures decides about them, so that a stricter search takes back what a
looser one said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from cutis.tasks.overlap.audits import FOLDER, Audit, Digests
from cutis.tasks.overlap.settings import SSCD_THRESHOLD, OverlapConfig

LOOK = "their look"
SSCD = "the features of sscd"
# Share of the searched rows from which a way that may be too loose is not believed.
TOO_MANY = 0.5


class View(NamedTuple):
    """What one audit found in one way.

    Attributes
    ----------
    audit
        The audit.
    limits
        What counted as a copy, in words.
    strict
        Whether these limits are known to tell copies from pictures that are merely alike.
    pairs_p2
        The pairs, as digests.
    """

    audit: Audit
    limits: str
    strict: bool
    pairs_p2: Digests

    def words(self) -> str:
        """Say how it looked, when, and in which folder of the cache this is kept."""
        made = str(self.audit.record.get("made", ""))[:10]
        return ", ".join(part for part in (self.limits, made, f"{FOLDER}/{self.audit.key}") if part)


@dataclass(frozen=True)
class Answer:
    """What one way says of n rows.

    Attributes
    ----------
    flagged_n
        Rows with a copy among the training rows, bool.
    covered_n
        With how many training rows each was compared.
    n_train
        Number of training rows whose picture is there.
    views
        The audits that say it, newest first.
    believed
        False where a loose way takes most rows for copies.
    """

    flagged_n: np.ndarray
    covered_n: np.ndarray
    n_train: int
    views: tuple[View, ...]
    believed: bool

    @property
    def searched_n(self) -> np.ndarray:
        """Rows compared with every training row, and those that are known to have a copy."""
        complete = (self.covered_n >= self.n_train) & (self.n_train > 0)
        known: np.ndarray = complete | self.flagged_n
        return known


def ways_of(audit: Audit) -> dict[str, View]:
    """Return what an audit found, for each way it looked."""
    method: dict[str, Any] = audit.record.get("method") or {}
    bits, cosine = method.get("hash_distance"), method.get("threshold")
    pairs = audit.pairs_p2
    found: dict[str, View] = {}
    if bits is not None:
        likeness = method.get("likeness") or 0.0
        fields = OverlapConfig.model_fields
        strict = bits <= fields["hash_distance"].get_default()
        strict &= likeness >= fields["likeness"].get_default()
        limits = f"hash distance up to {bits}, likeness from {likeness:g}"
        found[LOOK] = View(audit, limits, strict, _found_by(audit, 0))
    if cosine is not None:
        way = features_way(method.get("model"))
        strict = way == SSCD and cosine >= SSCD_THRESHOLD
        found[way] = View(audit, f"cosine from {cosine:g}", strict, _found_by(audit, 1))
    return found or {"an unrecorded way": View(audit, "", True, pairs)}


def _found_by(audit: Audit, way: int) -> Digests:
    kept = slice(None) if audit.ways_p2 is None else audit.ways_p2[:, way]
    found: Digests = audit.pairs_p2[kept]
    return found


def features_way(model: str | None) -> str:
    """Name the features of a model, without the folder of its file.

    Examples
    --------
    >>> features_way("sscd@/path/to/sscd.pt"), features_way("models/mine.pt"), features_way(None)
    ('the features of sscd', 'the features of mine.pt', 'the features in the folders')
    """
    if model is None:
        return "the features in the folders"
    return f"the features of {model.partition('@')[0].replace(chr(92), '/').rpartition('/')[2]}"


def answers(
    audits: Sequence[Audit], mine: Digests, train: Digests, weights: np.ndarray
) -> dict[str, Answer]:
    """Return for each way what audits say of rows and training rows; a way that says nothing lacks.

    Parameters
    ----------
    audits
        All that are known, in any order.
    mine
        n digests.
    train
        Different digests of training rows, none empty.
    weights
        How many training rows each stands for.
    """
    newest = sorted(audits, key=lambda one: (one.record.get("made", ""), one.key), reverse=True)
    by_way: dict[str, list[View]] = {}
    for audit in newest:
        for way, view in ways_of(audit).items():
            by_way.setdefault(way, []).append(view)
    found = {way: _answer(views, mine, train, weights) for way, views in by_way.items()}
    return {way: answer for way, answer in found.items() if answer is not None}


class _Block(NamedTuple):
    """Rows that were compared with training rows: every one of these with every one of those."""

    rows_n: np.ndarray
    train_t: np.ndarray

    def within(self, other: _Block) -> bool:
        return not (self.rows_n & ~other.rows_n).any() and not (self.train_t & ~other.train_t).any()


def _answer(
    views: Sequence[View], mine: Digests, train: Digests, weights: np.ndarray
) -> Answer | None:
    blocks: list[_Block] = []
    used: list[View] = []
    hits = [mine[:0]]
    for view in views:
        new = [
            block
            for block in _blocks(view.audit, mine, train)
            if not any(block.within(old) for old in blocks)
        ]
        if new:
            used.append(view)
            hits.append(_hits(view.pairs_p2, mine, train, blocks))
            blocks += new
    if not used:
        return None
    flagged = np.isin(mine, np.concatenate(hits))
    covered = _covered(blocks, weights)
    strict = all(view.strict for view in used)
    # The same bytes are a copy whatever the limits.
    unsure = int((flagged & ~np.isin(mine, train)).sum())
    believed = strict or unsure <= TOO_MANY * int(np.count_nonzero(covered))
    return Answer(flagged, covered, int(weights.sum()), tuple(used), bool(believed))


def _blocks(audit: Audit, mine: Digests, train: Digests) -> list[_Block]:
    """Return what an audit compared, of these rows and these training rows."""
    there = mine != b""
    found = []
    for a, b in audit.record["comparisons"]:
        for one, two in sorted({(a, b), (b, a)}):
            rows = np.isin(mine, audit.digests[one]) & there
            block = _Block(rows, np.isin(train, audit.digests[two]))
            if block.rows_n.any() and block.train_t.any():
                found.append(block)
    return found


def _hits(pairs_p2: Digests, mine: Digests, train: Digests, newer: Sequence[_Block]) -> Digests:
    """Return the pictures that have a copy in training rows, but for what newer audits decided."""
    ends = np.concatenate([pairs_p2, pairs_p2[:, ::-1]])
    ends = ends[(ends != b"").all(axis=1)]
    ends = ends[np.isin(ends[:, 0], mine) & np.isin(ends[:, 1], train)]
    for block in newer:
        decided = np.isin(ends[:, 0], mine[block.rows_n])
        decided &= np.isin(ends[:, 1], train[block.train_t])
        ends = ends[~decided]
    found: Digests = ends[:, 0]
    return found


def _covered(blocks: Sequence[_Block], weights: np.ndarray) -> np.ndarray:
    """Return with how many training rows each row was compared, each counted once."""
    member = np.stack([block.rows_n for block in blocks], axis=1)
    patterns, which_n = np.unique(member, axis=0, return_inverse=True)
    trained = np.stack([block.train_t for block in blocks])
    counts = [weights[trained[pattern].any(axis=0)].sum() for pattern in patterns]
    covered: np.ndarray = np.array(counts, np.int64)[which_n.reshape(-1)]
    return covered
