"""Names of diagnoses: found whatever their spelling, and kept free of contradictions."""

from __future__ import annotations

import pytest

from cutis.prompts.vocabulary import Vocabulary, bundled_vocabulary, name_key

WORDS = bundled_vocabulary()


@pytest.mark.parametrize(
    ("name", "spoken"),
    [
        ("NV", "nevus"),
        ("akiec", "actinic keratosis"),
        ("vasc", "vascular lesion"),
        ("Melanoma", "Melanoma"),
        ("basal_cell_carcinoma", "basal cell carcinoma"),
        ("  lichen   planus ", "lichen planus"),
    ],
)
def test_names_are_spoken_in_full(name, spoken):
    assert WORDS.spell_out(name) == spoken


@pytest.mark.parametrize("name", ["Nevus", "NAEVUS", "nv", "NEV", "nevus "])
def test_a_name_is_found_however_it_is_written(name):
    assert "mole" in WORDS.others(name)


def test_an_unknown_name_has_no_others():
    assert WORDS.others("xanthogranuloma of the moon") == ()
    assert Vocabulary().others("nevus") == ()


@pytest.mark.parametrize(
    ("one", "other"),
    [("Blue naevus", "blue_nevus"), ("haemangioma", "Hemangioma"), ("skin tumour", "skin tumor")],
)
def test_spellings_of_one_name_are_equal(one, other):
    assert name_key(one) == name_key(other)


def test_the_classes_of_the_common_benchmarks_are_known():
    ham = ["akiec", "bcc", "bkl", "df", "mel", "nv", "vasc"]
    pad = ["ACK", "BCC", "MEL", "NEV", "SCC", "SEK"]
    others = ["common nevus", "atypical nevus", "benign", "malignant"]
    assert all(WORDS.others(name) for name in ham + pad + others)
    assert len(WORDS.synonyms) > 50


def test_entries_are_in_the_form_a_lookup_uses():
    for name, others in WORDS.synonyms.items():
        assert name == name_key(name)
        assert len(others) == len(set(others)) > 0
        assert name not in others
        assert all(other == other.casefold().strip() for other in others)
    for code, name in WORDS.abbreviations.items():
        assert code == code.casefold()
        assert name not in WORDS.abbreviations
