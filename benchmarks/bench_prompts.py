"""A second set of prompts beside the first: what it costs once the features are there.

    python benchmarks/bench_prompts.py --out prompts.json

Five tables with the classes of five benchmarks, a ViT-B/16 with random weights (which change no
time), and the whole of `cutis zero-shot` both times: features, prompts, metrics with 1,000 grouped
replicates, report and leaderboard. The second call has other templates and nothing else new.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from bench_embed import ARCHITECTURE, write_images
from timing import machine, processor_seconds, table

import cutis
from cutis.data.cards import get_card

CARDS = ("ham10000", "pad-ufes-20", "ph2", "isic2020", "med-node")


def classes_of(card: str) -> list[str]:
    """Class names of a card, by whichever of its spellings is known."""
    return [entry.name for entry in get_card(card).classes]


def write_tables(folder: Path, images: int, cards: tuple[str, ...]) -> list[Path]:
    """Pictures of noise with labels drawn at random, two per lesion."""
    rng = np.random.default_rng(0)
    tables = []
    for card in cards:
        home = folder / card
        home.mkdir()
        paths = write_images(home / "images", images)
        names = classes_of(card)
        frame = pd.DataFrame(
            {
                "image": [path.name for path in paths],
                "diagnosis": [names[i] for i in rng.integers(0, len(names), images)],
                "lesion_id": [f"L{i // 2}" for i in range(images)],
            }
        )
        frame.to_csv(home / f"{card}.csv", index=False)
        tables.append(home / f"{card}.csv")
    return tables


def write_weights(folder: Path) -> str:
    """Random weights of the architecture, as a model's name."""
    import open_clip
    from safetensors.torch import save_file

    torch.manual_seed(0)
    state = open_clip.create_model(ARCHITECTURE).state_dict()
    path = folder / "weights.safetensors"
    save_file({k: v.contiguous().clone() for k, v in state.items()}, path)
    return f"open_clip:{ARCHITECTURE}@{path}"


def timed(config: cutis.ZeroShotConfig) -> dict[str, float]:
    """Wall and processor seconds of one call that must succeed."""
    wall, processor = time.perf_counter(), processor_seconds()
    done = cutis.zero_shot(config)
    if done.exit_code:
        raise SystemExit(done.render())
    return {
        "wall": time.perf_counter() - wall,
        "processor": processor_seconds() - processor,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, default=800, help="images of each table")
    parser.add_argument("--tables", type=int, default=5, help="tables, at most five")
    parser.add_argument("--model", default=None, help="model [a ViT-B/16 with random weights]")
    parser.add_argument("--out", type=Path, default=None, help="JSON file to write")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tables = write_tables(folder, options.images, CARDS[: options.tables])
        model = options.model or write_weights(folder)
        found = {}
        for which, templates in (("first", "dermatology"), ("second", "clinical")):
            found[which] = timed(
                cutis.ZeroShotConfig(
                    model=model, data=tables, templates=templates, output=folder / which,
                    cache=folder / "cache", card=["auto"] * len(tables),
                )
            )  # fmt: skip
        runs = sorted((folder / "second").rglob("run.json"))
        prompts = sum(json.loads(run.read_text())["prompts"]["n_prompts"] for run in runs)
    shares = {kind: found["second"][kind] / found["first"][kind] for kind in found["first"]}
    rows = [
        [which, f"{times['wall']:.1f}", f"{times['processor']:.1f}"]
        for which, times in found.items()
    ]
    rows.append(["share", *(f"{100 * shares[kind]:.2f} %" for kind in ("wall", "processor"))])
    print(f"{len(tables)} tables of {options.images} images, {prompts} prompts in the second set")
    print(table(["call", "wall s", "processor s"], rows))
    if options.out:
        facts = {"machine": machine(), "images": options.images, "tables": len(tables),
                 "prompts": prompts, "seconds": found, "share": shares}  # fmt: skip
        options.out.write_text(json.dumps(facts, indent=2) + "\n")


if __name__ == "__main__":
    main()
