"""The search against all pairs computed one by one, and what stops it."""

from __future__ import annotations

from itertools import combinations, product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from cutis.errors import CutisError
from cutis.tasks.overlap.looks import Looks, Unreadable
from cutis.tasks.overlap.search import Material, chosen_threshold, compare, gather, the_model
from cutis.tasks.overlap.sides import Side
from tests.tasks.overlap.made import bare_side, config, material, table_side, vectors


def cosine(one: np.ndarray, two: np.ndarray) -> float:
    one, two = one.astype(np.float64), two.astype(np.float64)
    return float(one @ two / np.sqrt((one @ one) * (two @ two)))


def some_features(seed: int, n: int, dtype: type = np.float32) -> np.ndarray:
    """Features of which some repeat, some nearly, some at another length, some are zero."""
    rng = np.random.default_rng(seed)
    base = rng.normal(size=(4, 5))
    values = base[rng.integers(0, 4, n)] * rng.uniform(0.5, 3, (n, 1))
    values += rng.normal(size=(n, 5)) * rng.choice([0, 0.05, 0.5], (n, 1))
    values[rng.random(n) < 0.15] = 0
    return values.astype(dtype)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 9999), st.integers(1, 14), st.integers(1, 9),
       st.sampled_from([np.float16, np.float32]))  # fmt: skip
def test_pairs_are_those_of_all_rows_with_all_rows(seed, n, m, dtype):
    a, b = some_features(seed, n, dtype), some_features(seed + 1, m, dtype)
    b[0] = a[0]
    found = compare(config(threshold=0.9), [material(a), material(b, name="b")], (0, 1))
    known = {
        (i, j): cosine(a[i], b[j]) for i, j in product(range(n), range(m))
        if a[i].any() and b[j].any()
    }  # fmt: skip
    sure = {pair for pair, value in known.items() if value > 0.9 + 1e-6}
    possible = {pair for pair, value in known.items() if value > 0.9 - 1e-6}
    pairs = [tuple(pair) for pair in found.rows_p2.tolist()]
    assert sure <= set(pairs) <= possible
    assert len(set(pairs)) == len(pairs)
    np.testing.assert_allclose(found.cosine_p, [known[p] for p in pairs], atol=2e-6)
    assert (np.diff(found.cosine_p) <= 0).all()
    best = [max([v for (i, _), v in known.items() if i == row], default=np.nan) for row in range(n)]
    np.testing.assert_allclose(found.nearest_n, best, atol=2e-6)
    assert found.zeros[0].tolist() == [i for i in range(n) if not a[i].any()]
    assert found.zeros[1].tolist() == [j for j in range(m) if not b[j].any()]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 9999), st.integers(1, 14))
def test_within_a_set_each_pair_comes_once(seed, n):
    a = some_features(seed, n)
    found = compare(config(threshold=0.9), [material(a)], (0, 0))
    known = {
        (i, j): cosine(a[i], a[j]) for i, j in combinations(range(n), 2)
        if a[i].any() and a[j].any()
    }  # fmt: skip
    pairs = {tuple(pair) for pair in found.rows_p2.tolist()}
    assert {p for p, v in known.items() if v > 0.9 + 1e-6} <= pairs
    assert pairs <= {p for p, v in known.items() if v > 0.9 - 1e-6}
    assert len(pairs) == len(found.rows_p2)


def test_between_equals_the_names_decide_and_not_the_rows():
    same = np.ones((3, 2), np.float32)
    for names in (["c", "a", "b"], ["b", "c", "a"]):
        one, two = material(same[:1], ["x"]), material(same, names, "b")
        found = compare(config(threshold=0.9), [one, two], (0, 1))
        assert [names[j] for _, j in found.rows_p2] == ["a", "b", "c"]


def test_a_picture_without_features_shifts_no_row():
    values = np.eye(4, dtype=np.float32)
    side = bare_side("abcdef")
    holed = Material(side, vectors(values[[0, 1, 2, 0]], [0, 2, 3, 5]), None)
    whole = Material(bare_side("uvwx", "b"), vectors(values), None)
    found = compare(config(threshold=0.9), [holed, whole], (0, 1))
    assert sorted(map(tuple, found.rows_p2.tolist())) == [(0, 0), (2, 1), (3, 2), (5, 0)]
    within = compare(config(threshold=0.9), [holed, whole], (0, 0))
    assert within.rows_p2.tolist() == [[0, 5]]
    assert holed.readable().tolist() == [0, 2, 3, 5]
    assert [e.row for e in holed.unreadable()] == [1, 4]


def test_a_picture_one_way_could_read_is_readable():
    error = Unreadable(1, "b", "1.png", "no header")
    looks = Looks(np.array([0, 2]), np.ones((2, 1, 2), np.uint64), (error,))
    both = Material(bare_side("abc"), vectors(np.ones((2, 2)), [0, 2]), looks)
    assert both.readable().tolist() == [0, 2]
    assert [(e.row, e.reason) for e in both.unreadable()] == [(1, "broken")]
    only = Material(bare_side("abc"), None, looks)
    assert only.unreadable() == [error]
    assert Material(bare_side("abc"), None, None).readable().tolist() == []


def test_a_feature_that_is_not_finite_is_named():
    wrong = np.ones((3, 2), np.float32)
    wrong[1, 0] = np.nan
    for which, names in (((0, 1), "a and b"), ((0, 0), "a")):
        with pytest.raises(CutisError, match=f"features of {names} cannot be compared: Row 1 "):
            compare(config(), [material(wrong), material(wrong[:1], name="b")], which)


