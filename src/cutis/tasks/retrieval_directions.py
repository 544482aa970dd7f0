"""One direction of retrieval: ranks, metrics, and a table with a row per query."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from cutis.errors import CutisError

if TYPE_CHECKING:
    import pandas as pd

    from cutis.stats import Ranks, RetrievalResult, Settings
    from cutis.tasks.caption_pairs import CaptionPairs

IMAGE_TO_TEXT, TEXT_TO_IMAGE = "image-to-text", "text-to-image"
IMAGE_TO_IMAGE = "image-to-image"
DIAGONAL = "diagonal"
# Items a report shows of each list; the ranks are exact whatever this is.
TOP = 10


@dataclass(frozen=True)
class Direction:
    """What one direction found.

    Attributes
    ----------
    name
        ``image-to-text``, ``text-to-image`` or ``image-to-image``.
    result
        Its metrics.
    table
        One row per query, columns as in ``retrieval.parquet``.
    left_out
        Why rows of the dataset are no queries, as sentences.
    """

    name: str
    result: RetrievalResult
    table: pd.DataFrame
    left_out: tuple[str, ...] = ()


class Rules(NamedTuple):
    """How lists are judged: their lengths, the protocol, and how intervals are made."""

    ks: tuple[int, ...]
    protocol: str
    settings: Settings


def caption_name(number: int) -> str:
    """Return the name of a distinct caption in tables.

    Examples
    --------
    >>> caption_name(12)
    'c00012'
    """
    return f"c{number:05d}"


def images_to_texts(
    images_id: np.ndarray,
    texts_ud: np.ndarray,
    pairs: CaptionPairs,
    ids: Sequence[str],
    groups_i: np.ndarray | None,
    rules: Rules,
) -> Direction:
    """Rank all captions for every image.

    Parameters
    ----------
    images_id, texts_ud
        Features of the i images and u captions of ``pairs``.
    pairs
        Which caption belongs to which image.
    ids
        Names of the i images.
    groups_i
        Lesion or patient of each image.
    rules
        How lists are judged.
    """
    from cutis.stats import Correct, diagonal, evaluate_ranks, first_correct

    published = rules.protocol == DIAGONAL
    if published:
        ranks = diagonal(images_id, texts_ud, top=TOP)
    else:
        correct = Correct(pairs.image_p, pairs.caption_p)
        ranks = first_correct(images_id, texts_ud, correct, pairs.weights_u, top=TOP)
    first_p = np.searchsorted(pairs.image_p, np.arange(len(ids)))
    right_i = np.add.reduceat(pairs.weights_u[pairs.caption_p], first_p)
    n_gallery = int(pairs.weights_u.sum())
    result = evaluate_ranks(
        ranks, n_gallery, right_i, rules.ks, groups_i, rules.settings, published
    )
    own = _neighbours(pairs.image_p, pairs.caption_p)
    table = _table(IMAGE_TO_TEXT, ids, [None] * len(ids), groups_i, ranks, right_i)
    table["answer"] = [caption_name(u) for u in pairs.caption_p[first_p]]
    return Direction(IMAGE_TO_TEXT, result, _with_lists(table, ranks, caption_name, own))


def texts_to_images(
    images_id: np.ndarray,
    texts_ud: np.ndarray,
    pairs: CaptionPairs,
    ids: Sequence[str],
    groups_i: np.ndarray | None,
    rules: Rules,
) -> Direction:
    """Rank all images for every caption of every image; parameters as above.

    A caption that several images share is asked once for each of them, so that every image has
    the same weight, and any of them is a right answer.
    """
    from cutis.stats import Correct, diagonal, evaluate_ranks, first_correct

    published = rules.protocol == DIAGONAL
    caption_of_p, image_of_p = pairs.by_caption()
    if published:
        distinct = diagonal(texts_ud, images_id, top=TOP)
    else:
        distinct = first_correct(texts_ud, images_id, Correct(caption_of_p, image_of_p), top=TOP)
    ranks = type(distinct)(*(values[pairs.caption_p] for values in distinct))
    groups_p, settings = None if groups_i is None else groups_i[pairs.image_p], rules.settings
    if groups_i is None and len(pairs.image_p) > len(ids):  # captions of one image go together
        groups_p, settings = pairs.image_p.astype(str), replace(settings, grouping="image")
    right_p = pairs.weights_u[pairs.caption_p]
    result = evaluate_ranks(ranks, len(ids), right_p, rules.ks, groups_p, settings, published)
    names = [ids[i] for i in pairs.image_p]
    captions = [caption_name(u) for u in pairs.caption_p]
    table = _table(TEXT_TO_IMAGE, names, captions, groups_p, ranks, right_p)
    table["answer"] = names
    holders = _neighbours(caption_of_p, image_of_p)
    own = {p: holders[u] for p, u in enumerate(pairs.caption_p.tolist())}
    return Direction(TEXT_TO_IMAGE, result, _with_lists(table, ranks, lambda i: ids[i], own))


def images_to_images(
    features_nd: np.ndarray,
    labels_n: np.ndarray,
    ids: Sequence[str],
    groups_n: np.ndarray | None,
    rules: Rules,
    exclude_near: float | None,
) -> Direction:
    """Rank all other images for every labelled image; the right ones share its label.

    Parameters
    ----------
    features_nd
        Features of n images.
    labels_n
        Class number of each, -1 where unknown.
    ids, groups_n
        Their names and their lesions or patients.
    rules
        How lists are judged.
    exclude_near
        Cosine from which on two images count as one picture.

    Raises
    ------
    CutisError
        If no image has another of its label to find.
    """
    import pandas as pd

    from cutis.stats import evaluate_images, has_fellow, similar_images

    found = similar_images(features_nd, labels_n, rules.ks, groups_n, exclude_near, TOP)
    only_near = int(has_fellow(labels_n, groups_n).sum()) - len(found.queries_q)
    left_out = _left_out(labels_n, len(found.queries_q), only_near)
    if not len(found.queries_q):
        raise CutisError(
            f"No image has another of its diagnosis to find: {'; '.join(left_out)}.",
            fix="evaluate more rows (--split all)"
            + (" or raise --exclude-near" if only_near else ""),
        )
    result = evaluate_images(found, rules.ks, groups_n, rules.settings)
    queries = found.queries_q
    right_qk = (found.top_qk >= 0) & (labels_n[found.top_qk] == labels_n[queries][:, None])
    table = pd.DataFrame(
        {
            "direction": IMAGE_TO_IMAGE,
            "query": [ids[q] for q in queries],
            "caption": None,
            "group": None if groups_n is None else [str(groups_n[q]) for q in queries],
            "rank": found.rank_q,
            "n_right": found.right_q,
            "average_precision": found.average_precision_q,
            "near_left_out": found.near_q,
            "first_correct": _first_place(right_qk),
            "top": [[ids[i] for i in row if i >= 0] for row in found.top_qk],
            "scores": _lists(found.scores_qk, found.top_qk),
            "right": [row[: int((top >= 0).sum())].tolist() for row, top in
                      zip(right_qk, found.top_qk, strict=True)],
        }
    )  # fmt: skip
    return Direction(IMAGE_TO_IMAGE, result, table, left_out)


def _left_out(labels_n: np.ndarray, n_queries: int, only_near: int) -> tuple[str, ...]:
    unlabelled = int((labels_n < 0).sum())
    alone = len(labels_n) - unlabelled - n_queries - only_near
    said = []
    if unlabelled:
        said.append(f"{unlabelled} images without a label take no part in image-to-image")
    if alone:
        said.append(f"{alone} images have no other of their diagnosis outside their group")
    if only_near:
        said.append(
            f"{only_near} images have others of their diagnosis outside their group, but all of "
            "them are near duplicates (--exclude-near)"
        )
    return tuple(said)


def _neighbours(left_p: np.ndarray, right_p: np.ndarray) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    for a, b in zip(left_p.tolist(), right_p.tolist(), strict=True):
        found.setdefault(a, set()).add(b)
    return found


def _table(
    direction: str,
    queries: Sequence[str],
    captions: Sequence[str | None],
    groups: np.ndarray | None,
    ranks: Ranks,
    right_n: np.ndarray,
) -> pd.DataFrame:
    import pandas as pd

    from cutis.stats.retrieval_expected import expected_rank

    return pd.DataFrame(
        {
            "direction": direction,
            "query": list(queries),
            "caption": list(captions),
            "group": None if groups is None else [str(g) for g in groups],
            "rank": expected_rank(*ranks[:3]),
            "better": ranks.better_n,
            "level_wrong": ranks.wrong_n,
            "level_right": ranks.right_n,
            "n_right": right_n,
        }
    )


def _with_lists(
    table: pd.DataFrame, ranks: Ranks, name: Callable[[int], str], own: dict[int, set[int]]
) -> pd.DataFrame:
    right_qk = np.array(
        [[item in own[q] for item in row] for q, row in enumerate(ranks.top_nk.tolist())]
    ).reshape(ranks.top_nk.shape)
    lists: dict[str, Any] = {
        "top": [[name(i) for i in row] for row in ranks.top_nk.tolist()],
        "scores": _lists(ranks.scores_nk, ranks.top_nk),
        "right": right_qk.tolist(),
    }
    return table.assign(first_correct=_first_place(right_qk), **lists)


def _first_place(right_qk: np.ndarray) -> pd.Series:
    """Return the place of the first right item of each list shown, from 1; missing if none is."""
    import pandas as pd

    if not right_qk.shape[1]:
        return pd.Series([None] * len(right_qk), dtype="Int64")
    places = np.where(right_qk.any(axis=1), right_qk.argmax(axis=1) + 1, 0)
    return pd.Series(places, dtype="Int64").replace(0, pd.NA)


def _lists(scores_qk: np.ndarray, top_qk: np.ndarray) -> list[list[float]]:
    rounded = np.round(scores_qk.astype(float), 6)
    return [row[top >= 0].tolist() for row, top in zip(rounded, top_qk, strict=True)]
