"""Stated sizes against those of the tensors."""

from __future__ import annotations

import pytest

from cutis.models.layouts.stated import disagreements


@pytest.mark.parametrize(
    ("stated", "found"),
    [
        ({}, {"width": 64}),
        ({"width": None}, {"width": 64}),
        ({"width": 64, "pretrain_path": "/x"}, {"width": 64}),
        ({"mlp_ratio": 4}, {"mlp_ratio": 4.0}),
        ({"image_size": [224, 224]}, {"image_size": 224}),
        ({"image_size": (224, 112)}, {"image_size": [224, 112]}),
    ],
)
def test_agreement_is_not_mentioned(stated: dict, found: dict):
    assert disagreements(stated, found, "It") is None


def test_every_contradiction_is_named_once():
    said = disagreements(
        {"width": 768, "layers": 12, "patch": 16}, {"width": 1024, "layers": 24, "patch": 16}, "It"
    )
    assert said == (
        "It says width 768, layers 12; the tensors say width 1024, layers 24, which was built."
    )


def test_sides_that_differ():
    assert disagreements({"image_size": [224, 112]}, {"image_size": 224}, "It") is not None
