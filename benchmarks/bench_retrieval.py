"""Exact retrieval in blocks beside the published way, which holds and sorts all scores.

    python benchmarks/bench_retrieval.py --out retrieval.json

The published evaluation multiplies all images with all captions, sorts every row, and looks for
the partner: time and memory grow with the square. It is run at a smaller size, in the same process
and on the same features, and must give the same ranks. Each part runs in a process of its own, so
that its peak of memory is its own.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from timing import machine, table

from cutis.stats import Correct, diagonal, first_correct

MIB = 1 << 20


def invent(n: int, d: int) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of unit features whose partners resemble each other, float32 (n, d) each."""
    rng = np.random.default_rng(0)
    images = rng.standard_normal((n, d), dtype=np.float32)
    texts = rng.standard_normal((n, d), dtype=np.float32)
    texts += 0.15 * images
    for features in (images, texts):
        features /= np.linalg.norm(features, axis=1, keepdims=True)
    return images, texts


def published(images: np.ndarray, texts: np.ndarray) -> np.ndarray:
    """All scores at once, every row sorted, the partner's place; from 0."""
    import torch

    logits = torch.from_numpy(images) @ torch.from_numpy(texts).T
    order = torch.argsort(logits, descending=True)
    partner = torch.arange(len(images)).view(-1, 1)
    return torch.where(order == partner)[1].numpy()


def blocked_diagonal(images: np.ndarray, texts: np.ndarray) -> np.ndarray:
    """The same ranks in blocks."""
    return diagonal(images, texts).better_n


def blocked_ties(images: np.ndarray, texts: np.ndarray) -> np.ndarray:
    """Ranks with honest ties in blocks."""
    numbers = np.arange(len(images))
    return first_correct(images, texts, Correct(numbers, numbers)).better_n


WAYS: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "published": published,
    "diagonal": blocked_diagonal,
    "any-correct": blocked_ties,
}


def peak() -> float:
    """Most memory this process has held, in MiB."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (MIB if sys.platform == "darwin" else 1024)


def measure(way: str, n: int, d: int, channel: Any) -> None:
    """Run one way in this process; send seconds, memory beyond the features, and the ranks."""
    import torch

    torch.zeros(1)  # what the library itself holds is no part of the comparison
    images, texts = invent(n, d)
    before, start = peak(), time.perf_counter()
    ranks = WAYS[way](images, texts)
    seconds = time.perf_counter() - start
    channel.put((seconds, peak() - before, ranks))


def alone(way: str, n: int, d: int) -> tuple[float, float, np.ndarray]:
    """Measure one way in a fresh process."""
    context = multiprocessing.get_context("spawn")
    channel = context.Queue()
    process = context.Process(target=measure, args=(way, n, d, channel))
    process.start()
    found = channel.get()
    process.join()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=100_000, help="images, and captions")
    parser.add_argument("--small", type=int, default=10_000, help="pairs of the published way")
    parser.add_argument("--dim", type=int, default=512, help="values of a feature")
    parser.add_argument("--out", type=Path, default=None, help="JSON file to write")
    options = parser.parse_args()
    rows, facts, ranks = [], {}, {}
    for way, n in (
        ("published", options.small), ("diagonal", options.small), ("any-correct", options.small),
        ("any-correct", options.pairs),
    ):  # fmt: skip
        seconds, memory, found = alone(way, n, options.dim)
        ranks[way, n] = found
        facts[f"{way} {n}"] = {"seconds": seconds, "extra_mib": memory}
        rows.append([way, f"{n:,}", f"{seconds:.1f}", f"{memory:,.0f}"])
        print(f"{way}, {n:,} pairs: {seconds:.1f} s, {memory:,.0f} MiB", file=sys.stderr)
    slow, fast = (facts[f"{way} {options.small}"] for way in ("published", "any-correct"))
    agree = float((ranks["published", options.small] == ranks["diagonal", options.small]).mean())
    print(f"One direction, {options.dim} values, exact; memory beyond the features")
    print(table(["way", "pairs", "seconds", "MiB"], rows))
    print(f"at {options.small:,} pairs {slow['seconds'] / fast['seconds']:.1f} x the speed and "
          f"1/{slow['extra_mib'] / max(fast['extra_mib'], 1):.0f} of the memory; "
          f"equal ranks: {100 * agree:.2f} %")  # fmt: skip
    if options.out:
        facts_out = {"machine": machine(), "dim": options.dim, "ways": facts, "equal_ranks": agree}
        options.out.write_text(json.dumps(facts_out, indent=2) + "\n")


if __name__ == "__main__":
    main()
