"""Operating points within the section on diagnoses: tables of the classes that matter most."""

from __future__ import annotations

from typing import Any

from cutis.report.analysis.operating import operating_table
from cutis.report.document import shown_block
from cutis.report.source import RunData


def operating_blocks(run: RunData) -> list[dict[str, Any]]:
    """Return the tables of ``operating_points``, ready for the template; empty without them."""
    blocks = (run.metrics or {}).get("operating_points") or {}
    return [shown_block(operating_table(name, block)) for name, block in blocks.items()]
