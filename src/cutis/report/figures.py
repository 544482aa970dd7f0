"""The charts as SVG files, for papers and slides."""

from __future__ import annotations

from pathlib import Path

from cutis.files import write_text
from cutis.report.sections.acting import act_picture, risk_picture
from cutis.report.sections.calibration import reliability_picture
from cutis.report.sections.confusion import confusion_picture
from cutis.report.sections.curves import pr_panels, roc_panels
from cutis.report.sections.probe import learning_picture
from cutis.report.source import RunData
from cutis.report.svg import Picture, grid

COLUMNS = 4


def write_figures(folder: Path, run: RunData) -> list[Path]:
    """Write the charts a run allows; return their files."""
    written = []
    for name, picture in figures(run).items():
        path = folder / f"{name}.svg"
        write_text(path, picture.standalone())
        written.append(path)
    return written


def figures(run: RunData) -> dict[str, Picture]:
    """Return the charts by file name; those without data are absent."""
    found: dict[str, Picture] = {}
    roc, pr = roc_panels(run), pr_panels(run)
    if roc:
        found["roc"] = grid(roc, COLUMNS, "ROC curve of each class")
        found["precision_recall"] = grid(pr, COLUMNS, "Precision-recall curve of each class")
    for name, picture in (
        ("confusion", confusion_picture(run)),
        ("reliability", reliability_picture(run)),
        ("risk_coverage", risk_picture(run)),
        ("decision", act_picture(run)),
        ("learning_curve", learning_picture(run)),
    ):
        if picture is not None:
            found[name] = picture
    return found
