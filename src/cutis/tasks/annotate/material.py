"""What annotation and the audits start from: rows, model, features, concepts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cutis.errors import CutisError

if TYPE_CHECKING:
    from cutis.data import Dataset
    from cutis.features import Features
    from cutis.models import Model
    from cutis.tasks.annotate.scorer import ConceptScorer


@dataclass(frozen=True)
class Annotated:
    """Features of the readable images, and what they are asked for.

    Attributes
    ----------
    dataset
        The rows of the features, in their order.
    features
        The features.
    scorer
        From features to scores of concepts.
    """

    dataset: Dataset
    features: Features
    scorer: ConceptScorer


def embed_rows(
    dataset: Dataset, model: Model, cache: Path, batch_size: int | None, workers: int | None
) -> tuple[Dataset, Features]:
    """Return the rows whose image could be read, and their features.

    Raises
    ------
    CutisError
        If no image could be read.
    """
    from cutis.features import embed

    features = embed(dataset, model, cache=cache, batch_size=batch_size, workers=workers)
    if not len(features.ids):
        raise CutisError(
            f"None of the {len(dataset)} images could be read "
            f"(first reason: {features.errors['reason'].iloc[0]}).",
            fix=f"cutis data check --data {dataset.source}",
        )
    return dataset.select(features.rows), features


def identity(
    dataset: Dataset, model: Model, scorer: ConceptScorer, cache: Path, workers: int | None
) -> dict[str, Any]:
    """Return the hashes that decide whether a finished run is still right."""
    from cutis.features import features_key

    return {
        "table_sha256": dataset.table_sha256(),
        "features_key": features_key(dataset, model, cache, workers),
        "model": model.identity(),
        "prompts_sha256": scorer.record["prompts_sha256"],
        "concepts": list(scorer.concepts.ids),
        "concepts_sha256": scorer.record["concepts_sha256"],
        "rules_sha256": scorer.record["rules_sha256"],
        "templates_sha256": scorer.record["templates_sha256"],
        "variant": scorer.variant,
        "temperature": scorer.temperature,
    }
