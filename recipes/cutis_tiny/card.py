"""The model card of cutis-tiny."""

from __future__ import annotations

from typing import Any

from recipes.cutis_tiny.data import NAMES


def card(n_images: int, scale: float) -> dict[str, Any]:
    """Return the fields of the card, without the measured numbers.

    Parameters
    ----------
    n_images
        Number of real images it was trained on.
    scale
        Factor on the cosines in zero-shot diagnosis.
    """
    return {
        "name": "cutis-tiny",
        "title": "cutis-tiny",
        "summary": "small demonstration model, comes with cutis",
        "domain": "dermatology",
        "layout": "open_clip",
        "bundled": True,
        "dim": 256,
        "context_length": 77,
        "zero_shot_scale": scale,
        "licence": "CC BY-NC-SA 4.0",
        "licence_note": (
            "No commercial use; share alike. The weights derive from HAM10000 images (CC BY-NC-SA "
            "4.0: Tschandl, Rosendahl, Kittler 2018), EfficientNet-Lite0 (Apache-2.0) and "
            "MiniLM-L6-v2 (Apache-2.0)."
        ),
        "citation": (
            "Tschandl, Rosendahl, Kittler. The HAM10000 dataset. Scientific Data 5:180161 (2018). "
            "Tan, Le. EfficientNet. ICML (2019). Wang et al. MiniLM. NeurIPS (2020)."
        ),
        "modality": "dermoscopy",
        "training_data": (
            f"{n_images:,} HAM10000 images, one per lesion, with captions written from diagnosis, "
            "and 2,100 phantom images (seed 1000) with captions of diagnosis and concepts. No "
            "image and no lesion of the 901 published-test images of HAM10000, nothing of "
            "PAD-UFES-20 and nothing of PH2 was used to train, tune or choose anything."
        ),
        "seen_classes": NAMES,
        "intended_use": (
            "To try every part of the package on any computer, without a download: for "
            "demonstration, teaching and tests. Not for clinical use, not for publication."
        ),
        "warnings": (
            "For demonstration. Not a medical device, not for clinical use.",
            "The seven HAM10000 diagnoses were seen with labels in training: on them 'zero-shot' "
            "means prompts instead of a trained head, not unseen classes.",
            "Trained on dermoscopy of lighter skin. On clinical photographs, on dark skin and on "
            "other diagnoses it is often wrong.",
            "Concepts such as pigment network were learned from synthetic images only.",
        ),
    }  # fmt: skip
