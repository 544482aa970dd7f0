"""Text features to a classifier, and image features to probabilities."""

from __future__ import annotations

import numpy as np


def text_classifier(
    text_features_md: np.ndarray, class_of_text_m: np.ndarray, n_classes: int
) -> np.ndarray:
    """Average the texts of each class into one direction.

    Each text feature is scaled to length one, the texts of a class are averaged, and the mean is
    scaled to length one again (prompt ensembling; Radford et al., "Learning transferable visual
    models from natural language supervision", 2021).

    Parameters
    ----------
    text_features_md
        (m, d) features of the texts, of any length.
    class_of_text_m
        (m,) int, the class each text describes.
    n_classes
        The number of classes c.

    Returns
    -------
    (c, d) float32, each row of length one.

    Raises
    ------
    ValueError
        If the arrays do not fit, a class has no text, or a feature is zero or not finite.

    Examples
    --------
    >>> features = np.array([[2.0, 0.0], [0.0, 1.0], [0.0, 5.0]])
    >>> text_classifier(features, np.array([0, 0, 1]), 2).astype(float).round(4).tolist()
    [[0.7071, 0.7071], [0.0, 1.0]]
    """
    features = _unit_rows(text_features_md, "text")
    classes = np.asarray(class_of_text_m)
    if classes.shape != (features.shape[0],):
        raise ValueError(
            f"There are {features.shape[0]} text features but {classes.size} classes of texts; "
            "one class per text is needed."
        )
    member_cm = classes[None, :] == np.arange(n_classes)[:, None]
    sizes_c = member_cm.sum(axis=1)
    if sizes_c.sum() != classes.size or not sizes_c.all():
        raise ValueError(
            f"The texts describe the classes {sorted(set(classes.tolist()))}; every class from 0 "
            f"to {n_classes - 1} needs at least one text."
        )
    means_cd = member_cm @ features / sizes_c[:, None]
    return _unit_rows(means_cd, "mean text").astype(np.float32)


def zero_shot_probabilities(
    features_nd: np.ndarray, weights_cd: np.ndarray, scale: float = 100.0
) -> np.ndarray:
    """Compare images with the class directions and turn similarities into probabilities.

    The probabilities are softmax(scale * cosine); the largest logit is subtracted first, so no
    scale overflows. Everything is double precision: at scale 100 single precision rounds many
    probabilities to exactly 1, and such ties cost AUROC.

    Parameters
    ----------
    features_nd
        (n, d) image features, of any length.
    weights_cd
        (c, d) class directions of length one, from :func:`text_classifier`.
    scale
        Inverse temperature. 100 is the value of the published protocols; it does not change the
        ranking of the classes, only how sure the probabilities look.

    Returns
    -------
    (n, c) float64, each row summing to one.

    Raises
    ------
    ValueError
        If the arrays do not fit, the scale is not positive, or a feature is zero or not finite.

    Examples
    --------
    >>> weights = np.array([[1.0, 0.0], [0.0, 1.0]])
    >>> zero_shot_probabilities(np.array([[3.0, 3.0], [9.0, 0.0]]), weights, scale=2.0).round(4)
    array([[0.5   , 0.5   ],
           [0.8808, 0.1192]])
    """
    if not np.isfinite(scale) or scale <= 0:
        raise ValueError(f"The scale is {scale}; it must be a positive number, for example 100.")
    features = _unit_rows(features_nd, "image")
    weights = np.asarray(weights_cd, dtype=np.float64)
    if weights.ndim != 2 or weights.shape[1] != features.shape[1]:
        raise ValueError(
            f"The image features have {features.shape[1]} dimensions and the class directions have "
            f"shape {weights.shape}; both must come from one model."
        )
    logits_nc = scale * features @ weights.T
    powers_nc = np.exp(logits_nc - logits_nc.max(axis=1, keepdims=True))
    probs_nc: np.ndarray = powers_nc / powers_nc.sum(axis=1, keepdims=True)
    return probs_nc


def _unit_rows(rows_md: np.ndarray, kind: str) -> np.ndarray:
    rows = np.asarray(rows_md, dtype=np.float64)
    if rows.ndim != 2:
        raise ValueError(f"The {kind} features have shape {rows.shape}; they must be (rows, d).")
    length_m1 = np.linalg.norm(rows, axis=1, keepdims=True)
    bad = np.flatnonzero(~np.isfinite(length_m1[:, 0]) | (length_m1[:, 0] == 0))
    if bad.size:
        raise ValueError(
            f"The {kind} feature in row {bad[0]} is zero or not finite ({bad.size} such rows); "
            "it has no direction, so leave the row out."
        )
    return np.asarray(rows / length_m1)
