"""Datasets below a folder: found by their card, with their images counted."""

from __future__ import annotations

import shlex
from pathlib import Path

import pandas as pd
import pytest

from cutis.cli import run
from cutis.data.cards import get_card
from cutis.data.convert import convert_dataset
from cutis.data.machine import OnDisk, card_of, data_folder, on_this_machine, tables_below
from cutis.errors import CutisError
from tests.data.builders import write_csv, write_images
from tests.data.convert import fakes

HAM = "lesion_id,image_id,dx,dx_type\nL1,a,mel,histo\nL2,b,nv,histo\nL3,c,bkl,histo"
PAD = "patient_id,lesion_id,img_id,diagnostic,biopsed\nP1,1,x.png,BCC,True\nP2,2,y.png,NEV,False"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Half of HAM10000, no image of PAD, and things that are no dataset."""
    write_csv(tmp_path / "derm/HAM10000_metadata.csv", HAM)
    write_images(tmp_path / "derm/part_1", ["a.jpg", "b.jpg"])
    write_csv(tmp_path / "pad/metadata.csv", PAD)
    write_csv(tmp_path / "notes/todo.csv", "what,when\nsleep,never")
    write_csv(tmp_path / "run1/predictions.csv", HAM)
    (tmp_path / "run1/run.json").write_text("{}")
    write_csv(tmp_path / ".hidden/t.csv", HAM)
    return tmp_path


def test_half_a_dataset_is_counted(folder: Path) -> None:
    found = {one.card.name: one for one in on_this_machine([folder])}
    assert set(found) == {"ham10000", "pad-ufes-20"}
    ham = found["ham10000"]
    assert (ham.rows, ham.images, ham.complete) == (3, 2, False)
    assert ham.state() == "images 2 of 3 found (the published set has 10,015)"
    assert found["pad-ufes-20"].state().startswith("images 0 of 2 found")


def test_a_whole_dataset_says_so(folder: Path) -> None:
    write_images(folder / "derm/part_2", ["c.jpg"])
    (ham,) = (one for one in on_this_machine([folder]) if one.card.name == "ham10000")
    assert ham.complete
    assert ham.state() == "3 rows, all images there (the published set has 10,015)"
    assert OnDisk(get_card("ham10000"), Path("t"), 10015, 10015).state() == (
        "10,015 rows, all images there"
    )


def test_run_directories_and_hidden_folders_are_passed_over(folder: Path) -> None:
    names = [str(path.relative_to(folder)) for path in tables_below(folder)]
    assert names == ["derm/HAM10000_metadata.csv", "notes/todo.csv", "pad/metadata.csv"]


def test_tables_too_deep_are_not_looked_for(tmp_path: Path) -> None:
    write_csv(tmp_path / "a/b/c/d/t.csv", HAM)
    write_csv(tmp_path / "a/b/c/d/e/t.csv", HAM)
    assert [str(p.relative_to(tmp_path)) for p in tables_below(tmp_path)] == ["a/b/c/d/t.csv"]


def test_one_table_in_two_searched_folders_counts_once(folder: Path) -> None:
    found = on_this_machine([folder, folder / "derm"])
    assert [one.card.name for one in found].count("ham10000") == 1


def test_a_card_beside_the_table_wins_over_the_columns(folder: Path) -> None:
    (folder / "derm/dataset.yaml").write_text("name: my clinic\nclasses: [mel, nv, bkl]\n")
    assert {one.card.name for one in on_this_machine([folder])} == {"my clinic", "pad-ufes-20"}
    (folder / "derm/dataset.yaml").write_text("nonsense: true\n")
    assert card_of(folder / "derm/HAM10000_metadata.csv") is None


def test_parquet_is_known_by_its_columns_too(tmp_path: Path) -> None:
    rows = [line.split(",") for line in HAM.splitlines()]
    pd.DataFrame(rows[1:], columns=rows[0]).to_parquet(tmp_path / "t.parquet")
    found = card_of(tmp_path / "t.parquet")
    assert found is not None
    assert found.name == "ham10000"
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 and nothing more")
    assert card_of(tmp_path / "broken.parquet") is None


def test_a_broken_table_of_a_known_header_is_shown_as_broken(tmp_path: Path) -> None:
    write_csv(tmp_path / "t.csv", "lesion_id,image_id,dx,dx_type\nL1,a,mel\n")
    (one,) = on_this_machine([tmp_path])
    assert one.card.name == "ham10000"
    assert "is broken" in one.state()


def test_a_folder_of_the_cards_name_without_a_table_is_told(tmp_path: Path) -> None:
    write_images(tmp_path / "HAM10000/part_1", ["a.jpg"])
    (tmp_path / "ddi").mkdir()  # empty: nothing was downloaded
    (one,) = on_this_machine([tmp_path])
    assert one.card.name == "ham10000"
    assert "without a table; cutis data convert" in one.state()


def test_the_command_for_a_folder_without_a_table_runs(tmp_path: Path) -> None:
    home = tmp_path / "two words"
    fakes.class_folders(home / "DDI", "benign", "malignant")
    (one,) = on_this_machine([home])
    program, *words = shlex.split(one.next_command)
    assert one.next_command in one.state()
    assert program == "cutis"
    assert run(words) in (0, 1)  # 1: fewer images than were published
    assert (home / "DDI-table" / "DDI.csv").is_file()


def test_of_a_conversion_only_its_table_counts(tmp_path: Path) -> None:
    source = fakes.ham10000(tmp_path / "source")
    next(source.rglob("ISIC_0024308.jpg")).unlink()
    convert_dataset(source, tmp_path / "home" / "ham10000")
    assert (tmp_path / "home" / "ham10000" / "missing.csv").is_file()
    write_csv(tmp_path / "home" / "ham10000" / "of mine.csv", HAM)
    found = [one.table.name for one in on_this_machine([tmp_path / "home"])]
    assert found == ["ham10000.csv"]


def test_a_record_of_another_program_hides_no_table(folder: Path) -> None:
    (folder / "derm/conversion.json").write_text('{"format": "other/1"}')
    assert "HAM10000_metadata.csv" in [path.name for path in tables_below(folder)]


def test_the_variable_names_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CUTIS_DATA", raising=False)
    assert data_folder() is None
    monkeypatch.setenv("CUTIS_DATA", str(tmp_path))
    assert data_folder() == tmp_path
    monkeypatch.setenv("CUTIS_DATA", str(tmp_path / "gone"))
    with pytest.raises(CutisError, match="is no folder"):
        data_folder()
