"""The machine: limits are found where they are, and hardware is named for what it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from cutis.doctor.machine import (
    GIB,
    available_memory,
    check_accelerator,
    check_bf16,
    check_cores,
    check_memory,
    processor_flags,
    usable_cores,
)

NO_GPU = {"cuda": [], "mps": False, "built_for": None}


@pytest.mark.parametrize(
    ("cores", "environment", "status"),
    [
        (1, {}, "WARN"),
        (2, {}, "PASS"),
        (8, {"OMP_NUM_THREADS": "4"}, "PASS"),
        (2, {"OMP_NUM_THREADS": "16"}, "WARN"),
        (2, {"OMP_NUM_THREADS": "many"}, "PASS"),
    ],
)
def test_cores(cores: int, environment: dict[str, str], status: str):
    check = check_cores(cores, environment)
    assert check.status == status
    assert str(cores) in check.found


@pytest.mark.parametrize(
    ("gib", "status"), [(0.5, "FAIL"), (1.49, "FAIL"), (2.0, "WARN"), (4.0, "PASS"), (64, "PASS")]
)
def test_memory(gib: float, status: str):
    check = check_memory(int(gib * GIB))
    assert check.status == status
    assert (check.fix is None) is (status == "PASS")


def test_memory_the_system_does_not_tell_is_no_failure():
    assert check_memory(None).status == "PASS"


def test_the_container_limit_counts_when_it_is_the_smaller(tmp_path: Path):
    meminfo, limit = tmp_path / "meminfo", tmp_path / "memory.max"
    meminfo.write_text("MemTotal:  16777216 kB\nMemAvailable:  8388608 kB\n")
    assert available_memory(meminfo, limit) == 8 * GIB
    limit.write_text("max\n")
    assert available_memory(meminfo, limit) == 8 * GIB
    limit.write_text(f"{2 * GIB}\n")
    assert available_memory(meminfo, limit) == 2 * GIB


def test_memory_of_this_machine_is_positive():
    found = available_memory()
    assert found is None or found > 0.1 * GIB


@pytest.mark.parametrize(
    ("flags", "status", "word"),
    [
        ({"amx_tile", "amx_bf16", "avx512_bf16"}, "PASS", "AMX, AVX512-BF16"),
        ({"avx512_bf16"}, "PASS", "AVX512-BF16"),
        ({"bf16", "sve"}, "PASS", "Arm BF16"),
        ({"avx2", "avx512f"}, "WARN", "no hardware support"),
        (None, "PASS", "fp32 always works"),
    ],
)
def test_bf16(flags: set[str] | None, status: str, word: str):
    check = check_bf16(flags)
    assert (check.status, word in check.found) == (status, True)


@pytest.mark.parametrize("key", ["flags", "Features"])
def test_processor_flags_of_both_families(tmp_path: Path, key: str):
    (tmp_path / "cpuinfo").write_text(f"model name\t: X\n{key}\t\t: fpu amx_bf16 bf16\n")
    assert processor_flags(tmp_path / "cpuinfo") == {"fpu", "amx_bf16", "bf16"}


def test_processor_flags_that_are_not_told(tmp_path: Path):
    assert processor_flags(tmp_path / "absent") is None
    (tmp_path / "cpuinfo").write_text("model name : X\n")
    assert processor_flags(tmp_path / "cpuinfo") is None


def test_a_gpu_is_named():
    check = check_accelerator({**NO_GPU, "cuda": ["NVIDIA H100"]})
    assert (check.status, check.found) == ("PASS", "CUDA: NVIDIA H100")
    assert check_accelerator({**NO_GPU, "mps": True}).found == "Apple MPS"


def test_no_gpu_is_no_problem():
    assert check_accelerator(NO_GPU).status == "PASS"


def test_a_gpu_torch_cannot_use_is_a_warning(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Path, "exists", lambda path: str(path) == "/dev/nvidia0")
    check = check_accelerator({**NO_GPU, "built_for": "13.2"})
    assert check.status == "WARN"
    assert "13.2" in check.found
    assert "driver" in str(check.fix)


def test_a_torch_that_does_not_import_leaves_the_accelerator_unknown():
    assert check_accelerator({"error": "x"}).status == "WARN"


def test_usable_cores_is_at_least_one():
    assert usable_cores() >= 1
