"""What is kept of an audit, and that pictures are told by their bytes."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd

from cutis.data import load_dataset
from cutis.features import default_cache
from cutis.files import sha256_file
from cutis.tasks.overlap.audits import FOLDER, digests_of, known_audits
from cutis.tasks.overlap.known import known_in_turns
from cutis.tasks.overlap.settings import OverlapConfig
from cutis.tasks.overlap.verb import data_overlap


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
