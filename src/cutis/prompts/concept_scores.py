"""How strongly an image shows a concept: texts with the concept against texts without it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np

Variant = Literal["per-template", "flattened"]
PUBLISHED_TEMPERATURE = math.exp(-4.5944)


class ConceptDirections(NamedTuple):
    """Means of unit text features, which give mean cosines in one product.

    Attributes
    ----------
    targets_kcd
        (k, c, d) mean over the terms of each of c concepts in each of k templates.
    references_kd
        (k, d) mean over the references of each template.
    n_terms_c
        (c,) int, terms of each concept.
    n_references_k
        (k,) int, references of each template.
    """

    targets_kcd: np.ndarray
    references_kd: np.ndarray
    n_terms_c: np.ndarray
    n_references_k: np.ndarray


def concept_directions(
    targets_ktd: Sequence[np.ndarray], references_rd: Sequence[np.ndarray]
) -> ConceptDirections:
    """Average unit text features over terms and over references.

    Parameters
    ----------
    targets_ktd
        For each of c concepts (k, t, d) text features of its t terms in k templates; t may differ
        between concepts. Of any length.
    references_rd
        For each of k templates (r, d) text features of its references.

    Raises
    ------
    ValueError
        If the shapes do not fit, or a feature is zero or not finite.

    Examples
    --------
    >>> one = concept_directions([np.array([[[2.0, 0.0], [0.0, 3.0]]])], [np.array([[0.0, 1.0]])])
    >>> one.targets_kcd.tolist(), one.n_terms_c.tolist()
    ([[[0.5, 0.5]]], [2])
    """
    k = len(references_rd)
    if not targets_ktd or any(part.ndim != 3 or part.shape[0] != k for part in targets_ktd):
        raise ValueError(
            f"Every concept needs features of shape (templates, terms, d) for the {k} templates "
            "that have references."
        )
    means_ckd = [_unit(part, "concept").mean(axis=1) for part in targets_ktd]
    return ConceptDirections(
        np.stack(means_ckd, axis=1),
        np.stack([_unit(part, "reference").mean(axis=0) for part in references_rd]),
        np.array([part.shape[1] for part in targets_ktd]),
        np.array([part.shape[0] for part in references_rd]),
    )


def concept_scores(
    images_nd: np.ndarray,
    directions: ConceptDirections,
    temperature: float,
    variant: Variant = "per-template",
) -> np.ndarray:
    """Return the probability that each image shows each concept, against neutral texts.

    With a the mean cosine of the image to the texts with the concept and r that to the references,
    the score is sigmoid((a - r) / temperature), which equals the softmax over the two (Kim et al.,
    "Transparent medical image AI via an image-text foundation model grounded in medical
    literature", 2024). ``per-template`` averages this over templates; ``flattened`` averages the
    cosines of all templates first and compares once. Double precision throughout: at the
    published temperature single precision makes ties of many scores, which cost AUROC.

    Parameters
    ----------
    images_nd
        (n, d) image features of any length.
    directions
        From :func:`concept_directions`.
    temperature
        Divisor of the difference; published is 1/exp(4.5944) = 0.0101083.
    variant
        The order of averaging.

    Returns
    -------
    (n, c) float64 between 0 and 1.

    Raises
    ------
    ValueError
        If the temperature is not positive, the lengths of features differ, or an image feature is
        zero or not finite.

    Examples
    --------
    >>> up, right = np.array([0.0, 1.0]), np.array([1.0, 0.0])
    >>> one = concept_directions([right[None, None]], [up[None]])
    >>> concept_scores(np.array([[5.0, 0.0], [3.0, 3.0]]), one, temperature=1.0).round(4)
    array([[0.7311],
           [0.5   ]])
    """
    if not (math.isfinite(temperature) and temperature > 0):
        raise ValueError(f"The temperature is {temperature}; it must be a positive number.")
    images = _unit(np.asarray(images_nd), "image")
    if images.shape[-1] != directions.references_kd.shape[-1]:
        raise ValueError(
            f"The image features have {images.shape[-1]} dimensions, the texts "
            f"{directions.references_kd.shape[-1]}; both must come from one model."
        )
    if variant == "flattened":
        shares_k = directions.n_references_k / directions.n_references_k.sum()
        reference_n = images @ (shares_k @ directions.references_kd)
        gap_nc = images @ directions.targets_kcd.mean(axis=0).T - reference_n[:, None]
        return _sigmoid(gap_nc / temperature)
    total_nc = np.zeros((images.shape[0], directions.targets_kcd.shape[1]))
    for target_cd, reference_d in zip(
        directions.targets_kcd, directions.references_kd, strict=True
    ):
        total_nc += _sigmoid((images @ (target_cd - reference_d).T) / temperature)
    return total_nc / len(directions.references_kd)


def _sigmoid(x: np.ndarray) -> np.ndarray:
    power = np.exp(-np.abs(x))
    out: np.ndarray = np.where(x >= 0, 1.0, power) / (1.0 + power)
    return out


def _unit(features: np.ndarray, kind: str) -> np.ndarray:
    rows = np.asarray(features, dtype=np.float64)
    length = np.linalg.norm(rows, axis=-1, keepdims=True)
    if not (np.isfinite(length).all() and (length > 0).all()):
        raise ValueError(f"A {kind} feature is zero or not finite, so it has no direction.")
    return np.asarray(rows / length)
