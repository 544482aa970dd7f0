"""PH2's expert criteria with the bundled model, on a few images."""

from __future__ import annotations

import pandas as pd
import pytest

from cutis import AnnotateConfig, annotate


def test_ph2_criteria(shared, tmp_path):
    folder = shared / "data" / "ph2"
    table = pd.read_csv(folder / "metadata.csv")
    if "image_id" not in table.columns:
        pytest.skip("another table of PH2")
    veil = table[table["blue_whitish_veil"] == "P"].head(6)
    few = pd.concat([veil, table[table["blue_whitish_veil"] == "A"].head(6)])
    few.to_csv(tmp_path / "few.csv", index=False)
    images = next(p for p in (folder / "images", folder) if list(p.glob("IMD*")))
    result = annotate(
        AnnotateConfig(
            data=tmp_path / "few.csv", images=images, card="ph2",
            only="blue_whitish_veil,atypical_pigment_network,dots_and_globules",
            top=1, n_bootstrap=100,
            output=tmp_path / "run",
        )
    )  # fmt: skip
    parts = result.metrics["per_concept"]
    assert len(parts) == 3
    assert parts["blue_whitish_veil"]["n_positive"] == 6
    assert parts["atypical_pigment_network"]["n_positive"] == (few.pigment_network == "AT").sum()
    assert parts["dots_and_globules"]["n_positive"] == (few.dots_globules != "A").sum()
    assert "do not allow its images to be passed on" in result.render()
