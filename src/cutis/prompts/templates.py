"""Template sets: sentences with a placeholder that a class name is put into."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PLACEHOLDERS = ("{}", "{c}", "{label}", "{class}")
DEFAULT_SET = "dermatology"
_FOLDER = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class TemplateSet:
    """Sentences with ``{}`` where the class name goes.

    Attributes
    ----------
    name
        Name of the set: the bundled one, or the file it came from.
    templates
        The sentences, in order.
    """

    name: str
    templates: tuple[str, ...]

    @property
    def sha256(self) -> str:
        """Hash of the sentences and their order, for the record."""
        return hashlib.sha256(json.dumps(self.templates).encode()).hexdigest()


def template_set_names() -> tuple[str, ...]:
    """Return the names of the bundled sets.

    Examples
    --------
    >>> template_set_names()
    ('clinical', 'dermatology', 'dermoscopy')
    """
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.yaml")))


def load_templates(path: Path | str | None = None) -> TemplateSet:
    """Load a bundled template set, or one from a file.

    Parameters
    ----------
    path
        None for the default set, the name of a bundled set, or a file: YAML or JSON with a list
        of sentences or a mapping with ``templates`` (and ``name``), or text with one sentence per
        line, where empty lines and lines beginning with # are skipped.

    Raises
    ------
    ValueError
        If the file does not exist, is of another kind or is empty, or a sentence has no
        placeholder, an unknown one, or occurs twice.

    Examples
    --------
    >>> templates = load_templates("dermoscopy")
    >>> len(templates.templates), templates.templates[0]
    (12, 'dermoscopy of {}')
    """
    if path is None or str(path) in template_set_names():
        return _read(_FOLDER / f"{path or DEFAULT_SET}.yaml")
    return _read(Path(path))


def make_template_set(name: str, sentences: list[Any]) -> TemplateSet:
    """Check sentences and write their placeholder as ``{}``.

    ``{c}``, ``{label}`` and ``{class}`` are accepted for ``{}``.

    Raises
    ------
    ValueError
        If there is no sentence, or one has no placeholder, an unknown one, or occurs twice.

    Examples
    --------
    >>> make_template_set("mine", ["photo of {label}"]).templates
    ('photo of {}',)
    """
    if not sentences:
        raise ValueError(
            f"The templates {name} are empty; at least one sentence with {{}} is needed."
        )
    templates = tuple(_plain(name, number, text) for number, text in enumerate(sentences, 1))
    for number, text in enumerate(templates):
        if text in templates[:number]:
            raise ValueError(
                f"Template {number + 1} of {name} repeats template {templates.index(text) + 1} "
                f"({text!r}), which would count it twice; remove one."
            )
    return TemplateSet(name, templates)


def _plain(name: str, number: int, text: Any) -> str:
    if not isinstance(text, str):
        raise ValueError(
            f"Template {number} of {name} is {text!r}; each must be a sentence in quotes, "
            "with {} where the class name goes."
        )
    found = re.findall(r"\{[^{}]*\}", text)
    unknown = [mark for mark in found if mark not in PLACEHOLDERS]
    if unknown or not found or re.search(r"[{}]", re.sub(r"\{[^{}]*\}", "", text)):
        what = f"has {unknown[0]}" if unknown else "has no {}"
        raise ValueError(
            f"Template {number} of {name}, {text!r}, {what}; write {{}} where the class name goes "
            "(also accepted: {c}, {label}, {class})."
        )
    return re.sub(r"\{[^{}]*\}", "{}", " ".join(text.split()))


def _read(path: Path) -> TemplateSet:
    if not path.is_file():
        raise ValueError(
            f"There are no templates '{path}': it is neither a file nor one of the bundled sets "
            f"({', '.join(template_set_names())})."
        )
    content = parse_template_file(path)
    name = path.stem
    if isinstance(content, dict):
        if not isinstance(content.get("templates"), list):
            raise ValueError(
                f"{path} has no list 'templates'; write a list of sentences, or a mapping with "
                "'name' and 'templates'."
            )
        name, content = str(content.get("name", name)), content["templates"]
    if content is not None and not isinstance(content, list):
        raise ValueError(f"{path} holds {type(content).__name__}; a list of sentences is needed.")
    return make_template_set(name, content or [])


def parse_template_file(path: Path) -> Any:
    """Return the content of a file of templates: YAML, JSON, or one sentence per line.

    Raises
    ------
    ValueError
        If it is of another kind or damaged.
    """
    kind = path.suffix.lower()
    if kind not in (".yaml", ".yml", ".json", ".txt"):
        raise ValueError(f"{path} ends in '{path.suffix}'; use .yaml, .yml, .json or .txt.")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{path} is not text in UTF-8 (byte {error.start}); save it so."
        ) from error
    if kind == ".txt":
        lines = (line.strip() for line in text.splitlines())
        return [line for line in lines if line and not line.startswith("#")]
    if kind == ".json":
        try:
            return json.loads(text) if text.strip() else None
        except json.JSONDecodeError as error:
            raise ValueError(
                f"{path} is not valid JSON, line {error.lineno}: {error.msg}."
            ) from error
    import yaml

    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        raise ValueError(
            f"{path} is not valid YAML{where}; put each sentence in quotes, because of the braces."
        ) from error
