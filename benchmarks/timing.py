"""Side-by-side timing that a busy machine disturbs as little as possible.

Contenders take turns, so that a slow minute hits all of them; the least time of each counts; and
processor time, which waiting for a core does not enlarge, is kept beside wall time.
"""

from __future__ import annotations

import os
import platform
import resource
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Times:
    """Wall and processor seconds of every repetition of one contender."""

    wall: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)

    def best_wall(self) -> float:
        """Least wall time."""
        return min(self.wall)

    def best_processor(self) -> float:
        """Least processor time."""
        return min(self.processor)


def processor_seconds() -> float:
    """Processor time of this process and of its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def take_turns(
    contenders: Mapping[str, Callable[[], object]], repetitions: int
) -> dict[str, Times]:
    """Run every contender once per repetition; each repetition starts with another one."""
    times = {name: Times() for name in contenders}
    names = list(contenders)
    for repetition in range(repetitions):
        turn = repetition % len(names)
        for name in names[turn:] + names[:turn]:
            wall, processor = time.perf_counter(), processor_seconds()
            contenders[name]()
            times[name].wall.append(time.perf_counter() - wall)
            times[name].processor.append(processor_seconds() - processor)
    return times


def machine() -> dict[str, object]:
    """What the machine is and how busy it was."""
    facts: dict[str, object] = {
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "cores": len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count(),
        "load": [round(value, 1) for value in os.getloadavg()],
    }
    info = Path("/proc/cpuinfo")
    if info.exists():
        parts = [line.partition(":") for line in info.read_text().splitlines()]
        lines = {key.strip(): value.strip() for key, _, value in parts}
        flags = lines.get("flags", "").split()
        facts["processor"] = lines.get("model name", "")
        facts["bf16"] = [flag for flag in ("amx_bf16", "avx512_bf16") if flag in flags]
    return facts


def table(header: list[str], rows: list[list[str]]) -> str:
    """Rows as a Markdown table with aligned columns."""
    widths = [max(len(line[i]) for line in [header, *rows]) for i in range(len(header))]
    lines = [header, ["-" * width for width in widths], *rows]
    return "\n".join(
        "| "
        + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        + " |"
        for line in lines
    )
