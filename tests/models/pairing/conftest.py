"""Two halves on disk, and a pair of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch

from cutis.models import Model, ModelCard, load_model
from cutis.models.pairing.projections import Projections
from cutis.models.pairing.save import save_pair
from tests.models.small import write_safetensors
from tests.models.small_text import write_sentence

DIM = 6


@dataclass(frozen=True)
class Halves:
    """Loaded halves, their files, and projections that fit them."""

    folder: Path
    vision: Model
    text: Model
    projections: Projections

    def save(self, to: Path, **options) -> Path:
        card = ModelCard(name="both", title="Both", dim=DIM)
        return save_pair(to, self.projections, self.vision, self.text, card, **options)


def projections(image: int, text: int, seed: int = 0) -> Projections:
    rng = np.random.default_rng(seed)
    shapes = ((DIM, image), (DIM,), (DIM, text), (DIM,))
    return Projections(*(rng.normal(size=shape).astype(np.float32) for shape in shapes), 20.0)


@pytest.fixture
def halves(tmp_path: Path) -> Halves:
    import timm

    torch.manual_seed(0)
    folder = tmp_path / "halves"
    folder.mkdir()
    state = timm.create_model("test_vit", pretrained=False).state_dict()
    write_safetensors(folder / "eyes.safetensors", state)
    write_sentence(folder / "reader")
    vision = load_model(f"timm:test_vit@{folder / 'eyes.safetensors'}", device="cpu")
    text = load_model(f"local-dir:{folder / 'reader'}", device="cpu")
    return Halves(folder, vision, text, projections(vision.dim, text.dim))
