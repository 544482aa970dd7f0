"""Every name of every class in every template, and no text for two classes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutis.prompts.class_prompts import class_prompts
from cutis.prompts.templates import load_templates, make_template_set
from cutis.prompts.vocabulary import Vocabulary

TWO = ("photo of {}", "{} on skin")
NO_WORDS = Vocabulary()


def test_without_other_names_texts_are_class_by_class():
    prompts = class_prompts(["nevus", "melanoma"], {}, TWO, NO_WORDS)
    assert prompts.texts == (
        "photo of nevus",
        "nevus on skin",
        "photo of melanoma",
        "melanoma on skin",
    )
    assert prompts.class_of_text.tolist() == [0, 0, 1, 1]
    assert prompts.names == (("nevus",), ("melanoma",))


def test_given_synonyms_follow_the_name():
    prompts = class_prompts(["nevus"], {"nevus": ["mole", "Nevus", "birthmark"]}, TWO)
    assert prompts.names == (("nevus", "mole", "birthmark"),)
    assert prompts.texts[2:4] == ("photo of mole", "mole on skin")


def test_bundled_names_stand_in_where_none_are_given():
    prompts = class_prompts(["nv", "mel"], {"nv": ["mole"], "mel": []}, TWO)
    assert prompts.names[0] == ("nevus", "mole")
    assert prompts.names[1][0] == "melanoma"
    assert len(prompts.names[1]) > 1


def test_a_name_that_means_two_classes_is_left_out():
    given_names = {"nevus": ["mole", "pigmented spot"], "lentigo": ["pigmented spot", "Naevus"]}
    prompts = class_prompts(["nevus", "lentigo"], given_names, TWO, NO_WORDS)
    assert prompts.names == (("nevus", "mole"), ("lentigo",))


def test_benign_keratosis_does_not_borrow_the_name_of_its_neighbour():
    prompts = class_prompts(["benign keratosis", "seborrheic keratosis"], {}, TWO)
    assert "seborrheic keratosis" not in prompts.names[0]


def test_templates_may_be_a_set_or_a_list():
    chosen = load_templates("clinical")
    from_set = class_prompts(["nevus", "melanoma"], {}, chosen)
    from_list = class_prompts(["nevus", "melanoma"], {}, list(chosen.templates))
    assert from_set.texts == from_list.texts
    assert from_set.sha256 == from_list.sha256


def test_the_hash_knows_texts_and_classes():
    one = class_prompts(["a b", "c"], {}, TWO, NO_WORDS)
    assert one.sha256 == class_prompts(["a b", "c"], {}, TWO, NO_WORDS).sha256
    assert one.sha256 != class_prompts(["c", "a b"], {}, TWO, NO_WORDS).sha256
    assert one.sha256 != class_prompts(["a b", "c"], {}, TWO[:1], NO_WORDS).sha256


def test_every_bundled_set_reads_as_text():
    for name in ("dermatology", "dermoscopy", "clinical"):
        templates = make_template_set(name, list(load_templates(name).templates))
        for text in class_prompts(["nevus"], {}, templates, NO_WORDS).texts:
            assert "nevus" in text
            assert "{" not in text


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ([], "no classes"),
        (["nevus", " "], "name of class 1 is empty"),
        (["melanoma", "MEL"], "'melanoma' and 'MEL' are both called"),
        (["nevus", "Naevus"], "rename one"),
    ],
)
def test_classes_no_text_can_tell_apart_are_refused(names, said):
    with pytest.raises(ValueError, match=said):
        class_prompts(names, {}, TWO)


def test_templates_are_needed():
    with pytest.raises(ValueError, match="no templates"):
        class_prompts(["nevus"], {}, [])


@given(
    st.lists(
        st.sampled_from(["nevus", "melanoma", "acne", "wart", "scc", "bkl", "eczema", "angioma"]),
        min_size=1,
        max_size=8,
        unique=True,
    )
)
def test_no_text_describes_two_classes(names):
    prompts = class_prompts(names, {}, TWO)
    owner: dict[str, int] = {}
    for text, k in zip(prompts.texts, prompts.class_of_text.tolist(), strict=True):
        assert owner.setdefault(text, k) == k
    assert len(owner) == len(prompts.texts)
    assert sorted(set(prompts.class_of_text.tolist())) == list(range(len(names)))
