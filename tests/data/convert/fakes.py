"""Small copies of the official layouts: the same names, columns and folders, tiny images."""

from __future__ import annotations

import csv
import io
import json
import tarfile
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from cutis.data import load_dataset
from cutis.data.convert import Conversion, convert_dataset

Rows = Sequence[Sequence[object]]


def pixels(seed: int) -> np.ndarray:
    """8 x 8 x 3 pixels that differ between seeds."""
    return np.random.default_rng(seed).integers(0, 256, (8, 8, 3)).astype(np.uint8)


def encoded(seed: int, kind: str = "PNG") -> bytes:
    """The bytes of an 8 x 8 image."""
    stream = io.BytesIO()
    Image.fromarray(pixels(seed)).save(stream, format=kind)
    return stream.getvalue()


def put(folder: Path, names: Iterable[str]) -> None:
    """Write one small image per name; the ending decides the kind."""
    kinds = {".png": "PNG", ".bmp": "BMP"}
    for seed, name in enumerate(names):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(encoded(seed, kinds.get(path.suffix.casefold(), "JPEG")))


def table(path: Path, header: str | None, rows: Rows) -> Path:
    """Write a CSV; the header is given as one line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        if header is not None:
            writer.writerow(header.split(","))
        writer.writerows(rows)
    return path


def written(path: Path) -> list[dict[str, str]]:
    """The rows of a table as text, read without our own reader."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def column(path: Path, name: str) -> list[str]:
    """One column of a table as text."""
    return [row[name] for row in written(path)]


