"""Every official table finds its card, and only its card."""

from __future__ import annotations

from pathlib import Path

import pytest

from cutis.data import load_dataset
from cutis.data.cards import DatasetCard, bundled_cards
from cutis.data.matching import matching_card, matching_cards
from cutis.errors import CutisError
from tests.data.builders import write_csv

# card, an official header, cells of its first row where they matter, the path it lies at
HEADERS: list[tuple[str, str, dict[str, str], str]] = [
    ("ham10000", "lesion_id,image_id,dx,dx_type,age,sex,localization", {"dx": "mel"}, "t.csv"),
    ("ham10000", "lesion_id,image_id,dx,dx_type,age,sex,localization,dataset", {}, "t.csv"),
    ("ham10000-clean", "image,label,split", {"label": "5"}, "HAM_clean.csv"),
    (
        "ham10000-zero-shot",
        "image_path,label,diag",
        {"label": "4", "diag": "melanoma"},
        "HAM-official-7-zero-shot/meta.csv",
    ),
    (
        "pad-ufes-20",
        "patient_id,lesion_id,smoke,drink,background_father,background_mother,age,pesticide,gender,"
        "skin_cancer_history,cancer_history,has_piped_water,has_sewage_system,fitspatrick,region,"
        "diameter_1,diameter_2,diagnostic,itch,grew,hurt,changed,bleed,elevation,img_id,biopsed",
        {"diagnostic": "BCC"},
        "metadata.csv",
    ),
    (
        "pad-ufes-20",
        "clinical_path,target,smoke,drink,age,pesticide,gender,skin_cancer_history,cancer_history,"
        "fitspatrick,region,diameter_1,diameter_2,itch,grew,hurt,changed,bleed,elevation",
        {"target": "3"},
        "PAD/meta/train.csv",
    ),
    ("pad-ufes-20-panderm", "image,label,split", {"label": "2"}, "pad/2000.csv"),
    ("pad-ufes-20-zero-shot", "image_path,label,diag", {"label": "2"}, "pad-zero-shot/meta.csv"),
    ("isic2017", "image_id,melanoma,seborrheic_keratosis", {}, "gt.csv"),
    ("isic2018", "image,MEL,NV,BCC,AKIEC,BKL,DF,VASC", {}, "gt.csv"),
    ("isic2019", "image,MEL,NV,BCC,AK,BKL,DF,VASC,SCC,UNK", {}, "gt.csv"),
    (
        "isic2019",
        "image,MEL,NV,BCC,AK,BKL,DF,VASC,SCC,UNK,age_approx,anatom_site_general,lesion_id,sex",
        {},
        "gt.csv",
    ),
    (
        "isic2020",
        "image_name,patient_id,sex,age_approx,anatom_site_general_challenge,diagnosis,"
        "benign_malignant,target",
        {"benign_malignant": "benign"},
        "train.csv",
    ),
    ("isic2020-zero-shot", "image_path,label,diag", {"label": "1"}, "isic2020-2-zero-shot/a.csv"),
    (
        "isic2024",
        "isic_id,target,patient_id,age_approx,sex,anatom_site_general,clin_size_long_diam_mm,"
        "image_type,tbp_tile_type,tbp_lv_A,tbp_lv_Aext,attribution,copyright_license",
        {"target": "0", "attribution": "Memorial Sloan Kettering Cancer Center"},
        "train-metadata.csv",
    ),
    (
        "derm7pt",
        "case_num,diagnosis,seven_point_score,pigment_network,streaks,pigmentation,"
        "regression_structures,dots_and_globules,blue_whitish_veil,vascular_structures,"
        "level_of_diagnostic_difficulty,elevation,location,sex,clinic,derm,case_id,notes",
        {"diagnosis": "clark nevus"},
        "meta.csv",
    ),
    ("derm7pt-panderm", "image,binary_label,split", {}, "atlas-clinical-all.csv"),
    (
        "milk10k",
        "lesion_id,AKIEC,BCC,BEN_OTH,BKL,DF,INF,MAL_OTH,MEL,NV,SCCKA,VASC",
        {},
        "MILK10k_Training_GroundTruth.csv",
    ),
    (
        "milk10k",
        "derm_path,clinical_path,target,age,sex,site,ulceration_crust,erythema",
        {"target": "10"},
        "MILK-11/meta/train.csv",
    ),
    (
        "fitzpatrick17k",
        "md5hash,fitzpatrick_scale,fitzpatrick_centaur,label,nine_partition_label,"
        "three_partition_label,qc,url,url_alphanum",
        {"label": "acne"},
        "fitzpatrick17k.csv",
    ),
    ("fitzpatrick17k-zero-shot", "filename,label", {"label": "3"}, "MAKE_F17K.csv"),
    (
        "ddi",
        ",DDI_ID,DDI_file,skin_tone,malignant,disease",
        {"malignant": "True"},
        "ddi_metadata.csv",
    ),
    ("ddi-panderm", "image,binary_label,split", {}, "ddi_clean.csv"),
    ("hiba-panderm", "image,binary_label,split", {}, "hiba.csv"),
    ("mskcc-panderm", "image,binary_label,split", {}, "mskcc.csv"),
    ("bcn20000-panderm", "image,label,split", {"label": "8"}, "bcn20000.csv"),
    ("dermnet-23-panderm", "image,label,split", {"label": "22"}, "dermnet.csv"),
    ("patch16", "image,label,split", {"label": "15"}, "patch.csv"),
    ("sd-128-zero-shot", "image_path,label,diag", {}, "sd-128-zero-shot/meta.csv"),
    ("snu-134-zero-shot", "image_path,label,diag", {}, "snu-134-zero-shot/meta.csv"),
    ("daffodil-5-zero-shot", "image_path,label,diag", {"label": "1"}, "daffodil-5-zero-shot/m.csv"),
    ("ph2-zero-shot", "image_path,label,diag", {"label": "1"}, "ph2-2-zero-shot/meta.csv"),
    (
        "bcn20000",
        "bcn_filename,age_approx,anatom_site_general,diagnosis,lesion_id,capture_date,sex,split",
        {"diagnosis": "MEL"},
        "bcn_20k_train.csv",
    ),
    (
        "bcn20000",
        "isic_id,attribution,copyright_license,age_approx,benign_malignant,diagnosis,sex",
        {"attribution": "Department of Dermatology, Hospital Clínic de Barcelona",
         "diagnosis": "nevus"},
        "metadata.csv",
    ),
    (
        "hiba",
        "isic_id,attribution,copyright_license,age_approx,diagnosis_1,diagnosis_3,sex,patient_id",
        {"attribution": "Hospital Italiano de Buenos Aires"},
        "metadata.csv",
    ),
    (
        "mskcc",
        "isic_id,attribution,copyright_license,age_approx,diagnosis,sex",
        {"attribution": "Memorial Sloan Kettering Cancer Center", "diagnosis": "nevus"},
        "metadata.csv",
    ),
    (
        "scin",
        "case_id,source,release,year,age_group,sex_at_birth,fitzpatrick_skin_type,image_1_path,"
        "image_2_path,image_3_path",
        {},
        "scin_cases.csv",
    ),
    (
        "skincap",
        "id,skincap_file_path,ori_file_path,disease,caption_zh,remark,caption_zh_polish,"
        "caption_zh_polish_en",
        {"disease": "acne"},
        "skincap.csv",
    ),
    ("skincap-captioning", "id,disease,caption_zh,caption_en,source", {}, "skincap.csv"),
    ("skincap", "filename,caption_zh_polish_en", {}, "skincap/meta.csv"),
    ("skincon", ",ImageID,Vesicle,Papule,Macule,Plaque,Abscess,Nodule", {}, "annotations.csv"),
    (
        "derm1m",
        "filename,caption,truncated_caption,source,source_type,disease_label,"
        "hierarchical_disease_label,skin_concept,body_location,symptoms,age,gender",
        {},
        "Derm1M_v2_pretrain.csv",
    ),
    (
        "derm1m-holdout",
        "filename,caption,truncated_caption,source,source_type,disease_label,"
        "hierarchical_disease_label,skin_concept,body_location,symptoms,age,gender",
        {},
        "Derm1M_v2_validation.csv",
    ),
    ("derm1m-holdout", "image_path,truncated_caption,label", {}, "Derm1M-hold_out/meta.csv"),
    (
        "make-training",
        "filename,caption,truncated_caption,source,source_type,standardized_disease,ontology_final,"
        "skin_concept_standarized,visual_concept_caption,ontology_caption,sub_captions,"
        "subcaption_1,subcaption_2,sub_caption_mask,knowledge_masks",
        {},
        "MAKE_training.csv",
    ),
    (
        "ph2",
        "image_id,histology,asymmetry,pigment_network,dots_globules,streaks,regression_areas,"
        "blue_whitish_veil,diagnosis,caption",
        {"diagnosis": "common nevus"},
        "metadata.csv",
    ),
]  # fmt: skip


