"""Template sets: the bundled ones, every accepted file, and every mistake with its fix."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutis.prompts.templates import (
    TemplateSet,
    load_templates,
    make_template_set,
    template_set_names,
)


@pytest.mark.parametrize("name", template_set_names())
def test_bundled_sets_are_sound(name):
    templates = load_templates(name)
    assert templates.name == name
    assert 10 <= len(templates.templates) <= 14
    assert all(text.count("{}") == 1 for text in templates.templates)
    # An article before the name would be wrong for half of the names ("a acne", "a moles").
    assert not any(" a {}" in text or " an {}" in text for text in templates.templates)


def test_the_default_is_dermatology():
    assert load_templates() == load_templates("dermatology")


def test_a_set_is_known_by_its_sentences_and_their_order():
    one = TemplateSet("one", ("photo of {}", "{} on skin"))
    assert one.sha256 == TemplateSet("other name", one.templates).sha256
    assert one.sha256 != TemplateSet("one", one.templates[::-1]).sha256
    assert len(one.sha256) == 64


FILES = {
    "list.yaml": "- 'photo of {}'\n- '{} on skin'\n",
    "named.yml": "name: mine\ntemplates:\n  - 'photo of {}'\n  - '{} on skin'\n",
    "list.json": json.dumps(["photo of {}", "{} on skin"]),
    "named.json": json.dumps({"name": "mine", "templates": ["photo of {}", "{} on skin"]}),
    "lines.txt": "# my templates\nphoto of {}\n\n  {} on skin  \r\n",
    "bom.txt": "\ufeffphoto of {}\n{} on skin\n",
    "marks.TXT": "photo of {label}\n{c} on skin\n",
    "marks.yaml": "- 'photo of {class}'\n- '{}  on   skin'\n",
}


@pytest.mark.parametrize("name", FILES)
def test_every_accepted_file_gives_the_same_sentences(name, tmp_path):
    path = tmp_path / name
    path.write_text(FILES[name], encoding="utf-8")
    templates = load_templates(path)
    assert templates.templates == ("photo of {}", "{} on skin")
    assert templates.name == ("mine" if "named" in name else path.stem)


MISTAKES = {
    "no_mark.yaml": ("- 'photo of a lesion'", "Template 1 .*has no {}.*write {}"),
    "other_mark.txt": ("photo of {}\nphoto of {name}", "Template 2 .*has {name}.*{label}"),
    "open_brace.txt": ("photo of {}\nphoto of {} and {", "Template 2"),
    "twice.txt": ("photo of {}\nx {}\nphoto of {c}", "Template 3 .*repeats template 1"),
    "empty.yaml": ("", "are empty"),
    "empty.json": ("", "are empty"),
    "empty.txt": ("# nothing here\n", "are empty"),
    "empty_list.json": ("[]", "are empty"),
    "no_quotes.yaml": ("- photo of {}: {}\n", "quotes"),
    "braces.yaml": ("- {} on skin\n", "quotes"),
    "number.json": ("[3]", "Template 1 .* is 3"),
    "no_list.yaml": ("name: mine\n", "no list 'templates'"),
    "wrong_list.yaml": ("templates: 'photo of {}'\n", "no list 'templates'"),
    "scalar.yaml": ("just text {}\n", "holds str; a list"),
    "broken.json": ('["photo of {}",', "not valid JSON, line 1"),
    "table.csv": ("photo of {}", "use .yaml, .yml, .json or .txt"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes_are_named(name, tmp_path):
    text, said = MISTAKES[name]
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=said):
        load_templates(path)


def test_a_file_that_is_not_text_is_refused(tmp_path):
    path = tmp_path / "latin.txt"
    path.write_bytes("Läsion {}".encode("latin-1"))
    with pytest.raises(ValueError, match="UTF-8"):
        load_templates(path)


def test_a_missing_file_names_the_bundled_sets(tmp_path):
    with pytest.raises(ValueError, match="clinical, dermatology, dermoscopy"):
        load_templates(tmp_path / "absent.yaml")
    with pytest.raises(ValueError, match="clinical, dermatology, dermoscopy"):
        load_templates("dermatologie")


@given(st.text(alphabet="ab {}c", max_size=12))
def test_a_sentence_is_either_usable_or_refused(text):
    try:
        (plain,) = make_template_set("any", [text]).templates
    except ValueError:
        return
    filled = plain.replace("{}", "nevus")
    assert "{" not in filled
    assert "}" not in filled
    assert "nevus" in filled
