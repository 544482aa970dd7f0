"""``--data NAME``."""

from __future__ import annotations

from pathlib import Path

import pytest

from cutis.data import load_dataset
from cutis.data.cards import get_card
from cutis.data.check import DataCheckConfig, data_check
from cutis.data.convert import convert_dataset
from cutis.data.named import named_card, resolve, with_bases
from cutis.data.split import DataSplitConfig, data_split
from cutis.errors import CutisError
from tests.data.builders import write_csv, write_images
from tests.data.convert import fakes

PH2 = (
    "image_id,diagnosis,asymmetry,pigment_network,blue_whitish_veil\n"
    "A,common nevus,0,T,A\nB,atypical nevus,0,T,A\nC,melanoma,2,AT,P"
)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CUTIS_DATA", str(tmp_path))
    write_csv(tmp_path / "PH2/metadata.csv", PH2)
    write_images(tmp_path / "PH2/images", ["A.bmp", "B.bmp", "C.bmp"])
    return tmp_path


def test_a_name_is_the_table_in_the_folder_of_that_name(home: Path) -> None:
    assert resolve("ph2") == (home / "PH2/metadata.csv", get_card("ph2"))
    data = load_dataset("ph2")
    assert data.name == "ph2"
    assert data.found.all()
    assert data.source == home / "PH2/metadata.csv"
    assert str(data.source) in data.arguments()


def test_a_path_is_no_name(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert named_card("PH2") == get_card("ph2")
    assert [named_card(x) for x in ("ph2.csv", "PH2/metadata.csv", "phh2")] == [None] * 3
    monkeypatch.chdir(home)
    assert named_card("PH2") is None  # the folder of that name


def test_a_variant_uses_the_table_of_what_it_is_like(home: Path) -> None:
    data = load_dataset("ph2-binary")
    assert data.name == "ph2-binary"
    assert data.labels.tolist() == [0, 0, 1]
    assert data.arguments().endswith(" --card ph2-binary")  # or the next command means ph2
    assert "--card" not in load_dataset("ph2").arguments()
    assert with_bases(get_card("ph2-binary")) == ["ph2-binary", "ph2"]
    assert with_bases(get_card("ph2-zero-shot")) == ["ph2-zero-shot"]  # a table of its own


def test_an_explicit_card_wins_over_the_name(home: Path) -> None:
    data = load_dataset("ph2", card="ph2-binary")
    assert data.name == "ph2-binary"
    assert "--card ph2-binary" in data.arguments()


def test_a_dataset_in_a_folder_of_any_name_is_found(home: Path) -> None:
    (home / "PH2").rename(home / "somewhere")
    assert load_dataset("ph2").source == home / "somewhere/metadata.csv"


def test_a_converted_table_keeps_its_own_card(home: Path) -> None:
    write_csv(home / "PH2/metadata.csv", "image,label\nA,melanoma\nB,common nevus")
    card = "name: ph2\nclasses: [common nevus, melanoma]\n"
    (home / "PH2/dataset.yaml").write_text(card)
    assert load_dataset("ph2").classes == ("common nevus", "melanoma")
    assert load_dataset("ph2-binary").classes == ("benign", "malignant")


def test_a_conversion_that_misses_images_is_found_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = fakes.ham10000(tmp_path / "source")
    next(source.rglob("ISIC_0024308.jpg")).unlink()
    made = convert_dataset(source, tmp_path / "home" / "ham10000")
    assert made.n_lost
    monkeypatch.setenv("CUTIS_DATA", str(tmp_path / "home"))
    assert load_dataset("ham10000").source == made.table


def test_every_verb_takes_the_name(home: Path, tmp_path: Path) -> None:
    report = data_check(DataCheckConfig(data=Path("ph2")))
    assert report.n == 3
    new = tmp_path / "new.csv"
    data_split(DataSplitConfig(data=Path("ph2"), output=new, train=0.5, val=0, test=0.5))
    assert len(load_dataset(new, home / "PH2/images")) == 3


def test_what_is_not_here_says_how_to_get_it(home: Path) -> None:
    with pytest.raises(CutisError, match="'ddi' is not below CUTIS_DATA") as raised:
        load_dataset("DDI")
    assert "cutis data list ddi" in str(raised.value)


def test_without_the_variable_it_says_to_set_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CUTIS_DATA", raising=False)
    with pytest.raises(CutisError, match="CUTIS_DATA does not say") as raised:
        load_dataset("ham10000")
    assert "cutis data list ham10000" in str(raised.value)


def test_several_tables_of_it_are_named(home: Path) -> None:
    write_csv(home / "PH2/old/metadata.csv", PH2)
    with pytest.raises(CutisError, match="There are 2 tables of 'ph2'") as raised:
        load_dataset("ph2")
    assert "old/metadata.csv" in str(raised.value)
    assert "--data " in str(raised.value)


def test_the_table_suggested_is_quoted_for_a_shell(home: Path) -> None:
    (home / "PH2/metadata.csv").rename(home / "PH2/my table.csv")
    write_csv(home / "PH2/old/metadata.csv", PH2)
    with pytest.raises(CutisError, match="There are 2 tables") as raised:
        load_dataset("ph2")
    assert f"--data '{home / 'PH2/my table.csv'}'" in raised.value.fix


def test_a_misspelt_name_is_answered_with_the_nearest(home: Path) -> None:
    with pytest.raises(CutisError, match="no table ham1000 and no dataset card") as raised:
        load_dataset("ham1000")
    assert raised.value.nearest[0] == "ham10000"


@pytest.mark.parametrize("path", ["gone.csv", "folder/ham10000", "ham10000.xlsx"])
def test_what_looks_like_a_path_is_one(home: Path, path: str) -> None:
    assert resolve(path) == (Path(path), None)


def test_a_file_of_that_name_wins(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home)
    write_csv(home / "ph2", "image,label\na,x\nb,y")
    assert resolve("ph2") == (Path("ph2"), None)
