"""Features, labels and captions divided into what is learned from and what chooses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cutis.errors import CutisError

if TYPE_CHECKING:
    from cutis.data import Dataset
    from cutis.features import Features
    from cutis.models.pairing.fit import Material
    from cutis.tasks.pair_rows import Parts
    from cutis.tasks.pair_scores import Validation
    from cutis.tasks.pair_texts import Texts


def divide(
    dataset: Dataset, parts: Parts, texts: Texts, features: Features
) -> tuple[Material, Validation]:
    """Divide features and texts into what is learned from and what chooses.

    Parameters
    ----------
    dataset, parts, texts
        The table, its rows, its texts.
    features
        Of the rows ``parts.rows()``, in that order; unreadable images are missing.
    """
    from cutis.models.pairing.fit import Material
    from cutis.tasks.pair_scores import Validation

    rows_m = parts.rows()[features.rows]
    train_m = set(parts.train.tolist())
    in_train = [row in train_m for row in rows_m.tolist()]
    train, val = rows_m[in_train], rows_m[[not yes for yes in in_train]]
    labels = dataset.labels if texts.classes else dataset.labels * 0 - 1
    images_nd = features.values_nd
    material = Material(
        images_nd=images_nd[in_train],
        labels_n=labels[train],
        class_texts_md=texts.class_texts_md,
        class_of_text_m=texts.class_of_text_m,
        captions_md=texts.captions_md,
        captions_of_n=[texts.captions_of_n[row] for row in train],
    )
    validation = Validation(
        images_nd=images_nd[[not yes for yes in in_train]],
        labels_n=labels[val],
        groups_n=None if dataset.groups is None else dataset.groups[val],
        class_texts_md=texts.class_texts_md,
        class_of_text_m=texts.class_of_text_m,
        classes=texts.classes,
        captions_md=texts.captions_md,
        captions_of_n=[texts.captions_of_n[row] for row in val],
    )
    return material, validation


def refuse_nothing_left(
    material: Material, validation: Validation, dataset: Dataset, parts: Parts
) -> None:
    """Refuse to train when unreadable images left nothing to learn from or to choose on.

    Raises
    ------
    CutisError
        If two classes or captions are missing on either side.
    """
    able = len(np.unique(validation.labels_n[validation.labelled()])) > 1
    if not (material.has_labels or material.has_captions):
        raise CutisError(
            f"Too few of the {len(parts.train)} training images could be read: no two classes "
            "or captions are left.",
            fix=f"cutis data check {dataset.arguments()}",
        )
    if not able and len(validation.captioned()) < 2:
        raise CutisError(
            f"The best step is chosen on {parts.val_from}, and they hold neither two classes "
            "nor two captions.",
            fix="give a split 'val' with images of all classes, or a larger --val-share",
        )
