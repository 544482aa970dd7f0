"""Nothing in the repository belongs to one machine, one person or one way of working on it."""

from __future__ import annotations

import re
import subprocess

import pytest

from tests.conformance.source import REPOSITORY

# Written in pieces, so that this file does not find itself.
FORBIDDEN = {
    "a path of one machine": r"(?<![\w.~])/(?:wo" + r"rk|ro" + r"ot|Use" + r"rs/\w+"
    + r"|ho" + r"me/(?!ann|someone)\w+)/",
    "a temporary folder": r"(?<![\w.])/tm" + r"p/\w",
    "the address of a package registry": r"pypi\.o" + r"rg|files\.pythonh" + r"osted|registry\.np"
    + r"mjs|download\.pyt" + r"orch|deb\.deb" + r"ian\.org",
    "a folder beside the repository": r"\.\./sha" + r"red|\.libr" + r"ary",
    "a mark of unfinished work": r"\bFIX" + r"ME\b|\bTO" + r"DO\b|<<<<" + r"<<<|>>>>" + r">>>",
}  # fmt: skip
TEXT = {
    ".py",
    ".md",
    ".toml",
    ".yaml",
    ".yml",
    ".cff",
    ".sh",
    ".ipynb",
    ".html",
    ".css",
    ".json",
    "",
}
LARGEST_FILE = 1_000_000


def tracked() -> list[str]:
    try:
        done = subprocess.run(
            ["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    return [n for n in done.stdout.split("\0") if n and (REPOSITORY / n).is_file()]


@pytest.mark.parametrize("what", FORBIDDEN)
def test_the_tree_is_free_of(what: str):
    pattern = re.compile(FORBIDDEN[what])
    found = []
    for name in tracked():
        path = REPOSITORY / name
        if path.suffix not in TEXT or path.stat().st_size > LARGEST_FILE or name == "LICENSE":
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if pattern.search(line):
                found.append(f"{name}:{number}: {line.strip()[:80]}")
    assert found == []


def test_only_the_bundled_weights_are_large():
    sizes = {name: (REPOSITORY / name).stat().st_size for name in tracked()}
    large = [n for n, size in sizes.items() if size > LARGEST_FILE and "/weights/" not in n]
    assert large == []
    assert sum(size for name, size in sizes.items() if "/weights/" in name) <= 32_000_000


def test_nothing_built_or_downloaded_is_tracked():
    bad = re.compile(r"(^|/)(\.venv|__pycache__|\.hypothesis|dist|runs|demo)/|\.(pyc|tmp|lock)$")
    assert [name for name in tracked() if bad.search(name)] == []
