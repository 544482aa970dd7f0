"""Pictures of cases with a line or two below each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cutis.report.document import Gallery
from cutis.report.scrub import base_name
from cutis.report.source import RunData
from cutis.report.thumbnails import thumbnail_address
from cutis.report.wording import decimal

ANSWERS = {1: "expert: shows it", 0: "expert: does not", None: ""}
SIDE = 120


def labels_of(run: RunData) -> dict[str, str]:
    """Return the words for every concept, by its id; a published file's ids are words already."""
    concepts = run.get("concepts", "concepts", default=[])
    return {concept["id"]: concept["label"] for concept in concepts}


def montage(run: RunData, records: Sequence[dict[str, Any]], caption: str = "") -> Gallery:
    """Return a gallery of cases.

    Parameters
    ----------
    run
        The run with the pictures.
    records
        For every case ``id``, and if known ``score``, ``label`` (0 or 1), ``said``.
    caption
        What the gallery shows.
    """
    frames = []
    for record in records:
        name = str(record["id"])
        path = run.thumbs.get(name)
        address = "" if path is None else thumbnail_address(path, SIDE) or ""
        lines = [base_name(name)]
        if record.get("score") is not None:
            lines.append(f"score {decimal(record['score'], 2)}")
        lines += [
            text for text in (ANSWERS.get(record.get("label"), ""), record.get("said", "")) if text
        ]
        frames.append((address, f"Case {base_name(name)}", lines))
    return Gallery(frames, caption)
