"""Which column plays which role."""

from __future__ import annotations

import pandas as pd
import pytest

from cutis.data.roles import ROLES, find_roles
from cutis.errors import CutisError


def frame(**columns: list[object]) -> pd.DataFrame:
    return pd.DataFrame(columns)


PUBLISHED = {
    "panderm": (
        {"image": ["a.png", "b.png"], "label": ["0", "1"], "split": ["train", "test"]},
        {"image": "image", "label": "label", "split": "split"},
    ),
    "panderm binary": (
        {"image": ["a.png", "b.png"], "binary_label": ["0", "1"], "split": ["train", "test"]},
        {"image": "image", "label": "binary_label", "split": "split"},
    ),
    "zero-shot tables": (
        {"image_path": ["a", "b"], "label": ["1", "0"], "diag": ["MEL", "NEV"]},
        {"image": "image_path", "label": "label", "label_name": "diag"},
    ),
    "make": (
        {"filename": ["x/a", "x/b"], "label": ["3", "0"], "truncated_caption": ["p", "q"],
         "caption": ["pp", "qq"], "age": ["No age information", "30"], "gender": ["m", "f"],
         "body_location": ["arm", "leg"]},
        {"image": "filename", "label": "label", "caption": "truncated_caption", "age": "age",
         "sex": "gender", "site": "body_location"},
    ),
    "concepts": (
        {"ImageID": ["a", "b"], "Papule": ["0", "1"]},
        {"image": "ImageID", "id": "ImageID"},
    ),
    "isic archive": (
        {"isic_id": ["a", "b"], "age_approx": ["40", "50"], "anatom_site_general": ["x", "y"],
         "diagnosis": ["nevus", "melanoma"], "sex": ["male", "female"], "lesion_id": ["1", "2"]},
        {"image": "isic_id", "id": "isic_id", "age": "age_approx", "site": "anatom_site_general",
         "label": "diagnosis", "sex": "sex", "group": "lesion_id", "lesion": "lesion_id"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("contract", PUBLISHED)
def test_published_contracts_need_no_flag(contract: str) -> None:
    columns, roles = PUBLISHED[contract]
    assert find_roles(pd.DataFrame(columns)) == roles


@pytest.mark.parametrize("name", ["Image", "IMAGE_PATH", "Image Path", "file-name", "ImageID"])
def test_case_and_punctuation_do_not_matter(name: str) -> None:
    assert find_roles(frame(**{name: ["a"]}))["image"] == name


def test_the_patient_is_the_group_when_lesions_are_given_too() -> None:
    roles = find_roles(frame(image=["a"], lesion_id=["1"], patient_id=["p"]))
    assert (roles["group"], roles["lesion"], roles["patient"]) == (
        "patient_id", "lesion_id", "patient_id",
    )  # fmt: skip


def test_no_image_column_lists_the_columns_and_the_recognised_names() -> None:
    with pytest.raises(CutisError) as raised:
        find_roles(frame(imgae=["a.jpg"], dx=["nv"]))
    text = str(raised.value)
    assert "no image column" in text
    assert "imgae, dx" in text
    assert "image_path" in text
    assert raised.value.nearest == ("imgae",)
    assert "--image-column" in text


def test_two_image_columns_that_differ_are_refused_by_name() -> None:
    table = frame(image=["a.jpg", "b.jpg"], filename=["c.jpg", "d.jpg"])
    with pytest.raises(CutisError) as raised:
        find_roles(table)
    text = str(raised.value)
    assert "'image'" in text
    assert "'filename'" in text
    assert "--image-column" in text
    assert find_roles(table, {"image": "filename"})["image"] == "filename"


def test_two_views_without_a_main_image_are_refused() -> None:
    table = frame(derm_path=["a.jpg"], clinical_path=["b.jpg"], target=["0"])
    with pytest.raises(CutisError, match="'derm_path' and 'clinical_path'"):
        find_roles(table)
    roles = find_roles(table, {"image": "clinical_path"})
    assert roles["dermoscopic"] == "derm_path"


def test_one_view_alone_is_the_image() -> None:
    assert find_roles(frame(clinical_path=["b.jpg"]))["image"] == "clinical_path"


def test_two_columns_that_name_the_same_images_are_no_conflict() -> None:
    table = frame(image=["a", "b"], image_path=["x/a.jpg", "x/b.jpg"])
    assert find_roles(table)["image"] == "image_path"


def test_a_path_column_beats_an_id_column() -> None:
    roles = find_roles(frame(image_id=["1", "2"], image_path=["x.jpg", "y.jpg"]))
    assert (roles["image"], roles["id"]) == ("image_path", "image_id")


def test_an_unknown_role_or_column_is_answered_with_the_nearest() -> None:
    with pytest.raises(CutisError) as raised:
        find_roles(frame(image=["a"]), {"lable": "image"})
    assert raised.value.nearest[0] == "label"
    assert set(ROLES) >= {"image", "label", "group", "split", "id"}
    with pytest.raises(CutisError) as raised:
        find_roles(frame(image=["a"], diagnosis=["nv"]), {"label": "diagnoses"})
    assert raised.value.nearest[0] == "diagnosis"


def test_a_column_by_hand_may_differ_in_case() -> None:
    assert find_roles(frame(Foto=["a"]), {"image": "foto"})["image"] == "Foto"


def test_card_columns_are_passed_over_when_absent() -> None:
    table = frame(image=["a"], dx=["nv"])
    assert find_roles(table, None, {"label": "diagnostic", "image": "img_id"})["label"] == "dx"


def test_what_is_given_beats_the_card_and_the_card_beats_the_name() -> None:
    table = frame(image=["a"], label=["x"], benign_malignant=["benign"])
    card = {"label": "benign_malignant"}
    assert find_roles(table, None, card)["label"] == "benign_malignant"
    assert find_roles(table, {"label": "label"}, card)["label"] == "label"


def test_names_pair_with_codes_only_one_to_one() -> None:
    table = frame(image=["a", "b", "c"], label=["0", "1", "1"], diag=["nv", "mel", "bcc"])
    assert "label_name" not in find_roles(table)
    table["diag"] = ["nv", "mel", "mel"]
    assert find_roles(table)["label_name"] == "diag"


def test_label_beats_diagnosis_when_both_are_names() -> None:
    roles = find_roles(frame(image=["a"], diagnosis=["nevus"], label=["benign"]))
    assert roles["label"] == "label"
    assert "label_name" not in roles