def found_in(
    header: str, row: dict[str, str], path: Path, cards: list[DatasetCard] | None = None
) -> list[str]:
    columns = header.split(",")
    cells = {column: {row[column]} if column in row else {"x"} for column in columns}
    labels = {card.columns.get("label", "label") for card in bundled_cards().values()} - set(row)
    return [
        card.name
        for card in matching_cards(
            columns, lambda c: set() if c in labels else cells[c], path, cards
        )
    ]


@pytest.mark.parametrize(
    ("name", "header", "row", "path"), HEADERS, ids=[f"{h[0]}:{h[3]}" for h in HEADERS]
)
def test_an_official_header_finds_exactly_its_card(
    tmp_path: Path, name: str, header: str, row: dict[str, str], path: str
) -> None:
    assert found_in(header, row, tmp_path / path) == [name]


def test_every_card_with_a_signature_has_an_official_header_here() -> None:
    known = {name for name, card in bundled_cards().items() if card.signature}
    assert {name for name, *_ in HEADERS} == known


def test_bare_signatures_do_not_collide(tmp_path: Path) -> None:
    for card in bundled_cards().values():
        for form in (card.signature, *card.other_signatures):
            if not form:
                continue
            path = tmp_path / (card.files[0].replace("*", "x") if card.files else "t.csv")
            row = {c: words for c, words in card.where.items() if c in form}
            assert found_in(",".join(form), row, path) == [card.name], card.name


