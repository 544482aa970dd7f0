"""Sentences on copies of training data."""

from __future__ import annotations

from cutis.report.sections.leaks import leak_sentences


def content(**changes) -> dict:
    record = {
        "n_removed": 3,
        "n_left": 7,
        "n_not_searched": 0,
        "reasons": ["The model was trained on that."],
        "metrics": {"accuracy": {"value": 0.5, "low": 0.3, "high": 0.7}},
    }
    whole = {"accuracy": {"value": 0.6, "low": 0.4, "high": 0.8}, "kappa": {"value": 0.2}}
    return {"metrics": whole, "without_overlap": record | changes}


def test_both_values_are_told():
    first, second = leak_sentences(content())
    assert first == (
        "3 of the 10 evaluated images have copies in training data. The model was trained on that."
    )
    assert "0.500 (0.300 to 0.700) instead of 0.600" in second


def test_what_was_not_searched_is_told():
    assert "4 images were not searched" in leak_sentences(content(n_not_searched=4))[0]
    assert "1 image was not searched" in leak_sentences(content(n_not_searched=1))[0]


def test_nothing_left_and_nothing_removed():
    assert leak_sentences(content(metrics=None, note="One class."))[1] == "One class."
    assert leak_sentences(content(n_removed=0)) == [
        "None of the 7 evaluated images is known to be a copy of training data."
    ]
    assert "1 of the 8 evaluated images has a copy" in leak_sentences(content(n_removed=1))[0]


def test_without_an_audit_nothing_is_said():
    assert leak_sentences(None) == []
    assert leak_sentences({"metrics": {}}) == []
