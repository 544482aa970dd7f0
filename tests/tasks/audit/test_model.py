"""The model audit finds the images a model fails on, and the word for them."""

from __future__ import annotations

import json
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from cutis.cli import run
from cutis.errors import CutisError
from cutis.predictions import make_predictions, read_predictions, write_predictions
from cutis.stats.failure_clusters import Clustering
from cutis.tasks.audit import AuditModelConfig, audit_model
from cutis.tasks.audit.joining import Judged
from cutis.tasks.audit.model import _case, _shown, _summary


@pytest.fixture
def failing(colour_table, tmp_path):
    """Predictions that are wrong on blue images only; without the column of lesions."""
    table = pd.read_csv(colour_table).drop(columns="lesion_id")
    table["label"] = ["benign" if i % 2 else "malignant" for i in range(60)]
    table.to_csv(colour_table, index=False)
    labels = np.array([i % 2 for i in range(60)])
    blue = np.arange(60) % 3 == 2
    probs = np.eye(2)[np.where(blue, 1 - labels, labels)] * 0.8 + 0.1
    order = np.random.default_rng(0).permutation(60)
    write_predictions(
        tmp_path / "predictions.parquet",
        make_predictions(
            ids=[f"row {i}" for i in order],
            images=[f"{i:02d}.png" for i in order],
            probs_nc=probs[order],
            classes=("malignant", "benign"),
            labels_n=labels[order],
        ),
    )
    return colour_table


def config(table, words, tmp_path, **more):
    given = {
        "predictions": tmp_path / "predictions.parquet", "data": table, "concepts": words,
        "n_bootstrap": 100, "min_cluster": 5, "output": tmp_path / "run",
    }  # fmt: skip
    return AuditModelConfig(**{**given, **more})


def test_the_planted_failure_is_found_and_named(colour_model, failing, words, tmp_path):
    result = audit_model(config(failing, words, tmp_path))
    record = json.loads((tmp_path / "run" / "result.json").read_text())
    assert record == result.result
    assert record["accuracy"]["value"] == pytest.approx(40 / 60)
    clusters = pd.read_parquet(tmp_path / "run" / "clusters.parquet")
    by_number = {c["cluster"]: c for c in record["clusters"]}
    assert record["low"]
    for low in record["low"]:
        members = clusters.loc[clusters["cluster"] == low["cluster"], "id"]
        assert {int(name.removesuffix(".png")) % 3 for name in members} == {2}
        assert by_number[low["cluster"]]["n_right"] == 0
        assert by_number[low["reference"]]["n_right"] == by_number[low["reference"]]["n"]
        assert low["over"] == ["blue"]
        blue = next(c for c in low["concepts"] if c["name"] == "blue")
        assert blue["standardised"]["value"] > 1
        assert blue["p_bh"] < 0.05
        assert blue["fisher_p_bh"] < 0.05
        assert (blue["share_a"], blue["share_b"]) == (1.0, 0.0)
    assert "more blue" in result.render()


def test_p_values_are_corrected_over_all_clusters(colour_model, failing, words, tmp_path):
    from statsmodels.stats.multitest import multipletests

    record = audit_model(config(failing, words, tmp_path)).result
    every = [c for low in record["low"] for c in low["concepts"]]
    assert len(every) >= 6
    p = [c["p"] for c in every]
    np.testing.assert_allclose([c["p_bh"] for c in every], multipletests(p, method="fdr_bh")[1])
    np.testing.assert_allclose([c["p_holm"] for c in every], multipletests(p, method="holm")[1])


def test_the_page_names_the_failure(colour_model, failing, words, tmp_path):
    audit_model(config(failing, words, tmp_path, top=2))
    page = (tmp_path / "run" / "report.html").read_text()
    assert "More of: blue" in page
    assert "taken for" in page
    assert "data:image/jpeg" in page
    assert "Research use only" in page
    assert run(["report", str(tmp_path / "run"), "--no-pictures"]) == 0
    assert "data:image" not in (tmp_path / "run" / "report.html").read_text()


def test_a_perfect_model_has_no_bad_cluster(colour_model, failing, words, tmp_path):
    labels = np.array([i % 2 for i in range(60)])
    write_predictions(
        tmp_path / "predictions.parquet",
        make_predictions(
            ids=[f"{i:02d}.png" for i in range(60)],
            images=[f"{i:02d}.png" for i in range(60)],
            probs_nc=np.eye(2)[labels],
            classes=("malignant", "benign"),
            labels_n=labels,
        ),
    )
    result = audit_model(config(failing, words, tmp_path))
    assert result.result["low"] == []
    assert "none is below it" in (tmp_path / "run" / "report.html").read_text()


def test_lesions_are_kept_together(colour_model, failing, words, tmp_path):
    table = pd.read_csv(failing)
    table["patient_id"] = [f"p{i // 6}" for i in range(60)]
    table.to_csv(failing, index=False)
    record = audit_model(config(failing, words, tmp_path, n_permutations=199)).result
    assert (record["grouping"], record["n_groups"]) == ("patient_id", 10)
    assert {low["test"] for low in record["low"]} == {"permutation"}


def test_one_split_only(colour_model, failing, words, tmp_path):
    table = pd.read_csv(failing)
    table["split"] = ["test" if i < 48 else "train" for i in range(60)]
    table.to_csv(failing, index=False)
    assert audit_model(config(failing, words, tmp_path, split="test")).result["n"] == 48
    with pytest.raises(CutisError, match="no split 'val'"):
        audit_model(config(failing, words, tmp_path, split="val", output=tmp_path / "b"))


def test_an_unreadable_image_takes_no_part(colour_model, failing, words, tmp_path):
    (tmp_path / "images" / "05.png").write_bytes(b"no picture")
    record = audit_model(config(failing, words, tmp_path)).result
    assert record["n"] == 59
    assert record["accuracy"]["value"] == pytest.approx(40 / 59)


