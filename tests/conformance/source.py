"""What the conformance tests read: the files of the package, parsed once."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import NamedTuple

REPOSITORY = Path(__file__).resolve().parents[2]
PACKAGE = REPOSITORY / "src" / "cutis"


class Source(NamedTuple):
    """One Python file: its path inside its root, its text, its syntax tree."""

    name: str
    text: str
    tree: ast.Module

    @property
    def room(self) -> str:
        """The first folder below the package, or the file's own stem."""
        return Path(self.name).parts[0].removesuffix(".py")


@cache
def package() -> tuple[Source, ...]:
    """Every file of ``src/cutis``."""
    return read(PACKAGE)


@cache
def read(root: Path) -> tuple[Source, ...]:
    """Every Python file below a folder, in order."""
    found = []
    for path in sorted(root.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        found.append(Source(path.relative_to(root).as_posix(), text, ast.parse(text)))
    return tuple(found)


def functions(tree: ast.Module) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method of a file, nested ones too."""
    return [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]


def imports(tree: ast.AST) -> list[str]:
    """Every dotted name imported anywhere below a node: ``from a import b`` gives ``a.b``."""
    names = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    return names


def top_level_imports(tree: ast.Module) -> list[str]:
    """The names imported when the file itself is imported (not for type checkers only)."""
    names = []
    waiting: list[ast.stmt] = list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import | ast.ImportFrom):
            names += imports(ast.Module([node], []))
        elif isinstance(node, ast.If):
            for_types = "TYPE_CHECKING" in ast.unparse(node.test)
            waiting += node.orelse if for_types else node.body + node.orelse
        elif isinstance(node, ast.Try | ast.With | ast.ClassDef):
            waiting += node.body
    return names
