"""From a run directory to one HTML file and a few SVG files."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cutis.files import write_text
from cutis.report.source import RunData, read_run_data
from cutis.runs import DISCLAIMER

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).with_name("templates")
REPORT = "report.html"
# Section and template name, in the order of the page.
CONTENTS = (
    ("what", "What was run"),
    ("results", "Results"),
    ("cases", "Differentials of sample cases"),
    ("confusion", "Confusion matrix"),
    ("curves", "ROC and precision-recall"),
    ("calibration", "Can the probabilities be believed?"),
    ("acting", "If it may abstain, or is acted on"),
    ("diagnoses", "Diagnosis by diagnosis"),
    ("subgroups", "Subgroups"),
    ("galleries", "Hits and errors"),
    ("limits", "What this does not show"),
    ("cards", "Model and data"),
    ("reproduce", "How to reproduce"),
)
# Of runs that learn, after the results.
PROBE = ("probe", "How the probe learnt")
# Runs whose page is a document: verb to the function that makes it of the run directory.
DOCUMENTS: dict[str, str] = {
    "compare": "cutis.report.analysis.compare:document",
    "stats ci": "cutis.report.analysis.intervals:document",
    "stats compare": "cutis.report.analysis.compare:document",
    "stats calibration": "cutis.report.analysis.calibration:document",
    "stats conformal": "cutis.report.analysis.conformal:document",
    "stats selective": "cutis.report.analysis.selective:document",
    "stats decision": "cutis.report.analysis.decision:document",
    "stats fairness": "cutis.report.analysis.fairness:document",
    "stats readers": "cutis.report.readers.study:document",
    "stats agreement": "cutis.report.readers.agreement:document",
    "stats mrmc": "cutis.report.readers.mrmc:document",
    "data overlap": "cutis.report.overlap:document",
    "annotate": "cutis.report.annotation.page:document",
    "audit data": "cutis.report.annotation.data_page:document",
    "audit model": "cutis.report.annotation.model_page:document",
}
NEED_LABELS = {
    "confusion", "curves", "calibration", "acting", "diagnoses", "subgroups", "galleries",
}  # fmt: skip


def build_report(run_dir: Path, pictures: bool = True) -> Path:
    """Write ``report.html`` and ``figures/*.svg`` of a finished run.

    Only the run directory is read, so a run that was moved to another machine gives the same
    bytes there.

    Parameters
    ----------
    run_dir
        A run directory with a ``run.json``; whatever else is missing is left out and said so.
    pictures
        Whether to show thumbnails of cases.

    Returns
    -------
    Path
        The report.

    Raises
    ------
    CutisError
        If the folder holds no finished run or a file of it cannot be parsed.
    """
    from cutis.report.figures import write_figures

    run_dir = Path(run_dir)
    run = read_run_data(run_dir)
    target = run_dir / REPORT
    if run.get("verb") == "retrieve":
        write_text(target, _render_retrieval(run_dir, run, pictures))
        return target
    if run.get("verb") in DOCUMENTS:
        write_text(target, render_document(run, pictures))
        return target
    write_figures(run_dir / "figures", run)
    write_text(target, render(run, pictures))
    return target


def render(run: RunData, pictures: bool = True) -> str:
    """Return the HTML of a run; the same run always gives the same text."""
    from cutis.report.sections.acting import acting_section

    contents = [entry for entry in CONTENTS if run.metrics or entry[0] not in NEED_LABELS]
    if acting_section(run) is None:
        contents = [entry for entry in contents if entry[0] != "acting"]
    if run.probe is not None:
        contents.insert(2, PROBE)
    return fill("report.html.j2", ("style.css", "print.css"), contents, page(run, pictures))


def render_document(run: RunData, pictures: bool = True) -> str:
    """Return the HTML of a run whose page is a document.

    Parameters
    ----------
    run
        A finished run of one of the verbs in ``DOCUMENTS``.
    pictures
        Whether to show pictures of cases.
    """
    import importlib
    from dataclasses import replace

    from cutis.report.document import fill_document, without_pictures
    from cutis.report.sections.about import reproduce_section

    module, _, name = DOCUMENTS[str(run.get("verb"))].partition(":")
    document = getattr(importlib.import_module(module), name)(run)
    if not pictures:
        sections = [replace(s, blocks=without_pictures(s.blocks)) for s in document.sections]
        document = replace(document, sections=sections)
    version = run.get("versions", "cutis", default="")
    return fill_document(document, reproduce_section(run), version)


def fill(
    template: str,
    sheets: tuple[str, ...],
    contents: Sequence[tuple[str, str]],
    parts: dict[str, Any],
) -> str:
    """Return a page: a template with its style sheets, contents and parts.

    Parameters
    ----------
    template, sheets
        File names in the folder of templates.
    contents
        Anchor and title of every section.
    parts
        What the sections show, by name.
    """
    from markupsafe import Markup

    style = "".join((TEMPLATES / name).read_text(encoding="utf-8") for name in sheets)
    text = (
        _environment()
        .get_template(template)
        .render(disclaimer=DISCLAIMER, contents=contents, style=Markup(style), **parts)
    )
    return text + "\n"


def _render_retrieval(run_dir: Path, run: RunData, pictures: bool) -> str:
    from cutis.report.retrieval.page import CONTENTS as SECTIONS
    from cutis.report.retrieval.page import retrieval_page
    from cutis.report.retrieval.sections import rank_pictures
    from cutis.report.retrieval.source import read_tables

    tables = read_tables(run_dir)
    for name, picture in rank_pictures(run, tables).items():
        write_text(run_dir / "figures" / f"ranks_{name}.svg", picture.standalone())
    sheets = ("style.css", "retrieval.css", "print.css")
    parts = retrieval_page(run, tables, pictures)
    return fill("report.html.j2", sheets, SECTIONS, parts)


def page(run: RunData, pictures: bool = True) -> dict[str, Any]:
    """Return what every section of the template shows."""
    from cutis.report.sections.about import (
        data_section,
        model_section,
        prompts_section,
        reproduce_section,
    )
    from cutis.report.sections.acting import acting_section
    from cutis.report.sections.calibration import calibration_section
    from cutis.report.sections.cases import cases_section
    from cutis.report.sections.classes import classes_section
    from cutis.report.sections.confusion import confusion_section
    from cutis.report.sections.curves import curves_section
    from cutis.report.sections.headline import headline
    from cutis.report.sections.limits import limits_section
    from cutis.report.sections.operating import operating_blocks
    from cutis.report.sections.overview import overview
    from cutis.report.sections.probe import probe_section
    from cutis.report.sections.subgroups import missing_values, subgroups_section

    return {
        "overview": overview(run),
        "headline": headline(run),
        "probe": probe_section(run),
        "cases": cases_section(run, pictures),
        "confusion": confusion_section(run),
        "curves": curves_section(run),
        "calibration": calibration_section(run),
        "acting": acting_section(run),
        "classes": classes_section(run),
        "operating": operating_blocks(run),
        "subgroups": subgroups_section(run),
        "missing_values": missing_values(run),
        "limits": limits_section(run),
        "model": model_section(run),
        "data": data_section(run),
        "prompts": prompts_section(run),
        "reproduce": reproduce_section(run),
        "version": run.get("versions", "cutis", default=""),
    }


@lru_cache(maxsize=1)
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    from cutis.report.sections.about import is_web_address

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.tests["web_address"] = is_web_address
    return environment
