"""MAKE training tables: captions in slots, masks as text, paths of another computer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cutis.data.cells import texts
from cutis.data.convert.columns import arranged, ordered
from cutis.data.convert.derm1m_make import N_SUB
from cutis.data.convert.format import About, Converted, Format
from cutis.data.convert.frames import extended
from cutis.data.convert.literals import mask
from cutis.data.convert.sentinels import without_sentinels
from cutis.data.convert.source import Source

if TYPE_CHECKING:
    import pandas as pd

KNOWLEDGE = ("truncated_caption", "ontology_caption", "visual_concept_caption")
_WANTED = {
    "image": ("image",),
    "label": ("standardized_disease", "disease_label", "label"),
    "id": ("filename", "image_path"),
    "split": ("split",),
    "age": ("age",),
    "sex": ("gender",),
    "site": ("body_location",),
    "truncated_caption": ("truncated_caption", "caption"),
    "caption": ("caption",),
    "ontology_caption": ("ontology_caption",),
    "visual_concept_caption": ("visual_concept_caption",),
}


def _tables(source: Source) -> list[str]:
    return source.with_columns("filename|image_path", "knowledge_masks", "sub_caption_mask")


def by_tail(names: Sequence[str | None], files: Sequence[str]) -> list[str | None]:
    """Return the file whose path ends like each name does, for paths of another computer.

    The longest common end counts, at least the file's name; a tie gives the name's own last part.

    Examples
    --------
    >>> by_tail(["/elsewhere/book/a.png"], ["book/a.png", "web/a.png"])
    ['book/a.png']
    """
    by_name: dict[str, list[str]] = {}
    for file in files:
        by_name.setdefault(file.rpartition("/")[2].casefold(), []).append(file)
    found: list[str | None] = []
    for name in names:
        parts = [p for p in (name or "").replace("\\", "/").casefold().split("/") if p]
        candidates = by_name.get(parts[-1], []) if parts else []
        agree = {file: _shared_end(file.casefold().split("/"), parts) for file in candidates}
        best = [file for file, n in agree.items() if n == max(agree.values())]
        last = (name or "").replace("\\", "/").rpartition("/")[2]
        found.append(best[0] if len(best) == 1 else last or None)
    return found


def _shared_end(a: Sequence[str], b: Sequence[str]) -> int:
    count = 0
    while count < min(len(a), len(b)) and a[-1 - count] == b[-1 - count]:
        count += 1
    return count


def read(source: Source) -> Converted:
    """Read training tables; a caption whose mask is 0 is missing, and masks become JSON."""
    files = source.require(_tables(source), "MAKE training table", "MAKE")
    table = source.read_all(files)
    names = "filename" if "filename" in table.columns else "image_path"
    table = extended(table, {"image": by_tail(texts(table[names]), source.images)})
    frame, notes = arranged(table, _WANTED)
    frame = without_sentinels(frame)
    slots = [f"subcaption_{k + 1}" for k in range(N_SUB)]
    frame, bad_sub = _masked(frame, slots, "sub_caption_mask")
    frame, bad = _masked(frame, KNOWLEDGE, "knowledge_masks")
    broken = bad + bad_sub
    if broken:
        notes = (*notes, f"{broken} masks could not be read; they were made from the captions.")
    about = About("MAKE training table", None, "CC BY-NC 4.0")
    return Converted(ordered(frame), notes=notes, about=about)


def _masked(frame: pd.DataFrame, slots: Sequence[str], column: str) -> tuple[pd.DataFrame, int]:
    """Return the table with captions that exist and are not masked, their masks, broken masks."""
    empty: list[str | None] = [None] * len(frame)
    cells = [texts(frame[s]) if s in frame.columns else list(empty) for s in slots]
    broken = 0
    masks: list[str] = []
    for row, cell in enumerate(texts(frame[column])):
        given = mask(cell, len(slots))
        broken += given is None
        allowed = given or [1] * len(slots)
        for k in range(len(slots)):
            cells[k][row] = cells[k][row] if allowed[k] else None
        masks.append(json.dumps([int(cells[k][row] is not None) for k in range(len(slots))]))
    new = dict(zip(slots, cells, strict=True))
    return extended(frame, {**new, column: masks}), broken


FORMAT = Format(
    name="make",
    expects="training tables with `filename`, `truncated_caption`, `ontology_caption`, "
    "`visual_concept_caption`, `subcaption_1` to `_8`, `sub_caption_mask` and `knowledge_masks`",
    makes="the captions that the masks allow, masks as JSON, label from `standardized_disease`; "
    "images found by the end of their path",
    recognise=lambda source: bool(_tables(source)),
    read=read,
    cards=("make-training",),
)
