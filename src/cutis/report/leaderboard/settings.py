"""The settings beside rows and prompts that make two runs other experiments."""

from __future__ import annotations

from typing import Any

from cutis.report.source import RunData

# By method; what a method does not read may differ.
_FITTED = {
    "linear": ("c", "class_weight"),
    "knn": ("k", "votes"),
    "mean": (),
    "cache": ("alpha", "beta", "scale"),
}
_DIVIDED = ("sampling", "folds", "allow_shared_groups", "seed")


def settings_words(run: RunData) -> str | None:
    """Return the settings that runs of one column must share, in words; None where there are none.

    Of a probe they are what its fit chooses from and how rows were divided and drawn; of an
    annotation the concepts, how answers are read, and how a score is made.

    Examples
    --------
    >>> config = {"method": "knn", "k": [5, 10], "votes": "plain", "seed": 0}
    >>> settings_words(RunData({"verb": "probe"}, config))
    'k 5 10, votes plain, seed 0'
    """
    if run.get("verb") == "probe":
        return _words(_probe(run))
    if run.get("verb") == "annotate":
        return _words(_annotation(run))
    return None


def _probe(run: RunData) -> dict[str, Any]:
    config = run.config
    published = config.get("protocol") == "panderm"
    fitted = _FITTED.get(str(config.get("method")), ())
    names = () if published and config.get("method") == "linear" else fitted
    return {name: config.get(name) for name in (*names, *_DIVIDED)}


def _annotation(run: RunData) -> dict[str, Any]:
    def digest(key: str) -> str | None:
        value = run.get("concepts", key)
        return None if value is None else f"SHA-256 {str(value)[:8]}"

    return {
        "concepts": digest("concepts_sha256"),
        "answers read by": digest("rules_sha256"),
        "sentences": digest("templates_sha256"),
        "variant": run.get("concepts", "variant"),
        "temperature": run.get("concepts", "temperature_from"),
        "min_positives": run.config.get("min_positives"),
    }


def _words(facts: dict[str, Any]) -> str | None:
    """Return names and values; what is not set and what is switched off is left out."""
    said = [
        f"{name} {' '.join(map(str, value)) if isinstance(value, list | tuple) else value}"
        for name, value in facts.items()
        if value is not None and value is not False and value != []
    ]
    return ", ".join(said) or None
