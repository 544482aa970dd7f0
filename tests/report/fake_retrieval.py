"""Finished retrieval runs with invented features, in the format of the retrieve verb."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from cutis.stats import Settings
from cutis.tasks.caption_pairs import pair_captions
from cutis.tasks.retrieval_directions import (
    Rules,
    caption_name,
    images_to_images,
    images_to_texts,
    texts_to_images,
)
from tests.report.fake_run import draw_lesion

WORDS = (
    "brown",
    "symmetric",
    "with a regular network",
    "on the back",
    "scaly",
    "with <b>streaks</b>",
)


def make_retrieval(
    folder: Path,
    *,
    n: int = 60,
    noise: float = 1.0,
    groups: bool = True,
    by_image: bool = True,
    thumbs: bool = True,
    cut: int = 0,
    seed: int = 0,
    **record: Any,
) -> Path:
    """Write a complete retrieval run and return it; keywords leave parts out or replace facts."""
    import pandas as pd

    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    ids = [f"ISIC_{i:05d}" for i in range(n)]
    texts = [f"A spot that is {WORDS[i % 6]} and {WORDS[i % 5]}, number {i // 2}" for i in range(n)]
    pairs = pair_captions([(text,) for text in texts], ids)
    images = rng.normal(size=(n, 16))
    own = np.stack([images[pairs.caption_p == u].mean(axis=0) for u in range(len(pairs.captions))])
    captions = own + noise * rng.normal(size=own.shape)
    groups_n = np.array([f"L{i // 2}" for i in range(n)]) if groups else None
    settings = Settings(n_bootstrap=40, grouping="lesion_id" if groups else "none")
    rules = Rules((1, 5, 100), "any-correct", settings)
    found = [
        images_to_texts(images, captions, pairs, ids, groups_n, rules),
        texts_to_images(images, captions, pairs, ids, groups_n, rules),
    ]
    if by_image:
        found.append(images_to_images(images, np.arange(n) % 3, ids, groups_n, rules, None))
    table = pd.concat([direction.table for direction in found], ignore_index=True)
    table.to_parquet(folder / "retrieval.parquet")
    lost = [7 if i < cut else 0 for i in range(len(pairs.captions))]
    pd.DataFrame(
        {
            "caption": [caption_name(i) for i in range(len(pairs.captions))],
            "text": pairs.captions, "images": pairs.weights_u, "tokens": 20, "tokens_lost": lost,
        }
    ).to_parquet(folder / "captions.parquet")  # fmt: skip
    facts = {
        "columns": ["caption"], "n": n, "n_distinct": len(pairs.captions), "n_images": n,
        "rows_without": 2, "context_length": 32, "longest": 39 if cut else 20, "n_cut": cut,
        "share_cut": cut / n, "median_lost": 7.0, "most_lost": 7,
    }  # fmt: skip
    write_facts(folder, found, facts, n, groups, record)
    if thumbs:
        (folder / "thumbs").mkdir()
        for i in range(n):
            draw_lesion(i, 64).save(folder / "thumbs" / f"{i}.jpg")
        names = {name: f"{i}.jpg" for i, name in enumerate(ids)}
        (folder / "thumbs" / "thumbs.json").write_text(json.dumps(names))
    return folder


def write_facts(folder: Path, found, facts: dict, n: int, groups: bool, record: dict) -> None:
    """Write metrics.json, config.yaml and run.json."""
    results = {direction.name: direction.result.to_json() for direction in found}
    metrics = {
        "format": "cutis.retrieval/1", "n": n, "n_groups": n // 2 if groups else n,
        "grouping": "lesion_id" if groups else "none", "protocol": "any-correct",
        "ks": [1, 5, 100], "exclude_near": None, "confidence": 0.95, "n_bootstrap": 40,
        "interval": "percentile", "seed": 0, "directions": results, "captions": facts,
        "metrics": {
            f"{name.replace('-', '_')}_{metric}": values
            for name, result in results.items() for metric, values in result["metrics"].items()
        },
        "notes": ["2 rows have no caption and take no part"],
    }  # fmt: skip
    (folder / "metrics.json").write_text(json.dumps(metrics, allow_nan=False))
    (folder / "config.yaml").write_text(yaml.safe_dump({"verb": "retrieve", "data": "/a/b/t.csv"}))
    counts = {"rows_in_table": n + 5, "rows_in_split": n + 2, "unreadable": 0,
              "without_caption": 2, "evaluated": n, "groups": n // 2}  # fmt: skip
    run = {
        "format": "cutis.run/1", "status": "finished", "verb": "retrieve", "identity": "0" * 64,
        "protocol": "any-correct", "precision": "fp32", "captions": facts,
        "command": "cutis retrieve --data /home/ann/t.csv --output r",
        "model": {
            "card": {"name": "tiny", "title": "Tiny", "licence": "CC0", "parameters": 12_000_000},
            "identity": {"name": "tiny", "weights_sha256": "a" * 64},
        },
        "dataset": {
            "name": "made-up", "card": {"name": "made-up", "title": "Made Up", "licence": "CC0"},
            "table_sha256": "b" * 64, "rows_sha256": "c" * 64, "split": "test", "counts": counts,
            "roles": {"image": "image"},
        },
        "versions": {"cutis": "0.1.0"}, "host": {"cores": 2}, "wall_seconds": 3.0,
        "finished": "2026-01-01T00:00:00+00:00", "inputs": {"features_key": "d" * 64},
        **record,
    }  # fmt: skip
    (folder / "run.json").write_text(json.dumps(run))
