"""Measure the finished model with the package's own verb, on data it may be measured on."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import torch

from recipes.cutis_tiny.data import CODES, HELD_OUT_SEED, Rows, phantom, read_table
from recipes.cutis_tiny.lexicon import CONCEPT_TERMS, SIGN_TEMPLATES

SCALES = tuple(range(10, 101, 2))


def balanced_nll(logits_nc: torch.Tensor, labels_n: torch.Tensor) -> float:
    """Return the mean of the classes' mean negative log-likelihoods."""
    each = torch.nn.functional.cross_entropy(logits_nc, labels_n, reduction="none")
    return float(torch.stack([each[labels_n == c].mean() for c in labels_n.unique()]).mean())


def best_scale(cosines_nc: torch.Tensor, labels_n: torch.Tensor) -> float:
    """Return the factor on the cosines that makes the probabilities fit best, classes balanced.

    Examples
    --------
    >>> best_scale(torch.eye(3) * 0.1, torch.tensor([0, 1, 2]))
    100.0
    """
    return float(min(SCALES, key=lambda scale: balanced_nll(cosines_nc * scale, labels_n)))


def ham_test(shared: Path, out: Path) -> Path:
    """Write the table of the published-test images, with absolute image paths."""
    folder = shared / "data" / "ham10000"
    test = {row["image_id"] for row in read_table(folder / "published_test_ids.csv")}
    rows = [r for r in read_table(folder / "HAM10000_metadata.csv") if r["image_id"] in test]
    path = out / "ham10000_test.csv"
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def held_out_phantom(out: Path, n: int = 700) -> tuple[Path, Rows]:
    """Write held-out phantom images and their table."""
    from PIL import Image

    rows = phantom(n, HELD_OUT_SEED)
    folder = out / "phantom"
    folder.mkdir(parents=True, exist_ok=True)
    with (out / "phantom.csv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(["image", "dx"])
        for name, pixels, label in zip(rows.ids, rows.images_nhwc, rows.labels_n, strict=True):
            Image.fromarray(pixels.numpy()).save(folder / f"{name}.png")
            writer.writerow([f"{name}.png", CODES[int(label)]])
    return out / "phantom.csv", rows


def run(model: str, data: Path, images: Path, out: Path, card: str | None) -> dict[str, Any]:
    """Run zero-shot diagnosis and return its metrics."""
    from cutis.tasks.zero_shot import ZeroShotConfig, zero_shot

    config = ZeroShotConfig(model=model, data=data, images=images, output=out, card=card,
                            cache=out.parent / "cache")  # fmt: skip
    metrics = zero_shot(config).metrics
    if metrics is None:
        raise ValueError(f"{data} has no labels")
    return metrics


def concept_aurocs(model: str, rows: Rows) -> dict[str, float]:
    """Return how well each concept's text ranks the phantom images that have it."""
    from PIL import Image
    from sklearn.metrics import roc_auc_score

    from cutis.models import load_model

    loaded = load_model(model, device="cpu")
    images = [Image.fromarray(x.numpy()) for x in rows.images_nhwc]
    parts = [loaded.embed_images(images[i : i + 32]) for i in range(0, len(images), 32)]
    z = np.concatenate(parts)
    z /= np.linalg.norm(z, axis=1, keepdims=True)
    assert rows.concepts_nk is not None
    out = {}
    for k, (name, terms) in enumerate(CONCEPT_TERMS.items()):
        truth = rows.concepts_nk[:, k].numpy()
        w = loaded.embed_texts([t.format(terms[0]) for t in SIGN_TEMPLATES[:8]])
        w = (w / np.linalg.norm(w, axis=1, keepdims=True)).mean(0)
        if 0 < truth.sum() < len(truth):
            out[name] = float(roc_auc_score(truth, z @ w))
    return out


def evaluate(model: str, shared: Path, out: Path) -> dict[str, dict[str, Any]]:
    """Measure on the published-test images, held-out phantom images, PAD-UFES-20 and PH2.

    Parameters
    ----------
    model
        Name or ``local-dir:`` of the model.
    shared
        Folder of the real images.
    out
        Where tables and runs are written.
    """
    out.mkdir(parents=True, exist_ok=True)
    data = shared / "data"
    table, rows = held_out_phantom(out)
    jobs = {
        "ham10000_test": (ham_test(shared, out), data / "ham10000" / "images", "ham10000"),
        "phantom": (table, out / "phantom", "ham10000"),
        "pad_ufes_20": (data / "pad_ufes_20" / "metadata.csv", data / "pad_ufes_20" / "images",
                        None),
        "ph2": (data / "ph2" / "metadata.csv", data / "ph2" / "images", None),
        "ph2_binary": (data / "ph2" / "metadata.csv", data / "ph2" / "images", "ph2-binary"),
    }  # fmt: skip
    found: dict[str, dict[str, Any]] = {}
    for name, (path, images, card) in jobs.items():
        found[name] = run(model, path, images, out / f"run-{name}", card)
        values = found[name]["metrics"]
        print(name, {k: round(values[k]["value"], 3) for k in ("balanced_accuracy", "auroc")})
    found["concepts"] = concept_aurocs(model, rows)
    return found
