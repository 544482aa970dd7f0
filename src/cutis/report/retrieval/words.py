"""Directions and measures of retrieval in plain words."""

from __future__ import annotations

from typing import NamedTuple

from cutis.report.wording import of_100


class DirectionWords(NamedTuple):
    """How a direction is named, and what is looked for with what."""

    title: str
    task: str
    queries: str
    items: str


DIRECTIONS = {
    "image-to-text": DirectionWords(
        "Image to text", "Given a picture, find its caption", "pictures", "captions"
    ),
    "text-to-image": DirectionWords(
        "Text to image", "Given a caption, find its picture", "captions", "pictures"
    ),
    "image-to-image": DirectionWords(
        "Image to image",
        "Given a picture, find others with the same diagnosis",
        "pictures",
        "pictures",
    ),
}
UNBOUNDED = ("mean_rank", "median_rank")


def direction_words(name: str) -> DirectionWords:
    """Return the words of a direction; an unknown one keeps its own name."""
    return DIRECTIONS.get(name) or DirectionWords(name, name, "queries", "items")


def measure_title(name: str) -> str:
    """Return a measure's name as a heading.

    Examples
    --------
    >>> measure_title("recall_at_10"), measure_title("map_at_r"), measure_title("mean_rank")
    ('R@10', 'mAP@R', 'Mean rank')
    >>> measure_title("image_to_text_recall_at_5")
    'Image to text, R@5'
    """
    for direction, words in DIRECTIONS.items():
        prefix = direction.replace("-", "_") + "_"
        if name.startswith(prefix):
            return f"{words.title}, {measure_title(name.removeprefix(prefix))}"
    for start, letter in (("recall_at_", "R@"), ("precision_at_", "P@"), ("hit_at_", "Hit@")):
        if name.startswith(start):
            return letter + name.removeprefix(start)
    known = {"map_at_r": "mAP@R", "mrr": "MRR"}
    return known.get(name) or name.replace("_", " ").capitalize()


def measure_reading(name: str, value: float, words: DirectionWords, n_gallery: int) -> str:
    """Return a sentence that says what a value means.

    Examples
    --------
    >>> measure_reading("recall_at_5", 0.25, DIRECTIONS["image-to-text"], 100)
    'A right one is among the first 5 captions for 25 of 100 pictures.'
    """
    k = name.rsplit("_", 1)[-1]
    if name.startswith(("recall_at_", "hit_at_")):
        return (
            f"A right one is among the first {k} {words.items} for {of_100(value)} {words.queries}."
        )
    if name.startswith("precision_at_"):
        return f"Of the first {k} {words.items}, {of_100(value)} are right."
    readings = {
        "mean_recall": "Mean of the lines above.",
        "mean_rank": f"The first right one stands at place {value:.1f} of {n_gallery:,} on "
        "average; 1 is ideal.",
        "median_rank": f"For half of the {words.queries} it stands at place {value:g} or before.",
        "mrr": "Mean of 1 / place of the first right one; 1 is ideal.",
        "map_at_r": "Average precision over as many places as there are right ones; 1 is ideal.",
    }
    return readings.get(name, "")
