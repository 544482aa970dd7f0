"""``cutis models compare``: on paper, on images, as JSON, and from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from cutis import cli
from cutis.errors import CutisError
from cutis.stats.similarity import linear_cka
from cutis.tasks.compare_models import ModelsCompareConfig, models_compare
from tests.models.small import cae_state, write_mixed, write_safetensors


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str, str]:
    """Two models of the same shape and one of another feature length."""
    folder = tmp_path_factory.mktemp("models")
    first, second = (write_mixed(folder / str(seed), seed) for seed in (0, 1))
    cae = write_safetensors(folder / "cae.safetensors", cae_state())
    return f"local-dir:{first}", f"local-dir:{second}", f"dermlip-panderm@{cae}"


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("table")
    random = np.random.default_rng(1)
    for i in range(9):
        pixels = random.integers(0, 256, (40, 40, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"{i}.png")
    pd.DataFrame({"image": [f"{i}.png" for i in range(9)]}).to_csv(folder / "t.csv", index=False)
    return folder / "t.csv"


def compare(a: str, b: str, **options: object):
    return models_compare(ModelsCompareConfig(a=a, b=b, device="cpu", **options))


def test_on_paper_no_images_are_needed(names: tuple[str, str, str]):
    result = compare(names[0], names[1])
    assert result.features is None
    assert result.exit_code == 0
    assert "SHA-256 of the weights" in result.render()


def test_a_model_agrees_with_itself_on_images(
    names: tuple[str, str, str], table: Path, tmp_path: Path
):
    result = compare(names[0], names[0], data=table, cache=tmp_path)
    assert result.features is not None
    assert result.features.n == 9
    assert result.features.cosine_min == pytest.approx(1)
    assert result.features.neighbours == 1
    assert result.features.cka == pytest.approx(1)
    assert "same nearest image   100.0% of images" in result.render()


def test_two_models_on_images(names: tuple[str, str, str], table: Path, tmp_path: Path):
    from cutis import embed, load_dataset, load_model

    result = compare(names[0], names[1], data=table, n_images=5, cache=tmp_path)
    found = result.features
    assert found is not None
    assert found.n == 5
    dataset = load_dataset(table).select([0, 2, 4, 6, 8])
    a, b = (embed(dataset, load_model(n, "cpu"), tmp_path).values_nd for n in names[:2])
    assert found.cka == pytest.approx(linear_cka(a, b))
    assert found.cosine_mean is not None
    assert found.cosine_mean < 0.9


def test_features_of_different_length_have_no_cosine(
    names: tuple[str, str, str], table: Path, tmp_path: Path
):
    result = compare(names[0], names[2], data=table, cache=tmp_path)
    assert result.features is not None
    assert result.features.cosine_mean is None
    assert "different lengths" in result.render()


def test_the_command_line_and_the_json(
    names: tuple[str, str, str], table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    out = tmp_path / "c.json"
    words = ["models", "compare", names[0], names[1], "--data", str(table), "-o", str(out)]
    assert cli.run([*words, "--cache", str(tmp_path / "cache"), "--device", "cpu"]) == 0
    assert "linear CKA" in capsys.readouterr().out
    written = json.loads(out.read_text())
    assert written["format"] == "cutis.comparison/1"
    assert written["features"]["n"] == 9
    assert {"what", "a", "b"} == set(written["facts"][0])
    assert written["groups"][0]["name"]


def test_images_that_cannot_be_read(names: tuple[str, str, str], table: Path, tmp_path: Path):
    broken = tmp_path / "t.csv"
    (tmp_path / "a.png").write_bytes(b"no image")
    (tmp_path / "b.png").write_bytes(b"no image")
    broken.write_text("image\na.png\nb.png\n")
    with pytest.raises(CutisError, match=r"Only 0 of the 2 images.*data check"):
        compare(names[0], names[1], data=broken, cache=tmp_path)


def test_a_misspelt_model():
    with pytest.raises(CutisError, match="'cutis-tiny'"):
        compare("cutis-tiny", "cutis-tny")
