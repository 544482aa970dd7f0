"""Which format a source has: the one that was named, or the only one that fits."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from cutis.data.convert.format import Format
from cutis.data.convert.source import Source
from cutis.errors import CutisError, nearest_names

AUTO = "auto"


def choose(formats: Sequence[Format], name: str, path: Path, output: Path) -> Format:
    """Return the format that was named, or find it out.

    Parameters
    ----------
    formats
        All formats.
    name
        Name of one, or ``auto``.
    path
        What is converted.
    output
        Where it goes, for the command in a message.

    Raises
    ------
    CutisError
        If there is no such format, or none or several fit.
    """
    by_name = {entry.name: entry for entry in formats}
    if name != AUTO:
        if name.casefold() in by_name:
            return by_name[name.casefold()]
        raise CutisError(
            f"There is no format '{name}'.",
            allowed=f"Formats: {', '.join(by_name)}; or leave it out to have it found.",
            nearest=nearest_names(name, by_name),
            fix="cutis data convert --list",
        )
    fitting = recognised(formats, Source(path, alone=True))
    if len(fitting) == 1:
        return fitting[0]
    where, to = shlex.quote(str(path)), shlex.quote(str(output))
    tables = Source(path, alone=True).tables_of_images() if not fitting else []
    if tables:
        table = shlex.quote(str((path if path.is_dir() else path.parent) / tables[0]))
        raise CutisError(
            f"{path} has no layout that is recognised, but {tables[0]} looks like a table of "
            "images, which needs no conversion.",
            fix=f"cutis data show --data {table}; or name a format ('cutis data convert --list')",
        )
    if not fitting:
        raise CutisError(
            f"{path} has no layout that is recognised.",
            allowed="'cutis data convert --list' says what each format looks for.",
            fix=f"name it, for instance cutis data convert imagefolder {where} -o {to}",
        )
    names = [entry.name for entry in fitting]
    raise CutisError(
        f"{path} could be {' or '.join(names)}.",
        fix=" or ".join(f"cutis data convert {n} {where} -o {to}" for n in names),
    )


def recognised(formats: Sequence[Format], source: Source) -> list[Format]:
    """Return the formats that a source fits: published layouts, else general ones."""
    open_ones = [entry for entry in formats if not entry.by_hand]
    for generic in (False, True):
        fitting = [e for e in open_ones if e.generic == generic and e.recognise(source)]
        if fitting:
            return fitting
    return []
