"""One phantom image in memory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cutis.data.phantom.attributes import CLASSES, CODES
from cutis.data.phantom.captions import write_captions
from cutis.data.phantom.concepts import concepts
from cutis.data.phantom.render import render
from cutis.data.phantom.spec import Population, Spec, draw_spec


@dataclass(frozen=True)
class Sample:
    """One dermoscopic phantom image and what is true about it.

    Attributes
    ----------
    image
        sRGB bytes, shape (size, size, 3).
    mask
        Pixels of the lesion, shape (size, size).
    spec
        The scene that was rendered.
    diagnosis
        Name of the diagnosis.
    label
        Number of the diagnosis in :data:`~cutis.data.phantom.attributes.CLASSES`.
    caption
        Sentence with the diagnosis, the structures and the patient.
    findings
        Sentence with the structures only.
    sub_captions
        One short sentence per structure.
    concepts
        Binary concepts by name.
    """

    image: NDArray[np.uint8]
    mask: NDArray[np.bool_]
    spec: Spec
    diagnosis: str
    label: int
    caption: str
    findings: str
    sub_captions: tuple[str, ...]
    concepts: dict[str, int]


def sample(
    index: int,
    seed: int = 0,
    size: int = 224,
    *,
    diagnosis: str | int | None = None,
    population: Population | None = None,
) -> Sample:
    """Return image ``index`` of the phantom with this seed.

    Parameters
    ----------
    index, seed
        Number of the image and seed of the data set; equal pairs give equal bytes.
    size
        Side of the image in pixels.
    diagnosis
        A class (name, code or number) to draw an image of [drawn from the prior].
    population
        Class frequencies, skin types, artefacts and bias.

    Raises
    ------
    ValueError
        If the diagnosis is unknown.

    Examples
    --------
    >>> one = sample(3, seed=1, size=64, diagnosis="melanoma")
    >>> one.image.shape, one.diagnosis
    ((64, 64, 3), 'melanoma')
    """
    number = class_number(diagnosis) if diagnosis is not None else None
    spec = draw_spec(index, seed, population, number)
    image, mask = render(spec, size)
    words = write_captions(spec)
    return Sample(
        image=image,
        mask=mask,
        spec=spec,
        diagnosis=spec.label,
        label=spec.diagnosis,
        caption=words.caption,
        findings=words.findings,
        sub_captions=words.sub,
        concepts=concepts(spec.attributes),
    )


def class_number(diagnosis: str | int) -> int:
    """Return the class number of a name, a code or a number.

    Examples
    --------
    >>> class_number("bcc"), class_number("melanoma"), class_number(6)
    (1, 4, 6)
    """
    if isinstance(diagnosis, int) and 0 <= diagnosis < len(CLASSES):
        return diagnosis
    for names in (CLASSES, CODES):
        if diagnosis in names:
            return names.index(str(diagnosis))
    raise ValueError(f"unknown diagnosis {diagnosis!r}: one of {', '.join(CLASSES)}")
