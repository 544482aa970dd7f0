"""Real datasets and models of the features tests."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.features.fakes import make_images
from tests.models.small import write_mixed


@pytest.fixture(scope="session")
def small_model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a small real model with random weights."""
    return f"local-dir:{write_mixed(tmp_path_factory.mktemp('model'))}"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A real table of twelve images, of which three cannot be read."""
    dataset = make_images(tmp_path / "images", 12, (2, 5, 11))
    rows = {
        "image": [path.name for path in dataset.image_paths],
        "label": ["nevus", "melanoma"] * 6,
        "lesion_id": [f"L{i // 2}" for i in range(12)],
    }
    pd.DataFrame(rows).to_csv(tmp_path / "table.csv", index=False)
    return tmp_path / "table.csv"
