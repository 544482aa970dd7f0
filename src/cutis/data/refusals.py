"""What makes a table unusable as a whole: the first such row, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cutis.data.findings import FIRST_ROW
from cutis.errors import CutisError, nearest_names

if TYPE_CHECKING:
    from cutis.data.loading import Reading


def refuse_outside(reading: Reading) -> None:
    """Refuse a table with an image name that leads out of the image folder.

    Raises
    ------
    CutisError
        With the first such row.
    """
    if not reading.files.refused:
        return
    row, name = next(iter(reading.files.refused.items()))
    more = len(reading.files.refused) - 1
    others = f" (and {more} more rows)" if more else ""
    raise CutisError(
        f"Row {row + FIRST_ROW}{others} of {reading.dataset.source} names the image '{name}', "
        f"which is outside the image folder {reading.files.root}.",
        allowed="Image names are relative to that folder, or absolute paths inside it.",
        fix="give --images a folder that holds all the images, or correct the names",
    )


def refuse_not_one_hot(reading: Reading) -> None:
    """Refuse a label over several columns that has not exactly one 1 in a row.

    Raises
    ------
    CutisError
        With the first such row.
    """
    if reading.one_hot is None or not reading.one_hot.wrong:
        return
    row, what = next(iter(reading.one_hot.wrong.items()))
    more = len(reading.one_hot.wrong) - 1
    raise CutisError(
        f"Row {row + FIRST_ROW}{f' (and {more} more rows)' if more else ''} of "
        f"{reading.dataset.source} has {what}.",
        allowed=f"The label is spread over {', '.join(reading.one_hot.columns)}: each row needs "
        "exactly one 1 among them.",
        fix="correct the rows ('cutis data check' lists them), or give --label-column another "
        "column",
    )


def refuse_unknown_labels(reading: Reading) -> None:
    """Refuse a label that is not a class of the card.

    Raises
    ------
    CutisError
        With the first such row.
    """
    unknown = reading.labels.unknown
    if not unknown:
        return
    card = reading.dataset.card
    value, rows = next(iter(unknown.items()))
    known = [entry.code or entry.name for entry in card.classes]
    more = f", and {len(unknown) - 1} more labels" if len(unknown) > 1 else ""
    spelled = {text for entry in card.classes for text in entry.spellings()}
    raise CutisError(
        f"The label '{value}' (row {rows[0] + FIRST_ROW}{more}) of {reading.dataset.source} is "
        f"not a class of the card '{card.name}'.",
        allowed=f"Its classes: {', '.join(known)}.",
        nearest=nearest_names(value, spelled),
        fix="correct the rows ('cutis data check' lists them), give another --card, or --card none "
        "to take the classes from the table",
    )
