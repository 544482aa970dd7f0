"""Models on the same cases: the comparison and its conclusions in words nobody can misread."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from cutis.analysis.aligning import align, is_numbered
from cutis.analysis.cases import Cases, JoinConfig, read_cases
from cutis.analysis.finding import Entry, published_classes
from cutis.analysis.rest import against_rest
from cutis.errors import CutisError, nearest_names

if TYPE_CHECKING:
    from cutis.stats.comparison import Comparison

FORMAT = "cutis.paired-comparison/1"


class ComparingConfig(JoinConfig):
    """Settings of the verbs that compare models on the same cases."""

    anchor: str | None = Field(
        default=None,
        description="Model that the others are compared with [the best one on --metric].",
    )
    metric: str = Field(
        default="balanced_accuracy",
        description="Metric the conclusions are about; the tables have all of them.",
    )
    positive: str | None = Field(
        default=None, description="One class to be told from all others, as a two-class problem."
    )
    common: bool = Field(
        default=False, description="Compare on the images all files have, and say how many."
    )
    n_permutations: int = Field(
        default=1000, ge=100, description="Random swaps of each permutation test."
    )
    interval: Literal["percentile", "bca"] = Field(
        default="percentile", description="Bootstrap interval: percentile, or bca."
    )
    stratified: bool = Field(
        default=False, description="Keep the number of groups of every class in each replicate."
    )


def read_entries(entries: Sequence[Entry], config: JoinConfig) -> list[Cases]:
    """Read files of predictions, with the class names that lie beside published ones."""
    out = []
    for entry in entries:
        cases = read_cases(entry.path, config)
        names = published_classes(entry.path) if is_numbered(cases) else None
        if names is not None and len(names.split(",")) == len(cases.classes):
            cases = read_cases(entry.path, config.model_copy(update={"classes": names}))
        out.append(cases)
    return out


def compare_entries(entries: Sequence[Entry], config: ComparingConfig) -> dict[str, Any]:
    """Compare the models of one dataset.

    Returns
    -------
    dict
        The record of :class:`cutis.stats.comparison.Comparison`, and ``classes``, ``headline``,
        ``anchor_chosen``, ``sources``, ``notes`` and ``conclusions``.

    Raises
    ------
    CutisError
        If there is one model only, the files do not fit together, or a name is unknown.
    """
    from cutis.stats.clusters import make_clusters, stratify
    from cutis.stats.comparison import compare
    from cutis.stats.estimate import Settings

    _refuse_one(entries)
    names = [entry.model for entry in entries]
    if config.anchor is not None and config.anchor not in names:
        raise CutisError(
            f"There is no model '{config.anchor}' to compare the others with.",
            allowed=f"The models are {', '.join(names)}.",
            nearest=nearest_names(config.anchor, names),
        )
    read = read_entries(entries, config)
    several = align(read, config.common)
    if config.positive is not None:
        several = [against_rest(cases, config.positive) for cases in several]
    first = several[0]
    _refuse_one_class(first)
    clusters = make_clusters(first.groups_n, len(first))
    if config.stratified:
        clusters = stratify(clusters, first.labels_n)
    settings = Settings(
        config.n_bootstrap, config.confidence, config.seed, config.interval, first.grouping
    )
    try:
        found = compare(
            first.labels_n,
            {name: cases.probs_nc for name, cases in zip(names, several, strict=True)},
            first.classes,
            clusters,
            settings,
            anchor=config.anchor,
            headline=config.metric,
            n_permutations=config.n_permutations,
        )
    except ValueError as error:
        raise CutisError(str(error)) from error
    return {
        **found.to_json(),
        "stratified": config.stratified,
        "classes": list(first.classes),
        "positive_class": first.classes[1] if len(first.classes) == 2 else None,
        "headline": config.metric,
        "anchor_chosen": "given" if config.anchor else f"best {config.metric}",
        "sources": {entry.model: _shown(entry.path) for entry in entries},
        "notes": _notes(found, several, [len(cases) for cases in read], config),
        "conclusions": conclusions(found, config.metric),
    }


def conclusions(found: Comparison, metric: str) -> list[str]:
    """Say for each model what was shown of it against the anchor on one metric."""
    words = metric.replace("_", " ")
    return [
        _sentence(model, found.anchor, words, metric, of[metric].to_json(), found)
        for model, of in found.differences.items()
    ]


def _sentence(
    model: str, anchor: str, words: str, metric: str, record: dict[str, Any], found: Comparison
) -> str:
    numbers = difference_text(record, found.settings.confidence)
    if record["value"] is None:
        return f"{model} and {anchor} cannot be compared in {words}: {record.get('note', '')}."
    if record["verdict"] != "not shown":
        better, other = (model, anchor) if record["verdict"] == "better" else (anchor, model)
        return f"{better} is better than {other} in {words} ({model} minus {anchor}: {numbers})."
    text = (
        f"No difference between {model} and {anchor} in {words} was shown ({model} minus "
        f"{anchor}: {numbers})."
    )
    if record["low"] is None:
        return text + " This does not show that they are equally good."
    from cutis.stats.comparison import LOWER_IS_BETTER

    low, high = record["low"], record["high"]
    if low > 0 or high < 0:
        return (
            f"{text} The interval taken alone excludes 0, but the corrected p-value is not small "
            f"enough for a claim among {found.n_comparisons} comparisons."
        )
    if metric in LOWER_IS_BETTER:
        low, high = -high, -low
    return (
        f"{text} They are not shown to be equally good: the interval allows anything from {anchor} "
        f"being {-low:.3f} better to {model} being {high:.3f} better."
    )


def difference_text(record: dict[str, Any], confidence: float) -> str:
    """Return a difference with its interval and p-value.

    Examples
    --------
    >>> difference_text({"value": -0.1, "low": -0.2, "high": 0.01, "p_holm": 0.0612}, 0.95)
    '-0.100, 95 % CI -0.200 to 0.010, corrected p = 0.061'
    """
    if record["value"] is None:
        return "undefined"
    parts = [f"{record['value']:+.3f}".replace("+0.000", "0.000")]
    if record["low"] is not None:
        parts.append(f"{100 * confidence:g} % CI {record['low']:.3f} to {record['high']:.3f}")
    p = record["p_holm"]
    if p is not None:
        parts.append("corrected p < 0.001" if p < 0.001 else f"corrected p = {p:.3f}")
    return ", ".join(parts)


def _refuse_one(entries: Sequence[Entry]) -> None:
    if len(entries) < 2:
        only = f" ({entries[0].path})" if entries else ""
        raise CutisError(
            f"A comparison needs the predictions of at least two models; one was given{only}.",
            fix="give two files, or a folder that holds several; for one file use 'cutis stats ci'",
        )


def _refuse_one_class(cases: Cases) -> None:
    present = sorted({cases.classes[k] for k in cases.labels_n})
    if len(present) < 2:
        raise CutisError(
            f"All {len(cases)} images are labelled '{present[0]}', so models cannot be compared on "
            "how well they tell classes apart.",
            allowed="Images of at least two classes are needed.",
        )


def _shown(path: Path) -> str:
    return "/".join(path.resolve().parts[-3:])


def _notes(
    found: Comparison, several: Sequence[Cases], sizes: Sequence[int], config: ComparingConfig
) -> list[str]:
    notes = list(dict.fromkeys(note for cases in several for note in cases.notes))
    if config.common and max(sizes) > found.n:
        notes.append(
            f"Compared on the {found.n} images that all files have; the files hold "
            f"{min(sizes)} to {max(sizes)}."
        )
    absent = [c for k, c in enumerate(several[0].classes) if not (several[0].labels_n == k).any()]
    if absent:
        notes.append(f"No image is labelled {', '.join(absent)}; averages run over the others.")
    if found.settings.grouping == "none":
        notes.append(
            "The files name no lesion or patient, so images count as independent. If several show "
            "one lesion, intervals are too narrow and p-values too small: join the table that "
            "names them with --data TABLE."
        )
    if config.anchor is None and len(found.models) > 2:
        notes.append(
            f"{found.anchor} was chosen as the anchor because it is best here. Whichever model is "
            "best by luck would have been chosen, so p-values are corrected for all "
            f"{found.n_comparisons} pairs of models; named beforehand with --anchor, a model is "
            f"compared with {len(found.differences)} others only."
        )
    smallest = 1 / (1 + min(found.n_permutations, found.settings.n_bootstrap))
    if 2 * smallest * found.n_comparisons > 1 - found.settings.confidence:
        notes.append(
            f"With {found.n_comparisons} comparisons and this few replicates some corrected "
            "p-values cannot become small; raise --n-bootstrap and --n-permutations."
        )
    return notes
