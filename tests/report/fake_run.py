"""Finished run directories with invented content, in the format of the zero-shot verb."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import yaml

CLASSES = (
    "actinic keratosis", "basal cell carcinoma", "benign keratosis", "dermatofibroma",
    "melanoma", "nevus", "vascular lesion",
)  # fmt: skip
SHARES = (0.08, 0.14, 0.16, 0.05, 0.17, 0.34, 0.06)
HOME = "/home/someone/patients/Jane Roe"


def invent_scores(n: int, classes: tuple[str, ...], seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Labels and probabilities of a model that is right about 60 times of 100."""
    rng = np.random.default_rng(seed)
    c = len(classes)
    shares = np.array(SHARES) if c == len(SHARES) else np.ones(c) / c
    labels = rng.choice(c, size=n, p=shares / shares.sum())
    logits = rng.normal(size=(n, c))
    logits[np.arange(n), labels] += 0.95 + 0.25 * np.log(c)
    if c == 7:  # melanoma and nevus are mixed up more than others
        logits[labels == 4, 5] += 0.9
        logits[labels == 5, 4] += 0.6
    probs = np.exp(2.0 * logits)
    return labels, probs / probs.sum(axis=1, keepdims=True)


def draw_lesion(seed: int, side: int = 192) -> Any:
    """A skin-coloured square with a darker blob."""
    from PIL import Image, ImageDraw, ImageFilter

    rng = np.random.default_rng(seed)
    skin = tuple(int(v) for v in rng.integers((190, 140, 115), (245, 205, 185)))
    image = Image.new("RGB", (side, side), skin)
    pen = ImageDraw.Draw(image)
    for _ in range(14):
        x, y = rng.normal(side / 2, side / 10, 2)
        r = rng.uniform(side / 12, side / 5)
        brown = tuple(int(v) for v in np.array((120, 72, 50)) + rng.integers(-35, 40, 3))
        pen.ellipse((x - r, y - r * 0.8, x + r, y + r * 0.8), fill=brown)
    return image.filter(ImageFilter.GaussianBlur(3))


def make_run(
    folder: Path,
    *,
    n: int = 300,
    classes: tuple[str, ...] = CLASSES,
    groups: bool = True,
    labels: bool = True,
    thumbs: bool = True,
    subgroups: bool = True,
    id_prefix: str = "ISIC_",
    n_bootstrap: int = 200,
    seed: int = 0,
    **record: Any,
) -> Path:
    """Write a complete run directory and return it; keywords leave parts out or replace facts."""
    import pandas as pd

    from cutis.predictions import make_predictions, write_predictions
    from cutis.report.cases import case_rows
    from cutis.stats import evaluate
    from cutis.tasks.acting import acting

    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed + 1)
    labels_n, probs_nc = invent_scores(n, classes, seed)
    if not labels:
        labels_n = np.full(n, -1)
    elif n > 20:
        labels_n[:4] = -1
    groups_n = np.array([f"L{i // 2 if i < 40 else i}" for i in range(n)]) if groups else None
    carried = invent_people(n, rng) if subgroups else None
    ids = [f"{id_prefix}{i:07d}" for i in range(n)]
    predictions = make_predictions(
        ids=ids, images=[f"images/{i}.jpg" for i in ids], probs_nc=probs_nc, classes=classes,
        labels_n=labels_n, groups_n=groups_n, carried=carried,
    )  # fmt: skip
    write_predictions(folder / "predictions.parquet", predictions)
    if labels:
        evaluation = evaluate(
            labels_n, probs_nc, classes, groups_n=groups_n, n_bootstrap=n_bootstrap,
            grouping="lesion_id" if groups else None,
            subgroups={} if carried is None
            else {c: carried[c].to_numpy(dtype=object) for c in carried},
        )  # fmt: skip
        positives = [1] if len(classes) == 2 else []
        more = acting(predictions, positives, n_bootstrap, 0.95, 0, evaluation.settings.grouping)
        write(folder / "metrics.json", evaluation.to_json() | more)
    if thumbs:
        write_thumbs(folder / "thumbs", [ids[i] for i in case_rows(predictions)])
    errors = pd.DataFrame(
        {"row": [12, 99], "id": ["ISIC_9", "ISIC_10"],
         "image": [f"{HOME}/images/ISIC_9.jpg", f"{HOME}/images/ISIC_10.jpg"],
         "reason": [f"{HOME}/images/ISIC_9.jpg is truncated", "the file is missing"]}
    )  # fmt: skip
    errors.to_csv(folder / "errors.csv", index=False)
    config = {
        "verb": "zero-shot", "output": f"{HOME}/runs/a", "data": f"{HOME}/table.csv",
        "images": f"{HOME}/images", "model": "cutis-tiny", "seed": 0, "n_bootstrap": n_bootstrap,
        "templates": None,
    }  # fmt: skip
    (folder / "config.yaml").write_text(yaml.safe_dump(config, sort_keys=False))
    write(folder / "run.json", invent_record(n, classes, labels_n, groups_n) | record)
    return folder


