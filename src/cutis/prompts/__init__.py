"""Names and templates to a zero-shot classifier or concept scores. Imports no other room."""

from __future__ import annotations

from cutis.prompts.class_prompts import Prompts, class_prompts
from cutis.prompts.classifier import text_classifier, zero_shot_probabilities
from cutis.prompts.concept_files import concept_set_names, load_concepts
from cutis.prompts.concept_prompts import ConceptPrompts, concept_prompts
from cutis.prompts.concept_rules import LabelRule, folded_name, read_labels
from cutis.prompts.concept_scores import (
    PUBLISHED_TEMPERATURE,
    ConceptDirections,
    concept_directions,
    concept_scores,
)
from cutis.prompts.concept_templates import ConceptTemplates, load_concept_templates
from cutis.prompts.concepts import Concept, ConceptSet, join_sets
from cutis.prompts.templates import (
    TemplateSet,
    load_templates,
    make_template_set,
    template_set_names,
)
from cutis.prompts.vocabulary import Vocabulary, bundled_vocabulary

__all__ = [
    "PUBLISHED_TEMPERATURE",
    "Concept",
    "ConceptDirections",
    "ConceptPrompts",
    "ConceptSet",
    "ConceptTemplates",
    "LabelRule",
    "Prompts",
    "TemplateSet",
    "Vocabulary",
    "bundled_vocabulary",
    "class_prompts",
    "concept_directions",
    "concept_prompts",
    "concept_scores",
    "concept_set_names",
    "folded_name",
    "join_sets",
    "load_concept_templates",
    "load_concepts",
    "load_templates",
    "make_template_set",
    "read_labels",
    "template_set_names",
    "text_classifier",
    "zero_shot_probabilities",
]
