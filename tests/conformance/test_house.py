"""The house limits: short files, short functions, everything annotated and explained."""

from __future__ import annotations

import ast
import re
from statistics import median, quantiles

import pytest

from tests.conformance.source import PACKAGE, REPOSITORY, Source, functions, package, read

FILE_CAP, FILE_MEDIAN = 400, 150
FUNCTION_CAP, FUNCTION_P90 = 80, 40


def length(node: ast.AST) -> int:
    return node.end_lineno - node.lineno + 1


@pytest.mark.parametrize("source", package(), ids=lambda s: s.name)
def test_no_file_is_too_long(source: Source):
    assert len(source.text.splitlines()) <= FILE_CAP


@pytest.mark.parametrize("source", package(), ids=lambda s: s.name)
def test_no_function_is_too_long(source: Source):
    too_long = [f.name for f in functions(source.tree) if length(f) > FUNCTION_CAP]
    assert too_long == []


def test_most_files_and_functions_are_short():
    assert median(len(s.text.splitlines()) for s in package()) <= FILE_MEDIAN
    lengths = [length(f) for s in package() for f in functions(s.tree)]
    assert quantiles(lengths, n=10)[8] <= FUNCTION_P90


def lines_of_code(text: str) -> int:
    """Lines that are neither blank, nor a comment, nor part of a docstring."""
    tree = ast.parse(text)
    prose: set[int] = set()
    for node in ast.walk(tree):
        holds_prose = isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))
        if holds_prose and ast.get_docstring(node):
            prose |= set(range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1))
    return sum(
        bool(line.strip()) and not line.lstrip().startswith("#") and number not in prose
        for number, line in enumerate(text.splitlines(), start=1)
    )


def test_tests_keep_pace_with_the_source():
    tests = sum(lines_of_code(s.text) for s in read(REPOSITORY / "tests"))
    assert tests >= 0.9 * sum(lines_of_code(s.text) for s in package())


def public(tree: ast.Module) -> list[tuple[str, ast.AST]]:
    """Public functions and classes of a file, and the public methods of public classes."""
    found: list[tuple[str, ast.AST]] = []
    definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    for node in tree.body:
        if isinstance(node, definitions) and not node.name.startswith("_"):
            found.append((node.name, node))
            if isinstance(node, ast.ClassDef):
                found += [
                    (f"{node.name}.{inner.name}", inner)
                    for inner in node.body
                    if isinstance(inner, definitions) and not inner.name.startswith("_")
                ]
    return found


@pytest.mark.parametrize("source", package(), ids=lambda s: s.name)
def test_everything_public_is_explained(source: Source):
    assert ast.get_docstring(source.tree), "the file says nothing about itself"
    silent = [name for name, node in public(source.tree) if not ast.get_docstring(node)]
    assert silent == []


@pytest.mark.parametrize("source", package(), ids=lambda s: s.name)
def test_everything_is_annotated(source: Source):
    bare = []
    for function in functions(source.tree):
        given = function.args
        arguments = [*given.posonlyargs, *given.args, *given.kwonlyargs]
        names = [a.arg for a in arguments if a.annotation is None and a.arg not in ("self", "cls")]
        if names or function.returns is None:
            bare.append(f"{function.name}({', '.join(names)})")
    assert bare == []


@pytest.mark.parametrize("source", package(), ids=lambda s: s.name)
def test_errors_are_neither_swallowed_nor_left_for_later(source: Source):
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ExceptHandler):
            kinds = ast.unparse(node.type) if node.type else "everything"
            only_passes = all(isinstance(inner, ast.Pass) for inner in node.body)
            catches_all = kinds in ("everything", "Exception", "BaseException")
            assert node.type is not None, f"line {node.lineno} catches everything unnamed"
            assert not (catches_all and only_passes), f"line {node.lineno} swallows {kinds}"
        assert not isinstance(node, ast.Assert), f"line {node.lineno} asserts"
    unfinished = re.findall(
        r"\bNotImplementedError|\b(?:TO" + r"DO|FIX" + r"ME|XXX)\b", source.text
    )
    assert unfinished == []


@pytest.mark.parametrize("source", package(), ids=lambda s: s.name)
def test_pickles_are_only_opened_without_their_code(source: Source):
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        keywords = {k.arg: ast.unparse(k.value) for k in node.keywords}
        if called.endswith("torch.load"):
            assert keywords.get("weights_only") == "True", f"line {node.lineno}"
        if called.endswith(("np.load", "numpy.load")):
            assert keywords.get("allow_pickle", "False") == "False", f"line {node.lineno}"
        assert called not in ("pickle.load", "pickle.loads", "yaml.load", "eval", "exec")


@pytest.mark.parametrize("source", package(), ids=lambda s: s.name)
def test_nothing_prints_but_the_command_line(source: Source):
    if source.name == "cli.py":
        return
    printed = [
        node.lineno
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "print"
    ]
    assert printed == []


def test_the_tests_mirror_the_source():
    tests = {s.name for s in read(REPOSITORY / "tests")}
    rooms = {p.name for p in PACKAGE.iterdir() if (p / "__init__.py").exists()}
    untested = [
        room for room in sorted(rooms) if not any(t.startswith(f"{room}/test_") for t in tests)
    ]
    assert untested == []
    alone = [s.name for s in package() if "/" not in s.name and not s.name.startswith("_")]
    assert [name for name in alone if f"test_{name}" not in tests] == []
