"""Everything that is decided about an image before the first pixel: drawn once, rendered often."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cutis.data.phantom.artefacts.spec import Artefacts, draw_artefacts
from cutis.data.phantom.attributes import CLASSES, draw_attributes
from cutis.data.phantom.diagnosis import Vector, posterior, prior_vector
from cutis.data.phantom.growth import Growth, draw_growth
from cutis.data.phantom.lesion import Lesion, draw_lesion
from cutis.data.phantom.people import (
    SITE,
    SITES,
    TONE_WEIGHTS,
    Patient,
    Place,
    draw_patient,
    log_likelihood_person,
    pick,
    place,
)
from cutis.data.phantom.views import Camera, View, draw_camera, draw_clinical, draw_view


@dataclass(frozen=True)
class Spec:
    """The scene of one image.

    Attributes
    ----------
    index, seed
        What the scene was drawn from.
    patient_id, lesion_id
        Numbers of the patient and the lesion.
    patient
        Age, sex, skin and split.
    diagnosis
        Class number.
    site
        Where on the body.
    lesion, view, camera, artefacts
        What is rendered.
    clinical
        View of the paired photograph.
    growth
        What the follow-up shows.
    truth
        P(diagnosis | visible attributes), shape (classes,).
    truth_all
        P(diagnosis | visible attributes, age, sex, site), shape (classes,).
    """

    index: int
    seed: int
    patient_id: int
    lesion_id: int
    patient: Patient
    diagnosis: int
    site: str
    lesion: Lesion
    view: View
    camera: Camera
    artefacts: Artefacts
    clinical: View
    growth: Growth
    truth: Vector
    truth_all: Vector

    @property
    def label(self) -> str:
        """Name of the diagnosis."""
        return CLASSES[self.diagnosis]

    @property
    def attributes(self) -> Mapping[str, int]:
        """Attribute name to level."""
        return self.lesion.attributes


@dataclass(frozen=True)
class Population:
    """What the images are drawn from.

    Attributes
    ----------
    prior
        Class frequencies, or the name of some.
    tones
        "diverse" or "light": which skin types.
    artefact_rate
        1 for about as many artefacts as in practice, 0 for none.
    bias
        Correlation of the ruler with melanoma, 0 to 1.
    """

    prior: str | tuple[float, ...] = "clinic"
    tones: str = "diverse"
    artefact_rate: float = 1.0
    bias: float = 0.0

    def prior_vector(self) -> Vector:
        """Return the class frequencies as a vector."""
        return prior_vector(self.prior)


def draw_spec(
    index: int, seed: int = 0, population: Population | None = None, diagnosis: int | None = None
) -> Spec:
    """Draw the scene of image ``index``; nothing else of a data set has an influence on it.

    Parameters
    ----------
    index, seed
        Number of the image and seed of the data set.
    population
        What to draw from [the default population].
    diagnosis
        Class number to draw an image of; the image then has a patient of its own.
    """
    population = population or Population()
    prior = population.prior_vector()
    tones = np.asarray(TONE_WEIGHTS[population.tones])
    where = place(seed, index)
    if diagnosis is not None:
        own = (1 << 40) + index * len(CLASSES) + diagnosis
        where = Place(own, own, 0, 0)
    patient = draw_patient(seed, where.patient, prior, tones, diagnosis)
    rng = np.random.default_rng([seed, 3, where.lesion])
    uniform = rng.random(2)
    number = patient.diagnosis
    if where.lesion_of_patient:
        likelihood = np.exp(log_likelihood_person(patient.age, patient.sex))
        number = pick(prior * likelihood / (prior * likelihood).sum(), uniform[0])
    site = SITES[pick(SITE[:, number], uniform[1])]
    lesion = draw_lesion(rng, draw_attributes(rng, number), (seed, 4, where.lesion))
    growth = draw_growth(rng, number)
    image_rng = np.random.default_rng([seed, 5, index, where.lesion])
    view = draw_view(image_rng, lesion, where.image_of_lesion)
    return Spec(
        index=index,
        seed=seed,
        patient_id=where.patient,
        lesion_id=where.lesion,
        patient=patient,
        diagnosis=number,
        site=site,
        lesion=lesion,
        view=view,
        camera=draw_camera(image_rng),
        artefacts=draw_artefacts(
            image_rng, population.artefact_rate, population.bias, prior, number
        ),
        clinical=draw_clinical(image_rng, view),
        growth=growth,
        truth=posterior(lesion.attributes, prior),
        truth_all=posterior(lesion.attributes, prior, patient.age, patient.sex, site),
    )
