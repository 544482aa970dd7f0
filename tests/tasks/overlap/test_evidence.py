"""Which of several audits decides, and when one is not believed."""

from __future__ import annotations

import numpy as np
import pytest

from cutis.tasks.overlap.audits import Audit
from cutis.tasks.overlap.evidence import LOOK, Answer, answers, features_way, ways_of

HASH = {"hash_distance": 14, "likeness": 0.85, "threshold": None, "model": None}
CHOSEN = {"hash_distance": None, "likeness": None, "threshold": 0.9, "model": "tiny"}
TINY = "the features of tiny"


def letters(text: str) -> np.ndarray:
    return np.array([letter.encode() for letter in text], "S32")


def audit(a: str, b: str, pairs: str, method: dict, made: str, ways=None) -> Audit:
    """Set a compared with set b; pairs as 'at bu'."""
    ends = np.array([[x.encode() for x in pair] for pair in pairs.split()], "S32").reshape(-1, 2)
    record = {
        "method": method, "made": made, "comparisons": [[0, 1]],
        "sets": [{"name": n, "n_rows": 1, "trained": []} for n in "ab"],
    }  # fmt: skip
    numbers = np.broadcast_to([0, 1], ends.shape)
    ways = None if ways is None else np.array(ways, bool)
    return Audit(made, record, (letters(a), letters(b)), ends, numbers, ways)


def ask(*audits: Audit, mine: str = "abcdef", train: str = "tuv") -> dict[str, Answer]:
    return answers(audits, letters(mine), letters(train), np.ones(len(train), np.int64))


def flagged(answer: Answer, mine: str = "abcdef") -> str:
    return "".join(x for x, is_copy in zip(mine, answer.flagged_n, strict=True) if is_copy)


def test_the_newest_decides_whatever_the_order():
    old = audit("abcdef", "tuv", "at bu cv", CHOSEN, "2026-01-01")
    new = audit("abcdef", "tuv", "bu", CHOSEN | {"threshold": 0.99}, "2026-02-01")
    for given in ((old, new), (new, old)):
        found = ask(*given)[TINY]
        assert flagged(found) == "b"
        assert [view.words() for view in found.views] == [
            "cosine from 0.99, 2026-02-01, overlaps/2026-02-01"
        ]


def test_looser_and_newer_decides_too():
    strict = audit("abcdef", "tuv", "", CHOSEN | {"threshold": 0.99}, "2026-01-01")
    assert flagged(ask(strict, audit("abcdef", "tuv", "at", CHOSEN, "2026-02-01"))[TINY]) == "a"


def test_what_the_newer_did_not_compare_stays():
    old = audit("abcdef", "tuv", "at bu cv", CHOSEN, "2026-01-01")
    new = audit("ab", "tu", "", CHOSEN, "2026-02-01")
    found = ask(old, new)[TINY]
    assert flagged(found) == "c"
    assert len(found.views) == 2
    assert found.covered_n.tolist() == [3] * 6


def test_ways_are_kept_apart():
    old = audit("abcdef", "tuv", "at", HASH, "2026-01-01")
    new = audit("abcdef", "tuv", "bu", CHOSEN, "2026-02-01")
    other = audit("abcdef", "tuv", "cv", CHOSEN | {"model": "big"}, "2026-03-01")
    found = ask(old, new, other)
    assert {way: flagged(answer) for way, answer in found.items()} == {
        LOOK: "a", TINY: "b", "the features of big": "c",
    }  # fmt: skip


def test_an_audit_of_both_ways_is_divided():
    both = audit("abcdef", "tuv", "at bu cv", CHOSEN | {"hash_distance": 14, "likeness": 0.85},
                 "2026-01-01", [[1, 0], [0, 1], [1, 1]])  # fmt: skip
    found = ask(both)
    assert (flagged(found[LOOK]), flagged(found[TINY])) == ("ac", "bc")


@pytest.mark.parametrize(("pairs", "believed"), [("at bt ct", True), ("at bt ct dt", False)])
def test_over_half_is_too_many(pairs, believed):
    assert ask(audit("abcdef", "tuv", pairs, CHOSEN, "2026"))[TINY].believed == believed


MANY = "at bt ct dt et ft"
LOOSER = [HASH | {"likeness": 0.2}, HASH | {"hash_distance": 20}, CHOSEN]
SSCD = CHOSEN | {"model": "sscd@/x/y.pt", "threshold": 0.75}


def test_limits_known_to_be_strict_are_believed_even_of_nearly_all():
    """The published audit found copies of 83.6 % of one dataset."""
    for method in (HASH, SSCD):
        (found,) = ask(audit("abcdef", "tuv", MANY, method, "2026")).values()
        assert found.believed
    for method in (*LOOSER, SSCD | {"threshold": 0.6}):
        (found,) = ask(audit("abcdef", "tuv", MANY, method, "2026")).values()
        assert not found.believed


def test_the_same_bytes_are_believed_at_any_threshold():
    same = audit("abcdef", "abcdef", "aa bb cc dd", CHOSEN, "2026")
    assert ask(same, train="abcd")[TINY].believed


def test_nobody_is_asked_of_other_pictures():
    assert ask(audit("xyz", "tuv", "xt", HASH, "2026")) == {}
    assert ask(audit("abc", "w", "aw", HASH, "2026")) == {}
    assert ask() == {}


def test_training_rows_of_one_picture_count_each():
    found = answers([audit("a", "t", "", HASH, "2026")], letters("a"), letters("tu"),
                    np.array([3, 2]))[LOOK]  # fmt: skip
    assert (found.covered_n.tolist(), found.n_train) == ([3], 5)
    assert not found.searched_n.any()


def test_no_folder_of_the_user_is_named():
    assert features_way("sscd@C:\\me\\x.pt") == "the features of sscd"
    assert features_way("C:\\me\\x.pt") == "the features of x.pt"
    (view,) = ways_of(audit("a", "t", "", SSCD, "2026-05-01T10:00")).values()
    assert view.words() == "cosine from 0.75, 2026-05-01, overlaps/2026-05-01T10:00"
