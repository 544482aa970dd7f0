"""Exact search for copies beside one bare matrix product of the same size.

    python benchmarks/bench_overlap.py --queries 10000 --items 1000000 --out overlap.json

The bank lies on disk as float32 and is read a block at a time. What is measured beside it is the
machine's own rate: products of blocks as large, with nothing done to them. Each part runs in a
process of its own, so that its peak of memory is its own. A thousand planted copies must be found,
and nothing else.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from timing import machine, table

from cutis.stats.matches import ArrayRows, Blocks, find_matches

CHUNK = 16384


def write_bank(folder: Path, n: int, m: int, d: int, copies: int) -> None:
    """Write random queries, and a bank of which some rows are altered queries."""
    rng = np.random.default_rng(0)
    queries = rng.standard_normal((n, d), dtype=np.float32)
    np.save(folder / "queries.npy", queries)
    bank = np.lib.format.open_memmap(folder / "bank.npy", "w+", np.float32, (m, d))
    for start in range(0, m, CHUNK):
        bank[start : start + CHUNK] = rng.standard_normal((min(CHUNK, m - start), d))
    places = np.sort(rng.choice(m, copies, replace=False))
    bank[places] = queries[:copies] + 0.3 * rng.standard_normal((copies, d))
    np.save(folder / "places.npy", places)


def search(folder: Path, threshold: float) -> None:
    """Find the copies, and check that they are those that were planted."""
    bank = np.load(folder / "bank.npy", mmap_mode="r")
    found = find_matches(ArrayRows(np.load(folder / "queries.npy")), ArrayRows(bank), threshold)
    places = np.load(folder / "places.npy")
    if found.item_p.tolist() != places.tolist():
        raise SystemExit(f"{len(found.item_p)} pairs were found, {len(places)} were planted")


def bare_products(folder: Path, threshold: float) -> None:
    """Multiply blocks as large, as often, without reading or looking at anything."""
    n, d = np.load(folder / "queries.npy", mmap_mode="r").shape
    m = len(np.load(folder / "bank.npy", mmap_mode="r"))
    sizes = Blocks.of(d)
    rng = np.random.default_rng(0)
    queries = rng.standard_normal((min(sizes.scores, n), d), dtype=np.float32)
    items = rng.standard_normal((min(sizes.gallery, m), d), dtype=np.float32)
    out = np.empty((len(queries), len(items)), np.float32)
    for _ in range(-(-n // len(queries)) * -(-m // len(items))):
        np.matmul(queries, items.T, out=out)


PARTS = {"search": search, "bare products": bare_products}


def measured(part: str, folder: Path, threshold: float, answer: Any) -> None:
    """Run one part and put seconds and peak memory in MiB."""
    start = time.perf_counter()
    PARTS[part](folder, threshold)
    seconds = time.perf_counter() - start
    answer.put((seconds, peak_mib()))


def peak_mib() -> float:
    """Return the most memory this process had, in MiB."""
    status = Path("/proc/self/status")
    if status.exists():
        # The system's own account counts what the parent had before this program was loaded.
        words = next(x for x in status.read_text().splitlines() if x.startswith("VmHWM")).split()
        return int(words[1]) / (1 << 10)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def main() -> None:
    """Measure and write a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--queries", type=int, default=10_000)
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--length", type=int, default=512)
    parser.add_argument("--copies", type=int, default=1_000)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    results: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_bank(folder, given.queries, given.items, given.length, given.copies)
        for part in PARTS:
            answer = context.Queue()
            process = context.Process(target=measured, args=(part, folder, 0.75, answer))
            process.start()
            process.join()
            if process.exitcode:
                raise SystemExit(f"{part} failed")
            results[part] = answer.get()
    flops = 2 * given.queries * given.items * given.length
    rows = [
        [part, f"{seconds:.1f}", f"{flops / seconds / 1e9:.1f}", f"{peak:.0f}"]
        for part, (seconds, peak) in results.items()
    ]
    sys.stdout.write(table(["part", "s", "GFLOP/s", "peak MiB"], rows) + "\n")
    ratio = results["bare products"][0] / results["search"][0]
    sys.stdout.write(f"{100 * ratio:.0f} % of the rate of bare products\n")
    if given.out:
        record = {"machine": machine(), "sizes": vars(given) | {"out": None}, "ratio": ratio}
        given.out.write_text(json.dumps(record | {"parts": results}, indent=2) + "\n")


if __name__ == "__main__":
    main()
