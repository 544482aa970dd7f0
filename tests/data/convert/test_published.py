"""Every published layout of files and tables: exactly which rows come out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from cutis.data import get_card
from cutis.errors import CutisError
from tests.data.convert import fakes
from tests.data.convert.fakes import column, converted, written

INFLAMED = "inflammatory skin disease"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return tmp_path / "source"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def card_of(out: Path) -> dict[str, object]:
    content = yaml.safe_load((out / "dataset.yaml").read_text())
    assert isinstance(content, dict)
    return content


def test_ham10000(source: Path, out: Path) -> None:
    outcome = converted(fakes.ham10000(source), out)
    assert outcome.format == "ham10000"
    first, second, third = written(out / "ham10000.csv")
    assert first == {
        "image": "HAM10000_images_part_1/ISIC_0024306.jpg",
        "mask": "HAM10000_segmentations_lesion_tschandl/ISIC_0024306_segmentation.png",
        "label": "nevus",
        "id": "ISIC_0024306",
        "lesion_id": "HAM_1",
        "age": "50.0",
        "sex": "male",
        "site": "trunk",
        "dx_type": "histo",
    }
    assert (second["mask"], second["lesion_id"]) == ("", "HAM_1")
    assert (third["label"], third["age"], third["sex"]) == ("melanoma", "", "unknown")
    data = outcome.dataset
    assert data.classes == get_card("ham10000").class_names
    assert data.groups is not None
    assert data.groups.tolist() == ["HAM_1", "HAM_1", "HAM_2"]
    assert data.metadata["sex"].tolist()[:2] == ["male", "male"]
    card = card_of(out)
    assert (card["name"], card["images"]) == ("ham10000", "../source")
    assert card["columns"]["group"] == "lesion_id"
    assert "signature" not in card
    assert outcome.differences() == ["3 of 10,015 expected images were found."]
    assert outcome.exit_code == 1
    assert "doi.org" in outcome.render()


def test_isic2016(source: Path, out: Path) -> None:
    outcome = converted(fakes.isic2016(source), out)
    assert outcome.format == "isic2016"
    assert written(out / "isic2016.csv") == [
        {
            "image": "ISBI2016_ISIC_Part3_Test_Data/ISIC_0000003.jpg",
            "mask": "",
            "label": "malignant",
            "id": "ISIC_0000003",
            "split": "test",
        },
        {
            "image": "ISBI2016_ISIC_Part1_Training_Data/ISIC_0000000.jpg",
            "mask": "ISBI2016_ISIC_Part1_Training_GroundTruth/ISIC_0000000_Segmentation.png",
            "label": "benign",
            "id": "ISIC_0000000",
            "split": "train",
        },
    ]


def test_an_image_of_one_name_and_two_contents_is_not_guessed(source: Path, out: Path) -> None:
    fakes.isic2016(source)
    other = source / "ISBI2016_ISIC_Part3_Training_Data" / "ISIC_0000000.jpg"
    other.write_bytes(other.read_bytes() + b"more")
    outcome = converted(source, out)
    assert column(out / "isic2016.csv", "id") == ["ISIC_0000003"]
    (lost,) = written(out / "missing.csv")
    assert lost == {
        "table": "ISBI2016_ISIC_Part3_Training_GroundTruth.csv",
        "row": "1",
        "id": "ISIC_0000000",
        "image": "ISIC_0000000",
        "reason": "the name is in 2 folders",
    }
    assert "1 of 2 rows have no image and were left out" in outcome.render()


def test_isic2017(source: Path, out: Path) -> None:
    outcome = converted(fakes.isic2017(source), out)
    assert outcome.format == "isic2017"
    rows = {row["split"]: row for row in written(out / "isic2017.csv")}
    assert rows["train"] == {
        "image": "ISIC-2017_Training_Data/ISIC_0000000.jpg",
        "mask": "ISIC-2017_Training_Part1_GroundTruth/ISIC_0000000_segmentation.png",
        "label": "melanoma",
        "id": "ISIC_0000000",
        "split": "train",
        "age": "55",
        "sex": "female",
    }
    assert [rows[s]["label"] for s in ("val", "test")] == ["seborrheic keratosis", "nevus"]
    assert rows["test"]["age"] == ""


def test_isic2018(source: Path, out: Path) -> None:
    outcome = converted(fakes.isic2018(source), out)
    assert outcome.format == "isic2018"
    assert written(out / "isic2018.csv") == [
        {
            "image": "ISIC2018_Task3_Training_Input/ISIC_0024306.jpg",
            "label": "nevus",
            "id": "ISIC_0024306",
            "lesion_id": "HAM_0000550",
            "split": "train",
            "diagnosis_confirm_type": "histopathology",
        },
        {
            "image": "ISIC2018_Task3_Validation_Input/ISIC_0034321.jpg",
            "label": "actinic keratosis",
            "id": "ISIC_0034321",
            "lesion_id": "",
            "split": "val",
            "diagnosis_confirm_type": "",
        },
    ]


def test_isic2019(source: Path, out: Path) -> None:
    outcome = converted(fakes.isic2019(source), out)
    assert outcome.format == "isic2019"
    rows = {row["id"]: row for row in written(out / "isic2019.csv")}
    assert rows["ISIC_0000002_downsampled"] == {
        "image": "ISIC_2019_Training_Input/ISIC_0000002_downsampled.jpg",
        "label": "squamous cell carcinoma",
        "id": "ISIC_0000002_downsampled",
        "lesion_id": "MSK4_1",
        "split": "train",
        "age": "30.0",
        "sex": "male",
        "site": "head/neck",
    }
    assert (rows["ISIC_0034321"]["label"], rows["ISIC_0034321"]["split"]) == ("", "test")
    assert outcome.counts()["test"]["no label"] == 1
    assert "1 rows are none of the eight diagnoses" in outcome.render()


def test_isic2020(source: Path, out: Path) -> None:
    outcome = converted(fakes.isic2020(source), out)
    assert outcome.format == "isic2020"
    first, second, third = written(out / "isic2020.csv")
    assert first["image"] == "train/ISIC_1.jpg"
    assert (first["patient_id"], first["lesion_id"], first["label"]) == ("IP_1", "IL_1", "benign")
    assert (second["label"], second["site"], second["diagnosis"]) == (
        "malignant",
        "torso",
        "melanoma",
    )
    assert [row["duplicate_of"] for row in (first, second, third)] == ["", "", "ISIC_1"]
    assert outcome.dataset.groups is not None
    assert outcome.dataset.groups.tolist() == ["IP_1", "IP_1", "IP_2"]


def test_pad_ufes_20(source: Path, out: Path) -> None:
    outcome = converted(fakes.pad_ufes_20(source), out)
    assert outcome.format == "pad-ufes-20"
    assert written(out / "pad-ufes-20.csv")[1] == {
        "image": "imgs_part_2/PAT_2_2_2.png",
        "label": "basal cell carcinoma",
        "id": "PAT_2_2_2.png",
        "patient_id": "PAT_2",
        "lesion_id": "2",
        "age": "55",
        "sex": "FEMALE",
        "site": "NECK",
        "skin_tone": "3.0",
        "smoke": "False",
        "itch": "True",
        "biopsed": "True",
    }
    assert outcome.dataset.metadata["skin_tone"].tolist()[1] == "III"


@pytest.mark.parametrize("workbook", [False, True])
def test_ph2(source: Path, out: Path, workbook: bool) -> None:
    outcome = converted(fakes.ph2(source, workbook), out)
    assert outcome.format == "ph2"
    nevus, melanoma = written(out / "ph2.csv")
    base = "PH2 Dataset images/IMD405/IMD405"
    assert melanoma == {
        "image": f"{base}_Dermoscopic_Image/IMD405.bmp",
        "mask": f"{base}_lesion/IMD405_lesion.bmp",
        "label": "melanoma",
        "id": "IMD405",
        "histology": "Melanoma",
        "asymmetry": "2",
        "color_white": "1",
        "color_red": "0",
        "color_light_brown": "0",
        "color_dark_brown": "0",
        "color_blue_gray": "1",
        "color_black": "1",
        "atypical_pigment_network": "1",
        "dots_and_globules": "1",
        "atypical_dots_and_globules": "1",
        "streaks": "1",
        "regression_structures": "1",
        "blue_whitish_veil": "1",
    }
    assert nevus["label"] == "common nevus"
    assert [nevus[c] for c in ("color_dark_brown", "streaks", "dots_and_globules")] == [
        "1",
        "0",
        "0",
    ]
    assert "streaks" in card_of(out)["concepts"]
    assert "pigment_network" not in card_of(out)["concepts"]


def test_derm7pt(source: Path, out: Path) -> None:
    outcome = converted(fakes.derm7pt(source), out)
    assert outcome.format == "derm7pt"
    carcinoma, melanoma, nevus = written(out / "derm7pt.csv")
    assert melanoma["image"] == melanoma["dermoscopic"] == "release_v0/images/FAL/Fal002.jpg"
    assert melanoma["clinical"] == "release_v0/images/FAL/Fal001.jpg"
    assert (melanoma["label"], melanoma["diagnosis"]) == ("melanoma", "melanoma (in situ)")
    assert [row["split"] for row in (carcinoma, melanoma, nevus)] == ["val", "train", "test"]
    assert [carcinoma[c] for c in ("vascular_structures", "streaks")] == ["1", "0"]
    assert carcinoma["vascular_structures_grade"] == "arborizing"
    assert [melanoma[c] for c in ("pigment_network", "blue_whitish_veil")] == ["1", "1"]
    assert (nevus["label"], nevus["clinical"], nevus["site"]) == ("nevus", "", "back")
    (lost,) = written(out / "missing.csv")
    assert (lost["image"], lost["row"], lost["reason"]) == ("A1/gone.jpg", "4", "no such file")
    assert "1 further views or masks were not found" in outcome.render()
    assert len(outcome.dataset) == 3


def test_derm7pt_without_or_with_wrong_row_numbers(source: Path, out: Path) -> None:
    fakes.derm7pt(source)
    meta = source / "release_v0" / "meta"
    (meta / "valid_indexes.csv").unlink()
    outcome = converted(source, out)
    assert column(out / "derm7pt.csv", "split") == ["", "train", "test"]
    assert "valid_indexes.csv is not there" in outcome.render()
    fakes.table(meta / "valid_indexes.csv", "indexes", [[7]])
    with pytest.raises(CutisError, match=r"speaks of row 7, but meta\.csv has rows 0 to 2"):
        converted(source, out)


def test_milk10k(source: Path, out: Path) -> None:
    outcome = converted(fakes.milk10k(source), out)
    assert outcome.format == "milk10k"
    rows = {row["id"]: row for row in written(out / "milk10k.csv")}
    assert rows["IL_1"] == {
        "image": "MILK10k_Training_Input/IL_1/ISIC_12.jpg",
        "clinical": "MILK10k_Training_Input/IL_1/ISIC_11.jpg",
        "dermoscopic": "MILK10k_Training_Input/IL_1/ISIC_12.jpg",
        "label": "basal cell carcinoma",
        "id": "IL_1",
        "lesion_id": "IL_1",
        "split": "train",
        "age": "60",
        "sex": "male",
        "site": "trunk",
        "skin_tone": "tone class 3",
        "clinical_MONET_hair": "0.1",
        "dermoscopic_MONET_hair": "0.2",
    }
    assert (rows["IL_2"]["label"], rows["IL_2"]["clinical"]) == ("melanoma", "")
    assert (rows["IL_3"]["label"], rows["IL_3"]["split"]) == ("", "test")
    assert outcome.dataset.metadata["skin_tone"].tolist() == ["tone class 3"] * 3
    assert "1 lesions have only one of the two views" in outcome.render()


def test_fitzpatrick17k(source: Path, out: Path) -> None:
    outcome = converted(fakes.fitzpatrick17k(source), out)
    assert outcome.format == "fitzpatrick17k"
    first, second = written(out / "fitzpatrick17k.csv")
    assert (first["image"], first["label"]) == ("images/aa11.jpg", "psoriasis")
    assert second["image"] == "images/httpwwwsitebb22jpg.jpg"
    assert column(out / "missing.csv", "id") == ["cc33"]
    assert outcome.dataset.metadata["skin_tone"].tolist()[0] == "III"
    assert outcome.dataset.metadata["skin_tone"].isna().tolist() == [False, True]
    assert "1 rows were found wrongly labelled" in outcome.render()
    assert "1 of 3 rows have no image and were left out" in outcome.render()


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("fitzpatrick17k-9", [INFLAMED, "malignant melanoma", INFLAMED]),
        ("fitzpatrick17k-3", ["non-neoplastic", "malignant", "non-neoplastic"]),
    ],
)
def test_fitzpatrick17k_in_groups(source: Path, out: Path, name: str, labels: list[str]) -> None:
    outcome = converted(fakes.fitzpatrick17k(source), out, name, keep_missing=True)
    assert [label.casefold() for label in column(out / f"{name}.csv", "label")] == labels
    assert column(out / f"{name}.csv", "image")[2] == "cc33"
    assert outcome.dataset.found.tolist() == [True, True, False]
    assert "1 of 3 rows have no image and were kept" in outcome.render()
    assert outcome.exit_code == 1


def test_ddi(source: Path, out: Path) -> None:
    outcome = converted(fakes.ddi(source), out)
    assert outcome.format == "ddi"
    assert written(out / "ddi.csv") == [
        {"image": "images/000001.png", "label": "malignant", "id": "1", "skin_tone": "56",
         "disease": "melanoma-in-situ"},
        {"image": "images/000002.png", "label": "benign", "id": "2", "skin_tone": "12",
         "disease": "mycosis-fungoides"},
    ]  # fmt: skip
    assert outcome.dataset.metadata["skin_tone"].tolist() == ["V-VI", "I-II"]


def test_bcn20000(source: Path, out: Path) -> None:
    outcome = converted(fakes.bcn20000(source), out)
    assert outcome.format == "bcn20000"
    test, train = written(out / "bcn20000.csv")
    assert train == {
        "image": "BCN_20k_train/BCN_1.jpg",
        "label": "melanoma",
        "id": "BCN_1.jpg",
        "lesion_id": "BCN_L1",
        "split": "train",
        "age": "55.0",
        "sex": "male",
        "site": "anterior torso",
        "capture_date": "2012-05-16",
    }
    assert (test["split"], test["label"]) == ("test", "")


def test_scin(source: Path, out: Path) -> None:
    outcome = converted(fakes.scin(source), out)
    assert outcome.format == "scin"
    one, two, three = written(out / "scin.csv")
    assert one == {
        "image": "dataset/images/-1.png",
        "label": "Urticaria",
        "id": "-100-1",
        "group": "-100",
        "sex": "FEMALE",
        "site": "arm",
        "skin_tone": "FST3",
        "age_group": "AGE_18_TO_29",
        "fitzpatrick_skin_type": "FST2",
        "textures_flat": "1",
        "body_parts_arm": "1",
        "body_parts_palm": "0",
        "dermatologist_fitzpatrick_skin_type_label_1": "FST3",
        "label_weight": "0.59",
        "differential": '{"Urticaria": 0.59, "Eczema": 0.41}',
        "shot_type": "CLOSE_UP",
    }
    assert (two["id"], two["shot_type"], two["label"]) == ("-100-2", "AT_DISTANCE", "Urticaria")
    assert (three["label"], three["site"], three["skin_tone"]) == ("", "several sites", "FST5")
    assert outcome.dataset.groups is not None
    assert outcome.dataset.groups.tolist() == ["-100", "-100", "-200"]
    assert outcome.dataset.metadata["skin_tone"].tolist() == ["III", "III", "V"]
    assert "2 of 5,033 expected cases were found." in outcome.render()
    assert "1 cases have no diagnosis." in outcome.render()
    assert "expected_n" not in card_of(out)


def test_skincap(source: Path, out: Path) -> None:
    outcome = converted(fakes.skincap(source), out)
    assert outcome.format == "skincap"
    assert written(out / "skincap.csv")[0] == {
        "image": "skincap/1.png",
        "label": "psoriasis",
        "id": "1",
        "caption_zh_polish_en": "A red plaque, scaly.",
        "ori_file_path": "aa.jpg",
        "caption_zh": "斑块",
        "caption_zh_polish": "红色斑块",
    }
    assert outcome.dataset.captions()[1] == ("A brown macule.",)


def test_skincap_as_other_tables_have_it(source: Path, out: Path) -> None:
    fakes.put(source, ["skincap/7.png"])
    fakes.table(source / "skin_cap_meta.csv", "filename,caption_zh_polish_en", [["7.png", "Red."]])
    converted(source, out)
    assert written(out / "skincap.csv") == [
        {"image": "skincap/7.png", "id": "7.png", "caption_zh_polish_en": "Red."}
    ]
    other = source.parent / "other"
    fakes.put(other, ["7.png"])
    fakes.table(other / "test.csv", "id,caption_en", [[7, "Red."]])
    outcome = converted(other, source.parent / "out2")
    assert outcome.dataset.captions() == (("Red.",),)


def test_isic_archive(source: Path, out: Path) -> None:
    outcome = converted(fakes.isic_archive(source), out)
    assert outcome.format == "isic-archive"
    one, two, three = written(out / "source.csv")
    assert one == {
        "image": "ISIC_1.jpg",
        "label": "Melanoma, NOS",
        "id": "ISIC_1",
        "group": "IP_1",
        "patient_id": "IP_1",
        "lesion_id": "IL_1",
        "age": "50",
        "sex": "male",
        "site": "head/neck",
        "skin_tone": "II",
        "modality": "dermoscopic",
        "attribution": "X",
        "copyright_license": "CC-0",
        "diagnosis_1": "Malignant",
        "diagnosis_2": "Melanoma",
    }
    assert [two["group"], three["group"]] == ["IL_2", "IL_2"]
    assert (three["label"], three["diagnosis_1"]) == ("", "Indeterminate")
    assert outcome.dataset.groups is not None
    assert len(set(outcome.dataset.groups.tolist())) == 2
    assert "1 rows have none at that level" in outcome.render()


def test_isic_archive_as_it_was(source: Path, out: Path) -> None:
    fakes.put(source, ["ISIC_1.jpg"])
    fakes.table(
        source / "metadata.csv", "isic_id,attribution,benign_malignant,diagnosis",
        [["ISIC_1", "X", "benign", "nevus"]],
    )  # fmt: skip
    outcome = converted(source, out, name="auto")
    assert outcome.format == "isic-archive"
    assert column(out / "source.csv", "label") == ["nevus"]


def test_a_label_the_card_does_not_know_is_kept_behind_its_classes(source: Path, out: Path) -> None:
    fakes.ham10000(source)
    path = source / "HAM10000_metadata.csv"
    path.write_text(path.read_text().replace(",mel,", ",lentigo,"))
    outcome = converted(source, out)
    assert outcome.dataset.classes == (*get_card("ham10000").class_names, "lentigo")
    assert outcome.dataset.labels.tolist() == [5, 5, 7]
    assert "added behind its classes: lentigo (1)" in outcome.render()


def test_the_record_says_what_was_made(source: Path, out: Path) -> None:
    converted(fakes.ham10000(source), out)
    record = json.loads((out / "conversion.json").read_text())
    assert record["status"] == "finished"
    assert record["identity"]["format"] == "ham10000"
    assert (record["rows"], record["missing"]) == (3, 0)
    assert record["counts"]["all"]["nevus"] == 2
    assert set(record["sha256"]) == {"ham10000.csv", "dataset.yaml"}
