"""The page of a benchmark suite."""

from __future__ import annotations

from cutis.report.suite.page import render_suite

__all__ = ["render_suite"]
