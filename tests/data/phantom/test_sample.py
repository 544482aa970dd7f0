"""The in-memory generator."""

from __future__ import annotations

import numpy as np
import pytest

from cutis.data.phantom import CLASSES, Population, sample
from cutis.data.phantom.sample import class_number


def test_sample_is_a_function_of_index_and_seed() -> None:
    one, again, other = sample(5, 2, 64), sample(5, 2, 64), sample(6, 2, 64)
    assert one.image.tobytes() == again.image.tobytes()
    assert one.caption == again.caption
    assert one.image.tobytes() != other.image.tobytes()


@pytest.mark.parametrize("diagnosis", ["melanoma", "mel", 4])
def test_a_diagnosis_can_be_asked_for(diagnosis: str | int) -> None:
    for index in range(5):
        drawn = sample(index, 0, 32, diagnosis=diagnosis)
        assert drawn.diagnosis == "melanoma"
        assert drawn.label == CLASSES.index("melanoma")


def test_asked_for_diagnoses_share_nothing_at_the_same_index() -> None:
    nevus, melanoma = (sample(0, 0, 32, diagnosis=d).spec for d in ("nevus", "melanoma"))
    assert nevus.patient != melanoma.patient
    assert nevus.view != melanoma.view
    assert nevus.lesion.radius != melanoma.lesion.radius


def test_population_is_used() -> None:
    only = Population(prior=(0, 0, 1, 0, 0, 0, 0), artefact_rate=0.0)
    drawn = [sample(i, 0, 32, population=only) for i in range(6)]
    assert {s.diagnosis for s in drawn} == {"benign keratosis"}


def test_image_and_mask_belong_together() -> None:
    drawn = sample(0, 0, 64, diagnosis="vasc", population=Population(artefact_rate=0.0))
    assert drawn.image.shape[:2] == drawn.mask.shape
    image = drawn.image.astype(float)
    skin = np.median(image[~drawn.mask], axis=0)
    unlike = np.linalg.norm(image - skin, axis=2)
    assert unlike[drawn.mask].mean() > 3 * unlike[~drawn.mask].mean()
    assert np.isin(list(drawn.concepts.values()), (0, 1)).all()


@pytest.mark.parametrize("diagnosis", ["measles", 7, -1])
def test_unknown_diagnosis_is_refused(diagnosis: str | int) -> None:
    with pytest.raises(ValueError, match="unknown diagnosis"):
        class_number(diagnosis)
