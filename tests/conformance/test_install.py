"""The way in: the Makefile's targets exist, and the installer says what is missing."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conformance.source import REPOSITORY

pytestmark = pytest.mark.skipif(os.name == "nt", reason="make and sh are not on Windows")
MAKEFILE = (REPOSITORY / "Makefile").read_text()


def targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))


def test_the_makefile_has_the_targets_people_are_told_to_use():
    assert {"demo", "test", "lint", "docs", "bench", "help"} <= targets()
    pages = [p.read_text() for p in [*REPOSITORY.glob("*.md"), *REPOSITORY.glob("docs/*.md")]]
    told = {
        word for page in pages for word in re.findall(r"`make ([a-z]+)`|\$ make ([a-z]+)", page)
    }
    assert {a or b for a, b in told} <= targets()


@pytest.mark.skipif(not shutil.which("make"), reason="make is not installed")
def test_help_names_every_target():
    done = subprocess.run(
        ["make", "--no-print-directory", "help"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    listed = {line.split()[1] for line in done.stdout.splitlines()}
    assert listed == targets()


def test_the_ci_script_runs_the_tests_and_then_the_demo():
    script = REPOSITORY / ".ci" / "run"
    assert os.access(script, os.X_OK)
    text = script.read_text()
    assert "set -euo pipefail" in text
    assert text.index("\nmake test") < text.index("\nmake demo")


def install(tmp_path: Path, python: str = "", **programs: str) -> subprocess.CompletedProcess[str]:
    """Run the installer where only the given programs exist."""
    others = [Path("/usr/local/bin/python3"), Path("/opt/homebrew/bin/python3")]
    if not python and any(p.exists() for p in others):
        pytest.skip("this machine has a Python in a place that is always searched")
    folder = tmp_path / "bin"
    folder.mkdir()
    for name, text in programs.items():
        (folder / name).write_text("#!/bin/sh\n" + text)
        (folder / name).chmod(0o755)
    shell = shutil.which("sh") or "/bin/sh"
    return subprocess.run(
        [shell, str(REPOSITORY / "scripts" / "install.sh"), str(tmp_path / "venv")],
        env={"PATH": str(folder), "HOME": str(tmp_path), "PYTHON": python},
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_old_python_is_named_with_the_way_out(tmp_path: Path):
    old = 'case "$1" in --version) echo Python 3.8.10;; *) exit 1;; esac\n'
    done = install(tmp_path, python3=old)
    assert done.returncode != 0
    assert "needs Python 3.11 or newer" in done.stderr
    assert "Python 3.8.10" in done.stderr
    assert "make PYTHON=" in done.stderr
    assert not (tmp_path / "venv").exists()


def test_no_python_at_all_is_said(tmp_path: Path):
    done = install(tmp_path)
    assert done.returncode != 0
    assert "needs Python 3.11 or newer and found none" in done.stderr


def test_a_launcher_for_a_python_that_is_not_there_is_passed_over(tmp_path: Path):
    broken = "echo not installed >&2; exit 127\n"
    chosen = f'exec "{sys.executable}" "$@"\n'
    done = install(tmp_path, **{"python3.11": broken, "python3.12": chosen, "rm": "exit 42\n"})
    assert f"with {sys.executable}" in done.stderr
    assert done.returncode == 42


def test_a_python_without_venv_says_what_to_install(tmp_path: Path):
    bare = 'case "$2" in *venv*) exit 1;; *) exit 0;; esac\n'
    done = install(tmp_path, python3=bare)
    assert done.returncode != 0
    assert "python3-venv" in done.stderr


def test_a_python_given_by_hand_is_taken_or_refused_never_replaced(tmp_path: Path):
    chosen = f'exec "{sys.executable}" "$@"\n'
    done = install(tmp_path, str(tmp_path / "my python"), **{"python3.11": chosen})
    assert done.returncode != 0
    assert "my python" in done.stderr
    (tmp_path / "my python").write_text("#!/bin/sh\n" + chosen)
    (tmp_path / "my python").chmod(0o755)
    shutil.rmtree(tmp_path / "bin")
    done = install(tmp_path, str(tmp_path / "my python"), rm="exit 42\n")
    assert done.returncode == 42
