"""The whole verb: it looks at everything, contacts nobody, and fails when something is broken."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

import cutis.doctor as room
from cutis.doctor import DoctorConfig, doctor

PROBED = {"cuda": [], "built_for": None, "mps": False}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Torch is imported in its own test; here its answer is enough."""
    monkeypatch.setattr(room, "probe_torch", lambda timeout: PROBED)


def test_this_machine_is_sound(tmp_path: Path):
    diagnosis = doctor(DoctorConfig(cache=tmp_path))
    assert [c for c in diagnosis.checks if c.status == "FAIL"] == []
    assert diagnosis.exit_code == 0


def test_every_part_of_the_machine_is_looked_at(tmp_path: Path):
    names = [c.name for c in doctor(DoctorConfig(cache=tmp_path)).checks]
    assert names == [
        "python", "torch + torchvision", "timm", "open_clip_torch", "transformers", "libraries",
        "cores", "memory", "bf16 on the CPU", "accelerator", "feature cache", "model cutis-tiny",
        "network", "optional parts",
    ]  # fmt: skip


def test_one_broken_part_fails_the_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(room, "probe_torch", lambda timeout: {"error": "operator missing"})
    diagnosis = doctor(DoctorConfig(cache=tmp_path))
    assert diagnosis.exit_code == 1
    assert "FAIL  torch + torchvision" in diagnosis.render()


def test_problems_always_come_with_a_fix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(room, "probe_torch", lambda timeout: {"error": "x"})
    monkeypatch.setattr(room, "installed", lambda name: None)
    monkeypatch.setattr(room, "available_memory", lambda: 1)
    monkeypatch.setattr(room, "processor_flags", lambda: frozenset())
    monkeypatch.setenv("HF_HUB_OFFLINE", "perhaps")
    checks = doctor(DoctorConfig(cache=tmp_path)).checks
    assert sum(c.status != "PASS" for c in checks) > 6
    assert all(c.fix for c in checks if c.status != "PASS")


def test_no_address_is_contacted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("doctor opened a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert doctor(DoctorConfig(cache=tmp_path)).checks
