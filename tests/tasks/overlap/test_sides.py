"""Which sets are compared with which, under which names, and what is refused."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from cutis.errors import CutisError
from cutis.tasks.overlap.pairs import across, conflict, same_group
from cutis.tasks.overlap.settings import OverlapConfig
from cutis.tasks.overlap.sides import Side, comparisons, load_sides, side_named


def config(*data: Path, **more) -> OverlapConfig:
    return OverlapConfig(data=list(data), output=Path("run"), **more)


def two(folder: Path, name: str, rows: str) -> Path:
    path = folder / name
    path.write_text("image,id,label,split,patient_id\n" + rows)
    return path


@pytest.fixture
def tables(tmp_path) -> tuple[Path, Path]:
    one = two(tmp_path, "one.csv", "a.png,1,Nevus,train,P1\nb.png,2,melanoma,test,P1\n")
    other = two(tmp_path, "two.csv", "a.png,1,nevus,test,P1\nc.png,3,wart,test,\n")
    return one, other


def test_the_same_table_twice_is_refused(tables, tmp_path):
    with pytest.raises(CutisError, match=r"are the same table.*cutis data overlap"):
        load_sides(config(tables[0], tables[0]))
    shutil.copy(tables[0], tmp_path / "again.csv")
    with pytest.raises(CutisError, match="are the same table"):
        load_sides(config(tables[0], against=[tmp_path / "again.csv"]))


def test_sets_of_one_name_get_a_number(tables, tmp_path):
    (tmp_path / "other").mkdir()
    again = tmp_path / "other" / "one.csv"
    shutil.copy(tables[1], again)
    names = [side.name for side in load_sides(config(tables[0], again))]
    assert names[1] == f"{names[0]}-2"


def test_rows_of_a_split_keep_their_place_in_the_table(tables):
    (side, _) = load_sides(config(tables[0], against=[tables[1]], split="test"))
    assert side.ids == ("2",)
    assert side.numbers.tolist() == [1]


def test_folders_are_given_once_or_for_each(tables, tmp_path):
    (tmp_path / "else").mkdir()
    sides = load_sides(config(*tables, images=[Path("auto"), tmp_path / "else"]))
    assert [s.dataset.root.name for s in sides] == [tmp_path.name, "else"]
    with pytest.raises(CutisError, match="--images is given 3 times for 2 tables"):
        load_sides(config(*tables, images=[tmp_path] * 3))


def test_a_set_is_found_by_name_or_path(tables):
    sides = load_sides(config(*tables))
    assert side_named(sides, "two") is side_named(sides, str(tables[1])) is sides[1]
    with pytest.raises(CutisError, match="'twoo' is none of the tables"):
        side_named(sides, "twoo")


def test_what_is_compared_with_what():
    def sides(*against: bool) -> list[Side]:
        return [Side(str(i), Path(str(i)), (), a, np.zeros(0)) for i, a in enumerate(against)]

    assert comparisons(sides(False, False, False), "between") == [(0, 1), (0, 2), (1, 2)]
    assert comparisons(sides(False, True, True), "all") == [(0, 0), (0, 1), (0, 2)]
    assert comparisons(sides(False, False), "within") == [(0, 0), (1, 1)]


def test_what_cannot_be_known_of_a_pair_is_none(tables):
    a, b = load_sides(config(*tables))
    assert same_group(a, 0, 1) is True
    assert across(a, 0, 1) is True
    assert across(b, 0, 1) is False
    assert conflict(a, a, 0, 1) is True
    assert conflict(a, b, 0, 0) is False  # Nevus and nevus
    assert conflict(a, b, 1, 0) is None  # melanoma is no class of the other table
    bare = Side("bare", Path("x"), ("1",), False, np.zeros(1))
    assert same_group(bare, 0, 0) is None
    assert across(bare, 0, 0) is None
    assert conflict(bare, a, 0, 0) is None
    assert (bare.image(0), bare.label(0), bare.split(0), bare.group(0)) == ("", "", "", "")


def test_two_files_of_one_name_are_not_told_apart_by_it(tables, tmp_path):
    (tmp_path / "else").mkdir()
    again = tmp_path / "else" / "one.csv"
    shutil.copy(tables[1], again)
    sides = load_sides(config(tables[0], again))
    with pytest.raises(CutisError, match=r"2 of the tables compared are called 'one.csv'") as said:
        side_named(sides, "one.csv")
    assert str(again) in str(said.value)
    assert side_named(sides, str(again)) is side_named(sides, sides[1].name) is sides[1]
    assert side_named(sides[:1], "one.csv") is sides[0]


def test_a_name_is_looked_for_before_a_file(tmp_path):
    """The second set is called what the first one's file is called."""
    first = Side("x", Path("deep") / "meta", ("1",), False, np.zeros(1))
    second = Side("meta", Path("other"), ("1",), False, np.zeros(1))
    assert side_named([first, second], "meta") is second


