"""``cutis data list``: the dataset cards that come with cutis."""

from __future__ import annotations

from dataclasses import dataclass

from cutis.config import VerbConfig
from cutis.data.cards import DatasetCard, bundled_cards
from cutis.data.text import columns, shortened


class DataListConfig(VerbConfig):
    """Settings of ``cutis data list``."""


@dataclass(frozen=True)
class CardList:
    """The bundled dataset cards."""

    cards: tuple[DatasetCard, ...]
    exit_code: int = 0

    def render(self) -> str:
        """Return one line per card."""
        lines = [["name", "title", "classes", "modality", "licence"]]
        lines += [
            [
                card.name,
                card.title,
                str(len(card.classes)) if card.classes else "in the table",
                card.modality or "",
                shortened(card.licence, 48),
            ]
            for card in self.cards
        ]
        foot = (
            "A published table finds its card by itself; otherwise give --card NAME or a YAML file."
        )
        return "\n".join([*columns(lines, indent=0, right_from=9), "", foot])


def data_list(config: DataListConfig) -> CardList:
    """List the dataset cards that come with cutis."""
    return CardList(tuple(bundled_cards().values()))
