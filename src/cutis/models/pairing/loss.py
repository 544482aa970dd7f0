"""The contrastive loss of images and texts with any number of right answers each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import torch


def contrastive_loss(logits_nm: torch.Tensor, positive_nm: torch.Tensor) -> torch.Tensor:
    """Return the symmetric contrastive loss of n images and m texts.

    For each image it is the mean of -log softmax over its right texts, for each text the mean over
    its right images; the two directions count alike. With one right text per image this is the
    loss of CLIP (Radford et al., 2021); with all texts of a class it is the supervised contrastive
    loss (Khosla et al., 2020, the form with the sum outside the logarithm) between modalities.
    Rows and columns without a right answer are left out.

    Parameters
    ----------
    logits_nm
        Scaled cosines (n, m), images by texts.
    positive_nm
        True where the text belongs to the image, bool (n, m).

    Examples
    --------
    >>> import torch
    >>> logits = torch.tensor([[2.0, 0.0], [0.0, 2.0]])
    >>> round(float(contrastive_loss(logits, torch.eye(2, dtype=torch.bool))), 4)
    0.1269
    """
    return (_one_way(logits_nm, positive_nm) + _one_way(logits_nm.T, positive_nm.T)) / 2


def _one_way(logits_nm: torch.Tensor, positive_nm: torch.Tensor) -> torch.Tensor:
    count_n = positive_nm.sum(1)
    asked_n = count_n > 0
    right_n = (logits_nm.log_softmax(1) * positive_nm).sum(1) / count_n.clamp(min=1)
    return -right_n[asked_n].sum() / asked_n.sum().clamp(min=1)


def same_key(images_n: np.ndarray, texts_m: np.ndarray) -> np.ndarray:
    """Return which texts belong to which images: those with the same class or caption number.

    Parameters
    ----------
    images_n, texts_m
        Whole numbers, one per image and per text.

    Examples
    --------
    >>> same_key(np.array([0, 1]), np.array([1, 0, 1])).astype(int).tolist()
    [[0, 1, 0], [1, 0, 1]]
    """
    same: np.ndarray = np.asarray(images_n)[:, None] == np.asarray(texts_m)[None, :]
    return same
