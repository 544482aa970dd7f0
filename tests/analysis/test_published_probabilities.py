"""Published prediction files: calibration equals scikit-learn's on the same rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import log_loss

from cutis.analysis.calibration import StatsCalibrationConfig, stats_calibration
from cutis.analysis.selective import StatsSelectiveConfig, stats_selective


@pytest.mark.shared
def test_a_published_file_gives_the_numbers_of_scikit_learn(shared, tmp_path):
    files = sorted((shared / "parity" / "stats").rglob("*.csv"))
    path = next(f for f in files if "probability_class_0" in pd.read_csv(f, nrows=1).columns)
    table = pd.read_csv(path)
    probs = table.filter(regex=r"^probability_class_\d+$").to_numpy()
    right = probs.argmax(axis=1) == table["true_label"]
    settings = {"predictions": path, "n_bootstrap": 100}
    found = stats_calibration(StatsCalibrationConfig(output=tmp_path / "a", **settings)).result
    metrics = found["before"]["metrics"]
    expected = log_loss(table["true_label"], probs, labels=np.arange(probs.shape[1]))
    assert metrics["nll"]["value"] == pytest.approx(expected, rel=1e-4)
    assert metrics["accuracy"]["value"] == pytest.approx(right.mean(), abs=1e-6)
    answered = stats_selective(StatsSelectiveConfig(output=tmp_path / "b", **settings)).result
    assert answered["metrics"]["risk"]["value"] == pytest.approx(1 - right.mean(), abs=1e-6)
