"""Published layouts as people really have them: parts missing, other spellings, other copies."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cutis.data.convert import convert_dataset
from cutis.errors import CutisError
from tests.data.convert import fakes
from tests.data.convert.fakes import column, converted, written


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return tmp_path / "source"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def test_ham10000_with_both_copies_of_its_folders(source: Path, out: Path) -> None:
    fakes.ham10000(source)
    for part in ("part_1", "part_2"):
        shutil.copytree(
            source / f"HAM10000_images_{part}", source / "copy" / f"ham10000_images_{part}"
        )
    outcome = converted(source, out)
    assert outcome.n_lost == 0
    assert column(outcome.table, "image")[0] == "HAM10000_images_part_1/ISIC_0024306.jpg"


def test_ham10000_with_other_tables_beside_it(source: Path, out: Path) -> None:
    fakes.ham10000(source)
    header = ",".join([*(f"pixel{i:04d}" for i in range(2352)), "label"])
    fakes.table(source / "hmnist_28_28_RGB.csv", header, [[0] * 2353])
    fakes.table(source / "published_test_ids.csv", "image_id", [["ISIC_0024306"]])
    assert converted(source, out).format == "ham10000"


def test_ham10000_as_tab_separated_text(source: Path, out: Path) -> None:
    fakes.ham10000(source)
    text = (source / "HAM10000_metadata.csv").read_text()
    (source / "HAM10000_metadata.csv").unlink()
    (source / "HAM10000_metadata.tab").write_text(text.replace(",", "\t"))
    outcome = converted(source, out)
    assert outcome.format == "ham10000"
    assert len(outcome.dataset) == 3


def test_ham10000_in_a_parent_folder(source: Path, out: Path) -> None:
    fakes.ham10000(source / "dataverse_files" / "inner")
    outcome = converted(source, out)
    assert column(outcome.table, "image")[0].startswith("dataverse_files/inner/")


def test_isic2016_with_masks_beside_the_images(source: Path, out: Path) -> None:
    folder = "ISBI2016_ISIC_Part3B_Training_Data"
    fakes.put(source, [f"{folder}/ISIC_1.jpg", f"{folder}/ISIC_1_Segmentation.png"])
    fakes.table(
        source / "ISBI2016_ISIC_Part3B_Training_GroundTruth.csv",
        "image_id,label",
        [["ISIC_1", "malignant"]],
    )
    outcome = converted(source, out)
    assert written(outcome.table) == [
        {
            "image": f"{folder}/ISIC_1.jpg",
            "mask": f"{folder}/ISIC_1_Segmentation.png",
            "label": "malignant",
            "id": "ISIC_1",
            "split": "train",
        }
    ]


def test_isic2018_test_part_alone(source: Path, out: Path) -> None:
    fakes.put(source, ["ISIC2018_Task3_Test_Input/ISIC_9.jpg"])
    fakes.table(
        source / "ISIC2018_Task3_Test_GroundTruth" / "ISIC2018_Task3_Test_GroundTruth.csv",
        "image,MEL,NV,BCC,AKIEC,BKL,DF,VASC",
        [["ISIC_9", 0, 0, 0, 0, 0, 0, 1]],
    )
    outcome = converted(source, out)
    assert column(outcome.table, "split") == ["test"]
    assert column(outcome.table, "label") == ["vascular lesion"]
    assert "1 of 1,512 expected rows in test were found." in outcome.render()
    assert "The table says nothing of: lesion_id." in outcome.render()


def test_isic2019_without_metadata(source: Path, out: Path) -> None:
    fakes.isic2019(source)
    (source / "ISIC_2019_Training_Metadata.csv").unlink()
    outcome = converted(source, out)
    assert "The table says nothing of: lesion_id, age, sex, site." in outcome.render()


def test_isic2020_as_the_competition_has_it(source: Path, out: Path) -> None:
    fakes.put(source, ["jpeg/train/ISIC_1.jpg", "jpeg/test/ISIC_2.jpg"])
    fakes.table(
        source / "train.csv",
        "image_name,patient_id,sex,age_approx,anatom_site_general_challenge,diagnosis,"
        "benign_malignant,target",
        [["ISIC_1", "IP_1", "male", 45, "torso", "unknown", "benign", 0]],
    )
    fakes.table(source / "test.csv", "image_name,patient_id,sex", [["ISIC_2", "IP_2", "male"]])
    outcome = converted(source, out)
    assert outcome.format == "isic2020"
    assert column(outcome.table, "image") == ["jpeg/train/ISIC_1.jpg"]
    assert column(outcome.table, "split") == ["train"]


def test_isic2020_with_targets_only(source: Path, out: Path) -> None:
    fakes.put(source, ["ISIC_1.jpg", "ISIC_2.jpg"])
    rows = [["ISIC_1", "IP_1", 0], ["ISIC_2", "IP_2", 1]]
    fakes.table(source / "truth.csv", "image_name,patient_id,target", rows)
    outcome = converted(source, out)
    assert column(outcome.table, "label") == ["benign", "malignant"]


def test_pad_ufes_20_without_an_extension(source: Path, out: Path) -> None:
    fakes.pad_ufes_20(source)
    image = source / "imgs_part_1" / "PAT_1_1_1.png"
    image.rename(image.with_suffix(".jpg"))  # a smaller copy in another format
    outcome = converted(source, out)
    assert column(outcome.table, "image")[0] == "imgs_part_1/PAT_1_1_1.jpg"


def test_ph2_as_a_plain_table(source: Path, out: Path) -> None:
    fakes.put(source, ["images/IMD003.jpg", "masks/IMD003.png"])
    fakes.table(
        source / "metadata.csv",
        "image_id,asymmetry,pigment_network,dots_globules,streaks,diagnosis",
        [["IMD003", 1, "AT", "", "a", "atypical nevus"]],
    )
    outcome = converted(source, out)
    assert written(outcome.table) == [
        {
            "image": "images/IMD003.jpg",
            "mask": "masks/IMD003.png",
            "label": "atypical nevus",
            "id": "IMD003",
            "asymmetry": "1",
            "atypical_pigment_network": "1",
            "dots_and_globules": "",
            "atypical_dots_and_globules": "",
            "streaks": "0",
        }
    ]


def test_milk10k_without_ground_truth_or_dermoscopy(source: Path, out: Path) -> None:
    fakes.milk10k(source)
    (source / "MILK10k_Training_GroundTruth.csv").unlink()
    path = source / "MILK10k_Training_Metadata.csv"
    path.write_text(
        "\n".join(line for line in path.read_text().splitlines() if "ISIC_12" not in line)
    )
    outcome = converted(source, out)
    rows = {row["id"]: row for row in written(outcome.table)}
    assert rows["IL_1"]["image"] == rows["IL_1"]["clinical"]
    assert "label" not in rows["IL_1"]
    assert "There is no ground truth table" in outcome.render()


def test_fitzpatrick17k_by_its_table_alone(source: Path, out: Path) -> None:
    fakes.fitzpatrick17k(source)
    outcome = converted(source / "fitzpatrick17k.csv", out)
    assert outcome.format == "fitzpatrick17k"
    assert outcome.n_without_image == 1


def test_scin_without_labels(source: Path, out: Path) -> None:
    fakes.scin(source)
    (source / "dataset" / "scin_labels.csv").unlink()
    outcome = converted(source, out)
    assert "label" not in written(outcome.table)[0]
    assert column(outcome.table, "skin_tone") == ["FST2", "FST2", "FST5"]
    assert "There is no scin_labels.csv" in outcome.render()


def test_scin_with_an_image_that_is_gone(source: Path, out: Path) -> None:
    fakes.scin(source)
    (source / "dataset" / "images" / "-2.png").unlink()
    outcome = converted(source, out)
    assert column(outcome.table, "id") == ["-100-1", "-200-1"]
    assert column(out / "missing.csv", "id") == ["-100-2"]
    assert "2 of 5,033 expected cases" in outcome.render()


def test_derm1m_where_splits_are_a_column(source: Path, out: Path) -> None:
    fakes.put(source, ["a.jpg"])
    fakes.table(
        source / "Derm1M_v2_pretrain.csv",
        "filename,truncated_caption,disease_label,hierarchical_disease_label,split",
        [["a.jpg", "A nevus.", "nevus", "", "test"]],
    )
    outcome = converted(source, out)
    assert column(outcome.table, "split") == ["test"]


def test_make_training_with_all_masks_broken(source: Path, out: Path) -> None:
    fakes.make_training(source)
    path = source / "MAKE_training.csv"
    path.write_text(path.read_text().replace("[1, 1, 1]", "open('x')").replace("[1, 1, 0]", ""))
    outcome = converted(source, out)
    assert column(outcome.table, "knowledge_masks") == ["[1, 1, 1]", "[1, 1, 0]"]
    assert "3 masks could not be read" in outcome.render()


def test_names_of_columns_in_other_case_and_with_blanks(source: Path, out: Path) -> None:
    fakes.put(source, ["1.png"])
    fakes.table(
        source / "ddi.csv", "DDI ID,ddi_FILE,Skin Tone,Malignant", [[1, "1.png", 34, "FALSE"]]
    )
    outcome = converted(source, out)
    assert outcome.format == "ddi"
    assert outcome.dataset.class_counts() == {"benign": 1, "malignant": 0}


def test_a_table_that_is_not_utf8(source: Path, out: Path) -> None:
    fakes.put(source, ["1.png"])
    source.joinpath("ddi.csv").write_bytes(
        "DDI_file,malignant,skin_tone,disease\n1.png,True,12,Sézary\n".encode("cp1252")
    )
    converted(source, out)
    assert column(out / "ddi.csv", "disease") == ["Sézary"]


def test_a_table_that_is_broken(source: Path, out: Path) -> None:
    fakes.ddi(source)
    with (source / "ddi_metadata.csv").open("a") as stream:
        stream.write("too,few\n")
    with pytest.raises(CutisError, match="is broken"):
        convert_dataset(source, out)


NAMES = st.text("abcdeXYZ019 -_é", min_size=1, max_size=8).filter(
    lambda n: n.strip() == n and n.casefold() not in ("train", "val", "test", "na", "nan", "null")
)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.dictionaries(NAMES, st.integers(1, 3), min_size=2, max_size=4).filter(
        lambda d: len({k.casefold() for k in d}) == len(d)
    )
)
def test_every_image_of_any_folders_comes_out_once(
    tmp_path_factory: pytest.TempPathFactory, classes: dict[str, int]
) -> None:
    base = tmp_path_factory.mktemp("folders")
    files = [f"{name}/{i}.png" for name, n in classes.items() for i in range(n)]
    fakes.put(base / "s", files)
    outcome = convert_dataset(base / "s", base / "out", "imagefolder")
    assert sorted(column(outcome.table, "image")) == sorted(files)
    assert outcome.dataset.found.all()
    counted = sorted(outcome.dataset.class_counts().values())
    merged: dict[str, int] = {}
    for name, n in classes.items():
        key = " ".join(name.replace("_", " ").replace("-", " ").casefold().split())
        merged[key] = merged.get(key, 0) + n
    assert counted == sorted(merged.values())
