"""What is said of a pair on the terminal and on its card."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cutis.features import Features
    from cutis.models.pairing.fit import Fitted


def card_metrics(metrics: dict[str, Any]) -> dict[str, float]:
    """Return the headline numbers of the validation rows, for the card.

    Examples
    --------
    >>> found = {"zero_shot": {"n": 9, "metrics": {"auroc": {"value": 0.9, "low": 0.8,
    ...                                                      "high": None}}}}
    >>> card_metrics(found)
    {'validation_n': 9.0, 'validation_auroc': 0.9, 'validation_auroc_low': 0.8}
    """
    found: dict[str, float] = {}
    for section, names in (("zero_shot", ("balanced_accuracy", "auroc")),
                           ("image_to_text", ("mean_recall",)),
                           ("text_to_image", ("mean_recall",))):  # fmt: skip
        part = metrics.get(section)
        if part is None:
            continue
        start = "validation" if section == "zero_shot" else f"validation_{section}"
        found[f"{start}_n"] = float(part["n"])
        for name in names:
            estimate = part["metrics"].get(name, {})
            for key, end in (("value", ""), ("low", "_low"), ("high", "_high")):
                if estimate.get(key) is not None:
                    found[f"{start}_{name}{end}"] = round(float(estimate[key]), 4)
    return found


def summary(
    facts: dict[str, Any], fitted: Fitted, metrics: dict[str, Any], features: Features
) -> tuple[str, ...]:
    """Return what was learned and how well, as lines for the terminal."""
    last = fitted.looks[-1]
    lines = [
        f"Trained on {facts['n_train_used']} images of {facts['dataset']} ('{facts['split']}'); "
        f"step {fitted.step} was the best of {last.step}.",
        f"On the validation rows that chose it ({facts['validation']}):",
    ]
    for section, what, names in (
        ("zero_shot", "by prompts", ("balanced_accuracy", "auroc")),
        ("image_to_text", "image to text", ("mean_recall",)),
        ("text_to_image", "text to image", ("mean_recall",)),
    ):
        for name in names if section in metrics else ():
            lines.append(f"  {what}, {name.replace('_', ' ')}: "
                         + interval_words(metrics[section]["metrics"].get(name, {})))  # fmt: skip
    if len(features.errors):
        lines.append(f"{len(features.errors)} images could not be read and were left out.")
    return tuple(lines)


def interval_words(estimate: dict[str, Any]) -> str:
    """Say a value with its interval.

    Examples
    --------
    >>> interval_words({"value": 0.6251, "low": 0.55, "high": 0.7})
    '0.625 (0.550 to 0.700)'
    >>> interval_words({"value": None})
    'not defined'
    """
    value, low, high = (estimate.get(key) for key in ("value", "low", "high"))
    if value is None:
        return "not defined"
    return f"{value:.3f}" + (f" ({low:.3f} to {high:.3f})" if None not in (low, high) else "")


def closing(directory: Path) -> tuple[str, ...]:
    """Return the last lines: where the model is and what to do with it."""
    return (
        f"Model: {directory}",
        f"Next: cutis zero-shot --data TABLE --model local-dir:{directory} -o NEW_FOLDER",
    )
