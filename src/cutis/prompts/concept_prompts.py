"""From concepts and templates to the texts to embed, and from their features to directions."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

import numpy as np

from cutis.prompts.concept_scores import ConceptDirections, concept_directions
from cutis.prompts.concept_templates import ConceptTemplates
from cutis.prompts.concepts import ConceptSet


@dataclass(frozen=True)
class ConceptPrompts:
    """The texts of a set of concepts, each once.

    Attributes
    ----------
    texts
        (m,) different texts.
    targets_kt
        For each concept (k, t) numbers of its texts, k templates by t terms.
    references
        For each template the numbers of its reference texts.
    """

    texts: tuple[str, ...]
    targets_kt: tuple[np.ndarray, ...]
    references: tuple[np.ndarray, ...]

    @property
    def sha256(self) -> str:
        """Hash of the texts and their places, for the record."""
        places = [part.tolist() for part in (*self.targets_kt, *self.references)]
        return hashlib.sha256(json.dumps([self.texts, places]).encode()).hexdigest()

    def directions(self, features_md: np.ndarray) -> ConceptDirections:
        """Return what images are compared with, from the features of the texts, m by d."""
        return concept_directions(
            [features_md[part] for part in self.targets_kt],
            [features_md[part] for part in self.references],
        )

    def target_means(self, features_md: np.ndarray) -> np.ndarray:
        """Return the mean unit feature over all texts of each concept, (c, d)."""
        unit_md = features_md / np.linalg.norm(features_md, axis=1, keepdims=True)
        return np.stack([unit_md[part.ravel()].mean(axis=0) for part in self.targets_kt])


def concept_prompts(concepts: ConceptSet, templates: ConceptTemplates) -> ConceptPrompts:
    """Put every term of every concept into every template.

    Examples
    --------
    >>> from cutis.prompts.concepts import Concept
    >>> asked = ConceptSet("x", (Concept("scale", "scale", ("flakes",)),))
    >>> prompts = concept_prompts(asked, ConceptTemplates("t", ("photo of {}",), (("photo",),)))
    >>> prompts.texts, prompts.targets_kt[0].tolist(), prompts.references[0].tolist()
    (('photo of scale', 'photo of flakes', 'photo'), [[0, 1]], [2])
    """
    numbers: dict[str, int] = {}

    def number(text: str) -> int:
        return numbers.setdefault(text, len(numbers))

    targets = tuple(
        np.array(
            [
                [number(sentence.replace("{}", term)) for term in concepts.terms(concept)]
                for sentence in templates.templates
            ],
            dtype=np.int64,
        )
        for concept in concepts.concepts
    )
    references = tuple(
        np.array([number(text) for text in row], dtype=np.int64) for row in templates.references
    )
    return ConceptPrompts(tuple(numbers), targets, references)
