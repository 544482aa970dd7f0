"""The methods by name, and what all of them keep."""

from __future__ import annotations

import numpy as np
import pytest

from cutis.stats.recalibrate.map import fit_recalibration
from tests.stats.samples import make


@pytest.mark.parametrize("method", ["temperature", "vector", "isotonic"])
@pytest.mark.parametrize("c", [2, 4])
def test_every_method_gives_probabilities_and_strict_parameters(method, c):
    import json

    made = make(c=c)
    fitted = fit_recalibration(method, made.labels, made.probs)
    probs = fitted.apply(made.probs)
    assert probs.shape == made.probs.shape
    assert probs.sum(axis=1) == pytest.approx(np.ones(len(probs)))
    assert ((probs >= 0) & (probs <= 1)).all()
    json.dumps(fitted.to_json(), allow_nan=False)
    assert isinstance(fitted.note, str)


def test_an_unknown_method_is_refused():
    with pytest.raises(ValueError, match="'platt' is unknown; use 'temperature', 'vector' or"):
        fit_recalibration("platt", np.array([0, 1]), np.eye(2))
