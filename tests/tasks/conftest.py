"""A model whose right answers are known: it sees mean colours and reads colour words."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image

from cutis.models import ModelCard, Preprocessing

COLOURS = {"red": (200, 30, 30), "green": (30, 200, 30), "blue": (30, 30, 200)}


@dataclass
class ColourModel:
    """Image features are mean colours, text features the colour of the first colour word."""

    name: str = "colour"
    card: ModelCard = field(
        default_factory=lambda: ModelCard(name="colour", title="Colour model", licence="CC0")
    )
    weights_sha256: str = "0" * 64
    layout: str = "test"
    dim: int = 3
    preprocessing: Preprocessing = field(default_factory=lambda: Preprocessing(size=8))
    context_length: int | None = 16
    logit_scale: float | None = 10.0
    device: str = "cpu"
    precision: str = "fp32"
    has_text: bool = True
    has_vision: bool = True
    texts_seen: list[str] = field(default_factory=list)
    towers: SimpleNamespace = field(default_factory=lambda: SimpleNamespace(pad_id=0))

    def tokenize(self, texts) -> np.ndarray:
        """One token per word between a start and an end, cut to the context."""
        ids_nt = np.zeros((len(texts), self.context_length), np.int64)
        for row, text in zip(ids_nt, texts, strict=True):
            ids = [*[1, *(3 + len(word) for word in text.split())][: self.context_length - 1], 2]
            row[: len(ids)] = ids
        return ids_nt

    def preprocess(self, image: Image.Image) -> torch.Tensor:
        array = np.asarray(image.convert("RGB").resize((8, 8)), dtype=np.float32) / 255
        return torch.from_numpy(array).permute(2, 0, 1)

    def embed_pixels(self, pixels_nchw: torch.Tensor) -> np.ndarray:
        return pixels_nchw.mean(dim=(2, 3)).numpy().astype(np.float32)

    def embed_images(self, images) -> np.ndarray:
        return self.embed_pixels(torch.stack([self.preprocess(i) for i in images]))

    def embed_texts(self, texts) -> np.ndarray:
        self.texts_seen += list(texts)
        rows = [next((c for w, c in COLOURS.items() if w in t), (90, 90, 90)) for t in texts]
        return np.array(rows, dtype=np.float32) / 255

    def identity(self) -> dict:
        return {"name": self.name, "weights_sha256": self.weights_sha256, "layout": self.layout}


@pytest.fixture
def colour_model(monkeypatch) -> ColourModel:
    model = ColourModel()
    monkeypatch.setattr("cutis.models.load_model", lambda name, **options: model)
    return model


@pytest.fixture
def colour_table(tmp_path) -> Path:
    """60 single-coloured images in 30 lesions; every sixth is labelled wrongly on purpose."""
    rng = np.random.default_rng(0)
    folder = tmp_path / "images"
    folder.mkdir()
    names = list(COLOURS)
    rows = []
    for i in range(60):
        colour = names[i % 3]
        pixels = np.clip(np.array(COLOURS[colour]) + rng.normal(0, 8, (24, 24, 3)), 0, 255)
        Image.fromarray(pixels.astype(np.uint8)).save(folder / f"{i:02d}.png")
        rows.append(
            {
                "image": f"{i:02d}.png",
                "label": names[(i + 1) % 3] if i % 6 == 5 else colour,
                "lesion_id": f"L{i // 2}",
                "sex": "female" if i % 2 else "male",
                "age": 20 + i,
            }
        )
    table = tmp_path / "table.csv"
    pd.DataFrame(rows).to_csv(table, index=False)
    return table
