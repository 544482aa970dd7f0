"""Values of any kind as the text of one table cell."""

from __future__ import annotations

import json
from typing import Any


def as_text(value: Any) -> str | None:
    """Return a value as text: numbers plainly, lists and mappings as JSON, nothing as None.

    Examples
    --------
    >>> as_text(3.0), as_text(True), as_text([1, "a"]), as_text(" ") is None
    ('3', 'True', '[1, "a"]', True)
    """
    if value is None or value != value:
        return None
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, list | tuple | dict):
        return json.dumps(value, ensure_ascii=False, default=str) if value else None
    return str(value).strip() or None
