"""Dataset cards: what a dataset is, what its classes are called, who may use it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from cutis.errors import CutisError, nearest_names

CARD_FILE = "dataset.yaml"
NO_CARD = "none"
CARDS = Path(__file__).parent / "cards"

Task = Literal[
    "zero-shot", "probe", "retrieval", "concepts", "segmentation", "vqa", "fairness", "pretraining"
]
TASKS: tuple[str, ...] = get_args(Task)


def plain(text: str) -> str:
    """Return the form in which two spellings of one name are equal.

    Examples
    --------
    >>> plain("Basal_cell  Carcinoma ")
    'basal cell carcinoma'
    """
    return re.sub(r"[\s_\-]+", " ", text.casefold()).strip()


class ClassCard(BaseModel):
    """One class: how it is shown, how tables write it, what else people call it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, description="Name shown to people and used in prompts.")
    code: str | None = Field(default=None, description="How the dataset's own table writes it.")
    synonyms: tuple[str, ...] = Field(default=(), description="Other names, also used in prompts.")
    aliases: tuple[str, ...] = Field(
        default=(), description="Further spellings accepted in tables, never used in prompts."
    )

    def spellings(self) -> tuple[str, ...]:
        """Return every spelling that stands for this class in a table."""
        return (self.name, *((self.code,) if self.code else ()), *self.synonyms, *self.aliases)


def _classes(value: Any) -> Any:
    if isinstance(value, Mapping):  # code: name
        return [{"code": str(code), "name": name} for code, name in value.items()]
    if isinstance(value, Iterable) and not isinstance(value, str):
        return [{"name": str(c)} if isinstance(c, str | int) else c for c in value]
    return value


