"""Abstaining and acting, of labelled predictions only."""

from __future__ import annotations

import json

import numpy as np
import pytest

from cutis.predictions import make_predictions
from cutis.stats.decision import net_benefit
from cutis.stats.selective import areas, queue
from cutis.tasks.acting import acting
from tests.stats.samples import make


def predictions(c: int):
    made = make(n=80, c=c)
    labels = made.labels.copy()
    labels[:10] = -1
    return made, make_predictions(
        ids=[str(i) for i in range(80)], images=[f"{i}.jpg" for i in range(80)],
        probs_nc=made.probs, classes=made.classes, labels_n=labels, groups_n=made.groups,
    )  # fmt: skip


@pytest.mark.parametrize(("c", "positives"), [(2, [1]), (4, [1, 3]), (4, [])])
def test_rows_without_a_label_are_left_out(c, positives):
    made, given = predictions(c)
    found = acting(given, positives, 100, 0.95, 0, "lesion")
    json.dumps(found, allow_nan=False)
    probs, labels = made.probs[10:], made.labels[10:]
    expected = areas(queue(probs.argmax(axis=1) != labels, probs.max(axis=1))).aurc[0]
    record = found["selective"]["metrics"]["aurc"]
    assert record["value"] == pytest.approx(expected)
    assert (record["n"], record["grouping"]) == (70, "lesion")
    assert ("decision" in found) == bool(positives)
    if positives:
        point = found["decision"]["points"][4]
        positive, scores = np.isin(labels, positives), probs[:, positives].sum(axis=1)
        benefit = net_benefit(positive, scores, np.array([point["threshold"]])).model
        assert point["net_benefit"]["value"] == pytest.approx(benefit[0, 0])
        assert found["decision"]["positive"] == " or ".join(made.classes[k] for k in positives)
        assert found["decision"]["n_positive"] == positive.sum()


def test_a_positive_class_without_images_gives_no_decision_curve():
    made, given = predictions(4)
    given.table.loc[given.table["label"] == made.classes[1], "label"] = made.classes[0]
    assert "decision" not in acting(given, [1], 100, 0.95, 0, "lesion")


def test_groups_widen_the_intervals_and_not_the_values():
    _, given = predictions(2)
    alone = make_predictions(
        ids=given.table["id"], images=given.table["image"], probs_nc=given.probs_nc,
        classes=given.classes, labels_n=given.labels_n,
    )  # fmt: skip
    one, other = (acting(p, [1], 100, 0.95, 0, "g") for p in (given, alone))
    values = [found["selective"]["metrics"]["aurc"] for found in (one, other)]
    assert values[0]["value"] == values[1]["value"]
    assert (values[0]["low"], values[0]["high"]) != (values[1]["low"], values[1]["high"])


def test_one_seed_gives_one_answer_and_another_other_bounds():
    _, given = predictions(2)
    first, again, other = (acting(given, [1], 100, 0.95, s, "g") for s in (3, 3, 4))
    assert first == again
    assert (
        first["decision"]["points"][0]["net_benefit"]["value"]
        == (other["decision"]["points"][0]["net_benefit"]["value"])
    )
    assert first["selective"] != other["selective"]


def test_everybody_positive_is_no_decision():
    _, given = predictions(2)
    known = given.labels_n >= 0
    given.table.loc[known, "label"] = given.classes[1]
    assert set(acting(given, [1], 100, 0.95, 0, "g")) == {"selective"}


def test_all_classes_together_are_everybody():
    _, given = predictions(4)
    assert "decision" not in acting(given, [0, 1, 2, 3], 100, 0.95, 0, "g")


def test_the_share_is_that_of_labelled_rows():
    made, given = predictions(2)
    found = acting(given, [1], 100, 0.95, 0, "g")["decision"]
    assert found["share"] == pytest.approx((made.labels[10:] == 1).mean())
    assert found["positive"] == made.classes[1]
