"""The conclusions of a comparison: words that cannot be misread, notes, refusals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cutis.analysis import comparing
from cutis.analysis.comparing import ComparingConfig, compare_entries, difference_text
from cutis.errors import CutisError
from cutis.stats.clusters import make_clusters
from cutis.stats.comparison import compare
from cutis.stats.estimate import Settings
from tests.analysis.models import write
from tests.stats.samples import make


def config(tmp_path, **more):
    settings = {"n_bootstrap": 200, "n_permutations": 200, "output": tmp_path / "run"}
    return ComparingConfig(**(settings | more))


def test_a_clear_difference_names_the_better_model(tmp_path):
    entries = [write(tmp_path / "good.csv", 3.0), write(tmp_path / "poor.csv", 0.2, seed=1)]
    record = compare_entries(entries, config(tmp_path))
    (sentence,) = record["conclusions"]
    assert sentence.startswith(
        "good is better than poor in balanced accuracy (poor minus good: -0."
    )
    assert "95 % CI" in sentence
    assert "corrected p = 0.005" in sentence
    turned = compare_entries(entries, config(tmp_path, anchor="poor"))
    assert turned["conclusions"][0].startswith(
        "good is better than poor in balanced accuracy (good"
    )


def test_no_difference_is_never_called_equal(tmp_path):
    entries = [write(tmp_path / f"{n}.csv", 1.0, seed=s) for s, n in enumerate(("one", "two"))]
    record = compare_entries(entries, config(tmp_path))
    (sentence,) = record["conclusions"]
    assert sentence.startswith("No difference between")
    assert "was shown" in sentence
    assert "not shown to be equally good: the interval allows anything from" in sentence
    assert "better" not in sentence.split("was shown")[0]


def test_identical_models_are_not_called_equal_either(tmp_path):
    entries = [write(tmp_path / f"{n}.csv", 1.0) for n in ("one", "two")]
    sentence = compare_entries(entries, config(tmp_path))["conclusions"][0]
    assert sentence.endswith("This does not show that they are equally good.")


def test_where_lower_is_better_the_better_model_is_still_named(tmp_path):
    entries = [write(tmp_path / "good.csv", 3.0), write(tmp_path / "poor.csv", 0.0, seed=1)]
    record = compare_entries(entries, config(tmp_path, metric="brier"))
    assert record["anchor"] == "good"
    assert record["conclusions"][0].startswith(
        "good is better than poor in brier (poor minus good: +"
    )


def test_an_interval_that_excludes_zero_is_not_enough_among_many(tmp_path):
    entries = [write(tmp_path / f"m{s}.csv", 1.0 + 0.12 * s, seed=s) for s in range(9)]
    record = compare_entries(entries, config(tmp_path, anchor="m0", n_permutations=100))
    close = [
        s for s, of in zip(record["conclusions"], record["differences"].values(), strict=True)
        if of["balanced_accuracy"]["verdict"] == "not shown"
        and of["balanced_accuracy"]["low"] > 0
    ]  # fmt: skip
    assert close, "the example no longer has such a model"
    assert all("taken alone excludes 0" in s and "among 8 comparisons" in s for s in close)
    assert any("cannot become small" in note for note in record["notes"])


def test_notes_say_what_weakens_the_comparison(tmp_path):
    entries = [write(tmp_path / f"{n}.csv", k, seed=k) for k, n in enumerate("abc")]
    notes = " ".join(compare_entries(entries, config(tmp_path))["notes"])
    assert "images count as independent" in notes
    assert "chosen as the anchor because it is best" in notes
    assert "corrected for all 3 pairs" in notes
    named = compare_entries(entries, config(tmp_path, anchor="a"))
    assert "chosen as the anchor" not in " ".join(named["notes"])
    assert named["anchor_chosen"] == "given"


def test_common_images_are_counted(tmp_path):
    entries = [write(tmp_path / "a.csv", 2.0), write(tmp_path / "b.csv", 1.0, n=90,
               labels=np.random.default_rng(99).integers(0, 3, 120)[:90])]  # fmt: skip
    with pytest.raises(CutisError, match="--common"):
        compare_entries(entries, config(tmp_path))
    record = compare_entries(entries, config(tmp_path, common=True))
    assert record["n"] == 90
    assert any("90 images that all files have" in note for note in record["notes"])


def test_groups_from_a_table_are_used(tmp_path):
    entries = [write(tmp_path / f"{n}.csv", k, seed=k) for k, n in enumerate("ab")]
    table = pd.DataFrame({"image": [f"{i}.png" for i in range(120)],
                          "lesion_id": [f"L{i // 3}" for i in range(120)]})  # fmt: skip
    table.to_csv(tmp_path / "table.csv", index=False)
    record = compare_entries(entries, config(tmp_path, data=tmp_path / "table.csv",
                                             group_column="lesion_id"))  # fmt: skip
    assert (record["n_groups"], record["grouping"]) == (40, "lesion_id")
    assert record["mcnemar"] is None
    assert "independent" not in " ".join(record["notes"])


def test_one_class_against_the_rest(tmp_path):
    entries = [write(tmp_path / f"{n}.csv", 3 * k, seed=k) for k, n in enumerate("ab")]
    record = compare_entries(
        entries, config(tmp_path, positive="class 2", metric="auroc", stratified=True)
    )
    assert record["classes"] == ["not class 2", "class 2"]
    assert record["positive_class"] == "class 2"
    assert record["differences"]["a"]["auroc"]["test"] == "delong"
    assert record["stratified"] is True


def test_class_names_beside_published_files_are_taken(tmp_path):
    entries = [write(tmp_path / "PAD" / f"{n}.csv", k, seed=k) for k, n in enumerate("ab")]
    names = tmp_path / "class2label"
    names.mkdir()
    (names / "PAD.csv").write_text("diag,label\nNEV,0\nBCC,1\nMEL,2\n")
    assert compare_entries(entries, config(tmp_path))["classes"] == ["NEV", "BCC", "MEL"]


def test_what_cannot_be_compared_is_refused_in_words(tmp_path):
    entries = [write(tmp_path / f"{n}.csv", k, seed=k) for k, n in enumerate("ab")]
    with pytest.raises(CutisError, match="at least two models") as raised:
        compare_entries(entries[:1], config(tmp_path))
    assert "cutis stats ci" in str(raised.value)
    with pytest.raises(CutisError, match="no model 'c' to compare") as raised:
        compare_entries(entries, config(tmp_path, anchor="c"))
    assert "The models are a, b" in str(raised.value)
    with pytest.raises(CutisError, match="no metric 'f7'"):
        compare_entries(entries, config(tmp_path, metric="f7"))
    ones = [write(tmp_path / f"one{k}.csv", 1, n=8, labels=np.zeros(8, int)) for k in range(2)]
    with pytest.raises(CutisError, match="All 8 images are labelled 'class 0'"):
        compare_entries(ones, config(tmp_path))


def test_differences_as_text():
    record = {"value": None, "low": None, "high": None, "p_holm": None}
    assert difference_text(record, 0.95) == "undefined"
    record |= {"value": 0.1, "low": 0.05, "high": 0.2, "p_holm": 0.0004}
    assert difference_text(record, 0.9) == "+0.100, 90 % CI 0.050 to 0.200, corrected p < 0.001"


@pytest.fixture(scope="module")
def compared():
    made = make(n=60, c=2, skill=1.5)
    other = np.clip(made.probs + 1e-3, 0, 1)
    probs = {"A": made.probs, "B": other / other.sum(axis=1, keepdims=True)}
    return compare(
        made.labels, probs, made.classes, make_clusters(None, 60), Settings(100), anchor="A",
        headline="accuracy", n_permutations=100,
    )  # fmt: skip


def sentence(found, metric="accuracy", **record) -> str:
    base = {"value": 0.1, "low": -0.1, "high": 0.3, "p_holm": 0.4, "verdict": "not shown"}
    return comparing._sentence("B", "A", metric, metric, base | record, found)


@pytest.mark.parametrize(
    ("record", "better"),
    [
        ({"verdict": "better", "value": 0.1, "low": 0.05, "p_holm": 0.01}, "B is better than A"),
        ({"verdict": "worse", "value": -0.1, "high": -0.05, "p_holm": 0.01}, "A is better than B"),
    ],
)
def test_only_a_shown_difference_is_called_better(compared, record, better):
    assert sentence(compared, **record).startswith(f"{better} in accuracy (B minus A: ")


def test_what_the_interval_allows_is_said_for_both_sides(compared):
    said = sentence(compared)
    assert said.startswith("No difference between B and A in accuracy was shown")
    assert "anything from A being 0.100 better to B being 0.300 better" in said


def test_where_lower_is_better_the_sides_are_exchanged(compared):
    said = sentence(compared, metric="brier")
    assert "anything from A being 0.300 better to B being 0.100 better" in said


@pytest.mark.parametrize(("low", "high"), [(0.01, 0.2), (-0.2, -0.01)])
def test_an_interval_beyond_zero_alone_is_no_claim(compared, low, high):
    said = sentence(compared, low=low, high=high)
    assert "was shown" in said
    assert "taken alone excludes 0, but the corrected p-value is not small enough" in said
    assert "is better than" not in said


def test_an_undefined_difference_is_said_with_its_reason(compared):
    said = sentence(compared, value=None, low=None, high=None, note="a class is absent")
    assert said == "B and A cannot be compared in accuracy: a class is absent."
