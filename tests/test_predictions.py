"""The predictions table: what is written is what is read, ours and the published layouts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cutis.errors import CutisError
from cutis.predictions import (
    make_predictions,
    read_predictions,
    write_predictions,
    write_predictions_csv,
)

NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1)


@st.composite
def predictions(draw):
    classes = draw(st.lists(NAMES, min_size=2, max_size=5, unique=True))
    n = draw(st.integers(1, 8))
    c = len(classes)
    raw = draw(
        st.lists(st.lists(st.floats(0.01, 1.0), min_size=c, max_size=c), min_size=n, max_size=n)
    )
    probs = np.array(raw)
    probs /= probs.sum(axis=1, keepdims=True)
    labels = np.array(draw(st.lists(st.integers(-1, c - 1), min_size=n, max_size=n)))
    groups = draw(st.one_of(st.none(), st.lists(NAMES, min_size=n, max_size=n)))
    return make_predictions(
        ids=[f"row {i}" for i in range(n)],
        images=draw(st.lists(NAMES, min_size=n, max_size=n)),
        probs_nc=probs,
        classes=classes,
        labels_n=labels,
        groups_n=None if groups is None else np.array(groups, dtype=object),
        carried=pd.DataFrame({"sex": ["male", None] * (n // 2) + ["female"] * (n % 2)}),
        provenance={"model": {"name": "m"}, "nested": [1, 2]},
    )


@settings(max_examples=40, deadline=None)
@given(predictions())
def test_parquet_gives_back_what_was_written(tmp_path_factory, made):
    path = tmp_path_factory.mktemp("p") / "predictions.parquet"
    write_predictions(path, made)
    read = read_predictions(path)
    assert read.classes == made.classes
    assert read.provenance == made.provenance
    assert np.array_equal(read.probs_nc, made.probs_nc)
    assert np.array_equal(read.labels_n, made.labels_n)
    assert read.table["id"].tolist() == made.table["id"].tolist()
    assert read.table["predicted"].tolist() == made.table["predicted"].tolist()
    assert (read.groups_n is None) == (made.groups_n is None)
    if made.groups_n is not None:
        assert read.groups_n.tolist() == made.groups_n.tolist()
    assert read.subgroup_columns == ("sex",)


@settings(max_examples=30, deadline=None)
@given(predictions())
def test_published_csv_gives_back_labels_and_probabilities(tmp_path_factory, made):
    path = tmp_path_factory.mktemp("p") / "predictions.csv"
    write_predictions_csv(path, made)
    read = read_predictions(path, classes=made.classes)
    assert np.allclose(read.probs_nc, made.probs_nc, atol=1e-12)
    assert np.array_equal(read.labels_n, made.labels_n)


def test_two_classes_are_published_as_one_probability(tmp_path):
    made = make_predictions(
        ids=["a", "b"],
        images=["a.jpg", "b.jpg"],
        probs_nc=np.array([[0.25, 0.75], [0.5, 0.5]]),
        classes=["benign", "malignant"],
        labels_n=np.array([1, 0]),
    )
    write_predictions_csv(tmp_path / "p.csv", made)
    frame = pd.read_csv(tmp_path / "p.csv")
    assert list(frame.columns) == ["image_path", "true_label", "predicted_label", "probability"]
    assert frame["probability"].tolist() == [0.75, 0.5]
    assert frame["predicted_label"].tolist() == [1, 0]  # a tie goes to the lower class


def test_a_run_directory_is_as_good_as_its_file(tmp_path):
    made = make_predictions(
        ids=["a"], images=["a.jpg"], probs_nc=np.array([[0.1, 0.9]]), classes=["x", "y"]
    )
    write_predictions(tmp_path / "predictions.parquet", made)
    assert read_predictions(tmp_path).labels_n.tolist() == [-1]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("absent.csv", None, "no predictions"),
        ("other.csv", "image,label\na.jpg,1\n", "probability_class_0"),
        (
            "gap.csv",
            "image_path,true_label,predicted_label,probability_class_0,probability_class_2\n"
            "a,0,0,0.5,0.5\n",
            "complete set",
        ),
        ("broken.parquet", "not parquet", "not a readable Parquet"),
    ],
)
def test_what_is_not_predictions_is_refused(tmp_path, name, content, said):
    if content is not None:
        (tmp_path / name).write_text(content)
    with pytest.raises(CutisError, match=said):
        read_predictions(tmp_path / name)


def test_foreign_parquet_is_refused(tmp_path):
    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "x.parquet")
    with pytest.raises(CutisError, match="not of predictions"):
        read_predictions(tmp_path / "x.parquet")


def test_published_files_are_read_unchanged(shared: Path):
    folder = shared / "parity" / "stats" / "inputs"
    zero_shot = read_predictions(folder / "zero_shot" / "PAD" / "MAKE.csv")
    assert len(zero_shot) == 461
    accuracy = (zero_shot.probs_nc.argmax(axis=1) == zero_shot.labels_n).mean()
    assert accuracy == pytest.approx(0.5857, abs=5e-5)  # the published value
    probe = read_predictions(folder / "linear_probe/PAD_100pct/PanDerm_PAD/pad-lp-ws0.csv")
    assert len(probe.classes) == 6
