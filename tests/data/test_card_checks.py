"""What a table lacks by its card."""

from __future__ import annotations

from pathlib import Path

import pytest

from cutis.data.check import DataCheckConfig, data_check
from cutis.data.findings import Finding
from tests.data.builders import write_csv, write_images


def findings(table: Path, **settings: object) -> dict[str, Finding]:
    values = {"table_only": True, "min_subgroup": 1, "min_class": 1, **settings}
    report = data_check(DataCheckConfig(data=table, **values))  # type: ignore[arg-type]
    return {finding.code: finding for finding in report.findings}


def ham(rows: int) -> str:
    lines = [f"L{i},I{i},{'mel' if i % 2 else 'nv'},histo" for i in range(rows)]
    return "\n".join(["lesion_id,image_id,dx,dx_type", *lines])


def test_fewer_rows_than_published(tmp_path: Path) -> None:
    found = findings(write_csv(tmp_path / "t.csv", ham(4)))["fewer-rows"]
    assert found.level == "warning"
    assert "4 rows, 'ham10000' has 10,015" in found.message
    assert "cutis data list ham10000" in found.fix


def test_fewer_rows_per_split_are_named(tmp_path: Path) -> None:
    table = write_csv(
        tmp_path / "pad/2000.csv",
        "image,label,split\na,0,train\nb,1,train\nc,1,test\nd,0,test\ne,1,val\nf,0,val",
    )
    message = findings(table)["fewer-rows"].message
    assert "train 2 of 1,493, val 2 of 344, test 2 of 461" in message


def test_as_many_rows_as_the_card_says_are_fine(tmp_path: Path) -> None:
    (tmp_path / "dataset.yaml").write_text("name: x\nexpected_n: {total: 4}\n")
    assert "fewer-rows" not in findings(write_csv(tmp_path / "t.csv", ham(4)))
    assert "fewer-rows" in findings(write_csv(tmp_path / "t.csv", ham(3)))


def test_half_a_download_is_counted_against_the_card(tmp_path: Path) -> None:
    table = write_csv(tmp_path / "t.csv", ham(4))
    write_images(tmp_path / "images", ["I0.jpg", "I1.jpg", "I2.jpg"])
    found = findings(table, table_only=False)["missing-file"]
    assert found.level == "error"
    assert "1 of 4 images are not below" in found.message
    assert "3 were found; the published 'ham10000' has 10,015 rows" in found.message
    assert "finish the download" in found.fix


def test_a_card_that_knows_of_lesions_wants_their_column(tmp_path: Path) -> None:
    rows = ["I1,1,0,0,0,0,0,0", "I2,0,1,0,0,0,0,0"]
    header = "image,MEL,NV,BCC,AKIEC,BKL,DF,VASC"
    found = findings(write_csv(tmp_path / "gt.csv", "\n".join([header, *rows])))["no-group"]
    assert found.level == "warning"
    assert "several rows share a lesion" in found.message
    assert "lesion_id" in found.fix
    with_lesions = [f"{header},lesion_id", *(f"{row},L{i}" for i, row in enumerate(rows))]
    assert "no-group" not in findings(write_csv(tmp_path / "gt.csv", "\n".join(with_lesions)))


@pytest.mark.parametrize(
    ("column", "suspicious"),
    [
        ("patient_code", True),
        ("Lesion Number", True),
        ("naevus_nr", True),
        ("patient_comment", False),
        ("lesion_diameter", False),
        ("camera", False),
    ],
)
def test_a_column_that_may_name_lesions_is_pointed_out(
    tmp_path: Path, column: str, suspicious: bool
) -> None:
    rows = [f"{i}.png,{'x' if i % 2 else 'y'},P{i // 2}" for i in range(8)]
    table = write_csv(tmp_path / "t.csv", "\n".join([f"image,label,{column}", *rows]))
    found = findings(table)
    assert ("no-group" in found) is suspicious
    if suspicious:
        assert "4 values in 8 rows" in found["no-group"].message
        assert f"--group-column '{column}'" in found["no-group"].fix
        assert "no-group" not in findings(table, group_column=column)


def test_a_column_without_repeats_is_no_group(tmp_path: Path) -> None:
    rows = [f"{i}.png,{'x' if i % 2 else 'y'},P{i}" for i in range(8)]
    table = write_csv(tmp_path / "t.csv", "\n".join(["image,label,patient_code", *rows]))
    assert "no-group" not in findings(table)


def test_tiny_classes_of_the_evaluated_split(tmp_path: Path) -> None:
    rows = [f"tr{i}.png,{'rare' if i < 20 else 'common'},train" for i in range(40)]
    rows += [f"te{i}.png,{'rare' if i < 3 else 'common'},test" for i in range(15)]
    table = write_csv(tmp_path / "t.csv", "\n".join(["image,label,split", *rows]))
    found = findings(table, min_class=10)["tiny-class"]
    assert found.level == "warning"
    assert "the split 'test' for rare (3)" in found.message
    assert "tiny-class" not in findings(table, min_class=3)
    whole = write_csv(tmp_path / "w.csv", "\n".join(["image,label,part", *rows]))
    assert "tiny-class" not in findings(whole, min_class=10)  # all rows count: 23 and 32
