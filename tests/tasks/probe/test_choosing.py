"""Which setting is chosen, on which rows, and what happens when there are none."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np
import pytest
from sklearn.metrics import log_loss

from cutis.tasks.probe.choosing import Rows, fit_best
from cutis.tasks.probe.families import Candidate, ExampleCache, Neighbours, Standard
from cutis.tasks.probe.standard import standard_path


def rows(n: int, seed: int, noise: float = 1.0, groups: np.ndarray | None = None) -> Rows:
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 3, n)
    x = (rng.normal(size=(n, 8)) * noise + 1.5 * np.eye(3, 8)[y]).astype(np.float32)
    return Rows(x, y, np.arange(n) if groups is None else groups)


@dataclass
class Scripted:
    """A family whose scores are written down, to see what is tried and taken."""

    scores: tuple[float, ...]
    stops_early: bool = True
    needs_validation: bool = False
    tried_on: list[tuple[int, int]] = field(default_factory=list)
    position: int = 0

    @property
    def settings(self):
        return [{"c": i} for i in range(len(self.scores))]

    @property
    def fallback(self):
        return {"c": 99}

    def fit(self, x_nd, y_n, setting):
        return SimpleNamespace(fitted_with=setting, n=len(y_n))

    def tried(self, x_nd, y_n, x_vd):
        for setting in self.settings:
            self.tried_on.append((len(y_n), setting["c"]))
            yield Candidate(setting, self.fit(x_nd, y_n, setting), np.full((1, 1), setting["c"]))

    def score(self, y_v, probs_vc, seen_s):
        return (self.scores[int(probs_vc[0, 0])],)


def test_the_best_on_validation_is_taken_without_another_fit():
    family = Scripted((0.1, 0.5, 0.9, 0.8, 0.7, 1.0))
    found = fit_best(family, rows(30, 0), rows(10, 1))
    assert found.chosen["c"] == 2
    assert found.chosen["by"] == "validation split"
    assert not found.chosen["at_end_of_list"]
    # after two falls nothing more is fitted, so the last setting is never seen
    assert [c for _, c in family.tried_on] == [0, 1, 2, 3, 4]
    assert found.probe.n == 30


def test_methods_without_an_order_try_everything():
    family = Scripted((0.5, 0.4, 0.3, 0.9), stops_early=False)
    assert fit_best(family, rows(30, 0), rows(10, 1)).chosen["c"] == 3


def test_the_first_of_equals_is_taken():
    assert fit_best(Scripted((0.5, 0.5)), rows(30, 0), rows(10, 1)).chosen["c"] == 0


def test_without_validation_groups_stay_whole_and_all_rows_are_fitted():
    groups = np.repeat(np.arange(15), 2)
    family = Scripted((0.1, 0.3, 0.2, 0.1))
    found = fit_best(family, rows(30, 0, groups=groups), None)
    assert found.chosen["by"] == "5-fold cross-validation"
    assert found.chosen["c"] == 1
    assert found.probe.n == 30
    assert {n for n, _ in family.tried_on} <= {22, 24, 26}  # pairs are never parted


def test_nothing_to_choose_by():
    one_each = Rows(np.eye(3, dtype=np.float32), np.arange(3), np.arange(3))
    found = fit_best(Scripted((0.1, 0.2)), one_each, None)
    assert found.chosen == {"c": 99, "by": "default: nothing to choose by"}
    family = Scripted((0.1, 0.2), needs_validation=True)
    assert fit_best(family, rows(30, 0), None).chosen["c"] == 99
    assert family.tried_on == []


def test_validation_rows_of_other_classes_cannot_choose():
    found = fit_best(Scripted((float("-inf"), float("-inf"))), rows(30, 0), rows(10, 1))
    assert found.chosen["c"] == 99


def test_a_single_setting_is_taken_as_it_is():
    assert fit_best(Scripted((0.1,)), rows(30, 0), rows(10, 1)).chosen == {"c": 0, "by": "given"}


def test_the_strength_with_the_lowest_log_loss_on_validation():
    train, val = rows(60, 0, noise=2.0), rows(200, 1, noise=2.0)
    strengths = (1e-4, 1e-3, 1e-2, 1e-1, 1.0, 100.0)
    path = standard_path(train.x_nd, train.y_n, 3, strengths)
    losses = [log_loss(val.y_n, probe.probabilities(val.x_nd)) for probe in path]
    found = fit_best(Standard(3, strengths), train, val)
    assert found.chosen["c"] == strengths[int(np.argmin(losses))]
    assert found.chosen["score"] == pytest.approx(-min(losses), abs=1e-6)


def test_more_neighbours_are_chosen_where_they_help():
    train, val = rows(200, 0, noise=2.5), rows(200, 1, noise=2.5)
    assert fit_best(Neighbours(3, (1, 25), "plain"), train, val).chosen["k"] == 25


def test_examples_are_believed_when_prompts_are_wrong():
    train, val = rows(90, 0, noise=0.3), rows(90, 1, noise=0.3)
    wrong = np.roll(np.eye(3, 8), 1, axis=0)
    family = ExampleCache(wrong, 10.0, (0.0, 16.0), (1.0, 5.5), {"alpha": 1.0, "beta": 5.5})
    found = fit_best(family, train, val)
    assert found.chosen["alpha"] == 16.0
    assert (found.probe.probabilities(val.x_nd).argmax(axis=1) == val.y_n).mean() > 0.9
    right = ExampleCache(np.eye(3, 8), 100.0, (0.0, 16.0), (1.0,), {})
    assert fit_best(right, train, val).chosen["alpha"] == 0.0


def test_an_empty_validation_split_is_none():
    family = Scripted((0.1, 0.3, 0.2))
    train = rows(30, 0)
    empty = Rows(train.x_nd[:0], train.y_n[:0], train.groups_n[:0])
    found = fit_best(family, train, empty)
    assert found.chosen["by"] == "5-fold cross-validation"


@pytest.mark.parametrize(("scores", "end"), [((0.9, 0.5, 0.4), True), ((0.1, 0.2, 0.9), True),
                                             ((0.1, 0.9, 0.2), False)])  # fmt: skip
def test_either_end_of_the_list_is_marked(scores, end):
    assert fit_best(Scripted(scores), rows(30, 0), rows(10, 1)).chosen["at_end_of_list"] is end


def test_lists_without_an_order_have_no_end():
    family = Scripted((0.9, 0.5), stops_early=False)
    assert fit_best(family, rows(30, 0), rows(10, 1)).chosen["at_end_of_list"] is False


@pytest.mark.parametrize(("n_groups", "folds"), [(2, 2), (3, 3), (9, 5)])
def test_few_groups_are_few_folds(n_groups, folds):
    groups = np.arange(36) % n_groups
    found = fit_best(Scripted((0.1, 0.2)), rows(36, 0, groups=groups), None)
    assert found.chosen["by"] == f"{folds}-fold cross-validation"


def test_one_lesion_leaves_nothing_to_choose_by():
    family = Scripted((0.1, 0.2))
    found = fit_best(family, rows(36, 0, groups=np.zeros(36)), None)
    assert found.chosen["by"] == "default: nothing to choose by"
    assert found.probe.n == 36
    assert family.tried_on == []


def test_folds_weigh_by_their_rows():
    class Sized(Scripted):
        def score(self, y_v, probs_vc, seen_s):
            return (float(len(y_v)),)

    groups = np.repeat([0, 1], [9, 3])
    labels = np.arange(12) % 3
    train = Rows(np.eye(3, dtype=np.float32)[labels], labels, groups)
    found = fit_best(Sized((0.0, 0.0)), train, None)
    assert found.chosen["score"] == pytest.approx((9 * 9 + 3 * 3) / 12)


def test_the_seed_draws_other_folds_and_one_seed_the_same():
    train = rows(60, 0, noise=2.5)
    scores = [
        fit_best(Neighbours(3, (1, 9), "plain"), train, None, seed).chosen["score"]
        for seed in (0, 0, 1, 2)
    ]
    assert scores[0] == scores[1]
    assert len(set(scores)) > 1