def write(path: Path, value: Any) -> None:
    """Write JSON."""
    path.write_text(json.dumps(value, indent=1))


def write_thumbs(folder: Path, ids: list[str]) -> None:
    """Write a picture with telling EXIF per row name."""
    from PIL import Image

    folder.mkdir(exist_ok=True)
    exif = Image.Exif()
    exif[0x010E] = "JANE ROE born 1960"
    names = {}
    for i, name in enumerate(ids):
        names[name] = f"{i:03d}.jpg"
        draw_lesion(i).save(folder / names[name], quality=85, exif=exif, comment=b"JANE ROE")
    write(folder / "thumbs.json", names)


def invent_people(n: int, rng: np.random.Generator) -> Any:
    """Subgroup columns with missing values and one tiny group."""
    import pandas as pd

    tone = rng.choice(["I", "II", "III", "IV", "V"], size=n, p=[0.2, 0.4, 0.3, 0.07, 0.03])
    return pd.DataFrame(
        {
            "age": rng.choice(["under 30", "30 to 49", "50 to 69", "70 and over", None], size=n),
            "sex": rng.choice(["female", "male"], size=n),
            "skin_tone": tone,
        },
        dtype=object,
    )


def invent_record(
    n: int, classes: tuple[str, ...], labels_n: np.ndarray, groups_n: np.ndarray | None
) -> dict[str, Any]:
    """The content of run.json."""
    labelled = labels_n >= 0
    card = {
        "name": "phantom", "title": "Phantom", "modality": "dermoscopy",
        "description": "Invented images for tests.", "licence": "CC0 1.0", "share_images": True,
        "headline_metric": "balanced_accuracy", "citation": "Nobody, Invented images (2026).",
        "source_url": "https://example.org/phantom", "notes": "",
    }  # fmt: skip
    model = {
        "name": "cutis-tiny", "title": "cutis-tiny", "family": "vision-language",
        "licence": "CC BY-NC-SA 4.0", "licence_note": "No commercial use.",
        "training_data": "HAM10000 training rows and phantom images.",
        "seen_classes": list(classes[:5]), "intended_use": "Demonstration.",
        "warnings": ["Its seven classes were seen in training."], "citation": "",
    }  # fmt: skip
    identity = {
        "name": "cutis-tiny", "weights_sha256": "ab" * 32, "layout": "open_clip",
        "preprocessing": {"size": 224, "interpolation": "bicubic", "mean": [0.481, 0.457, 0.408]},
    }  # fmt: skip
    counts = {
        "rows_in_table": n + 52, "rows_in_split": n + 2, "unreadable": 2,
        "without_label": int((~labelled).sum()), "evaluated": int(labelled.sum()),
        "groups": None if groups_n is None else len(set(groups_n[labelled])),
    }  # fmt: skip
    return {
        "format": "cutis.run/1", "status": "finished", "verb": "zero-shot",
        "disclaimer": "Research use only, not a medical device", "identity": "cd" * 32,
        "finished": "2026-11-20T10:00:00+00:00", "wall_seconds": 12.5,
        "inputs": {"table_sha256": "ef" * 32, "features_key": "34" * 32},
        "outputs": ["predictions.parquet", "metrics.json", "report.html"],
        "command": f"cutis zero-shot --data '{HOME}/table.csv' --output '{HOME}/runs/a'",
        "features_key": "34" * 32, "images_per_second": 41.237, "precision": "fp32",
        "model": {"card": model, "identity": identity},
        "dataset": {
            "name": "phantom", "card": card, "table": "table.csv", "table_sha256": "ef" * 32,
            "roles": {"image": "image", "label": "dx", "group": "lesion_id"}, "split": "test",
            "counts": counts,
        },
        "prompts": {
            "template_set": "cutis-dermatology", "templates_sha256": "56" * 32,
            "templates": ["a photo of {}", "a dermoscopic image of {}", "skin with {}"],
            "prompts_sha256": "78" * 32, "n_prompts": 3 * len(classes), "scale": 100.0,
            "names": {classes[-1]: ["angioma"]},
        },
        "versions": {"python": "3.11.9", "cutis": "0.1.0", "torch": "2.15.0", "numpy": "2.4.0"},
        "host": {"system": "Linux", "machine": "x86_64", "cores": 2},
    }  # fmt: skip
