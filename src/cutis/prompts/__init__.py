"""Class names and templates to a zero-shot classifier. Imports nothing else of cutis."""

from __future__ import annotations

from cutis.prompts.class_prompts import Prompts, class_prompts
from cutis.prompts.classifier import text_classifier, zero_shot_probabilities
from cutis.prompts.templates import (
    TemplateSet,
    load_templates,
    make_template_set,
    template_set_names,
)
from cutis.prompts.vocabulary import Vocabulary, bundled_vocabulary

__all__ = [
    "Prompts",
    "TemplateSet",
    "Vocabulary",
    "bundled_vocabulary",
    "class_prompts",
    "load_templates",
    "make_template_set",
    "template_set_names",
    "text_classifier",
    "zero_shot_probabilities",
]
