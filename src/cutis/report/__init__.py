"""A run directory in, one self-contained HTML page out."""

from __future__ import annotations

from cutis.report.build import build_report
from cutis.report.cases import case_rows, choose_cases
from cutis.report.verb import ReportConfig, report

__all__ = ["ReportConfig", "build_report", "case_rows", "choose_cases", "report"]
