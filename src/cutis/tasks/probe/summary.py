"""A probe's run as lines for the terminal, before and after."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cutis.data import Dataset
    from cutis.models import Model
    from cutis.tasks.probe.config import ProbeConfig
    from cutis.tasks.probe.partition import Partition


def curve_lines(record: dict[str, Any]) -> list[str]:
    """Return the method, and one line per amount of training rows when there are several."""
    from cutis.tasks.outputs import interval_text

    lines = [f"{record['label']}, {record['training']}."]
    if len(record["points"]) < 2:
        return lines
    for entry in record["curve"]:
        found = entry["metrics"]["balanced_accuracy"]
        spread = found["seeds"]
        text = (
            f"  {entry['size_name']:<14} n {entry['n_train']:<7.0f} balanced accuracy "
            f"{interval_text(found)}"
        )
        if spread["sd"] is not None:
            text += f"; over {spread['n_seeds']} seeds {spread['mean']:.3f}, SD {spread['sd']:.3f}"
        lines.append(text)
    return lines


def dry_run_lines(
    config: ProbeConfig, full: Dataset, partition: Partition, model: Model, cache: Path
) -> tuple[str, ...]:
    """Return what a run would do: rows, points, and features that are there already."""
    import numpy as np
    import yaml

    from cutis.features import plan
    from cutis.tasks.probe.material import parts_of
    from cutis.tasks.probe.points import all_points

    resolved = yaml.safe_dump(config.model_dump(mode="json"), sort_keys=False).rstrip()
    points = all_points(config)
    counts = [(len(turn.train), len(turn.val), len(turn.test)) for turn in partition.turns]
    mean = np.array(counts).mean(axis=0)
    lines = [
        "Dry run: nothing is written.",
        resolved,
        f"Rows: {len(full)} in the table; {mean[0]:g} to learn from, {mean[1]:g} to choose by, "
        f"{mean[2]:g} to test on" + (f", in each of {len(counts)} folds." if config.folds else "."),
        f"Points: {', '.join(point.name for point in points)}.",
        *(f"Note: {note}" for note in partition.notes),
    ]
    for name, rows in parts_of(partition).items():
        lines.append(f"{name}: {plan(full.select(rows), model, cache=cache).render()}")
    return tuple(lines)
