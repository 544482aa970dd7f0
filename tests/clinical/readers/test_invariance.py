"""What must not change a study: the order of rows, names, and numbering of classes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cutis.clinical.readers.agreement import StatsAgreementConfig, agreement_numbers
from cutis.clinical.readers.checks import check_readings
from cutis.clinical.readers.loading import canonical
from cutis.clinical.readers.mrmc import StatsMrmcConfig, mrmc_numbers
from cutis.clinical.readers.numbers import study_numbers
from cutis.clinical.readers.study import StatsReadersConfig
from tests.clinical.readers.conftest import CLASSES, study_frame

SOURCE = Path("s.csv")
FRAME = study_frame(seed=3, n_readers=4, n_cases=12)[0].drop(columns="time")
JUDGED = FRAME.drop(columns="confidence")
few = settings(max_examples=4, deadline=None)


def readings_of(frame):
    return check_readings(canonical(frame.astype(str), SOURCE), None, SOURCE, "refuse")


def judged(frame, positive=None, reference="unaided"):
    config = StatsReadersConfig(
        readings="s.csv", output="r", n_bootstrap=100, no_mixed=True, positive=positive,
        reference=reference,
    )  # fmt: skip
    return study_numbers(readings_of(frame), None, config)


def undrawn(result):
    """Everything of the comparisons that needs no drawing."""
    return {
        r["outcome"]: (r["test"], r["by_experience"], r.get("flips"), r["n_pairs"], r["n_cases"])
        for r in result["comparisons"]
    }


def assert_same(found, expected):
    for name, parts in expected.items():
        for one, other in zip(found[name], parts, strict=True):
            flat = [pd.json_normalize(x if isinstance(x, dict) else {"v": x}) for x in (one, other)]
            pd.testing.assert_frame_equal(*flat, check_like=True, rtol=1e-9)


BASE = judged(JUDGED)
BASE_ILL = judged(JUDGED, "melanoma")


@few
@given(st.integers(0, 2**32 - 1))
def test_the_order_of_rows_does_not_matter(seed):
    assert_same(undrawn(judged(JUDGED.sample(frac=1, random_state=seed))), undrawn(BASE))


@few
@given(st.permutations([f"dr {c}" for c in "abcd"]))
def test_the_names_of_readers_do_not_matter(names):
    table = dict(zip(JUDGED["reader"].unique(), names, strict=True))
    renamed = JUDGED.assign(reader=JUDGED["reader"].map(table))
    found = judged(renamed)
    assert_same(undrawn(found), undrawn(BASE))
    assert [r["reader"] for r in found["readers"]] == list(names)
    assert found["comparisons"][0]["bootstrap"] == BASE["comparisons"][0]["bootstrap"]


@few
@given(st.permutations(CLASSES))
def test_the_names_of_classes_do_not_matter(names):
    table = dict(zip(CLASSES, names, strict=True))
    moved = JUDGED.assign(answer=JUDGED["answer"].map(table), truth=JUDGED["truth"].map(table))
    assert_same(undrawn(judged(moved, table["melanoma"])), undrawn(BASE_ILL))


def test_turning_the_arms_around_turns_the_signs():
    there, back = BASE["comparisons"][0], judged(JUDGED, reference="aided")["comparisons"][0]
    assert back["test"]["difference"] == pytest.approx(-there["test"]["difference"])
    assert back["test"]["p_t"] == pytest.approx(there["test"]["p_t"])
    assert back["bootstrap"]["low"] == pytest.approx(-there["bootstrap"]["high"])
    assert back["flips"]["helped"] == there["flips"]["harmed"]
    assert back["flips"]["p_exact"] == pytest.approx(there["flips"]["p_exact"])


def test_sensitivity_of_one_class_is_specificity_of_the_rest():
    rest = ",".join(c for c in CLASSES if c != "melanoma")
    one, other = (undrawn(judged(JUDGED, names)) for names in ("melanoma", rest))
    assert one["sensitivity"][0] == other["specificity"][0]
    assert one["specificity"][2] == other["sensitivity"][2]


def agreed(frame, **options):
    config = StatsAgreementConfig(readings="s.csv", output="r", n_bootstrap=100, **options)
    return agreement_numbers(readings_of(frame), config)["arms"]["unaided"]


@few
@given(st.permutations(CLASSES), st.integers(0, 2**32 - 1))
def test_agreement_on_names_knows_neither_order_nor_spelling(names, seed):
    table = dict(zip(CLASSES, names, strict=True))
    moved = FRAME.assign(answer=FRAME["answer"].map(table), truth=FRAME["truth"].map(table))
    found = agreed(moved.sample(frac=1, random_state=seed), arm="unaided")
    plain = agreed(FRAME, arm="unaided")
    for name in ("krippendorff", "fleiss"):
        assert found[name]["value"] == pytest.approx(plain[name]["value"])
    assert found["mean_kappa"] == pytest.approx(plain["mean_kappa"])
    kappas = [{r["reader"]: r["value"] for r in f["with_truth"]} for f in (found, plain)]
    assert kappas[0] == pytest.approx(kappas[1])


def test_a_scale_may_be_stretched_and_shifted():
    stretched = FRAME.assign(confidence=10 * FRAME["confidence"] - 7)
    one, other = (agreed(f, column="confidence", arm="unaided") for f in (FRAME, stretched))
    assert one["krippendorff"]["value"] == pytest.approx(other["krippendorff"]["value"])
    kinds = [{k: v["value"] for k, v in f["icc"]["kinds"].items()} for f in (one, other)]
    assert kinds[0] == pytest.approx(kinds[1])


@few
@given(st.integers(0, 2**32 - 1))
def test_many_readers_many_cases_in_any_order(seed):
    config = StatsMrmcConfig(readings="s.csv", output="r", n_bootstrap=100)
    found = [
        mrmc_numbers(readings_of(frame), config)["analysis"]
        for frame in (FRAME, FRAME.sample(frac=1, random_state=seed))
    ]
    for kind in ("readers_and_cases", "readers", "cases"):
        one, other = (f["generalise"][kind] for f in found)
        assert one["p"] == pytest.approx(other["p"])
        assert one["differences"][0]["low"] == pytest.approx(other["differences"][0]["low"])
    assert found[0]["components"] == pytest.approx(found[1]["components"])


def test_an_arm_compared_with_itself_shows_nothing():
    twin = JUDGED[JUDGED["arm"] == "unaided"]
    found = judged(pd.concat([twin, twin.assign(arm="again")]))["comparisons"][0]
    assert found["test"]["difference"] == 0
    assert (found["bootstrap"]["low"], found["bootstrap"]["high"]) == (None, None)
    assert found["test"]["p_wilcoxon"] is None
    assert found["flips"]["p_exact"] == 1
    assert np.all([r["before"] == r["after"] for r in found["readers"]])
