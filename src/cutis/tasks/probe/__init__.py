"""Probes: what a model's frozen features tell a simple classifier."""

from cutis.tasks.probe.config import ProbeConfig
from cutis.tasks.probe.verb import ProbeResult, probe

__all__ = ["ProbeConfig", "ProbeResult", "probe"]
