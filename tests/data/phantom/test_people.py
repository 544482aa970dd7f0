"""Patients own lesions, lesions own images, and nothing depends on how many there are."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest

from cutis.data.phantom.people import BLOCK, ITA_RANGES, SITE, pick, place
from cutis.data.phantom.spec import Population, draw_spec


def test_some_patients_have_several_lesions_and_some_lesions_several_images() -> None:
    places = [place(0, i) for i in range(2000)]
    lesions, images = defaultdict(set), defaultdict(int)
    for p in places:
        lesions[p.patient].add(p.lesion)
        images[p.lesion] += 1
    assert 0.10 < np.mean([len(found) > 1 for found in lesions.values()]) < 0.35
    assert 0.10 < np.mean([count > 1 for count in images.values()]) < 0.30


def test_a_lesion_has_one_patient_and_a_patient_stays_in_one_block() -> None:
    owner: dict[int, int] = {}
    blocks = defaultdict(set)
    for i in range(1000):
        p = place(3, i)
        assert owner.setdefault(p.lesion, p.patient) == p.patient
        blocks[p.patient].add(i // BLOCK)
    assert all(len(found) == 1 for found in blocks.values())


def test_images_of_a_patient_agree_on_the_patient_and_images_of_a_lesion_on_the_lesion() -> None:
    patients, lesions = defaultdict(set), defaultdict(set)
    for i in range(400):
        s = draw_spec(i, 8)
        patients[s.patient_id].add(s.patient)
        lesions[s.lesion_id].add((s.diagnosis, s.site, s.growth, tuple(s.attributes.items())))
    assert all(len(found) == 1 for found in patients.values())
    assert all(len(found) == 1 for found in lesions.values())
    assert len(patients) < len(lesions) < 400


def test_skin_angle_lies_in_the_range_of_its_type() -> None:
    types = set()
    for i in range(300):
        patient = draw_spec(i, 1).patient
        low, high = ITA_RANGES[patient.fitzpatrick - 1]
        assert low <= patient.ita <= high
        types.add(patient.fitzpatrick)
    assert types == {1, 2, 3, 4, 5, 6}


def test_light_skin_leaves_out_the_dark_types() -> None:
    types = {draw_spec(i, 1, Population(tones="light")).patient.fitzpatrick for i in range(150)}
    assert types <= {1, 2, 3, 4}


def test_site_table_is_a_distribution() -> None:
    np.testing.assert_allclose(SITE.sum(axis=0), 1.0)


def test_actinic_keratosis_is_a_disease_of_the_old() -> None:
    def ages(diagnosis: int) -> np.ndarray:
        return np.array([draw_spec(i, 2, None, diagnosis).patient.age for i in range(120)])

    assert ages(0).mean() > ages(5).mean() + 15


@pytest.mark.parametrize(("uniform", "expected"), [(0.0, 1), (0.49, 1), (0.51, 2), (1.0, 2)])
def test_pick_skips_what_has_no_probability(uniform: float, expected: int) -> None:
    assert pick(np.array([0.0, 0.5, 0.5, 0.0]), uniform) == expected
