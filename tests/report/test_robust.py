"""A page comes out of every run that can be read, and never shows a hole as a number."""

from __future__ import annotations

import copy
import json
import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cutis.predictions import make_predictions
from cutis.report.build import render
from cutis.report.source import RunData
from tests.report.fake_run import CLASSES, invent_record
from tests.report.page import Page

# Words that only a program would write.
LEAKS = re.compile(r"\b(None|nan|NaN|inf|Infinity|Undefined|NoneType|dtype|array)\b|\{\{|\}\}|\{%")


def check(run: RunData) -> Page:
    """Render without pictures and make sure that it is a clean page."""
    page = Page(render(run, pictures=False))
    assert page.problems == []
    assert LEAKS.findall(page.text) == []
    for drawing in page.all("svg"):
        assert "nan" not in drawing.attributes["aria-label"]
    assert 'points="nan' not in page.source
    assert '="nan"' not in page.source
    return page


def paths(value: object, before: tuple = ()) -> list[tuple]:
    """Every key path of nested mappings."""
    if not isinstance(value, dict):
        return []
    found = []
    for key, inner in value.items():
        found += [(*before, key), *paths(inner, (*before, key))]
    return found


def without(value: dict, path: tuple) -> dict:
    """A copy of nested mappings with one key removed."""
    changed = copy.deepcopy(value)
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    del inner[path[-1]]
    return changed


def emptied(value: dict, path: tuple) -> dict:
    """A copy of nested mappings with one value replaced by None."""
    changed = copy.deepcopy(value)
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = None
    return changed


LETTERS = st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"))
RECORD_PATHS = paths(invent_record(3, CLASSES, np.array([0, 1, 0]), None))


@pytest.mark.parametrize("path", RECORD_PATHS, ids=".".join)
def test_any_fact_of_the_record_may_be_missing(run, path):
    small = replace(run, metrics=None, predictions=None, record=without(run.record, path))
    check(small)


@pytest.mark.parametrize("path", [p for p in RECORD_PATHS if len(p) <= 3], ids=".".join)
def test_any_fact_of_the_record_may_be_null(run, path):
    check(replace(run, metrics=None, predictions=None, record=emptied(run.record, path)))


@pytest.mark.parametrize(
    "key",
    ["per_class", "subgroups", "calibration", "baseline", "notes", "confusion", "n_groups",
     "grouping", "n_bootstrap", "positive_class", "format"],
)  # fmt: skip
def test_parts_of_the_metrics_may_be_missing(run, key):
    check(replace(run, metrics=without(run.metrics, (key,))))


def blank(value: object) -> object:
    """The same metrics with every estimate undefined."""
    if isinstance(value, dict) and "value" in value:
        return value | {"value": None, "low": None, "high": None, "note": "nothing to measure"}
    if isinstance(value, dict):
        return {key: blank(inner) for key, inner in value.items()}
    return value


def test_undefined_values_are_dashes_with_their_reason(run):
    page = check(replace(run, metrics=blank(run.metrics)))
    assert page.all("data") == []
    assert "Not defined: nothing to measure." in page.text_of("results")
    rows = list(page.all("td", section="results", class_="ci"))
    assert {t.text.strip() for t in rows} == {"–"}


