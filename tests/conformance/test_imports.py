"""Who may import whom, and what may be imported at once."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conformance.source import Source, imports, package, top_level_imports

# Light files every room may use; none of them knows a room.
CORE = frozenset({"errors", "files", "config", "progress", "runs", "predictions"})
# What each room may import besides itself.
MAY_IMPORT: dict[str, frozenset[str]] = {
    "errors": frozenset(),
    "files": frozenset({"errors"}),
    "progress": frozenset(),
    "config": frozenset({"errors"}),
    "runs": frozenset({"errors", "files"}),
    "predictions": frozenset({"errors", "files"}),
    "stats": frozenset(),
    "prompts": frozenset(),
    "data": CORE,
    "models": CORE,
    "features": CORE | {"data", "models"},
    "tasks": CORE | {"features", "prompts", "stats", "data", "models", "report"},
    "analysis": CORE | {"stats", "data", "report", "tasks"},
    "clinical": CORE | {"stats", "data", "report", "analysis"},
    "report": CORE | {"stats"},
    "doctor": CORE | {"models", "features"},
    "verbs": frozenset(),
    "cli": frozenset({"*"}),
    "__main__": frozenset({"cli"}),
    "__init__": frozenset({"*"}),
}
HEAVY = frozenset(
    {
        "torch", "torchvision", "timm", "open_clip", "transformers", "huggingface_hub",
        "safetensors", "accelerate", "pandas", "pyarrow", "sklearn", "scipy", "PIL", "matplotlib",
        "jinja2", "yaml", "rich", "filelock",
    }
)  # fmt: skip
# Files that define torch modules; nothing imports them until a model is loaded.
ONLY_IMPORTED_LATE = ("models/layouts/",)


def rooms_used(source: Source) -> set[str]:
    used = set()
    for name in imports(source.tree):
        parts = name.split(".")
        if parts[0] == "cutis" and len(parts) > 1:
            used.add(parts[1])
    return used - {source.room, "__version__"}


@pytest.mark.parametrize("source", package(), ids=lambda s: s.name)
def test_rooms_know_only_whom_they_may(source: Source):
    assert source.room in MAY_IMPORT, f"{source.room} is a new room: say whom it may import"
    allowed = MAY_IMPORT[source.room]
    if "*" not in allowed:
        assert rooms_used(source) <= allowed


def test_nobody_knows_the_command_line():
    users = [s.name for s in package() if "cli" in rooms_used(s)]
    assert set(users) <= {"__main__.py"}


@pytest.mark.parametrize("source", package(), ids=lambda s: s.name)
def test_imports_are_absolute(source: Source):
    import ast

    relative = [
        node.lineno
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert relative == []


@pytest.mark.parametrize("source", package(), ids=lambda s: s.name)
def test_heavy_libraries_are_imported_where_they_are_used(source: Source):
    if not source.name.startswith(ONLY_IMPORTED_LATE):
        at_once = {name.split(".")[0] for name in top_level_imports(source.tree)}
        assert at_once & HEAVY == set()


REPORT_MODULES = """
import json, socket, sys
def refuse(*a, **k):
    raise SystemExit("a connection was opened")
socket.socket.connect = refuse
socket.getaddrinfo = refuse
try:
    {what}
except SystemExit as end:
    if end.code not in (0, None):
        raise
sys.stderr.write(json.dumps(sorted(sys.modules)))
"""


def loaded_by(what: str) -> set[str]:
    """Return the top-level modules a fresh interpreter holds after running some code."""
    code = REPORT_MODULES.format(what=what)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return {name.split(".")[0] for name in json.loads(done.stderr.splitlines()[-1])}


def command(*words: str) -> str:
    return f"from cutis.cli import main; sys.argv = ['cutis', *{list(words)!r}]; main()"


def verbs() -> list[str]:
    from cutis.verbs import VERBS

    return list(VERBS)


NOT_FOR_HELP = frozenset(
    {
        "torch", "torchvision", "timm", "open_clip", "transformers", "pandas", "pyarrow",
        "sklearn", "scipy", "matplotlib", "PIL", "jinja2", "huggingface_hub",
    }
)  # fmt: skip


def test_importing_cutis_loads_nothing_heavy():
    assert loaded_by("import cutis") & (NOT_FOR_HELP | {"numpy", "pydantic", "cyclopts"}) == set()


def test_help_loads_nothing_heavy():
    assert loaded_by(command("--help")) & NOT_FOR_HELP == set()


@pytest.mark.parametrize("verb", verbs())
def test_help_of_a_verb_loads_nothing_heavy(verb: str):
    assert loaded_by(command(*verb.split(), "--help")) & NOT_FOR_HELP == set()


def processor_seconds(*words: str) -> float:
    """Return the least processor time of three runs, which other programs hardly disturb."""
    import resource

    times = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(words, check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(times)


@pytest.mark.skipif(sys.platform == "win32", reason="no getrusage on Windows")
def test_import_and_help_take_less_than_a_second():
    script = str(Path(sys.executable).with_name("cutis"))
    assert processor_seconds(sys.executable, "-c", "import cutis") < 1.0
    assert processor_seconds(script, "--help") < 1.0
