"""A table on disk becomes a Dataset."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from cutis.config import DataConfig
from cutis.data import DatasetCard, load_dataset, load_from
from cutis.data.loading import read_dataset, unique_ids
from cutis.errors import CutisError
from tests.data.builders import write_csv, write_images


def test_a_plain_table(tmp_path: Path) -> None:
    table = write_csv(tmp_path / "mine.csv", "image,label\nx/a.jpg,nevus\nx/b.jpg,melanoma")
    write_images(tmp_path, ["x/a.jpg"])
    data = load_dataset(table)
    assert (data.name, len(data), data.ids) == ("mine", 2, ("a", "b"))
    assert data.classes == ("melanoma", "nevus")
    assert data.labels.tolist() == [1, 0]
    assert data.labels.dtype == np.int64
    assert data.groups is None
    assert data.splits is None
    assert data.root == tmp_path
    assert data.image_paths == (tmp_path / "x/a.jpg", tmp_path / "x/b.jpg")
    assert data.found.tolist() == [True, False]
    assert data.card.class_names == data.classes
    assert any("1 of 2 images were not found" in note for note in data.notes)


@pytest.mark.parametrize(
    ("text", "classes", "labels"),
    [
        ("image,label,split\na,0,train\nb,1,test", ("0", "1"), [0, 1]),
        ("image,binary_label,split\na,0,train\nb,1,test", ("0", "1"), [0, 1]),
        ("image_path,label,diag\na,1,BCC\nb,0,NEV\nc,1,BCC", ("NEV", "BCC"), [1, 0, 1]),
        ("filename,label,caption,age\nx/a,2,p,40\nx/b,0,q,", ("0", "2"), [1, 0]),
    ],
)
def test_published_tables_load_unchanged(
    tmp_path: Path, text: str, classes: tuple[str, ...], labels: list[int]
) -> None:
    data = load_dataset(write_csv(tmp_path / "t.csv", text))
    assert data.classes == classes
    assert data.labels.tolist() == labels


def test_codes_of_a_published_table_take_the_names_of_a_card(tmp_path: Path) -> None:
    table = write_csv(tmp_path / "t.csv", "image,label,split\na,0,train\nb,6,test\nc,4,test")
    data = load_dataset(table, card="ham10000")
    assert [data.classes[i] for i in data.labels] == [
        "actinic keratosis", "vascular lesion", "melanoma",
    ]  # fmt: skip
    assert data.name == "ham10000"


def test_ids_and_groups_stay_text(tmp_path: Path) -> None:
    table = write_csv(
        tmp_path / "t.csv",
        "id,image,dx,lesion_id\n007,a.jpg,nv,00123\n008,b.jpg,mel,123\n9,c.jpg,nv,",
    )
    data = load_dataset(table)
    assert data.ids == ("007", "008", "9")
    assert data.groups is not None
    assert data.groups.tolist() == ["00123", "123", "only 9"]
    assert data.table["lesion_id"].tolist()[:2] == ["00123", "123"]
    assert any("lesion_id" in note for note in data.notes)


def test_empty_labels_are_kept_and_told(tmp_path: Path) -> None:
    table = write_csv(tmp_path / "t.csv", "image,dx\na.jpg,nv\nb.jpg,\nc.jpg,NA\nd.jpg,mel")
    data = load_dataset(table)
    assert data.labels.tolist() == [1, -1, -1, 0]
    assert data.classes == ("mel", "nv")
    assert "2 of 4 rows have no label." in data.notes


def test_a_table_without_labels(tmp_path: Path) -> None:
    data = load_dataset(write_csv(tmp_path / "t.csv", "image\na.jpg\nb.jpg"))
    assert data.classes == ()
    assert data.labels.tolist() == [-1, -1]
    with_card = load_dataset(data.source, card="ph2")
    assert len(with_card.classes) == 3


def test_one_class_is_allowed_here(tmp_path: Path) -> None:
    data = load_dataset(write_csv(tmp_path / "t.csv", "image,dx\na.jpg,nv\nb.jpg,nv"))
    assert data.classes == ("nv",)


@pytest.mark.parametrize("name", ["../a.jpg", "/etc/passwd", "C:/x.jpg", "https://a.b/c.jpg"])
def test_a_path_that_escapes_the_root_is_refused(tmp_path: Path, name: str) -> None:
    table = write_csv(tmp_path / "t.csv", f"image,dx\nok.jpg,nv\n{name},mel")
    with pytest.raises(CutisError) as raised:
        load_dataset(table)
    text = str(raised.value)
    assert "Row 3" in text
    assert name in text
    assert "--images" in text


def test_an_absolute_path_is_fine_below_the_images_given(tmp_path: Path) -> None:
    write_images(tmp_path / "pix", ["a.jpg"])
    table = write_csv(tmp_path / "t.csv", f"image,dx\n{tmp_path}/pix/a.jpg,nv\nb.jpg,mel")
    assert load_dataset(table, tmp_path / "pix").found.tolist() == [True, False]


def test_a_label_outside_the_card_is_refused_with_the_nearest(tmp_path: Path) -> None:
    table = write_csv(tmp_path / "t.csv", "image,dx\na.jpg,nv\nb.jpg,melanom\nc.jpg,zzz")
    with pytest.raises(CutisError) as raised:
        load_dataset(table, card="ham10000")
    text = str(raised.value)
    assert "'melanom' (row 3, and 1 more labels)" in text
    assert raised.value.nearest[0] == "melanoma"
    assert "--card none" in text
    assert load_dataset(table, card="none").classes == ("melanom", "nv", "zzz")


def test_missing_folder_and_missing_columns(tmp_path: Path) -> None:
    table = write_csv(tmp_path / "t.csv", "image,dx\na.jpg,nv")
    (tmp_path / "images").mkdir()
    with pytest.raises(CutisError, match="no image folder") as raised:
        load_dataset(table, tmp_path / "imges")
    assert raised.value.nearest == (str(tmp_path / "images"),)
    with pytest.raises(CutisError, match="no column 'foo'"):
        load_dataset(table, columns={"label": "foo"})
    with pytest.raises(CutisError, match="no role 'colour'"):
        load_dataset(table, columns={"colour": "dx"})


def test_the_card_beside_the_table_is_used(tmp_path: Path) -> None:
    table = write_csv(tmp_path / "t.csv", "photo,truth\na.jpg,M\nb.jpg,N")
    (tmp_path / "dataset.yaml").write_text(
        "name: mine\nlicence: mine alone\ncolumns: {label: truth}\n"
        "classes: [{name: nevus, code: N}, {name: melanoma, code: M}]\n"
    )
    reading = read_dataset(table)
    assert reading.dataset.name == "mine"
    assert reading.dataset.classes == ("nevus", "melanoma")
    assert reading.dataset.labels.tolist() == [1, 0]
    assert "beside the table" in reading.card_from


def test_a_card_in_hand(tmp_path: Path) -> None:
    table = write_csv(tmp_path / "t.csv", "image,dx\na.jpg,nevus\nb.jpg,melanoma")
    card = DatasetCard.model_validate({"name": "own", "classes": ["nevus", "melanoma", "wart"]})
    data = load_dataset(table, card=card)
    assert data.card is card
    assert data.class_counts() == {"nevus": 1, "melanoma": 1, "wart": 0}
    assert load_dataset(table, name="renamed").name == "renamed"


def test_a_label_chosen_by_hand_leaves_the_published_classes(tmp_path: Path) -> None:
    table = write_csv(
        tmp_path / "t.csv",
        "lesion_id,image_id,dx,dx_type,sex\nL1,a,nv,histo,male\nL2,b,mel,consensus,female",
    )
    assert load_dataset(table).name == "ham10000"
    chosen = load_dataset(table, columns={"label": "dx_type"})
    assert chosen.classes == ("consensus", "histo")
    assert chosen.card.licence == load_dataset(table).card.licence
    assert len(load_dataset(table, columns={"label": "DX"}).classes) == 7


def test_settings_of_a_verb_name_the_dataset(tmp_path: Path) -> None:
    table = write_csv(tmp_path / "t.csv", "photo_of,truth\na.jpg,x\nb.jpg,y")
    config = DataConfig(data=table, image_column="photo_of", label_column="truth")
    assert load_from(config).classes == ("x", "y")


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (["a", "b"], ("a", "b")),
        (["a", "a", "a"], ("a", "a#2", "a#3")),
        (["a", "a#2", "a"], ("a", "a#2", "a#3")),
        ([None, "row-2"], ("row-2#2", "row-2")),
        ([None, None], ("row-2", "row-3")),
    ],
)
def test_every_row_gets_a_name_of_its_own(
    wanted: list[str | None], expected: tuple[str, ...]
) -> None:
    assert unique_ids(wanted) == expected


def test_images_of_one_name_in_two_folders_have_two_ids(tmp_path: Path) -> None:
    data = load_dataset(write_csv(tmp_path / "t.csv", "image,dx\nx/1.jpg,nv\ny/1.jpg,mel"))
    assert data.ids == ("x/1.jpg", "y/1.jpg")


@pytest.mark.parametrize(
    ("layout", "columns", "names"),
    [
        ("ham", "lesion_id,image_id,dx,dx_type,age,sex,localization", ["ISIC_{:07d}"]),
        ("pad", "patient_id,lesion_id,img_id,diagnostic,biopsed", ["PAT_{0}_{0}_1.png"]),
    ],
)
def test_official_folders_in_parts_are_found_from_one_root(
    tmp_path: Path, layout: str, columns: str, names: list[str]
) -> None:
    rows = []
    for i in range(8):
        name = names[0].format(i)
        folder = f"imgs_part_{1 + i % 2}"
        file = name if name.endswith(".png") else f"{name}.jpg"
        write_images(tmp_path / "official" / folder, [file])
        cells = {
            "ham": f"HAM_{i},{name},{'nv' if i % 2 else 'mel'},histo,40,male,back",
            "pad": f"PAT_{i},{i},{name},{'NEV' if i % 2 else 'MEL'},True",
        }
        rows.append(cells[layout])
    table = write_csv(tmp_path / "metadata.csv", "\n".join([columns, *rows]))
    data = load_dataset(table, tmp_path / "official")
    assert data.found.all()
    assert data.name == {"ham": "ham10000", "pad": "pad-ufes-20"}[layout]
    assert data.class_counts()["melanoma"] == 4


def test_the_official_folders_of_ph2(tmp_path: Path) -> None:
    for i in ("IMD003", "IMD009"):
        write_images(tmp_path / "PH2", [f"{i}/{i}_Dermoscopic_Image/{i}.bmp"])
        write_images(tmp_path / "PH2", [f"{i}/{i}_lesion/{i}_lesion.bmp"])
    table = write_csv(
        tmp_path / "t.csv", "image_id,diagnosis\nIMD003,common nevus\nIMD009,melanoma"
    )
    data = load_dataset(table, tmp_path / "PH2", card="ph2")
    assert [path.name for path in data.image_paths] == ["IMD003.bmp", "IMD009.bmp"]
    assert data.found.all()


def test_the_twenty_diagnoses_of_derm7pt_become_five(tmp_path: Path) -> None:
    table = write_csv(
        tmp_path / "meta.csv",
        """
        case_num,diagnosis,seven_point_score,elevation,location,sex,clinic,derm
        1,clark nevus,1,flat,back,male,A/1.jpg,A/2.jpg
        2,melanoma (in situ),5,flat,arm,female,A/3.jpg,A/4.jpg
        3,lentigo,2,flat,arm,female,A/5.jpg,A/6.jpg
        """,
    )
    data = load_dataset(table)
    assert data.name == "derm7pt"
    assert [data.classes[i] for i in data.labels] == ["nevus", "melanoma", "other benign lesion"]
    assert data.image_paths[0].name == "2.jpg"
    assert data.roles["clinical"] == "clinic"
    assert load_dataset(table, columns={"image": "clinic"}).image_paths[0].name == "1.jpg"


def test_isic2020_and_ddi_tables(tmp_path: Path) -> None:
    isic = write_csv(
        tmp_path / "train.csv",
        """
        image_name,patient_id,sex,age_approx,anatom_site_general_challenge,diagnosis,benign_malignant,target
        ISIC_1,IP_1,male,45,torso,unknown,benign,0
        ISIC_2,IP_1,female,50,,melanoma,malignant,1
        """,
    )
    data = load_dataset(isic)
    assert (data.name, data.classes, data.labels.tolist()) == (
        "isic2020", ("benign", "malignant"), [0, 1],
    )  # fmt: skip
    ddi = write_csv(
        tmp_path / "ddi_metadata.csv",
        """
        ,DDI_ID,DDI_file,skin_tone,malignant,disease
        0,1,000001.png,56,True,melanoma-in-situ
        1,2,000002.png,12,False,wart
        """,
    )
    data = load_dataset(ddi)
    assert (data.name, data.labels.tolist()) == ("ddi", [1, 0])
    assert data.ids == ("1", "2")
    assert data.metadata["skin_tone"].tolist() == ["V-VI", "I-II"]


def test_a_hundred_thousand_rows_load_in_seconds(tmp_path: Path) -> None:
    lines = ["image,dx,lesion_id,age,sex"]
    lines += [
        f"{i // 1000}/{i}.jpg,{'nv' if i % 3 else 'mel'},L{i // 2},{i % 90},male"
        for i in range(100_000)
    ]
    table = tmp_path / "t.csv"
    table.write_text("\n".join(lines))
    load_dataset(write_csv(tmp_path / "warm.csv", "image\na.jpg"))
    start = time.process_time()
    data = load_dataset(table)
    assert time.process_time() - start < 8  # about 2 s on an idle core
    assert len(data) == 100_000


def test_the_card_beside_the_table_may_name_the_image_folder(tmp_path: Path) -> None:
    write_images(tmp_path / "photos", ["a.png", "b.png"])
    table = write_csv(tmp_path / "tables" / "t.csv", "image,label\na.png,x\nb.png,y")
    card = tmp_path / "tables" / "dataset.yaml"
    for folder in ("../photos", str(tmp_path / "photos")):
        card.write_text(f"name: mine\nimages: {folder}\n")
        assert load_dataset(table).found.all()
        assert load_dataset(table, card="none").found.all()
    assert not load_dataset(table, images=tmp_path / "tables").found.any()
    card.write_text("name: mine\nimages: ../gone\n")
    with pytest.raises(CutisError, match="is not there") as raised:
        load_dataset(table)
    assert "--images" in str(raised.value)
    card.write_text("no: card\n")
    assert load_dataset(table, images=tmp_path / "photos", card="none").found.all()
