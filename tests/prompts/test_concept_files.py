"""Concept sets: the bundled ones, our YAML, the published JSON, and every mistake."""

from __future__ import annotations

import json

import pytest

from cutis.prompts.concept_files import concept_set_names, load_concepts, make_concept_set
from cutis.prompts.concepts import Concept, ConceptSet, join_sets

SKINCON = (
    "Vesicle Papule Macule Plaque Abscess Pustule Bulla Patch Nodule Ulcer Crust Erosion "
    "Excoriation Atrophy Exudate Purpura/Petechiae Fissure Induration Xerosis Telangiectasia "
    "Scale Scar Friable Sclerosis Pedunculated Exophytic/Fungating Warty/Papillomatous "
    "Dome-shaped Flat_topped Brown(Hyperpigmentation) Translucent White(Hypopigmentation) Purple "
    "Yellow Black Erythema Comedo Lichenification Blue Umbilicated Poikiloderma Salmon Wheal "
    "Acuminate Burrow Gray Pigmented Cyst"
).replace("_", " ")


@pytest.mark.parametrize("name", concept_set_names())
def test_bundled_sets_are_sound(name):
    concepts = load_concepts(name)
    assert concepts.name == name
    assert concepts.notes == (), "no two concepts of a set share a term"
    for concept in concepts.concepts:
        assert concept.group != "other"
        assert all(term == term.strip() and term for term in concept.terms)
        assert "," not in "".join(concept.terms), "a comma would be a split list"


def test_skincon_has_the_48_columns_of_the_dataset():
    ids = load_concepts("skincon").ids
    assert len(ids) == 48
    joined = " ".join(ids)
    assert joined == SKINCON


def test_the_seven_points_can_read_the_published_values():
    from cutis.prompts.concept_rules import read_labels

    by_id = {c.id: c for c in load_concepts("derm7pt").concepts}
    assert len(by_id) == 7
    found = read_labels(
        ["absent", "within regression", "dotted"], by_id["vascular_structures"].rules
    )
    assert found.tolist() == [0, 1, 1]


def test_ph2_reads_letters():
    from cutis.prompts.concept_rules import read_labels

    by_id = {c.id: c for c in load_concepts("ph2").concepts}
    network = by_id["atypical_pigment_network"]
    assert "pigment_network" in network.columns()
    assert read_labels(["T", "AT"], network.rules).tolist() == [0, 1]
    assert read_labels(["A", "T", "AT"], by_id["dots_and_globules"].rules).tolist() == [0, 1, 1]
    assert read_labels([0, 1, 2], by_id["asymmetry"].rules).tolist() == [0, 1, 1]


def test_the_published_json_is_used_unchanged(tmp_path):
    path = tmp_path / "ConceptTerms.json"
    content = {
        "streaks": ["regular", "irregular", "regular"],
        "papule": ["papular"],
        "brown(hyperpigmentation)": ["hyperpigmented"],
        "patch": ["hyperpigmented", "melasma"],
    }
    path.write_text(json.dumps(content))
    concepts = load_concepts(path)
    assert {c.id: list(concepts.terms(c)) for c in concepts.concepts} == content
    assert concepts.notes == (
        "The concept 'streaks' has the term 'regular' 2 times; each counts in its mean.",
        "The term 'hyperpigmented' belongs to several concepts (brown(hyperpigmentation), patch).",
    )
    streaks, papule, brown, _ = concepts.concepts
    assert streaks.rules, "columns of the checklist are known by the concept's name"
    assert papule.columns() == ("papule",)
    assert brown.columns() == ("brown_hyperpigmentation",)


def test_our_yaml(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(
        "modality: clinical\nconcepts:\n  - id: blue_dot\n    synonyms: [a blue dot]\n"
        "    negatives: [no dot]\n    group: colour\n"
        "    columns: [dot, {column: dots, above: 2, missing: [-1]}]\n"
    )
    concepts = load_concepts(path)
    concept = concepts.concepts[0]
    assert (concepts.name, concepts.modality, concept.modality) == ("mine", "clinical", "clinical")
    assert concept.terms == ("blue dot", "a blue dot")
    assert concept.columns() == ("dot", "dots", "blue_dot")
    assert concept.rules[1].above == 2.0
    assert concept.rules[1].missing == ("-1",)


BAD = {
    "neither a file": (None, "nowhere.yaml"),
    "cannot be read as YAML or JSON": ("{", "x.json"),
    "holds no concepts": ("[1, 2]", "x.json"),
    "holds no concepts; it": ('{"a": "b"}', "x.json"),
    "has no terms": ('{"a": []}', "x.json"),
    "are empty": ("concepts: []", "x.yaml"),
    "Concept 1 of x has no 'id'": ("concepts: [{label: a}]", "x.yaml"),
    "unknown key 'synonym'": ("concepts: [{id: a, synonym: [b]}]", "x.yaml"),
    "the groups are": ("concepts: [{id: a, group: shape}]", "x.yaml"),
    "comes twice": ("concepts: [{id: a b}, {id: a_b}]", "x.yaml"),
    "write a list of words": ("concepts: [{id: a, synonyms: b}]", "x.yaml"),
    "write its name, or a mapping": ("concepts: [{id: a, columns: [{name: b}]}]", "x.yaml"),
}


@pytest.mark.parametrize("message", BAD)
def test_every_mistake_is_named(tmp_path, message):
    text, name = BAD[message]
    if text is not None:
        (tmp_path / name).write_text(text)
    with pytest.raises(ValueError, match=message):
        load_concepts(tmp_path / name)


def test_keeping_some_concepts():
    concepts = load_concepts("derm7pt").keep(["blue-white veil", "Pigment Network"])
    assert concepts.ids == ("blue_whitish_veil", "pigment_network")
    with pytest.raises(KeyError, match="veils"):
        concepts.keep(["veils"])
    assert concepts.plain().terms(concepts.plain().concepts[0]) == ("blue-white veil",)


def test_the_hash_is_that_of_the_words():
    one = make_concept_set({"concepts": [{"id": "a", "synonyms": ["b"]}]}, "x")
    same = make_concept_set({"concepts": [{"id": "a", "synonyms": ["b"], "group": "colour"}]}, "y")
    other = make_concept_set({"concepts": [{"id": "a", "synonyms": ["c"]}]}, "x")
    assert one.sha256 == same.sha256 != other.sha256


def test_sets_are_joined_without_repeating_a_concept():
    derm, extra = load_concepts("derm7pt"), load_concepts("artefacts")
    joined = join_sets([derm, extra, derm])
    assert joined.ids == (*derm.ids, *extra.ids)
    assert joined.modality == "dermoscopy"
    assert join_sets([derm, load_concepts("skincon")]).modality == ""
    published = ConceptSet("p", (Concept("q", "q", ("one", "two")),), own_names=False)
    both = join_sets([published, extra])
    assert both.terms(both.concepts[0]) == ("one", "two")
