"""The texts a pair learns from and is chosen by: class prompts and captions, as features."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from cutis.errors import CutisError

if TYPE_CHECKING:
    from cutis.data import Dataset
    from cutis.models import Model
    from cutis.prompts import Prompts, TemplateSet
    from cutis.tasks.pair_rows import Parts

Targets = Literal["auto", "labels", "captions", "both"]


@dataclass(frozen=True)
class Texts:
    """Everything a table says about its images, and the text half's features of it.

    Attributes
    ----------
    classes
        The c class names; empty when labels are not used.
    prompts, templates
        Prompts of the classes and what they were made of; None without labels.
    class_texts_md
        Features of the prompts, float32.
    captions
        Different captions of the rows that are read; empty when captions are not used.
    captions_md
        Their features, float32.
    captions_of_n
        Numbers of the captions of every row of the table.
    """

    classes: tuple[str, ...]
    prompts: Prompts | None
    templates: TemplateSet | None
    class_texts_md: np.ndarray
    captions: tuple[str, ...]
    captions_md: np.ndarray
    captions_of_n: tuple[tuple[int, ...], ...]

    @property
    def class_of_text_m(self) -> np.ndarray:
        """The class that each prompt describes."""
        return np.zeros(0, np.int64) if self.prompts is None else self.prompts.class_of_text


def used_targets(dataset: Dataset, parts: Parts, asked: Targets) -> tuple[bool, bool]:
    """Return whether labels and captions are trained on.

    Parameters
    ----------
    dataset, parts
        The table and its training rows.
    asked
        ``auto`` takes what the table has.

    Raises
    ------
    CutisError
        If what was asked for is not in the training rows, or there is nothing to learn from.
    """
    labels = dataset.labels[parts.train]
    has_labels = len(np.unique(labels[labels >= 0])) > 1
    captions = dataset.captions()
    has_captions = len({text for row in parts.train for text in captions[row]}) > 1
    lacking = [
        name
        for name, there in (("labels", has_labels), ("captions", has_captions))
        if asked in (name, "both") and not there
    ]
    if lacking or not (has_labels or has_captions):
        what = " and ".join(lacking) or "labels of two classes and no captions"
        raise CutisError(
            f"The training rows of {dataset.source.name} have no {what} to learn from.",
            allowed="Learned from are labels of at least two classes, or a column of captions, or "
            "both.",
            fix="name the column with --label-column or --caption-column",
        )
    return has_labels and asked != "captions", has_captions and asked != "labels"


def gather_texts(
    dataset: Dataset,
    parts: Parts,
    targets: tuple[bool, bool],
    templates: str | None,
    model: Model,
    cache: Path,
) -> Texts:
    """Collect prompts and captions and embed them.

    Parameters
    ----------
    dataset, parts
        The table and the rows that are read.
    targets
        Whether labels and captions are used.
    templates
        A file of templates, the name of a bundled set, or None for the dermatology set.
    model
        The text half.
    cache
        Folder of cached features.

    Raises
    ------
    CutisError
        If the classes are only numbered, or the templates cannot be used.
    """
    from cutis.features.texts import embed_texts
    from cutis.prompts import class_prompts
    from cutis.tasks.classifier import read_templates
    from cutis.tasks.selection import choose_classes

    with_labels, with_captions = targets
    nothing = np.zeros((0, model.dim), np.float32)
    classes: tuple[str, ...] = ()
    prompts, template_set, class_texts_md = None, None, nothing
    if with_labels:
        chosen = choose_classes(dataset, None)
        template_set = read_templates(templates)
        classes = chosen.names
        prompts = class_prompts(classes, chosen.synonyms, template_set)
        class_texts_md = embed_texts(model, prompts.texts, cache)
    captions, captions_of_n = number_captions(
        dataset.captions() if with_captions else ((),) * len(dataset), parts.rows()
    )
    captions_md = embed_texts(model, captions, cache) if captions else nothing
    return Texts(
        classes, prompts, template_set, class_texts_md, captions, captions_md, captions_of_n
    )


def number_captions(
    captions: Sequence[Sequence[str]], rows: np.ndarray
) -> tuple[tuple[str, ...], tuple[tuple[int, ...], ...]]:
    """Return the different captions of some rows, and the numbers of those of every row.

    Captions that differ only in blanks around them are one.

    Parameters
    ----------
    captions
        The captions of every row of the table.
    rows
        The rows that are read; the others get no numbers.

    Examples
    --------
    >>> number_captions([("a", "b"), ("b ",), ("c",)], np.array([0, 1]))
    (('a', 'b'), ((0, 1), (1,), ()))
    """
    number: dict[str, int] = {}
    of_row: list[tuple[int, ...]] = [()] * len(captions)
    for row in rows.tolist():
        texts = dict.fromkeys(text.strip() for text in captions[row])
        of_row[row] = tuple(number.setdefault(text, len(number)) for text in texts)
    return tuple(number), tuple(of_row)
