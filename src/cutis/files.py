"""Files that are either whole or absent: atomic writes and content hashes."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from cutis.errors import CutisError

WRITE_ATTEMPTS = 3
NO_HARD_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside ``path`` that replaces it on success and vanishes on failure.

    The data is flushed to disk before the rename, so a reader sees the old file or the new one.

    Raises
    ------
    CutisError
        If the disk is full, or the folder cannot be made or written.
    """
    path = Path(path)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.touch(exist_ok=False)
        yield temporary
        with temporary.open("rb") as stream:
            os.fsync(stream.fileno())
        temporary.replace(path)
    except OSError as error:
        repairable = as_cutis_error(error, path)
        if repairable is error:
            raise
        raise repairable from error
    finally:
        with suppress(OSError):
            temporary.unlink()


def write_once(path: Path, content: bytes) -> bool:
    """Write a file that is not there yet, whole or not at all; the first of several writers wins.

    The writers may be processes on different machines that share a network file system. A
    temporary file that another process clears away is written again.

    Parameters
    ----------
    path
        The file; it is left as it is when it is there.
    content
        Its bytes.

    Returns
    -------
    bool
        Whether it was written here.

    Raises
    ------
    CutisError
        If the disk is full, or the folder cannot be made or written.
    """
    path = Path(path)
    if path.exists():
        return False
    for attempt in range(WRITE_ATTEMPTS):
        temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}.tmp")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary.touch(exist_ok=False)
            temporary.write_bytes(content)
            with temporary.open("rb") as stream:
                os.fsync(stream.fileno())
            return _publish(temporary, path)
        except FileNotFoundError:
            if attempt + 1 == WRITE_ATTEMPTS:
                raise
        except OSError as error:
            repairable = as_cutis_error(error, path)
            if repairable is error:
                raise
            raise repairable from error
        finally:
            with suppress(OSError):
                temporary.unlink()
    return False


def _publish(temporary: Path, path: Path) -> bool:
    """Give a file its name unless the name is taken; tell whether it was free."""
    try:
        path.hardlink_to(temporary)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in NO_HARD_LINKS:
            raise
        # Such file systems know no name that fails when taken; writers of the same bytes may race.
        temporary.replace(path)
    return True


def as_cutis_error(error: OSError, path: Path) -> Exception:
    """Turn the operating-system errors a user can repair into a :class:`CutisError`."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return CutisError(
            f"The disk is full: {path} could not be written. What was finished before is intact.",
            fix="free some space, then run the same command again; it continues where it stopped",
        )
    if error.errno in (errno.EACCES, errno.EROFS, errno.EPERM):
        return CutisError(
            f"{path} cannot be written: permission denied.",
            fix="choose a folder you can write to with -o/--output",
        )
    if error.errno in (errno.ENOTDIR, errno.EEXIST):
        return CutisError(
            f"{path} cannot be written: a file stands where a folder is needed.",
            fix="choose another folder with -o/--output",
        )
    return error


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text atomically."""
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path: Path, value: Any) -> None:
    """Write strict, indented JSON atomically.

    NaN and infinity are refused: a value that does not exist is ``None``.
    """
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def sha256_file(path: Path) -> str:
    """Return the hexadecimal SHA-256 of a file's bytes."""
    with Path(path).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def sha256_json(value: Any) -> str:
    """Return the SHA-256 of a value's canonical JSON (sorted keys, no spaces).

    Examples
    --------
    >>> sha256_json({"b": 1, "a": 2}) == sha256_json({"a": 2, "b": 1})
    True
    """
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
