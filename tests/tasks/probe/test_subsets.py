"""Shares and shots of the training rows: the published draws, and the promises of ours."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from cutis.tasks.probe.subsets import draw_share, draw_shots, grouped_share

PUBLISHED = {"panderm": "panderm", "dermfm": "dermfm_zero"}


@pytest.mark.parametrize("sampling", PUBLISHED)
@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 1])
def test_the_published_rows_in_the_published_order(shared, sampling, share):
    folder = shared / "parity" / "linear_probe"
    table = pd.read_csv(folder / "subset_table.csv")
    train = table[table["split"] == "train"].reset_index(drop=True)
    orders = json.loads((folder / "subset_orders.json").read_text())
    labels = train["label"].to_numpy()
    rows = draw_share(sampling, labels, np.arange(len(labels)), share, seed=0)
    expected = orders[PUBLISHED[sampling]][str(share)]["order"]
    assert train["image"].iloc[rows].tolist() == expected


def test_another_seed_draws_other_rows_as_pandas_would():
    labels = np.repeat([0, 1], [30, 10])
    rows = draw_share("panderm", labels, labels, 0.4, seed=3)
    expected = pd.DataFrame({"row": range(40)}).sample(frac=1, random_state=45)["row"]
    assert rows.tolist() == expected.tolist()[:16]


@pytest.fixture
def lesions():
    """500 images of four classes, 1 to 6 of each lesion."""
    rng = np.random.default_rng(0)
    sizes = rng.integers(1, 7, 200)
    groups = np.repeat(np.arange(200), sizes)[:500].astype(str)
    classes = rng.choice(4, 200, p=[0.6, 0.25, 0.1, 0.05])
    return np.repeat(classes, sizes)[:500], groups


@pytest.mark.parametrize("share", [0.05, 0.1, 0.3, 0.5, 0.9])
def test_groups_stay_whole_and_classes_even(lesions, share):
    labels, groups = lesions
    rows = grouped_share(labels, groups, share, seed=1)
    assert set(groups[rows]).isdisjoint(np.delete(groups, rows))
    for c in range(4):
        wanted, largest = share * (labels == c).sum(), 6
        assert abs((labels[rows] == c).sum() - wanted) <= largest
        assert (labels[rows] == c).any()


def test_a_larger_share_contains_a_smaller_one(lesions):
    labels, groups = lesions
    shares = [set(grouped_share(labels, groups, s, seed=2).tolist()) for s in (0.01, 0.1, 0.4, 1)]
    assert shares[0] <= shares[1] <= shares[2] <= shares[3]
    assert len(shares[3]) == 500


def test_seeds_draw_other_groups_and_one_seed_the_same(lesions):
    labels, groups = lesions
    one, again = (grouped_share(labels, groups, 0.2, seed=4).tolist() for _ in range(2))
    assert one == again
    assert one != grouped_share(labels, groups, 0.2, seed=5).tolist()


def test_stratified_takes_images_and_not_groups(lesions):
    labels, groups = lesions
    rows = draw_share("stratified", labels, groups, 0.1, seed=0)
    for c in range(4):
        assert (labels[rows] == c).sum() == pytest.approx(0.1 * (labels == c).sum(), abs=1)
    assert not set(groups[rows]).isdisjoint(np.delete(groups, rows))


@pytest.mark.parametrize("shots", [1, 4, 16])
def test_shots_are_of_different_lesions(lesions, shots):
    labels, groups = lesions
    rows = draw_shots(labels, groups, shots, seed=0)
    for c in range(4):
        its, n_lesions = rows[labels[rows] == c], len(set(groups[labels == c]))
        assert len(its) == min(shots, (labels == c).sum())
        assert len(set(groups[its])) == min(shots, n_lesions)


def test_more_shots_contain_fewer(lesions):
    labels, groups = lesions
    few, many = (set(draw_shots(labels, groups, k, seed=3).tolist()) for k in (2, 8))
    assert few < many