def test_features_of_other_lengths_are_refused():
    one, two = material(np.ones((2, 3))), material(np.ones((2, 4)), name="b")
    with pytest.raises(CutisError, match="length 3 and 4 have no cosine"):
        compare(config(), [one, two], (0, 1))


@pytest.mark.parametrize(("threshold", "wanted"), [(0.5, "0.75"), (0.96, "0.98"), (1.0, "1")])
def test_far_too_many_pairs_name_a_stricter_threshold(threshold, wanted):
    with pytest.raises(CutisError) as refused:
        compare(config(threshold=threshold, max_pairs=5), [material(np.ones((9, 2)))], (0, 0))
    assert f"--threshold {wanted};" in str(refused.value)
    assert "of a count as copies" in str(refused.value)
    assert "--max-pairs with a larger number" in str(refused.value)


def test_far_too_many_hashes_name_a_smaller_distance():
    looks = Looks(np.arange(60), np.ones((60, 1, 2), np.uint64))
    side = bare_side([str(i) for i in range(60)])
    with pytest.raises(CutisError, match="--hash-distance 7"):
        compare(config(max_pairs=3), [Material(side, None, looks)], (0, 0))


@pytest.mark.parametrize(
    ("more", "threshold"),
    [
        ({}, 0.95),
        ({"model": "cutis-tiny"}, 0.95),
        ({"model": "sscd@file.pt"}, 0.75),
        ({"model": "sscd@file.pt", "threshold": 0.6}, 0.6),
        ({"threshold": 1.0}, 1.0),
    ],
)
def test_the_threshold_without_a_word_is_the_published_one_for_its_model(more, threshold):
    assert chosen_threshold(config(**more)) == threshold


@pytest.fixture
def noise(tmp_path) -> Path:
    """Five pictures: 0 and 1 alike in detail, 2 of the same coarse shape, 3 apart, 4 broken."""
    rng = np.random.default_rng(2)
    cells = rng.integers(0, 256, (10, 10), dtype=np.uint8)
    coarse = Image.fromarray(cells).resize((96, 96), Image.Resampling.BICUBIC)
    coarse.save(tmp_path / "0.png")
    coarse.resize((80, 80)).save(tmp_path / "1.png")
    fine = np.asarray(coarse, int) + 40 * rng.choice([-1, 1], (96, 96))
    fine = np.clip(fine, 0, 255).astype(np.uint8)
    Image.fromarray(fine).save(tmp_path / "2.png")
    Image.fromarray(cells.T).resize((96, 96), Image.Resampling.BICUBIC).save(tmp_path / "3.png")
    (tmp_path / "4.png").write_bytes(b"broken")
    return tmp_path


def side_of(folder: Path, order: str) -> Side:
    return table_side(folder, f"t{order}", {"image": [f"{i}.png" for i in order]})


def test_close_hashes_need_detail_that_agrees(noise):
    side = side_of(noise, "01423")
    (found,) = gather(config(), [side], None, noise)
    assert found.looks.rows_m.tolist() == [0, 1, 3, 4]
    strict = compare(config(), [found], (0, 0))
    assert strict.rows_p2.tolist() == [[0, 1]]
    assert strict.likeness_p[0] >= 0.85
    assert np.isnan(strict.cosine_p).all()
    trusting = compare(config(likeness=0, hash_distance=24), [found], (0, 0))
    assert {(0, 1), (0, 3), (1, 3)} <= set(map(tuple, trusting.rows_p2.tolist()))


def test_the_order_of_the_rows_changes_no_pair(noise):
    names = set()
    for order in ("01423", "34210"):
        side = side_of(noise, order)
        (found,) = gather(config(), [side], None, noise)
        pairs = compare(config(), [found], (0, 0)).rows_p2
        names.add(frozenset(frozenset(side.image(i) for i in pair) for pair in pairs))
    assert names == {frozenset({frozenset({"0.png", "1.png"})})}


def test_hash_and_feature_of_one_pair_are_one_pair(noise):
    side = side_of(noise, "013")
    (found,) = gather(config(), [side], None, noise)
    values = np.array([[1, 0], [1, 0.001], [0, 1]], np.float32)
    both = Material(side, vectors(values), found.looks)
    (pair,) = compare(config(), [both], (0, 0)).rows_p2.tolist()
    assert pair == [0, 1]
    one = compare(config(), [both], (0, 0))
    assert one.cosine_p[0] == pytest.approx(1, abs=1e-5)
    assert one.distance_p[0] <= 14
    assert one.likeness_p[0] >= 0.85


def test_nothing_to_compare_by_is_refused(noise):
    with pytest.raises(CutisError, match="--no-hash leaves nothing to compare the pictures by"):
        gather(config(no_hash=True), [side_of(noise, "01")], None, noise)


def test_a_table_whose_pictures_cannot_be_read_names_the_first(noise):
    (noise / "5.png").write_bytes(b"")
    with pytest.raises(CutisError, match=r"None of the 2 pictures of .*the first: 4.png: "):
        gather(config(), [side_of(noise, "45")], None, noise)


def test_a_model_is_loaded_only_for_tables(noise, monkeypatch):
    loaded = []
    monkeypatch.setattr(
        "cutis.tasks.overlap.search.load_audit_model", lambda config: loaded.append(1) or "model"
    )
    assert the_model(config(model="x"), [bare_side("ab")]) is None
    assert the_model(config(model="x"), [bare_side("ab"), side_of(noise, "0")]) == "model"
    assert loaded == [1]
