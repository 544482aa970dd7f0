"""``cutis data list``."""

from __future__ import annotations

from cutis.data.cards import bundled_cards
from cutis.data.listing import DataListConfig, data_list


def test_every_card_has_a_line_with_its_licence() -> None:
    listed = data_list(DataListConfig())
    lines = listed.render().splitlines()
    for card in bundled_cards().values():
        line = next(line for line in lines if line.startswith(f"{card.name} "))
        assert card.title in line
        assert card.licence[:20] in line
    assert listed.exit_code == 0
    assert "in the table" in listed.render()
