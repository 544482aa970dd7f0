"""Probes of a model that sees mean colours: whole runs."""

from __future__ import annotations

import json

import numpy as np

from cutis.predictions import read_predictions
from cutis.tasks.probe import probe


def test_the_colours_are_learnt(colour_model, settings):
    result = probe(settings())
    made = read_predictions(result.dir)
    assert len(made) == 18
    colours = [("red", "green", "blue")[int(i) % 3] for i in made.table["id"]]
    assert made.table["predicted"].tolist() == colours
    assert np.allclose(made.probs_nc.sum(axis=1), 1)
    assert result.metrics["n"] == 18
    assert result.metrics["grouping"] == "lesion_id"
    print(result.render())
    print(json.dumps(result.probe, indent=1)[:3000])
