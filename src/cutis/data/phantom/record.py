"""The files beside the images: the card, and the record of the rule and the settings."""

from __future__ import annotations

from typing import Any

from cutis.data.cards import DatasetCard, get_card
from cutis.data.phantom.attributes import ATTRIBUTES, CLASSES
from cutis.data.phantom.growth import CHANGED_FROM, GROWTH_MEDIAN, GROWTH_SPREAD
from cutis.data.phantom.people import AGE_MEAN, AGE_SD, FEMALE, SITE, SITES, SPLIT_SHARES, SPLITS
from cutis.data.phantom.readers import READERS
from cutis.data.phantom.spec import Population

FORMAT = "cutis.phantom/1"
"""Version of the rule and of the rendering: images of other versions are not mixed."""


def phantom_card(all_views: bool) -> DatasetCard:
    """Return the card of a phantom data set; its classes are those of HAM10000, in order."""
    columns = {"image": "image", "label": "label", "group": "patient_id", "id": "id"}
    columns |= {"split": "split", "age": "age", "sex": "sex", "site": "site"}
    columns |= {"skin_tone": "skin_tone", "caption": "caption"}
    if all_views:
        columns |= {"clinical": "clinical", "mask": "mask"}
    return DatasetCard(
        name="phantom",
        title="cutis phantom",
        description=(
            "Synthetic dermoscopic images of skin lesions, made by a program from known "
            "attributes. No patient is shown."
        ),
        classes=get_card("ham10000").classes,
        modality="dermoscopy",
        licence="CC0-1.0 (images and table); the program that made them is Apache-2.0",
        share_images=True,
        citation="Made with 'cutis data phantom'.",
        columns=columns,
        notes=(
            "Numbers on phantoms test software and methods; they say nothing about patients. "
            "Patients have several lesions and lesions several images; splits go by patient."
        ),
    )


def rule_record(population: Population, settings: dict[str, Any]) -> dict[str, Any]:
    """Return what ``phantom.json`` holds: settings, and every table the data were drawn from."""
    prior = population.prior_vector()
    return {
        "format": FORMAT,
        "settings": settings,
        "classes": list(CLASSES),
        "prior": prior.tolist(),
        "attributes": {
            a.name: {"levels": list(a.levels), "percent_by_class": [list(r) for r in a.table]}
            for a in ATTRIBUTES
        },
        "age": {"mean": AGE_MEAN.tolist(), "sd": AGE_SD.tolist()},
        "female": FEMALE.tolist(),
        "site": {name: row.tolist() for name, row in zip(SITES, SITE, strict=True)},
        "splits": dict(zip(SPLITS, SPLIT_SHARES, strict=True)),
        "growth": {
            "median": list(GROWTH_MEDIAN),
            "log_sd": list(GROWTH_SPREAD),
            "changed_from": CHANGED_FROM,
        },
        "readers": {
            r.name: {"description": r.description, "confusion": r.confusion().round(6).tolist()}
            for r in READERS
        },
    }
