"""Concept sets from files: the bundled ones, our YAML, and the published flat JSON."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

from cutis.prompts.concept_rules import LabelRule, folded_name
from cutis.prompts.concepts import GROUPS, Concept, ConceptSet

_FOLDER = Path(__file__).parent / "concept_sets"
_KEYS = frozenset({"id", "label", "synonyms", "group", "modality", "negatives", "columns"})
_RULE_KEYS = frozenset({"column", "present", "absent", "above", "missing"})


def concept_set_names() -> tuple[str, ...]:
    """Return the names of the bundled sets.

    Examples
    --------
    >>> len(concept_set_names()), concept_set_names()[0]
    (6, 'artefacts')
    """
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.yaml")))


def load_concepts(name: Path | str) -> ConceptSet:
    """Load a bundled set of concepts, or one from a file.

    Parameters
    ----------
    name
        Name of a bundled set; a YAML file in the form of the bundled ones; or a JSON file that
        maps every concept to a list of terms, as ConceptTerms.json is published. The terms of
        such a JSON are used as they stand, without the concept's own name.

    Raises
    ------
    ValueError
        If there is no such set or file, or it cannot be understood.

    Examples
    --------
    >>> derm7pt = load_concepts("derm7pt")
    >>> len(derm7pt.concepts), derm7pt.ids[0]
    (7, 'pigment_network')
    """
    if str(name) in concept_set_names():
        return _bundled(str(name))
    path = Path(name)
    if not path.is_file():
        raise ValueError(
            f"There are no concepts '{name}': it is neither a file nor one of the bundled sets "
            f"({', '.join(concept_set_names())})."
        )
    content = _parse(path)
    if isinstance(content, dict) and isinstance(content.get("concepts"), list):
        return make_concept_set(content, path.stem)
    if isinstance(content, dict) and content and all(_is_terms(v) for v in content.values()):
        return _published(content, path.stem)
    raise ValueError(
        f"{path} holds no concepts; it needs a list 'concepts' of mappings with an id (YAML), or a "
        "mapping from every concept to a list of terms (JSON)."
    )


@cache
def _bundled(name: str) -> ConceptSet:
    return make_concept_set(_parse(_FOLDER / f"{name}.yaml"), name)


def make_concept_set(content: dict[str, Any], name: str) -> ConceptSet:
    """Check the content of a YAML file of concepts.

    Parameters
    ----------
    content
        The mapping in the file: ``concepts``, and perhaps ``name``, ``modality``, ``datasets``.
    name
        Name of the set when the file does not say one.

    Raises
    ------
    ValueError
        If a concept has no id, comes twice, or says something that is not understood.

    Examples
    --------
    >>> make_concept_set({"concepts": [{"id": "scale", "synonyms": ["flakes"]}]}, "x").ids
    ('scale',)
    """
    name, modality = str(content.get("name", name)), str(content.get("modality", ""))
    concepts = tuple(
        _concept(name, i, item, modality) for i, item in enumerate(content["concepts"], 1)
    )
    if not concepts:
        raise ValueError(f"The concepts {name} are empty; at least one is needed.")
    counts = Counter(folded_name(concept.id) for concept in concepts)
    twice = [concept.id for concept in concepts if counts[folded_name(concept.id)] > 1]
    if twice:
        raise ValueError(f"The concept '{twice[0]}' comes twice in {name}; remove one.")
    return ConceptSet(
        name, concepts, modality, tuple(content.get("datasets") or ()), shared_terms(concepts)
    )


def shared_terms(concepts: tuple[Concept, ...]) -> tuple[str, ...]:
    """Return a sentence for every term that two concepts share: their scores cannot differ there.

    Examples
    --------
    >>> shared_terms((Concept("a", "dark"), Concept("b", "black", ("dark",))))
    ("The term 'dark' belongs to several concepts (a, b).",)
    """
    owners: dict[str, list[str]] = {}
    for concept in concepts:
        for term in {t.casefold() for t in concept.terms}:
            owners.setdefault(term, []).append(concept.id)
    return tuple(
        f"The term '{term}' belongs to several concepts ({', '.join(ids)})."
        for term, ids in sorted(owners.items())
        if len(ids) > 1
    )


def _concept(name: str, number: int, item: Any, modality: str) -> Concept:
    if not isinstance(item, dict) or not str(item.get("id", "")).strip():
        raise ValueError(f"Concept {number} of {name} has no 'id': {item!r}.")
    unknown = sorted(set(item) - _KEYS)
    if unknown:
        raise ValueError(
            f"The concept '{item['id']}' of {name} has an unknown key '{unknown[0]}'; known are "
            f"{', '.join(sorted(_KEYS))}."
        )
    group = str(item.get("group", "other"))
    if group not in GROUPS:
        raise ValueError(
            f"The concept '{item['id']}' of {name} is of the group '{group}'; the groups are "
            f"{', '.join(GROUPS)}."
        )
    return Concept(
        id=str(item["id"]).strip(),
        label=str(item.get("label") or item["id"]).replace("_", " ").strip(),
        synonyms=_terms(item.get("synonyms"), f"synonyms of '{item['id']}'"),
        group=group,
        modality=str(item.get("modality", modality)),
        negatives=_terms(item.get("negatives"), f"negatives of '{item['id']}'"),
        rules=tuple(_rule(rule, str(item["id"])) for rule in item.get("columns") or ()),
    )


def _rule(item: Any, concept: str) -> LabelRule:
    if isinstance(item, str):
        return LabelRule(item)
    if not isinstance(item, dict) or "column" not in item or set(item) - _RULE_KEYS:
        raise ValueError(
            f"A column of the concept '{concept}' is {item!r}; write its name, or a mapping with "
            "'column' and 'present' and 'absent', or 'above', and perhaps 'missing'."
        )
    return LabelRule(
        column=str(item["column"]),
        present=tuple(str(v) for v in item.get("present") or ()),
        absent=tuple(str(v) for v in item.get("absent") or ()),
        above=None if item.get("above") is None else float(item["above"]),
        missing=tuple(str(v) for v in item.get("missing") or ()),
    )


def _terms(value: Any, what: str) -> tuple[str, ...]:
    if value is None:
        return ()
    if not _is_terms(value):
        raise ValueError(f"The {what} are {value!r}; write a list of words.")
    return tuple(dict.fromkeys(" ".join(term.split()) for term in value))


def _is_terms(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(v, str) and v.strip() for v in value)


def _published(content: dict[str, list[str]], name: str) -> ConceptSet:
    """Return the concepts of a flat JSON; their columns are those of bundled concepts so named."""
    known: dict[str, list[LabelRule]] = {}
    for set_name in concept_set_names():
        for concept in _bundled(set_name).concepts:
            for key in {folded_name(concept.id), folded_name(concept.label)}:
                known.setdefault(key, []).extend(concept.rules)
    empty = [key for key, terms in content.items() if not terms]
    if empty:
        raise ValueError(f"The concept '{empty[0]}' of {name} has no terms; give at least one.")
    concepts = tuple(
        Concept(key, key, tuple(terms), rules=tuple(known.get(folded_name(key), ())))
        for key, terms in content.items()
    )
    return ConceptSet(name, concepts, notes=_lint(content), own_names=False)


def _lint(content: dict[str, list[str]]) -> tuple[str, ...]:
    """Say which terms come twice, and which are shared by concepts."""
    repeated = [
        f"The concept '{key}' has the term '{term}' {count} times; each counts in its mean."
        for key, terms in content.items()
        for term, count in Counter(t.casefold() for t in terms).items()
        if count > 1
    ]
    bare = tuple(Concept(key, terms[0], tuple(terms[1:])) for key, terms in content.items())
    return (*repeated, *shared_terms(bare))


def _parse(path: Path) -> Any:
    import yaml

    try:
        text = path.read_text(encoding="utf-8-sig")
        return json.loads(text) if path.suffix.lower() == ".json" else yaml.safe_load(text)
    except (UnicodeDecodeError, json.JSONDecodeError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        raise ValueError(f"{path} cannot be read as YAML or JSON: {reason}.") from error
