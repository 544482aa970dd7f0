"""What audits in the cache say of rows, whatever table they stand in."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cutis.data import load_dataset
from cutis.features import default_cache
from cutis.tasks.overlap.audits import FOLDER, Audit, known_audits
from cutis.tasks.overlap.known import KnownOverlap, known_overlap, trained_sets, without_overlap
from cutis.tasks.overlap.settings import OverlapConfig
from cutis.tasks.overlap.verb import data_overlap

MAKE = SimpleNamespace(name="make", card=SimpleNamespace(name="make"))


@pytest.fixture
def audited(noise_table, tmp_path):
    """The noise table searched within, its rows 6 and 7 being copies of 0 and 1."""
    data_overlap(OverlapConfig(data=[noise_table], output=tmp_path / "audit"))
    return load_dataset(noise_table)


def test_copies_between_training_and_evaluated_rows_are_known(audited):
    known = known_overlap(audited.select([1, 3, 5]), train=audited.select([0, 2, 4, 6, 7]))
    assert known is not None
    assert known.flagged_n.tolist() == [True, False, False]
    assert known.searched_n.all()
    assert "1 of 3 evaluated images has a copy" in known.line()


def test_copies_among_the_evaluated_rows_alone_are_no_leak(audited):
    known = known_overlap(audited.select([0, 6, 3]), train=audited.select([2, 4]))
    assert known is not None
    assert not known.flagged_n.any()


def test_pictures_are_known_again_in_another_table(audited, noise_table):
    frame = pd.read_csv(noise_table).iloc[::-1].assign(id=lambda t: "x" + t["image"])
    frame.to_csv(noise_table.parent / "other.csv", index=False)
    other = load_dataset(noise_table.parent / "other.csv")  # row 7 is picture 0, row 1 picture 6
    known = known_overlap(other.select([7, 5]), train=other.select([1, 2]))
    assert known is not None
    assert known.flagged_n.tolist() == [True, False]


def test_a_picture_that_changed_is_not_known(audited, noise_table):
    from PIL import Image

    Image.new("RGB", (50, 50), (9, 9, 9)).save(noise_table.parent / "n1.png")
    known = known_overlap(load_dataset(noise_table).select([1, 3]), train=audited.select([7]))
    assert known is not None
    assert known.flagged_n.tolist() == [False, False]
    assert known.searched_n.tolist() == [False, True]
    assert "(1 was not searched)" in known.line()


def test_without_an_audit_of_these_rows_nothing_is_known(audited, noise_table, mine):
    assert known_overlap(load_dataset(mine), train=load_dataset(mine)) is None
    assert known_overlap(audited) is None
    assert known_overlap(audited, model=MAKE) is None


def test_without_any_audit_nothing_is_hashed(noise_table, monkeypatch):
    monkeypatch.setattr("cutis.tasks.overlap.known.digests_of", lambda *_: pytest.fail("hashed"))
    assert known_overlap(load_dataset(noise_table), model=MAKE) is None


def test_rows_of_the_training_data_itself_are_flagged(noise_table, mine, tmp_path):
    data_overlap(
        OverlapConfig(data=[mine], against=[noise_table], output=tmp_path / "a", trained=["make"])
    )
    known = known_overlap(load_dataset(noise_table), model=MAKE)
    assert known is not None
    assert known.flagged_n.all()


def test_a_damaged_audit_is_passed_over(audited):
    folder = next((default_cache() / FOLDER).iterdir())
    (folder / "rows.npz").write_bytes(b"PK broken")
    assert list(known_audits(default_cache())) == []
    (folder / "audit.json").write_text('{"format": "another"}')
    assert list(known_audits(default_cache())) == []


def known_of(flagged: list[bool]) -> KnownOverlap:
    return KnownOverlap(np.array(flagged), np.ones(len(flagged), bool), ("k",), ("why",))


def test_the_record_says_when_nothing_is_left():
    assert without_overlap(known_of([True]), lambda kept: {"x": 1})["metrics"] is None
    record = without_overlap(known_of([True, False]), lambda kept: {"n": int(kept.sum())})
    assert record["metrics"] == {"n": 1}

    def fails(kept):
        raise ValueError("one class")

    assert "one class" in without_overlap(known_of([False]), fails)["note"]


def test_only_some_rows():
    part = known_of([True, False, True]).rows(np.array([0, 1]))
    assert (part.count, len(part.searched_n)) == (1, 2)


def test_who_was_trained_on_what():
    assert trained_sets(["a", "b"], 2, [False, True]) == [[], ["a", "b"]]
    assert trained_sets(None, 2, [False, False]) == [[], []]


def test_a_missing_picture_is_no_copy_of_another_missing_one(monkeypatch):
    """Folders of features have pairs without pictures; a training row may lack its picture too."""
    mine, gone = np.array([b"a", b"b"], "S32"), np.array([b""], "S32")
    audit = audit_of([["a", "b"], []], [(0, 1)], [((0, "a"), (1, ""))])
    assert asked(monkeypatch, [audit], mine, gone) is None
    partly = asked(monkeypatch, [audit_of([["a", "b"], ["t"]], [(0, 1)], [((0, "a"), (1, ""))])],
                   mine, np.array([b"", b"t"], "S32"))  # fmt: skip
    assert partly.flagged_n.tolist() == [False, False]
    assert partly.searched_n.all()


def audit_of(
    sets: list[list[str]],
    compared: list[tuple[int, int]],
    pairs: list[tuple[tuple[int, str], tuple[int, str]]],
    trained: dict[int, list[str]] | None = None,
    key: str = "k",
) -> Audit:
    """An audit of sets of pictures that are told by a letter."""
    record = {
        "sets": [
            {"name": f"set {i}", "n_rows": len(one), "trained": (trained or {}).get(i, [])}
            for i, one in enumerate(sets)
        ],
        "comparisons": [list(pair) for pair in compared],
    }
    digests = tuple(np.array(sorted(one), "S32") for one in sets)
    ends = np.array([[x.encode() for _, x in pair] for pair in pairs], "S32").reshape(-1, 2)
    numbers = np.array([[i for i, _ in pair] for pair in pairs], np.int64).reshape(-1, 2)
    return Audit(key, record, digests, ends, numbers)


def asked(monkeypatch, audits, mine, train=None, model=None) -> KnownOverlap | None:
    """Ask of rows that are told by their digests alone."""
    monkeypatch.setattr("cutis.tasks.overlap.known.known_audits", lambda cache: iter(audits))
    monkeypatch.setattr("cutis.tasks.overlap.known.digests_of", lambda rows, cache, workers: rows)
    return known_overlap(mine, model, train, cache="cache")


def test_a_model_is_known_by_either_of_its_names_in_any_case(monkeypatch):
    audit = audit_of([["a"], ["t"]], [(0, 1)], [((0, "a"), (1, "t"))], {1: ["MAKE"]})
    mine = np.array([b"a", b"z"], "S32")
    for name, card in (("make", "x"), ("x", "Make")):
        model = SimpleNamespace(name=name, card=SimpleNamespace(name=card))
        known = asked(monkeypatch, [audit], mine, model=model)
        assert known.flagged_n.tolist() == [True, False]
        assert known.searched_n.tolist() == [True, False]
    other = SimpleNamespace(name="x", card=SimpleNamespace(name="y"))
    assert asked(monkeypatch, [audit], mine, model=other) is None


def test_several_audits_are_joined_and_named_once(monkeypatch):
    one = audit_of([["a", "b"], ["t"]], [(0, 1)], [((0, "a"), (1, "t"))], {1: ["make"]}, "one")
    two = audit_of([["b", "c"], ["t"]], [(0, 1)], [((0, "c"), (1, "t"))], {1: ["make"]}, "two")
    known = asked(monkeypatch, [one, two], np.array([b"a", b"b", b"c", b"d"], "S32"), model=MAKE)
    assert known.flagged_n.tolist() == [True, False, True, False]
    assert known.searched_n.tolist() == [True, True, True, False]
    assert known.audits == ("one", "two")
    assert len(known.reasons) == 1
    assert known.line().startswith("Overlap: 2 of 4 evaluated images have a copy in training data")
    assert "(1 was not searched)" in known.line()


LETTERS = "abcdefgh"


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_rows_are_flagged_as_by_hand(data):
    """Against the definition: a copy of a training row, in an audit that compared the two."""
    subset = st.lists(st.sampled_from(LETTERS), unique=True, max_size=5)
    sets = [data.draw(subset) for _ in range(2)]
    compared = data.draw(st.sampled_from([[(0, 0)], [(0, 1)], [(0, 0), (0, 1)]]))
    possible = [((i, x), (j, y)) for i, j in compared for x in sets[i] for y in sets[j] if x < y]
    pairs = data.draw(st.lists(st.sampled_from(possible), unique=True)) if possible else []
    mine, train = data.draw(subset), data.draw(subset)
    audit = audit_of(sets, compared, pairs)
    with pytest.MonkeyPatch.context() as patch:
        known = asked(
            patch, [audit], np.array([x.encode() for x in mine], "S32"),
            np.array([x.encode() for x in train], "S32"),
        )  # fmt: skip
    copies = {frozenset((x, y)) for (_, x), (_, y) in pairs}
    flagged = [any(frozenset((x, t)) in copies for t in train if t != x) for x in mine]
    ways = [*compared, *((b, a) for a, b in compared)]
    covered = [
        {t for a, b in ways for t in train if x in sets[a] and t in sets[b]} for x in mine
    ]  # fmt: skip
    searched = [f or (c == set(train) != set()) for f, c in zip(flagged, covered, strict=True)]
    if not any(covered):
        assert known is None
    else:
        assert known.flagged_n.tolist() == flagged
        assert known.searched_n.tolist() == searched
        assert not (known.flagged_n & ~known.searched_n).any()


def test_a_row_of_many_that_was_searched_does_not_stand_for_all(monkeypatch):
    """An audit of one training row says nothing of the other two."""
    audit = audit_of([["a", "b", "c"], ["t"]], [(0, 1)], [((0, "b"), (1, "t"))])
    mine, train = np.array([b"a", b"b"], "S32"), np.array([b"t", b"u", b"v", b""], "S32")
    known = asked(monkeypatch, [audit], mine, train)
    assert known.flagged_n.tolist() == [False, True]
    assert known.searched_n.tolist() == [False, True]
    assert known.reasons == ()
    assert known.warnings[0].startswith("1 of 3 training rows were searched")
    rest = audit_of([["a", "b"], ["u", "v"]], [(0, 1)], [], key="rest")
    known = asked(monkeypatch, [audit, rest], mine, train)
    assert known.searched_n.all()
    assert known.reasons[0].startswith("The training rows were searched")
    assert known.warnings == ()


def test_empty_digests_meet_nobody(monkeypatch):
    """Not in what was trained on, not in pairs, not in what is evaluated."""
    sets, pairs = [["a"], ["t", ""]], [((0, ""), (1, "")), ((0, "a"), (1, ""))]
    audit = audit_of(sets, [(0, 1)], pairs, {1: ["make"]})
    mine = np.array([b"a", b""], "S32")
    for more in ({"model": MAKE}, {"train": np.array([b"", b"t"], "S32")}):
        known = asked(monkeypatch, [audit], mine, **more)
        assert known.flagged_n.tolist() == [False, False]
        assert known.searched_n.tolist() == [True, False]


def test_copies_of_a_folder_of_features_a_model_was_trained_on_are_known(monkeypatch):
    """Its pictures are not at hand, so a word stands for them."""
    audit = audit_of([["a", "b"], []], [(0, 1)], [((0, "a"), (1, ""))], {1: ["make"]})
    known = asked(monkeypatch, [audit], np.array([b"a", b"b", b"c"], "S32"), model=MAKE)
    assert known.flagged_n.tolist() == [True, False, False]
    assert known.searched_n.tolist() == [True, True, False]
    other = audit_of([["a"], []], [(0, 1)], [((0, "a"), (1, ""))])
    assert asked(monkeypatch, [other], np.array([b"a"], "S32"), np.array([b""], "S32")) is None


def test_the_stricter_search_made_later_takes_back_what_a_loose_one_said(
    mine, bank, tmp_path, pixel_model
):
    """At first everything is alike; the newest search of the same tables decides."""
    settings = {"data": [mine], "against": [bank], "model": "pixels", "no_hash": True,
                "trained": ["make"], "scope": "between"}  # fmt: skip
    data_overlap(OverlapConfig(output=tmp_path / "loose", threshold=0.01, **settings))
    known = known_overlap(load_dataset(mine), model=MAKE)
    assert (known.count, known.searched_n.any(), known.reasons) == (0, False, ())
    (said,) = known.warnings
    assert "too loose to be believed" in said
    assert "the features of pixels (cosine from 0.01, 20" in said
    assert f"{FOLDER}/{known.audits[0]}" in said
    assert (default_cache() / FOLDER / known.audits[0]).is_dir()
    data_overlap(OverlapConfig(output=tmp_path / "strict", threshold=0.9999, **settings))
    known = known_overlap(load_dataset(mine), model=MAKE)
    assert 0 < known.count < 7
    assert known.searched_n.all()
    assert "cosine from 0.9999" in known.line()
    assert "0.01" not in known.line()
    assert len(known.audits) - len(set(known.audits)) == 0
