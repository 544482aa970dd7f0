"""What both audits begin with: the rows, the model, the words."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from cutis.data import Dataset
    from cutis.models import Model
    from cutis.stats.estimate import Settings
    from cutis.tasks.annotate.scorer import ConceptScorer
    from cutis.tasks.audit.config import AuditConfig


class Start(NamedTuple):
    """What is audited, and in which words."""

    dataset: Dataset
    model: Model
    scorer: ConceptScorer
    cache: Path
    notes: tuple[str, ...]


def read_rows(config: AuditConfig) -> Dataset:
    """Return the rows of an audit: the split asked for, else the whole table.

    Raises
    ------
    CutisError
        If the table cannot be used or has no image files.
    """
    from cutis.data import load_dataset
    from cutis.tasks.selection import choose_rows, refuse_no_files

    full = load_dataset(
        config.data, images=config.images, card=config.card, columns=config.columns()
    )
    dataset = choose_rows(full, config.split or "all")
    refuse_no_files(dataset)
    return dataset


def start(config: AuditConfig, dataset: Dataset) -> Start:
    """Load the model and embed the words of an audit.

    Raises
    ------
    CutisError
        If the concepts, the sentences or the model cannot be used.
    """
    from cutis.features import default_cache
    from cutis.models import load_model
    from cutis.progress import say
    from cutis.tasks.annotate.choosing import choose_concepts, choose_templates
    from cutis.tasks.annotate.scorer import make_scorer

    concepts = choose_concepts(config, dataset)
    templates = choose_templates(config, concepts, dataset)
    say(f"Loading model {config.model} ...")
    model = load_model(
        config.model, device=config.device, precision=config.precision, **config.input_options()
    )
    cache = config.cache or default_cache()
    scorer = make_scorer(model, concepts, templates, config, cache)
    return Start(dataset, model, scorer, cache, concepts.notes)


def settings_of(config: AuditConfig, dataset: Dataset) -> Settings:
    """Return how intervals are made, with the name of what is resampled."""
    from cutis.stats.estimate import Settings

    return Settings(
        n_bootstrap=config.n_bootstrap,
        confidence=config.confidence,
        seed=config.seed,
        grouping=dataset.roles.get("group", "group") if dataset.groups is not None else "none",
    )


def described(dataset: Dataset) -> dict[str, Any]:
    """Return the record of a dataset for ``run.json``."""
    return {
        "name": dataset.name,
        "card": dataset.card.model_dump(mode="json"),
        "table": dataset.source.name,
        "table_sha256": dataset.table_sha256(),
        "roles": dict(dataset.roles),
        "notes": list(dataset.notes),
    }
