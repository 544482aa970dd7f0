"""The card of a pair: what it is made of, what it was trained on, what its terms are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cutis.data import Dataset
    from cutis.models import Model, ModelCard
    from cutis.tasks.pair_rows import Parts
    from cutis.tasks.pair_texts import Texts


def provenance(dataset: Dataset, parts: Parts, texts: Texts, used: int) -> dict[str, Any]:
    """Return what a pair was trained on, for its ``config.json`` and the record of the run.

    Parameters
    ----------
    dataset, parts, texts
        The table, its rows and its texts.
    used
        Training images that could be read.
    """
    return {
        "dataset": dataset.name,
        "table_sha256": dataset.table_sha256(),
        "split": parts.split,
        "n_train": len(parts.train),
        "n_train_used": used,
        "n_validation": len(parts.val),
        "validation": parts.val_from,
        "grouping": dataset.roles.get("group"),
        "classes": trained_classes(dataset, parts, texts),
        "n_captions": len(texts.captions),
        "templates_sha256": texts.templates.sha256 if texts.templates else None,
    }


def trained_classes(dataset: Dataset, parts: Parts, texts: Texts) -> list[str]:
    """Return the classes whose labels were trained on, as the prompts call them."""
    if texts.prompts is None:
        return []
    present = set(dataset.labels[parts.train].tolist())
    return [names[0] for k, names in enumerate(texts.prompts.names) if k in present]


def pair_card(
    name: str,
    vision: Model,
    text: Model,
    dataset: Dataset,
    facts: dict[str, Any],
    metrics: dict[str, float],
    dim: int,
    scale: float | None,
) -> ModelCard:
    """Write the card of a pair.

    Parameters
    ----------
    name
        Name of the pair: its folder's.
    vision, text
        The halves.
    dataset
        What it was trained on.
    facts
        What :func:`provenance` returned.
    metrics
        Numbers measured on the validation rows.
    dim
        Length of a projected feature.
    scale
        Factor on the cosine in zero-shot diagnosis, fitted on the validation rows.
    """
    from cutis.models import ModelCard

    halves = (vision.card, text.card)
    seen = [*facts["classes"], *(name for card in halves for name in card.seen_classes)]
    return ModelCard(
        name=name,
        title=f"{vision.card.title} and {text.card.title}, paired",
        summary=f"{vision.card.title} for images, {text.card.title} for texts, joined by two "
        "linear projections",
        family="vision-language",
        layout="pair",
        dim=dim,
        context_length=text.context_length,
        zero_shot_scale=scale,
        licence=" and ".join(licences(vision, text, dataset)),
        licence_note=terms(vision, text, dataset),
        citation=" ".join(distinct([vision.card.citation, text.card.citation,
                                    dataset.card.citation])),
        modality=vision.card.modality or dataset.card.modality or "",
        training_data=training_words(facts, vision, text),
        seen_classes=distinct(seen),
        intended_use="Research: to give a model without words prompts.",
        warnings=distinct([warning for card in halves for warning in warnings_of(card)]),
        metrics=metrics,
    )  # fmt: skip


def licences(vision: Model, text: Model, dataset: Dataset) -> tuple[str, ...]:
    """Return every licence that holds for a pair: of its halves and, if stated, of its data."""
    data = dataset.card.licence
    stated = data if data != type(dataset.card).model_fields["licence"].default else ""
    return distinct([vision.card.licence, text.card.licence, stated])


def warnings_of(card: ModelCard) -> list[str]:
    """Return a half's warnings, worded so that they can stand on the card of the pair.

    That it lacks a tower is left out: the other half has it.
    """
    from cutis.models.halves import NO_CARD

    unknown = f"{card.title} came without a card: its terms and training data are unknown."
    return [
        unknown if warning == NO_CARD else f"{card.title}: {warning}"
        for warning in card.warnings
        if "cutis models pair" not in warning
    ]


def terms(vision: Model, text: Model, dataset: Dataset) -> str:
    """State all terms that hold for a pair: those of both halves, and of what it was trained on."""
    parts = [
        f"Image tower {vision.card.title}: {vision.card.licence}. {vision.card.licence_note}",
        f"Text tower {text.card.title}: {text.card.licence}. {text.card.licence_note}",
        f"Training data {dataset.card.title or dataset.name}: {dataset.card.licence}.",
    ]
    joined = " ".join(part.strip() for part in parts)
    return f"All of these terms hold together, so the strictest decides. {joined}"


def training_words(facts: dict[str, Any], vision: Model, text: Model) -> str:
    """Say what a pair was trained on, in sentences.

    Parameters
    ----------
    facts
        What :func:`provenance` returned.
    vision, text
        The halves, whose own training data are added.
    """
    learned = [f"labels of {len(facts['classes'])} classes"] if facts["classes"] else []
    learned += [f"{facts['n_captions']} captions"] if facts["n_captions"] else []
    own = [
        f"{half.card.title}: {half.card.training_data}"
        for half in (vision, text)
        if half.card.training_data
    ]
    return " ".join([
        f"Projections: {facts['n_train_used']} images of {facts['dataset']} (table SHA-256 "
        f"{facts['table_sha256'][:12]}, rows of '{facts['split']}'), with {' and '.join(learned)}; "
        f"chosen on {facts['validation']}. No row of a split 'test' was used.",
        *own,
    ])  # fmt: skip


def distinct(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the texts that say something, each once.

    Examples
    --------
    >>> distinct(["MIT", "", "MIT", "CC BY 4.0"])
    ('MIT', 'CC BY 4.0')
    """
    return tuple(dict.fromkeys(text.strip() for text in texts if text.strip()))
