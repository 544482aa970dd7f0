"""What an image costs at each stage, what several processes gain, and what a million would take.

    python benchmarks/bench_scale.py --out scale.json

Three parts. Stages: processor time per image of hashing, reading and resizing, the tower and
writing, one thread each. Engines: the command in one process, as two parts at once and with two
Ray workers, from start to end, features compared bit for bit. Table: time and memory of a table of
`--rows` rows, without images. The projection multiplies the stages; its GPU line rests on
`--gpu-images-per-second`, which is an assumption unless you measured it.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from bench_embed import ARCHITECTURE, write_images
from timing import machine, table, take_turns

from cutis.features.decode import read_pixels
from cutis.features.extract import CPU_BATCH
from cutis.features.store import SHARD_ROWS, FeatureStore
from cutis.files import sha256_file
from cutis.models import load_model

MILLION = 1_000_000
NODE_CORES = 32


def prepare(folder: Path, count: int) -> tuple[Path, str]:
    """Write images, their table and random weights; return the table and the model's name."""
    import open_clip
    from safetensors.torch import save_file

    torch.manual_seed(0)
    plain, _, _ = open_clip.create_model_and_transforms(ARCHITECTURE)
    weights = folder / "weights.safetensors"
    save_file({k: v.contiguous().clone() for k, v in plain.state_dict().items()}, weights)
    paths = write_images(folder / "images", count)
    lines = [f"{path.name},{'melanoma' if i % 3 else 'nevus'}" for i, path in enumerate(paths)]
    (folder / "table.csv").write_text("\n".join(["image,label", *lines]) + "\n")
    return folder / "table.csv", f"open_clip:{ARCHITECTURE}@{weights}"


def stages(folder: Path, name: str, repetitions: int) -> dict[str, dict[str, float]]:
    """Milliseconds per image of every stage, wall and processor, with one thread."""
    torch.set_num_threads(1)
    paths = sorted((folder / "images").iterdir())[: 4 * CPU_BATCH]
    models = {p: load_model(name, device="cpu", precision=p) for p in ("fp32", "bf16")}
    preprocess = models["fp32"].preprocess
    pixels = torch.stack([read_pixels(path, preprocess) for path in paths])
    features = models["fp32"].embed_pixels(pixels[:CPU_BATCH])
    values = np.resize(features, (SHARD_ROWS, features.shape[1]))

    def write() -> None:
        shutil.rmtree(folder / "store", ignore_errors=True)
        FeatureStore(folder / "store").add_shard(0, values, ())

    def tower(precision: str) -> Callable[[], None]:
        def run() -> None:
            for at in range(0, len(paths), CPU_BATCH):
                models[precision].embed_pixels(pixels[at : at + CPU_BATCH])

        return run

    contenders = {
        "hash": lambda: [sha256_file(path) for path in paths],
        "read, decode, resize": lambda: [read_pixels(path, preprocess) for path in paths],
        "tower fp32": tower("fp32"),
        "tower bf16": tower("bf16"),
        "write": write,
    }
    times = take_turns(contenders, repetitions)
    counts = dict.fromkeys(contenders, len(paths)) | {"write": SHARD_ROWS}
    return {
        stage: {
            "wall_ms": 1000 * t.best_wall() / counts[stage],
            "processor_ms": 1000 * t.best_processor() / counts[stage],
        }
        for stage, t in times.items()
    }


def command(data: Path, model: str, run: Path, *more: str) -> list[str]:
    """The command of one process, with a cache of its own beside the run."""
    return [
        sys.executable, "-m", "cutis.cli", "embed", "--data", str(data), "--model", model,
        "--device", "cpu", "--cache", str(run.parent / "cache"), "-o", str(run), *more,
    ]  # fmt: skip


