"""The near-duplicate search against all pairs."""

from __future__ import annotations

import time

import numpy as np
import pytest

from cutis.data.near import clusters, near_pairs


def hashes(bits: np.ndarray) -> np.ndarray:
    return np.packbits(bits, axis=1).view(">u8").astype(np.uint64)


def crowd(n: int, centres: int, seed: int) -> np.ndarray:
    """Bits that crowd around some centres, as hashes of similar photographs do."""
    rng = np.random.default_rng(seed)
    middle = rng.integers(0, 2, (centres, 128), dtype=np.uint8)
    noise = (rng.random((n, 128)) < 0.06).astype(np.uint8)
    return middle[rng.integers(0, centres, n)] ^ noise


@pytest.mark.parametrize("distance", [0, 1, 3, 6, 12])
@pytest.mark.parametrize("seed", [0, 1])
def test_no_pair_is_missed_and_none_invented(distance: int, seed: int) -> None:
    bits = crowd(300, 5, seed)
    differing = (bits[:, None] != bits[None]).sum(axis=-1)
    upper = np.triu_indices(len(bits), 1)
    expected = {(a, b) for a, b in zip(*upper, strict=True) if differing[a, b] <= distance}
    assert {tuple(pair) for pair in near_pairs(hashes(bits), distance).tolist()} == expected


def test_equal_hashes_are_tied_to_the_first_of_them() -> None:
    looks = np.array([[5, 5], [9, 0], [5, 5], [5, 5]], dtype=np.uint64)
    assert near_pairs(looks, 0).tolist() == [[0, 2], [0, 3]]
    assert clusters(near_pairs(looks, 0).tolist()) == ((0, 2, 3),)


@pytest.mark.parametrize("n", [0, 1])
def test_too_few_rows(n: int) -> None:
    assert near_pairs(np.zeros((n, 2), dtype=np.uint64), 6).shape == (0, 2)


def test_many_copies_of_one_image_stay_cheap() -> None:
    start = time.process_time()
    assert len(near_pairs(np.zeros((50_000, 2), dtype=np.uint64), 6)) == 49_999
    assert time.process_time() - start < 2


def test_time_grows_far_slower_than_the_number_of_pairs() -> None:
    # 60,000 rows make 1.8 billion pairs; comparing them all takes minutes
    start = time.process_time()
    looks = hashes(np.random.default_rng(0).integers(0, 2, (60_000, 128), dtype=np.uint8))
    looks[50_000:] = looks[:10_000] ^ np.uint64(1)
    assert len(near_pairs(looks, 6)) == 10_000
    assert time.process_time() - start < 10


def test_clusters_join_chains() -> None:
    assert clusters([(1, 2), (3, 4), (2, 3), (8, 9)]) == ((1, 2, 3, 4), (8, 9))
    assert clusters([]) == ()
