"""Captions that are missing, repeated, too long."""

from __future__ import annotations

from pathlib import Path

from cutis.data import load_dataset
from cutis.data.caption_checks import caption_findings
from cutis.data.check import DataCheckConfig, data_check
from cutis.data.findings import Finding
from tests.data.builders import write_csv


def findings(folder: Path, captions: list[str], header: str = "image,caption") -> list[Finding]:
    rows = [f"{i}.png,{text}" for i, text in enumerate(captions)]
    return list(
        caption_findings(load_dataset(write_csv(folder / "t.csv", "\n".join([header, *rows]))))
    )


def test_sound_captions_are_silent(tmp_path: Path) -> None:
    assert findings(tmp_path, ["a red plaque", "a brown macule"]) == []
    assert findings(tmp_path, ["x", "x"], header="image,remark") == []


def test_missing_captions_are_counted_with_their_rows(tmp_path: Path) -> None:
    (found,) = findings(tmp_path, ["a plaque", "nan", "No visual concepts", "a macule"])
    assert (found.code, found.level, found.rows) == ("no-caption", "warning", (1, 2))
    assert "2 of 4 rows have no caption in caption" in found.message


def test_one_caption_of_several_images(tmp_path: Path) -> None:
    (found,) = findings(tmp_path, ["same", "other", "same", "same", "pair", "pair"])
    assert found.code == "same-caption"
    assert found.clusters == ((0, 2, 3), (4, 5))
    assert "2 captions stand in more than one row (5 rows)" in found.message


def test_repeated_parts_are_not_repeated_captions(tmp_path: Path) -> None:
    rows = ["first,eczema", "second,eczema"]
    assert findings(tmp_path, rows, "image,caption,ontology_caption") == []


def test_captions_that_a_text_tower_will_cut(tmp_path: Path) -> None:
    texts = [" ".join(f"w{n}" for n in range(count)) for count in (75, 76, 255)]
    clip, long = findings(tmp_path, texts)
    assert (clip.code, clip.rows) == ("long-caption", (1, 2))
    assert "At least 2 captions are longer than 77 tokens" in clip.message
    assert long.rows == (2,)


def test_they_are_warnings_of_the_check(tmp_path: Path) -> None:
    table = write_csv(tmp_path / "t.csv", "image,caption,label\na,x,p\nb,x,q")
    report = data_check(DataCheckConfig(data=table, table_only=True, min_class=1))
    assert "same-caption" in {f.code for f in report.warnings}
