"""Trees of diseases."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutis.data.convert.ontology import paths_of, without_repeats
from cutis.errors import CutisError

FLAT = {
    "root": ["inflammatory", "proliferations"],
    "inflammatory": ["eczema, dermatitis"],
    "eczema, dermatitis": ["Nummular  eczema"],
    "proliferations": ["benign", "malignant"],
    "benign": ["melanocytic"],
    "malignant": ["melanocytic", "melanoma"],
    "Nummular  eczema": [],
}
NESTED = {
    "inflammatory": {"eczema, dermatitis": {"Nummular  eczema": {}}},
    "proliferations": {
        "benign": {"melanocytic": {}},
        "malignant": {"melanocytic": {}, "melanoma": {}},
    },
}


@pytest.mark.parametrize("tree", [FLAT, NESTED, {k: v for k, v in FLAT.items() if k != "root"}])
def test_both_published_forms(tree: dict[str, object]) -> None:
    paths = paths_of(tree)
    assert paths["dermatitis"] == paths["eczema"] == ("inflammatory", "eczema, dermatitis")
    assert paths["nummular eczema"][-1] == "Nummular  eczema"
    assert paths["melanoma"] == ("proliferations", "malignant", "melanoma")
    assert paths["melanocytic"] == ("proliferations", "benign", "melanocytic")


@pytest.mark.parametrize("tree", [{}, {"a": ["b"], "c": {}}, {"a": 1}])
def test_what_is_no_tree(tree: dict[str, object]) -> None:
    with pytest.raises(CutisError, match=r"ontology\.json is no tree"):
        paths_of(tree)


def test_a_tree_that_bites_its_tail_ends() -> None:
    assert paths_of({"root": ["a"], "a": ["b"], "b": ["a"]})["b"] == ("a", "b")


@given(st.lists(st.sampled_from(["a", "A", " b ", "c  d", "C d", ""]), max_size=8))
def test_repeats_go_and_the_order_stays(nodes: list[str]) -> None:
    kept = without_repeats(nodes)
    folded = [node.casefold() for node in kept]
    assert len(set(folded)) == len(folded)
    wanted = dict.fromkeys(" ".join(n.casefold().split()) for n in nodes if n.strip())
    assert folded == list(wanted)
