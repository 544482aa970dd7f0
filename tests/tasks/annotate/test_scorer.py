"""From a model and words to scores; which temperature; similarities without references."""

from __future__ import annotations

import numpy as np
import pytest

from cutis.errors import CutisError
from cutis.prompts import load_concept_templates
from cutis.prompts.concept_files import make_concept_set
from cutis.tasks.annotate.config import ConceptConfig
from cutis.tasks.annotate.scorer import make_scorer, resolve_temperature

CONCEPTS = make_concept_set({"concepts": [{"id": "red"}, {"id": "blue"}]}, "x")


def scorer(model, tmp_path, **settings):
    templates = load_concept_templates("clinical")
    return make_scorer(model, CONCEPTS, templates, ConceptConfig(**settings), tmp_path)


def test_scores_and_similarities_point_at_the_colour(colour_model, tmp_path):
    made = scorer(colour_model, tmp_path)
    red, blue, grey = [[0.8, 0.1, 0.1], [0.1, 0.1, 0.8], [0.4, 0.4, 0.4]]
    features = np.array([red, blue, grey], np.float32)
    scores = made.scores(features)
    assert scores.argmax(axis=0).tolist() == [0, 1]
    assert scores[0, 0] > 0.5 > scores[1, 0]
    similar = made.similarities(features)
    unit = features / np.linalg.norm(features, axis=1, keepdims=True)
    text = np.array([200, 30, 30]) / np.linalg.norm([200, 30, 30])
    np.testing.assert_allclose(similar[:, 0], unit @ text, atol=1e-6)


def test_texts_are_embedded_once(colour_model, tmp_path):
    scorer(colour_model, tmp_path)
    seen = len(colour_model.texts_seen)
    assert seen == len(set(colour_model.texts_seen)) == 15
    scorer(colour_model, tmp_path)
    assert len(colour_model.texts_seen) == seen


def test_temperatures(colour_model):
    assert resolve_temperature("model", colour_model) == pytest.approx(0.1)
    assert resolve_temperature("published", colour_model) == pytest.approx(np.exp(-4.5944))
    assert resolve_temperature("0.5", colour_model) == 0.5
    colour_model.logit_scale = None
    with pytest.raises(CutisError, match="no temperature of its own"):
        resolve_temperature("model", colour_model)
    for wrong in ("hot", "0", "-1", "inf", "nan"):
        with pytest.raises(ValueError, match="positive number"):
            ConceptConfig(temperature=wrong)
