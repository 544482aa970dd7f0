"""The formats as a whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cutis.data import bundled_cards
from cutis.data.convert.finding import recognised
from cutis.data.convert.registry import FORMATS
from cutis.data.convert.source import Source
from tests.data.convert import fakes

MAKERS: dict[str, Callable[[Path], object]] = {
    "ham10000": fakes.ham10000,
    "isic2016": fakes.isic2016,
    "isic2017": fakes.isic2017,
    "isic2018": fakes.isic2018,
    "isic2019": fakes.isic2019,
    "isic2020": fakes.isic2020,
    "bcn20000": fakes.bcn20000,
    "milk10k": fakes.milk10k,
    "pad-ufes-20": fakes.pad_ufes_20,
    "ph2": fakes.ph2,
    "derm7pt": fakes.derm7pt,
    "fitzpatrick17k": fakes.fitzpatrick17k,
    "ddi": fakes.ddi,
    "scin": fakes.scin,
    "skincap": fakes.skincap,
    "derm1m": fakes.derm1m,
    "make": fakes.make_training,
    "isic-archive": fakes.isic_archive,
    "medmnist": lambda folder: fakes.medmnist(folder / "dermamnist.npz"),
    "imagefolder": lambda folder: fakes.class_folders(folder, "a", "b"),
    "med-node": lambda folder: fakes.class_folders(folder, "melanoma", "naevus"),
    "webdataset": lambda folder: fakes.shard(folder / "x.tar", {"a.png": fakes.encoded(0)}),
}


@pytest.mark.parametrize("name", MAKERS)
def test_each_layout_is_recognised_as_itself_and_nothing_else(tmp_path: Path, name: str) -> None:
    MAKERS[name](tmp_path)
    assert [entry.name for entry in recognised(FORMATS, Source(tmp_path))] == [name]


def test_every_format_is_complete() -> None:
    assert len({entry.name for entry in FORMATS}) == len(FORMATS) >= 30
    for entry in FORMATS:
        assert (entry.read is None) != (entry.extract is None), entry.name
        assert entry.expects
        assert entry.makes
        assert not entry.private or entry.generic


def test_the_cards_that_formats_name_exist() -> None:
    wanted = {entry.name: entry.cards for entry in FORMATS if entry.cards}
    lacking = [name for name, cards in wanted.items() if not set(cards) & set(bundled_cards())]
    assert lacking == []


def test_an_empty_folder_is_nothing(tmp_path: Path) -> None:
    assert recognised(FORMATS, Source(tmp_path)) == []