class DatasetCard(BaseModel):
    """What is known about a dataset besides its table."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, description="Short name, as given to --card.")
    title: str = Field(default="", description="Name for people.")
    description: str = Field(default="", description="What the images are, in a sentence or two.")
    classes: Annotated[tuple[ClassCard, ...], BeforeValidator(_classes)] = Field(
        default=(), description="Classes in label order; empty when the table names them."
    )
    like: str | None = Field(
        default=None, description="Bundled card whose fields hold where this one says nothing."
    )
    malignant: tuple[str, ...] = Field(
        default=(), description="Classes that are cancer, whose operating points are reported."
    )
    n_classes: int | None = Field(
        default=None, description="Number of classes, where only the table names them."
    )
    concepts: tuple[str, ...] = Field(
        default=(), description="Columns in which experts marked what is to be seen."
    )
    tasks: tuple[Task, ...] = Field(default=(), description="What the dataset is used for.")
    modality: str | None = Field(default=None, description="dermoscopy, clinical, ...")
    headline_metric: str = Field(default="balanced_accuracy", description="The metric to quote.")
    licence: str = Field(default="not stated", description="Terms of the images.")
    forbids: tuple[str, ...] = Field(
        default=(), description="What the licence does not allow, in plain words."
    )
    share_images: bool | None = Field(
        default=None, description="Whether single images may be passed on; unknown if empty."
    )
    citation: str = Field(default="", description="How to cite the dataset.")
    source_url: str = Field(default="", description="Where it is published.")
    how_to_obtain: tuple[str, ...] = Field(
        default=(), description="Steps from nothing to a table that cutis reads."
    )
    size: str = Field(default="", description="Room it takes on disk, roughly.")
    expected_n: dict[str, int] = Field(
        default_factory=dict, description="Rows per split, and 'total'."
    )
    grouped_by: Literal["patient", "lesion"] | None = Field(
        default=None, description="What several rows share, so that they are not independent."
    )
    columns: dict[str, str] = Field(default_factory=dict, description="Role to column.")
    images: str = Field(
        default="", description="Image folder, from the table's folder on; only beside a table."
    )
    signature: tuple[str, ...] = Field(
        default=(), description="Columns that together identify the official table."
    )
    other_signatures: tuple[tuple[str, ...], ...] = Field(
        default=(), description="Columns that identify it in other published forms."
    )
    files: tuple[str, ...] = Field(
        default=(),
        description="Endings of the table's path, '*' for any name; needed beside the columns.",
    )
    where: dict[str, str] = Field(
        default_factory=dict, description="Words that every cell of a column holds; also needed."
    )
    leakage: str = Field(
        default="", description="Overlap with what published models were trained on."
    )
    notes: str = Field(default="", description="What a reader of the numbers should know.")

    @model_validator(mode="after")
    def _distinct_classes(self) -> DatasetCard:
        if len({plain(entry.name) for entry in self.classes}) < len(self.classes):
            raise ValueError("two classes have the same name")
        spelled: dict[str, str] = {}
        for entry in self.classes:
            for text in entry.spellings():
                other = spelled.setdefault(plain(text), entry.name)
                if other != entry.name:
                    raise ValueError(f"'{text}' stands for both '{other}' and '{entry.name}'")
        return self

    @model_validator(mode="after")
    def _counts_that_add_up(self) -> DatasetCard:
        parts = {name: n for name, n in self.expected_n.items() if name != "total"}
        total = self.expected_n.get("total")
        if total is not None and parts and sum(parts.values()) != total:
            raise ValueError(f"the splits of expected_n sum to {sum(parts.values())}, not {total}")
        if self.classes and self.n_classes not in (None, len(self.classes)):
            raise ValueError(f"n_classes is {self.n_classes}, but {len(self.classes)} are listed")
        return self

    @property
    def total(self) -> int | None:
        """Rows of the published table, if known."""
        return self.expected_n.get("total") or sum(self.expected_n.values()) or None

    @property
    def class_count(self) -> int | None:
        """Number of classes, listed here or named by the table; None if unknown."""
        return len(self.classes) or self.n_classes

    @property
    def class_names(self) -> tuple[str, ...]:
        """Display names in label order."""
        return tuple(entry.name for entry in self.classes)

    @property
    def synonyms(self) -> dict[str, tuple[str, ...]]:
        """Class name to its further names, for prompts."""
        return {entry.name: entry.synonyms for entry in self.classes if entry.synonyms}

    def lookup(self) -> dict[str, int]:
        """Return the class index of every accepted spelling, in its :func:`plain` form."""
        return {
            plain(text): index
            for index, entry in enumerate(self.classes)
            for text in entry.spellings()
        }


def read_card(path: Path) -> DatasetCard:
    """Read a card from a YAML file.

    Raises
    ------
    CutisError
        If the file is missing, is not YAML, or a field is wrong.
    """
    import yaml

    try:
        content = _parsed(Path(path))
        if not isinstance(content, dict):
            raise CutisError(
                f"The dataset card {path} is not a YAML mapping.", fix="start it with 'name: ...'"
            )
        base = _base(path, content.get("like"))
        return DatasetCard.model_validate({**base, "name": Path(path).stem, **content})
    except (OSError, UnicodeDecodeError) as error:
        raise CutisError(f"The dataset card {path} cannot be read ({error}).") from None
    except yaml.YAMLError as error:
        where = getattr(error, "problem_mark", None)
        line = f" at line {where.line + 1}" if where else ""
        raise CutisError(
            f"The dataset card {path} is not valid YAML{line}.", fix="correct that line"
        ) from None
    except ValidationError as error:
        raise _wrong_field(path, error) from None


def _parsed(path: Path) -> Any:
    import yaml

    # libyaml, where the wheel has it, reads the bundled cards ten times faster
    reader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(path.read_text(encoding="utf-8"))
    try:
        return reader.get_single_data()
    finally:
        reader.dispose()


# Where a variant differs by nature, the base says nothing about it.
_NOT_TAKEN_OVER = ("name", "signature", "other_signatures", "files", "where", "like", "images")


def _base(path: Path, like: Any) -> dict[str, Any]:
    """Return the fields that a card takes over from the bundled card it is like."""
    if like is None:
        return {}
    known = sorted(file.stem for file in CARDS.glob("*.yaml"))
    if like not in known or like == Path(path).stem:
        raise CutisError(
            f"The dataset card {path} is like '{like}', which is no bundled card.",
            allowed=f"Known cards: {', '.join(known)}.",
            nearest=nearest_names(str(like), known),
        )
    content = _parsed(CARDS / f"{like}.yaml")
    base = {**_base(CARDS / f"{like}.yaml", content.get("like")), **content}
    return {field: value for field, value in base.items() if field not in _NOT_TAKEN_OVER}


def _wrong_field(path: Path, error: ValidationError) -> CutisError:
    first = error.errors(include_url=False)[0]
    where = ".".join(str(part) for part in first["loc"]) or "the card"
    said = first["msg"].removeprefix("Value error, ")
    known = list(DatasetCard.model_fields)
    unknown = first["type"] == "extra_forbidden" and len(first["loc"]) == 1
    return CutisError(
        f"The dataset card {path} is wrong at '{where}': {said}.",
        allowed=f"A card may hold: {', '.join(known)}." if unknown else None,
        nearest=nearest_names(where, known) if unknown else (),
    )


@lru_cache(maxsize=1)
def bundled_cards() -> dict[str, DatasetCard]:
    """Return the cards that come with cutis, by name."""
    cards = [read_card(path) for path in sorted(CARDS.glob("*.yaml"), key=lambda p: p.stem)]
    return {card.name: card for card in cards}


def get_card(name: str | Path) -> DatasetCard:
    """Return a bundled card by name, or a card from a YAML file.

    Raises
    ------
    CutisError
        If there is neither, with the nearest names.
    """
    cards = bundled_cards()
    folded = {plain(known): card for known, card in cards.items()}
    if plain(str(name)) in folded:
        return folded[plain(str(name))]
    path = Path(name)
    if path.is_dir() and (path / CARD_FILE).exists():
        path = path / CARD_FILE
    if path.suffix.casefold() in (".yaml", ".yml") or path.is_file():
        return read_card(path)
    raise CutisError(
        f"There is no dataset card '{name}'.",
        allowed=f"Known cards: {', '.join(cards)}; or a YAML file.",
        nearest=nearest_names(str(name), cards),
        fix="cutis data list",
    )
