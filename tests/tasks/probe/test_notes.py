"""What must be said of classes on one side only, of images not read, of ends of lists."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cutis.tasks.probe.notes import class_notes
from cutis.tasks.probe.points import Point, PointResult
from tests.tasks.probe.hand import CLASSES, hand_dataset, hand_features, hand_task


def result(absent: tuple[str, ...] = (), seed: int = 0, **chosen) -> PointResult:
    """A point that learnt four images of every class but the absent ones."""
    counts = {name: 0.0 if name in absent else 4.0 for name in CLASSES}
    point = Point(0.1, None, seed)
    return PointResult(point, np.zeros((12, 3)), 12.0, 6.0, counts, [chosen], absent)


@pytest.fixture
def world(settings):
    """The work of a run with these settings."""
    return lambda **more: hand_task(settings(**more))


def test_nothing_to_say(world):
    assert class_notes([result(c=0.1, at_end_of_list=False)], *world()) == ()


def test_a_class_that_was_not_learnt_is_named_with_its_test_images(world):
    (note,) = class_notes([result(absent=("nevus",))], *world())
    assert note == (
        "With 10 % of the training rows no image of nevus (4 test images) was learnt from, so it "
        "could never be answered."
    )


def test_folds_are_mentioned(world):
    (note,) = class_notes([result(absent=("wart",))], *world(folds=3))
    assert "wart (16 test images) was learnt from in some fold, so" in note


def test_prompts_can_answer_without_examples(world):
    assert class_notes([result(absent=("nevus",))], *world(method="cache")) == ()


def test_only_the_first_seed_is_told(world):
    found = class_notes([result(), result(absent=("nevus",), seed=1)], *world(seeds=2))
    assert found == ()


def without_test_images(settings, name: str):
    dataset = hand_dataset()
    labels = dataset.labels.copy()
    labels[(dataset.splits == "test") & (labels == CLASSES.index(name))] = -1
    return hand_task(settings(), replace(dataset, labels=labels))


def test_a_class_without_test_images_is_told(settings):
    (note,) = class_notes([result()], *without_test_images(settings, "melanoma"))
    assert note.startswith("melanoma: learnt, but without a test image")
    assert "averages over classes run over the others" in note


def test_a_class_on_neither_side_is_not_worth_a_word(settings):
    found = class_notes([result(absent=("melanoma",))], *without_test_images(settings, "melanoma"))
    assert found == ()


def test_images_to_learn_from_that_could_not_be_read(world):
    task, material = world()
    unread = hand_features(task.tested, unreadable=(0,))
    material = replace(material, n_unreadable=3, tested=unread)
    (note,) = class_notes([result()], task, material)
    assert note == "2 images to learn from or to choose by could not be read."
    only_tested = replace(material, n_unreadable=1)
    assert class_notes([result()], task, only_tested) == ()


def test_the_end_of_the_list_is_told_with_the_flag(world):
    (note,) = class_notes([result(c=10.0, at_end_of_list=True)], *world())
    assert "C = 10" in note
    assert "(--c)" in note
