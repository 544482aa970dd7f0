"""The last lines of a run on the terminal: where it is, what to do next, what may be shared."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cutis.data import Dataset


def closing_lines(directory: Path) -> tuple[str, ...]:
    """Return the last lines of the output: where the run is and what to do next.

    Examples
    --------
    >>> closing_lines(Path("run"))[0]
    'Run: run'
    """
    return (
        f"Run: {directory}",
        f"Next: open {directory / 'report.html'} in a browser; remake it with "
        f"'cutis report {directory}'",
    )


def sharing_lines(dataset: Dataset, directory: Path) -> tuple[str, ...]:
    """Return a warning when the dataset's terms forbid passing single images on."""
    if dataset.card.share_images is not False:
        return ()
    return (
        f"The terms of {dataset.card.title or dataset.name} do not allow its images to be passed "
        f"on: before you send the report, run 'cutis report {directory} --no-pictures'.",
    )
