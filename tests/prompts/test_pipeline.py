"""Names to probabilities with a text tower made of word counts."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from cutis.prompts import (
    Vocabulary,
    bundled_vocabulary,
    class_prompts,
    load_templates,
    template_set_names,
    text_classifier,
    zero_shot_probabilities,
)

HAM = ["akiec", "bcc", "bkl", "df", "mel", "nv", "vasc"]


def embed(texts) -> np.ndarray:
    """Give every word a fixed random direction and add up those of a text."""
    rows = []
    for text in texts:
        row = np.zeros(256)
        for word in text.casefold().replace(",", " ").replace(":", " ").split():
            seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:4], "big")
            row += np.random.default_rng(seed).normal(size=256)
        rows.append(row)
    return np.array(rows)


@pytest.mark.parametrize("name", template_set_names())
def test_an_image_that_looks_like_a_name_is_given_that_name(name):
    prompts = class_prompts(HAM, {}, load_templates(name))
    weights = text_classifier(embed(prompts.texts), prompts.class_of_text, len(HAM))
    images = embed([names[0] for names in prompts.names])
    probs = zero_shot_probabilities(images, weights)
    assert probs.argmax(axis=1).tolist() == list(range(7))


def test_a_synonym_is_recognised_too():
    prompts = class_prompts(HAM, {}, load_templates())
    weights = text_classifier(embed(prompts.texts), prompts.class_of_text, len(HAM))
    mole, hemangioma = zero_shot_probabilities(embed(["mole", "hemangioma"]), weights)
    assert HAM[mole.argmax()] == "nv"
    assert HAM[hemangioma.argmax()] == "vasc"


def test_every_name_counts_alike_whatever_the_number_of_templates():
    words = Vocabulary(synonyms={"nevus": ("mole",)})
    prompts = class_prompts(["nevus", "melanoma"], {}, ["{}", "photo {}"], words)
    assert np.bincount(prompts.class_of_text).tolist() == [4, 2]
    weights = text_classifier(embed(prompts.texts), prompts.class_of_text, 2)
    unit = embed(["nevus", "photo nevus", "mole", "photo mole"])
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    mean = unit.mean(axis=0)
    np.testing.assert_allclose(weights[0], mean / np.linalg.norm(mean), atol=1e-6)


def test_a_published_protocol_uses_the_bare_names():
    prompts = class_prompts(["nevus", "melanoma"], {}, ["photo of {}"], Vocabulary())
    assert prompts.texts == ("photo of nevus", "photo of melanoma")
    assert bundled_vocabulary().others("nevus") != ()


def test_the_order_of_classes_only_moves_columns():
    order = [3, 0, 6, 2, 5, 1, 4]
    images = np.random.default_rng(0).normal(size=(9, 256))
    found = []
    for names in (HAM, [HAM[k] for k in order]):
        prompts = class_prompts(names, {}, load_templates())
        weights = text_classifier(embed(prompts.texts), prompts.class_of_text, 7)
        found.append(zero_shot_probabilities(images, weights, scale=10))
    np.testing.assert_allclose(found[0][:, order], found[1], atol=1e-6)
