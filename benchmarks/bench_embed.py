"""`cutis.embed` beside the loop everybody writes around open_clip: same weights, same images.

    python benchmarks/bench_embed.py --out embed.json

The loop is that of the published extraction scripts around open_clip's model and preprocessing: a
DataLoader over the files with two workers, batches of 14, float32. cutis does more in the same
time: it hashes the files, stores the features in shards that survive a kill, and finds them again.
The weights are random, which changes no time.
The rate of the machine is that of one large bfloat16 matrix product, measured in the same turns.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from timing import machine, table, take_turns

import cutis
from cutis.features import embed
from cutis.features.decode import decoded
from cutis.features.extract import CPU_BATCH
from cutis.models import Model, load_model

ARCHITECTURE = "ViT-B-16"
Preprocess = Callable[["Image.Image"], torch.Tensor]


def write_images(folder: Path, count: int, size: tuple[int, int] = (600, 450)) -> list[Path]:
    """Smooth noise with grain, as JPEG: about as costly to decode as a dermoscopic image."""
    rng = np.random.default_rng(0)
    folder.mkdir()
    paths = []
    for i in range(count):
        coarse = rng.integers(60, 230, (9, 12, 3), dtype=np.uint8)
        smooth = np.asarray(Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC))
        grain = rng.normal(0, 6, (size[1], size[0], 1))
        picture = np.clip(smooth + grain, 0, 255).astype(np.uint8)
        paths.append(folder / f"{i:04d}.jpg")
        Image.fromarray(picture).save(paths[-1], quality=90)
    return paths


class Files(torch.utils.data.Dataset):
    """What the plain loop reads."""

    def __init__(self, paths: list[Path], preprocess: Preprocess) -> None:
        self.paths, self.preprocess = paths, preprocess

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, index: int) -> torch.Tensor:
        return self.preprocess(Image.open(self.paths[index]).convert("RGB"))


def plain_loop(
    model: torch.nn.Module, preprocess: Preprocess, paths: list[Path], batch: int, workers: int
) -> np.ndarray:
    """The user's alternative."""
    loader = torch.utils.data.DataLoader(
        Files(paths, preprocess), batch_size=batch, num_workers=workers
    )
    with torch.no_grad():
        return np.concatenate([model.encode_image(pixels).numpy() for pixels in loader])


class Rows:
    """The parts of a dataset that features are made from."""

    def __init__(self, paths: list[Path]) -> None:
        self.ids = tuple(path.stem for path in paths)
        self.image_paths, self.root = tuple(paths), paths[0].parent

    def __len__(self) -> int:
        return len(self.ids)


@dataclass
class Bench:
    """Images, the plain model, and the same weights loaded by cutis in both precisions."""

    folder: Path
    paths: list[Path]
    plain: torch.nn.Module
    preprocess: Preprocess
    models: dict[str, Model]
    batch: int
    workers: int
    number: int = 0

    def loop(self) -> np.ndarray:
        """The user's alternative."""
        return plain_loop(self.plain, self.preprocess, self.paths, self.batch, self.workers)

    def cutis(self, precision: str) -> np.ndarray:
        """The same through cutis, into an empty cache."""
        self.number += 1
        cache = self.folder / f"cache-{self.number}"
        return embed(
            Rows(self.paths), self.models[precision], cache, workers=self.workers
        ).values_nd

    def tower(self, precision: str) -> None:
        """Ready pixels through the tower, nothing else."""
        for start in range(0, len(self.pixels), CPU_BATCH):
            self.models[precision].embed_pixels(self.pixels[start : start + CPU_BATCH])

    def decode(self) -> None:
        """Files to pixels, nothing else."""
        preprocess = self.models["fp32"].preprocess
        for _ in decoded(self.paths, preprocess, self.workers, CPU_BATCH, 0):
            pass

    @cached_property
    def pixels(self) -> torch.Tensor:
        """All images, preprocessed."""
        preprocess = self.models["fp32"].preprocess
        return torch.stack(list(decoded(self.paths, preprocess, self.workers, CPU_BATCH, 0)))


def prepare(folder: Path, options: argparse.Namespace) -> Bench:
    """Write images and weights and load the models."""
    import open_clip
    from safetensors.torch import save_file

    torch.manual_seed(0)
    plain, _, preprocess = open_clip.create_model_and_transforms(ARCHITECTURE)
    plain.eval()
    weights = folder / "weights.safetensors"
    save_file({k: v.contiguous().clone() for k, v in plain.state_dict().items()}, weights)
    name = f"open_clip:{ARCHITECTURE}@{weights}"
    models = {p: load_model(name, device="cpu", precision=p) for p in ("fp32", "bf16")}
    paths = write_images(folder / "images", options.images)
    return Bench(folder, paths, plain, preprocess, models, options.batch_size, options.workers)


