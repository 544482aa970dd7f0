"""From names to files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cutis.data import paths as module
from cutis.data.paths import Listing, choose_root, inside, locate


def touch(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


@pytest.mark.parametrize(
    "name",
    [
        "../a.jpg", "x/../../a.jpg", "/etc/passwd", "..", "C:\\data\\a.jpg", "..\\a.jpg",
        "https://example.org/a.jpg", "a\0.jpg", "//server/share/a.jpg", "file:///etc/passwd",
    ],
)  # fmt: skip
def test_names_that_lead_out_of_the_root_are_refused(tmp_path: Path, name: str) -> None:
    assert inside(name, str(tmp_path / "root")) is None
    (tmp_path / "root").mkdir()
    touch(tmp_path, "a.jpg")
    files = locate([name], tmp_path / "root")
    assert list(files.refused) == [0]
    assert files.found == (False,)
    assert files.paths[0] == tmp_path / "root"


@pytest.mark.parametrize("name", ["x/a.jpg", "./x/a.jpg", "x//a.jpg", "y/../x/a.jpg", "x\\a.jpg"])
def test_harmless_spellings_find_the_file(tmp_path: Path, name: str) -> None:
    touch(tmp_path, "x/a.jpg")
    files = locate([name], tmp_path)
    assert files.paths == (tmp_path / "x/a.jpg",)
    assert files.found == (True,)


def test_an_absolute_path_inside_the_root_is_fine(tmp_path: Path) -> None:
    touch(tmp_path, "x/a.jpg")
    assert locate([str(tmp_path / "x" / "a.jpg")], tmp_path).found == (True,)


def test_an_absolute_path_behind_a_linked_root_is_fine(tmp_path: Path) -> None:
    touch(tmp_path, "disk/a.jpg")
    (tmp_path / "link").symlink_to(tmp_path / "disk")
    files = locate([str(tmp_path / "disk" / "a.jpg")], tmp_path / "link")
    assert files.paths == (tmp_path / "link" / "a.jpg",)
    assert files.found == (True,)


def test_a_root_with_a_relative_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    touch(tmp_path, "images/a.jpg")
    monkeypatch.chdir(tmp_path)
    files = locate(["a"], Path("images"))
    assert files.paths == (tmp_path / "images" / "a.jpg",)
    assert files.root.is_absolute()


@pytest.mark.parametrize(
    "ending", [".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp", ".JPG"]
)
def test_the_extension_is_found(tmp_path: Path, ending: str) -> None:
    touch(tmp_path, f"ISIC_1{ending}")
    for name in ("ISIC_1", "ISIC_1.png", f"ISIC_1{ending}"):
        assert locate([name], tmp_path).paths == (tmp_path / f"ISIC_1{ending}",)


def test_the_exact_name_wins_over_another_extension_and_case(tmp_path: Path) -> None:
    touch(tmp_path, "a.jpg", "a.png", "A.png")
    assert locate(["a.png", "A.png", "a"], tmp_path).paths == (
        tmp_path / "a.png",
        tmp_path / "A.png",
        tmp_path / "a.jpg",
    )


def test_a_dot_in_the_name_is_not_an_extension(tmp_path: Path) -> None:
    touch(tmp_path, "scan.v2.jpg", "scan.jpg")
    assert locate(["scan.v2"], tmp_path).paths == (tmp_path / "scan.v2.jpg",)


def test_a_bare_name_is_searched_below_the_root(tmp_path: Path) -> None:
    touch(tmp_path, "part_1/a.jpg", "part_2/b.jpg", "part_2/deep/c.bmp", ".hidden/d.jpg")
    files = locate(["a", "b.jpg", "c", "d"], tmp_path)
    assert files.found == (True, True, True, False)
    assert files.paths[2] == tmp_path / "part_2/deep/c.bmp"
    assert files.paths[3] == tmp_path / "d"


def test_a_bare_name_in_two_folders_is_ambiguous_not_guessed(tmp_path: Path) -> None:
    touch(tmp_path, "part_1/a.jpg", "part_2/a.jpg")
    files = locate(["a", "part_2/a"], tmp_path)
    assert files.ambiguous == {0: 2}
    assert files.found == (False, True)


def test_the_folder_itself_wins_over_folders_below(tmp_path: Path) -> None:
    touch(tmp_path, "a.jpg", "old/a.jpg")
    assert locate(["a"], tmp_path).paths == (tmp_path / "a.jpg",)


def test_an_empty_name_has_the_root_as_its_path(tmp_path: Path) -> None:
    files = locate([None, ".", "a.jpg"], tmp_path)
    assert files.paths == (tmp_path, tmp_path, tmp_path / "a.jpg")
    assert not any(files.found)
    assert not files.refused


def test_a_link_inside_the_root_may_lead_elsewhere(tmp_path: Path) -> None:
    touch(tmp_path, "store/a.jpg")
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "a.jpg").symlink_to(tmp_path / "store" / "a.jpg")
    assert locate(["a.jpg"], tmp_path / "root").found == (True,)


def test_each_folder_is_listed_once_however_many_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"x/{i}.jpg" for i in range(300)]
    touch(tmp_path, *names)
    calls: list[str] = []
    listing = os.scandir

    def counting(path: str) -> object:
        calls.append(path)
        return listing(path)

    monkeypatch.setattr(module.os, "scandir", counting)
    files = locate([name.replace(".jpg", "") for name in names], tmp_path)
    assert all(files.found)
    assert len(calls) == 1


def test_a_folder_that_cannot_be_listed_holds_nothing(tmp_path: Path) -> None:
    assert Listing(str(tmp_path / "none")).find("a.jpg") is None


def test_images_beside_the_table_are_the_root_when_the_names_are_there(tmp_path: Path) -> None:
    touch(tmp_path, "images/a.jpg", "images/b.jpg")
    assert choose_root(["a", "b"], tmp_path) == tmp_path / "images"
    assert choose_root(["images/a.jpg", "images/b.jpg"], tmp_path) == tmp_path
    assert choose_root(["x", None], tmp_path) == tmp_path
