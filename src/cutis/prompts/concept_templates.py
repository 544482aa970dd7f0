"""Sentences for concepts, each with the reference that says the same without the concept."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cutis.prompts.templates import make_template_set, parse_template_file

_FOLDER = Path(__file__).parent / "concept_templates"
_LINKS = r"(?:,?\s*\b(?:of|with|showing|shows|depicting|featuring|called|named)|\s*[:,])"


@dataclass(frozen=True)
class ConceptTemplates:
    """Sentences with ``{}`` where the concept goes, and their references.

    Attributes
    ----------
    name
        Name of the set.
    templates
        The k sentences.
    references
        For each, one or more sentences without a concept.
    """

    name: str
    templates: tuple[str, ...]
    references: tuple[tuple[str, ...], ...]

    @property
    def sha256(self) -> str:
        """Hash of the sentences and references, for the record."""
        content = json.dumps([self.templates, self.references])
        return hashlib.sha256(content.encode()).hexdigest()


def concept_template_names() -> tuple[str, ...]:
    """Return the names of the bundled sets.

    Examples
    --------
    >>> concept_template_names()
    ('clinical', 'dermoscopy')
    """
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.yaml")))


def load_concept_templates(name: Path | str) -> ConceptTemplates:
    """Load a bundled set, or one from a file.

    Parameters
    ----------
    name
        Name of a bundled set, or a file as for :func:`cutis.prompts.load_templates` whose mapping
        may also have ``references``: for each sentence one, or a list. Without them they are made
        by taking the concept and the word before it ("of", "with", "showing") out of the sentence.

    Raises
    ------
    ValueError
        If the file cannot be understood, or a sentence has no reference.

    Examples
    --------
    >>> load_concept_templates("clinical").references[0]
    ('clinical photo',)
    """
    bundled = str(name) in concept_template_names()
    path = _FOLDER / f"{name}.yaml" if bundled else Path(name)
    if not path.is_file():
        raise ValueError(
            f"There are no templates '{name}': it is neither a file nor one of the bundled sets "
            f"({', '.join(concept_template_names())})."
        )
    content = parse_template_file(path)
    given: Any = None
    title = path.stem
    if isinstance(content, dict):
        title, given = str(content.get("name", title)), content.get("references")
        content = content.get("templates")
    if not isinstance(content, list):
        raise ValueError(f"{path} has no list of templates.")
    sentences = make_template_set(title, content).templates
    return ConceptTemplates(title, sentences, _references(title, sentences, given))


def _references(name: str, sentences: tuple[str, ...], given: Any) -> tuple[tuple[str, ...], ...]:
    if given is None:
        return tuple((without_concept(sentence),) for sentence in sentences)
    if not isinstance(given, list) or len(given) != len(sentences):
        n = len(given) if isinstance(given, list) else 0
        raise ValueError(
            f"The templates {name} have {len(sentences)} sentences and {n} references; each "
            "sentence needs one, in the same order."
        )
    rows = [[item] if isinstance(item, str) else item for item in given]
    for row in rows:
        wrong = not isinstance(row, list) or not row
        if wrong or not all(isinstance(t, str) and t.strip() and "{" not in t for t in row):
            raise ValueError(f"A reference of {name} is {row!r}; write a sentence without {{}}.")
    return tuple(tuple(row) for row in rows)


def without_concept(sentence: str) -> str:
    """Return a sentence with the concept, and the word that leads to it, taken out.

    Raises
    ------
    ValueError
        If nothing is left.

    Examples
    --------
    >>> without_concept("a photo of {}."), without_concept("{} on skin")
    ('a photo.', 'on skin')
    """
    bare = re.sub(_LINKS + r"\s*\{\}", "", sentence).replace("{}", "")
    bare = re.sub(r"\s+([.,;:])", r"\1", " ".join(bare.split())).strip(" ,;:")
    if not re.search(r"\w", bare):
        raise ValueError(
            f"The template {sentence!r} has nothing besides the concept, so it has no reference; "
            "write one under 'references'."
        )
    return bare
