"""SHA-256 of image files, remembered while a file is untouched."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from cutis.errors import CutisError
from cutis.files import sha256_file, write_text

HASHES_FORMAT = "cutis.hashes/1"
# A file changed this shortly before it was hashed could change again within one clock tick.
RACY_NS = 2_000_000_000


class Stamp(NamedTuple):
    """What shows that a file is untouched: size, and times of content and of attributes."""

    size: int
    mtime_ns: int
    ctime_ns: int


def file_hashes(
    paths: Sequence[Path], root: Path, cache: Path, workers: int = 2
) -> tuple[str | None, ...]:
    """Return the SHA-256 of every file; None where a file is missing or cannot be opened.

    A hash is taken from the cache if and only if the file's size and times are those it had when
    it was hashed, and it had then been at rest for two seconds.

    Parameters
    ----------
    paths
        n files.
    root
        Folder of the dataset; each has one file of remembered hashes.
    cache
        Cache folder; hashes live in its ``hashes`` folder.
    workers
        Threads that read files.
    """
    book = cache / "hashes" / f"{hashlib.sha256(os.fsencode(root)).hexdigest()[:32]}.json"
    known = _read(book)
    stamps = [_stamp(path) for path in paths]
    names = [os.fspath(path) for path in paths]
    found: dict[str, str | None] = {}
    to_hash: dict[str, Stamp] = {}
    for name, stamp in zip(names, stamps, strict=True):
        entry = known.get(name)
        if stamp is None:
            found[name] = None
        elif entry is not None and tuple(entry[:3]) == stamp:
            found[name] = str(entry[3])
        else:
            to_hash[name] = stamp
    if to_hash:
        started = time.time_ns()
        with ThreadPoolExecutor(max(workers, 1)) as pool:
            found.update(zip(to_hash, pool.map(_hash, to_hash), strict=True))
        for name, stamp in to_hash.items():
            value = found[name]
            if value is not None and max(stamp.mtime_ns, stamp.ctime_ns) < started - RACY_NS:
                known[name] = [*stamp, value]
        _write(book, known)
    return tuple(found[name] for name in names)


def _stamp(path: Path) -> Stamp | None:
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    return Stamp(status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def _hash(name: str) -> str | None:
    try:
        return sha256_file(Path(name))
    except OSError:
        return None


def _read(book: Path) -> dict[str, list[int | str]]:
    try:
        record = json.loads(book.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(record, dict) or record.get("format") != HASHES_FORMAT:
        return {}
    entries = record.get("files")
    return entries if isinstance(entries, dict) else {}


def _write(book: Path, known: dict[str, list[int | str]]) -> None:
    text = json.dumps({"format": HASHES_FORMAT, "files": known}, ensure_ascii=True)
    try:
        write_text(book, text)
    except CutisError:
        return  # forgetting costs time, never correctness; a full disk is reported by the store
