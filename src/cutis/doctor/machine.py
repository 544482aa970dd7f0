"""The machine: cores, memory, bfloat16 and accelerators."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from cutis.doctor.check import Check

GIB = 2**30


def check_cores(cores: int, environment: Mapping[str, str]) -> Check:
    """Check how many cores this process may use."""
    threads = environment.get("OMP_NUM_THREADS")
    found = f"{cores} usable" + (f", OMP_NUM_THREADS={threads}" if threads else "")
    if cores < 2:
        return Check("cores", "WARN", found, "use a machine with 2 cores or more; it will be slow")
    if threads is not None and threads.isdigit() and int(threads) > cores:
        return Check("cores", "WARN", found, f"unset OMP_NUM_THREADS or set it to {cores}")
    return Check("cores", "PASS", found)


def check_memory(available: int | None) -> Check:
    """Check the memory that can still be used, in bytes."""
    if available is None:
        return Check("memory", "PASS", "the amount is not told by this system")
    found = f"{available / GIB:.1f} GiB available"
    if available < 1.5 * GIB:
        return Check("memory", "FAIL", found, "close other programs: a model needs about 2 GiB")
    if available < 4 * GIB:
        return Check("memory", "WARN", found, "use --batch-size 8 for models larger than ViT-B")
    return Check("memory", "PASS", found)


def check_bf16(flags: Iterable[str] | None) -> Check:
    """Say whether the processor computes bfloat16 in hardware (AMX, AVX512-BF16 or Arm)."""
    if flags is None:
        return Check("bf16 on the CPU", "PASS", "the processor does not tell; fp32 always works")
    known = {"amx_bf16": "AMX", "avx512_bf16": "AVX512-BF16", "bf16": "Arm BF16"}
    found = [name for flag, name in known.items() if flag in set(flags)]
    if found:
        return Check("bf16 on the CPU", "PASS", f"{', '.join(found)}: --precision bf16 is fast")
    return Check(
        "bf16 on the CPU",
        "WARN",
        "no hardware support: --precision bf16 would be slow",
        "keep the default --precision fp32",
    )


def check_accelerator(probe: Mapping[str, Any]) -> Check:
    """Say which accelerator torch can use; none is fine."""
    if "error" in probe:
        return Check("accelerator", "WARN", "unknown, torch does not import", "repair torch first")
    if probe["cuda"]:
        return Check("accelerator", "PASS", f"CUDA: {', '.join(probe['cuda'])}")
    if probe["mps"]:
        return Check("accelerator", "PASS", "Apple MPS")
    if probe["built_for"] and Path("/dev/nvidia0").exists():
        return Check(
            "accelerator",
            "WARN",
            f"a GPU is present, but torch built for CUDA {probe['built_for']} cannot use it",
            "update the GPU driver, or install the torch made for the driver's CUDA version",
        )
    return Check("accelerator", "PASS", "none; everything runs on the CPU")


def usable_cores() -> int:
    """Return the number of cores this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def available_memory(
    meminfo: Path = Path("/proc/meminfo"), limit: Path = Path("/sys/fs/cgroup/memory.max")
) -> int | None:
    """Return the memory in bytes that can still be used, or None where the system does not tell.

    The smaller of the machine's available memory and the container's limit counts.
    """
    found = []
    if meminfo.exists():
        fields = dict(line.split(":", 1) for line in meminfo.read_text().splitlines())
        found.append(int(fields.get("MemAvailable", fields["MemTotal"]).split()[0]) * 1024)
    elif "SC_PHYS_PAGES" in os.sysconf_names:
        found.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    if limit.exists() and (text := limit.read_text().strip()).isdigit():
        found.append(int(text))
    return min(found, default=None)


def processor_flags(cpuinfo: Path = Path("/proc/cpuinfo")) -> frozenset[str] | None:
    """Return the processor's feature flags, or None where the system does not tell."""
    if not cpuinfo.exists():
        return None
    for line in cpuinfo.read_text(errors="replace").splitlines():
        key, _, value = line.partition(":")
        if key.strip() in ("flags", "Features"):
            return frozenset(value.split())
    return None
