"""Check this machine: one line per check, PASS, WARN or FAIL, and what repairs it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from pydantic import Field

from cutis.config import VerbConfig
from cutis.doctor.check import Check, Diagnosis
from cutis.doctor.libraries import (
    check_extras,
    check_libraries,
    check_pair,
    check_python,
    extras,
    installed,
    probe_torch,
    requires,
)
from cutis.doctor.machine import (
    available_memory,
    check_accelerator,
    check_bf16,
    check_cores,
    check_memory,
    processor_flags,
    usable_cores,
)
from cutis.doctor.storage import check_bundled_model, check_cache, check_offline

__all__ = ["Check", "Diagnosis", "DoctorConfig", "doctor"]


class DoctorConfig(VerbConfig):
    """Settings of ``cutis doctor``."""

    cache: Path | None = Field(
        default=None, description="Feature cache to check [$CUTIS_CACHE or ~/.cache/cutis]."
    )
    timeout: float = Field(
        default=180.0, gt=0, description="Seconds to wait for torch to import before giving up."
    )


def doctor(config: DoctorConfig) -> Diagnosis:
    """Check this machine: Python, libraries, processor, memory, cache, model, offline state.

    Nothing is fetched and no address is contacted.
    """
    from cutis.features import default_cache

    probe = probe_torch(config.timeout)
    checks = [
        check_python(sys.version_info[:3], sys.maxsize > 2**32),
        check_pair(installed, requires, probe),
        *check_libraries(installed, requires),
        check_cores(usable_cores(), os.environ),
        check_memory(available_memory()),
        check_bf16(processor_flags()),
        check_accelerator(probe),
        check_cache(config.cache or default_cache()),
        check_bundled_model(),
        check_offline(os.environ),
        check_extras(extras(), installed),
    ]
    return Diagnosis(tuple(checks))
