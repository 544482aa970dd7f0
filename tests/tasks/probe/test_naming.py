"""What probes are called on pages and in leaderboards."""

from __future__ import annotations

import pytest

from cutis.tasks.probe.naming import probe_label, training_words
from cutis.tasks.probe.points import Point

LABELS = {
    "linear probe (standard)": {},
    "linear probe (PanDerm)": {"protocol": "panderm"},
    "nearest neighbours (plain votes)": {"method": "knn", "votes": "plain"},
    "zero-shot with a cache of examples": {"method": "cache"},
}


@pytest.mark.parametrize("label", LABELS)
def test_every_method_has_a_name(settings, label):
    assert probe_label(settings(**LABELS[label])) == label


def test_names_of_methods_differ(settings):
    methods = ({}, {"method": "knn"}, {"method": "mean"}, {"method": "cache"})
    assert len({probe_label(settings(**more)) for more in methods}) == 4


@pytest.mark.parametrize(
    ("more", "point", "words"),
    [
        ({"shots": (1,)}, Point(None, 1, 0), "1 image per class (grouped)"),
        (
            {"shots": (16,), "sampling": "stratified"},
            Point(None, 16, 0),
            "16 images per class (stratified)",
        ),
        ({"fractions": (0.005,)}, Point(0.005, None, 0), "0.5 % of the training rows (grouped)"),
        ({"sampling": "stratified"}, Point(1.0, None, 0), "all training rows"),
        ({"sampling": "dermfm"}, Point(1.0, None, 0), "100 % of the training rows (dermfm)"),
        (
            {"shots": (2,), "folds": 5},
            Point(None, 2, 0),
            "2 images per class (grouped), 5 folds",
        ),
    ],
)
def test_how_much_was_learnt_from(settings, more, point, words):
    assert training_words(settings(**more), point) == words
