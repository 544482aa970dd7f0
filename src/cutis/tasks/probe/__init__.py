"""Probes: what a model's frozen features tell a simple classifier."""

from cutis.tasks.probe.config import ProbeConfig

__all__ = ["ProbeConfig"]
