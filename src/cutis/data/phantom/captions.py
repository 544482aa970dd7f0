"""Sentences about an image, written from its attributes: a caption and its sub-captions."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cutis.data.phantom.attributes import BY_NAME, CLASSES
from cutis.data.phantom.concepts import concepts

if TYPE_CHECKING:
    from cutis.data.phantom.spec import Spec

PHRASES: dict[str, str] = {
    "irregular_border": "an irregular border",
    "sharp_border": "a sharply cut edge",
    "typical_network": "a typical pigment network",
    "atypical_network": "an atypical pigment network",
    "regular_globules": "regular globules",
    "irregular_globules": "irregular dots and globules",
    "regular_streaks": "regular streaks at the periphery",
    "irregular_streaks": "irregular streaks",
    "blue_white_veil": "a blue-white veil",
    "regression": "regression with peppering",
    "dotted_vessels": "dotted vessels",
    "arborising_vessels": "arborising vessels",
    "linear_irregular_vessels": "linear irregular vessels",
    "lacunae": "red to purple lacunae",
    "milia_like_cysts": "milia-like cysts",
    "comedo_like_openings": "comedo-like openings",
    "ridges": "fissures and ridges",
    "ovoid_nests": "blue-grey ovoid nests",
    "ulceration": "ulceration",
    "white_scar": "a central white scar-like patch",
    "shiny_white_lines": "shiny white lines",
    "strawberry_pattern": "a strawberry pattern of red net and pale follicles",
    "scale": "white surface scale",
}
"""What is said about each concept when it is present; nothing is said when it is absent."""

_FORMS = ("symmetric", "asymmetric in one axis", "asymmetric in two axes")


class Captions(NamedTuple):
    """Sentences about one image.

    Attributes
    ----------
    caption
        Diagnosis, colour, form, every present structure, and the patient, in one or two sentences.
    findings
        The same without the diagnosis and the patient.
    sub
        One short sentence per present structure, the first about colour and form.
    """

    caption: str
    findings: str
    sub: tuple[str, ...]


def listing(items: list[str]) -> str:
    """Join phrases the way a sentence does.

    Examples
    --------
    >>> listing(["hair"]), listing(["hair", "ink", "a ruler"])
    ('hair', 'hair, ink and a ruler')
    """
    if len(items) < 2:
        return "".join(items)
    return ", ".join(items[:-1]) + " and " + items[-1]


def article(word: str) -> str:
    """Return a word with its indefinite article.

    Examples
    --------
    >>> article("asymmetric"), article("nevus")
    ('an asymmetric', 'a nevus')
    """
    return ("an " if word[0] in "aeiou" else "a ") + word


def write_captions(spec: Spec) -> Captions:
    """Write the captions of a scene from its attributes; every present concept is named once."""
    attributes = spec.attributes
    present = [name for name, value in concepts(attributes).items() if value]
    phrases = [PHRASES[name] for name in present if name in PHRASES]
    level = {n: BY_NAME[n].levels[attributes[n]] for n in ("colour", "size")}
    form = _FORMS[attributes["asymmetry"]]
    mixed = "unevenly coloured, " if attributes["variegated"] else ""
    subject = f"{level['size']}, {mixed}{level['colour']} lesion, {form}"
    tail = f", with {listing(phrases)}" if phrases else ", without further structures"
    findings = f"{article(subject)}{tail}".capitalize() + "."
    patient = spec.patient
    person = "woman" if patient.sex == "female" else "man"
    diagnosis = CLASSES[spec.diagnosis]
    caption = (
        f"Dermoscopy of {article(diagnosis)}: {article(subject)}{tail}. "
        f"Skin of Fitzpatrick type {patient.fitzpatrick}, {spec.site}, "
        f"{patient.age}-year-old {person}."
    )
    first = f"The lesion is {level['size']}, {mixed}{level['colour']} and {form}."
    return Captions(
        caption,
        findings,
        (
            first,
            *(
                f"There is {p}."
                if p.startswith(("a ", "an "))
                or p == "ulceration"
                or p == "regression with peppering"
                or p == "white surface scale"
                else f"There are {p}."
                for p in phrases
            ),
        ),
    )
