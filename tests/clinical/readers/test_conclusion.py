"""Sentences say no more than the numbers do."""

from __future__ import annotations

import pytest

from cutis.clinical.readers.conclusion import conclude, p_text, points


def result(difference=0.1, low=0.02, high=0.18, p=0.01, model=None):
    test = {
        "n": 8, "before": 0.6, "after": 0.6 + difference, "difference": difference,
        "p_wilcoxon": p, "p_holm": p, "better": 6, "worse": 1,
    }  # fmt: skip
    record = {
        "outcome": "accuracy", "title": "Right answers", "before": "unaided", "after": "aided",
        "test": test, "bootstrap": {"low": low, "high": high, "note": "one reader"}, "flips": {},
    }  # fmt: skip
    return {
        "confidence": 0.95, "outcomes": [{"name": "accuracy", "title": "Right answers"}],
        "comparisons": [record], "model": model, "reference": "unaided",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ({}, "It is higher aided than unaided: 6 of 8 readers rose, 1 fell."),
        ({"difference": -0.1, "low": -0.2, "high": -0.02}, "It is lower aided"),
        ({"low": -0.05, "p": 0.3}, "No difference is shown"),
        ({"p": 0.2}, "do not agree, so the evidence is weak"),
        ({"low": -0.01}, "do not agree, so the evidence is weak"),
        ({"low": None, "high": None}, "one reader, so no test speaks of other readers"),
        ({}, "70.0 % aided"),
    ],
)
def test_verdicts(numbers, said):
    assert said in conclude(result(**numbers))[0]


def test_readers_without_common_cases():
    found = result()
    found["comparisons"][0]["test"]["difference"] = None
    assert "No reader read the same cases unaided and aided" in conclude(found)[0]


def model(value, low, high, p=0.01):
    return {
        "arm": "unaided", "accuracy": {"value": 0.8, "n": 50}, "n_below": 7, "n_above": 1,
        "difference": {"value": value, "low": low, "high": high, "p": p},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("of", "said"),
    [
        (model(-0.1, -0.2, -0.02), "readers are worse than the model"),
        (model(0.1, 0.02, 0.2), "readers are better than the model"),
        (model(-0.1, -0.2, 0.02, None), "no difference is shown"),
        (model(None, None, None), "7 readers unaided are below it, 1 above."),
    ],
)
def test_verdicts_about_the_model(of, said):
    assert said in conclude(result(model=of))[1]


def test_a_model_without_truth():
    of = model(0, 0, 0)
    of["accuracy"]["value"] = None
    assert "no answer with a known truth" in conclude(result(model=of))[1]


def test_numbers_in_words():
    assert (points(0.5, True), p_text(0.05)) == ("+50.0", "p = 0.050")
