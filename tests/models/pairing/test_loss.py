"""The loss against sums written out by hand, and what it must and must not depend on."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from cutis.models.pairing.loss import contrastive_loss, same_key


def written_out(logits: np.ndarray, positive: np.ndarray) -> float:
    """The definition, in plain loops and double precision."""

    def one_way(scores: np.ndarray, right: np.ndarray) -> float:
        rows = []
        for row, mask in zip(scores, right, strict=True):
            total = math.log(sum(math.exp(value) for value in row))
            terms = [total - value for value, yes in zip(row, mask, strict=True) if yes]
            if terms:
                rows.append(sum(terms) / len(terms))
        return sum(rows) / len(rows)

    return (one_way(logits, positive) + one_way(logits.T, positive.T)) / 2


@settings(max_examples=40, deadline=None)
@given(n=st.integers(1, 7), m=st.integers(1, 7), c=st.integers(1, 4), seed=st.integers(0, 999))
def test_it_is_its_definition(n: int, m: int, c: int, seed: int):
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 3, (n, m))
    positive = same_key(rng.integers(0, c, n), rng.integers(0, c, m))
    if not positive.any():
        positive[0, 0] = True
    found = float(contrastive_loss(torch.from_numpy(logits), torch.from_numpy(positive)))
    assert found == pytest.approx(written_out(logits, positive), rel=1e-9)


def test_with_one_right_text_each_it_is_the_loss_of_clip():
    logits = torch.randn(6, 6, generator=torch.Generator().manual_seed(1))
    own = torch.arange(6)
    cross = torch.nn.functional.cross_entropy
    expected = (cross(logits, own) + cross(logits.T, own)) / 2
    torch.testing.assert_close(contrastive_loss(logits, torch.eye(6, dtype=torch.bool)), expected)


def test_with_classes_it_is_cross_entropy_of_an_even_target():
    labels = torch.tensor([0, 1, 1, 2, 0])
    positive = labels[:, None] == labels[None]
    logits = torch.randn(5, 5, generator=torch.Generator().manual_seed(2))
    target = positive.float() / positive.sum(1, keepdim=True)
    cross = torch.nn.functional.cross_entropy
    expected = (cross(logits, target) + cross(logits.T, target)) / 2
    torch.testing.assert_close(contrastive_loss(logits, positive), expected)


def test_order_and_a_constant_change_nothing_and_large_logits_stay_finite():
    rng = np.random.default_rng(3)
    logits, keys = torch.from_numpy(rng.normal(0, 1, (5, 5))), rng.integers(0, 2, 5)
    positive = torch.from_numpy(same_key(keys, keys))
    loss = contrastive_loss(logits, positive)
    order = torch.tensor([3, 0, 4, 1, 2])
    torch.testing.assert_close(contrastive_loss(logits[order], positive[order]), loss)
    torch.testing.assert_close(contrastive_loss(logits + 7, positive), loss)
    assert torch.isfinite(contrastive_loss(logits * 1e4, positive))


def test_rows_without_a_right_answer_are_left_out_but_stay_wrong_answers():
    logits = torch.tensor([[1.0, 0.0], [0.5, 0.2]], requires_grad=True)
    positive = torch.tensor([[True, False], [False, False]])
    loss = contrastive_loss(logits, positive)
    expected = (math.log(math.e + 1) - 1 + math.log(math.e + math.exp(0.5)) - 1) / 2
    assert float(loss.detach()) == pytest.approx(expected, rel=1e-6)
    loss.backward()
    assert float(logits.grad[1, 1]) == 0
    assert float(logits.grad[1, 0]) > 0


def test_nothing_right_at_all_is_no_loss_and_no_gradient():
    logits = torch.zeros(2, 3, requires_grad=True)
    loss = contrastive_loss(logits, torch.zeros(2, 3, dtype=torch.bool))
    loss.backward()
    assert float(loss.detach()) == 0
    assert not logits.grad.any()


def test_a_step_along_the_gradient_lowers_it():
    logits = torch.randn(8, 8, generator=torch.Generator().manual_seed(4), requires_grad=True)
    positive = torch.from_numpy(same_key(np.arange(8) % 3, np.arange(8) % 3))
    before = contrastive_loss(logits, positive)
    before.backward()
    after = contrastive_loss(logits.detach() - 0.5 * logits.grad, positive)
    assert float(after) < float(before.detach())
