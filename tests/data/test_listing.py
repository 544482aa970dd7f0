"""``cutis data list``."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from cutis.cli import run
from cutis.data.cards import bundled_cards
from cutis.data.convert import convert_dataset
from cutis.data.listing import CardList, DataListConfig, data_list
from cutis.errors import CutisError
from tests.data.builders import write_csv, write_images
from tests.data.convert import fakes

HAM = "lesion_id,image_id,dx,dx_type\nL1,a,mel,histo\nL2,b,nv,histo"


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CUTIS_DATA", raising=False)


def names(listed: CardList) -> set[str]:
    return {card.name for card in listed.cards}


def line_of(listed: CardList, name: str) -> str:
    return next(line for line in listed.render().splitlines() if line.split()[:1] == [name])


def test_every_card_has_a_line_with_its_terms() -> None:
    listed = data_list(DataListConfig())
    for card in bundled_cards().values():
        line = line_of(listed, card.name)
        assert any(word in line for word in ("non-commercial", "free to use", "read the terms"))
        assert card.total is None or f"{card.total:,}" in line
    assert listed.exit_code == 0
    assert "CUTIS_DATA" in listed.render()
    assert "missing" not in listed.render()  # nothing was searched


def test_groups_by_modality_hold_variants_below_their_base() -> None:
    lines = data_list(DataListConfig()).render().splitlines()
    base = next(i for i, line in enumerate(lines) if line.startswith("  derm7pt "))
    assert lines[base + 1].startswith("    derm7pt-panderm")
    assert any(line.startswith("dermoscopy and clinical (") for line in lines)


def test_groups_by_task_show_a_dataset_under_each() -> None:
    text = data_list(DataListConfig(by="task")).render()
    assert "segmentation (" in text
    assert sum(line.split()[:1] == ["ph2"] for line in text.splitlines()) == 4


def test_filters_by_task_and_word() -> None:
    assert names(data_list(DataListConfig(task="vqa"))) == {"derm7pt", "derm7pt-vqa", "skincap-vqa"}
    assert names(data_list(DataListConfig(search="Vitiligo"))) == {
        "daffodil-5", "daffodil-5-zero-shot"
    }  # fmt: skip
    assert "No dataset fits" in data_list(DataListConfig(search="dentistry")).render()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_csv(tmp_path / "ham/meta.csv", HAM)
    write_images(tmp_path / "ham/images", ["a.jpg"])
    write_csv(tmp_path / "mine/t.csv", "image,label\na,x\nb,y")
    (tmp_path / "mine/dataset.yaml").write_text("name: my clinic\ntitle: Mine\n")
    return tmp_path


def test_what_is_here_is_counted_and_the_rest_is_missing(folder: Path) -> None:
    listed = data_list(DataListConfig(where=(folder,)))
    assert "images 1 of 2 found (the published set has 10,015)" in line_of(listed, "ham10000")
    assert line_of(listed, "ddi").endswith("missing")
    assert str(folder) in listed.render()
    assert "your own (1)" in listed.render()


def test_here_keeps_what_is_on_this_machine(folder: Path) -> None:
    listed = data_list(DataListConfig(where=(folder,), here=True))
    assert names(listed) == {"ham10000", "my clinic"}


def test_the_variable_is_searched_and_several_tables_are_counted(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUTIS_DATA", str(folder))
    write_csv(folder / "ham/copy.csv", HAM)
    listed = data_list(DataListConfig())
    assert line_of(listed, "ham10000").endswith("and 1 more table")


def test_the_list_of_missing_images_is_no_further_table(tmp_path: Path) -> None:
    source = fakes.ham10000(tmp_path / "source")
    next(source.rglob("ISIC_0024308.jpg")).unlink()
    convert_dataset(source, tmp_path / "home" / "ham10000")
    line = line_of(data_list(DataListConfig(where=(tmp_path / "home",))), "ham10000")
    assert "2 rows, all images there" in line
    assert "more table" not in line


def next_command(name: str, *where: Path) -> list[str]:
    page = data_list(DataListConfig(name=name, where=where)).render()
    (line,) = (x for x in page.splitlines() if x.startswith("  Next: "))
    program, *words = shlex.split(line.removeprefix("  Next: "))
    assert program == "cutis"
    return words


def test_the_next_command_of_a_page_runs(tmp_path: Path) -> None:
    home = tmp_path / "two words"
    fakes.class_folders(home / "ddi", "benign", "malignant")
    words = next_command("ddi", home)
    assert words[:2] == ["data", "convert"]
    assert run(words) in (0, 1)
    write_csv(home / "ham/my meta.csv", HAM)
    write_images(home / "ham", ["a.jpg", "b.jpg"])
    words = next_command("ham10000", home)
    assert words == ["data", "check", "--data", str(home / "ham/my meta.csv")]
    assert run(words) in (0, 1)


def test_a_table_goes_before_a_folder_without_one(tmp_path: Path) -> None:
    write_images(tmp_path / "one/ham10000", ["a.jpg"])
    write_csv(tmp_path / "two/meta.csv", HAM)
    where = (tmp_path / "one", tmp_path / "two")
    assert next_command("ham10000", *where)[-1] == str(tmp_path / "two/meta.csv")
    assert "more table" not in line_of(data_list(DataListConfig(where=where)), "ham10000")


def test_a_variant_without_a_table_of_its_own_is_there_through_its_base(tmp_path: Path) -> None:
    header = "image_id,diagnosis,asymmetry,pigment_network,blue_whitish_veil"
    write_csv(tmp_path / "ph2.csv", f"{header}\nA,melanoma,0,T,A")
    listed = data_list(DataListConfig(where=(tmp_path,)))
    assert line_of(listed, "ph2-binary").endswith("through ph2")
    assert line_of(listed, "ph2-zero-shot").endswith("missing")


def test_one_dataset_has_a_page_with_the_steps_and_the_prohibitions(folder: Path) -> None:
    text = data_list(DataListConfig(name="HAM10000", where=(folder,))).render()
    for words in (
        "HAM10000", "actinic keratosis", "akiec", "10,015 rows", "How to obtain it", "1. Open the",
        "Not allowed: commercial use", "15 of the 1,503", "rows share a", "lesion",
        "images 1 of 2 found", "cutis data check --data",
    ):  # fmt: skip
        assert words in text
    assert "not searched" in data_list(DataListConfig(name="ddi")).render()
    assert "no table of it below" in data_list(DataListConfig(name="ddi", where=(folder,))).render()


def test_a_card_of_ones_own_has_a_page_too(folder: Path) -> None:
    assert (
        "my clinic: Mine" in data_list(DataListConfig(name="my clinic", where=(folder,))).render()
    )


def test_long_class_lists_are_counted_on_the_page() -> None:
    text = data_list(DataListConfig(name="snu-134")).render()
    assert "134, named by the table" in text
    assert "paronychia" not in text


def test_an_unknown_name_and_a_missing_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CutisError, match="no dataset card 'ham1000'"):
        data_list(DataListConfig(name="ham1000"))
    with pytest.raises(CutisError, match=r"no folder .* to search"):
        data_list(DataListConfig(where=(tmp_path / "gone",)))


def test_here_needs_a_folder_to_search() -> None:
    with pytest.raises(CutisError, match=r"No folder was searched.*--where FOLDER"):
        data_list(DataListConfig(here=True))


def test_json_holds_the_cards_and_what_is_here(folder: Path) -> None:
    listed = data_list(DataListConfig(where=(folder,), here=True, as_json=True))
    content = {card["name"]: card for card in json.loads(listed.render())}
    assert content["ham10000"]["here"][0]["images"] == 1
    assert content["ham10000"]["licence"] == "CC BY-NC-SA 4.0"


def test_command_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["data", "list", "--here", "--where", str(folder)]) == 0
    assert "images 1 of 2 found" in capsys.readouterr().out
    assert run(["data", "list", "isic2019"]) == 0
    assert "UNK" in capsys.readouterr().out
    assert run(["data", "list", "ham1000"]) == 2
    assert "Did you mean 'ham10000'" in capsys.readouterr().err
    assert run(["data", "list", "--task", "tasting"]) == 2
