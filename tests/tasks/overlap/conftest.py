"""Phantom pictures with planted copies, and what is known of them."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from cutis import cli
from tests.tasks.conftest import ColourModel

N = 24


class PixelModel(ColourModel):
    """The feature of a picture is what it looks like at 8 by 8 pixels."""

    @property
    def dim(self) -> int:
        return 192

    @dim.setter
    def dim(self, value: int) -> None:
        """The dataclass sets its default."""

    def embed_pixels(self, pixels_nchw) -> np.ndarray:
        return pixels_nchw.flatten(1).numpy().astype(np.float32) - 0.5


@pytest.fixture
def pixel_model(monkeypatch) -> PixelModel:
    model = PixelModel(name="pixels")
    monkeypatch.setattr("cutis.models.load_model", lambda name, **options: model)
    return model


def recompressed(picture: Image.Image, quality: int = 35) -> Image.Image:
    stream = io.BytesIO()
    picture.save(stream, format="JPEG", quality=quality)
    return Image.open(stream).convert("RGB")


def cropped(picture: Image.Image) -> Image.Image:
    width, height = picture.size
    return picture.crop((round(0.04 * width), round(0.03 * height), width, round(0.95 * height)))


PLANTED = {
    "rescaled": lambda picture: picture.resize((picture.width // 2, picture.height // 2)),
    "recompressed": recompressed,
    "cropped": cropped,
    "all at once": lambda picture: recompressed(cropped(picture).resize((120, 100)), 60),
}
# Copies that only --flips finds.
TURNED = {
    "mirrored": lambda picture: picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    "turned": lambda picture: picture.transpose(Image.Transpose.ROTATE_90),
}


@pytest.fixture(scope="session")
def phantoms(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("phantoms") / "p"
    words = ["data", "phantom", "-n", str(N), "--size", "160", "--seed", "5"]
    assert cli.run([*words, "--views", "dermoscopic", "-o", str(folder)]) == 0
    return folder


@pytest.fixture
def bank(phantoms, tmp_path) -> Path:
    """Table B: 12 phantoms of its own, and altered copies of the first six of table A."""
    folder = tmp_path / "bank"
    folder.mkdir()
    rows = []
    table = pd.read_csv(phantoms / "phantom.csv")
    for i in range(N // 2, N):
        name = f"own{i:02d}.jpg"
        Image.open(phantoms / table["image"][i]).save(folder / name)
        rows.append({"image": name, "id": f"own{i}", "label": table["label"][i]})
    for i, (how, change) in enumerate([*PLANTED.items(), *TURNED.items()]):
        name = f"copy{i}.png"
        change(Image.open(phantoms / table["image"][i]).convert("RGB")).save(folder / name)
        rows.append({"image": name, "id": how, "label": table["label"][i]})
    pd.DataFrame(rows).to_csv(folder / "bank.csv", index=False)
    return folder / "bank.csv"


@pytest.fixture
def mine(phantoms, tmp_path) -> Path:
    """Table A: the first 12 phantoms."""
    table = pd.read_csv(phantoms / "phantom.csv").head(N // 2)
    kept = table[["id", "image", "label", "lesion_id", "patient_id", "split"]]
    kept.to_csv(tmp_path / "mine.csv", index=False)
    (tmp_path / "images").symlink_to(phantoms / "images")
    return tmp_path / "mine.csv"


@pytest.fixture
def noise_table(tmp_path) -> Path:
    """Eight pictures of coarse noise in four lesions; the last two rows copy the first two."""
    rng = np.random.default_rng(0)
    folder = tmp_path / "noise"
    folder.mkdir()
    rows = []
    for i in range(8):
        name = f"n{i}.png"
        if i < 6:
            cells = rng.integers(0, 256, (12, 12, 3), dtype=np.uint8)
            picture = Image.fromarray(cells).resize((96, 96), Image.Resampling.BICUBIC)
        else:
            picture = Image.open(folder / f"n{i - 6}.png").resize((80, 80))
        picture.save(folder / name)
        split = "test" if i % 2 else "train"
        rows.append(
            {
                "image": name,
                "label": ["nevus", "melanoma"][i // 2 % 2 if i < 7 else 0],
                "lesion_id": f"L{i // 2}",
                "split": "train" if i == 7 else split,
            }
        )
    pd.DataFrame(rows).to_csv(folder / "noise.csv", index=False)
    return folder / "noise.csv"