def test_values_without_intervals_stand_alone(run):
    def bare(value: object) -> object:
        if isinstance(value, dict) and "value" in value:
            return value | {"low": None, "high": None}
        if isinstance(value, dict):
            return {key: bare(inner) for key, inner in value.items()}
        return value

    page = check(replace(run, metrics=bare(run.metrics)))
    assert " to " not in page.all("tr", section="diagnoses")[1].text
    assert "better" not in {t.text for t in page.all("span", section="results", class_="range")}


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.text(LETTERS, min_size=1, max_size=40)
        .map(str.strip)
        .filter(lambda name: name and not LEAKS.search(name)),
        min_size=2, max_size=5, unique=True,
    )
)  # fmt: skip
def test_any_name_of_a_class_is_shown_as_it_is(names):
    n = 40
    rng = np.random.default_rng(0)
    labels = np.arange(n) % len(names)
    probs = rng.dirichlet(np.ones(len(names)), n)
    predictions = make_predictions(
        ids=[f"i{i}" for i in range(n)], images=["a.jpg"] * n, probs_nc=probs, classes=names,
        labels_n=labels,
    )  # fmt: skip
    record = {"value": 0.5, "low": 0.4, "high": 0.6, "n": n}
    metrics = {
        "n": n, "n_groups": n, "grouping": "none", "confidence": 0.95, "classes": names,
        "metrics": {"accuracy": record}, "per_class": {c: {"n": 1, "auroc": record} for c in names},
        "confusion": np.ones((len(names), len(names)), int).tolist(),
        "subgroups": {names[0]: {names[1]: {"n": 3, "n_groups": 3, "metrics": None, "note": ""}}},
    }  # fmt: skip
    page = Page(render(RunData(record={}, metrics=metrics, predictions=predictions)))
    assert page.problems == []
    rows = [t.attributes["data-class"] for t in page.all("tr") if "data-class" in t.attributes]
    assert rows == names


def test_names_of_other_scripts_survive(build):
    names = ("黑色素瘤", "سرطان الجلد", "невус")
    page = build(classes=names)
    assert all(name in page.text_of("diagnoses") for name in names)
    assert page.source.startswith("<!doctype html>")
    assert page.all("meta")[0].attributes["charset"] == "utf-8"


def test_a_class_without_images_has_no_invented_numbers(tmp_path):
    from cutis.stats import evaluate

    rng = np.random.default_rng(0)
    labels = np.arange(60) % 2
    probs = rng.dirichlet(np.ones(3), 60)
    names = ("nevus", "melanoma", "dermatofibroma")
    evaluation = evaluate(labels, probs, names, n_bootstrap=20)
    predictions = make_predictions(
        ids=[str(i) for i in range(60)], images=[""] * 60, probs_nc=probs, classes=names,
        labels_n=labels,
    )  # fmt: skip
    metrics = json.loads(json.dumps(evaluation.to_json()))
    page = check(RunData(record={}, metrics=metrics, predictions=predictions))
    row = next(t for t in page.all("tr") if t.attributes.get("data-class") == "dermatofibroma")
    sensitivity = row.text.split()[2]
    assert sensitivity.startswith("–")
    assert "No image is labelled dermatofibroma" in page.text_of("results")
    assert len(page.all("svg", section="curves")) == 4


def test_a_single_image_gives_a_page(tmp_path):
    predictions = make_predictions(
        ids=["only"], images=["only.jpg"], probs_nc=np.array([[0.3, 0.7]]), classes=["a", "b"]
    )
    page = check(RunData(record={}, predictions=predictions))
    assert page.all("p", class_="lead")[0].text.startswith("1 image from")
    assert len(page.all("article")) == 1


def test_equal_probabilities_keep_the_order_of_the_classes():
    predictions = make_predictions(
        ids=["x"], images=["x"], probs_nc=np.full((1, 4), 0.25), classes=["a", "b", "c", "d"]
    )
    page = check(RunData(record={}, predictions=predictions))
    assert [t.text for t in page.all("span", class_="name")] == ["1. a", "2. b", "3. c", "4. d"]


def test_a_row_name_that_is_a_path_shows_only_its_file():
    predictions = make_predictions(
        ids=["ward 3/Jane Roe/arm.jpg", "other"], images=["a", "b"],
        probs_nc=np.array([[0.3, 0.7], [0.6, 0.4]]), classes=["a", "b"],
    )  # fmt: skip
    page = check(RunData(record={}, predictions=predictions))
    assert "Jane" not in page.source
    assert {t.text for t in page.all("span", class_="id")} == {"arm.jpg", "other"}
