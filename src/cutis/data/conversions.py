"""What a conversion says of the folder it wrote: its table, so that no other file counts as one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

RECORD = "conversion.json"
FORMAT = "cutis.conversion/1"


def conversion_in(folder: Path) -> dict[str, Any] | None:
    """Return the record of the conversion that wrote a folder, None where none that is known did.

    Parameters
    ----------
    folder
        Any folder.
    """
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return record if isinstance(record, dict) and record.get("format") == FORMAT else None


def tables_of(record: dict[str, Any], names: Sequence[str]) -> list[str]:
    """Return which of some files is the table that a conversion wrote.

    The list of missing images, and whatever else lies there, is none.

    Examples
    --------
    >>> tables_of({"identity": {"name": "ham10000"}}, ["ham10000.csv", "missing.csv"])
    ['ham10000.csv']
    """
    identity = record.get("identity")
    name = identity.get("name") if isinstance(identity, dict) else None
    return [file for file in names if file == f"{name}.csv"]
