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


def test_only_metrics_on_both_sides_are_compared():
    left = {"kappa": {"value": 0.1}, "auroc": {"value": 0.7}}
    assert len(leak_sentences(content(metrics=left))) == 1
    _, second = leak_sentences(content(metrics=left), shown=("kappa",))
    assert "0.100 instead of 0.200" in second


def test_undefined_stays_undefined():
    left = {"accuracy": {"value": None, "low": None, "high": None}}
    _, second = leak_sentences(content(metrics=left))
    assert "0.000" not in second
    assert "instead of 0.600" in second


def test_an_empty_rest_without_a_note_says_so():
    assert leak_sentences(content(metrics=None))[1] == "Nothing that could be measured is left."


def test_names_of_letters_stay_large():
    record = content(metrics={"auroc": {"value": 0.7, "low": 0.6, "high": 0.8}})
    record["metrics"]["auroc"] = {"value": 0.9}
    assert "AUROC 0.700 (0.600 to 0.800) instead of 0.900" in leak_sentences(record)[1]


def test_what_is_wrong_with_an_audit_is_said_even_if_nothing_is_removed():
    for n in (0, 3):
        said = leak_sentences(content(n_removed=n, warnings=["It is too loose."]))
        assert said[1] == "It is too loose."
