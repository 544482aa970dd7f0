"""Texts of concepts: each once, in their places."""

from __future__ import annotations

import numpy as np

from cutis.prompts.concept_prompts import concept_prompts
from cutis.prompts.concept_templates import ConceptTemplates
from cutis.prompts.concepts import Concept, ConceptSet

TEMPLATES = ConceptTemplates("t", ("photo of {}", "{} seen"), (("photo",), ("seen", "photo")))
ASKED = ConceptSet("x", (Concept("a", "scale", ("flakes",)), Concept("b", "hair")))


def test_every_term_meets_every_template():
    prompts = concept_prompts(ASKED, TEMPLATES)
    spelled = [[[prompts.texts[i] for i in row] for row in part] for part in prompts.targets_kt]
    assert spelled == [
        [["photo of scale", "photo of flakes"], ["scale seen", "flakes seen"]],
        [["photo of hair"], ["hair seen"]],
    ]
    assert [[prompts.texts[i] for i in row] for row in prompts.references] == [
        ["photo"],
        ["seen", "photo"],
    ]
    assert len(set(prompts.texts)) == len(prompts.texts)


def test_directions_and_means_agree_with_plain_averages():
    prompts = concept_prompts(ASKED, TEMPLATES)
    features = np.random.default_rng(0).normal(size=(len(prompts.texts), 4))
    unit = features / np.linalg.norm(features, axis=1, keepdims=True)
    directions = prompts.directions(features)
    np.testing.assert_allclose(
        directions.targets_kcd[0, 0], unit[prompts.targets_kt[0][0]].mean(axis=0)
    )
    means = prompts.target_means(features)
    np.testing.assert_allclose(means[0], unit[prompts.targets_kt[0].ravel()].mean(axis=0))
    assert means.shape == (2, 4)


def test_the_hash_covers_words_and_places():
    other = ConceptSet("x", ASKED.concepts[::-1])
    assert concept_prompts(ASKED, TEMPLATES).sha256 != concept_prompts(other, TEMPLATES).sha256
