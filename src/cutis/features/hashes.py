"""SHA-256 of image files, remembered while a file is untouched.

What is remembered lies in ``<cache>/hashes/<folder of the images>/*.npy``: immutable parts, each
an array of ``key`` (16 bytes: BLAKE2b of a file's path, size and times) and ``digest`` (32 bytes).
A file that changes gets another key, so nothing remembered is ever wrong, and processes on several
machines add parts to one folder without locks, each finding what the others hashed meanwhile.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, overload

import numpy as np

from cutis.errors import CutisError
from cutis.features.tables import npy_bytes
from cutis.files import sha256_file, write_once
from cutis.progress import Progress

if TYPE_CHECKING:
    import numpy.typing as npt

# A file changed this shortly before it was hashed could change again within one clock tick.
RACY_NS = 2_000_000_000
# Files between two looks at what others hashed, and the least that is written at a time.
BLOCK = 4096
# More parts than this are joined into one.
MANY_PARTS = 64
ENTRY = np.dtype([("key", "S16"), ("digest", "u1", (32,))])


class Stamp(NamedTuple):
    """What shows that a file is untouched: size, and times of content and of attributes."""

    size: int
    mtime_ns: int
    ctime_ns: int


class FileHashes(Sequence[str | None]):
    """The SHA-256 of n files in hexadecimal, None where there is no file; 40 bytes per file.

    Parameters
    ----------
    digests_u
        Digests of the u different files, uint8 (u, 32).
    which_n
        Which of them each row is, int64 (n,).
    there_n
        Whether each row has one, bool (n,).
    """

    def __init__(
        self,
        digests_u: npt.NDArray[np.uint8],
        which_n: npt.NDArray[np.int64],
        there_n: npt.NDArray[np.bool_],
    ) -> None:
        self.digests_u, self.which_n, self.there_n = digests_u, which_n, there_n

    @overload
    def __getitem__(self, row: int) -> str | None: ...
    @overload
    def __getitem__(self, row: slice) -> list[str | None]: ...
    def __getitem__(self, row: int | slice) -> str | list[str | None] | None:
        """Return one row's hash, or those of a slice."""
        if isinstance(row, slice):
            return [self[i] for i in range(*row.indices(len(self)))]
        return self.digests_u[self.which_n[row]].tobytes().hex() if self.there_n[row] else None

    def __len__(self) -> int:
        return len(self.there_n)

    @property
    def n_absent(self) -> int:
        """Number of rows without a file."""
        return int((~self.there_n).sum())


def file_hashes(
    paths: Sequence[Path], root: Path, cache: Path, workers: int = 2, begin: float = 0.0
) -> FileHashes:
    """Return the SHA-256 of every file; None where a file is missing or cannot be opened.

    A hash is taken from the cache if and only if the file's size and times are those it had when
    it was hashed, and it had then been at rest for two seconds.

    Parameters
    ----------
    paths
        n files.
    root
        Folder of the dataset; each has one folder of remembered hashes.
    cache
        Cache folder; hashes live in its ``hashes`` folder.
    workers
        Threads that read files.
    begin
        Where among the files to begin, from 0 to 1: processes that begin at different places
        share the work, because each looks at what the others wrote before it goes on.
    """
    folder = cache / "hashes" / hashlib.sha256(os.fsencode(root)).hexdigest()[:32]
    started = time.time_ns()
    with ThreadPoolExecutor(max(workers, 1)) as pool:
        keys, resting = _keys(paths, pool, started - RACY_NS)
        unique, first, which = np.unique(keys, return_index=True, return_inverse=True)
        digests = np.zeros((len(unique), 32), np.uint8)
        # The key of a file that is not there is empty; it sorts first and is never looked up.
        known = unique == b""
        found = ~known
        book = _Book(folder, unique, digests, known)
        book.look()
        waiting = np.flatnonzero(~known)
        waiting = np.roll(waiting[np.argsort(first[waiting])], -int(begin * len(waiting)))
        with Progress(len(waiting), "Reading files for their hashes", "files", after=2) as progress:
            for start in range(0, len(waiting), BLOCK):
                if start:
                    book.look()
                block = waiting[start : start + BLOCK]
                fresh = block[~known[block]]
                values = list(pool.map(_hash, [paths[first[i]] for i in fresh], chunksize=64))
                for i, value in zip(fresh, values, strict=True):
                    found[i] = value is not None
                    digests[i] = np.frombuffer(value or bytes(32), np.uint8)
                known[fresh] = True
                book.add(fresh[found[fresh] & resting[first[fresh]]])
                progress.advance(len(block))
    book.join()
    return FileHashes(digests, which, found[which])


