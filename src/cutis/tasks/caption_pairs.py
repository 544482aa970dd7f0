"""Which caption belongs to which image, with equal captions and equal images counted once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np


class CaptionPairs(NamedTuple):
    """Images, distinct captions, and the pairs between them.

    Attributes
    ----------
    rows_i
        One row of the table for each of i distinct images that have a caption, int64.
    captions
        u distinct captions, in order of first appearance.
    weights_u
        How many pairs hold each caption, int64.
    image_p, caption_p
        The p pairs as numbers of image and caption, sorted by image, int64.
    missing
        Rows without any caption.
    """

    rows_i: np.ndarray
    captions: tuple[str, ...]
    weights_u: np.ndarray
    image_p: np.ndarray
    caption_p: np.ndarray
    missing: tuple[int, ...]

    def by_caption(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the pairs sorted by caption: caption and image numbers, (p,) each."""
        order_p = np.argsort(self.caption_p, kind="stable")
        return self.caption_p[order_p], self.image_p[order_p]


def pair_captions(captions: Sequence[Sequence[str]], images: Sequence[object]) -> CaptionPairs:
    """Pair images with captions.

    Rows that name the same picture are one image, with the captions of all of them; a caption
    that an image has twice counts once. Equal captions are one, ignoring blanks around them.

    Parameters
    ----------
    captions
        The captions of each row; empty where there is none.
    images
        What identifies the picture of each row, such as its path.

    Examples
    --------
    >>> pairs = pair_captions([("a", "b"), ("b",), (), ("c",)], ["1", "2", "3", "1"])
    >>> pairs.captions, pairs.weights_u.tolist(), pairs.rows_i.tolist(), pairs.missing
    (('a', 'b', 'c'), [1, 2, 1], [0, 1], (2,))
    >>> list(zip(pairs.image_p.tolist(), pairs.caption_p.tolist()))
    [(0, 0), (0, 1), (0, 2), (1, 1)]
    """
    image_number: dict[object, int] = {}
    caption_number: dict[str, int] = {}
    rows: list[int] = []
    missing: list[int] = []
    pairs: dict[tuple[int, int], None] = {}
    for row, (texts, picture) in enumerate(zip(captions, images, strict=True)):
        if not texts:
            missing.append(row)
            continue
        if picture not in image_number:
            image_number[picture] = len(rows)
            rows.append(row)
        for text in texts:
            number = caption_number.setdefault(text.strip(), len(caption_number))
            pairs[image_number[picture], number] = None
    ordered = np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)
    counts = Counter(ordered[:, 1].tolist())
    return CaptionPairs(
        np.array(rows, dtype=np.int64),
        tuple(caption_number),
        np.array([counts[i] for i in range(len(caption_number))], dtype=np.int64),
        ordered[:, 0],
        ordered[:, 1],
        tuple(missing),
    )


def first_captions(captions: Sequence[Sequence[str]]) -> CaptionPairs:
    """Pair every row with its first caption, as the published evaluation does: row by row.

    Nothing is counted once: equal captions and equal pictures stay apart.

    Examples
    --------
    >>> pairs = first_captions([("a", "b"), (), ("a",)])
    >>> pairs.captions, pairs.rows_i.tolist(), pairs.missing
    (('a', 'a'), [0, 2], (1,))
    """
    rows = [row for row, texts in enumerate(captions) if texts]
    number_p = np.arange(len(rows), dtype=np.int64)
    return CaptionPairs(
        np.array(rows, dtype=np.int64),
        tuple(captions[row][0].strip() for row in rows),
        np.ones(len(rows), dtype=np.int64),
        number_p,
        number_p,
        tuple(row for row, texts in enumerate(captions) if not texts),
    )
