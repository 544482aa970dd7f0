"""Points of a learning curve: what is drawn, fitted and answered, on features made by hand."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from cutis.errors import CutisError
from cutis.tasks.probe.class_means import fit_means
from cutis.tasks.probe.families import ClassMeans, Neighbours
from cutis.tasks.probe.material import Material
from cutis.tasks.probe.partition import Partition, Turn
from cutis.tasks.probe.points import Point, all_points, draw_rows, fit_for_use, run_point

LABELS = np.array([0, 1, 2, 0, 1, 2, 0, 1, 2, 0, -1, 1])
GROUPS = np.array([f"g{i // 2}" for i in range(12)], dtype=object)
EMPTY = np.zeros(0, np.int64)


class Rows(SimpleNamespace):
    """A dataset stand-in that knows its length."""

    def __len__(self) -> int:
        return 12


@pytest.fixture
def table() -> Rows:
    """Twelve rows of three classes, two rows of each lesion, one without a label."""
    return Rows(labels=LABELS, groups=GROUPS, classes=("a", "b", "c"), ids=tuple("abcdefghijkl"))


def material(unreadable: tuple[int, ...] = ()) -> Material:
    """Features that are the class itself with a little noise; some rows have none."""
    rng = np.random.default_rng(0)
    readable = np.array([i for i in range(12) if i not in unreadable])
    axes = np.eye(4)[np.maximum(LABELS[readable], 0)]
    position = np.full(12, -1)
    position[readable] = np.arange(len(readable))
    values = (axes + rng.normal(0, 0.05, axes.shape)).astype(np.float32)
    return Material(values, position, tested=None, n_unreadable=len(unreadable))


def test_one_turn_learns_from_train_and_answers_test(table):
    turn = Turn(np.arange(6), EMPTY, np.arange(6, 12))
    given = material()
    result, fit = run_point(
        Point(1.0, None, 0), table, Partition((turn,), "test", ()), given, ClassMeans(3), "grouped"
    )
    oracle = fit_means(given.of(turn.train), LABELS[:6], 3)
    assert np.array_equal(result.probs_tc, oracle.probabilities(given.of(turn.test)))
    assert np.array_equal(fit.probe.means_sd, oracle.means_sd)
    assert result.n_train == 6
    assert result.n_train_groups == 3
    assert result.per_class == {"a": 2, "b": 2, "c": 2}
    assert result.absent == ()


def test_folds_put_every_answer_in_its_place(table):
    turns = (
        Turn(np.array([0, 1, 2, 3, 4, 5]), EMPTY, np.array([7, 9, 11])),
        Turn(np.array([6, 7, 8, 9]), EMPTY, np.array([0, 2, 4])),
    )
    given = material()
    result, _ = run_point(
        Point(1.0, None, 0), table, Partition(turns, "all", ()), given, ClassMeans(3), "grouped"
    )
    for turn in turns:
        oracle = fit_means(given.of(turn.train), LABELS[turn.train], 3)
        places = np.searchsorted([0, 2, 4, 7, 9, 11], turn.test)
        expected = oracle.probabilities(given.of(turn.test))
        assert np.allclose(result.probs_tc[places], expected)
    assert result.n_train == 5  # the mean of six and four
    assert len(result.chosen) == 2


def test_unreadable_rows_are_neither_learnt_nor_answered(table):
    turn = Turn(np.arange(6), EMPTY, np.arange(6, 12))
    result, _ = run_point(
        Point(1.0, None, 0), table, Partition((turn,), "test", ()), material((1, 7, 8)),
        ClassMeans(3), "grouped",
    )  # fmt: skip
    assert result.probs_tc.shape == (4, 3)
    assert result.per_class == {"a": 2, "b": 1, "c": 2}


def test_too_many_unreadable_rows_are_refused(table):
    turn = Turn(np.array([0, 1, 3]), EMPTY, np.arange(6, 12))
    with pytest.raises(CutisError, match=r"2 images that can be read hold fewer than two.*check"):
        run_point(
            Point(1.0, None, 0), table, Partition((turn,), "test", ()), material((1,)),
            ClassMeans(3), "grouped",
        )  # fmt: skip


def test_a_class_without_a_row_is_named(table):
    turn = Turn(np.array([0, 1, 3, 4]), EMPTY, np.arange(6, 12))
    result, _ = run_point(
        Point(1.0, None, 0), table, Partition((turn,), "test", ()), material(), ClassMeans(3),
        "grouped",
    )  # fmt: skip
    assert result.absent == ("c",)
    assert (result.probs_tc[:, 2] == 0).all()


def test_for_use_all_labelled_rows_are_fitted(table):
    given = material()
    fit = fit_for_use(Point(1.0, None, 0), table, given, ClassMeans(3), "grouped")
    rows = np.flatnonzero(LABELS >= 0)
    oracle = fit_means(given.of(rows), LABELS[rows], 3)
    assert np.array_equal(fit.probe.means_sd, oracle.means_sd)


@pytest.mark.parametrize("sampling", ["grouped", "stratified"])
def test_the_whole_share_is_every_row_in_order(sampling):
    rows = np.array([0, 1, 2, 6, 7])
    drawn = draw_rows(Point(1.0, None, 3), rows, LABELS, GROUPS, sampling)
    assert drawn.tolist() == rows.tolist()


@pytest.mark.parametrize("sampling", ["panderm", "dermfm"])
def test_the_published_whole_is_shuffled(sampling):
    rows = np.flatnonzero(LABELS >= 0)
    drawn = draw_rows(Point(1.0, None, 0), rows, LABELS, GROUPS, sampling)
    assert drawn.tolist() != rows.tolist()
    assert sorted(drawn.tolist()) == rows.tolist()


def test_drawn_rows_are_rows_of_the_table_and_not_of_the_split():
    rows = np.array([3, 4, 5, 6, 7, 8])
    for sampling in ("grouped", "stratified", "dermfm"):
        drawn = draw_rows(Point(0.5, None, 0), rows, LABELS, GROUPS, sampling)
        assert set(drawn) < set(rows)
    shots = draw_rows(Point(None, 1, 0), rows, LABELS, GROUPS, "grouped")
    assert sorted(LABELS[shots]) == [0, 1, 2]


def test_a_draw_of_one_class_says_what_to_do():
    with pytest.raises(CutisError, match=r"1 % of the training rows \(0 of 3, sampling 'panderm'"):
        draw_rows(Point(0.01, None, 0), np.arange(3), LABELS, GROUPS, "panderm")


def test_shots_beyond_a_class_take_all_of_it_and_no_other():
    rows = np.arange(6)
    drawn = draw_rows(Point(None, 50, 0), rows, LABELS, GROUPS, "grouped")
    assert sorted(drawn.tolist()) == rows.tolist()


def test_shots_of_images_and_of_lesions_differ_where_lesions_hold_several():
    labels, groups = np.repeat([0, 1], 8), np.repeat(["a", "b", "c", "d"], 4)
    seeds = range(12)
    whole = [draw_rows(Point(None, 2, s), np.arange(16), labels, groups, "grouped") for s in seeds]
    assert all(len(set(groups[rows])) == 4 for rows in whole)
    loose = [
        draw_rows(Point(None, 2, s), np.arange(16), labels, groups, "stratified") for s in seeds
    ]
    assert any(len(set(groups[rows])) < 4 for rows in loose)


@pytest.mark.parametrize("sampling", ["grouped", "stratified", "dermfm"])
def test_the_smallest_share_keeps_every_class(sampling):
    rows = np.flatnonzero(LABELS >= 0)
    drawn = draw_rows(Point(1e-6, None, 0), rows, LABELS, GROUPS, sampling)
    assert set(LABELS[drawn]) == {0, 1, 2}


def test_a_table_of_one_class_has_nothing_to_tell_apart():
    for point in (Point(1.0, None, 0), Point(None, 2, 0)):
        with pytest.raises(CutisError, match=r"fewer than two classes.*larger share"):
            draw_rows(point, np.array([0, 3, 6]), LABELS, GROUPS, "grouped")


def test_validation_rows_that_cannot_be_read_leave_cross_validation(table):
    turn = Turn(np.arange(6), np.array([6, 7]), np.arange(8, 12))
    family = Neighbours(3, (1, 2), "plain")
    partition = Partition((turn,), "test", ())
    arguments = (Point(1.0, None, 0), table, partition)
    with_val, _ = run_point(*arguments, material(), family, "grouped")
    assert with_val.chosen[0]["by"] == "validation split"
    without, _ = run_point(*arguments, material((6, 7)), family, "grouped")
    assert without.chosen[0]["by"] == "3-fold cross-validation"


def test_a_turn_whose_test_rows_are_all_unreadable_is_fitted_and_answers_nothing(table):
    turns = (Turn(np.arange(6), EMPTY, np.array([6])), Turn(np.arange(6), EMPTY, np.array([7])))
    result, _ = run_point(
        Point(1.0, None, 0), table, Partition(turns, "all", ()), material((6,)), ClassMeans(3),
        "grouped",
    )  # fmt: skip
    assert result.probs_tc.shape == (1, 3)
    assert result.probs_tc[0].sum() == pytest.approx(1)
    assert len(result.chosen) == 2


def test_names_of_points_are_words_and_never_repeat(settings):
    points = all_points(settings(fractions=(0.01, 0.1, 1.0), seeds=3))
    names = [point.name for point in points]
    assert len(set(names)) == 9
    assert names[0] == "fraction-1-seed-0"
    assert not any(set(name) & set(" /\\%:") for name in names)
    assert Point(None, 1, 0).words == "1 image per class"
    assert Point(0.015, None, 0).words == "1.5 % of the training rows"
