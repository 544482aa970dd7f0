"""What every analysis says of itself."""

from __future__ import annotations

import pytest

from cutis.analysis.basics import clusters_of, facts, numbers, settings_of
from cutis.analysis.cases import CasesConfig, load_cases
from cutis.errors import CutisError


def test_facts_name_the_grouping_or_warn_of_its_absence(ours, published, tmp_path):
    grouped = CasesConfig(predictions=ours(), output=tmp_path, n_bootstrap=200, seed=4)
    cases = load_cases(grouped)
    record = facts(cases, grouped, "x/1")
    assert (record["format"], record["n"], record["n_groups"]) == ("x/1", 10, 5)
    assert record["grouping"] == "group"
    assert record["per_class"] == {"nevus": 4, "melanoma": 3, "keratosis": 3}
    assert record["notes"] == []
    settings = settings_of(cases, grouped)
    assert (settings.n_bootstrap, settings.seed, settings.grouping) == (200, 4, "group")
    assert clusters_of(cases).n_groups == 5

    alone = CasesConfig(predictions=published(), output=tmp_path)
    record = facts(load_cases(alone), alone, "x/1")
    assert record["grouping"] == "none"
    assert "intervals are too narrow" in record["notes"][0]


@pytest.mark.parametrize("text", ["half", "", ","])
def test_numbers_that_are_none_are_refused(text):
    with pytest.raises(CutisError, match=r"--at is '.*not a list of numbers"):
        numbers(text, "--at")
