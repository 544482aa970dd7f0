"""The page of a comparison: what is said of it, and every number behind it."""

from __future__ import annotations

import copy

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.metrics import accuracy_score, roc_auc_score

from cutis.analysis.comparing import conclusions
from cutis.report.analysis.compare import _p, document
from cutis.report.document import Cell, Figure, Notes, Paragraph, Table
from cutis.report.source import RunData
from cutis.stats.clusters import make_clusters
from cutis.stats.comparison import compare
from cutis.stats.estimate import Settings
from tests.report.analysis.pages import blocks, column, is_regular, parsed, shown, table, words
from tests.stats.samples import make

N = 80
TRUTH = make(n=N, c=3, skill=2.5)
SKILLS = {"good": 2.5, "poor": 0.0, "middling": 1.2}


def model(skill: float, seed: int) -> np.ndarray:
    logits = np.random.default_rng(seed).normal(size=(N, 3))
    logits[np.arange(N), TRUTH.labels] += skill
    return np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)


PROBS = {name: model(skill, seed) for seed, (name, skill) in enumerate(SKILLS.items())}


def made(grouped: bool, metric: str = "accuracy", **models) -> dict:
    grouping = "lesion_id" if grouped else "none"
    found = compare(
        TRUTH.labels, models or PROBS, ["nevus", "<b>bcc</b>", "melanoma"],
        make_clusters(TRUTH.groups if grouped else None, N), Settings(100, grouping=grouping),
        anchor="good", headline=metric, n_permutations=100,
    )  # fmt: skip
    return found.to_json() | {
        "headline": metric, "notes": [], "stratified": False,
        "conclusions": conclusions(found, metric),
    }  # fmt: skip


@pytest.fixture(scope="module")
def ungrouped() -> dict:
    return made(grouped=False)


@pytest.fixture(scope="module")
def grouped() -> dict:
    return made(grouped=True, metric="brier", good=PROBS["good"], poor=PROBS["poor"])


def page(record: dict, name: str = "", **more):
    result = {"datasets": {name: record}, "notes": []} | more
    return document(RunData(record={}, result=result))


def test_every_metric_of_every_model_is_shown_with_its_number(ungrouped):
    found = page(ungrouped)
    assert is_regular(found)
    values = [t for t in blocks(found, Table) if "the best" in t.caption]
    for name, metrics in ungrouped["metrics"].items():
        row_name = f"{name} (anchor)" if name == "good" else name
        drawn = [
            cell.value for t in values for row in t.rows if row[0].text == row_name
            for cell in row[1:]
        ]  # fmt: skip
        assert sorted(drawn) == sorted(record["value"] for record in metrics.values())


def test_the_accuracies_are_those_of_scikit_learn(ungrouped):
    first = next(t for t in blocks(page(ungrouped), Table) if "Accuracy" in t.columns)
    assert list(first.columns)[1] == "Accuracy"
    for name, cell in column(first, "Accuracy").items():
        probs = PROBS[name.removesuffix(" (anchor)")]
        assert cell.value == pytest.approx(accuracy_score(TRUTH.labels, probs.argmax(axis=1)))


def test_models_are_ranked_by_the_headline_whatever_its_direction(ungrouped, grouped):
    for record, best in ((ungrouped, max), (grouped, min)):
        first = next(t for t in blocks(page(record), Table) if "the best" in t.caption)
        values = [row[1].value for row in first.rows]
        assert values[0] == best(values)
        assert values == sorted(values, reverse=best is max)


def test_an_undefined_model_stands_last_and_shows_a_dash(ungrouped):
    record = copy.deepcopy(ungrouped)
    record["metrics"]["good"]["accuracy"] |= {"value": None, "low": None, "high": None}
    first = next(t for t in blocks(page(record), Table) if "Accuracy" in t.columns)
    assert [row[0].text for row in first.rows][-1] == "good (anchor)"
    assert (first.rows[-1][1].text, first.rows[-1][1].value) == ("–", None)