def engines(folder: Path, data: Path, model: str, with_ray: bool) -> dict[str, dict]:
    """Wall seconds of the whole command in each form, and whether the features are the same."""
    forms: dict[str, list[list[str]]] = {
        "one process, all cores": [[]],
        "one process, one thread": [["--threads", "1"]],
        "two parts at once": [["--threads", "1", "--shard", f"{i}/2"] for i in (1, 2)],
    }
    if with_ray:
        forms["two Ray workers"] = [["--threads", "1", "--engine", "ray", "--ray-workers", "2"]]
    found, stores = {}, {}
    for form, processes in forms.items():
        place = folder / form.replace(" ", "-").replace(",", "")
        start = time.perf_counter()
        running = [
            subprocess.Popen(
                command(data, model, place / f"run-{i}", *words),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            for i, words in enumerate(processes)
        ]
        codes = [process.wait() for process in running]
        found[form] = {"wall_seconds": time.perf_counter() - start, "exit_codes": codes}
        # meta.json tells the number of threads, so only the arrays and tables are compared.
        stores[form] = {
            path.name: path.read_bytes()
            for path in (place / "cache").glob("features/*/*")
            if path.suffix in (".npy", ".parquet")
        }
    for form in forms:
        same = stores[form] == stores["one process, one thread"]
        found[form]["same_bytes_as_one_thread"] = same and "ids.parquet" in stores[form]
    return found


def big_table(rows: int) -> dict[str, float]:
    """Seconds and peak memory of a table of many rows whose images are not there."""
    done = subprocess.run(
        [sys.executable, __file__, "--only-table", str(rows)],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result


def only_table(rows: int) -> dict[str, float]:
    """What :func:`big_table` measures, in a process of its own."""
    import resource

    import pandas  # noqa: F401  (part of the memory at the start)

    from cutis.data import load_dataset
    from cutis.features.hashes import file_hashes
    from cutis.features.key import rows_sha256
    from cutis.features.tables import ids_table

    def peak() -> float:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "images").mkdir()
        with (folder / "table.csv").open("w") as stream:
            stream.write("image,label,lesion_id\n")
            for i in range(rows):
                kind = "melanoma" if i % 3 else "nevus"
                stream.write(f"part-{i // 1000:05d}/ISIC_{i:08d}.jpg,{kind},L{i // 2}\n")
        before, start = peak(), time.perf_counter()
        dataset = load_dataset(folder / "table.csv")
        loaded = time.perf_counter()
        hashes = file_hashes(dataset.image_paths, dataset.root, folder / "cache")
        rows_sha256(dataset.ids, hashes)
        asked = time.perf_counter()
        shards = [np.arange(at, min(at + SHARD_ROWS, rows)) for at in range(0, rows, SHARD_ROWS)]
        listed = len(ids_table(dataset.ids, shards))
    return {
        "rows": rows,
        "load_seconds": loaded - start,
        "question_seconds": asked - loaded,
        "memory_mib": peak() - before,
        "ids_bytes_per_row": listed / rows,
    }


def project(result: dict, gpu_images_per_second: float) -> list[list[str]]:
    """Core hours, node hours and bytes of 1 M and 100 M images, from the stages."""
    cost = {stage: t["processor_ms"] for stage, t in result["stages"].items()}
    around = cost["hash"] + cost["read, decode, resize"] + cost["write"]
    rows = []
    for millions in (1, 100):
        n = millions * MILLION
        for precision in ("fp32", "bf16"):
            hours = n * (around + cost[f"tower {precision}"]) / 3.6e6
            rows.append(
                [
                    f"{millions} M",
                    f"tower {precision} on processors",
                    f"{hours:,.0f} core hours",
                    f"{hours / NODE_CORES:,.1f} h of a node with {NODE_CORES} cores",
                ]
            )
        hours = n / gpu_images_per_second / 3600
        cores = gpu_images_per_second * around / 1000
        rows.append(
            [
                f"{millions} M",
                f"tower on a GPU, {gpu_images_per_second:,.0f} images/s assumed",
                f"{hours:,.1f} GPU hours",
                f"{cores:,.0f} cores keep it fed",
            ]
        )
    return rows


def render(result: dict, gpu_images_per_second: float) -> str:
    """The result as Markdown."""
    lines = [json.dumps(result["machine"]), ""]
    rows = [
        [s, f"{t['processor_ms']:.2f}", f"{t['wall_ms']:.2f}"] for s, t in result["stages"].items()
    ]
    lines += [table(["stage", "processor ms/image", "wall ms/image"], rows), ""]
    base = result["engines"]["one process, one thread"]["wall_seconds"]
    rows = [
        [
            form,
            f"{t['wall_seconds']:.1f}",
            f"{base / t['wall_seconds']:.2f}",
            "yes" if t["same_bytes_as_one_thread"] else "no",
        ]
        for form, t in result["engines"].items()
    ]
    lines += [table(["whole command", "s", "speed", "the same bytes"], rows), ""]
    facts = result["table"]
    lines.append(
        f"Table of {facts['rows']:,} rows: {facts['load_seconds']:.1f} s to read, "
        f"{facts['question_seconds']:.1f} s to ask for every file and to name the store, "
        f"{facts['memory_mib']:.0f} MiB, ids.parquet {facts['ids_bytes_per_row']:.0f} bytes a row."
    )
    projected = project(result, gpu_images_per_second)
    lines += ["", "Projection:", table(["images", "how", "work", "that is"], projected)]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, default=1024, help="images of the engines' part")
    parser.add_argument("--repetitions", type=int, default=3, help="turns per stage")
    parser.add_argument("--rows", type=int, default=MILLION, help="rows of the large table")
    parser.add_argument("--no-ray", action="store_true", help="leave Ray out")
    parser.add_argument(
        "--gpu-images-per-second", type=float, default=2000, help="assumed speed of a GPU"
    )
    parser.add_argument("--only-table", type=int, metavar="ROWS", help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help="JSON file to write")
    options = parser.parse_args()
    if options.only_table is not None:
        print(json.dumps(only_table(options.only_table)))
        return
    logging.disable(logging.WARNING)
    before = machine()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        data, model = prepare(folder, options.images)
        result = {
            "benchmark": "scale",
            "model": ARCHITECTURE,
            "images": options.images,
            "machine": before,
            "stages": stages(folder, model, options.repetitions),
            "engines": engines(folder, data, model, not options.no_ray),
            "table": big_table(options.rows),
        }
    result["passed"] = all(
        not any(t["exit_codes"]) and (t["same_bytes_as_one_thread"] or "all cores" in form)
        for form, t in result["engines"].items()
    )
    print(render(result, options.gpu_images_per_second))
    if options.out:
        options.out.write_text(json.dumps(result, indent=2) + "\n")
    sys.exit(0 if result["passed"] else 1)


if __name__ == "__main__":
    main()
