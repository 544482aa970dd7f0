"""The decision curve shows the model and both defaults."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from cutis.report.charts.decision import decision_picture
from cutis.stats.clusters import make_clusters
from cutis.stats.decision_summary import decision_summary
from cutis.stats.estimate import Settings
from tests.stats.samples import make

MADE = make(n=200, c=2, skill=2.5)


def summary(**more):
    return decision_summary(
        MADE.labels == 1, MADE.probs[:, 1], make_clusters(MADE.groups, 200), Settings(100), **more
    ).to_json()


def test_three_lines_and_two_bands():
    picture = decision_picture(summary(), "melanoma")
    root = ElementTree.fromstring(f"<svg>{picture.body}</svg>")
    names = [t.text for t in root.findall("text")]
    assert {"act on nobody", "act on everybody", "act on the model"} <= set(names)
    assert "threshold probability of melanoma" in names
    assert len(root.findall("polyline")) == 3
    assert len(root.findall("polygon")) == 2
    assert picture.label.startswith("Decision curve for melanoma.")


@pytest.mark.parametrize(
    ("useful", "said"),
    [
        ([[0.1, 0.3], [0.5, 0.5]], "from 0.1 to 0.3; at 0.5"),
        ([], "at none of the thresholds"),
    ],
)
def test_where_it_is_useful_is_said(useful, said):
    assert decision_picture(summary() | {"useful": useful}, "melanoma").label.endswith(f"{said}.")


def test_a_single_threshold_is_drawn_without_error():
    assert "nan" not in decision_picture(summary(thresholds=[0.3]), "melanoma").body
