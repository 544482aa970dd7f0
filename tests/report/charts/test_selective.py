"""The risk-coverage picture shows the summary's numbers."""

from __future__ import annotations

from xml.etree import ElementTree

from cutis.report.charts.selective import risk_coverage_picture
from cutis.stats.clusters import make_clusters
from cutis.stats.estimate import Settings
from cutis.stats.selective_summary import selective_summary
from tests.stats.samples import make

MADE = make(n=120, c=3)


def summary(n_bootstrap=100):
    return selective_summary(
        MADE.labels, MADE.probs, MADE.classes, make_clusters(MADE.groups, 120),
        Settings(n_bootstrap),
    ).to_json()  # fmt: skip


def test_label_and_lines():
    picture = risk_coverage_picture(summary())
    root = ElementTree.fromstring(f"<svg>{picture.body}</svg>")
    wrong = 100 * (MADE.predicted != MADE.labels).mean()
    assert f"Answering all images, {wrong:.0f}% are wrong" in picture.label
    assert len(root.findall("polyline")) == 2
    assert len(root.findall("polygon")) == 1


def test_without_intervals_there_is_no_band():
    picture = risk_coverage_picture(summary(0))
    assert "<polygon" not in picture.body
    assert "nan" not in picture.body


def heights(picture):
    root = ElementTree.fromstring(f"<svg>{picture.body}</svg>")
    return [[float(p.split(",")[1]) for p in e.get("points").split()]
            for e in root.findall("polyline")]  # fmt: skip


def test_at_random_the_share_of_wrong_answers_stays_and_at_the_end_both_meet():
    random, surest = heights(risk_coverage_picture(summary()))
    assert len(set(random)) == 1
    assert abs(surest[-1] - random[0]) < 0.02
    assert surest[0] > random[0]


def test_a_perfect_model_is_drawn_on_the_floor():
    content = summary()
    for point in content["curve"]:
        point["accuracy"] |= {"value": 1.0, "low": 1.0, "high": 1.0}
    content["metrics"]["risk"]["value"] = 0.0
    picture = risk_coverage_picture(content)
    assert "Answering all images, 0% are wrong" in picture.label
    assert "nan" not in picture.body
    assert len({y for line in heights(picture) for y in line}) == 1


def test_an_undefined_accuracy_breaks_the_line():
    content = summary()
    content["curve"][3]["accuracy"] |= {"value": None, "low": None, "high": None}
    picture = risk_coverage_picture(content)
    assert len(heights(picture)) == 3
    assert "nan" not in picture.body
