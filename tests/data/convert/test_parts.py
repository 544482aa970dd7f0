"""The small parts: records, choosing a format, the outcome, phrases for nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from cutis.data.convert.finding import choose, recognised
from cutis.data.convert.format import Converted, Format
from cutis.data.convert.frames import extended
from cutis.data.convert.outcome import FormatList
from cutis.data.convert.record import begin, claim, finish
from cutis.data.convert.sentinels import spoken, without_sentinels
from cutis.data.convert.source import ROW, TABLE, Source
from cutis.errors import CutisError
from tests.data.convert import fakes

IDENTITY = {"format": "x", "name": "x", "source": "s"}


def format_called(name: str, fits: bool = True, **settings: bool) -> Format:
    return Format(
        name,
        "something",
        "something else",
        recognise=lambda source: fits,
        read=lambda source: Converted(pd.DataFrame()),
        **settings,
    )


def test_published_layouts_come_before_general_ones(tmp_path: Path) -> None:
    formats = [
        format_called("general", generic=True),
        format_called("hand", by_hand=True),
        format_called("published"),
        format_called("other", fits=False),
    ]
    source = Source(tmp_path)
    assert [f.name for f in recognised(formats, source)] == ["published"]
    assert [f.name for f in recognised(formats[:2], source)] == ["general"]
    assert recognised(formats[1:2], source) == []
    assert choose(formats, "hand", tmp_path, tmp_path / "o").name == "hand"
    assert choose(formats, "auto", tmp_path, tmp_path / "o").name == "published"


def test_two_that_fit_are_both_named_with_their_commands(tmp_path: Path) -> None:
    folder = tmp_path / "two words"
    folder.mkdir()
    formats = [format_called("one"), format_called("two"), format_called("three")]
    with pytest.raises(CutisError, match="could be one or two or three") as raised:
        choose(formats, "auto", folder, tmp_path / "o")
    assert raised.value.fix == (
        f"cutis data convert one '{folder}' -o {tmp_path / 'o'} or "
        f"cutis data convert two '{folder}' -o {tmp_path / 'o'} or "
        f"cutis data convert three '{folder}' -o {tmp_path / 'o'}"
    )


def test_the_list_of_formats() -> None:
    said = FormatList([format_called("a"), format_called("b", by_hand=True)]).render()
    assert said.splitlines()[:4] == [
        "a", "    from  something", "    to    something else", "b (by name only)",
    ]  # fmt: skip


def test_a_free_folder_is_claimed_and_remembered(tmp_path: Path) -> None:
    out = tmp_path / "o"
    assert claim(out, IDENTITY, "f", ["t.csv"])
    begin(out, IDENTITY, "f", trusted=True)
    assert json.loads((out / "conversion.json").read_text())["status"] == "started"
    (out / "t.csv").write_text("a\n")
    assert claim(out, IDENTITY, "f", ["t.csv"])  # stopped before its end: ours all the same
    finish(out, IDENTITY, "f", {"rows": 1}, ["t.csv"])
    record = json.loads((out / "conversion.json").read_text())
    assert (record["status"], record["rows"]) == ("finished", 1)
    assert claim(out, IDENTITY, "f", ["t.csv"])
    assert not claim(out, IDENTITY, "changed", ["t.csv"])
    (out / "t.csv").write_text("b\n")
    with pytest.raises(CutisError, match=r"t\.csv was changed"):
        claim(out, IDENTITY, "f", ["t.csv"])
    (out / "t.csv").unlink()
    assert claim(out, IDENTITY, "f", ["t.csv"])  # a file that was removed is made again


def test_images_of_a_state_that_was_left_behind_stay_doubtful_until_the_end(
    tmp_path: Path,
) -> None:
    begin(tmp_path, IDENTITY, "first", trusted=True)
    finish(tmp_path, IDENTITY, "first", {}, [])
    assert not claim(tmp_path, IDENTITY, "second", [])
    begin(tmp_path, IDENTITY, "second", trusted=False)
    assert not claim(tmp_path, IDENTITY, "second", [])
    finish(tmp_path, IDENTITY, "second", {}, [])
    assert claim(tmp_path, IDENTITY, "second", [])


def test_cells_that_are_none_stay_none() -> None:
    frame = pd.DataFrame({"a": ["x", "y"]}, index=[5, 7])
    made = extended(frame, {"b": [None, "z"], "a": ["q", None]})
    assert made["b"].tolist() == [None, "z"]
    assert made["a"].tolist() == ["q", None]
    assert frame["a"].tolist() == ["x", "y"]


@pytest.mark.parametrize(
    "text",
    ["No definitive diagnosis", "no visual concepts", "No age information",
     "[No matching attributes]", "No body location information.", "none"],
)  # fmt: skip
def test_phrases_for_nothing(text: str) -> None:
    assert spoken([text, "a nodule", None]) == [None, "a nodule", None]


def test_where_a_row_comes_from_is_not_read_as_a_phrase() -> None:
    frame = pd.DataFrame({"a": ["none"], TABLE: ["none"], ROW: ["2"]}, dtype=object)
    made = without_sentinels(frame)
    assert made.iloc[0].tolist() == [None, "none", "2"]


def test_counts_of_an_outcome(tmp_path: Path) -> None:
    source = fakes.class_folders(tmp_path / "s", "a", "b", splits=("train", "test"))
    fakes.put(source / "train", ["a/more.jpg"])
    outcome = fakes.converted(source, tmp_path / "out")
    assert outcome.counts() == {
        "all": {"a": 3, "b": 2, "no label": 0},
        "train": {"a": 2, "b": 1, "no label": 0},
        "test": {"a": 1, "b": 1, "no label": 0},
    }
    assert [line.split() for line in outcome.render().splitlines()[1:5]] == [
        ["all", "train", "test"],
        ["a", "3", "2", "1"],
        ["b", "2", "1", "1"],
        ["all", "5", "3", "2"],
    ]
    facts = outcome.facts()
    assert (facts["rows"], facts["rows_in_source"], facts["missing"]) == (5, 5, 0)
    assert outcome.source == source
