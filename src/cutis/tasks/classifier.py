"""Class names to the weights of a zero-shot classifier, by way of prompts and a text tower."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cutis.errors import CutisError

if TYPE_CHECKING:
    from cutis.models import Model
    from cutis.prompts import TemplateSet
    from cutis.tasks.classes import ClassList

PUBLISHED_SCALE = 100.0


@dataclass(frozen=True)
class ZeroShotClassifier:
    """Weights of a classifier made of prompts.

    Attributes
    ----------
    classes
        Class names, in the order of the columns.
    weights_cd
        Unit text feature of every class, c classes by d features.
    scale
        Factor on the cosine similarity before the softmax.
    prompts
        What the weights were made of: set name, hash, templates, names used per class.
    """

    classes: tuple[str, ...]
    weights_cd: np.ndarray
    scale: float
    prompts: dict[str, Any]

    def probabilities(self, features_nd: np.ndarray) -> np.ndarray:
        """Return probabilities, n images by c classes, from image features, n by d."""
        from cutis.prompts import zero_shot_probabilities

        return zero_shot_probabilities(features_nd, self.weights_cd, self.scale)


def make_classifier(
    model: Model,
    classes: ClassList,
    templates: str | None,
    cache: Path,
    scale: float | None,
    plain_names: bool = False,
) -> ZeroShotClassifier:
    """Embed every class's prompts and average them.

    Parameters
    ----------
    model
        A model with a text tower.
    classes
        Names and synonyms to choose between.
    templates
        A file of templates, the name of a bundled set, or None for the dermatology set.
    cache
        Folder of cached features.
    scale
        Factor on the cosine; None takes the model card's, or else 100 as published.
    plain_names
        Prompt with the class names alone, as the published protocols do: no synonyms.

    Raises
    ------
    CutisError
        If the model has no text tower or the templates cannot be read.
    """
    from cutis.features.texts import embed_texts
    from cutis.models.halves import require_both
    from cutis.prompts import Vocabulary, class_prompts, text_classifier

    require_both(model)
    template_set = read_templates(templates)
    synonyms = {} if plain_names else classes.synonyms
    vocabulary = Vocabulary() if plain_names else None
    prompts = class_prompts(classes.names, synonyms, template_set, vocabulary)
    features_md = embed_texts(model, prompts.texts, cache)
    weights_cd = text_classifier(features_md, prompts.class_of_text, len(classes.names))
    if scale is None:
        scale = model.card.zero_shot_scale or PUBLISHED_SCALE
    record = {
        "template_set": template_set.name,
        "templates": list(template_set.templates),
        "templates_sha256": template_set.sha256,
        "prompts_sha256": prompts.sha256,
        "n_prompts": len(prompts.texts),
        "names": dict(zip(classes.names, map(list, prompts.names), strict=True)),
        "classes_from": classes.source,
        "scale": scale,
    }
    return ZeroShotClassifier(classes.names, weights_cd, float(scale), record)


def read_templates(templates: str | None) -> TemplateSet:
    """Read the templates a user asked for.

    Parameters
    ----------
    templates
        A file of templates, the name of a bundled set, or None for the dermatology set.

    Raises
    ------
    CutisError
        If they cannot be read, or one is no template.
    """
    from cutis.prompts import load_templates

    try:
        return load_templates(templates)
    except (OSError, ValueError) as error:
        raise CutisError(
            f"The templates {templates} cannot be used: {error}",
            allowed="A template is a sentence with {} where the class name goes.",
            fix="give a YAML list of such sentences with --templates, or leave it out",
        ) from error
