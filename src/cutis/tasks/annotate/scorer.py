"""A model, concepts and sentences become a function from image features to concept scores."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cutis.errors import CutisError

if TYPE_CHECKING:
    from cutis.models import Model
    from cutis.prompts import ConceptDirections, ConceptSet, ConceptTemplates
    from cutis.prompts.concept_scores import Variant
    from cutis.tasks.annotate.config import ConceptConfig


@dataclass(frozen=True)
class ConceptScorer:
    """Texts of concepts under one model.

    Attributes
    ----------
    concepts
        What is scored, in the order of the columns.
    directions
        Mean text features.
    means_cd
        Mean unit feature over all texts of each concept, without references.
    temperature
        Divisor of the cosine difference.
    variant
        Order of averaging.
    record
        What the scores are made of, for ``run.json``.
    """

    concepts: ConceptSet
    directions: ConceptDirections
    means_cd: np.ndarray
    temperature: float
    variant: Variant
    record: dict[str, Any]

    def scores(self, features_nd: np.ndarray) -> np.ndarray:
        """Return scores, n images by k concepts, from image features, n by d."""
        from cutis.prompts import concept_scores

        return concept_scores(features_nd, self.directions, self.temperature, self.variant)

    def similarities(self, features_nd: np.ndarray) -> np.ndarray:
        """Return products of unit image features and mean text features, n by k."""
        length_n1 = np.linalg.norm(features_nd, axis=1, keepdims=True)
        product: np.ndarray = (features_nd / length_n1).astype(np.float64) @ self.means_cd.T
        return product


def make_scorer(
    model: Model,
    concepts: ConceptSet,
    templates: ConceptTemplates,
    config: ConceptConfig,
    cache: Path,
) -> ConceptScorer:
    """Embed every text of every concept, each once and cached.

    Parameters
    ----------
    model
        A model with both towers.
    concepts, templates
        What is asked for, and in which sentences.
    config
        Temperature and variant.
    cache
        Folder of cached features.

    Raises
    ------
    CutisError
        If the model lacks a tower, or has no temperature of its own and none is given.
    """
    from cutis.features.texts import embed_texts
    from cutis.models.halves import require_both
    from cutis.prompts import concept_prompts

    require_both(model)
    temperature = resolve_temperature(config.temperature, model)
    prompts = concept_prompts(concepts, templates)
    features_md = embed_texts(model, prompts.texts, cache).astype(np.float64)
    record = {
        "concept_set": concepts.name,
        "concepts_sha256": concepts.sha256,
        "rules_sha256": concepts.rules_sha256,
        "concepts": [
            {
                "id": c.id,
                "label": c.label,
                "group": c.group,
                "terms": list(concepts.terms(c)),
            }
            for c in concepts.concepts
        ],
        "template_set": templates.name,
        "templates": list(templates.templates),
        "references": [list(row) for row in templates.references],
        "templates_sha256": templates.sha256,
        "prompts_sha256": prompts.sha256,
        "n_prompts": len(prompts.texts),
        "variant": config.variant,
        "temperature": temperature,
        "temperature_from": config.temperature,
        "notes": list(concepts.notes),
    }
    return ConceptScorer(
        concepts,
        prompts.directions(features_md),
        prompts.target_means(features_md),
        temperature,
        config.variant,
        record,
    )


def resolve_temperature(given: str, model: Model) -> float:
    """Return the divisor of the cosine difference.

    Parameters
    ----------
    given
        ``model`` for one over the model's own scale, ``published`` for 1/exp(4.5944), or a number.
    model
        The model.

    Raises
    ------
    CutisError
        If the model has no scale of its own.
    """
    from cutis.prompts import PUBLISHED_TEMPERATURE

    if given == "published":
        return PUBLISHED_TEMPERATURE
    if given != "model":
        return float(given)
    if not model.logit_scale or model.logit_scale <= 0:
        raise CutisError(
            f"The model '{model.name}' has no temperature of its own.",
            fix="--temperature published, or a number such as 0.02",
        )
    return 1.0 / float(model.logit_scale)
