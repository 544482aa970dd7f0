"""Sentences say no more than the numbers do."""

from __future__ import annotations

import pytest

from cutis.clinical.readers.conclusion import conclude, is_share, p_text, points


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


def test_a_reader_or_a_few_are_counted_and_units_are_those_of_the_outcome():
    found = result()
    del found["comparisons"][0]["flips"]
    found["comparisons"][0]["title"] = "Grade"
    said = conclude(found)[0]
    assert "Grade, mean of 8 readers: 0.60 unaided, 0.70 aided, a change of +0.10 (95%" in said
    found["comparisons"][0]["test"]["n"] = 1
    assert "mean of 1 reader:" in conclude(found)[0]


@pytest.mark.parametrize("p", [None, 0.05, 0.5])
@pytest.mark.parametrize(("low", "high"), [(0.0, 0.1), (-0.1, 0.0), (-0.1, 0.1)])
def test_nothing_is_claimed_unless_interval_and_test_both_say_so(p, low, high):
    said = conclude(result(difference=0.05, low=low, high=high, p=p))[0]
    assert "No difference is shown" in said
    assert "It is higher" not in said


def test_the_corrected_p_decides_where_there_is_one():
    found = result(p=0.01)
    found["comparisons"][0]["test"]["p_holm"] = 0.2
    assert "do not agree" in conclude(found)[0]
    found["comparisons"][0]["test"]["p_holm"] = None
    assert "It is higher" in conclude(found)[0]


def test_only_the_main_outcome_is_concluded_and_each_arm_once():
    found = result()
    other = found["comparisons"][0] | {"outcome": "time", "title": "Time"}
    third = found["comparisons"][0] | {"after": "late"}
    found["comparisons"] += [other, third]
    said = conclude(found)
    assert len(said) == 2
    assert "late" in said[1]
    assert not any("Time" in s for s in said)


def one_arm(**record):
    # The interval over readers alone, in by_arm, is not the one that is quoted.
    found = {"mean": 0.5, "low": 0.45, "high": 0.55, "n": 4} | record
    whole = {"low": 0.4, "high": 0.6} | {k: v for k, v in record.items() if k in ("low", "note")}
    arms = {"unaided": {"accuracy": found}}
    return result() | {"comparisons": [], "by_arm": arms, "one_arm": whole}


@pytest.mark.parametrize(
    ("record", "said"),
    [
        (
            {},
            [
                "Right answers, mean of 4 readers unaided: 50.0 % (95% interval 40.0 to 60.0, for "
                "other readers and other cases)."
            ],
        ),
        (
            {"low": None, "n": 1, "note": "fewer than two readers"},
            [
                "Right answers, mean of 1 reader unaided: 50.0 %; fewer than two readers, so there "
                "is no interval."
            ],
        ),
        ({"mean": None}, []),
    ],
)
def test_one_arm_is_described_and_not_compared(record, said):
    assert conclude(one_arm(**record)) == said


def test_answers_without_a_truth_point_to_agreement():
    found = one_arm() | {"outcomes": []}
    assert conclude(found) == [
        "The table holds answers without a truth; see cutis stats agreement."
    ]


@pytest.mark.parametrize(
    ("name", "records", "share"),
    [
        ("specificity", [], True),
        ("score_harm", [{"outcome": "score_harm", "flips": {}}], True),
        ("score_harm", [{"outcome": "score_other", "flips": {}}], False),
        ("time", [{"outcome": "time"}], False),
    ],
)
def test_shares_are_told_from_other_numbers(name, records, share):
    assert is_share(name, records) == share