def test_another_model_may_cluster(colour_model, failing, words, tmp_path):
    audit_model(config(failing, words, tmp_path, cluster_model="eyes"))
    record = json.loads((tmp_path / "run" / "run.json").read_text())
    assert record["cluster_model"]["name"] == "colour"


def test_again_and_dry(colour_model, failing, words, tmp_path):
    said = audit_model(config(failing, words, tmp_path, dry_run=True)).render()
    assert "Predictions: 60 labelled, 40 right." in said
    assert not (tmp_path / "run").exists()
    audit_model(config(failing, words, tmp_path))
    assert "finished before" in audit_model(config(failing, words, tmp_path)).render()


def test_too_few_images(colour_model, failing, words, tmp_path):
    with pytest.raises(CutisError, match="60 images are too few to find clusters"):
        audit_model(config(failing, words, tmp_path, min_cluster=20))


def test_the_command_line(colour_model, failing, words, tmp_path, capsys):
    line = ["audit", "model", str(tmp_path / "predictions.parquet"), "--data", str(failing)]
    line += ["--concepts", words, "--min-cluster", "5", "--n-bootstrap", "100"]
    assert run([*line, "-o", str(tmp_path / "run")]) == 0
    assert "60 images, accuracy 0.667" in capsys.readouterr().out
    assert run([*line[:2], "nowhere", *line[3:], "-o", str(tmp_path / "b")]) == 2


def test_a_split_without_predictions_is_said_so(colour_model, failing, words, tmp_path):
    table = pd.read_csv(failing)
    table["split"] = ["val" if i == 3 else "test" for i in range(60)]
    table.to_csv(failing, index=False)
    kept = read_predictions(tmp_path / "predictions.parquet")
    rows = (kept.table["image"] != "03.png").to_numpy()
    write_predictions(
        tmp_path / "predictions.parquet",
        make_predictions(
            ids=list(kept.table["id"][rows]), images=list(kept.table["image"][rows]),
            probs_nc=kept.probs_nc[rows], classes=kept.classes, labels_n=kept.labels_n[rows],
        ),
    )  # fmt: skip
    with pytest.raises(CutisError, match=r"No prediction is of the split 'val'.*leave --split out"):
        audit_model(config(failing, words, tmp_path, split="val"))


def test_one_prediction_of_two_of_an_image_is_refused(colour_model, failing, words, tmp_path):
    kept = read_predictions(tmp_path / "predictions.parquet")
    images = list(kept.table["image"])
    images[1] = images[0]
    write_predictions(
        tmp_path / "predictions.parquet",
        make_predictions(ids=list(kept.table["id"]), images=images, probs_nc=kept.probs_nc,
                         classes=kept.classes, labels_n=kept.labels_n),
    )  # fmt: skip
    with pytest.raises(CutisError, match=r"2 of the 60 images .* more than once"):
        audit_model(config(failing, words, tmp_path))


def summary(low: list, notes: tuple = ()) -> tuple[str, ...]:
    def cluster(number, n, right):
        return {"cluster": number, "n": n, "n_right": right}

    share = {"value": 0.7, "low": 0.6, "high": 0.8, "n": 50}
    return _summary({"n": 50, "accuracy": share, "n_clusters": 2, "low": low, "notes": list(notes),
                     "clusters": [cluster(0, 30, 30), cluster(1, 20, 5)]})  # fmt: skip


def concept(name: str, value: float, p: float | None) -> dict:
    return {"name": name, "difference": {"value": value}, "p_bh": p}


@pytest.mark.parametrize(
    ("concepts", "said"),
    [
        ([concept("ink", 0.2, 0.01), concept("hair", -0.2, 0.049)], "more ink, less hair"),
        ([concept("ink", 0.2, 0.05)], "no concept differs after correction"),
        ([concept("ink", 0.2, None)], "no concept differs after correction"),
        ([concept(f"c{i}", 1, 0.0) for i in range(9)], "more c0, more c1, more c2, more c3"),
    ],
)
def test_what_marks_a_cluster_is_said_in_one_line(concepts, said):
    lines = summary([{"cluster": 1, "reference": 0, "concepts": concepts}], ("a note",))
    assert "2 clusters, 1 below with a good neighbour." in lines[0]
    assert lines[1] == f"  cluster 1: 5 of 20 right; like cluster 0 (30 of 30) but {said}"
    assert lines[2:] == ("a note",)


def test_cases_say_what_they_were_taken_for():
    judged = Judged(np.arange(2), np.array([True, False]), ("nevus", "nevus"),
                    ("nevus", "melanoma"), 0)  # fmt: skip
    rows = SimpleNamespace(ids=("x", "y"))
    assert _case(rows, judged, 0) == {"id": "x", "said": "nevus, found"}
    assert _case(rows, judged, 1) == {"id": "y", "said": "nevus, taken for melanoma"}


def test_the_pictures_of_a_cluster_are_the_nearest_one_per_lesion():
    near = np.array([3.0, 1.0, 2.0, 0.5, 0.1])
    found = Clustering(np.array([0, 0, 0, 0, 1]), np.zeros((2, 1)), near, 1)
    low = {"low": [{"cluster": 0, "reference": 1}]}
    plain = SimpleNamespace(groups=None)
    assert _shown(low, found, plain, None, 2) == {0: [3, 1], 1: [4]}
    grouped = SimpleNamespace(groups=np.array(["a", "b", "c", "b", "a"], object))
    assert _shown(low, found, grouped, None, 9) == {0: [3, 2, 0], 1: [4]}
    assert _shown({"low": []}, found, plain, None, 2) == {}
