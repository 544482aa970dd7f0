"""What is kept of an audit, and that pictures are told by their bytes."""

from __future__ import annotations

import hashlib
import json
import os

import numpy as np
import pandas as pd
import pytest

from cutis.data import load_dataset
from cutis.features import default_cache
from cutis.files import sha256_file
from cutis.tasks.overlap.audits import (
    FOLDER,
    digests_of,
    keep_audit,
    known_audits,
    side_digests,
)
from cutis.tasks.overlap.known import known_in_turns
from cutis.tasks.overlap.settings import OverlapConfig
from cutis.tasks.overlap.verb import data_overlap
from tests.tasks.overlap.made import bare_side, comparison, table_side


def test_pictures_are_told_by_the_bytes_of_their_files(noise_table):
    (noise_table.parent / "n3.png").unlink()
    found = digests_of(load_dataset(noise_table), default_cache())
    for row, name in enumerate(pd.read_csv(noise_table)["image"]):
        path = noise_table.parent / name
        wanted = bytes.fromhex(sha256_file(path)).rstrip(b"\0") if path.exists() else b""
        assert found[row] == wanted


def test_an_audit_holds_the_pairs_and_what_was_searched(noise_table, mine, tmp_path):
    data_overlap(
        OverlapConfig(data=[noise_table], against=[mine], output=tmp_path / "run",
                      trained=["make", "panderm-base"])
    )  # fmt: skip
    (audit,) = known_audits(default_cache())
    assert [one["trained"] for one in audit.record["sets"]] == [[], ["make", "panderm-base"]]
    assert audit.record["comparisons"] == [[0, 0], [0, 1]]
    digests = digests_of(load_dataset(noise_table), default_cache())
    assert sorted(digests.tolist()) == audit.digests[0].tolist()
    wanted = {(digests[0], digests[6]), (digests[1], digests[7])}
    assert set(map(tuple, audit.pairs_p2.tolist())) == wanted
    assert audit.sides_p2.tolist() == [[0, 0], [0, 0]]


def test_the_same_audit_is_kept_once_and_another_beside_it(noise_table, tmp_path):
    for name, distance in (("one", 14), ("two", 14), ("three", 8)):
        data_overlap(
            OverlapConfig(data=[noise_table], output=tmp_path / name, hash_distance=distance)
        )
    assert len(list((default_cache() / FOLDER).iterdir())) == 2


def test_no_name_or_path_of_the_user_is_kept(noise_table, tmp_path):
    data_overlap(OverlapConfig(data=[noise_table], output=tmp_path / "run"))
    (folder,) = (default_cache() / FOLDER).iterdir()
    assert str(tmp_path) not in (folder / "audit.json").read_text()
    assert json.loads((folder / "audit.json").read_text())["sets"][0]["name"] == "noise"


def test_in_turns_only_the_rows_learnt_from_count(noise_table, tmp_path):
    data_overlap(OverlapConfig(data=[noise_table], output=tmp_path / "run"))
    dataset = load_dataset(noise_table)
    everything = np.arange(8)
    apart = [(everything[4:], everything[:4]), (everything[:4], everything[4:])]
    known = known_in_turns(dataset, apart)
    assert known is not None
    assert np.flatnonzero(known.flagged_n).tolist() == [0, 1, 6, 7]
    together = np.array([0, 1, 6, 7])
    others = np.setdiff1d(everything, together)
    known = known_in_turns(dataset, [(others, together), (together, others)])
    assert known is not None
    assert known.count == 0
    assert known.searched_n.all()


def test_in_turns_nothing_is_known_without_an_audit(noise_table):
    rows = np.arange(8)
    assert known_in_turns(load_dataset(noise_table), [(rows[:4], rows[4:])]) is None


def sides_of(tmp_path):
    for i in range(3):
        (tmp_path / f"{i}.png").write_bytes(b"picture %d" % (i % 2))
    columns = {"image": ["0.png", "1.png", "2.png", "gone.png"]}
    return [table_side(tmp_path, "t", columns), bare_side(["f0", "f1"], "features")]


