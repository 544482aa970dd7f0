"""The page of a search for copies, made of a result alone."""

from __future__ import annotations

from cutis.report.document import Gallery, Table
from cutis.report.overlap import document
from cutis.report.source import RunData

RATE = {"count": 3, "n": 12, "value": 0.25, "low": 0.09, "high": 0.53}
PAIR = {
    "key": "pair-000", "dataset_a": "mine", "id_a": "L7", "label_a": "nevus", "split_a": "test",
    "dataset_b": "bank", "id_b": "x", "label_b": "", "split_b": "", "cosine": 0.98765,
    "hash_distance": None,
}  # fmt: skip


def result(**changes) -> dict:
    comparison = {
        "a": "mine", "b": "bank", "within": False, "pairs": 4,
        "found_by": {"both": 1, "cosine": 2, "hash": 1}, "flagged_a": RATE,
        "flagged_b": {**RATE, "value": None, "n": 0}, "label_conflicts": 0, "labels_comparable": 0,
        "nearest_cosine": {"0.5": 0.3, "0.9": 0.5, "0.99": 0.9, "1": 0.99},
    }  # fmt: skip
    sets = [
        {"name": name, "n_rows": 13, "n_readable": 12, "n_unreadable": 1}
        for name in ("mine", "bank")
    ]
    method = {"model": "sscd", "threshold": 0.75, "hash_distance": 14, "likeness": 0.85,
              "flips": True}  # fmt: skip
    return {"confidence": 0.9, "comparisons": [comparison], "sets": sets, "method": method,
            "gallery": [PAIR], "trained": ["make"]} | changes  # fmt: skip


def page(**changes):
    return document(RunData(record={"verb": "data overlap"}, result=result(**changes)))


def blocks_of(document, anchor: str):
    return next(s.blocks for s in document.sections if s.anchor == anchor)


def test_the_numbers_are_those_of_the_result():
    made = page()
    assert "4 pairs of copies: 3 of 12 pictures of mine in bank." in made.sentence
    table = next(b for b in blocks_of(made, "found") if isinstance(b, Table))
    first = table.rows[0]
    assert first[2] == "3 of 12"
    assert (first[3].text, first[3].interval) == ("25.00 %", "9.00 to 53.00")
    assert [first[5], first[6], first[7]] == ["3", "2", "–"]
    assert table.rows[1][3].text == "–"
    assert "90 % interval" in table.caption


def test_a_pair_without_its_picture_still_says_what_it_is():
    gallery = next(b for b in blocks_of(page(), "pairs") if isinstance(b, Gallery))
    address, alternative, lines = gallery.frames[0]
    assert address == ""
    assert alternative == "L7 and x"
    assert list(lines) == ["mine: L7 (nevus, test)", "bank: x", "cosine 0.9877"]


def test_nothing_found_and_nothing_to_show():
    none = {**result()["comparisons"][0], "pairs": 0}
    made = page(comparisons=[none], gallery=[])
    assert made.sentence == "No picture was found twice."
    assert "no pair to show" in blocks_of(made, "pairs")[0].text


def test_dropped_rows_and_leaks_have_their_own_parts():
    leak = {"split": "test", "other": "train", **RATE}
    within = {**result()["comparisons"][0], "within": True, "b": "mine", "leaks": [leak]}
    made = page(
        comparisons=[within],
        dropped={"dataset": "mine", "table": "clean.csv", "n": 1, "n_left": 11, "ids": ["L7"]},
    )
    anchors = [section.anchor for section in made.sections]
    assert anchors == ["found", "leaks", "pairs", "dropped", "method"]
    assert blocks_of(made, "leaks")[1].rows[0][:3] == ["mine", "test", "train"]
    assert "Dropped: L7." in blocks_of(made, "dropped")[1].items[0]
