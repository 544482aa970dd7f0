"""What these numbers do not show: limits that follow from the run itself."""

from __future__ import annotations

from typing import Any

import numpy as np

from cutis.report.sections.overview import dataset_title, grouping, model_title
from cutis.report.source import RunData, dig
from cutis.report.wording import count, heading, listing

ASKED = {
    "skin_tone": "skin tone",
    "age": "age",
    "sex": "sex",
    "site": "body site",
}


def limits_section(run: RunData) -> list[dict[str, str]]:
    """Return the limits as title and text, the gravest first."""
    found = [
        _seen_in_training(run),
        _closed_list(run),
        _one_source(run),
        _not_recorded(run),
        _small_subgroups(run),
        _grouping(run),
        _unreadable(run),
        _calibration(run),
        _many_intervals(run),
        {
            "title": "Not a clinical study",
            "text": "Images were judged alone, without history, palpation or comparison with "
            "other lesions. Nothing here says how a clinician with this model would do.",
        },
    ]
    return [item for item in found if item is not None]


def overlap(run: RunData) -> list[str]:
    """Return the classes of this run that the model saw with labels in training.

    A class counts as seen under any of the names its prompts used, and when it is a kind of a
    seen one by name: 'common nevus' of 'nevus'.
    """
    seen = [
        set(str(n).casefold().split()) for n in run.get("model", "card", "seen_classes", default=[])
    ]
    names = run.get("prompts", "names", default={})
    return [
        name
        for name in run.classes
        if any(
            known <= set(str(other).casefold().split())
            for other in (name, *names.get(name, ()))
            for known in seen
        )
    ]


def _seen_in_training(run: RunData) -> dict[str, str] | None:
    shared = overlap(run)
    warnings = run.get("model", "card", "warnings", default=[])
    if shared:
        return {
            "title": "Not blind to these diagnoses",
            "text": f"{model_title(run)} saw {listing(shared)} with labels in training, under "
            "these names or as part of a wider diagnosis ('common nevus' is a 'nevus'). "
            f"{_what_it_learnt(run)} Whether these very images were among its training images, "
            "the run cannot tell.",
        }
    if not run.get("model", "card", "training_data") and not warnings:
        return {
            "title": "Training data unknown",
            "text": "The model card does not say what the model was trained on; images of this "
            "dataset may be among it, and the numbers would then be too good.",
        }
    return None


def _what_it_learnt(run: RunData) -> str:
    if run.probe is not None:
        return "The probe added labels of this table to that."
    return (
        "Zero-shot here means that no label of this table was used, not that the diagnoses were "
        "new."
    )


def _closed_list(run: RunData) -> dict[str, str] | None:
    if not run.classes:
        return None
    names = count(len(run.classes), "diagnosis", "diagnoses")
    return {
        "title": "A closed list of answers",
        "text": f"The model had to choose among {names}. "
        "Any other disease, healthy skin, or a picture of something else would still have been "
        "given one of these names.",
    }


def _one_source(run: RunData) -> dict[str, str]:
    modality = run.get("dataset", "card", "modality")
    kind = f"{modality} images" if modality else "images"
    return {
        "title": "One dataset",
        "text": f"These are {kind} from {dataset_title(run)}. Other cameras, clinics, countries "
        "and kinds of images were not tested, nor was another mix of diagnoses.",
    }


def _not_recorded(run: RunData) -> dict[str, str] | None:
    columns = set(dig(run.metrics, "subgroups", default={}))
    if run.predictions is not None:
        columns |= set(run.predictions.subgroup_columns)
    missing = [words for column, words in ASKED.items() if column not in columns]
    if not missing:
        return None
    return {
        "title": f"Not tested by {listing(missing, link='or')}",
        "text": "The table does not record it, or holds a single value, so differences between "
        "people could not be looked for. That is not evidence that there are none.",
    }


def _small_subgroups(run: RunData) -> dict[str, str] | None:
    small = []
    for column, parts in dig(run.metrics, "subgroups", default={}).items():
        names = [v for v, p in parts.items() if p.get("metrics") is None and v != "(missing)"]
        if names:
            small.append(f"{heading(column)}: {listing(names)}.")
    if not small:
        return None
    return {
        "title": "Groups too small to judge",
        "text": "Counted, not measured. " + " ".join(small),
    }


def _grouping(run: RunData) -> dict[str, str] | None:
    if run.metrics is None or grouping(run) is not None:
        return None
    return {
        "title": "Images counted as independent",
        "text": "The table names no lesion or patient. If it holds several images of one, the true "
        "confidence intervals are wider than those shown.",
    }


def _unreadable(run: RunData) -> dict[str, str] | None:
    n = int(run.get("dataset", "counts", "unreadable", default=len(run.unreadable)))
    if not n:
        return None
    return {
        "title": "Unreadable images left out",
        "text": f"{count(n, 'image')} could not be read and are in no number of this report.",
    }


def _calibration(run: RunData) -> dict[str, str] | None:
    if run.predictions is None or not len(run.predictions):
        return None
    top = float(np.mean(run.predictions.probs_nc.max(axis=1)))
    return {
        "title": "Probabilities are not risks",
        "text": "They are similarities between an image and sentences, scaled to sum to one over "
        f"the list (mean of the highest: {top:.2f}). They know nothing of how common a disease is "
        "where the model is used.",
    }


def _many_intervals(run: RunData) -> dict[str, str] | None:
    tables: dict[str, Any] = dig(run.metrics, "subgroups", default={})
    if not tables:
        return None
    return {
        "title": "Many comparisons",
        "text": "Intervals of classes and subgroups are not adjusted for how many are shown; "
        "some will miss the truth by chance alone. They show sampling error only, not the effect "
        "of other prompts or another model seed.",
    }
