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


def lines_of(picture):
    root = ElementTree.fromstring(f"<svg>{picture.body}</svg>")
    return [[tuple(map(float, p.split(","))) for p in e.get("points").split()]
            for e in root.findall("polyline")]  # fmt: skip


def test_acting_on_nobody_is_the_level_line_at_zero():
    nobody, *_ = lines_of(decision_picture(summary(), "melanoma"))
    assert len({y for _, y in nobody}) == 1
    marks = ElementTree.fromstring(
        f"<svg>{decision_picture(summary(), 'melanoma').body}</svg>"
    ).findall("text")
    zero = [float(t.get("y")) - 4 for t in marks if t.text == "0" and t.get("text-anchor") == "end"]
    assert zero == pytest.approx([nobody[0][1]], abs=0.02)


def test_acting_on_everybody_falls_by_the_odds_of_the_threshold():
    content = summary(thresholds=[0.1, 0.2, 0.3])
    share = (MADE.labels == 1).mean()
    for point in content["points"]:
        odds = point["threshold"] / (1 - point["threshold"])
        assert point["treat_all"]["value"] == pytest.approx(share - (1 - share) * odds)
    _, everyone, _ = lines_of(decision_picture(content, "melanoma"))
    assert [y for _, y in everyone] == sorted(y for _, y in everyone)


def test_undefined_intervals_leave_the_lines():
    content = summary()
    for point in content["points"]:
        for name in ("net_benefit", "treat_all"):
            point[name] |= {"low": None, "high": None}
    picture = decision_picture(content, "melanoma")
    assert "<polygon" not in picture.body
    assert len(lines_of(picture)) == 3
    assert "nan" not in picture.body


def test_a_worthless_model_is_drawn_too():
    content = summary()
    for point in content["points"]:
        for name in ("net_benefit", "treat_all"):
            point[name] = {"value": 0.0, "low": 0.0, "high": 0.0}
    picture = decision_picture(content | {"useful": None}, "melanoma")
    assert picture.label.endswith("at none of the thresholds.")
    assert "nan" not in picture.body


def test_the_name_of_the_class_is_escaped():
    picture = decision_picture(summary(), "<b>mel</b>")
    assert "<b>" not in picture.body
    assert "<b>" not in picture.inline().replace(picture.body, "")
