"""What audits found, kept in the cache by the bytes of the pictures, so that others can warn.

``<cache>/overlaps/<key>/`` holds ``rows.npz`` and then ``audit.json``. Pictures are told by the
SHA-256 of their files, so a table that was split again or renamed is recognised all the same.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cutis.features.hashes import file_hashes
from cutis.files import atomic_path, sha256_json, write_json
from cutis.tasks.overlap.search import Comparison
from cutis.tasks.overlap.sides import Side

if TYPE_CHECKING:
    from cutis.data import Dataset

FORMAT = "cutis.known-overlap/1"
FOLDER, RECORD, ROWS = "overlaps", "audit.json", "rows.npz"
Digests = np.ndarray  # of 32-byte strings; empty where there is no file


@dataclass(frozen=True)
class Audit:
    """One audit, read from the cache.

    Attributes
    ----------
    key
        Its name.
    record
        Sets compared, how, and which models were trained on which.
    digests
        For each set, the pictures searched, sorted.
    pairs_p2
        The pairs found, as digests.
    sides_p2
        The numbers of their sets.
    ways_p2
        Whether the hash, and whether features, found each; None where it was not kept.
    """

    key: str
    record: dict[str, Any]
    digests: tuple[Digests, ...]
    pairs_p2: Digests
    sides_p2: np.ndarray
    ways_p2: np.ndarray | None = None


def digests_of(dataset: Dataset, cache: Path, workers: int = 2) -> Digests:
    """Return the SHA-256 of every row's picture as a 32-byte string, empty where there is none."""
    hashes = file_hashes(dataset.image_paths, dataset.root, cache, workers)
    if not len(hashes.digests_u):
        return np.zeros(len(dataset), "S32")
    rows = np.ascontiguousarray(hashes.digests_u[hashes.which_n])
    digests: np.ndarray = rows.view("S32").reshape(-1)
    digests[~hashes.there_n] = b""
    return digests


def side_digests(sides: Sequence[Side], cache: Path, workers: int) -> list[Digests]:
    """Return the digests of every set; a folder of features has none."""
    return [
        np.zeros(len(side), "S32")
        if side.dataset is None
        else digests_of(side.dataset, cache, workers)
        for side in sides
    ]


def keep_audit(
    cache: Path,
    sides: Sequence[Side],
    comparisons: Sequence[Comparison],
    digests: Sequence[Digests],
    trained: Sequence[Sequence[str]],
    method: dict[str, Any],
) -> str:
    """Write down what was found, for the evaluations to come; return the audit's key.

    Parameters
    ----------
    cache
        Cache folder.
    sides, comparisons
        What was compared and found.
    digests
        What :func:`side_digests` returned.
    trained
        For each set, the models that were trained on it.
    method
        How copies were recognised.
    """
    record: dict[str, Any] = {
        "format": FORMAT,
        "method": method,
        "sets": [
            {"name": side.name, "n_rows": len(side), "trained": list(models)}
            for side, models in zip(sides, trained, strict=True)
        ],
        "comparisons": [[found.a, found.b] for found in comparisons],
    }
    hashed = [hashlib.sha256(one.tobytes()).hexdigest() for one in digests]
    key = sha256_json([record, hashed])[:32]
    folder = cache / FOLDER / key
    pairs = [np.zeros((0, 2), "S32")]
    numbers = [np.zeros((0, 2), np.int64)]
    ways = [np.zeros((0, 2), bool)]
    least = method.get("threshold")
    for found in comparisons:
        ends = [digests[found.a][found.rows_p2[:, 0]], digests[found.b][found.rows_p2[:, 1]]]
        pairs.append(np.stack(ends, axis=1))
        numbers.append(np.broadcast_to([found.a, found.b], found.rows_p2.shape))
        by_hash = ~np.isnan(found.likeness_p)
        cosine = np.nan_to_num(found.cosine_p, nan=-2.0)
        by_features = np.full(len(cosine), False) if least is None else cosine >= least
        ways.append(np.stack([by_hash, by_features], axis=1))
    arrays = {f"set_{i}": _searched(one) for i, one in enumerate(digests)}
    arrays |= {"pairs": np.concatenate(pairs), "sides": np.concatenate(numbers)}
    arrays["ways"] = np.concatenate(ways)
    with atomic_path(folder / ROWS) as temporary, temporary.open("wb") as stream:
        np.savez_compressed(stream, **arrays)  # type: ignore[arg-type]
    # The date is no part of the key: the same search made again is the newest, not another one.
    write_json(folder / RECORD, record | {"made": datetime.now(UTC).isoformat()})
    return key


def _searched(digests: Digests) -> Digests:
    found: np.ndarray = np.unique(digests[digests != b""])
    return found


def known_audits(cache: Path) -> Iterator[Audit]:
    """Yield every audit in the cache; damaged ones are passed over."""
    folder = cache / FOLDER
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        try:
            record = json.loads((path / RECORD).read_text(encoding="utf-8"))
            if record.get("format") != FORMAT:
                continue
            with np.load(path / ROWS, allow_pickle=False) as arrays:
                record.setdefault("made", _written(path / RECORD))
                digests = tuple(arrays[f"set_{i}"] for i in range(len(record["sets"])))
                ways = arrays.get("ways")
                yield Audit(path.name, record, digests, arrays["pairs"], arrays["sides"], ways)
        except (OSError, ValueError, KeyError, EOFError):
            continue


def _written(path: Path) -> str:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC).isoformat()
