"""Concepts and sets of them."""

from __future__ import annotations

import pytest

from cutis.prompts.concept_rules import LabelRule
from cutis.prompts.concepts import GROUPS, Concept, ConceptSet, join_sets

SCALE = Concept("surface_scale", "surface scale", ("flakes", "surface scale", "flakes"))
HAIR = Concept("hair", "hair", rules=(LabelRule("Hair present"),))


def test_terms_are_the_label_and_its_synonyms_each_once():
    assert SCALE.terms == ("surface scale", "flakes")
    assert HAIR.terms == ("hair",)


def test_columns_are_those_of_the_rules_then_the_names():
    assert HAIR.columns() == ("hair_present", "hair")
    assert SCALE.columns() == ("surface_scale",)
    assert Concept("dots", "brown dots").columns() == ("dots", "brown_dots")


def test_a_set_knows_its_ids_and_terms():
    both = ConceptSet("x", (SCALE, HAIR))
    assert both.ids == ("surface_scale", "hair")
    assert both.terms(SCALE) == SCALE.terms
    published = ConceptSet("x", (SCALE,), own_names=False)
    assert published.terms(SCALE) == ("flakes", "surface scale", "flakes")


@pytest.mark.parametrize("name", ["surface_scale", "Surface Scale", "surface-scale"])
def test_concepts_are_kept_by_any_spelling(name):
    assert ConceptSet("x", (HAIR, SCALE)).keep([name]).ids == ("surface_scale",)


def test_keeping_follows_the_order_asked_and_keeps_each_once():
    both = ConceptSet("x", (HAIR, SCALE), modality="clinical")
    kept = both.keep(["surface scale", "hair", "surface_scale"])
    assert kept.ids == ("surface_scale", "hair")
    assert kept.modality == "clinical"


def test_plain_sets_ask_by_label_even_when_the_file_does_not():
    published = ConceptSet("x", (SCALE,), own_names=False).plain()
    assert published.terms(published.concepts[0]) == ("surface scale",)


def test_the_hash_follows_what_is_asked_not_how_it_is_stored():
    one = ConceptSet("x", (Concept("a", "a", ("b",)),))
    same = ConceptSet("y", (Concept("a", "q", ("a", "b")),), own_names=False)
    assert one.sha256 == same.sha256
    assert one.plain().sha256 != one.sha256


def test_one_set_is_not_joined_but_returned():
    one = ConceptSet("x", (HAIR,), datasets=("ph2",))
    assert join_sets([one]) is one


def test_notes_of_all_sets_are_kept():
    one, two = ConceptSet("x", (HAIR,), notes=("n1",)), ConceptSet("y", (SCALE,), notes=("n2",))
    assert join_sets([one, two]).notes == ("n1", "n2")


def test_the_groups_are_those_of_the_formats_page():
    assert GROUPS == ("morphology", "colour", "dermoscopic", "artefact", "other")
