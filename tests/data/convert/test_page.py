"""The page about converting: its table is fresh and every command in it runs."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from cutis import cli
from cutis.data import load_dataset
from cutis.data.convert.registry import FORMATS
from tests.conftest import REPOSITORY
from tests.data.convert import fakes
from tests.data.convert.test_dicom import write
from tests.data.convert.test_huggingface import rows, table
from tests.data.convert.test_registry import MAKERS

PAGE = (REPOSITORY / "docs" / "converting.md").read_text(encoding="utf-8")
COMMANDS = dict(re.findall(r"`(cutis data convert ([\w-]+) SOURCE -o [\w-]+)`", PAGE))


def hub(folder: Path) -> None:
    import pyarrow.parquet as pq

    folder.mkdir()
    pq.write_table(table(rows(2)), folder / "train-00000-of-00001.parquet")


def captions(folder: Path) -> None:
    fakes.put(folder, ["a.png"])
    fakes.table(folder / "metadata.csv", "file_name,text", [["a.png", "A."]])


def named_labels(folder: Path) -> None:
    fakes.put(folder, ["x_0.jpg", "y_1.jpg"])


OTHERS: dict[str, Callable[[Path], object]] = {
    "fitzpatrick17k-9": fakes.fitzpatrick17k,
    "fitzpatrick17k-3": fakes.fitzpatrick17k,
    "derm1m-make": fakes.derm1m,
    "sd-128": lambda folder: fakes.class_folders(folder, "a", "b"),
    "sd-198": lambda folder: fakes.class_folders(folder, "a", "b"),
    "snu-134": lambda folder: fakes.class_folders(folder, "a", "b"),
    "dermnet": lambda folder: fakes.class_folders(folder, "a", "b", splits=("train", "test")),
    "daffodil": lambda folder: fakes.class_folders(folder, "acne", "vitiligo"),
    "huggingface": hub,
    "hf-imagefolder": captions,
    "dicom": lambda folder: write(folder / "a.dcm", fakes.pixels(1)),
    "dermino": named_labels,
}


def test_the_page_has_every_format() -> None:
    assert sorted(COMMANDS.values()) == sorted(entry.name for entry in FORMATS)
    for entry in FORMATS:
        assert " ".join(entry.expects.split()).replace("|", "\\|") in PAGE, entry.name


@pytest.mark.parametrize("name", [entry.name for entry in FORMATS])
def test_every_command_on_the_page_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    {**MAKERS, **OTHERS}[name](tmp_path / "SOURCE")
    (command,) = [c for c, n in COMMANDS.items() if n == name]
    assert cli.run(shlex.split(command)[1:]) in (0, 1)
    tables = (tmp_path / f"{name}-table").glob("*.csv")
    (made,) = [path for path in tables if path.name != "missing.csv"]
    assert len(load_dataset(made)) > 0


def test_the_page_is_found_from_the_others() -> None:
    for page in ("index.md", "your-own-table.md"):
        assert "(converting.md)" in (REPOSITORY / "docs" / page).read_text(encoding="utf-8")


def test_what_the_page_says_is_written_is_what_is_written(tmp_path: Path) -> None:
    fakes.derm1m(tmp_path / "s")
    (tmp_path / "s" / "edu" / "x.png").unlink()
    words = ["data", "convert", "derm1m-make", str(tmp_path / "s"), "-o", str(tmp_path / "o")]
    assert cli.run([*words, "--copy"]) == 1
    for path in (tmp_path / "o").iterdir():
        name = "NAME.csv" if path.name == "derm1m-make.csv" else path.name
        assert f"| `{name}{'/' * path.is_dir()}` |" in PAGE
