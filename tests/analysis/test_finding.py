"""Which files a path stands for, and what they are called."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cutis.analysis.finding import find_predictions, published_classes
from cutis.errors import CutisError

HEADER = "image_path,true_label,predicted_label,probability_class_0,probability_class_1\n"


def put(path: Path, text: str = HEADER) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def named(listing):
    return {(e.dataset, e.model) for e in listing.entries}


def test_files_given_one_by_one_are_named_by_their_stems(tmp_path):
    found = find_predictions([put(tmp_path / "a.csv"), put(tmp_path / "b.csv")])
    assert named(found) == {("", "a"), ("", "b")}


def test_equal_stems_are_told_apart_by_their_folders(tmp_path):
    paths = [put(tmp_path / model / "preds.csv") for model in ("MONET", "CLIP")]
    assert [e.model for e in find_predictions(paths).entries] == ["MONET/preds", "CLIP/preds"]


def test_one_csv_per_model(tmp_path):
    for dataset in ("HAM", "PAD"):
        for model in ("MONET", "CLIP"):
            put(tmp_path / dataset / f"{model}.csv")
    put(tmp_path / "class2label" / "PAD.csv", "diag,label\nNEV,0\nMEL,1\n")
    found = find_predictions([tmp_path])
    assert set(found.by_dataset()) == {"HAM", "PAD"}
    assert {e.model for e in found.by_dataset()["PAD"]} == {"MONET", "CLIP"}
    assert found.ignored == ()
    assert named(find_predictions([tmp_path / "HAM"])) == {("HAM", "MONET"), ("HAM", "CLIP")}


def test_a_folder_per_model_with_a_table_of_results_beside(tmp_path):
    for model in ("PanDerm_PAD", "MONET_PAD"):
        put(tmp_path / "PAD_100pct" / model / "pad-lp-ws0.csv")
        put(tmp_path / "PAD_100pct" / model / f"{model}_results.csv", "Dataset,W_F1\npad,0.7\n")
    found = find_predictions([tmp_path])
    assert named(found) == {("PAD_100pct", "PanDerm"), ("PAD_100pct", "MONET")}
    assert {p.name for p in found.ignored} == {"PanDerm_PAD_results.csv", "MONET_PAD_results.csv"}


def test_shares_of_the_data(tmp_path):
    for share in ("0.1", "1"):
        put(tmp_path / f"percent_data_{share}" / "HAM" / "MONET" / "x.csv")
    assert named(find_predictions([tmp_path])) == {
        ("HAM (0.1 of the data)", "MONET"),
        ("HAM (1 of the data)", "MONET"),
    }


def test_a_folder_per_model_without_the_percent(tmp_path):
    for model in ("a", "b"):
        put(tmp_path / "set" / model / "test.csv")
    assert named(find_predictions([tmp_path])) == {("set", "a"), ("set", "b")}


def test_one_model_on_two_datasets_beside_a_fuller_one_stays_a_model(tmp_path):
    for path in ("HAM/MONET.csv", "HAM/CLIP.csv", "ISIC/MONET.csv"):
        put(tmp_path / path)
    assert named(find_predictions([tmp_path])) == {
        ("HAM", "MONET"), ("HAM", "CLIP"), ("ISIC", "MONET"),
    }  # fmt: skip


def test_runs_are_named_by_their_model_and_dataset(ours, tmp_path):
    for name in ("one", "two"):
        folder = tmp_path / "runs" / name
        folder.mkdir(parents=True)
        ours().rename(folder / "predictions.parquet")
        record = {"format": "cutis.run/1", "model": {"card": {"name": f"model-{name}"}},
                  "dataset": {"name": "ham10000"}}  # fmt: skip
        (folder / "run.json").write_text(json.dumps(record))
        put(folder / "predictions.csv")
    found = find_predictions([tmp_path / "runs"])
    assert named(found) == {("ham10000", "model-one"), ("ham10000", "model-two")}
    alone = find_predictions([tmp_path / "runs" / "one"])
    assert named(alone) == {("", "model-one")}


def test_runs_of_one_model_are_told_apart_by_their_folders(ours, tmp_path):
    for name in ("one", "two"):
        folder = tmp_path / "runs" / name
        folder.mkdir(parents=True)
        ours().rename(folder / "predictions.parquet")
        record = {"format": "cutis.run/1", "model": {"card": {"name": "tiny"}}}
        (folder / "run.json").write_text(json.dumps(record))
    models = {e.model for e in find_predictions([tmp_path / "runs"]).entries}
    assert models == {"one", "two"}


def test_class_names_lie_in_a_folder_above(tmp_path):
    put(tmp_path / "class2label" / "PAD.csv", "diag,label\nMEL,1\nNEV,0\n")
    assert published_classes(tmp_path / "PAD" / "a.csv") == "NEV,MEL"
    assert published_classes(tmp_path / "PAD_10pct" / "m" / "a.csv") == "NEV,MEL"
    assert published_classes(tmp_path / "HAM" / "a.csv") is None


@pytest.mark.shared
def test_the_published_example_folder(shared: Path):
    found = find_predictions([shared / "parity" / "stats" / "inputs"])
    sizes = {name: len(entries) for name, entries in found.by_dataset().items()}
    assert sizes == {"PAD": 7, "PAD_100pct": 8}
    assert len(found.ignored) == 8
    assert "PanDerm" in {e.model for e in found.by_dataset()["PAD_100pct"]}


def test_nothing_there_is_said(tmp_path):
    with pytest.raises(CutisError, match="no predictions at"):
        find_predictions([tmp_path / "absent.csv"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(CutisError, match=r"empty holds no predictions\."):
        find_predictions([tmp_path / "empty"])
    put(tmp_path / "other" / "r_results.csv", "Dataset,W_F1\n")
    with pytest.raises(CutisError, match=r"r_results\.csv is a table of something else"):
        find_predictions([tmp_path / "other"])
