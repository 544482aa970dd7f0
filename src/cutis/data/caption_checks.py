"""Checks of the captions: missing, repeated, too long for a text tower."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from cutis.data.dataset import Dataset
from cutis.data.findings import Finding

# A word is at least one token, and two tokens mark beginning and end: a caption with more words
# than this is cut by a text tower of that context, whatever its tokenizer.
CONTEXTS = {"77 tokens (CLIP)": 75, "256 tokens (PubMedBERT)": 254}


def caption_findings(data: Dataset) -> Iterator[Finding]:
    """Yield rows without a caption, captions of several images, captions that will be cut."""
    if not data.caption_columns:
        return
    captions = data.captions()
    missing = tuple(row for row, texts in enumerate(captions) if not texts)
    if missing:
        columns = ", ".join(data.caption_columns[:4])
        yield Finding(
            "warning",
            "no-caption",
            f"{len(missing):,} of {len(data):,} rows have no caption in {columns}.",
            missing,
        )
    yield from _repeated(captions)
    yield from _too_long(captions)


def _repeated(captions: tuple[tuple[str, ...], ...]) -> Iterator[Finding]:
    rows_of: dict[str, list[int]] = defaultdict(list)
    for row, texts in enumerate(captions):
        for text in dict.fromkeys(texts[:1]):  # the whole caption; parts repeat by nature
            rows_of[text].append(row)
    shared = [rows for rows in rows_of.values() if len(rows) > 1]
    if shared:
        rows = tuple(sorted(row for found in shared for row in found))
        yield Finding(
            "warning",
            "same-caption",
            f"{len(shared):,} captions stand in more than one row ({len(rows):,} rows); retrieval "
            "must count each of their images as right.",
            rows,
            tuple(tuple(found) for found in sorted(shared, key=len, reverse=True)),
        )


def _too_long(captions: tuple[tuple[str, ...], ...]) -> Iterator[Finding]:
    words = [max((len(text.split()) for text in texts), default=0) for texts in captions]
    for context, most in CONTEXTS.items():
        long = tuple(row for row, n in enumerate(words) if n > most)
        if long:
            yield Finding(
                "warning",
                "long-caption",
                f"At least {len(long):,} captions are longer than {context}; such a model reads "
                "only their beginning.",
                long,
            )