@pytest.mark.parametrize(("flag", "name"), [("images", "--images"), ("card", "--card")])
def test_as_many_folders_and_cards_as_tables(tables, flag, name):
    given = {flag: ["auto", "auto", "auto"]}
    with pytest.raises(CutisError, match=rf"{name} is given 3 times for 2 tables.*'auto' stands"):
        load_sides(config(*tables, **given))
    assert len(load_sides(config(*tables, **{flag: ["auto"]}))) == 2
    assert len(load_sides(config(*tables, **{flag: ["auto", "auto"]}))) == 2


def test_a_split_is_that_of_the_searched_table_alone(tables):
    mine, theirs = load_sides(config(tables[0], against=[tables[1]], split="train"))
    assert (len(mine), len(theirs)) == (1, 2)
    assert (mine.against, theirs.against) == (False, True)
    with pytest.raises(CutisError, match="no split 'val'"):
        load_sides(config(tables[0], split="val"))


def test_the_same_rows_elsewhere_are_another_table(tables, tmp_path):
    """The same bytes over another folder of pictures may hold other pictures."""
    (tmp_path / "other").mkdir()
    shutil.copy(tables[0], tmp_path / "other" / "one.csv")
    assert len(load_sides(config(tables[0], tmp_path / "other" / "one.csv"))) == 2


def test_a_table_with_one_more_row_is_another(tables, tmp_path):
    more = tmp_path / "more.csv"
    more.write_text(tables[0].read_text() + "d.png,4,wart,test,P9\n")
    assert [len(side) for side in load_sides(config(tables[0], more))] == [2, 3]


def test_pictures_are_named_below_their_folder(tmp_path):
    outside = tmp_path / "outside" / "x.png"
    table = tmp_path / "t.csv"
    table.write_text(f"image\n{outside}\nbelow/y.png\n")
    (side,) = load_sides(config(table))
    assert side.image(1) == "below/y.png"
    assert side.image(0) in ("x.png", "outside/x.png")
    assert not side.image(0).startswith("/")


def test_what_a_record_says_of_a_set(tables):
    (side, _) = load_sides(config(tables[0], against=[tables[1]]))
    assert side.facts() == {"name": "one", "n_rows": 2, "against": False, "group": "patient_id"}
    bare = Side("bare", Path("x"), ("1",), True, np.zeros(1))
    assert bare.facts() == {"name": "bare", "n_rows": 1, "against": True, "group": None}


def test_within_with_nothing_of_ones_own_is_impossible_and_between_needs_two():
    one = Side("one", Path("one.csv"), ("1",), False, np.zeros(1))
    with pytest.raises(CutisError, match=r"There is one table, one.csv, .*--against OTHER"):
        comparisons([one], "between")
    assert comparisons([one], "all") == comparisons([one], "within") == [(0, 0)]


@pytest.mark.parametrize("scope", ["all", "between", "within"])
@pytest.mark.parametrize("against", [(), (3,), (2, 3)])
def test_no_two_sets_are_compared_twice(scope, against):
    sides = [Side(str(i), Path(str(i)), (), i in against, np.zeros(0)) for i in range(4)]
    found = comparisons(sides, scope)
    assert len({frozenset(pair) for pair in found}) == len(found)
    assert not any(a in against for a, _ in found)
    assert all((a == b) is (scope == "within") for a, b in found) or scope == "all"
    if against and scope != "within":
        assert {b for a, b in found if a != b} == set(against)