def test_foreign_labels_are_another_dataset() -> None:
    columns = ["lesion_id", "image_id", "dx", "dx_type", "age"]
    assert matching_card(columns, lambda _: {"acne", "eczema", "mel"}) is None
    assert matching_card(["image", "dx"], lambda _: {"mel", "nv"}) is None


def test_a_plain_table_elsewhere_is_no_benchmark(tmp_path: Path) -> None:
    assert found_in("image_path,label,diag", {"label": "1"}, tmp_path / "mine/meta.csv") == []
    assert found_in("image,label,split", {"label": "1"}, tmp_path / "2000.csv") == []


def test_one_stranger_among_the_cells_is_enough_to_doubt(tmp_path: Path) -> None:
    columns = ["isic_id", "attribution", "diagnosis_1"]
    mixed = {"attribution": {"Memorial Sloan Kettering Cancer Center", "ViDIR Group"}}
    assert matching_card(columns, lambda c: mixed.get(c, set())) is None


def test_a_table_that_fits_two_cards_names_both_and_the_flag(tmp_path: Path) -> None:
    header = "image,MEL,NV,BCC,AKIEC,BKL,DF,VASC,SCC,AK"  # both challenges' columns at once
    table = write_csv(tmp_path / "t.csv", f"{header}\na.jpg,1,0,0,0,0,0,0,0,0")
    with pytest.raises(CutisError) as raised:
        load_dataset(table)
    message = str(raised.value)
    for words in ("fit 2 dataset cards: isic2018 and isic2019", "--card isic2018", "--card none"):
        assert words in message
    assert load_dataset(table, card="isic2018").labels.tolist() == [0]


def test_an_explicit_card_is_never_questioned(tmp_path: Path) -> None:
    table = write_csv(
        tmp_path / "t.csv", "lesion_id,image_id,dx,dx_type\nL1,a,mel,histo\nL2,b,nv,histo"
    )
    assert load_dataset(table).name == "ham10000"
    assert load_dataset(table, card="none").classes == ("mel", "nv")


ONE_HOT = {"isic2017", "isic2018", "isic2019"}


def cell(name: str, column: str, row: dict[str, str], number: int) -> str:
    """A cell as the official table may have it."""
    if name in ONE_HOT and column not in ("image", "image_id", "lesion_id", "age_approx", "sex"):
        return str(int(column in ("melanoma", "MEL")))
    return row.get(column, f"{column} {number}")


@pytest.mark.parametrize(
    ("name", "header", "row", "path"),
    [entry for entry in HEADERS if entry[3] != "MILK10k_Training_GroundTruth.csv"],
    ids=[f"{h[0]}:{h[3]}" for h in HEADERS if h[3] != "MILK10k_Training_GroundTruth.csv"],
)
def test_an_official_table_loads_unchanged(
    tmp_path: Path, name: str, header: str, row: dict[str, str], path: str
) -> None:
    card = bundled_cards()[name]
    label = card.columns.get("label", "label")
    known = {label: card.classes[0].spellings()[-1]} if card.classes else {}
    lines = [
        ",".join(f'"{cell(name, c, known | row, number)}"' for c in header.split(","))
        for number in (1, 2)
    ]
    data = load_dataset(write_csv(tmp_path / path, "\n".join([header, *lines])))
    assert data.name == name
    assert len(data) == 2
    assert len(set(data.ids)) == 2
    if card.classes and "target" not in header:
        assert (data.labels >= 0).all() or "label" not in data.roles
    if card.grouped_by and any(c in header for c in ("lesion_id", "patient_id", "case_id")):
        assert data.groups is not None
    if "caption" in card.columns:
        assert all(row_of for row_of in data.captions())


def test_the_milk_ground_truth_alone_has_no_image(tmp_path: Path) -> None:
    header = "lesion_id,AKIEC,BCC,BEN_OTH,BKL,DF,INF,MAL_OTH,MEL,NV,SCCKA,VASC"
    table = write_csv(tmp_path / "gt.csv", f"{header}\nIL_1{',0' * 10},1")
    with pytest.raises(CutisError, match="no image column"):
        load_dataset(table)
    data = load_dataset(table, columns={"image": "lesion_id"})
    assert [data.classes[i] for i in data.labels] == ["vascular lesion or hemorrhage"]
