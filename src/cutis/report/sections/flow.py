"""How many rows came in, which were set aside and why, and how many were evaluated."""

from __future__ import annotations

from typing import NamedTuple

from cutis.report.source import RunData
from cutis.report.wording import count


class Step(NamedTuple):
    """One station of the flow.

    Attributes
    ----------
    n
        Rows that remain here.
    text
        What they are.
    removed
        Rows set aside on the way here, in words; empty when none.
    """

    n: int
    text: str
    removed: str = ""


def flow_steps(run: RunData) -> list[Step]:
    """Return the stations from the table to the evaluation; empty when the run has no counts."""
    counts = {k: n for k, n in run.get("dataset", "counts", default={}).items() if n is not None}
    if "rows_in_table" not in counts:
        return []
    table, split = counts["rows_in_table"], counts.get("rows_in_split", counts["rows_in_table"])
    unreadable = counts.get("unreadable", 0)
    without_label = counts.get("without_label", 0)
    name = run.get("dataset", "split", default="all")
    steps = [Step(table, "rows in the table")]
    if split != table:
        steps.append(
            Step(
                split,
                f"rows in the split ‘{name}’",
                f"{count(table - split, 'row')} of other splits",
            )
        )
    readable = split - unreadable
    steps.append(
        Step(readable, "images read and diagnosed", _removed(unreadable, "image", "unreadable"))
    )
    if run.metrics is not None:
        evaluated = counts.get("evaluated", readable - without_label)
        steps.append(
            Step(evaluated, "images evaluated", _removed(without_label, "image", "without a label"))
        )
    return steps


def _removed(n: int, noun: str, why: str) -> str:
    return f"{count(n, noun)} {why}" if n else f"none {why}"