def test_differences_are_of_the_model_minus_the_anchor(ungrouped):
    headline = table(page(ungrouped), "Accuracy minus that of good (the headline metric)")
    for name in ("poor", "middling"):
        cell = column(headline, "Difference")[name]
        right = {m: accuracy_score(TRUTH.labels, PROBS[m].argmax(axis=1)) for m in (name, "good")}
        assert cell.value == pytest.approx(right[name] - right["good"])
        assert column(headline, "p")[name] == _p(ungrouped["differences"][name]["accuracy"]["p"])
    verdict = column(headline, "Conclusion")["poor"]
    assert (verdict.text, verdict.strong) == ("worse", True)


def test_every_other_metric_is_called_exploratory(ungrouped):
    tests = [t for t in blocks(page(ungrouped), Table) if "minus that of good" in t.caption]
    assert len(tests) == len(ungrouped["metrics"]["good"])
    assert ["exploratory" in t.caption for t in tests] == [False] + [True] * (len(tests) - 1)


def test_an_unshown_difference_is_not_made_to_stand_out(ungrouped):
    record = copy.deepcopy(ungrouped)
    record["differences"]["poor"]["accuracy"] |= {"verdict": "not shown", "p_holm": None}
    headline = table(page(record), "Accuracy minus")
    cell = column(headline, "Conclusion")["poor"]
    assert (cell.text, cell.strong) == ("no difference shown", False)
    assert column(headline, "p, Holm")["poor"] == "–"


def test_mcnemar_counts_the_images_only_one_model_gets_right(ungrouped):
    found = table(page(ungrouped), "McNemar")
    right = {name: probs.argmax(axis=1) == TRUTH.labels for name, probs in PROBS.items()}
    for row in shown(found):
        only_it = int((right[row[0]] & ~right["good"]).sum())
        only_anchor = int((right["good"] & ~right[row[0]]).sum())
        assert row[1:3] == [str(only_it), str(only_anchor)]
        assert row[3] == _p(binomtest(only_it, only_it + only_anchor).pvalue)


def test_images_that_share_a_lesion_have_no_mcnemar_test(grouped):
    captions = [t.caption for t in blocks(page(grouped), Table)]
    assert not any("McNemar" in caption for caption in captions)
    areas = table(page(grouped), "AUROC of each class")
    assert "clustered images (Obuchowski)" in areas.note


def test_areas_of_each_class_are_those_of_scikit_learn(grouped):
    areas = table(page(grouped), "AUROC of each class")
    for k, row in enumerate(shown(areas)):
        positive = TRUTH.labels == k
        assert row[0].endswith(f"(n = {positive.sum()})")
        assert row[2] == f"{roc_auc_score(positive, PROBS['poor'][:, k]):.3f}"
        assert row[3] == f"{roc_auc_score(positive, PROBS['good'][:, k]):.3f}"
        found = areas.rows[k][4]
        assert found.value == pytest.approx(
            roc_auc_score(positive, PROBS["poor"][:, k])
            - roc_auc_score(positive, PROBS["good"][:, k])
        )


def test_where_lower_is_better_the_picture_is_turned_and_says_so(grouped):
    found = page(grouped)
    (figure,) = blocks(found, Figure)
    record = grouped["differences"]["poor"]["brier"]
    assert "turned, so that right is better" in figure.picture.label
    assert record["value"] > 0
    drawn = f"poor {-record['value']:.3f} ({-record['high']:.3f} to {-record['low']:.3f})"
    assert figure.picture.label.endswith(drawn)
    assert "below 0 is better" in table(found, "Brier score minus").caption
    assert "Lower is better for Brier score" in words(found)


def test_the_pictures_rows_run_from_best_to_worst_and_undefined_last(ungrouped):
    record = copy.deepcopy(ungrouped)
    record["differences"]["middling"]["accuracy"] |= {"value": None, "low": None, "high": None}
    (figure,) = blocks(page(record), Figure)
    said = figure.picture.label.split(": ", 2)[-1].split("; ")
    assert said[-1] == "middling undefined"
    (figure,) = blocks(page(ungrouped), Figure)
    order = [part.split()[0] for part in figure.picture.label.split(": ", 2)[-1].split("; ")]
    assert order == ["middling", "poor"]


