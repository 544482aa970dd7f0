"""The whole search: planted copies are found, everything else is not."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

from cutis import cli
from cutis.errors import CutisError
from cutis.tasks.overlap.settings import OverlapConfig
from cutis.tasks.overlap.verb import data_overlap
from tests.tasks.overlap.conftest import PLANTED, TURNED


def pairs_of(run: Path) -> pd.DataFrame:
    return pd.read_parquet(run / "overlap.parquet")


def test_planted_copies_are_found_and_nothing_else(mine, bank, tmp_path):
    run = tmp_path / "run"
    result = data_overlap(OverlapConfig(data=[mine], against=[bank], output=run))
    table = pairs_of(run)
    between = table[table["dataset_a"] != table["dataset_b"]]
    wanted = dict(zip(PLANTED, pd.read_csv(mine)["id"], strict=False))
    assert dict(zip(between["id_b"], between["id_a"], strict=True)) == wanted
    assert len(table) == len(PLANTED)
    assert (table["found_by"] == "hash").all()
    assert not table["label_conflict"].any()
    record = result.result["comparisons"][-1]
    assert (record["flagged_a"]["count"], record["flagged_a"]["n"]) == (4, 12)
    assert record["flagged_a"]["low"] < 4 / 12 < record["flagged_a"]["high"]
    assert "4 of 12 pictures (33.3 %" in result.render()
    page = (run / "report.html").read_text()
    assert "rescaled" in page
    assert page.count("data:image/jpeg") == len(PLANTED)


def test_flips_find_mirrored_and_turned_copies_too(mine, bank, tmp_path):
    run = tmp_path / "run"
    data_overlap(
        OverlapConfig(data=[mine], against=[bank], output=run, flips=True, scope="between")
    )
    assert set(pairs_of(run)["id_b"]) == {*PLANTED, *TURNED}


def test_features_find_them_as_well_and_both_measures_are_told(mine, bank, tmp_path, pixel_model):
    run = tmp_path / "run"
    words = [str(mine), str(bank), "--model", "pixels", "--threshold", "0.999", "--scope",
             "between", "--csv", "-o", str(run)]  # fmt: skip
    assert cli.run(["data", "overlap", *words]) == 0
    table = pairs_of(run).set_index("id_b")
    assert table.loc["recompressed", "found_by"] == "both"
    assert table["cosine"].notna().all()
    assert (table["cosine"].round(6) >= 0.999).equals(table["found_by"].isin(["both", "cosine"]))
    rows = pd.read_csv(next((run / "published").glob("*/overlaps.csv")), dtype=str)
    assert list(rows.columns[:3]) == ["downstream_image", "pretrain_image", "cosine_similarity"]
    assert rows["cosine_similarity"].str.fullmatch(r"[01]\.\d{4}").all()
    result = json.loads((run / "result.json").read_text())
    assert result["method"]["threshold"] == 0.999
    assert result["comparisons"][0]["nearest_cosine"]["1"] <= 1


def test_within_a_table_leaks_between_splits_and_conflicts_are_told(noise_table, tmp_path):
    run = tmp_path / "run"
    result = data_overlap(OverlapConfig(data=[noise_table], output=run))
    record = result.result["comparisons"][0]
    assert record["pairs"] == 2
    assert record["flagged_a"]["count"] == 4
    assert record["same_group"] == 0
    assert record["across_splits"] == 1
    assert record["label_conflicts"] == 1
    assert {(leak["split"], leak["count"], leak["n"]) for leak in record["leaks"]} == {
        ("test", 1, 3),
        ("train", 1, 5),
    }
    assert "1 pair lies in different splits: a leak." in result.render()
    assert "Leaks between splits" in (run / "report.html").read_text()


def test_the_same_call_again_does_nothing(noise_table, tmp_path):
    config = OverlapConfig(data=[noise_table], output=tmp_path / "run")
    first = data_overlap(config)
    again = data_overlap(config)
    assert "finished before" in again.render()
    assert again.result["comparisons"] == first.result["comparisons"]


def test_the_page_is_made_again_from_the_run_alone(noise_table, tmp_path):
    run = tmp_path / "run"
    data_overlap(OverlapConfig(data=[noise_table], output=run))
    page = (run / "report.html").read_text()
    moved = run.rename(tmp_path / "moved")
    for picture in noise_table.parent.glob("*.png"):
        picture.unlink()
    assert cli.run(["report", str(moved)]) == 0
    assert (moved / "report.html").read_text() == page
    assert cli.run(["report", str(moved), "--no-pictures"]) == 0
    assert "data:image" not in (moved / "report.html").read_text()


def broken(table: Path, row: int) -> None:
    names = pd.read_csv(table)["image"]
    (table.parent / names[row]).write_bytes(b"no picture")


@pytest.mark.parametrize(
    "options", [{}, {"model": "pixels", "no_hash": True, "threshold": 0.97}], ids=str
)
@pytest.mark.parametrize("row", [0, 3])
def test_a_broken_picture_moves_no_pair(noise_table, tmp_path, pixel_model, options, row):
    settings = {"data": [noise_table], "csv": True, **options}
    whole = tmp_path / "whole"
    data_overlap(OverlapConfig(output=whole, **settings))
    before = pairs_of(whole)
    assert len(before) >= 2
    broken(noise_table, row)
    run = tmp_path / "run"
    result = data_overlap(OverlapConfig(output=run, **settings))
    after = pairs_of(run)
    name = f"n{row}.png"
    kept = before[(before["image_a"] != name) & (before["image_b"] != name)]
    columns = ["id_a", "id_b", "image_a", "image_b", "label_a", "label_b", "row_a", "row_b"]
    pd.testing.assert_frame_equal(
        after[columns].reset_index(drop=True), kept[columns].reset_index(drop=True)
    )
    record = result.result["comparisons"][0]
    assert record["flagged_a"]["n"] == 7
    assert result.result["sets"][0]["n_rows"] == 8
    errors = pd.read_csv(run / "errors.csv")
    assert errors[["row", "image"]].values.tolist() == [[row, name]]
    assert "1 of 8 pictures could not be read" in result.render()


def test_published_rows_are_rows_of_the_table_despite_a_broken_one(
    mine, bank, tmp_path, pixel_model
):
    broken_bank = pd.read_csv(bank)["image"][0]
    (bank.parent / broken_bank).unlink()
    run = tmp_path / "run"
    data_overlap(
        OverlapConfig(data=[mine], against=[bank], output=run, model="pixels", csv=True,
                      threshold=0.999, scope="between")
    )  # fmt: skip
    a, b = pd.read_csv(mine), pd.read_csv(bank)
    rows = pd.read_csv(next((run / "published").glob("*/overlaps.csv")))
    assert len(rows)
    for row in rows.itertuples():
        assert row.downstream_image.endswith(a["image"][row.downstream_index].split("/")[-1])
        assert row.pretrain_image == b["image"][row.pretrain_index]
    summary = pd.read_csv(run / "published" / "overlap_summary.csv")
    assert summary["total_images"].tolist() == [12]
    assert summary["overlap_rate"][0] == f"{100 * len(rows) / 12:.2f}%"


def test_a_dry_run_writes_nothing(mine, bank, tmp_path):
    config = OverlapConfig(data=[mine, bank], output=tmp_path / "run", dry_run=True)
    assert "12 rows" in data_overlap(config).render()
    assert not (tmp_path / "run").exists()


def refused(message: str, **settings) -> None:
    with pytest.raises(CutisError, match=message):
        data_overlap(OverlapConfig(**settings))


def test_what_does_not_go_together_is_refused(mine, bank, tmp_path):
    run = tmp_path / "run"
    refused("--no-hash leaves nothing", data=[mine], output=run, no_hash=True)
    refused("--scope between needs two", data=[mine], output=run, scope="between")
    refused("--scope within looks at no other", data=[mine], against=[bank], output=run,
            scope="within")  # fmt: skip
    refused("there is one table only", data=[mine], output=run, trained=["make"])
    refused("there is no model of that name", data=[mine], against=[bank], output=run,
            trained=["mak"])  # fmt: skip
    refused("cutis-tin", data=[mine], output=run, model="cutis-tin")
    refused("image-size does not go with it", data=[mine], output=run, model="sscd@x",
            image_size=64, trust_torchscript=True)  # fmt: skip


def test_a_threshold_that_finds_everything_names_a_better_one(mine, tmp_path, pixel_model):
    refused("the limit is too loose", data=[mine], output=tmp_path / "run", model="pixels",
            threshold=0.01, max_pairs=20)  # fmt: skip


def test_pictures_that_are_not_there_are_refused(mine, tmp_path):
    table = pd.read_csv(mine)
    table["image"] = "nowhere/" + table["id"].astype(str) + ".jpg"
    table.to_csv(tmp_path / "lost.csv", index=False)
    refused("None of the 12 pictures", data=[tmp_path / "lost.csv"], output=tmp_path / "run")


def test_nothing_found_is_said_so(mine, tmp_path):
    result = data_overlap(OverlapConfig(data=[mine], output=tmp_path / "run", split="train"))
    assert "0 of" in result.render()
    assert "No picture was found twice" in (tmp_path / "run" / "report.html").read_text()


def test_pictures_of_one_colour_are_no_copies_of_each_other(tmp_path):
    for i in range(3):
        Image.new("RGB", (40, 40), (80 * i, 90, 90)).save(tmp_path / f"{i}.png")
    (tmp_path / "t.csv").write_text("image\n0.png\n1.png\n2.png\n")
    result = data_overlap(OverlapConfig(data=[tmp_path / "t.csv"], output=tmp_path / "run"))
    assert result.result["comparisons"][0]["pairs"] == 0


def test_the_same_picture_with_two_labels_in_two_splits_is_told(tmp_path):
    """One picture under two names: every number of the record counted by hand."""
    import numpy as np

    rng = np.random.default_rng(4)
    for i in range(3):
        cells = rng.integers(0, 256, (12, 12, 3), dtype=np.uint8)
        picture = Image.fromarray(cells).resize((64, 64), Image.Resampling.BICUBIC)
        picture.save(tmp_path / f"{i}.png")
    (tmp_path / "again.png").write_bytes((tmp_path / "0.png").read_bytes())
    table = tmp_path / "t.csv"
    table.write_text(
        "image,label,split,patient_id\n0.png,nevus,train,P0\n1.png,nevus,train,P1\n"
        "2.png,melanoma,test,P2\nagain.png,melanoma,test,P0\n"
    )
    found = data_overlap(OverlapConfig(data=[table], output=tmp_path / "run"))
    (record,) = found.result["comparisons"]
    assert {k: record[k] for k in ("pairs", "same_group", "across_splits", "label_conflicts")} == {
        "pairs": 1, "same_group": 1, "across_splits": 1, "label_conflicts": 1,
    }  # fmt: skip
    assert record["labels_comparable"] == 1
    assert record["found_by"] == {"both": 0, "cosine": 0, "hash": 1}
    assert found.result["clusters"] == {"count": 1, "largest": 2}
    said = found.render()
    assert "2 of 4 pictures (50.0 %" in said
    assert "1 pair bears different labels." in said
    assert "1 pair lies in different splits: a leak." in said


def test_a_name_no_model_has_is_answered_with_the_nearest(mine, bank, tmp_path):
    with pytest.raises(CutisError) as refused:
        data_overlap(OverlapConfig(data=[mine], against=[bank], output=tmp_path / "run",
                                   trained=["make", "panderm-bas"]))  # fmt: skip
    said = str(refused.value)
    assert "--trained names 'panderm-bas'" in said
    assert "Did you mean 'panderm-base'" in said
    assert "cutis models list" in said
    assert not (tmp_path / "run").exists()
