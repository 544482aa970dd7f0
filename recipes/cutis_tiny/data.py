"""Images and labels: the rows that may be trained on, and the phantom's images."""

from __future__ import annotations

import csv
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import torch

from recipes.cutis_tiny.lexicon import CLASS_TERMS, CONCEPT_TERMS

CODES = ("akiec", "bcc", "bkl", "df", "mel", "nv", "vasc")
NAMES = tuple(CLASS_TERMS)
SIZE = 224
PHANTOM_SEED, HELD_OUT_SEED = 1000, 2000


@dataclass(frozen=True)
class Rows:
    """Images with their diagnoses.

    Attributes
    ----------
    images_nhwc
        uint8.
    labels_n
        Diagnosis numbers.
    ids
        Names of the images.
    concepts_nk
        Which concepts each image has, for the phantom.
    """

    images_nhwc: torch.Tensor
    labels_n: torch.Tensor
    ids: tuple[str, ...] = ()
    concepts_nk: torch.Tensor | None = None

    def take(self, rows: np.ndarray) -> Rows:
        """Return some rows."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        ids = tuple(np.asarray(self.ids)[rows].tolist()) if self.ids else ()
        concepts = None if self.concepts_nk is None else self.concepts_nk[rows]
        return Rows(**{**values, "images_nhwc": self.images_nhwc[rows], "ids": ids,
                       "labels_n": self.labels_n[rows], "concepts_nk": concepts})  # fmt: skip


def read_table(path: Path) -> list[dict[str, str]]:
    """Read a CSV file."""
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def training_table(shared: Path) -> list[dict[str, str]]:
    """Return the rows of HAM10000 that may be trained on.

    Left out are the images on which other models' predictions are published, and every image of a
    lesion that such an image shows, by the full table of 10,015 rows.

    Parameters
    ----------
    shared
        Folder with ``data/ham10000`` and ``data/tables``.
    """
    folder = shared / "data" / "ham10000"
    test = {row["image_id"] for row in read_table(folder / "published_test_ids.csv")}
    full = read_table(shared / "data" / "tables" / "HAM10000_metadata.csv")
    lesions = {row["lesion_id"] for row in full if row["image_id"] in test}
    table = read_table(folder / "HAM10000_metadata.csv")
    lesions |= {row["lesion_id"] for row in table if row["image_id"] in test}
    return [r for r in table if r["image_id"] not in test and r["lesion_id"] not in lesions]


def read_ham(shared: Path) -> Rows:
    """Read the images that may be trained on, at 224 pixels as they are stored."""
    from PIL import Image

    table = training_table(shared)
    folder = shared / "data" / "ham10000" / "images"
    images = np.zeros((len(table), SIZE, SIZE, 3), np.uint8)
    for out, row in zip(images, table, strict=True):
        with Image.open(folder / f"{row['image_id']}.jpg") as image:
            out[:] = np.asarray(image.convert("RGB").resize((SIZE, SIZE)))
    labels = torch.tensor([CODES.index(row["dx"]) for row in table])
    return Rows(torch.from_numpy(images), labels, tuple(row["image_id"] for row in table))


def split(labels_n: torch.Tensor, share: float, seed: int = 123) -> tuple[np.ndarray, np.ndarray]:
    """Split row numbers into training and validation, by diagnosis; each lesion has one image.

    Parameters
    ----------
    labels_n
        Diagnosis numbers.
    share
        Share of validation rows, at least 12 per diagnosis; 0 for none.
    seed
        Seed of the split.
    """
    rng = np.random.default_rng(seed)
    labels = labels_n.numpy()
    chosen = np.zeros(len(labels), bool)
    for c in range(len(NAMES)):
        rows = rng.permutation(np.flatnonzero(labels == c))
        chosen[rows[: max(12, int(share * len(rows))) if share else 0]] = True
    return np.flatnonzero(~chosen), np.flatnonzero(chosen)


def phantom(n: int, seed: int, size: int = SIZE) -> Rows:
    """Draw phantom images, the diagnoses in turn.

    Parameters
    ----------
    n
        How many.
    seed
        Seed of the phantom; tests use :data:`HELD_OUT_SEED`, training :data:`PHANTOM_SEED`.
    size
        Side in pixels.
    """
    from cutis.data.phantom import sample

    images = np.zeros((n, size, size, 3), np.uint8)
    labels, concepts = [], []
    for i in range(n):
        one = sample(i, seed=seed, size=size, diagnosis=i % len(NAMES))
        images[i] = one.image
        labels.append(NAMES.index(one.diagnosis))
        concepts.append([one.concepts[name] for name in CONCEPT_TERMS])
    ids = tuple(f"phantom-{seed}-{i}" for i in range(n))
    return Rows(torch.from_numpy(images), torch.tensor(labels), ids, torch.tensor(concepts))


def cached(path: Path, make: object) -> Rows:
    """Return rows from a file of an earlier run, or make them and keep them."""
    if not path.exists():
        rows = make()  # type: ignore[operator]
        temporary = path.with_suffix(".part")
        torch.save({field.name: getattr(rows, field.name) for field in fields(rows)}, temporary)
        temporary.replace(path)
    return Rows(**torch.load(path, weights_only=True))
