"""The record of a suite's leaderboard, of any size, made up."""

from __future__ import annotations

from typing import Any


def figure(value: float, **facts: Any) -> dict[str, Any]:
    """A published figure."""
    return {
        "model": "make", "title": "MAKE", "metric": "accuracy", "fraction": None, "value": value,
        "low": None, "high": None, "n": 461, "source": "A paper", "citation": "A paper (2026).",
        "url": "https://example.org/paper", "where": "table 2", "note": "", **facts,
    }  # fmt: skip


def cell(model: str, column: str, value: float | None, **facts: Any) -> dict[str, Any]:
    """A model's value in a column."""
    return {
        "model": model, "column": column, "value": value,
        "low": None if value is None else value - 0.05,
        "high": None if value is None else value + 0.05,
        "n": 120, "rank": 1, "rank_low": 1, "rank_high": 2, "first_share": 0.91,
        "published": None, "without_overlap": None, "seen": [], "note": "",
        "run": f"{model}/{column}", **facts,
    }  # fmt: skip


def column(key: str, **facts: Any) -> dict[str, Any]:
    """A dataset under a task."""
    return {
        "key": key, "entry": key, "dataset": key, "title": f"Set {key}", "task": "zero-shot",
        "fraction": None, "metric": "accuracy", "lower_is_better": False, "group": "zero-shot",
        "n": 120, "n_groups": 80, "grouping": "lesion_id", "split": "test", "n_ranked_on": 120,
        "instead_of": None, "published_n": 461, "licence": "CC BY 4.0", "leakage": "",
        "notes": [], **facts,
    }  # fmt: skip


def model(key: str) -> dict[str, Any]:
    """A model that was run."""
    return {
        "key": key, "name": key, "title": key.title(), "licence": "MIT", "parameters": 86_000_000,
        "precision": "fp32", "weights_sha256": "0123456789abcdef", "training_data": "Many images.",
    }  # fmt: skip


def make_suite_record(models: int = 2, columns: int = 3) -> dict[str, Any]:
    """A leaderboard with everything a page can show."""
    keys = [f"model-{i}" for i in range(models)]
    sets = [column(f"data-{i}") for i in range(columns)]
    sets[-1] |= {"instead_of": "published-set", "notes": ["ranks rest on 90 cases"]}
    cells = [
        cell(key, part["key"], 0.5 + 0.1 * i + 0.02 * j, rank=i + 1)
        for i, key in enumerate(keys)
        for j, part in enumerate(sets)
    ]
    cells[0] |= {
        "published": figure(0.6), "seen": ["nevus"], "note": "a remark",
        "without_overlap": {"value": 0.432, "low": None, "high": None, "n": 100},
    }  # fmt: skip
    cells[-1] |= {"difference": 0.1, "difference_low": 0.02, "difference_high": 0.18, "p": 1e-5,
                  "p_corrected": 2e-5}  # fmt: skip
    results = [
        {"model": key, "value": 0.6 + 0.01 * i, "low": 0.5, "high": 0.7, "rank": i + 1,
         "rank_low": 1, "rank_high": 2, "first_share": 0.5, "published": figure(0.7)}
        for i, key in enumerate(keys)
    ]  # fmt: skip
    return {
        "format": "cutis.benchmark/1",
        "suite": {"name": "test-suite", "title": "A suite for tests", "description": "It tests.",
                  "citation": "Nobody (2026).", "n_entries": columns + 2},
        "settings": {"n_bootstrap": 100, "confidence": 0.95, "seed": 0, "anchor": keys[0],
                     "n_comparisons": 4, "correction": "Holm"},
        "models": [model(key) for key in keys],
        "columns": sets,
        "cells": cells,
        "averages": [
            {"group": "zero-shot", "task": "zero-shot", "fraction": None,
             "columns": [part["key"] for part in sets], "n_sets": columns,
             "n_sets_of_suite": columns + 1, "n_stand_ins": 0, "notes": [], "results": results}
        ],
        "reproduction": [
            {"model": keys[0], "column": sets[0]["key"], "entry": "data-0",
             "published": figure(0.6, low=0.5, high=0.7), "value": 0.5, "low": 0.4, "high": 0.65,
             "n": 120, "difference": -0.1, "inside": True, "verdict": "other images",
             "reasons": ["120 images here, 461 there"]}
        ],
        "published_only": [
            {"name": "gpt", "title": "A model with a long name that nobody has run here",
             "cells": {sets[0]["key"]: figure(0.81)}, "averages": {"zero-shot": figure(0.66)}}
        ],
        "missing": [{"name": "ddi", "data": "ddi", "task": "probe", "reason": "no table of it",
                     "how_to_obtain": ["Register.", "Accept the terms. " * 6]}],
        "not_runnable": [{"name": "w", "data": "waterloo", "reason": "masks only"}],
        "failed": [{"model": "monet", "data": "data-0", "folder": "monet/data-0",
                    "reason": "There is no such file. " * 5}],
    }  # fmt: skip
