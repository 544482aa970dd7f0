"""Numbers in words never claim more than the number says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutis.report import wording

shares = st.floats(0, 1)


@given(shares)
def test_only_certainty_is_written_as_certainty(share):
    written = wording.percent(share)
    assert (written == "0%") == (share == 0)
    assert (written == "100%") == (share == 1)
    assert wording.of_100(share) != "0 of 100" or share == 0
    assert wording.of_100(share) != "100 of 100" or share == 1


@given(shares)
def test_counts_of_100_are_within_half_a_unit(share):
    words = wording.of_100(share).split()
    if words[0].isdigit():
        assert abs(int(words[0]) - 100 * share) <= 0.5 + 1e-9


@pytest.mark.parametrize(
    ("column", "plural"),
    [
        ("lesion_id", "lesions"), ("patient", "patients"), ("PATIENT_ID", "patients"),
        ("case", "cases"), ("run", "groups (run)"), (None, "groups"),
    ],
)  # fmt: skip
def test_units_are_named_after_the_column(column, plural):
    assert wording.unit(column)[1] == plural


def test_missing_numbers_are_dashes():
    assert wording.decimal(None) == "–"
    assert wording.interval({"value": 1.0, "low": None, "high": None}) == ""
    assert wording.interval({"value": None}) == ""


def test_lists_are_cut():
    assert wording.listing([]) == ""
    assert wording.listing(list("abcd"), most=3) == "a, b, c and 1 more"
    assert wording.listing(("a", "b"), link="or") == "a or b"