def bytes_below(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its bytes."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def converted(source: Path, output: Path, name: str = "auto", **settings: object) -> Conversion:
    """Convert, and check what holds for every format.

    The table loads without flags, every image named is there, nothing in the source changed, and
    doing it again changes nothing.
    """
    before = bytes_below(source if source.is_dir() else source.parent)
    outcome = convert_dataset(source, output, name, **settings)
    first = bytes_below(output)
    again = convert_dataset(source, output, name, **settings)
    assert bytes_below(output) == first
    assert bytes_below(source if source.is_dir() else source.parent) == before
    data = load_dataset(outcome.table)
    assert (again.exit_code, again.render()) == (outcome.exit_code, outcome.render())
    assert (data.found.all() and len(data)) or settings.get("keep_missing")
    assert not [note for note in data.notes if "counted anew" in note]
    assert data.root == outcome.dataset.root
    return outcome


def ham10000(folder: Path) -> Path:
    """Two part folders, one mask, two images of one lesion."""
    put(folder, [f"HAM10000_images_part_1/ISIC_002430{i}.jpg" for i in (6, 7)])
    put(folder, ["HAM10000_images_part_2/ISIC_0024308.jpg"])
    put(folder, ["HAM10000_segmentations_lesion_tschandl/ISIC_0024306_segmentation.png"])
    table(
        folder / "HAM10000_metadata.csv",
        "lesion_id,image_id,dx,dx_type,age,sex,localization",
        [
            ["HAM_1", "ISIC_0024306", "nv", "histo", "50.0", "male", "trunk"],
            ["HAM_1", "ISIC_0024307", "nv", "histo", "50.0", "male", "trunk"],
            ["HAM_2", "ISIC_0024308", "mel", "histo", "", "unknown", "unknown"],
        ],
    )
    return folder


def isic2016(folder: Path) -> Path:
    """Label tables without header, the same images for two parts, one mask."""
    put(folder, [f"ISBI2016_ISIC_Part{p}_Training_Data/ISIC_0000000.jpg" for p in ("1", "3")])
    same = folder / "ISBI2016_ISIC_Part3_Training_Data" / "ISIC_0000000.jpg"
    same.write_bytes(
        (folder / "ISBI2016_ISIC_Part1_Training_Data" / "ISIC_0000000.jpg").read_bytes()
    )
    put(folder, ["ISBI2016_ISIC_Part3_Test_Data/ISIC_0000003.jpg"])
    put(folder, ["ISBI2016_ISIC_Part1_Training_GroundTruth/ISIC_0000000_Segmentation.png"])
    table(
        folder / "ISBI2016_ISIC_Part3_Training_GroundTruth.csv", None, [["ISIC_0000000", "benign"]]
    )
    table(folder / "ISBI2016_ISIC_Part3_Test_GroundTruth.csv", None, [["ISIC_0000003", "1.0"]])
    return folder


def isic2017(folder: Path) -> Path:
    """Three splits, superpixels beside the images, masks, a metadata table."""
    for word, i in (("Training", 0), ("Validation", 1), ("Test_v2", 2)):
        put(folder, [f"ISIC-2017_{word}_Data/ISIC_000000{i}.jpg"])
        put(folder, [f"ISIC-2017_{word}_Data/ISIC_000000{i}_superpixels.png"])
        put(folder, [f"ISIC-2017_{word}_Part1_GroundTruth/ISIC_000000{i}_segmentation.png"])
        table(
            folder / f"ISIC-2017_{word}_Part3_GroundTruth.csv",
            "image_id,melanoma,seborrheic_keratosis",
            [[f"ISIC_000000{i}", f"{float(i == 0)}", f"{float(i == 1)}"]],
        )
    table(
        folder / "ISIC-2017_Training_Data" / "ISIC-2017_Training_Data_metadata.csv",
        "image_id,age_approximate,sex",
        [["ISIC_0000000", "55", "female"]],
    )
    return folder


def isic2018(folder: Path) -> Path:
    """Task 3 with its lesion groupings."""
    put(folder, ["ISIC2018_Task3_Training_Input/ISIC_0024306.jpg"])
    put(folder, ["ISIC2018_Task3_Validation_Input/ISIC_0034321.jpg"])
    header = "image,MEL,NV,BCC,AKIEC,BKL,DF,VASC"
    for word, name, where in (("Training", "ISIC_0024306", 1), ("Validation", "ISIC_0034321", 3)):
        table(
            folder / f"ISIC2018_Task3_{word}_GroundTruth.csv",
            header,
            [[name, *(str(float(k == where)) for k in range(7))]],
        )
    table(
        folder / "ISIC2018_Task3_Training_LesionGroupings_2018-09-14.csv",
        "image,lesion_id,diagnosis_confirm_type",
        [["ISIC_0024306", "HAM_0000550", "histopathology"]],
    )
    return folder


def isic2019(folder: Path) -> Path:
    """Training and test with an image of none of the diagnoses."""
    put(folder, ["ISIC_2019_Training_Input/ISIC_0000000.jpg"])
    put(folder, ["ISIC_2019_Training_Input/ISIC_0000002_downsampled.jpg"])
    put(folder, ["ISIC_2019_Test_Input/ISIC_0034321.jpg"])
    header = "image,MEL,NV,BCC,AK,BKL,DF,VASC,SCC,UNK"

    def one(name: str, where: int) -> list[str]:
        return [name, *(str(float(k == where)) for k in range(9))]

    table(
        folder / "ISIC_2019_Training_GroundTruth.csv",
        header,
        [one("ISIC_0000000", 1), one("ISIC_0000002_downsampled", 7)],
    )
    table(folder / "ISIC_2019_Test_GroundTruth.csv", header, [one("ISIC_0034321", 8)])
    table(
        folder / "ISIC_2019_Training_Metadata.csv",
        "image,age_approx,anatom_site_general,lesion_id,sex",
        [["ISIC_0000000", "55.0", "anterior torso", "", "female"],
         ["ISIC_0000002_downsampled", "30.0", "head/neck", "MSK4_1", "male"]],
    )  # fmt: skip
    return folder


def isic2020(folder: Path) -> Path:
    """Both versions of the ground truth, and the list of duplicates."""
    put(folder, [f"train/ISIC_{i}.jpg" for i in (1, 2, 3)])
    rows = [
        ["ISIC_1", "IP_1", "male", "45.0", "head/neck", "unknown", "benign", "0"],
        ["ISIC_2", "IP_1", "male", "45.0", "torso", "melanoma", "malignant", "1"],
        ["ISIC_3", "IP_2", "", "", "", "nevus", "benign", "0"],
    ]
    header = (
        "image_name,patient_id,sex,age_approx,anatom_site_general_challenge,diagnosis,"
        "benign_malignant,target"
    )
    table(folder / "ISIC_2020_Training_GroundTruth.csv", header, rows)
    table(
        folder / "ISIC_2020_Training_GroundTruth_v2.csv",
        header.replace("patient_id,", "patient_id,lesion_id,"),
        [[row[0], row[1], f"IL_{row[0][-1]}", *row[2:]] for row in rows],
    )
    table(
        folder / "ISIC_2020_Training_Duplicates.csv",
        "image_name_1,image_name_2",
        [["ISIC_1", "ISIC_3"]],
    )
    return folder


def pad_ufes_20(folder: Path) -> Path:
    """Three image parts in folders, the official columns of interest."""
    put(folder, ["imgs_part_1/PAT_1_1_1.png", "imgs_part_2/PAT_2_2_2.png"])
    table(
        folder / "metadata.csv",
        "patient_id,lesion_id,smoke,age,gender,fitspatrick,region,diagnostic,itch,img_id,biopsed",
        [
            ["PAT_1", "1", "", "8", "", "", "ARM", "NEV", "False", "PAT_1_1_1.png", "False"],
            ["PAT_2", "2", "False", "55", "FEMALE", "3.0", "NECK", "BCC", "True", "PAT_2_2_2.png",
             "True"],
        ],
    )  # fmt: skip
    return folder


PH2_TEXT = """\
||   Name ||  Histological Diagnosis || Clinical Diagnosis ||  Asymmetry  || Pigment Network || \
Dots/Globules || Streaks || Regression Areas || Blue-Whitish Veil || Colors     ||
|| IMD003 ||                         ||                  0 ||          0  ||               T || \
            A ||       A ||                A ||                 A ||  4        ||
|| IMD405 || Melanoma                ||                  2 ||          2  ||              AT || \
           AT ||       P ||                P ||                 P ||  1  5  6  ||
Legends:
  Clinical Diagnosis: 0 - Common Nevus; 1 - Atypical Nevus; 2 - Melanoma.
"""


def ph2(folder: Path, workbook: bool = False) -> Path:
    """One folder per image; the text table, or the workbook."""
    for name in ("IMD003", "IMD405"):
        inner = f"PH2 Dataset images/{name}/{name}"
        put(folder, [f"{inner}_Dermoscopic_Image/{name}.bmp", f"{inner}_lesion/{name}_lesion.bmp"])
        put(folder, [f"{inner}_roi/{name}_R1_Label3.bmp"])
    if workbook:
        ph2_workbook(folder / "PH2_dataset.xlsx")
    else:
        (folder / "PH2_dataset.txt").write_text(PH2_TEXT)
    return folder


def ph2_workbook(path: Path) -> None:
    """Write the official sheet: a title, two lines of heading, crosses."""
    heading = [
        "Image Name", "Histological Diagnosis", "Common Nevus", "Atypical Nevus", "Melanoma",
        "Asymmetry\n(0/1/2)", "Pigment Network\n(AT/T)", "Dots/Globules\n(A/AT/T)",
        "Streaks\n(A/P)", "Regression Areas\n(A/P)", "Blue-Whitish Veil\n(A/P)", "White", "Red",
        "Light-Brown", "Dark-Brown", "Blue-Gray", "Black",
    ]  # fmt: skip
    nevus = ["IMD003", "", "X", "", "", 0, "T", "A", "A", "A", "A", "", "", "", "X", "", ""]
    melanoma = ["IMD405", "Melanoma", "", "", "X", 2, "AT", "AT", "P", "P", "P", "X", "", "", "",
                "X", "X"]  # fmt: skip
    workbook(path, [["PH2 dataset"], [], heading, nevus, melanoma])


def workbook(path: Path, rows: Rows) -> None:
    """Write a workbook of one sheet with shared strings and numbers; empty cells are left out."""
    strings: list[str] = []
    lines = []
    for r, row in enumerate(rows, start=1):
        cells = []
        for c, value in enumerate(row):
            place = f'r="{"ABCDEFGHIJKLMNOPQRSTUVWXYZ"[c]}{r}"'
            if isinstance(value, int):
                cells.append(f"<c {place}><v>{value}</v></c>")
            elif value:
                cells.append(f'<c {place} t="s"><v>{len(strings)}</v></c>')
                strings.append(str(value))
        lines.append(f'<row r="{r}">{"".join(cells)}</row>')
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    shared = "".join(f"<si><t>{text}</t></si>" for text in strings)
    with zipfile.ZipFile(path, "w") as book:
        book.writestr("xl/sharedStrings.xml", f"<sst {space}>{shared}</sst>")
        sheet = f"<worksheet {space}><sheetData>{''.join(lines)}</sheetData></worksheet>"
        book.writestr("xl/worksheets/sheet1.xml", sheet)


def derm7pt(folder: Path) -> Path:
    """``release_v0`` with meta tables, row numbers and images in atlas folders."""
    base = folder / "release_v0"
    put(base / "images", ["NEL/Nel025.jpg", "NEL/Nel026.jpg", "FAL/Fal001.jpg", "FAL/Fal002.jpg"])
    put(base / "images", ["A1/Aal012.jpg"])
    table(
        base / "meta" / "meta.csv",
        "case_num,diagnosis,seven_point_score,pigment_network,streaks,pigmentation,"
        "regression_structures,dots_and_globules,blue_whitish_veil,vascular_structures,"
        "location,sex,clinic,derm",
        [
            [1, "basal cell carcinoma", 0, "absent", "absent", "absent", "absent", "absent",
             "absent", "arborizing", "head neck", "male", "NEL/Nel025.jpg", "NEL/Nel026.jpg"],
            [2, "melanoma (in situ)", 5, "atypical", "irregular", "diffuse irregular",
             "blue areas", "irregular", "present", "absent", "back", "female", "FAL/Fal001.jpg",
             "FAL/Fal002.jpg"],
            [3, "clark nevus", 1, "typical", "absent", "absent", "absent", "regular", "absent",
             "absent", "back", "female", "A1/gone.jpg", "A1/Aal012.jpg"],
        ],
    )  # fmt: skip
    for word, row in (("train", 1), ("valid", 0), ("test", 2)):
        table(base / "meta" / f"{word}_indexes.csv", "indexes", [[row]])
    return folder


def milk10k(folder: Path) -> Path:
    """Two lesions for training, one of them with a single view, one for the test."""
    for lesion, names in {"IL_1": (11, 12), "IL_2": (21,), "IL_3": (31, 32)}.items():
        part = "Test" if lesion == "IL_3" else "Training"
        put(folder, [f"MILK10k_{part}_Input/{lesion}/ISIC_{n}.jpg" for n in names])
    header = (
        "lesion_id,image_type,isic_id,attribution,age_approx,sex,skin_tone_class,site,MONET_hair"
    )

    def row(lesion: str, view: str, n: int, hair: str) -> list[str]:
        kind = "dermoscopic" if view == "d" else "clinical: close-up"
        return [lesion, kind, f"ISIC_{n}", "MILK", "60", "male", "3", "trunk", hair]

    table(
        folder / "MILK10k_Training_Metadata.csv",
        header,
        [row("IL_1", "c", 11, "0.1"), row("IL_1", "d", 12, "0.2"), row("IL_2", "d", 21, "0.3")],
    )
    table(
        folder / "MILK10k_Test_Metadata.csv",
        header,
        [row("IL_3", "d", 31, "0.4"), row("IL_3", "c", 32, "0.5")],
    )
    table(
        folder / "MILK10k_Training_GroundTruth.csv",
        "lesion_id,AKIEC,BCC,BEN_OTH,BKL,DF,INF,MAL_OTH,MEL,NV,SCCKA,VASC",
        [["IL_2", *[0] * 7, 1, 0, 0, 0], ["IL_1", 0, 1, *[0] * 9]],
    )
    return folder


def fitzpatrick17k(folder: Path) -> Path:
    """One image under its hash, one under its address, one gone from the web."""
    put(folder, ["images/aa11.jpg", "images/httpwwwsitebb22jpg.jpg"])
    table(
        folder / "fitzpatrick17k.csv",
        "md5hash,fitzpatrick_scale,fitzpatrick_centaur,label,nine_partition_label,"
        "three_partition_label,qc,url,url_alphanum",
        [
            ["aa11", 3, 3, "psoriasis", "inflammatory", "non-neoplastic", "", "u", "httpaa11.jpg"],
            ["bb22", -1, 4, "melanoma", "malignant melanoma", "malignant", "3 Wrongly labelled",
             "u", "httpwwwsitebb22jpg.jpg"],
            ["cc33", 6, 6, "psoriasis", "inflammatory", "non-neoplastic", "", "u", "httpcc33.jpg"],
        ],
    )  # fmt: skip
    return folder


def ddi(folder: Path) -> Path:
    """The official table with its nameless first column."""
    put(folder, ["images/000001.png", "images/000002.png"])
    table(
        folder / "ddi_metadata.csv",
        ",DDI_ID,DDI_file,skin_tone,malignant,disease",
        [
            [0, 1, "000001.png", 56, "True", "melanoma-in-situ"],
            [1, 2, "000002.png", 12, "False", "mycosis-fungoides"],
        ],
    )
    return folder


def bcn20000(folder: Path) -> Path:
    """A training table with diagnoses, a test table without."""
    put(folder, ["BCN_20k_train/BCN_1.jpg", "BCN_20k_test/BCN_2.jpg"])
    header = "bcn_filename,age_approx,anatom_site_general,diagnosis,lesion_id,capture_date,sex"
    table(
        folder / "bcn_20k_train.csv",
        header,
        [["BCN_1.jpg", 55.0, "anterior torso", "MEL", "BCN_L1", "2012-05-16", "male"]],
    )
    table(
        folder / "bcn_20k_test.csv",
        header.replace("diagnosis,", ""),
        [["BCN_2.jpg", 40.0, "", "BCN_L2", "2013-05-16", "female"]],
    )
    return folder


def scin(folder: Path) -> Path:
    """One case with two images and a differential, one without a diagnosis."""
    put(folder, ["dataset/images/-1.png", "dataset/images/-2.png", "dataset/images/-3.png"])
    table(
        folder / "dataset" / "scin_cases.csv",
        "case_id,age_group,sex_at_birth,fitzpatrick_skin_type,textures_flat,body_parts_arm,"
        "body_parts_palm,image_1_path,image_2_path,image_3_path,image_1_shot_type,"
        "image_2_shot_type,image_3_shot_type",
        [
            ["-100", "AGE_18_TO_29", "FEMALE", "FST2", "YES", "YES", "", "dataset/images/-1.png",
             "dataset/images/-2.png", "", "CLOSE_UP", "AT_DISTANCE", ""],
            ["-200", "AGE_UNKNOWN", "MALE", "FST5", "", "YES", "YES", "dataset/images/-3.png", "",
             "", "AT_ANGLE", "", ""],
        ],
    )  # fmt: skip
    table(
        folder / "dataset" / "scin_labels.csv",
        "case_id,dermatologist_fitzpatrick_skin_type_label_1,weighted_skin_condition_label",
        [["-200", "", "{}"], ["-100", "FST3", "{'Eczema': 0.41, 'Urticaria': 0.59}"]],
    )
    return folder


def class_folders(folder: Path, *names: str, splits: Sequence[str] = ("",)) -> Path:
    """One image in each folder, below each split."""
    for split in splits:
        put(folder / split, [f"{name}/{split or 'a'}{i}.jpg" for i, name in enumerate(names)])
    return folder


def skincap(folder: Path) -> Path:
    """The official table with two captions."""
    put(folder, ["skincap/1.png", "skincap/2.png"])
    table(
        folder / "skincap_v240623.csv",
        "id,skincap_file_path,ori_file_path,disease,caption_zh,caption_zh_polish,"
        "caption_zh_polish_en",
        [
            [1, "1.png", "aa.jpg", "psoriasis", "斑块", "红色斑块", "A red plaque, scaly."],
            [2, "2.png", "bb.jpg", "nevus", "痣", "痣", "A brown macule."],
        ],
    )
    return folder


DERM1M_HEADER = (
    "filename,caption,truncated_caption,source,source_type,disease_label,"
    "hierarchical_disease_label,skin_concept,body_location,symptoms,age,gender"
)


def derm1m(folder: Path) -> Path:
    """Pretraining and validation tables with the phrases that stand for nothing."""
    put(folder, ["youtube/a b.jpg", "pubmed/x.png", "edu/x.png"])
    table(
        folder / "Derm1M_v2_pretrain.csv",
        DERM1M_HEADER,
        [
            ["youtube/a b.jpg", "Long text. It goes on.", "Red plaques, e.g. on the elbow. They "
             "itch!", "youtube", "edu", "nummular eczema",
             "inflammatory, non-infectious, eczema, Eczema, nummular eczema", "plaque, red,plaque",
             "elbow", "No symptom information", "No age information", "female"],
            ["pubmed/x.png", "nan", "", "pubmed", "knowledge", "No definitive diagnosis",
             "No definitive diagnosis", "No visual concepts", "No body location information",
             "No symptom information", "45", "No gender information"],
        ],
    )  # fmt: skip
    table(
        folder / "Derm1M_v2_validation.csv",
        DERM1M_HEADER,
        [["edu/x.png", "A mole.", "A mole.", "edu", "edu", "dermatitis", "", "macule", "back",
          "itch", "30", "male"]],
    )  # fmt: skip
    ontology = {"root": ["inflammatory"], "inflammatory": ["eczema, dermatitis"],
                "eczema, dermatitis": []}  # fmt: skip
    (folder / "ontology.json").write_text(json.dumps(ontology))
    return folder


def make_training(folder: Path) -> Path:
    """Rows with paths of another computer and masks as Python lists."""
    put(folder, ["textbook/a, b.png", "textbook/c.png", "other/c.png"])
    header = (
        "filename,caption,truncated_caption,source,standardized_disease,skin_concept_standarized,"
        "body_location,age,gender,visual_concept_caption,ontology_caption,sub_captions,"
        + ",".join(f"subcaption_{k}" for k in range(1, 9))
        + ",sub_caption_mask,knowledge_masks"
    )
    table(
        folder / "MAKE_training.csv",
        header,
        [
            ["/other/textbook/a, b.png", "A. B.", "A. B.", "textbook_english", "eczema", "patch",
             "No body location information", "No age information", "No gender information",
             "shows patch", "is eczema", 2, "A", "B", "junk", *[""] * 5,
             "[1, 1, 0, 0, 0, 0, 0, 0]", "[1, 1, 1]"],
            ["/other/textbook/c.png", "C.", "C.", "textbook_english", "psoriasis",
             "No visual concepts", "arm", "5", "male", "", "is psoriasis", 1, "C", *[""] * 7,
             "__import__('os').system('touch pwned')", "[1, 1, 0]"],
        ],
    )  # fmt: skip
    return folder


def isic_archive(folder: Path) -> Path:
    """The archive's table of today, with gaps in the patients."""
    put(folder, [f"ISIC_{i}.jpg" for i in (1, 2, 3)])
    table(
        folder / "metadata.csv",
        "isic_id,attribution,copyright_license,age_approx,anatom_site_general,diagnosis_1,"
        "diagnosis_2,diagnosis_3,image_type,lesion_id,patient_id,sex,fitzpatrick_skin_type",
        [
            ["ISIC_1", "X", "CC-0", 50, "head/neck", "Malignant", "Melanoma", "Melanoma, NOS",
             "dermoscopic", "IL_1", "IP_1", "male", "II"],
            ["ISIC_2", "X", "CC-BY", "", "", "Benign", "Nevi", "Nevus", "clinical: close-up",
             "IL_2", "", "female", ""],
            ["ISIC_3", "X", "CC-BY", "", "", "Indeterminate", "", "", "dermoscopic", "IL_2", "",
             "", ""],
        ],
    )  # fmt: skip
    return folder


def medmnist(path: Path, side: int = 8, **more: np.ndarray) -> Path:
    """A small archive in the published form."""
    path.parent.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, np.ndarray] = {}
    for seed, (split, n) in enumerate((("train", 4), ("val", 2), ("test", 3))):
        rng = np.random.default_rng(seed)
        arrays[f"{split}_images"] = rng.integers(0, 256, (n, side, side, 3)).astype(np.uint8)
        arrays[f"{split}_labels"] = (np.arange(n, dtype=np.uint8)[:, None] + seed) % 7
    np.savez(path, **{**arrays, **more})
    return path


def shard(path: Path, members: Mapping[str, bytes]) -> Path:
    """A tar file; a name that ends in ``@`` becomes a link."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w:gz" if path.suffix in (".gz", ".tgz") else "w") as tar:
        for name, data in members.items():
            info = tarfile.TarInfo(name.rstrip("@"))
            if name.endswith("@"):
                info.type, info.linkname = tarfile.SYMTYPE, data.decode()
                tar.addfile(info)
            else:
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))
    return path
