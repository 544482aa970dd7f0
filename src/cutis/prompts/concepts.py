"""Concepts: findings in words, with their synonyms and the columns that hold expert answers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace

from cutis.prompts.concept_rules import LabelRule, folded_name

GROUPS = ("morphology", "colour", "dermoscopic", "artefact", "other")


@dataclass(frozen=True)
class Concept:
    """One finding.

    Attributes
    ----------
    id
        Its name in tables and files.
    label
        Its name in words.
    synonyms
        Other words for it.
    group
        One of :data:`GROUPS`.
    modality
        ``clinical``, ``dermoscopy``, or empty for both.
    negatives
        Words for its opposite.
    rules
        Columns of published tables that hold answers, and how they are read.
    """

    id: str
    label: str
    synonyms: tuple[str, ...] = ()
    group: str = "other"
    modality: str = ""
    negatives: tuple[str, ...] = ()
    rules: tuple[LabelRule, ...] = ()

    @property
    def terms(self) -> tuple[str, ...]:
        """The label and its synonyms, each once."""
        return tuple(dict.fromkeys((self.label, *self.synonyms)))

    def columns(self) -> tuple[str, ...]:
        """Return the folded names of the columns that may hold its answers, best first."""
        names = [rule.column for rule in self.rules] + [self.id, self.label]
        return tuple(dict.fromkeys(folded_name(name) for name in names))


@dataclass(frozen=True)
class ConceptSet:
    """Concepts that are asked for together.

    Attributes
    ----------
    name
        Name of the set, or of the file it came from.
    concepts
        Its concepts, in order.
    modality
        What images it is for; empty for any.
    datasets
        Cards of the datasets whose columns it was made for.
    notes
        What is wrong with a file that can be used all the same, one sentence each.
    own_names
        Whether labels are terms too; False for a published file, whose terms are used unchanged.
    """

    name: str
    concepts: tuple[Concept, ...]
    modality: str = ""
    datasets: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    own_names: bool = True

    @property
    def sha256(self) -> str:
        """Hash of the concepts and their terms, for the record."""
        content = [[c.id, *self.terms(c)] for c in self.concepts]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()

    @property
    def rules_sha256(self) -> str:
        """Hash of how every concept's answers are read: its id, label, columns and their values."""
        content = [
            [c.id, c.label, [[getattr(rule, f.name) for f in fields(rule)] for rule in c.rules]]
            for c in self.concepts
        ]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()

    @property
    def ids(self) -> tuple[str, ...]:
        """Names of the concepts."""
        return tuple(concept.id for concept in self.concepts)

    def terms(self, concept: Concept) -> tuple[str, ...]:
        """Return the words a concept is asked for in."""
        return concept.terms if self.own_names else concept.synonyms

    def keep(self, names: Iterable[str]) -> ConceptSet:
        """Return the set with some of its concepts, in the order of the names.

        Raises
        ------
        KeyError
            With the name of a concept that is not in the set.
        """
        by_name: dict[str, Concept] = {}
        for concept in self.concepts:
            for name in (concept.id, concept.label):
                by_name.setdefault(folded_name(name), concept)
        chosen = [by_name[key] if (key := folded_name(n)) in by_name else _lost(n) for n in names]
        return replace(self, concepts=tuple({c.id: c for c in chosen}.values()))

    def plain(self) -> ConceptSet:
        """Return the set without synonyms: every concept is asked for by its label alone."""
        bare = tuple(replace(concept, synonyms=()) for concept in self.concepts)
        return replace(self, concepts=bare, own_names=True)


def _lost(name: str) -> Concept:
    raise KeyError(name)


def join_sets(sets: Sequence[ConceptSet]) -> ConceptSet:
    """Return one set with the concepts of several; the first that has an id keeps it.

    Examples
    --------
    >>> one = ConceptSet("a", (Concept("scale", "scale"),), modality="clinical")
    >>> two = ConceptSet("b", (Concept("scale", "flakes"), Concept("hair", "hair")))
    >>> joined = join_sets([one, two])
    >>> joined.name, joined.ids, len(joined.concepts)
    ('a+b', ('scale', 'hair'), 2)
    """
    if len(sets) == 1:
        return sets[0]
    merged: dict[str, Concept] = {}
    for part in sets:
        for concept in part.concepts:
            terms = part.terms(concept)
            whole = replace(concept, label=terms[0], synonyms=terms[1:])
            merged.setdefault(concept.id, whole)
    modalities = {part.modality for part in sets if part.modality}
    return ConceptSet(
        "+".join(part.name for part in sets),
        tuple(merged.values()),
        modality=modalities.pop() if len(modalities) == 1 else "",
        notes=tuple(note for part in sets for note in part.notes),
    )
