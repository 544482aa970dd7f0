"""Sentences of an audit: no more than was shown, and warnings first."""

from __future__ import annotations

import pytest

from cutis.stats.fairness.words import conclusion, left_out, missing_warnings, mix_warning


def gap(value, low, high, p, lowest="V", highest="II"):
    return {
        "difference": {"value": value, "low": low, "high": high},
        "lowest": lowest, "highest": highest, "worst": lowest, "p_holm": p,
    }  # fmt: skip


def column(crude, even=None, n=12):
    parts = {
        "II": {"n_groups": 90, "rates": {"accuracy": {"n": 120, "value": 0.7}}},
        "V": {"n_groups": 12, "rates": {"accuracy": {"n": n, "value": 0.6}}},
        "VI": {"n_groups": 1, "rates": None},
    }
    standard = {} if even is None else {"accuracy": even}
    return {
        "compared": ["II", "V"], "parts": parts,
        "gaps": {"crude": {"accuracy": crude}, "standardised": standard},
    }  # fmt: skip


def test_no_gap_shown_is_no_proof_of_equality():
    words = conclusion("skin_tone", column(gap(0.08, 0.0, 0.3, 0.62)), "accuracy")
    assert words == (
        "By skin_tone: no gap in accuracy was shown (gap 0.08, 0.00 to 0.30, corrected p = 0.62). "
        "That is no proof of equality: with 12 images in V, a gap of up to 0.30 cannot be excluded."
    )


def test_a_gap_that_stays_with_equal_diagnoses():
    found = column(gap(0.2, 0.1, 0.3, 0.0004), gap(0.18, 0.08, 0.28, 0.01))
    assert conclusion("sex", found, "accuracy") == (
        "By sex: accuracy differs (gap 0.20, 0.10 to 0.30, corrected p < 0.001, lowest in V, "
        "highest in II); with the same mix of diagnoses in each: gap 0.18, 0.08 to 0.28, "
        "corrected p = 0.01."
    )


def test_a_gap_that_the_diagnoses_explain():
    found = column(gap(0.2, 0.1, 0.3, 0.001), gap(0.03, 0.0, 0.12, 1.0))
    words = conclusion("sex", found, "accuracy")
    assert "differs" in words
    assert "but with the same mix of diagnoses in each, none was shown (gap 0.03" in words


def test_a_gap_that_the_diagnoses_hide():
    found = column(gap(0.02, 0.0, 0.1, 1.0), gap(0.2, 0.1, 0.3, 0.001))
    words = conclusion("sex", found, "accuracy")
    assert "no gap in accuracy was shown" in words
    assert "however, with the same mix of diagnoses in each, one was shown" in words


def test_nothing_to_compare_is_said():
    found = column(gap(None, None, None, None))
    words = conclusion("sex", found, "accuracy", "patients")
    assert words == (
        "By sex: nothing can be said about accuracy; fewer than two subgroups have enough patients "
        "for it."
    )


def test_a_gap_without_interval_promises_nothing():
    words = conclusion("sex", column(gap(0.1, None, None, None)), "accuracy")
    assert words == "By sex: no gap in accuracy was shown (gap 0.10)."


def test_small_subgroups_are_named():
    assert left_out("tone", column(gap(0, 0, 0, 1)), 20) == (
        "By tone: nothing is known of V (12) and VI (1), with fewer than 20 images."
    )
    assert left_out("tone", column(gap(0, 0, 0, 1)), 1) == ""


def missing(verdict, **more):
    return {
        "columns": ["sex", "tone"], "n_missing": 277, "n": 746, "verdict": verdict,
        "never_missing": ["BCC", "MEL"], "always_missing": ["NEV"], "cramers_v": 0.7, "p": 0.001,
        "auroc": 0.8, "auroc_about": "BCC or MEL", "same_as": "biopsied = no", "nearly": [], **more,
    }  # fmt: skip


def test_the_trap_is_told_in_words():
    (words,) = missing_warnings([missing("leak"), missing("unrelated"), missing("few")])
    assert words == (
        "'sex' and 'tone' are missing for 277 of 746 images (the same ones), exactly those with "
        "biopsied = no, and whether they are missing tells the diagnosis: none of them is BCC or "
        "MEL; every image of NEV is among them. Missing values alone tell BCC or MEL from the rest "
        "with an AUROC of 0.80. Subgroups of them compare a selected part of the images, and a "
        "model that is given them could cheat."
    )


def test_nearly_the_same_rows_are_told_together():
    (words,) = missing_warnings([missing("leak", nearly=["father", "mother"])])
    assert "biopsied = no (nearly the same rows lack father and mother), and whether" in words


def test_the_smallest_that_takes_part_is_named():
    found = column(gap(0.1, 0.0, 0.2, 0.5), n=2)
    found["parts"]["V"]["rates"]["accuracy"]["value"] = None
    assert "with 120 images in II, a gap" in conclusion("tone", found, "accuracy")


def test_a_link_is_told_more_softly():
    (words,) = missing_warnings([missing("linked", columns=["tone"], same_as=None)])
    assert words == (
        "'tone' is missing for 277 of 746 images, more often in some diagnoses than in others "
        "(Cramér's V 0.70). Subgroups of it compare a selected part of the images."
    )


@pytest.mark.parametrize(("strength", "p"), [(0.05, 0.001), (0.4, 0.2), (None, None)])
def test_no_warning_of_equal_mixes(strength, p):
    assert mix_warning("sex", {"class_mix": {"cramers_v": strength, "p": p}}) == ""


def test_other_diagnoses_are_warned_of():
    mix = {
        "cramers_v": 0.31, "p": 0.001,
        "counts": {"m": {"nv": 10, "mel": 30}, "f": {"nv": 50, "mel": 50}, "(missing)": {}},
    }  # fmt: skip
    words = mix_warning("sex", {"class_mix": mix, "compared": ["m", "f"]})
    assert words.startswith("The subgroups of 'sex' hold different diagnoses (Cramér's V 0.31): nv")
    assert "25% of m and 50% of f" in words