def product(side: int = 4096) -> Callable[[], torch.Tensor]:
    """One large bfloat16 matrix product: what the machine can do."""
    square = torch.randn(side, side).bfloat16()
    return lambda: square @ square


def operations(module: torch.nn.Module, pixels_1chw: torch.Tensor) -> int:
    """Multiplications and additions of one image, counted by torch."""
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter:
        module.encode_image(pixels_1chw)
    return counter.get_total_flops()


def cosines(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return (a * b).sum(1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, default=256, help="images")
    parser.add_argument("--repetitions", type=int, default=2, help="turns per contender")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads(), help="of the tower")
    parser.add_argument("--batch-size", type=int, default=14, help="batch of the plain loop")
    parser.add_argument("--workers", type=int, default=2, help="decoding workers of both")
    parser.add_argument("--out", type=Path, help="JSON file to write")
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    torch.set_num_threads(options.threads)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        result = run(prepare(Path(folder), options), options)
    print(render(result))
    if options.out:
        options.out.write_text(json.dumps(result, indent=2) + "\n")
    sys.exit(0 if result["acceptance"]["passed"] else 1)


def run(bench: Bench, options: argparse.Namespace) -> dict:
    loop, exact, reduced = bench.loop(), bench.cutis("fp32"), bench.cutis("bf16")
    bench.pixels  # noqa: B018  (decoded once, outside the timing)
    side = 4096
    multiply = product(side)
    before = machine()
    times = take_turns(
        {
            "plain open_clip loop, fp32": bench.loop,
            "cutis.embed, fp32": lambda: bench.cutis("fp32"),
            "cutis.embed, bf16": lambda: bench.cutis("bf16"),
            "tower alone, fp32": lambda: bench.tower("fp32"),
            "tower alone, bf16": lambda: bench.tower("bf16"),
            "reading and resizing alone": bench.decode,
            "bf16 matrix product": multiply,
        },
        options.repetitions,
    )
    count = len(bench.paths)
    peak = 2 * side**3 / times.pop("bf16 matrix product").best_wall()
    base = times["plain open_clip loop, fp32"]
    rows = {
        name: {
            "images_per_second": count / t.best_wall(),
            "wall_ratio": base.best_wall() / t.best_wall(),
            "processor_ratio": base.best_processor() / t.best_processor(),
            "processor_ms_per_image": 1000 * t.best_processor() / count,
            "wall_seconds": t.wall,
            "processor_seconds": t.processor,
        }
        for name, t in times.items()
    }
    fp32, bf16 = rows["cutis.embed, fp32"], rows["cutis.embed, bf16"]
    tower = rows["tower alone, bf16"]
    share = tower["images_per_second"] * operations(bench.plain, bench.pixels[:1]) / peak
    whole = bf16["images_per_second"] / tower["images_per_second"]
    agreement = float(cosines(exact, reduced).min())
    reached = {
        "fp32 / loop (>= 1)": (fp32["wall_ratio"], 1.0),
        "bf16 / loop (>= 4)": (bf16["wall_ratio"], 4.0),
        "bf16 tower / bf16 matrix product (>= 0.6)": (share, 0.6),
        "bf16 whole / bf16 tower (>= 0.9)": (whole, 0.9),
        "least cosine of bf16 to fp32 (>= 0.999)": (agreement, 0.999),
    }
    return {
        "benchmark": "embed",
        "model": ARCHITECTURE,
        "images": count,
        "image_size": "600x450 JPEG",
        "threads": options.threads,
        "loop": {"batch_size": options.batch_size, "workers": options.workers},
        "machine": {"before": before, "load_after": machine()["load"]},
        "versions": {"cutis": cutis.__version__, "torch": torch.__version__},
        "times": rows,
        "largest difference of cutis fp32 and loop": float(np.abs(loop - exact).max()),
        "bf16_gflops": {"matrix product": peak / 1e9, "tower": share * peak / 1e9},
        "acceptance": {
            **{name: value for name, (value, _) in reached.items()},
            "passed": all(value >= least for value, least in reached.values()),
        },
    }


def render(result: dict) -> str:
    rows = [
        [
            name,
            f"{t['images_per_second']:.1f}",
            f"{t['wall_ratio']:.2f}",
            f"{t['processor_ms_per_image']:.0f}",
            f"{t['processor_ratio']:.2f}",
        ]
        for name, t in result["times"].items()
    ]
    header = ["", "images/s", "speed, loop = 1", "processor ms/image", "the same in processor time"]
    facts = [f"{key}: {value:.6g}" for key, value in result["acceptance"].items()]
    facts += [f"{key}: {value:.0f} GFLOP/s" for key, value in result["bf16_gflops"].items()]
    return "\n".join([json.dumps(result["machine"]), table(header, rows), *facts])


if __name__ == "__main__":
    main()