class _Book:
    """The remembered hashes of one folder of images, as far as they are asked for."""

    def __init__(
        self,
        folder: Path,
        keys_u: npt.NDArray[np.bytes_],
        digests_u: npt.NDArray[np.uint8],
        known_u: npt.NDArray[np.bool_],
    ) -> None:
        self.folder, self.keys, self.digests, self.known = folder, keys_u, digests_u, known_u
        self._read: set[Path] = set()

    def look(self) -> None:
        """Take over what is there and was not read before."""
        for path in _parts(self.folder):
            if path in self._read:
                continue
            self._read.add(path)
            for entries in _entries(path):
                at = np.searchsorted(self.keys, entries["key"])
                inside = at < len(self.keys)
                entries, at = entries[inside], at[inside]
                fits = self.keys[at] == entries["key"]
                self.digests[at[fits]] = entries["digest"][fits]
                self.known[at[fits]] = True

    def add(self, which: npt.NDArray[np.int64]) -> None:
        """Write the hashes of these files as one more part."""
        if len(which):
            entries = np.zeros(len(which), ENTRY)
            entries["key"], entries["digest"] = self.keys[which], self.digests[which]
            self._write(entries)

    def join(self) -> None:
        """Make one part of many; another process that does the same loses nothing."""
        paths = _parts(self.folder)
        if len(paths) <= MANY_PARTS:
            return
        parts = [part for path in paths for part in _entries(path)]
        entries = np.concatenate([np.zeros(0, ENTRY), *parts])
        if self._write(entries[np.unique(entries["key"], return_index=True)[1]]):
            for path in paths:
                with suppress(OSError):
                    path.unlink()

    def _write(self, entries: np.ndarray) -> bool:
        content = npy_bytes(entries)
        path = self.folder / f"{hashlib.sha256(content).hexdigest()[:32]}.npy"
        try:
            write_once(path, content)
        except (CutisError, OSError):
            return False  # forgetting costs time; a full disk is reported by the store
        self._read.add(path)
        return True


def _parts(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.name[0] != ".")
    except OSError:
        return []


def _entries(path: Path) -> Iterator[np.ndarray]:
    """Yield the entries of a part, or nothing where it is gone or damaged."""
    try:
        entries = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return
    if entries.dtype == ENTRY and entries.ndim == 1:
        yield entries


def _keys(
    paths: Sequence[Path], pool: ThreadPoolExecutor, at_rest: int
) -> tuple[npt.NDArray[np.bytes_], npt.NDArray[np.bool_]]:
    """Return the key of every file, empty where there is none, and whether it was at rest."""
    keys = np.zeros(len(paths), "S16")
    resting = np.zeros(len(paths), bool)

    def fill(start: int) -> None:
        for row in range(start, min(start + BLOCK, len(paths))):
            stamp = _stamp(paths[row])
            if stamp is not None:
                keys[row] = _key(paths[row], stamp)
                resting[row] = max(stamp.mtime_ns, stamp.ctime_ns) < at_rest

    list(pool.map(fill, range(0, len(paths), BLOCK)))
    return keys, resting


def _key(path: Path, stamp: Stamp) -> bytes:
    """Return 16 bytes without a zero at the end, which an array of bytes would drop."""
    text = os.fsencode(path) + b"\0%d %d %d" % stamp
    digest = hashlib.blake2b(text, digest_size=16).digest()
    return digest[:15] + bytes([digest[15] | 1])


def _stamp(path: Path) -> Stamp | None:
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    return Stamp(status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def _hash(path: Path) -> bytes | None:
    try:
        return bytes.fromhex(sha256_file(path))
    except OSError:
        return None
