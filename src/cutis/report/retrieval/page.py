"""A retrieval run as one page: what was run, results, ranks, examples, limits, cards."""

from __future__ import annotations

from typing import Any

from cutis.report.retrieval.sections import examples_section, rank_pictures, results_section
from cutis.report.retrieval.source import RetrievalTables
from cutis.report.retrieval.words import direction_words
from cutis.report.sections.about import data_section, model_section, reproduce_section
from cutis.report.sections.flow import Step
from cutis.report.sections.overview import dataset_title, grouping, model_title
from cutis.report.source import RunData
from cutis.report.wording import count

# Section and template name, in the order of the page.
CONTENTS = (
    ("found", "What was looked for"),
    ("recall", "Results"),
    ("ranks", "How far down the list"),
    ("examples", "Examples"),
    ("failures", "Failures"),
    ("limits", "What this does not show"),
    ("cards", "Model and data"),
    ("reproduce", "How to reproduce"),
)


def retrieval_page(run: RunData, tables: RetrievalTables, pictures: bool = True) -> dict[str, Any]:
    """Return what every section of the template shows."""
    return {
        "overview": _overview(run),
        "captions": run.get("captions"),
        "recall": results_section(run),
        "ranks": [
            (direction_words(name).title, picture.inline())
            for name, picture in rank_pictures(run, tables).items()
        ],
        "examples": examples_section(run, tables, pictures),
        "limits": _limits(run),
        "model": model_section(run),
        "data": data_section(run),
        "prompts": None,
        "reproduce": reproduce_section(run) | {"answers": "the ranks of every query are in "
                                               "retrieval.parquet"},
        "version": run.get("versions", "cutis", default=""),
    }  # fmt: skip


def _overview(run: RunData) -> dict[str, Any]:
    model, dataset = model_title(run), dataset_title(run)
    names = list((run.metrics or {}).get("directions", {}))
    tasks = "; ".join(direction_words(name).task.casefold() for name in names)
    images = count(int(run.get("dataset", "counts", "evaluated", default=0)), "image")
    return {
        "kicker": "Retrieval",
        "title": f"{model} on {dataset}",
        "sentence": f"{images} from {dataset} were compared by the model {model}: {tasks}. "
        "It had not been told which belong together.",
        "flow": _flow(run),
        "unreadable": run.unreadable,
    }


def _flow(run: RunData) -> list[Step]:
    counts = {k: n for k, n in run.get("dataset", "counts", default={}).items() if n is not None}
    if "rows_in_table" not in counts:
        return []
    table, split = counts["rows_in_table"], counts.get("rows_in_split", counts["rows_in_table"])
    steps = [Step(table, "rows in the table")]
    if split != table:
        name = run.get("dataset", "split", default="all")
        other = f"{count(table - split, 'row')} of other splits"
        steps.append(Step(split, f"rows in the split ‘{name}’", other))
    unreadable = counts.get("unreadable", 0)
    removed = f"{count(unreadable, 'image')} unreadable" if unreadable else "none unreadable"
    readable = split - unreadable
    steps.append(Step(readable, "images read", removed))
    key = "without_label" if "without_label" in counts else "without_caption"
    bare = counts.get(key, 0)
    what = key.replace("without_", "without a ")
    evaluated = counts.get("evaluated", readable - bare)
    gone = f"{count(bare, 'image')} {what}" if bare else f"none {what}"
    if evaluated < readable - bare:
        gone += f", {count(readable - bare - evaluated, 'row')} of a picture met before"
    steps.append(Step(evaluated, "images compared", gone))
    return steps


def _limits(run: RunData) -> list[dict[str, str]]:
    facts = run.get("captions", default={})
    limits = [
        {
            "title": "This gallery",
            "text": "A longer list of other pictures and captions makes every number worse, a "
            "shorter one better. Numbers of galleries of other sizes cannot be compared; chance "
            "is therefore shown beside each.",
        },
        {
            "title": "Intervals speak of queries",
            "text": "Queries were resampled, the gallery stayed as it is. Another gallery would "
            "add to the uncertainty.",
        },
        {
            "title": "One dataset",
            "text": f"Other cameras, clinics and ways of writing than those of "
            f"{dataset_title(run)} were not tested.",
        },
        {
            "title": "Not a clinical study",
            "text": "Finding the caption that belongs to a picture is not finding the diagnosis: "
            "a caption of another picture may describe this one just as well, and counts as wrong.",
        },
    ]
    if facts.get("n_cut"):
        limits.insert(0, {
            "title": "Captions cut short",
            "text": f"{count(facts['n_cut'], 'caption')} of {facts['n']:,} are longer than the "
            f"{facts['context_length']} tokens this model reads. A model with a longer context "
            "has an advantage here that says nothing about its eye.",
        })  # fmt: skip
    if run.get("protocol") == "diagonal":
        limits.insert(0, {
            "title": "The published protocol",
            "text": "Only the caption in the same row counts: an equal caption of another row is "
            "an error, and further captions of an image are not used.",
        })  # fmt: skip
    if grouping(run) is None:
        limits.append({
            "title": "Images counted as independent",
            "text": "The table names no lesion or patient. If it holds several images of one, "
            "the true confidence intervals are wider than those shown.",
        })  # fmt: skip
    return limits
