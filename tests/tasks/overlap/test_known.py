"""What audits in the cache say of rows, whatever table they stand in."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from cutis.data import load_dataset
from cutis.features import default_cache
from cutis.tasks.overlap.audits import FOLDER, known_audits
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
