"""Title, the one sentence of what was run on what, and the numbers behind it."""

from __future__ import annotations

from typing import Any

from cutis.report.sections.flow import flow_steps
from cutis.report.source import RunData
from cutis.report.wording import count, unit

VERBS = {
    "zero-shot": ("Zero-shot diagnosis", "by text prompts alone, using none of the labels"),
    "probe": ("Linear probe", "by a linear classifier on its image features"),
    "finetune": ("Fine-tuned model", "after training on other images of the dataset"),
}


def overview(run: RunData) -> dict[str, Any]:
    """Return title, kicker, the plain sentence, the flow and the class counts."""
    kicker, how = _method(run)
    model, dataset = model_title(run), dataset_title(run)
    return {
        "kicker": kicker,
        "model": model,
        "dataset": dataset,
        "title": f"{model} on {dataset}",
        "sentence": _sentence(run, model, dataset, how),
        "classes": list(run.classes),
        "flow": flow_steps(run),
        "unreadable": run.unreadable,
        "counts": class_counts(run),
    }


def _method(run: RunData) -> tuple[str, str]:
    """Return what kind of run this is, and how the answers came about."""
    label = run.get("probe", "label")
    if label is None:
        return VERBS.get(str(run.get("verb")), ("Evaluation", "by the model named above"))
    training = run.get("probe", "training", default="other images")
    how = f"by its image features and a {label}, which learnt from {training}"
    return str(label)[:1].upper() + str(label)[1:], how


def model_title(run: RunData) -> str:
    """Return the model's name for prose."""
    return str(
        run.get("model", "card", "title")
        or run.get("model", "card", "name")
        or run.get("model", "identity", "name", default="an unnamed model")
    )


def dataset_title(run: RunData) -> str:
    """Return the dataset's name for prose."""
    return str(
        run.get("dataset", "card", "title")
        or run.get("dataset", "name", default="an unnamed dataset")
    )


def grouping(run: RunData) -> str | None:
    """Return the column whose groups were resampled, or None when every image stood alone."""
    column = run.metrics.get("grouping") if run.metrics else run.get("dataset", "roles", "group")
    return None if column in (None, "", "none", "image", "row") else str(column)


def unit_words(run: RunData) -> str:
    """Return what was resampled, in the plural: lesions, patients, or images without groups."""
    column = grouping(run)
    return unit(column)[1] if column else "images"


def groups_text(run: RunData, n_images: int, n_groups: int | None) -> str:
    """Return '3,446 images of 3,446 lesions', or the images alone without groups."""
    images = count(n_images, "image")
    column = grouping(run)
    if column is None or n_groups is None:
        return images
    return f"{images} of {count(n_groups, *unit(column))}"


def _sentence(run: RunData, model: str, dataset: str, how: str) -> str:
    modality = run.get("dataset", "card", "modality")
    kind = f" ({modality})" if modality else ""
    classes = count(len(run.classes), "diagnosis", "diagnoses")
    if run.metrics is not None:
        what = groups_text(run, run.metrics["n"], run.metrics.get("n_groups"))
    else:
        n = 0 if run.predictions is None else len(run.predictions)
        what = count(n, "image")
    verb = "was" if what.startswith("1 image") and what[7:8] != "s" else "were"
    text = (
        f"{what} from {dataset}{kind} {verb} shown to the model {model}, which ranked "
        f"{classes} for each of them {how}."
    )
    if run.metrics is None:
        return text + " The table has no labels, so nothing below says how often it was right."
    return text + " Its answers were compared with the labels of the dataset."


def class_counts(run: RunData) -> list[dict[str, Any]]:
    """Return, per class, the images labelled so and the images answered so."""
    if run.predictions is None:
        return []
    metrics = run.metrics
    labels, answers = run.predictions.labels_n, run.predictions.probs_nc.argmax(axis=1)
    used = run.labelled if metrics is not None else slice(None)
    labelled = [int((labels == i).sum()) for i in range(len(run.classes))]
    answered = [int((answers[used] == i).sum()) for i in range(len(run.classes))]
    shown = answered if metrics is None else [*labelled, *answered]
    most = max([*shown, 1])
    return [
        {"name": name, "labelled": None if metrics is None else n, "answered": m, "most": most}
        for name, n, m in zip(run.classes, labelled, answered, strict=True)
    ]
