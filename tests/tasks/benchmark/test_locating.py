"""Where the tables of a suite are looked for, and what stands in for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from cutis.errors import CutisError
from cutis.tasks.benchmark.locating import Located, Missing, locate, search_folder
from cutis.tasks.benchmark.running import plan_cells
from tests.tasks.benchmark.fake_runs import suite_of

HAM = "lesion_id,image_id,dx,dx_type\nL1,I1,nv,histo\n"


@pytest.fixture
def folder(tmp_path) -> Path:
    """A folder with the official table of HAM10000."""
    place = tmp_path / "data"
    (place / "ham").mkdir(parents=True)
    (place / "ham" / "HAM10000_metadata.csv").write_text(HAM)
    return place


def only(folder: Path | None, beside: Path | None = None, **entry) -> Located | Missing:
    suite = suite_of({"metric": "accuracy", **entry})
    found, missing = locate(suite, folder, beside)
    (outcome,) = [*found, *missing]
    return outcome


def test_a_dataset_is_found_by_its_table(folder):
    found = only(folder, data="ham10000")
    assert found.table == folder / "ham" / "HAM10000_metadata.csv"
    assert (found.card, found.instead_of) == (None, None)


def test_another_dataset_stands_in_and_is_said(folder):
    found = only(folder, data="ham10000-zero-shot", instead=["isic2018", "ham10000"])
    assert found.instead_of == "ham10000-zero-shot"
    assert found.table.name == "HAM10000_metadata.csv"


def test_the_dataset_itself_goes_before_what_stands_in(folder):
    own = folder / "HAM-official-7-zero-shot"
    own.mkdir()
    (own / "meta.csv").write_text("image_path,label,diag\na.jpg,0,AK\n")
    found = only(folder, data="ham10000-zero-shot", instead=["ham10000"])
    assert (found.table, found.instead_of) == (own / "meta.csv", None)


def test_what_is_not_there_comes_with_steps_of_the_wanted_dataset(folder):
    missing = only(folder, data="ph2-zero-shot", instead=["ph2-binary"])
    assert missing.reason == f"no table of it below {folder}"
    assert any("ph2-2-zero-shot" in step for step in missing.how_to_obtain)
    assert "folder ph2-zero-shot below" in missing.how_to_obtain[-1]
    phantom = only(folder, data="phantom")
    assert phantom.how_to_obtain == ("Make some: cutis data phantom -n 200 -o FOLDER/phantom",)


def test_without_a_folder_everything_named_is_missing(monkeypatch):
    monkeypatch.delenv("CUTIS_DATA", raising=False)
    assert search_folder(None) is None
    assert "CUTIS_DATA is not set" in only(None, data="ham10000").reason


def test_a_folder_that_is_none_is_refused(tmp_path, monkeypatch):
    with pytest.raises(CutisError, match="no folder"):
        search_folder(tmp_path / "none")
    monkeypatch.setenv("CUTIS_DATA", str(tmp_path))
    assert search_folder(None) == tmp_path


def test_of_two_tables_a_probe_takes_the_one_with_a_split(folder):
    split = folder / "ham" / "split.csv"
    lines = HAM.splitlines()
    split.write_text(f"{lines[0]},split\n{lines[1]},train\n")
    assert only(folder, data="ham10000", task="probe").table == split
    assert only(folder, data="ham10000").table.name == "HAM10000_metadata.csv"


def test_two_tables_alike_are_not_chosen_between(folder):
    (folder / "ham" / "copy.csv").write_text(HAM)
    reason = only(folder, data="ham10000").reason
    assert "there are 2 tables of it" in reason
    assert "copy.csv" in reason


def test_a_path_is_looked_for_beside_the_suite_then_in_the_folder(folder, tmp_path):
    (tmp_path / "mine.csv").write_text("image\na.jpg\n")
    assert only(folder, tmp_path, data="mine.csv").table == tmp_path / "mine.csv"
    path = "ham/HAM10000_metadata.csv"
    assert only(folder, tmp_path, data=path).table == folder / path
    missing = only(folder, tmp_path, data="no.csv")
    assert str(tmp_path / "no.csv") in missing.reason
    assert str(folder / "no.csv") in missing.reason


def test_a_name_that_is_neither_card_nor_path_is_refused(folder):
    with pytest.raises(CutisError, match=r"no dataset card 'ham1000'.*Did you mean 'ham10000'"):
        only(folder, data="ham1000")


def test_settings_of_a_cell(folder, tmp_path):
    suite = suite_of(
        {"data": "ham10000-zero-shot", "instead": ["ham10000"], "metric": "accuracy",
         "settings": {"templates": "mine.yaml", "images": "pictures", "split": "all"}}
    )  # fmt: skip
    (tmp_path / "mine.yaml").write_text("- a photo of {}")
    found, _ = locate(suite, folder, None)
    decided = {"seed": 3, "n_bootstrap": 200}
    (plan,) = plan_cells(found, ["monet@/x/w.bin"], tmp_path / "out", decided, tmp_path)
    config = plan.config
    assert config.templates == str(tmp_path / "mine.yaml")
    assert config.images == Path("pictures")
    assert (config.seed, config.n_bootstrap, config.split) == (3, 200, "all")
    assert config.output.name == "ham10000-zero-shot"
    assert config.output.parent.name.startswith("monet-w.bin-")
    assert not plan.is_finished
