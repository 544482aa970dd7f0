"""Roles: which column is the image, the label, the lesion, the split."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from cutis.data.captions import WHOLE, asked_columns, further_columns
from cutis.data.cells import texts
from cutis.errors import CutisError, nearest_names

if TYPE_CHECKING:
    import pandas as pd

IMAGE_PATHS = (
    "image", "image_path", "filename", "file_name", "img_path", "img", "image_file", "image_name",
    "filepath", "file_path", "file", "path", "picture", "photo",
)  # fmt: skip
IMAGE_IDS = ("image_id", "img_id", "imageid", "isic_id", "isic_image", "ddi_file", "md5hash")
VIEWS: Mapping[str, tuple[str, ...]] = {
    "clinical": ("clinical", "clinical_path", "clinic", "clinical_image", "cli_path"),
    "dermoscopic": (
        "dermoscopic", "dermoscopic_path", "derm", "derm_path", "dermoscopy", "dermoscopic_image",
    ),
}  # fmt: skip
# The first name in the table wins. A column called label says so itself; the others follow from
# the most to the least customary.
LABELS = (
    "label", "binary_label", "target", "diag", "dx", "diagnosis", "disease_label", "diagnostic",
    "disease", "class", "class_name", "benign_malignant",
)  # fmt: skip
# Columns that may spell out the names of integer labels.
LABEL_NAMES = (
    "label_name", "class_name", "diag", "dx", "diagnosis", "disease_label", "diagnostic", "disease",
    "benign_malignant",
)  # fmt: skip
PATIENTS = ("patient_id", "patient", "patientid", "subject_id", "subject", "participant_id")
LESIONS = ("lesion_id", "lesion", "lesionid", "case_id", "case_num", "case")
NAMES: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "image_id", "img_id", "imageid", "isic_id", "sample_id", "row_id"),
    "patient": PATIENTS,
    "lesion": LESIONS,
    "group": ("group", "group_id", *PATIENTS, *LESIONS),  # a patient holds lesions: the safe choice
    "split": ("split", "set", "subset", "partition", "dataset_split"),
    "fold": ("fold", "kfold", "cv_fold"),
    "caption": WHOLE,
    "mask": ("mask", "mask_path", "segmentation", "lesion_mask"),
    "age": ("age", "age_approx", "patient_age", "age_years", "age_at_diagnosis"),
    "sex": ("sex", "gender", "patient_sex"),
    "site": (
        "site", "localization", "localisation", "anatom_site_general",
        "anatom_site_general_challenge", "anatom_site", "anatomical_site", "anatomic_site",
        "body_site", "body_location", "region", "location",
    ),
    "skin_tone": (
        "skin_tone", "skin_type", "fitzpatrick", "fitspatrick", "fitzpatrick_scale",
        "fitzpatrick_type", "fitzpatrick_skin_type", "fitzpatrick_label", "fst",
    ),
    "modality": ("modality", "image_type", "imaging_modality"),
}  # fmt: skip
ROLES = ("image", "label", "label_name", *NAMES, *VIEWS)


def folded(column: str) -> str:
    """Return a column name without case, blanks and punctuation.

    Examples
    --------
    >>> folded("Image Path"), folded("ImageID")
    ('image_path', 'imageid')
    """
    return re.sub(r"[^a-z0-9]+", "_", str(column).casefold()).strip("_")


def find_roles(
    table: pd.DataFrame,
    given: Mapping[str, str] | None = None,
    card: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Return the column of every role that the table has.

    Parameters
    ----------
    table
        The table as read.
    given
        Roles set by hand; they win, and their columns must exist.
    card
        Roles from the card; those whose columns are absent are passed over.

    Raises
    ------
    CutisError
        If a role or a column given by hand is unknown, if no column holds images, or if two
        columns could and nothing tells them apart.
    """
    columns = [str(column) for column in table.columns]
    by_fold: dict[str, str] = {}
    for column in columns:
        by_fold.setdefault(folded(column), column)
    roles = {
        role: given_column(role, column, columns)
        for role, column in (given or {}).items()
        if role != "caption"
    }
    for role, column in (card or {}).items():
        match = column if column in columns else by_fold.get(folded(column))
        if match is not None and role in ROLES:
            roles.setdefault(role, match)
    for role, names in (*VIEWS.items(), *NAMES.items()):
        match = next((by_fold[name] for name in names if name in by_fold), None)
        if match is not None:
            roles.setdefault(role, match)
    captions = find_captions(columns, roles, given)
    if captions:
        roles["caption"] = captions[0]
    if "image" not in roles:
        roles["image"] = _image_column(table, columns, roles)
    _label_columns(table, by_fold, roles)
    return roles


