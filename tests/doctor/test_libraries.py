"""Python and libraries: each way they can be wrong is found, named and given a fix."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys

import pytest

from cutis.doctor import libraries
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

WELL = {"torch": "2.13.0", "torchvision": "0.28.0"}
PINNED = {"torchvision": ["numpy", "torch (==2.13.0)", "scipy ; extra == 'scipy'"]}
PROBED = {"cuda": [], "built_for": None, "mps": False}


@pytest.mark.parametrize(
    ("version", "is_64_bit", "status"),
    [
        ((3, 10, 14), True, "FAIL"),
        ((2, 7, 18), True, "FAIL"),
        ((3, 11, 0), True, "PASS"),
        ((3, 13, 1), True, "PASS"),
        ((3, 12, 1), False, "FAIL"),
    ],
)
def test_python(version: tuple[int, ...], is_64_bit: bool, status: str):
    check = check_python(version, is_64_bit)
    assert check.status == status
    assert ".".join(map(str, version)) in check.found
    assert (check.fix is None) is (status == "PASS")


def test_a_matching_pair_passes():
    check = check_pair(WELL.get, PINNED.__getitem__, PROBED)
    assert (check.status, check.fix) == ("PASS", None)
    assert "2.13.0 + 0.28.0" in check.found


def test_a_cpu_build_of_the_pinned_torch_matches():
    versions = {"torch": "2.13.0+cpu", "torchvision": "0.28.0+cpu"}
    assert check_pair(versions.get, PINNED.__getitem__, PROBED).status == "PASS"


def test_a_pair_not_made_for_each_other_names_both_and_the_repair():
    check = check_pair({**WELL, "torch": "2.15.0"}.get, PINNED.__getitem__, PROBED)
    assert check.status == "FAIL"
    assert "2.15.0 + 0.28.0" in check.found
    assert check.fix == 'pip install "torch==2.13.0" "torchvision==0.28.0"'


def test_a_range_of_torch_is_understood_too():
    ranged = {"torchvision": ["torch (>=2.14.0)"]}.__getitem__
    assert check_pair({**WELL, "torch": "2.15.0"}.get, ranged, PROBED).status == "PASS"
    assert check_pair(WELL.get, ranged, PROBED).status == "FAIL"


def test_a_pair_that_does_not_import_fails_with_the_reason():
    error = {"error": "RuntimeError: operator torchvision::nms does not exist"}
    check = check_pair(WELL.get, PINNED.__getitem__, error)
    assert check.status == "FAIL"
    assert "nms does not exist" in check.found
    assert "--force-reinstall torch torchvision" in str(check.fix)


@pytest.mark.parametrize("missing", ["torch", "torchvision"])
def test_half_a_pair_fails(missing: str):
    versions = {name: v for name, v in WELL.items() if name != missing}
    check = check_pair(versions.get, PINNED.__getitem__, PROBED)
    assert check.status == "FAIL"
    assert f"{missing} not installed" in check.found


def test_libraries_are_compared_with_what_cutis_asks_for():
    wanted = {"cutis": ["torch>=2", "timm>=1.0.20", "transformers>=5.0", "pandas<4,>=2.2", "rich"]}
    versions = {"timm": "0.9.2", "transformers": "5.23", "pandas": "4.0", "rich": "13"}
    checks = {c.name: c for c in check_libraries(versions.get, wanted.__getitem__)}
    assert set(checks) == {"timm", "transformers", "pandas"}
    assert checks["timm"].status == "FAIL"
    assert "0.9.2" in checks["timm"].found
    assert checks["timm"].fix == 'pip install "timm>=1.0.20"'
    assert checks["transformers"].status == "PASS"
    assert checks["pandas"].status == "FAIL"


def test_a_missing_library_fails_and_optional_ones_are_not_looked_for():
    wanted = {"cutis": ["pyyaml>=6.0", "ray[data]>=2.40; extra == 'ray'"]}
    checks = check_libraries({}.get, wanted.__getitem__)
    assert [(c.name, c.status, c.found) for c in checks] == [("pyyaml", "FAIL", "not installed")]


def test_when_all_is_well_the_others_share_one_line():
    wanted = {"cutis": ["pyyaml>=6.0", "numpy>=2", "timm>=1"]}
    versions = {"pyyaml": "6.0.2", "numpy": "2.4.0", "timm": "1.0.31"}
    checks = check_libraries(versions.get, wanted.__getitem__)
    assert [(c.name, c.status) for c in checks] == [("timm", "PASS"), ("libraries", "PASS")]
    assert checks[1].found.startswith("2 ")


def test_optional_parts_never_fail():
    check = check_extras({"explain": ["captum"], "ray": ["ray"]}, {"captum": "0.9"}.get)
    assert check.status == "PASS"
    assert check.found == "explain (not installed, not needed: ray)"
    assert check_extras({"ray": ["ray"]}, {}.get).found.startswith("none")
    assert check_extras({}, {}.get).found == "none"


def test_the_real_metadata_is_read():
    assert installed("numpy") == importlib.metadata.version("numpy")
    assert installed("no-such-package-anywhere") is None
    assert requires("no-such-package-anywhere") == []
    parts = extras()
    assert "captum" in parts["explain"]
    assert "dev" not in parts
    assert not any("torch" in names for names in parts.values())


def fake_run(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    monkeypatch.setattr(libraries, "_PROBE", code)


def test_the_probe_reports_the_last_line_of_a_failed_import(monkeypatch: pytest.MonkeyPatch):
    fake_run(monkeypatch, "raise RuntimeError('operator torchvision::nms does not exist')")
    assert probe_torch(60) == {"error": "RuntimeError: operator torchvision::nms does not exist"}


def test_the_probe_survives_a_crash_without_words(monkeypatch: pytest.MonkeyPatch):
    fake_run(monkeypatch, "import os; os._exit(7)")
    assert probe_torch(60) == {"error": "they ended with code 7"}


def test_the_probe_gives_up_after_its_time(monkeypatch: pytest.MonkeyPatch):
    fake_run(monkeypatch, "import time; time.sleep(60)")
    assert probe_torch(0.2) == {"error": "they did not import within 0.2 s"}


def test_the_probe_reads_only_its_own_line(monkeypatch: pytest.MonkeyPatch):
    fake_run(monkeypatch, "print('a warning'); print('{\"torch\": \"2\"}')")
    assert probe_torch(60) == {"torch": "2"}


def test_the_pair_installed_here_imports():
    code = "from cutis.doctor.libraries import probe_torch; print(probe_torch(170))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert importlib.metadata.version("torch") in done.stdout
    assert "error" not in done.stdout
