"""What retrieval compares: features of images and captions, and who belongs to whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cutis.config import command_line
from cutis.errors import CutisError
from cutis.tasks.caption_pairs import CaptionPairs, first_captions, pair_captions
from cutis.tasks.retrieval_directions import (
    DIAGONAL,
    Direction,
    Rules,
    images_to_images,
    images_to_texts,
    texts_to_images,
)

if TYPE_CHECKING:
    from cutis.data import Dataset
    from cutis.features import Features
    from cutis.models import Model
    from cutis.tasks.retrieve import RetrieveConfig

LEAST_IMAGES = 2


@dataclass(frozen=True)
class Inputs:
    """Features and pairs of one dataset under one model.

    Attributes
    ----------
    ids, rows
        Names of the n readable images, and their rows in the dataset.
    features_nd
        Their features.
    groups_n, labels_n
        Lesion or patient, and class number, of each.
    pairs
        Images and captions; the image numbers count readable images. None for image-to-image.
    texts_ud
        Features of the captions.
    tokens_u, lost_u
        Tokens of each caption, and those beyond the context; empty when unknown.
    facts
        What a record says of the captions.
    repeated
        Rows left out because an earlier row holds the same picture; image-to-image only.
    """

    ids: tuple[str, ...]
    rows: np.ndarray
    features_nd: np.ndarray
    groups_n: np.ndarray | None
    labels_n: np.ndarray
    pairs: CaptionPairs | None = None
    texts_ud: np.ndarray = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    tokens_u: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    lost_u: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    facts: dict[str, Any] | None = None
    repeated: int = 0


def read_captions(dataset: Dataset, config: RetrieveConfig) -> tuple[tuple[str, ...], ...]:
    """Return the captions of every row.

    Raises
    ------
    CutisError
        If the table has no captions, or those of too few images to rank anything.
    """
    captions = dataset.captions() if "caption" in dataset.roles else ()
    if not captions:
        wordy = _wordy_columns(dataset)
        candidates = f"It could be {' or '.join(wordy)}." if wordy else None
        raise CutisError(
            f"{dataset.source.name} has no caption column that is recognised, and retrieval "
            "compares images with captions.",
            allowed=candidates or "None of its columns holds sentences.",
            fix=f"--caption-column {wordy[0] if wordy else 'NAME'}, or --direction image-to-image",
        )
    images = {dataset.image_paths[i] for i, texts in enumerate(captions) if texts}
    if len(images) < LEAST_IMAGES:
        raise CutisError(
            f"{len(images)} of the {len(dataset)} rows to evaluate have a caption, and ranking "
            "needs at least two images with captions.",
            fix="evaluate more rows (--split all), or name another --caption-column",
        )
    if len({text.strip() for texts in captions for text in texts}) < LEAST_IMAGES:
        raise CutisError(
            f"All {len(dataset)} rows have the same caption, so every answer would be right.",
            fix="name another --caption-column, or use --direction image-to-image",
        )
    return captions


def _wordy_columns(dataset: Dataset) -> list[str]:
    """Return the columns whose cells mostly hold several words, the wordiest first."""
    words: dict[str, float] = {}
    for column in dataset.table.columns:
        cells = [c for c in dataset.table[column].head(200) if isinstance(c, str) and c.strip()]
        if cells and column not in dataset.roles.values():
            words[str(column)] = float(np.median([len(cell.split()) for cell in cells]))
    likely = [column for column, count in words.items() if count >= 3]
    return sorted(likely, key=lambda column: -words[column])[:3]


def refuse_labels(dataset: Dataset) -> None:
    """Refuse image-to-image retrieval where nothing says which images belong together.

    Raises
    ------
    CutisError
        If no label has two rows, or all rows have one label.
    """
    labels = dataset.labels[distinct_pictures(dataset.image_paths, dataset.labels)]
    labels = labels[labels >= 0]
    counts = np.bincount(labels) if len(labels) else np.zeros(1, np.int64)
    if counts.max() < 2 or (counts > 0).sum() < 2:
        raise CutisError(
            f"Image-to-image retrieval asks whether similar images share their label, and the "
            f"{len(dataset)} rows of {dataset.source.name} to evaluate hold "
            f"{int((counts > 0).sum())} classes with {len(labels)} labelled images.",
            allowed="At least two classes are needed, one of them with two images.",
            fix="name the label with --label-column, or evaluate more rows (--split all)",
        )


def distinct_pictures(pictures: Sequence[object], labels_n: np.ndarray) -> np.ndarray:
    """Return one row of each picture, its first with a label or else its first, ascending int64.

    Parameters
    ----------
    pictures
        What identifies the picture of each row, such as its path.
    labels_n
        Class number of each row, -1 where unknown.

    Examples
    --------
    >>> distinct_pictures(["a", "b", "a", "b", "c"], np.array([-1, 0, 1, 2, -1])).tolist()
    [1, 2, 4]
    """
    chosen: dict[object, int] = {}
    for row, (picture, label) in enumerate(zip(pictures, labels_n.tolist(), strict=True)):
        before = chosen.setdefault(picture, row)
        if label >= 0 and labels_n[before] < 0:
            chosen[picture] = row
    return np.array(sorted(chosen.values()), dtype=np.int64)


def gather(
    dataset: Dataset,
    features: Features,
    model: Model,
    captions: tuple[tuple[str, ...], ...] | None,
    config: RetrieveConfig,
    cache: Path,
) -> Inputs:
    """Put readable images and their captions together, and embed the captions.

    Without captions, images are compared with images, and every picture stands there once.

    Raises
    ------
    CutisError
        If fewer than two readable images have captions.
    """
    rows, values_nd = features.rows, features.values_nd
    kept = np.arange(len(rows))
    if captions is None:
        kept = distinct_pictures([dataset.image_paths[i] for i in rows], dataset.labels[rows])
    repeated = len(rows) - len(kept)
    if repeated:
        rows, values_nd = rows[kept], values_nd[kept]
    images = Inputs(
        ids=tuple(dataset.ids[i] for i in rows),
        rows=rows,
        features_nd=values_nd,
        groups_n=None if dataset.groups is None else dataset.groups[rows],
        labels_n=dataset.labels[rows],
        repeated=repeated,
    )
    if captions is None:
        return images
    return _with_captions(images, dataset, model, [captions[i] for i in rows], config, cache)


def _with_captions(
    images: Inputs,
    dataset: Dataset,
    model: Model,
    captions: list[tuple[str, ...]],
    config: RetrieveConfig,
    cache: Path,
) -> Inputs:
    from dataclasses import replace

    from cutis.features.lengths import token_lengths
    from cutis.features.texts import embed_texts

    if config.protocol == DIAGONAL:
        pairs = first_captions(captions)
    else:
        pairs = pair_captions(captions, [dataset.image_paths[i] for i in images.rows])
    if len(pairs.rows_i) < LEAST_IMAGES:
        raise CutisError(
            f"Only {len(pairs.rows_i)} readable images have a caption; ranking needs two.",
            fix=command_line("data check", config, "data", "images", "card", "caption_column"),
        )
    distinct = list(dict.fromkeys(pairs.captions))
    number = {text: i for i, text in enumerate(distinct)}
    of_u = np.array([number[text] for text in pairs.captions])
    texts_ud = embed_texts(model, distinct, cache)[of_u]
    lengths = token_lengths(model, distinct)
    facts: dict[str, Any] = {
        "columns": list(dataset.caption_columns),
        "n": len(pairs.caption_p),
        "n_distinct": len(distinct),
        "n_images": len(pairs.rows_i),
        "rows_without": len(pairs.missing),
        "context_length": None,
        "n_cut": None,
    }
    if lengths is None:
        return replace(images, pairs=pairs, texts_ud=texts_ud, facts=facts)
    tokens_u, lost_u = lengths.tokens_n[of_u], lengths.lost_n[of_u]
    facts |= cut_facts(tokens_u[pairs.caption_p], lengths.context)
    return replace(
        images, pairs=pairs, texts_ud=texts_ud, tokens_u=tokens_u, lost_u=lost_u, facts=facts
    )


def cut_facts(tokens_p: np.ndarray, context: int) -> dict[str, Any]:
    """Return how many captions a model cannot read to their end, and how much it misses.

    Parameters
    ----------
    tokens_p
        Tokens of each caption.
    context
        Most tokens the model reads.

    Examples
    --------
    >>> facts = cut_facts(np.array([10, 20, 40, 30]), 24)
    >>> facts["n_cut"], facts["share_cut"], facts["median_lost"], facts["most_lost"]
    (2, 0.5, 11.0, 16)
    """
    lost = tokens_p[tokens_p > context] - context
    return {
        "context_length": int(context),
        "longest": int(tokens_p.max(initial=0)),
        "n_cut": len(lost),
        "share_cut": round(len(lost) / max(len(tokens_p), 1), 6),
        "median_lost": float(np.median(lost)) if len(lost) else 0.0,
        "most_lost": int(lost.max(initial=0)),
    }


def rank(found: Inputs, config: RetrieveConfig, grouping: str) -> list[Direction]:
    """Rank in every direction that was asked for.

    Parameters
    ----------
    found
        Features and pairs.
    config
        Settings.
    grouping
        Name of the group column, or ``none``.
    """
    from cutis.stats import Settings
    from cutis.tasks.retrieve import DIRECTIONS

    settings = Settings(config.n_bootstrap, config.confidence, config.seed, grouping=grouping)
    rules = Rules(config.k, config.protocol, settings)
    if found.pairs is None:
        return [
            images_to_images(
                found.features_nd, found.labels_n, found.ids, found.groups_n, rules,
                config.exclude_near,
            )
        ]  # fmt: skip
    rows_i = found.pairs.rows_i
    images_id = found.features_nd[rows_i]
    ids = [found.ids[row] for row in rows_i]
    groups_i = None if found.groups_n is None else found.groups_n[rows_i]
    ways = {"image-to-text": images_to_texts, "text-to-image": texts_to_images}
    return [
        ways[name](images_id, found.texts_ud, found.pairs, ids, groups_i, rules)
        for name in DIRECTIONS[config.direction]
    ]
