"""The record of a conversion, which also tells our files from the user's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cutis.errors import CutisError
from cutis.files import sha256_file, write_json

RECORD = "conversion.json"
FORMAT = "cutis.conversion/1"


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
        taken = [name for name in writes if (output / name).exists()]
        if taken:
            raise CutisError(
                f"{output} holds {' and '.join(taken)} already, and not from a conversion.",
                fix="choose another folder with -o/--output",
            )
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
    for name in writes:
        file = output / name
        if name in hashes and file.is_file() and sha256_file(file) != hashes[name]:
            raise CutisError(
                f"{file} was changed after it was converted, and is not overwritten.",
                fix="choose another folder with -o/--output, or move that file away",
            )
    return bool(record.get("images_trusted")) and record.get("files_sha256") == fingerprint


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


def begin(output: Path, identity: dict[str, Any], fingerprint: str, trusted: bool) -> None:
    """Record that the folder is ours, before anything else is written into it.

    As long as images of an earlier state of a container may be among them, none is trusted.
    """
    write_json(
        output / RECORD,
        {
            "format": FORMAT,
            "status": "started",
            "identity": identity,
            "files_sha256": fingerprint,
            "images_trusted": trusted,
        },
    )


def finish(
    output: Path,
    identity: dict[str, Any],
    fingerprint: str,
    facts: dict[str, Any],
    files: list[str],
) -> None:
    """Record what was made of what, with the hash of every text file that was written."""
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
        },
    )