def find_captions(
    columns: Sequence[str], roles: Mapping[str, str], given: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """Return the caption columns: those given by hand, else all that are recognised.

    Raises
    ------
    CutisError
        If a column given by hand is not in the table.
    """
    if given and "caption" in given:
        asked = asked_columns(given["caption"], columns)
        return tuple(given_column("caption", name, columns) for name in asked)
    return further_columns(columns, roles.get("caption"))


def given_column(role: str, column: str, columns: Sequence[str]) -> str:
    """Return the column of the table that was given by hand for a role, whatever its spelling.

    Raises
    ------
    CutisError
        If there is no such role or no such column.
    """
    if role not in ROLES:
        raise CutisError(
            f"There is no role '{role}'.",
            allowed=f"Roles: {', '.join(ROLES)}.",
            nearest=nearest_names(role, ROLES),
        )
    if column in columns:
        return column
    alike = [name for name in columns if folded(name) == folded(column)]
    if len(alike) == 1:
        return alike[0]
    raise CutisError(
        f"The table has no column '{column}' (asked for as {role}).",
        allowed=f"Its columns: {', '.join(columns)}.",
        nearest=nearest_names(column, columns),
        fix=f"give --{role.replace('_', '-')}-column one of them",
    )


def _image_column(table: pd.DataFrame, columns: Sequence[str], roles: Mapping[str, str]) -> str:
    views = [roles[view] for view in ("dermoscopic", "clinical") if view in roles]
    for names in (IMAGE_PATHS, IMAGE_IDS):
        found = [column for column in columns if folded(column) in names]
        if found:
            return _one_of(table, sorted(found, key=lambda c: names.index(folded(c))))
    if views:
        return _one_of(table, views)
    raise CutisError(
        "The table has no image column.",
        allowed=f"Its columns: {', '.join(columns)}. Names that are recognised: "
        f"{', '.join((*IMAGE_PATHS, *IMAGE_IDS))}.",
        nearest=_nearest_image(columns),
        fix="give --image-column the column with the image paths",
    )


def _nearest_image(columns: Sequence[str]) -> tuple[str, ...]:
    close = [c for c in columns if nearest_names(folded(c), (*IMAGE_PATHS, *IMAGE_IDS), 1)]
    return tuple(close[:3])


def _one_of(table: pd.DataFrame, found: Sequence[str]) -> str:
    """Return the only candidate, or the most path-like of several that name the same images."""
    if len(found) == 1:
        return found[0]
    stems = {tuple(_stem(text) for text in texts(table[column])) for column in found}
    if len(stems) == 1:
        return max(found, key=lambda column: len(next(filter(None, texts(table[column])), "")))
    names = " and ".join(f"'{column}'" for column in found)
    raise CutisError(
        f"The columns {names} could both hold the images, and they name different ones."
        if len(found) == 2
        else f"The columns {names} could all hold the images, and they name different ones.",
        fix=f"choose one, for instance --image-column {found[0]}",
    )


def _stem(text: str | None) -> str | None:
    return PurePosixPath(text.replace("\\", "/")).stem if text else None


def _label_columns(table: pd.DataFrame, by_fold: Mapping[str, str], roles: dict[str, str]) -> None:
    if "label" not in roles:
        match = next((by_fold[name] for name in LABELS if name in by_fold), None)
        if match is None:
            return
        roles["label"] = match
    codes = texts(table[roles["label"]])
    if "label_name" in roles or not all_integers(codes):
        return
    for name in LABEL_NAMES:
        column = by_fold.get(name)
        if column is None or column == roles["label"]:
            continue
        names = texts(table[column])
        if not all_integers(names) and one_name_per_code(codes, names) is not None:
            roles["label_name"] = column
            return


def all_integers(values: Sequence[str | None]) -> bool:
    """Tell whether every value given is a whole number, and at least one is given.

    Examples
    --------
    >>> all_integers(["0", "1.0", None]), all_integers(["nv"])
    (True, False)
    """
    given = {value for value in values if value is not None}
    return bool(given) and all(re.fullmatch(r"-?\d{1,9}(\.0+)?", value) for value in given)


def one_name_per_code(
    codes: Sequence[str | None], names: Sequence[str | None]
) -> dict[int, str] | None:
    """Return the name of every integer code, or None if they do not pair one to one.

    A row without a name says nothing, a negative code means no label.

    Examples
    --------
    >>> one_name_per_code(["1", "0", "1"], ["mel", "nv", "mel"])
    {0: 'nv', 1: 'mel'}
    >>> one_name_per_code(["1", "0", "1"], ["mel", "nv", "bcc"]) is None
    True
    """
    pairs = set(zip(codes, names, strict=True))
    wanted = {int(float(code)) for code, _ in pairs if code is not None and code[0] != "-"}
    found: dict[int, str] = {}
    for code, name in pairs:
        if code is None or name is None or code[0] == "-":
            continue
        if found.setdefault(int(float(code)), name) != name:
            return None
    if set(found) != wanted or len(set(found.values())) < len(found):
        return None
    return dict(sorted(found.items()))