def test_a_folder_of_features_has_no_pictures_to_tell(tmp_path):
    table, features = side_digests(sides_of(tmp_path), tmp_path / "cache", 1)
    assert table[0] == table[2] == hashlib.sha256(b"picture 0").digest().rstrip(b"\0")
    assert table[3] == b""
    assert features.tolist() == [b"", b""]
    audit_key = keep_audit(tmp_path, sides_of(tmp_path), [comparison(0, 1, [(1, 0)])],
                           [table, features], [[], ["make"]], {})  # fmt: skip
    (audit,) = known_audits(tmp_path)
    assert audit.key == audit_key
    assert [len(one) for one in audit.digests] == [2, 0]  # equal files once, missing ones never
    assert audit.pairs_p2.tolist() == [[table[1], b""]]


def test_an_audit_is_named_by_pictures_method_and_training(tmp_path):
    sides = sides_of(tmp_path)[:1]
    digests = side_digests(sides, tmp_path / "cache", 1)
    found = [comparison(0, 0, [(0, 2)])]

    def key(digests=digests, trained=((),), method=None, found=found):
        return keep_audit(tmp_path, sides, found, digests, trained, method or {"d": 1})

    one = key()
    assert key() == one
    assert key(trained=(("make",),)) != one
    assert key(method={"d": 2}) != one
    assert key(digests=[digests[0][::-1]]) != one
    assert key(found=[comparison(0, 0, [])]) == one  # what is found follows from the rest
    assert len(list(known_audits(tmp_path))) == 4


@pytest.mark.parametrize(
    "harm", ["no record", "no rows", "not json", "empty rows", "other format", "a set too few"]
)
def test_whatever_is_damaged_is_passed_over_and_nothing_else(tmp_path, harm):
    sides = sides_of(tmp_path)[:1]
    digests = side_digests(sides, tmp_path / "cache", 1)
    keys = [
        keep_audit(tmp_path, sides, [comparison(0, 0, [])], digests, [[]], {"d": d}) for d in (1, 2)
    ]
    folder = tmp_path / FOLDER / keys[0]
    record = json.loads((folder / "audit.json").read_text())
    if harm == "no record":
        (folder / "audit.json").unlink()
    elif harm == "no rows":
        (folder / "rows.npz").unlink()
    elif harm == "not json":
        (folder / "audit.json").write_text("{")
    elif harm == "empty rows":
        (folder / "rows.npz").write_bytes(b"")
    elif harm == "other format":
        (folder / "audit.json").write_text(json.dumps(record | {"format": "later/2"}))
    else:
        (folder / "audit.json").write_text(json.dumps(record | {"sets": record["sets"] * 2}))
    (tmp_path / FOLDER / "stray").write_text("a file, no folder")
    assert [audit.key for audit in known_audits(tmp_path)] == [keys[1]]


def test_a_cache_without_audits_has_none(tmp_path):
    assert list(known_audits(tmp_path)) == []


def test_the_day_and_the_way_of_each_pair_are_kept(noise_table, mine, tmp_path, pixel_model):
    """The date is no part of the name: the same search again is the newest."""
    settings = {"data": [noise_table], "model": "pixels", "threshold": 0.97}
    data_overlap(OverlapConfig(output=tmp_path / "one", **settings))
    (first,) = known_audits(default_cache())
    assert first.ways_p2.any(axis=1).all()
    assert first.ways_p2[:, 0].sum() == 2
    data_overlap(OverlapConfig(output=tmp_path / "two", **settings))
    (second,) = known_audits(default_cache())
    assert second.key == first.key
    assert second.record["made"] > first.record["made"]


def test_an_audit_without_a_date_has_that_of_its_file(noise_table, tmp_path):
    data_overlap(OverlapConfig(data=[noise_table], output=tmp_path / "run"))
    (folder,) = (default_cache() / FOLDER).iterdir()
    record = json.loads((folder / "audit.json").read_text())
    (folder / "audit.json").write_text(json.dumps({k: record[k] for k in record if k != "made"}))
    os.utime(folder / "audit.json", (86400 * 365, 86400 * 365))
    (found,) = known_audits(default_cache())
    assert found.record["made"].startswith("1971-01-01")
