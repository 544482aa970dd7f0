"""Captions and concepts say what is present, all of it, and nothing else."""

from __future__ import annotations

import pytest

from cutis.data.phantom.attributes import ATTRIBUTES, BY_NAME, CLASSES
from cutis.data.phantom.captions import PHRASES, write_captions
from cutis.data.phantom.concepts import COLOURS, CONCEPTS, colours, concepts
from cutis.data.phantom.spec import Spec, draw_spec

PLAIN = dict.fromkeys((a.name for a in ATTRIBUTES), 0)


@pytest.fixture(scope="module")
def specs() -> list[Spec]:
    return [draw_spec(i, 21) for i in range(300)]


def test_findings_name_exactly_the_present_structures(specs: list[Spec]) -> None:
    for spec in specs:
        words = write_captions(spec)
        for name, value in concepts(spec.attributes).items():
            if name in PHRASES:
                assert (PHRASES[name] in words.findings) == bool(value), (name, words.findings)
                assert (PHRASES[name] in words.caption) == bool(value), (name, words.caption)
                assert sum(PHRASES[name] in s for s in words.sub) == value


def test_no_phrase_contains_another() -> None:
    """Otherwise the test above could not tell them apart."""
    for name, phrase in PHRASES.items():
        assert not [n for n, other in PHRASES.items() if n != name and phrase in other], name


def test_findings_do_not_give_the_diagnosis_away(specs: list[Spec]) -> None:
    for spec in specs:
        words = write_captions(spec)
        assert not [c for c in CLASSES if c in words.findings.lower()]
        assert spec.label in words.caption


def test_caption_names_the_patient(specs: list[Spec]) -> None:
    for spec in specs[:50]:
        caption = write_captions(spec).caption
        assert f"{spec.patient.age}-year-old" in caption
        assert ("woman" in caption) == (spec.patient.sex == "female")
        assert spec.site in caption
        assert f"type {spec.patient.fitzpatrick}" in caption


def test_first_sub_caption_says_colour_size_and_form(specs: list[Spec]) -> None:
    for spec in specs[:50]:
        first = write_captions(spec).sub[0]
        assert BY_NAME["colour"].levels[spec.attributes["colour"]] in first
        assert BY_NAME["size"].levels[spec.attributes["size"]] in first
        assert ("asymmetric" in first) == (spec.attributes["asymmetry"] > 0)


def test_every_structure_has_a_phrase() -> None:
    silent = {"asymmetry"} | {c for c in CONCEPTS if c.startswith("colour_")}
    assert set(PHRASES) == set(CONCEPTS) - silent


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"colour": 2}, ("light brown",)),
        ({"colour": 3, "variegated": 1}, ("light brown", "dark brown")),
        ({"colour": 4}, ("black",)),
        ({"colour": 1}, ()),
        ({"colour": 0, "ovoid_nests": 1}, ("red", "blue-grey")),
        ({"colour": 3, "blue_white_veil": 1, "globules": 2}, ("dark brown", "blue-grey", "black")),
        ({"colour": 0, "white_scar": 1}, ("white", "red")),
    ],
)
def test_colours_follow_from_the_attributes(
    attributes: dict[str, int], expected: tuple[str, ...]
) -> None:
    assert colours({**PLAIN, **attributes}) == expected
    marked = [k for k, v in concepts({**PLAIN, **attributes}).items() if v and "colour_" in k]
    assert len(marked) == len(expected)


def test_concepts_are_complete_and_binary(specs: list[Spec]) -> None:
    for spec in specs[:20]:
        found = concepts(spec.attributes)
        assert tuple(found) == CONCEPTS
        assert set(found.values()) <= {0, 1}
    assert len(COLOURS) == 6
