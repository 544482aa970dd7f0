"""Every metric in plain words: its name, what a value means, and what a guess would reach."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from cutis.report.wording import decimal, hundred, of_100


class MetricWords(NamedTuple):
    """How a metric is shown.

    Attributes
    ----------
    title
        Its name in the table.
    reading
        From a value to a sentence that says what it means.
    chance
        What answering without looking reaches; None where the run must say, or nothing does.
    bounded
        Whether it lies between 0 and 1, so that it can be drawn on a line.
    """

    title: str
    reading: Callable[[float], str]
    chance: float | None = None
    bounded: bool = True


def _top(k: int) -> Callable[[float], str]:
    return lambda v: (
        f"The labelled diagnosis is among the first {k} answers for {of_100(v)} images."
    )


def _gap(value: float) -> str:
    return (
        "The stated confidence of the first answer and the share that is right lie "
        f"{hundred(value)} percentage points apart on average; 0 is ideal."
    )


METRICS: dict[str, MetricWords] = {
    "balanced_accuracy": MetricWords(
        "Balanced accuracy",
        lambda v: (
            "With every diagnosis counted equally, the first answer is right for "
            f"{of_100(v)} images."
        ),
    ),
    "accuracy": MetricWords(
        "Accuracy",
        lambda v: f"On the images as they came, the first answer is right for {of_100(v)}.",
    ),
    "top3_accuracy": MetricWords("Top-3 accuracy", _top(3)),
    "top5_accuracy": MetricWords("Top-5 accuracy", _top(5)),
    "auroc": MetricWords(
        "AUROC",
        lambda v: (
            "Given one image with a diagnosis and one without, the model rates the first as more "
            f"probable in {of_100(v)} pairs; 50 is a guess."
        ),
        chance=0.5,
    ),
    "average_precision": MetricWords(
        "Average precision",
        lambda v: (
            "Going down the images from the most to the least probable, the share that truly has "
            f"the diagnosis is {decimal(v, 2)} on average; 1 is ideal."
        ),
    ),
    "macro_f1": MetricWords(
        "F1, macro",
        lambda v: "Harmonic mean of sensitivity and precision, every diagnosis counted equally.",
    ),
    "weighted_f1": MetricWords(
        "F1, weighted",
        lambda v: "Harmonic mean of both, every diagnosis counted by its number of images.",
    ),
    "kappa": MetricWords(
        "Cohen’s κ",
        lambda v: "Agreement with the labels beyond chance: 0 is none, 1 is complete.",
        chance=0.0,
    ),
    "ece": MetricWords("Calibration error (ECE)", _gap),
    "brier": MetricWords(
        "Brier score",
        lambda v: "Mean squared error of the probabilities; 0 is ideal, lower is better.",
        bounded=False,
    ),
}
ORDER = tuple(METRICS)
LOWER_IS_BETTER = frozenset({"ece", "brier"})


def words_for(name: str) -> MetricWords:
    """Return the words of a metric; an unknown one keeps its own name.

    Examples
    --------
    >>> words_for("top3_accuracy").reading(0.8)
    'The labelled diagnosis is among the first 3 answers for 80 of 100 images.'
    >>> words_for("my_metric").title
    'my metric'
    """
    return METRICS.get(name) or MetricWords(name.replace("_", " "), lambda v: "", bounded=False)
