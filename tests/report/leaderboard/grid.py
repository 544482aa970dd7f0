"""Invented runs of several models on several datasets."""

from __future__ import annotations

import json
from pathlib import Path

from tests.report.fake_retrieval import make_retrieval
from tests.report.fake_run import make_run


def change(run: Path, model: str, data: str, **facts) -> Path:
    """Give a run other names, and other facts under dotted keys such as ``dataset.split``."""
    record = json.loads((run / "run.json").read_text())
    record["model"]["card"] |= {"name": model, "title": model.title(), "parameters": 86_000_000}
    record["model"]["identity"] |= {"name": model, "weights_sha256": model * 8}
    record["dataset"]["name"] = data
    record["dataset"]["card"] |= {"name": data, "title": f"Set {data}"}
    record["dataset"]["table_sha256"] = facts.pop("table", data * 8)
    for key, value in facts.items():
        place = record
        *parents, last = key.split("__")
        for parent in parents:
            place = place[parent]
        place[last] = value
    (run / "run.json").write_text(json.dumps(record))
    return run


def make_grid(folder: Path, models: int = 2, sets: int = 2, retrieval: bool = False) -> list[Path]:
    """Write a run for every pair; every report is an empty page."""
    runs = []
    for m in range(models):
        for d in range(sets):
            run = folder / f"model-{m}" / f"data-{d}"
            if retrieval:
                make_retrieval(run, noise=0.5 + m, seed=d, n=20, thumbs=False, by_image=False)
            else:
                make_run(
                    run, n=40 + 10 * d, n_bootstrap=20, seed=7 * m + d, thumbs=False,
                    subgroups=False,
                )  # fmt: skip
                same_labels(run, folder / "model-0" / f"data-{d}")
            (run / "report.html").write_text("<p>a report</p>")
            runs.append(change(run, f"model{m}", f"data{d}"))
    return runs


def same_labels(run: Path, first: Path) -> None:
    """Give runs of one dataset the same number of labelled images."""
    if run == first:
        return
    path = run / "metrics.json"
    metrics, other = json.loads(path.read_text()), json.loads((first / "metrics.json").read_text())
    path.write_text(json.dumps(metrics | {"n": other["n"], "n_groups": other["n_groups"]}))
