"""Benchmark suites: published protocols on the user's datasets, beside the published figures."""

from __future__ import annotations

from cutis.tasks.benchmark.published import Figure, published_figures, published_sources
from cutis.tasks.benchmark.reading import bundled_suites, read_suite
from cutis.tasks.benchmark.suite import Suite, SuiteEntry
from cutis.tasks.benchmark.verb import BenchmarkConfig, BenchmarkResult, benchmark

__all__ = [
    "BenchmarkConfig",
    "BenchmarkResult",
    "Figure",
    "Suite",
    "SuiteEntry",
    "benchmark",
    "bundled_suites",
    "published_figures",
    "published_sources",
    "read_suite",
]
