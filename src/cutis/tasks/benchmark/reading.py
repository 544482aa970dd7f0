"""Suites from YAML: those that come with cutis, and a user's own."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from cutis.errors import CutisError, nearest_names
from cutis.tasks.benchmark.suite import Suite, SuiteEntry
from cutis.tasks.benchmark.tasks import check_entry

SUITES = Path(__file__).with_name("suites")
FIX = "see docs/benchmark-suites.md; 'cutis benchmark list' shows the suites that come with cutis"


@cache
def bundled_suites() -> dict[str, Suite]:
    """Return the suites that come with cutis, by name."""
    suites = [parse_suite(path) for path in sorted(SUITES.glob("*.yaml"))]
    return {suite.name: suite for suite in suites}


def read_suite(name: str) -> tuple[Suite, Path | None]:
    """Return a suite by name, or from a YAML file, and the file's folder.

    Raises
    ------
    CutisError
        If there is neither, with the nearest names, or the file is wrong.
    """
    known = bundled_suites()
    if name in known:
        return known[name], None
    path = Path(name)
    if path.suffix.casefold() in (".yaml", ".yml") or path.is_file():
        suite = parse_suite(path)
        return suite, path.resolve().parent
    raise CutisError(
        f"There is no suite '{name}'.",
        allowed=f"Suites: {', '.join(known)}; or a YAML file.",
        nearest=nearest_names(name, known),
        fix="cutis benchmark list",
    )


def parse_suite(path: Path) -> Suite:
    """Read a suite from a YAML file.

    Raises
    ------
    CutisError
        If the file is missing or no YAML, or a field, task, option or metric is wrong.
    """
    import yaml

    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise CutisError(f"The suite {path} cannot be read ({error}).", fix=FIX) from None
    except yaml.YAMLError as error:
        said = " ".join(str(error).split())
        raise CutisError(f"The suite {path} is not valid YAML: {said}.", fix=FIX) from None
    if not isinstance(content, dict):
        raise CutisError(
            f"The suite {path} is not a YAML mapping.",
            allowed=f"It may hold: {', '.join(Suite.model_fields)}.",
            fix=FIX,
        )
    try:
        suite = Suite.model_validate({"name": path.stem, **content})
    except ValidationError as error:
        raise _wrong_field(path, error) from None
    for entry in suite.entries:
        check_entry(entry)
    return suite


def _wrong_field(path: Path, error: ValidationError) -> CutisError:
    first = error.errors(include_url=False)[0]
    where = [str(part) for part in first["loc"]]
    inside_entry = len(where) > 1 and where[0] == "entries"
    known = list((SuiteEntry if inside_entry else Suite).model_fields)
    said = first["msg"].removeprefix("Value error, ")
    place = " ".join(
        f"entry {int(part) + 1}" if part.isdigit() else part
        for part in where
        if part != "entries" or len(where) == 1
    )
    given: Any = first.get("input")
    shown = f" (given: {given!r})" if isinstance(given, str | int | float) else ""
    allowed, nearest = None, tuple[str, ...]()
    if first["type"] == "extra_forbidden":
        allowed = f"{'An entry' if inside_entry else 'A suite'} may hold: {', '.join(known)}."
        nearest = nearest_names(where[-1], known)
    elif first["type"] == "literal_error":
        options = ["zero-shot", "retrieve", "probe", "annotate"]
        allowed, nearest = None, nearest_names(str(given), options)
    return CutisError(
        f"The suite {path} is wrong at '{place or 'the top'}': {said}{shown}.",
        allowed=allowed,
        nearest=nearest,
        fix=FIX,
    )
