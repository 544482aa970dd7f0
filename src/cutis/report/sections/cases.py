"""Single cases: the differential of a fair sample, typical hits, confident errors."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from cutis.report.cases import CaseRows, choose_cases
from cutis.report.scrub import base_name
from cutis.report.source import RunData
from cutis.report.thumbnails import thumbnail_address
from cutis.report.wording import percent

RANKS = 5


class Ranked(NamedTuple):
    """One line of a differential: its rank from 1, name, probability, and if it is the label."""

    rank: int
    name: str
    probability: float
    shown: str
    is_label: bool


class Case(NamedTuple):
    """One image with the model's answer.

    Attributes
    ----------
    id
        Row name, without folders.
    picture
        ``data:`` address of its picture; None when the run holds none.
    label
        The diagnosis in the table; None when unknown.
    ranked
        The first answers, and the label's line where it ranks lower.
    right
        Whether the first answer is the label; None when unknown.
    """

    id: str
    picture: str | None
    label: str | None
    ranked: list[Ranked]
    right: bool | None


def cases_section(run: RunData, pictures: bool = True) -> dict[str, Any] | None:
    """Return sample, hits and errors as cases; None without predictions."""
    if run.predictions is None or not len(run.predictions):
        return None
    rows, restricted = _rows(run)
    addresses: dict[str, str | None] = {}

    def show(chosen: np.ndarray) -> list[Case]:
        return [_case(run, int(row), addresses, pictures) for row in chosen]

    return {
        "sample": show(rows.sample),
        "hits": show(rows.hits),
        "errors": show(rows.errors),
        "restricted": len(run.thumbs) if restricted else None,
        "has_labels": bool(run.labelled.any()),
        "pictures": pictures and bool(run.thumbs),
        "hidden": not pictures,
        "share": run.get("dataset", "card", "share_images"),
        "n_right": _count_right(run, right=True),
        "n_wrong": _count_right(run, right=False),
        "shown_classes": len(run.classes) <= RANKS,
    }


def _rows(run: RunData) -> tuple[CaseRows, bool]:
    """Choose among all rows, or only among those with a picture if those chosen have none."""
    table = run.predictions
    if table is None:
        raise ValueError("cases need predictions")
    ids = table.table["id"].tolist()
    labels, probs, groups = table.labels_n, table.probs_nc, table.groups_n
    rows = choose_cases(labels, probs, ids, groups)
    pictured = np.array([i for i, name in enumerate(ids) if name in run.thumbs], dtype=np.int64)
    if not len(pictured) or np.isin(rows.all_rows(), pictured).all():
        return rows, False
    kept_groups = None if groups is None else groups[pictured]
    inside = choose_cases(
        labels[pictured], probs[pictured], [ids[i] for i in pictured], kept_groups
    )
    return CaseRows(*(pictured[chosen] for chosen in inside)), True


def _case(run: RunData, row: int, addresses: dict[str, str | None], pictures: bool) -> Case:
    if run.predictions is None:
        raise ValueError("cases need predictions")
    name = str(run.predictions.table["id"].iloc[row])
    if pictures and name not in addresses and name in run.thumbs:
        addresses[name] = thumbnail_address(run.thumbs[name])
    index = int(run.predictions.labels_n[row])
    probs = run.predictions.probs_nc[row]
    return Case(
        id=base_name(name),
        picture=addresses.get(name),
        label=run.classes[index] if index >= 0 else None,
        ranked=rank(probs, run.classes, index),
        right=bool(probs.argmax() == index) if index >= 0 else None,
    )


def rank(probs_c: np.ndarray, classes: tuple[str, ...], label: int) -> list[Ranked]:
    """Return the first five answers, then the label's own line when it ranks lower.

    Examples
    --------
    >>> lines = rank(np.array([0.1, 0.7, 0.2]), ("a", "b", "c"), label=0)
    >>> [(line.rank, line.name, line.shown, line.is_label) for line in lines]
    [(1, 'b', '70%', False), (2, 'c', '20%', False), (3, 'a', '10%', True)]
    """
    order = np.argsort(-probs_c, kind="stable")
    lines = [
        Ranked(i + 1, classes[c], float(probs_c[c]), percent(float(probs_c[c])), int(c) == label)
        for i, c in enumerate(order)
    ]
    return [line for line in lines if line.rank <= RANKS or line.is_label]


def _count_right(run: RunData, right: bool) -> int:
    if run.predictions is None:
        return 0
    labels = run.predictions.labels_n
    agree = run.predictions.probs_nc.argmax(axis=1) == labels
    return int((agree == right)[labels >= 0].sum())
