"""The verb: where things go, what it refuses, what it says, and that doing it again is safe."""

from __future__ import annotations

import errno
import json
from pathlib import Path

import pandas as pd
import pytest
import yaml

import cutis
from cutis import cli
from cutis.data import load_dataset
from cutis.data.convert import DataConvertConfig, convert_dataset, data_convert
from cutis.errors import CutisError
from tests.data.convert import fakes
from tests.data.convert.fakes import bytes_below, column, converted, written


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return fakes.ham10000(tmp_path / "source")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def command(*words: object) -> int:
    return cli.run(["data", "convert", *(str(word) for word in words)])


def refused(capsys: pytest.CaptureFixture[str], *words: object) -> str:
    assert command(*words) == 2
    (said,) = [x for x in capsys.readouterr().err.splitlines() if x.startswith("cutis: ")]
    assert "To fix it: " in said
    return said


def test_the_command_line(source: Path, out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command("ham10000", source, "-o", out) == 1  # 3 of 10,015 images
    said = capsys.readouterr().out
    assert f"{out / 'ham10000.csv'}: 3 rows, 7 classes from ham10000" in said
    assert ["nevus", "2"] in [line.split() for line in said.splitlines()]
    assert "3 of 10,015 expected images were found." in said
    assert "The rest is at https://doi.org/" in said
    assert said.strip().endswith(f"Next: cutis data check --data {out / 'ham10000.csv'}")
    first = bytes_below(out)
    assert command(source, "-o", out) == 1  # the format is found
    assert bytes_below(out) == first


def test_flags_and_words_are_the_same(source: Path, out: Path) -> None:
    assert command("--format", "ham10000", "--source", source, "--output", out) == 1
    assert len(load_dataset(out / "ham10000.csv")) == 3


def test_a_complete_folder_exits_with_0(tmp_path: Path, out: Path) -> None:
    fakes.put(tmp_path / "s", ["a/1.png", "b/2.png"])
    assert command(tmp_path / "s", "-o", out) == 0


def test_the_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert command("--list") == 0
    said = capsys.readouterr().out
    for name in ("ham10000", "derm1m-make (by name only)", "dicom", "    from  `ddi_metadata.csv`"):
        assert f"\n{name}" in f"\n{said}"


def test_the_public_name(source: Path, out: Path) -> None:
    outcome = cutis.convert_dataset(source, out)
    assert outcome.table == out / "ham10000.csv"
    assert outcome.facts()["cutis"] == cutis.__version__


def test_what_is_missing_on_the_command_line(
    source: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "not said what to convert" in refused(capsys)
    assert "not the folder to convert" in refused(capsys, "ham10000")
    assert "-o source-table" in refused(capsys, source)


def test_names_of_formats(source: Path, out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = refused(capsys, "ham1000", source, "-o", out)
    assert "Did you mean 'ham10000'?" in said
    assert "isic2019" in said
    assert convert_dataset(source, out, "HAM10000").format == "ham10000"


def test_a_source_that_is_not_there(
    source: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = refused(capsys, "ham10000", source.parent / "sorce", "-o", out)
    assert f"Did you mean '{source}'?" in said


def test_a_folder_with_two_layouts_is_not_guessed(
    source: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fakes.pad_ufes_20(source)
    said = refused(capsys, source, "-o", out)
    assert "could be ham10000 or pad-ufes-20" in said
    for name in ("ham10000", "pad-ufes-20"):
        assert f"cutis data convert {name} {source} -o {out}" in said
    assert command(source / "metadata.csv", "-o", out) == 1  # the one table is clear
    assert (out / "pad-ufes-20.csv").exists()


def test_a_table_that_needs_no_conversion(
    tmp_path: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fakes.put(tmp_path / "s", ["x/a.png", "y/b.png"])
    table = fakes.table(tmp_path / "s" / "my.csv", "image,label", [["a.png", "nevus"]])
    said = refused(capsys, tmp_path / "s", "-o", out)
    assert "my.csv looks like a table of images, which needs no conversion" in said
    assert f"cutis data show --data {table}" in said
    assert said.count(str(table)) == refused(capsys, table, "-o", out).count("--data " + str(table))


def test_a_folder_with_no_layout(
    tmp_path: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "s").mkdir()
    assert "no layout that is recognised" in refused(capsys, tmp_path / "s", "-o", out)
    assert not out.exists()


@pytest.mark.parametrize("name", ["ham10000", "isic2016", "isic2017", "isic2018", "isic2019",
    "isic2020", "bcn20000", "milk10k", "pad-ufes-20", "ph2", "derm7pt", "fitzpatrick17k", "ddi",
    "scin", "snu-134", "skincap", "derm1m", "derm1m-make", "make", "isic-archive", "medmnist",
    "imagefolder", "huggingface", "hf-imagefolder", "webdataset", "dicom", "dermino", "sd-128",
    "fitzpatrick17k-3"])  # fmt: skip
def test_every_format_says_what_it_misses(
    tmp_path: Path, out: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "s").mkdir()
    said = refused(capsys, name, tmp_path / "s", "-o", out)
    assert str(tmp_path / "s") in said
    assert not list(tmp_path.rglob("*.csv"))


def test_a_table_without_its_columns(source: Path, out: Path) -> None:
    path = source / "HAM10000_metadata.csv"
    path.write_text(path.read_text().replace("image_id", "imag_id", 1))
    with pytest.raises(CutisError, match="has no table with lesion_id, image_id and dx") as raised:
        convert_dataset(source, out, "ham10000")
    assert "HAM10000_metadata.csv" in str(raised.value)
    table = fakes.table(source / "bcn_20k_train.csv", "bcn_filename,diagnsis", [["a.jpg", "NV"]])
    with pytest.raises(CutisError, match="has no column for the label") as raised:
        convert_dataset(table, out, "bcn20000")
    assert raised.value.nearest == ("diagnsis",)


def test_half_a_download(source: Path, out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gone = source / "HAM10000_images_part_2" / "ISIC_0024308.jpg"
    picture = gone.read_bytes()
    gone.unlink()
    assert command(source, "-o", out) == 1
    said = capsys.readouterr().out
    assert f"1 of 3 rows have no image and were left out: {out / 'missing.csv'} lists them" in said
    assert "2 of 10,015 expected images" in said
    assert written(out / "missing.csv") == [
        {
            "table": "HAM10000_metadata.csv",
            "row": "4",
            "id": "ISIC_0024308",
            "image": "ISIC_0024308",
            "reason": "no such file",
        }
    ]
    assert len(load_dataset(out / "ham10000.csv")) == 2
    gone.write_bytes(picture)  # the rest arrives, and the same command takes it in
    command(source, "-o", out)
    assert len(load_dataset(out / "ham10000.csv")) == 3
    assert not (out / "missing.csv").exists()


def test_keep_missing(source: Path, out: Path) -> None:
    (source / "HAM10000_images_part_2" / "ISIC_0024308.jpg").unlink()
    outcome = converted(source, out, keep_missing=True)
    assert column(out / "ham10000.csv", "image")[2] == "ISIC_0024308"
    assert outcome.dataset.found.tolist() == [True, True, False]
    assert "1 of 3 rows have no image and were kept" in outcome.render()


def test_no_image_at_all(source: Path, out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in source.rglob("ISIC_00243??.jpg"):
        path.unlink()
    said = refused(capsys, source, "-o", out)
    assert "None of the 3 images was found" in said
    assert "--images" in said
    assert not out.exists()


def test_images_in_another_place(source: Path, out: Path, tmp_path: Path) -> None:
    (source / "HAM10000_images_part_1").rename(tmp_path / "elsewhere")
    outcome = convert_dataset(source, out, images=tmp_path / "elsewhere")
    assert column(out / "ham10000.csv", "image") == ["ISIC_0024306.jpg", "ISIC_0024307.jpg"]
    assert load_dataset(outcome.table).found.all()
    with pytest.raises(CutisError, match="There is no image folder"):
        convert_dataset(source, out, images=tmp_path / "nowhere")


def test_copies(source: Path, out: Path, tmp_path: Path) -> None:
    outcome = converted(source, out, copy_files=True)
    copy = out / "images" / "HAM10000_images_part_1" / "ISIC_0024306.jpg"
    assert copy.read_bytes() == (source / copy.relative_to(out / "images")).read_bytes()
    assert (out / "images" / column(outcome.table, "mask")[0]).is_file()
    moved = out.rename(tmp_path / "moved")
    source.rename(tmp_path / "gone")
    assert load_dataset(moved / "ham10000.csv").found.all()
    assert "images" not in yaml.safe_load((moved / "dataset.yaml").read_text())


def test_pointing_survives_moving_both(source: Path, out: Path, tmp_path: Path) -> None:
    converted(source, out)
    (tmp_path / "new").mkdir()
    for folder in (source, out):
        folder.rename(tmp_path / "new" / folder.name)
    assert load_dataset(tmp_path / "new" / "out" / "ham10000.csv").found.all()


def test_far_away_the_root_is_absolute(source: Path, tmp_path: Path) -> None:
    converted(source, tmp_path / "deep" / "out")
    card = yaml.safe_load((tmp_path / "deep" / "out" / "dataset.yaml").read_text())
    assert card["images"] == str(source)


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "..\\x", "C:\\x.jpg"])
def test_a_name_that_leads_out_is_refused(source: Path, out: Path, name: str) -> None:
    path = source / "HAM10000_metadata.csv"
    path.write_text(path.read_text().replace("ISIC_0024308", name))
    with pytest.raises(CutisError, match=r"Row 4 of HAM10000_metadata.*outside") as raised:
        convert_dataset(source, out)
    assert raised.value.fix
    assert not out.exists()


def test_files_of_the_user_are_never_overwritten(
    source: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out.mkdir()
    (out / "dataset.yaml").write_text("name: mine\n")
    assert "holds dataset.yaml already" in refused(capsys, source, "-o", out)
    assert bytes_below(out) == {"dataset.yaml": b"name: mine\n"}
    (out / "dataset.yaml").unlink()
    (out / "images").mkdir()
    assert "holds images already" in refused(capsys, source, "-o", out, "--copy")
    assert command(source, "-o", out) == 1  # without copies the folder is not touched


def test_a_table_that_was_edited_is_kept(
    source: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    converted(source, out)
    edited = (out / "ham10000.csv").read_text() + "mine,nevus\n"
    (out / "ham10000.csv").write_text(edited)
    assert "was changed after it was converted" in refused(capsys, source, "-o", out)
    assert (out / "ham10000.csv").read_text() == edited


def test_another_conversion_is_not_mixed_in(
    source: Path, out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    converted(source, out)
    other = fakes.ddi(tmp_path / "other")
    said = refused(capsys, other, "-o", out)
    assert f"another conversion (ham10000 of {source})" in said


@pytest.mark.parametrize("text", ["{", "[]", '{"format": "cutis.conversion/9"}'])
def test_a_record_that_cannot_be_read(
    source: Path, out: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    out.mkdir()
    (out / "conversion.json").write_text(text)
    assert "conversion.json" in refused(capsys, source, "-o", out)


def test_the_output_is_not_inside_the_source(
    source: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for inner in (source, source / "table"):
        assert "is inside the source" in refused(capsys, source, "-o", inner)


def test_the_output_is_a_file(source: Path, out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out.write_text("x")
    assert "is a file" in refused(capsys, source, "-o", out)


def test_options_that_mean_nothing_for_a_container(
    tmp_path: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = fakes.medmnist(tmp_path / "dermamnist.npz")
    assert "--copy means nothing" in refused(capsys, archive, "-o", out, "--copy")
    assert "--images means nothing" in refused(capsys, archive, "-o", out, "--images", tmp_path)


def test_the_name_of_the_table(source: Path, out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert convert_dataset(source, out, name="mine.csv").table == out / "mine.csv"
    for name in ("../x", ".hidden", "a/b"):
        said = refused(capsys, source, "-o", out.parent / "o", f"--name={name}")
        assert "no name for a table" in said


def test_a_full_disk_leaves_no_half_table(
    source: Path, out: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*arguments: object, **options: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(pd.DataFrame, "to_csv", full)
        assert "disk is full" in refused(capsys, source, "-o", out)
    assert set(bytes_below(out)) == {"conversion.json"}
    assert json.loads((out / "conversion.json").read_text())["status"] == "started"
    converted(source, out)


def test_settings_that_are_no_words() -> None:
    config = DataConvertConfig(list_formats=True)
    assert data_convert(config).exit_code == 0
    with pytest.raises(CutisError):
        data_convert(DataConvertConfig())


def test_many_classes_are_shown_in_short(tmp_path: Path, out: Path) -> None:
    names = [f"disease {i:02d}" for i in range(40)]
    outcome = converted(fakes.class_folders(tmp_path / "s", *names), out)
    said = outcome.render()
    assert "10 further classes   10" in said
    assert said.count("  disease ") == 30
    assert "40 classes" in said
