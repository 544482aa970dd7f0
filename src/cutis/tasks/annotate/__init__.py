"""Concepts in words, scored on images: ``cutis annotate``."""

from __future__ import annotations

from cutis.tasks.annotate.config import AnnotateConfig
from cutis.tasks.annotate.verb import AnnotateResult, annotate

__all__ = ["AnnotateConfig", "AnnotateResult", "annotate"]
