"""Time ``cutis data phantom``: images per second, and several processes against one.

Run: python benchmarks/bench_phantom.py
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

from cutis.data.phantom import PhantomConfig, data_phantom, draw_spec
from cutis.data.phantom.render import render


def write(n: int, size: int, workers: int, views: str) -> tuple[float, int]:
    """Return the seconds and the image files (masks not counted) of one data set."""
    with tempfile.TemporaryDirectory() as folder:
        config = PhantomConfig(
            output=Path(folder) / "set", n=n, size=size, workers=workers, views=views
        )
        start = time.perf_counter()
        data_phantom(config)
        seconds = time.perf_counter() - start
        return seconds, len(list(Path(folder).rglob("*.jpg")))


def render_only(n: int, size: int) -> float:
    """Return the processor milliseconds of one rendering, nothing written."""
    specs = [draw_spec(index, 0) for index in range(n)]
    render(specs[0], size)
    start = time.process_time()
    for spec in specs:
        render(spec, size)
    return (time.process_time() - start) / n * 1000


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=2000)
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    n, size = options.images, options.size
    print(f"rendering alone: {render_only(min(n, 200), size):.1f} ms of processor time per image")
    print(f"{'views':12s} {'workers':>7s} {'seconds':>8s} {'images/s':>9s}")
    for views in ("dermoscopic", "all"):
        rates = {}
        for workers in (1, options.workers):
            seconds, files = write(n, size, workers, views)
            rates[workers] = files / seconds
            print(f"{views:12s} {workers:7d} {seconds:8.1f} {rates[workers]:9.0f}")
        print(
            f"{views:12s} {options.workers} processes / 1 = {rates[options.workers] / rates[1]:.2f}"
        )


if __name__ == "__main__":
    main()
