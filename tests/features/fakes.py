"""A small exact model and a small dataset: everything `embed` needs and nothing else."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import numpy as np

SIDE = 8


@dataclass
class TinyModel:
    """Projects the pixels; counts the batches it was given."""

    name: str = "tiny"
    weights_sha256: str = "ab" * 32
    revision: int = 1
    size: int = SIDE
    dim: int = 5
    device: str = "cpu"
    precision: str = "fp32"
    seconds: float = 0.0
    has_vision: bool = True
    has_text: bool = True
    diary: Path | None = None
    batches: list[int] = field(default_factory=list)
    card: SimpleNamespace = field(
        default_factory=lambda: SimpleNamespace(model_dump=lambda mode: {"name": "tiny"})
    )

    def preprocess(self, image):
        import torch

        array = np.asarray(image.resize((SIDE, SIDE)), dtype=np.float32) / 255
        return torch.from_numpy(array.transpose(2, 0, 1).copy())

    def embed_pixels(self, pixels_nchw) -> np.ndarray:
        self.batches.append(len(pixels_nchw))
        if self.diary is not None:
            with self.diary.open("a") as stream:
                stream.write(f"{os.getpid()} {len(pixels_nchw)}\n")
        time.sleep(self.seconds)
        flat = pixels_nchw.numpy().reshape(len(pixels_nchw), -1)
        weights = np.random.default_rng(7).normal(size=(flat.shape[1], self.dim))
        weights = weights.astype(np.float32)
        if self.precision == "bf16":
            flat, weights = to_bf16(flat), to_bf16(weights)
        return flat @ weights

    def identity(self) -> dict:
        return {
            "name": self.name,
            "weights_sha256": self.weights_sha256,
            "layout": "tiny",
            "adapter_revision": self.revision,
            "preprocessing": {"size": self.size},
            "pooling": "flat",
        }


def to_bf16(values: np.ndarray) -> np.ndarray:
    """Cut the last 16 bits of float32."""
    bits = values.astype(np.float32).view(np.uint32) & np.uint32(0xFFFF0000)
    return bits.view(np.float32)


class TinyDataset:
    """The parts of a dataset that features are made from."""

    def __init__(self, root: Path, names: list[str]) -> None:
        self.name, self.root = "tiny", root
        self.image_paths = tuple(root / name for name in names)
        self.ids = tuple(f"row {i}" for i in range(len(names)))

    def __len__(self) -> int:
        return len(self.ids)


def make_images(folder: Path, count: int, broken: tuple[int, ...] = ()) -> TinyDataset:
    """Write noise images; those numbered in ``broken`` are text, cut short, or absent."""
    from PIL import Image

    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(3)
    names = [f"{i:03d}.png" for i in range(count)]
    for i, name in enumerate(names):
        path = folder / name
        Image.fromarray(rng.integers(0, 256, (12, 10, 3), dtype=np.uint8)).save(path)
        if i in broken:
            kind = broken.index(i) % 3
            if kind == 0:
                path.write_text("not an image")
            elif kind == 1:
                path.write_bytes(path.read_bytes()[:-60])
            else:
                path.unlink()
    return TinyDataset(folder, names)


def snapshot(directory: Path) -> dict[str, bytes]:
    """Return every file of a folder, hidden ones too."""
    return {
        path.relative_to(directory).as_posix(): path.read_bytes()
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }


def stores(cache: Path) -> list[Path]:
    """Return the feature stores of a cache."""
    folder = cache / "features"
    return sorted(folder.iterdir()) if folder.exists() else []
