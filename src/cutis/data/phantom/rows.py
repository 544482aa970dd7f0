"""One row of the table: everything that is true about an image, as plain values."""

from __future__ import annotations

import numpy as np

from cutis.data.phantom.artefacts.spec import NAMES
from cutis.data.phantom.attributes import BY_NAME, CLASSES, CODES
from cutis.data.phantom.captions import write_captions
from cutis.data.phantom.concepts import concepts
from cutis.data.phantom.diagnosis import Vector
from cutis.data.phantom.readers import READERS, read_answers
from cutis.data.phantom.spec import Spec
from cutis.data.phantom.views import FIELD

Value = str | int | float

SEPARATOR = " | "
"""What stands between the sub-captions of an image."""


def file_names(index: int, all_views: bool) -> dict[str, str]:
    """Return the files of an image by view, relative to the data set's folder.

    Examples
    --------
    >>> file_names(7, all_views=False)
    {'image': 'images/ph000007.jpg'}
    """
    stem = f"ph{index:06d}"
    names = {"image": f"images/{stem}.jpg"}
    if all_views:
        names |= {
            "clinical": f"clinical/{stem}.jpg",
            "mask": f"masks/{stem}.png",
            "followup": f"followup/{stem}.jpg",
            "followup_mask": f"followup_masks/{stem}.png",
        }
    return names


def row(spec: Spec, all_views: bool) -> dict[str, Value]:
    """Return the table row of a scene; the columns are described in ``docs/phantom.md``."""
    patient, words = spec.patient, write_captions(spec)
    answers = read_answers(spec.diagnosis, np.random.default_rng([spec.seed, 6, spec.index]))
    levels = {name: BY_NAME[name].levels[level] for name, level in spec.attributes.items()}
    diameter = 2.0 * spec.lesion.radius * spec.view.zoom / FIELD * spec.view.field_mm
    return {
        "id": f"ph{spec.index:06d}",
        **file_names(spec.index, all_views),
        "label": spec.label,
        "lesion_id": f"les{spec.lesion_id:06d}",
        "patient_id": f"pat{spec.patient_id:06d}",
        "split": patient.split,
        "age": patient.age,
        "sex": patient.sex,
        "site": spec.site,
        "skin_tone": patient.fitzpatrick,
        "ita": round(patient.ita, 2),
        "main_colour": levels["colour"],
        "size_class": levels["size"],
        "asymmetry_axes": spec.attributes["asymmetry"],
        "diameter_mm": round(diameter, 2),
        "field_mm": round(spec.view.field_mm, 2),
        **concepts(spec.attributes),
        **{name: int(getattr(spec.artefacts, name)) for name in NAMES},
        "growth": round(spec.growth.area_ratio, 4),
        "months": spec.growth.months,
        "changed": int(spec.growth.changed),
        **{reader.name: CLASSES[answer] for reader, answer in zip(READERS, answers, strict=True)},
        **_columns("posterior", spec.truth),
        **_columns("posterior_all", spec.truth_all),
        "caption": words.caption,
        "findings": words.findings,
        "sub_captions": SEPARATOR.join(words.sub),
    }


def _columns(prefix: str, values: Vector) -> dict[str, Value]:
    return {
        f"{prefix}_{code}": float(f"{value:.6g}") for code, value in zip(CODES, values, strict=True)
    }
