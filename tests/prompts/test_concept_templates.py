"""Sentences with a concept and without it."""

from __future__ import annotations

import pytest

from cutis.prompts.concept_templates import (
    concept_template_names,
    load_concept_templates,
    without_concept,
)


@pytest.mark.parametrize("name", concept_template_names())
def test_bundled_sets_are_sound(name):
    templates = load_concept_templates(name)
    assert templates.name == name
    assert len(templates.templates) == len(templates.references) >= 5
    for sentence, (reference,) in zip(templates.templates, templates.references, strict=True):
        assert reference == without_concept(sentence).split(" in which")[0].removesuffix(
            " is present"
        ).removesuffix(" visible").rstrip(",")


@pytest.mark.parametrize(
    ("sentence", "reference"),
    [
        ("photo of {}", "photo"),
        ("photo of {}.", "photo."),
        ("photo showing {}, on a leg", "photo, on a leg"),
        ("sign: {}", "sign"),
        ("{} is seen in the photo", "is seen in the photo"),
    ],
)
def test_the_concept_is_taken_out(sentence, reference):
    assert without_concept(sentence) == reference


def test_nothing_but_the_concept_has_no_reference():
    with pytest.raises(ValueError, match="nothing besides the concept"):
        without_concept("{}.")


def test_files(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("templates: ['photo of {c}', '{} here']\nreferences: [photo, [here, there]]\n")
    templates = load_concept_templates(path)
    assert templates.templates == ("photo of {}", "{} here")
    assert templates.references == (("photo",), ("here", "there"))
    plain = tmp_path / "plain.txt"
    plain.write_text("photo of {}\n")
    assert load_concept_templates(plain).references == (("photo",),)
    assert load_concept_templates(plain).sha256 != templates.sha256


BAD = {
    "neither a file": None,
    "has no list of templates": "name: x",
    "2 sentences and 1 references": "templates: ['a {}', 'b {}']\nreferences: [a]",
    "write a sentence without": "templates: ['a {}']\nreferences: ['a {}']",
    "has no {}": "templates: ['a']",
}


@pytest.mark.parametrize("message", BAD)
def test_every_mistake_is_named(tmp_path, message):
    path = tmp_path / "x.yaml"
    if BAD[message] is not None:
        path.write_text(BAD[message])
    with pytest.raises(ValueError, match=message):
        load_concept_templates(path)
