"""Which concepts are asked for: those named, else those a dataset was marked with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cutis.errors import CutisError, nearest_names

if TYPE_CHECKING:
    from cutis.data import Dataset
    from cutis.prompts import ConceptSet, ConceptTemplates
    from cutis.tasks.annotate.config import ConceptConfig


def choose_concepts(config: ConceptConfig, dataset: Dataset) -> ConceptSet:
    """Return the concepts of a run.

    Raises
    ------
    CutisError
        If a set, a file or a name is unknown, or nothing tells which concepts fit the dataset.
    """
    found = _named(config.concepts) if config.concepts else fitting_set(dataset)
    if config.only:
        names = [name.strip() for name in config.only.split(",") if name.strip()]
        try:
            found = found.keep(names)
        except KeyError as error:
            raise _unknown(str(error.args[0]), found) from None
    return found.plain() if config.plain_names else found


def _named(given: str) -> ConceptSet:
    from pathlib import Path

    from cutis.prompts import concept_set_names, join_sets, load_concepts

    names = [given] if Path(given).is_file() else [part.strip() for part in given.split(",")]
    sets = []
    for name in names:
        try:
            sets.append(load_concepts(name))
        except (OSError, ValueError) as error:
            raise CutisError(
                f"The concepts {name} cannot be used: {error}",
                nearest=nearest_names(name, concept_set_names()),
                fix=f"--concepts {concept_set_names()[1]}, or a YAML or JSON file",
            ) from error
    return join_sets(sets)


def _unknown(name: str, concepts: ConceptSet) -> CutisError:
    known = {alias: c.id for c in concepts.concepts for alias in (c.id, c.label)}
    near = tuple(dict.fromkeys(known[alias] for alias in nearest_names(name, known)))
    shown = list(concepts.ids[:12])
    rest = f" and {len(concepts.ids) - 12} more" if len(concepts.ids) > 12 else ""
    return CutisError(
        f"There is no concept '{name}' in {concepts.name}.",
        allowed=f"Its concepts are {', '.join(shown)}{rest}.",
        nearest=near,
        fix="correct --only, or give a file that has the concept with --concepts",
    )


def fitting_set(dataset: Dataset) -> ConceptSet:
    """Return the bundled set made for a dataset, else the one most of whose columns it has.

    Raises
    ------
    CutisError
        If no bundled set shares a column with the table.
    """
    from cutis.prompts import concept_set_names, folded_name, load_concepts

    sets = [load_concepts(name) for name in concept_set_names()]
    for found in sets:
        if dataset.card.name in found.datasets:
            return found
    columns = {folded_name(str(column)) for column in dataset.table.columns}
    hits = [sum(bool(columns & set(c.columns())) for c in found.concepts) for found in sets]
    best = max(range(len(sets)), key=lambda i: hits[i])
    if hits[best]:
        return sets[best]
    raise CutisError(
        f"Nothing tells which concepts to look for: {dataset.source.name} has no column of a "
        "known concept.",
        allowed=f"The bundled sets are {', '.join(found.name for found in sets)}.",
        fix="--concepts skincon for photographs, --concepts derm7pt for dermoscopy",
    )


def choose_templates(
    config: ConceptConfig, concepts: ConceptSet, dataset: Dataset
) -> ConceptTemplates:
    """Return the sentences of a run: those given, else those of the concepts' modality.

    Raises
    ------
    CutisError
        If they cannot be read.
    """
    from cutis.prompts import load_concept_templates

    modality = concepts.modality or dataset.card.modality or ""
    name = config.concept_templates or ("dermoscopy" if "dermosc" in modality else "clinical")
    try:
        return load_concept_templates(name)
    except (OSError, ValueError) as error:
        raise CutisError(
            f"The templates {name} cannot be used: {error}",
            allowed="A template is a sentence with {} where the concept goes, and its reference "
            "says the same without the concept.",
            fix="--concept-templates dermoscopy, clinical, or a YAML file",
        ) from error
