"""``cutis data list``: the published datasets, what of them is here, and how to obtain the rest."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from cyclopts import Parameter
from pydantic import Field

from cutis.config import VerbConfig
from cutis.data.cards import DatasetCard, Task, bundled_cards, get_card, plain
from cutis.data.catalogue import detail, forbidden
from cutis.data.machine import DATA_VARIABLE, OnDisk, data_folder, on_this_machine
from cutis.data.named import with_bases
from cutis.data.text import columns, shortened
from cutis.errors import CutisError

OWN = "your own"


class DataListConfig(VerbConfig):
    """Settings of ``cutis data list``."""

    takes_positional: ClassVar[bool] = True

    name: str | None = Field(
        default=None, description="One dataset: its card, and the steps to obtain it."
    )
    here: Annotated[bool, Parameter(negative=())] = Field(
        default=False, description="Only datasets on this machine."
    )
    task: Task | None = Field(default=None, description="Only datasets used for this.")
    search: str | None = Field(
        default=None, description="Only datasets with this word in their card, classes included."
    )
    by: Literal["modality", "task"] = Field(default="modality", description="How to group them.")
    where: Annotated[tuple[Path, ...], Parameter(negative_iterable=())] = Field(
        default=(), description="Folders to search for datasets, besides $CUTIS_DATA."
    )
    as_json: Annotated[bool, Parameter(name="--json")] = Field(
        default=False, description="Print the list as JSON."
    )


@dataclass(frozen=True)
class CardList:
    """The dataset cards that were asked for, with what of them is on this machine.

    Attributes
    ----------
    cards
        The cards, in the order shown.
    here
        Card name to its tables on this machine.
    searched
        Folders that were searched.
    by
        How the cards are grouped.
    one
        Whether a single card was asked for by name.
    as_json
        Whether :meth:`render` gives JSON.
    """

    cards: tuple[DatasetCard, ...]
    here: dict[str, tuple[OnDisk, ...]]
    searched: tuple[str, ...] = ()
    by: str = "modality"
    one: bool = False
    as_json: bool = False
    exit_code: int = 0

    def state(self, card: DatasetCard) -> str:
        """Return what of a dataset is on this machine, in words."""
        tables = self.here.get(card.name, ())
        if not tables:
            base = next((name for name in with_bases(card) if name in self.here), None)
            return f"through {base}" if base else "missing" if self.searched else ""
        best = max(tables, key=lambda one: (one.complete, one.images, one.rows))
        more = sum(not one.is_folder for one in tables if one is not best)
        return best.state() + (f"; and {more} more table{'s' * (more > 1)}" if more else "")

    def to_json(self) -> list[dict[str, Any]]:
        """Return the cards as plain values, each with its tables on this machine."""
        return [
            {
                **card.model_dump(mode="json"),
                "here": [
                    {"table": str(one.table), "rows": one.rows, "images": one.images,
                     "complete": one.complete, "problem": one.problem}
                    for one in self.here.get(card.name, ())
                ],
            }
            for card in self.cards
        ]  # fmt: skip

    def render(self) -> str:
        """Return the catalogue, the page of one dataset, or JSON."""
        if self.as_json:
            return json.dumps(self.to_json(), indent=2, ensure_ascii=False)
        if self.one:
            card = self.cards[0]
            return detail(card, self.here.get(card.name, ()), self.searched)
        if not self.cards:
            return "No dataset fits. All of them: cutis data list"
        lines = [line for title, cards in self.groups() for line in self._group(title, cards)]
        return "\n".join([*lines, *self._foot()])

    def groups(self) -> list[tuple[str, list[DatasetCard]]]:
        """Return the groups with their cards, a variant behind what it is like."""
        groups: dict[str, list[DatasetCard]] = {}
        shown = {card.name: card for card in self.cards}
        for card in self.cards:
            first = shown.get(_first(card), card)  # a variant stands below what it is like
            kinds = (first.modality or "other",) if self.by == "modality" else card.tasks
            for kind in (OWN,) if card.name not in bundled_cards() else kinds:
                groups.setdefault(kind, []).append(card)
        order = sorted(groups, key=lambda kind: (kind == OWN, -len(groups[kind]), kind))
        return [(kind, sorted(groups[kind], key=_place)) for kind in order]

    def _group(self, title: str, cards: list[DatasetCard]) -> list[str]:
        names = {card.name for card in cards}
        rows = [["", "classes", "rows", "terms", "here" if self.searched else "", ""]]
        for card in cards:
            nested = card.name != _first(card) and _first(card) in names
            count, total = card.class_count, card.total
            rows.append(
                [
                    f"{'  ' * nested}{card.name}",
                    f"{count:,}" if count else "",
                    f"{total:,}" if total else "",
                    terms(card),
                    self.state(card),
                    "" if self.searched else shortened(card.title, 44),
                ]
            )
        return [f"{title} ({len(cards)})", *columns(rows, right_from=9), ""]

    def _foot(self) -> list[str]:
        feet = ["One dataset, its terms and how to obtain it: cutis data list NAME"]
        if self.searched:
            feet.append(f"Searched: {', '.join(self.searched)}")
        else:
            feet.append(
                f"Set {DATA_VARIABLE} to the folder of your datasets (or give --where FOLDER) to "
                "see which are here."
            )
        feet.append(
            "A published table finds its card by itself; cutis data convert reads the rest."
        )
        return feet


def data_list(config: DataListConfig) -> CardList:
    """List the published datasets: classes, licence, what is here, and how to obtain the rest.

    Raises
    ------
    CutisError
        If there is no dataset of that name, or there is no folder to search.
    """
    folders = _folders(config)
    here = _found(folders)
    cards = [*bundled_cards().values(), *_own(here)]
    if config.name is not None:
        known = {plain(card.name): card for card in cards}
        cards = [known.get(plain(config.name)) or get_card(config.name)]
    kept = cards if config.name is not None else [c for c in cards if _wanted(c, config, here)]
    return CardList(
        tuple(kept),
        here,
        tuple(str(folder) for folder in folders),
        config.by,
        config.name is not None,
        config.as_json,
    )


def terms(card: DatasetCard) -> str:
    """Return in two or three words what a licence lets one do.

    Examples
    --------
    >>> terms(get_card("ham10000")), terms(get_card("ph2")), terms(get_card("pad-ufes-20"))
    ('non-commercial', 'non-commercial, no sharing', 'free to use')
    """
    told = " ".join(card.forbids)
    words = ["non-commercial"] if "commercial use" in told else []
    words += ["no sharing"] if "passing images on" in told or "passing DDI" in told else []
    if not words:
        words = ["free to use"] if card.share_images and not told else ["read the terms"]
    return ", ".join(words)


def _first(card: DatasetCard) -> str:
    """Return the name of the card at the end of the chain of what a card is like."""
    while card.like is not None:
        card = bundled_cards()[card.like]
    return card.name


def _place(card: DatasetCard) -> tuple[str, bool, str]:
    first = _first(card)
    return first, card.name != first, card.name


def _folders(config: DataListConfig) -> list[Path]:
    default = data_folder()
    folders = ([default] if default is not None else []) + list(config.where)
    for folder in config.where:
        if not folder.is_dir():
            raise CutisError(
                f"There is no folder {folder} to search.", fix="give --where a folder that exists"
            )
    if config.here and not folders:
        raise CutisError(
            "No folder was searched, so nothing can be said to be here.",
            fix=f"set {DATA_VARIABLE} to the folder of your datasets, or give --where FOLDER",
        )
    return list(dict.fromkeys(folders))


def _found(folders: list[Path]) -> dict[str, tuple[OnDisk, ...]]:
    found: dict[str, tuple[OnDisk, ...]] = {}
    known = {plain(name): name for name in bundled_cards()}
    for one in on_this_machine(folders):
        name = known.get(plain(one.card.name), one.card.name)
        found[name] = (*found.get(name, ()), one)
    return found


def _own(here: dict[str, tuple[OnDisk, ...]]) -> list[DatasetCard]:
    return [tables[0].card for name, tables in here.items() if name not in bundled_cards()]


def _wanted(card: DatasetCard, config: DataListConfig, here: dict[str, tuple[OnDisk, ...]]) -> bool:
    if config.here and card.name not in here:
        return False
    if config.task is not None and config.task not in card.tasks:
        return False
    return config.search is None or plain(config.search) in plain(_all_words(card))


def _all_words(card: DatasetCard) -> str:
    spelled = [text for entry in card.classes for text in entry.spellings()]
    said = (card.name, card.title, card.description, card.modality or "", card.licence, card.notes)
    return " ".join([*said, *card.tasks, *card.concepts, forbidden(card), *spelled])
