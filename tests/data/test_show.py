"""``cutis data show``."""

from __future__ import annotations

from pathlib import Path

import pytest

from cutis.cli import run
from cutis.data.show import DataShowConfig, data_show
from tests.data.builders import write_csv, write_images


def shown(table: Path, **settings: object) -> str:
    return data_show(DataShowConfig(data=table, **settings)).render()  # type: ignore[arg-type]


def test_all_that_was_understood(tmp_path: Path) -> None:
    write_images(tmp_path / "images", ["a.jpg", "b.jpg", "c.jpg"])
    table = write_csv(
        tmp_path / "t.csv",
        """
        lesion_id,image_id,dx,dx_type,age,sex,localization,split
        L1,a,nv,histo,40,male,back,train
        L1,b,nv,histo,40,male,back,train
        L2,c,mel,histo,,female,unknown,test
        """,
    )
    text = shown(table)
    for part in (
        "HAM10000",
        "3 rows, 8 columns",
        "3 of 3 found",
        "ham10000 (known by its columns)",
        "CC BY-NC-SA 4.0",
        "2 by lesion_id; 1 with more than one image, at most 2",
        "age: 40 to 40 years, median 40; missing 1",
        "sex: male 2, female 1",
        "site: back 2; missing 1",
        f"Next: cutis data check --data {table}",
    ):
        assert part in text
    lines = {
        line.split("  ")[1]: line.split()[-3:] for line in text.splitlines() if "(" in line[:30]
    }
    assert lines["melanoma (mel)"] == ["1", "0", "1"]
    assert lines["nevus (nv)"] == ["2", "2", "0"]


def test_problems_are_shown_not_raised(tmp_path: Path) -> None:
    table = write_csv(tmp_path / "t.csv", "image,dx\na.jpg,nv\n../b.jpg,mel\nc.jpg,zzz\nd.jpg,")
    text = shown(table, card="ham10000")
    assert "'zzz' (1 rows) is not a class of the card." in text
    assert "1 image names lead out of the image folder." in text
    assert "none: every image counts as independent" in text
    assert "no label" in text


def test_many_classes_and_no_rows(tmp_path: Path) -> None:
    lines = "\n".join(f"{i}.jpg,class {i:03d}" for i in range(60))
    table = write_csv(tmp_path / "t.csv", f"image,label\n{lines}")
    text = shown(table, rows=0)
    assert "and 20 more classes" in text
    assert "First rows" not in text


def test_a_table_without_labels(tmp_path: Path) -> None:
    text = shown(write_csv(tmp_path / "t.csv", "image\na.jpg"))
    assert "Classes" not in text
    assert "made from the table" in text


def test_without_a_table_a_card_has_its_page(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["data", "show", "--card", "scin"]) == 0
    assert "How to obtain it" in capsys.readouterr().out
    assert run(["data", "show"]) == 2
    assert "Nothing was named" in capsys.readouterr().err
    assert run(["data", "show", "--card", "scinn"]) == 2
    assert "Did you mean 'scin'" in capsys.readouterr().err


def test_captions_are_counted_with_their_columns(tmp_path: Path) -> None:
    table = write_csv(
        tmp_path / "t.csv",
        "image,caption,subcaption_1\na,a red plaque,a plaque\nb,nan,\nc,a macule on the arm,",
    )
    assert "3 in 2 of 3 rows, from caption, subcaption_1; at most 5 words" in shown(table)
    assert "Captions" not in shown(write_csv(tmp_path / "n.csv", "image,label\na,x\nb,y"))