@pytest.mark.parametrize(
    ("grouping", "stratified", "said"),
    [
        ("none", False, "that draw images one by one, the same for all models"),
        ("none", True, "images one by one, each class keeping its number, the same"),
        ("patient_id", False, "that draw whole patients, the same for all models"),
    ],
)
def test_how_intervals_were_made_is_said(ungrouped, grouping, stratified, said):
    record = ungrouped | {"grouping": grouping, "stratified": stratified}
    assert said in words(page(record))
    assert "100 bootstrap replicates" in words(page(record))


def test_one_pair_is_summed_up_by_its_own_conclusion(grouped):
    sentence = grouped["conclusions"][0]
    assert page(grouped).sentence == sentence
    assert page(grouped, "PAD").sentence == f"PAD: {sentence}"


def test_several_models_are_counted_not_named(ungrouped):
    verdicts = [of["accuracy"]["verdict"] for of in ungrouped["differences"].values()]
    sentence = page(ungrouped, "PAD").sentence
    assert sentence.startswith("Against good on PAD, in accuracy: 0 of 2 models are shown to be")
    assert f"{verdicts.count('worse')} to be worse" in sentence
    assert "no difference was shown" in sentence
    assert "equal" not in sentence


def test_warnings_stand_beside_the_conclusions(ungrouped):
    record = ungrouped | {"notes": ["Chosen because it is best."]}
    warned = [n for n in blocks(page(record), Notes) if n.warning]
    assert [n.items for n in warned] == [["Chosen because it is best."]]
    strong = [p.text for p in blocks(page(record), Paragraph) if p.strong]
    assert strong == ungrouped["conclusions"]


def test_the_reader_is_told_what_not_to_conclude(ungrouped):
    text = words(page(ungrouped))
    assert "does not mean that two models are equal" in text
    assert "exploratory: among many some look different by chance" in text


def test_every_dataset_has_sections_of_its_own_with_plain_anchors(ungrouped, grouped):
    result = {"datasets": {"PAD 20": ungrouped, "HAM/2": grouped}, "notes": ["b.csv ignored."]}
    found = document(RunData(record={}, result=result))
    anchors = [s.anchor for s in found.sections]
    assert anchors[:4] == ["result-pad-20", "values-pad-20", "tests-pad-20", "result-ham-2"]
    assert anchors[-2:] == ["reading", "files"]
    assert found.title == "good, poor and middling compared"
    assert "HAM/2: " in found.sentence


def test_runs_without_a_common_dataset_are_only_described():
    differs = [{"setting": "model", "values": ["a", "b"]}]
    result = {"datasets": {}, "runs": ["r1", "r2"], "differs": differs, "n_same": 7, "notes": []}
    found = document(RunData(record={}, result=result))
    assert (found.title, found.sentence) == ("Runs side by side", "Nothing could be compared.")
    (settings,) = blocks(found, Table)
    assert list(settings.columns) == ["What", "r1", "r2"]
    assert shown(settings) == [["model", "a", "b"]]
    assert settings.note == "7 further settings and facts are the same."
    twins = document(RunData(record={}, result=result | {"differs": []}))
    assert blocks(twins, Table) == []
    assert "Nothing recorded differs between the runs." in words(twins)


def test_names_are_escaped_in_the_finished_page(ungrouped):
    html, tree = parsed(page(ungrouped, "<script>"))
    assert tree.problems == []
    assert "<b>bcc</b>" not in html
    assert "&lt;b&gt;bcc&lt;/b&gt;" in html
    assert "&lt;script&gt;: conclusions" in html


@pytest.mark.parametrize(
    ("value", "said"),
    [(None, "–"), (0.0, "< 0.001"), (0.00099, "< 0.001"), (0.001, "0.001"), (1.0, "1.000")],
)
def test_p_values_are_never_shown_as_zero(value, said):
    assert _p(value) == said


def test_cells_know_the_number_they_show(ungrouped):
    for found in blocks(page(ungrouped), Table):
        for row in found.rows:
            for cell in row:
                if isinstance(cell, Cell) and cell.value is not None:
                    assert float(cell.text.replace("−", "-")) == pytest.approx(
                        cell.value, abs=5.1e-4
                    )
