"""The record of a conversion, which also tells our files from the user's."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Any

from cutis.data.conversions import FORMAT, RECORD, conversion_in
from cutis.data.paths import inside
from cutis.errors import CutisError
from cutis.files import sha256_file, write_json

IMAGES = "images"


def claim(output: Path, identity: dict[str, Any], fingerprint: str, writes: list[str]) -> bool:
    """Make sure that the output folder is free or holds an earlier state of this conversion.

    Parameters
    ----------
    output
        The output folder.
    identity
        What makes two conversions the same: format, name, source.
    fingerprint
        Tells whether the containers are as they were.
    writes
        Names in the folder that this conversion is going to write.

    Returns
    -------
    bool
        Whether images that are there already are those that would be written again.

    Raises
    ------
    CutisError
        If the folder holds another conversion, or files of the user under those names.
    """
    path = output / RECORD
    if output.exists() and not output.is_dir():
        raise CutisError(f"{output} is a file.", fix="choose a folder with -o/--output")
    if not path.is_file():
        _refuse_taken(output, writes)
        return True
    record = _read(path)
    before = record.get("identity")
    if before != identity:
        told = before if isinstance(before, dict) else {}
        raise CutisError(
            f"{output} holds another conversion ({told.get('format')} of {told.get('source')}).",
            fix="choose another folder with -o/--output, or remove that one",
        )
    hashes = record.get("sha256", {})
    if record.get("status") == "finished":
        ours = {*hashes, *([IMAGES] if _wrote_images(record) else [])}
        _refuse_taken(output, [name for name in writes if name not in ours])
    for name in writes:
        file = output / name
        if name in hashes and file.is_file() and sha256_file(file) != hashes[name]:
            raise CutisError(
                f"{file} was changed after it was converted, and is not overwritten.",
                fix="choose another folder with -o/--output, or move that file away",
            )
    return bool(record.get("images_trusted")) and record.get("files_sha256") == fingerprint


def _refuse_taken(output: Path, names: Sequence[str]) -> None:
    taken = [name for name in names if (output / name).exists()]
    if taken:
        raise CutisError(
            f"{output} holds {' and '.join(taken)} already, and not from a conversion.",
            fix="choose another folder with -o/--output",
        )


def _wrote_images(record: dict[str, Any]) -> bool:
    return bool(record.get("images_copied_or_extracted") or record.get("images"))


def listed_images(output: Path) -> tuple[str, ...]:
    """Return the images that earlier states of this conversion wrote, relative to ``images/``.

    Parameters
    ----------
    output
        The output folder, claimed.
    """
    names = (conversion_in(output) or {}).get("images", [])
    return tuple(n for n in names if isinstance(n, str)) if isinstance(names, list) else ()


def remove_images(folder: Path, before: Iterable[str], now: Iterable[str]) -> int:
    """Remove images that an earlier state wrote and this one does not name; return how many.

    Parameters
    ----------
    folder
        The folder ``images/`` of the output.
    before
        Images the record lists, relative to it. Nothing else is ever removed.
    now
        Images of this state, relative to it.
    """
    kept = set(now)
    spelled = {name.casefold(): name for name in kept}
    removed = 0
    for name in sorted(set(before) - kept):
        file = folder / name
        if name.startswith("/") or inside(name, str(folder)) is None or not file.is_file():
            continue
        other = spelled.get(name.casefold())
        if other is not None and (folder / other).exists() and file.samefile(folder / other):
            continue  # one file under two spellings, where capitals do not matter
        file.unlink()
        removed += 1
        with suppress(OSError):  # a folder that still holds something stays
            for parent in PurePosixPath(name).parents[:-1]:
                (folder / parent).rmdir()
    return removed


def _read(path: Path) -> dict[str, Any]:
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CutisError(
            f"{path} cannot be read ({error}).", fix="choose another folder with -o/--output"
        ) from None
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        raise CutisError(
            f"{path} is not the record of a conversion that this version can read.",
            fix="choose another folder with -o/--output",
        )
    return record


def begin(
    output: Path,
    identity: dict[str, Any],
    fingerprint: str,
    trusted: bool,
    images: Iterable[str] = (),
) -> None:
    """Record that the folder is ours, before anything else is written into it.

    As long as images of an earlier state of a container may be among them, none is trusted.
    ``images`` are those that are known to be ours, relative to ``images/``.
    """
    write_json(
        output / RECORD,
        {
            "format": FORMAT,
            "status": "started",
            "identity": identity,
            "files_sha256": fingerprint,
            "images_trusted": trusted,
            "images": sorted(set(images)),
        },
    )


def finish(
    output: Path,
    identity: dict[str, Any],
    fingerprint: str,
    facts: dict[str, Any],
    files: list[str],
    images: Iterable[str] = (),
) -> None:
    """Record what was made of what: the hash of every text file, the names of the images."""
    write_json(
        output / RECORD,
        {
            "format": FORMAT,
            "status": "finished",
            "identity": identity,
            "files_sha256": fingerprint,
            "images_trusted": True,
            **facts,
            "sha256": {name: sha256_file(output / name) for name in sorted(files)},
            "images": sorted(set(images)),
        },
    )
