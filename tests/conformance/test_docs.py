"""The documentation is true: generated pages are fresh, examples run, links lead somewhere."""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import pytest

from cutis import cli
from cutis.verbs import VERBS
from tests.conformance.source import PACKAGE, REPOSITORY

DOCS = REPOSITORY / "docs"
PAGES = sorted([*REPOSITORY.glob("*.md"), *DOCS.glob("*.md")])


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_generated_pages_are_fresh(generator: ModuleType):
    stale = [
        path.relative_to(REPOSITORY).as_posix()
        for path, text in generator.pages().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    assert stale == [], "run 'make docs'"


def test_a_stale_part_of_a_page_is_noticed(generator: ModuleType):
    page = "a\n<!-- begin x -->\nold\n<!-- end x -->\nb"
    assert generator.replace_part(page, "x", "new") == (
        "a\n<!-- begin x -->\nnew\n<!-- end x -->\nb"
    )
    with pytest.raises(SystemExit, match="exactly one"):
        generator.replace_part(page, "y", "new")


def test_the_tree_in_the_readme_names_every_file_and_no_other(generator: ModuleType):
    block = re.search(
        r"<!-- begin tree -->\n```text\n(.*?)```", (REPOSITORY / "README.md").read_text(), re.DOTALL
    )
    assert block is not None
    listed, folders = set(), [""]
    for line in block.group(1).splitlines()[1:]:
        depth = (len(line) - len(line.lstrip())) // 2
        name, _, said = line.strip().partition(" ")
        if name.endswith("/"):
            folders = [*folders[:depth], folders[depth - 1] + name]
        elif not name.startswith("*"):
            listed.add(folders[depth - 1] + name)
            assert said.strip(), f"{name} says nothing about itself"
    rooms = {p.relative_to(PACKAGE).as_posix() for p in PACKAGE.rglob("*.py")}
    inner = {r for r in rooms if r.endswith("/__init__.py")}
    assert listed == rooms - inner
    assert "__init__.py" in listed


def test_every_command_and_option_is_in_the_reference(capsys: pytest.CaptureFixture[str]):
    reference = (DOCS / "cli.md").read_text()
    for verb in VERBS:
        section = reference.split(f"## cutis {verb}\n")[1].split("\n## ")[0]
        cli.run([*verb.split(), "--help"])
        shown = set(
            re.findall(r"--[a-z][a-z-]+", capsys.readouterr().out.split("Every command")[0])
        )
        assert shown - {"--help", "--version"} <= set(re.findall(r"--[a-z][a-z-]+", section))


@pytest.mark.parametrize("verb", list(VERBS))
def test_every_setting_is_described_in_a_sentence(verb: str):
    _, config = cli.load_verb(VERBS[verb])
    for name, field in config.model_fields.items():
        assert field.description, f"{config.__name__}.{name} is not described"
        assert re.match(r"[A-Z'0-9]", field.description), f"{config.__name__}.{name}"
        assert field.description.rstrip().endswith("."), f"{config.__name__}.{name}"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(page: Path):
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" in target:
            continue
        name, _, heading = target.partition("#")
        file = (page.parent / name).resolve() if name else page
        if not file.exists() or (heading and heading not in headings(file)):
            broken.append(target)
    assert broken == []


def headings(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", t.lower()).strip().replace(" ", "-") for t in titles}


def test_the_citation_names_this_version():
    import yaml

    from cutis import __version__

    citation = yaml.safe_load((REPOSITORY / "CITATION.cff").read_text())
    assert citation["version"] == __version__
    assert citation["license"] == "Apache-2.0"
    assert f"## {__version__}" in (REPOSITORY / "CHANGELOG.md").read_text()


def test_the_readme_says_the_two_things_that_matter_first():
    readme = (REPOSITORY / "README.md").read_text()
    assert "Research use only, not a medical device" in readme
    assert readme.index("make demo") < readme.index("make test") < readme.index("my.csv")


class Block(NamedTuple):
    """An example in a page, in order."""

    language: str
    text: str


def blocks(page: Path) -> Iterator[Block]:
    """Yield the examples of a page that are to be run."""
    pattern = r"(<!-- not run[^>]*-->\n)?^```(console|python)\n(.*?)^```"
    text = page.read_text(encoding="utf-8")
    for skipped, language, body in re.findall(pattern, text, re.DOTALL | re.MULTILINE):
        if not skipped:
            yield Block(language, body)


def with_examples() -> list[Path]:
    return [page for page in PAGES if any(True for _ in blocks(page))]


@pytest.fixture(scope="module")
def small_phantom(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("phantom")
    assert cli.run(["data", "phantom", "--n", "48", "--seed", "3", "-o", str(folder / "p")]) == 0
    return folder / "p"


@pytest.fixture
def my_folder(small_phantom: Path, tmp_path: Path) -> Path:
    """A reader's folder: my.csv and photos, as the pages call them."""
    import pandas as pd

    table = pd.read_csv(small_phantom / "phantom.csv")
    table["image"] = table["image"].str.rpartition("/")[2]
    table[["image", "label", "patient_id"]].to_csv(tmp_path / "my.csv", index=False)
    shutil.copytree(small_phantom / "images", tmp_path / "photos")
    return tmp_path


@pytest.mark.parametrize("page", with_examples(), ids=lambda p: p.name)
def test_examples_run(page: Path, my_folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(my_folder)
    names: dict[str, object] = {}
    for block in blocks(page):
        if block.language == "python":
            exec(compile(block.text, page.name, "exec"), names)
            continue
        for line in block.text.splitlines():
            if line.startswith("$ "):
                words = shlex.split(line[2:], comments=True)
                assert words[0] == "cutis", f"{page.name}: {line} cannot be run by this test"
                assert cli.run(expand(words[1:])) == 0, line


def expand(words: list[str]) -> list[str]:
    """Expand file patterns as a shell would."""
    found = []
    for word in words:
        matches = sorted(map(os.fspath, Path().glob(word))) if "*" in word else []
        found += matches or [word]
    return found
