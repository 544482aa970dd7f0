"""``cutis data phantom``: files, table, card; resumable, and the same whatever n and workers."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from cutis.data import load_dataset, load_image
from cutis.data.phantom import PhantomConfig, PhantomResult, data_phantom
from cutis.data.phantom import write as writing
from cutis.errors import CutisError

SMALL = {"n": 24, "size": 48, "seed": 3, "workers": 1}


def make(folder: Path, **settings: object) -> PhantomResult:
    return data_phantom(PhantomConfig(output=folder, **{**SMALL, **settings}))  # type: ignore[arg-type]


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".lock"
    }


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("phantom") / "set"
    make(folder)
    return folder


def test_every_row_has_its_files(made: Path) -> None:
    table = pd.read_csv(made / "phantom.csv")
    assert len(table) == 24
    for column in ("image", "clinical", "mask", "followup", "followup_mask"):
        for name in table[column]:
            with Image.open(made / name) as picture:
                assert picture.size == (48, 48)
    files = [name for name in contents(made) if "/" in name]
    assert len(files) == 24 * 5


def test_table_loads_as_a_dataset_with_its_card(made: Path) -> None:
    dataset = load_dataset(made / "phantom.csv")
    assert dataset.name == "phantom"
    assert dataset.classes[4] == "melanoma"
    assert (dataset.labels >= 0).all()
    assert dataset.roles["clinical"] == "clinical"
    assert dataset.roles["mask"] == "mask"
    assert {"age", "sex", "site", "skin_tone"} <= set(dataset.metadata.columns)
    assert load_image(dataset.image_paths[0]).size == (48, 48)
    assert "CC0" in dataset.card.licence


def test_no_patient_is_in_two_splits(made: Path) -> None:
    table = pd.read_csv(made / "phantom.csv")
    assert table.groupby("patient_id")["split"].nunique().max() == 1
    assert table["patient_id"].nunique() < len(table)


def test_posteriors_and_masks_in_the_table_are_true(made: Path) -> None:
    table = pd.read_csv(made / "phantom.csv")
    for prefix in ("posterior_", "posterior_all_"):
        codes = [f"{prefix}{c}" for c in ("akiec", "bcc", "bkl", "df", "mel", "nv", "vasc")]
        np.testing.assert_allclose(table[codes].sum(axis=1), 1.0, atol=1e-4)
    later = np.array([np.asarray(Image.open(made / f)).mean() for f in table["followup_mask"]])
    before = np.array([np.asarray(Image.open(made / f)).mean() for f in table["mask"]])
    small = (before > 0.02) & (later < 0.35)
    ratio = later[small] / before[small]
    assert np.corrcoef(np.log(ratio), np.log(table["growth"][small]))[0, 1] > 0.6


def test_same_seed_gives_the_same_bytes_and_another_seed_others(made: Path, tmp_path: Path) -> None:
    make(tmp_path / "again")
    assert contents(tmp_path / "again") == contents(made)
    make(tmp_path / "other", seed=4)
    assert (
        contents(tmp_path / "other")["images/ph000000.jpg"] != contents(made)["images/ph000000.jpg"]
    )


def test_workers_do_not_matter(made: Path, tmp_path: Path) -> None:
    make(tmp_path / "two", n=128, workers=2, views="dermoscopic", size=32)
    make(tmp_path / "one", n=128, workers=1, views="dermoscopic", size=32)
    assert contents(tmp_path / "two") == contents(tmp_path / "one")


def test_an_image_does_not_depend_on_n_and_a_set_can_be_enlarged(
    made: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "grows"
    first = make(folder, n=10)
    assert (first.made, first.kept) == (50, 0)
    second = make(folder, n=24)
    assert (second.made, second.kept) == (70, 50)
    assert contents(folder) == contents(made)


def test_a_finished_set_is_left_alone(made: Path) -> None:
    before = {p: p.stat().st_mtime_ns for p in (made / "images").iterdir()}
    again = make(made)
    assert again.made == 0
    assert {p: p.stat().st_mtime_ns for p in (made / "images").iterdir()} == before


def test_missing_views_are_added(made: Path, tmp_path: Path) -> None:
    folder = tmp_path / "views"
    make(folder, views="dermoscopic")
    assert not (folder / "clinical").exists()
    assert "clinical" not in pd.read_csv(folder / "phantom.csv").columns
    make(folder, views="all")
    assert contents(folder) == contents(made)


def test_a_killed_run_is_continued(tmp_path: Path) -> None:
    """Killed twice without warning; the third run ends with the bytes of an undisturbed one."""
    quiet = make(tmp_path / "quiet", n=64)
    folder = tmp_path / "killed"
    code = (
        "from pathlib import Path; import sys; from cutis.data.phantom import *\n"
        "data_phantom(PhantomConfig(output=Path(sys.argv[1]), n=64, size=48, seed=3, workers=1))"
    )
    for enough in (5, 20):
        process = subprocess.Popen(
            [sys.executable, "-c", code, str(folder)], stderr=subprocess.PIPE
        )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and process.poll() is None:
            if folder.is_dir() and len(list(folder.glob("images/ph*.jpg"))) >= enough:
                break
            time.sleep(0.005)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        for path in folder.glob("*/ph*"):
            with Image.open(path) as picture:
                picture.load()
    assert not (folder / "phantom.csv").exists()
    result = make(folder, n=64)
    assert 0 < result.made < quiet.made
    left = {k: v for k, v in contents(folder).items() if not k.endswith(".tmp")}
    assert left == contents(tmp_path / "quiet")


def test_other_settings_are_refused(made: Path) -> None:
    with pytest.raises(CutisError, match=r"bias: 0\.0 there, 0\.5 now"):
        make(made, bias=0.5)


def test_a_foreign_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "holiday.jpg").write_bytes(b"x")
    with pytest.raises(CutisError, match="not empty"):
        make(tmp_path)
    with pytest.raises(CutisError, match="is a file"):
        make(tmp_path / "holiday.jpg")


def test_two_processes_do_not_write_one_folder(made: Path) -> None:
    from filelock import FileLock

    with FileLock(made / ".lock"), pytest.raises(CutisError, match="Another process"):
        make(made)


def test_a_full_disk_is_said_and_nothing_half_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = defaultdict(int)

    rename = Path.replace

    def full(self: Path, target: Path) -> None:
        calls["replace"] += 1
        if calls["replace"] > 7:
            raise OSError(errno.ENOSPC, "No space left on device")
        rename(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(writing.Path, "replace", full)
        with pytest.raises(CutisError, match="disk is full"):
            make(tmp_path / "full")
    assert not list((tmp_path / "full").rglob("*.tmp"))
    make(tmp_path / "full")
    assert len(pd.read_csv(tmp_path / "full" / "phantom.csv")) == 24


def test_dry_run_writes_nothing(tmp_path: Path) -> None:
    result = make(tmp_path / "dry", dry_run=True)
    assert result.made == 120
    assert not (tmp_path / "dry").exists()
    assert "Would make 120 files" in result.render()


def test_result_says_what_was_made_and_what_comes_next(made: Path) -> None:
    text = make(made).render()
    assert "24 phantom images" in text
    assert "melanoma" in text
    assert text.splitlines()[-1].startswith("Next: cutis zero-shot --data")


@pytest.mark.parametrize("prior", ["clinc", "1,2,3", "1,1,1,1,1,1,x"])
def test_a_bad_prior_is_explained(prior: str, tmp_path: Path) -> None:
    with pytest.raises(CutisError, match="prior") as caught:
        make(tmp_path / "p", prior=prior)
    assert "uniform" in str(caught.value)
    assert not (tmp_path / "p").exists()


def test_weights_are_a_prior(tmp_path: Path) -> None:
    result = make(tmp_path / "p", prior="0,0,0,0,1,0,0", views="dermoscopic", n=6)
    assert result.counts["melanoma"] == 6


def test_record_holds_the_rule(made: Path) -> None:
    record = json.loads((made / "phantom.json").read_text())
    table = np.array(record["attributes"]["blue_white_veil"]["percent_by_class"])
    np.testing.assert_allclose(table.sum(axis=0), 100)
    assert set(record["readers"]) == {"reader_1", "reader_2", "reader_3", "reader_4"}
    assert record["settings"]["seed"] == 3
