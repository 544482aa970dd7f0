"""``cutis data check`` on tables with planted faults."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cutis.data.check import DataCheckConfig, data_check
from cutis.data.findings import CheckReport, Finding
from cutis.errors import CutisError
from tests.data.builders import picture, write_csv, write_images


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_images(tmp_path, [f"{i}.png" for i in range(12)])
    return tmp_path


def rows(count: int = 12, **changed: str) -> list[str]:
    """A sound table of ``count`` rows; ``r5='...'`` replaces the spreadsheet's row 5."""
    lines = ["image,dx,lesion_id,split,sex"]
    for i in range(count):
        split = "test" if i >= count * 2 // 3 else "train"
        lines.append(f"{i}.png,{'mel' if i % 2 else 'nv'},L{i},{split},{'m' if i % 3 else 'f'}")
    for row, line in changed.items():
        lines[int(row[1:]) - 1] = line
    return lines


def check(folder: Path, lines: list[str], **settings: object) -> CheckReport:
    table = write_csv(folder / "t.csv", "\n".join(lines))
    settings = {"min_subgroup": 1, "min_class": 1, **settings}
    return data_check(DataCheckConfig(data=table, **settings))  # type: ignore[arg-type]


def only(report: CheckReport) -> Finding:
    assert len(report.findings) == 1, report.render()
    return report.findings[0]


def numbers(finding: Finding) -> list[int]:
    return [row + 2 for row in finding.rows]


def test_a_sound_table_passes(folder: Path) -> None:
    report = check(folder, rows())
    assert report.findings == ()
    assert report.exit_code == 0
    assert report.images_read == 12
    assert report.images_per_second is not None
    assert "cutis zero-shot" in report.render()


def test_a_missing_file(folder: Path) -> None:
    (folder / "3.png").unlink()
    report = check(folder, rows())
    finding = only(report)
    assert (finding.level, finding.code, numbers(finding)) == ("error", "missing-file", [5])
    assert "3.png" in finding.message
    assert report.exit_code == 1
    assert report.images_read == 11


def test_unreadable_and_truncated_files(folder: Path) -> None:
    (folder / "3.png").write_bytes(b"hello")
    whole = (folder / "4.png").read_bytes()
    (folder / "4.png").write_bytes(whole[: len(whole) // 2])
    found = {f.code: numbers(f) for f in check(folder, rows()).findings}
    assert found == {"truncated-file": [6], "unreadable-file": [5]}


def test_an_image_that_is_too_large(folder: Path) -> None:
    Image.new("L", (300, 300)).save(folder / "5.png")
    finding = only(check(folder, rows(), max_pixels=10_000))
    assert (finding.code, numbers(finding)) == ("too-large-file", [7])


def test_images_of_8_and_of_16_bits_in_one_table(folder: Path) -> None:
    deep = np.random.default_rng(0).integers(0, 65536, (40, 48)).astype(np.uint16)
    Image.fromarray(deep).save(folder / "5.png")
    report = check(folder, rows())
    finding = only(report)
    assert (finding.level, finding.code, numbers(finding)) == ("warning", "mixed-depth", [7])
    assert "1 images have 16 bits per channel and 11 have 8" in finding.message
    assert report.exit_code == 0


def test_a_duplicate_id(folder: Path) -> None:
    lines = [line.replace("image,", "id,image,", 1) if i == 0 else f"a{max(i, 2)},{line}"
             for i, line in enumerate(rows())]  # fmt: skip
    finding = only(check(folder, lines))
    assert (finding.level, finding.code, numbers(finding)) == ("error", "duplicate-id", [2, 3])


def test_one_image_named_twice_is_an_id_twice_and_pixels_twice(folder: Path) -> None:
    report = check(folder, rows(r12="0.png,nv,L0b,test,m"))
    assert {f.code: numbers(f) for f in report.errors} == {
        "duplicate-id": [2, 12],
        "same-pixels-across-splits": [2, 12],
    }


def test_the_same_pixels_across_splits_is_an_error_within_a_warning(folder: Path) -> None:
    picture(0).save(folder / "11.png", optimize=True)
    finding = only(check(folder, rows(r13="11.png,nv,L11,test,m")))
    assert (finding.level, finding.code) == ("error", "same-pixels-across-splits")
    assert finding.clusters == ((0, 11),)
    finding = only(check(folder, rows(r13="11.png,nv,L11,train,m")))
    assert (finding.level, finding.code) == ("warning", "same-pixels")


def test_the_same_pixels_with_two_labels(folder: Path) -> None:
    shutil.copy(folder / "0.png", folder / "1.png")
    codes = {f.code for f in check(folder, rows()).findings}
    assert codes == {"same-pixels", "same-pixels-two-labels"}


def test_near_duplicates_across_splits_and_between_groups(folder: Path) -> None:
    picture(0, (96, 80)).save(folder / "11.jpg", quality=60)
    (folder / "11.png").unlink()
    finding = only(check(folder, rows(r13="11.jpg,nv,L11,test,m")))
    assert (finding.level, finding.code) == ("warning", "near-duplicate-across-splits")
    assert finding.clusters == ((0, 11),)
    finding = only(check(folder, rows(r13="11.jpg,nv,L11,train,m")))
    assert finding.code == "near-duplicate"
    assert check(folder, rows(r13="11.jpg,nv,L0,train,m")).findings == ()
    assert check(folder, rows(r13="11.jpg,nv,L11,test,m"), near_distance=0).findings == ()


def test_a_lesion_in_two_splits(folder: Path) -> None:
    report = check(folder, rows(r13="11.png,mel,L0,test,m"))
    finding = only(report)
    assert (finding.level, finding.code) == ("error", "group-in-two-splits")
    assert numbers(finding) == [2, 13]
    assert "'L0' in test and train" in finding.message


def test_a_patient_in_two_splits_even_when_the_group_is_another_column(folder: Path) -> None:
    lines = [line + (",patient_id" if i == 0 else f",P{i % 9}") for i, line in enumerate(rows())]
    report = check(folder, lines, group_column="lesion_id")
    assert [f.code for f in report.errors] == ["group-in-two-splits"]
    assert "patient_id" in report.errors[0].message


def test_a_lesion_in_two_folds(folder: Path) -> None:
    lines = [
        line.replace("split", "fold").replace("train", "0").replace("test", "1") for line in rows()
    ]
    assert check(folder, lines).findings == ()
    lines[12] = "11.png,mel,L0,1,m"
    assert only(check(folder, lines)).code == "group-in-two-folds"


def test_a_label_that_is_not_in_the_card(folder: Path) -> None:
    report = check(folder, rows(r4="2.png,melanom,L2,train,f", r6="4.png,melanom,L4,train,m"),
                   card="ham10000")  # fmt: skip
    finding = next(f for f in report.findings if f.code == "unknown-label")
    assert (finding.level, numbers(finding)) == ("error", [4, 6])
    assert "did you mean 'melanoma'" in finding.message


def test_an_empty_and_a_one_class_split(folder: Path) -> None:
    lines = rows(r13="11.png,,L11,val,m", r12="10.png,nv,L10,extra,m")
    report = check(folder, lines)
    assert {f.code for f in report.errors} == {"empty-split", "one-class-split"}
    assert any("'extra' holds only 'nv'" in f.message for f in report.errors)
    assert any("'val' has no labelled row" in f.message for f in report.errors)
    assert [f.code for f in report.warnings] == ["missing-label"]


def test_a_split_the_card_expects_but_the_table_lacks(folder: Path) -> None:
    (folder / "dataset.yaml").write_text(
        "name: x\nclasses: [nv, mel]\nexpected_n: {train: 8, val: 1, test: 4}\n"
    )
    report = check(folder, rows())
    assert [f.code for f in report.warnings] == ["fewer-rows"]
    assert "'val' has no labelled row" in report.errors[0].message
    assert report.exit_code == 1


def test_a_published_table_may_be_here_in_part(folder: Path) -> None:
    (folder / "dataset.yaml").write_text(
        "name: isic2017\nclasses: [nv, mel]\nexpected_n: {train: 8, val: 1, test: 4}\n"
    )
    report = check(folder, rows())
    assert {f.code for f in report.warnings} == {"empty-split", "fewer-rows"}
    assert report.exit_code == 0


def test_all_rows_of_one_class(folder: Path) -> None:
    lines = [line.replace(",mel,", ",nv,") for line in rows()]
    assert "one-class" in {f.code for f in check(folder, lines).errors}


def test_a_class_absent_from_a_split_and_rows_in_no_split(folder: Path) -> None:
    lines = rows(r2="0.png,bcc,L0,train,m", r5="3.png,mel,L3,,m")
    found = {f.code: f for f in check(folder, lines).findings}
    assert set(found) == {"class-absent-from-split", "missing-split"}
    assert "bcc" in found["class-absent-from-split"].message
    assert numbers(found["missing-split"]) == [5]


def test_paths_outside_the_root_and_empty_names(folder: Path) -> None:
    report = check(folder, rows(r3="../x.png,mel,L1,train,m", r4=",nv,L2,train,m"))
    assert {f.code: numbers(f) for f in report.errors} == {
        "no-image-name": [4],
        "outside-root": [3],
    }


def test_a_name_in_two_folders(folder: Path) -> None:
    (folder / "3.png").unlink()
    for part in ("p1", "p2"):
        write_images(folder / part, ["3.png"])
    finding = only(check(folder, rows(), images=folder))
    assert (finding.code, numbers(finding)) == ("ambiguous-file", [5])


def test_imbalance_tiny_subgroups_and_missing_labels_are_warnings(tmp_path: Path) -> None:
    lines = ["image,dx,sex"]
    lines += [f"{i}.png,{'mel' if i == 0 else 'nv'},{'f' if i < 2 else 'm'}" for i in range(60)]
    lines += ["61.png,,m"]
    report = check(tmp_path, lines, min_subgroup=5, table_only=True)
    found = {f.code: f.message for f in report.warnings}
    assert set(found) == {"imbalance", "tiny-subgroup", "missing-label"}
    assert "female (2)" in found["tiny-subgroup"]
    assert [f.code for f in report.errors] == ["missing-file"]
    assert report.images_read is None
    assert "not read" in report.render()


def test_gaps_that_tell_the_label_are_told(tmp_path: Path) -> None:
    lines = ["image,dx,age,biopsy"]
    lines += [f"{i}.png,{'mel' if i % 2 else 'nv'},{i if i % 2 else ''},{i % 5}" for i in range(40)]
    report = check(tmp_path, lines, table_only=True)
    finding = next(f for f in report.findings if f.code == "telling-gap")
    assert "in age." in finding.message
    lines[1:] = [f"{i}.png,{'mel' if i % 2 else 'nv'},{i if i % 5 else ''},1" for i in range(40)]
    assert "telling-gap" not in {f.code for f in check(tmp_path, lines, table_only=True).findings}


def test_the_report_as_json(folder: Path) -> None:
    (folder / "3.png").unlink()
    report = check(folder, rows(), as_json=True)
    value = json.loads(report.render())
    assert value["errors"] == 1
    assert value["findings"][0]["rows"] == [5]


def test_a_table_that_cannot_be_read_is_no_report(folder: Path) -> None:
    with pytest.raises(CutisError, match="no image column"):
        check(folder, ["a,b", "1,2"])


def test_the_fix_of_a_torn_lesion_repairs_the_table(folder: Path) -> None:
    from cutis.data.split import DataSplitConfig, data_split

    report = check(folder, rows(r13="11.png,mel,L0,test,m"))
    words = report.errors[0].fix.split()
    assert words[:3] == ["cutis", "data", "split"]
    given = dict(zip(words[3::2], words[4::2], strict=True))
    new = folder / given["-o"]
    data_split(
        DataSplitConfig(
            data=Path(given["--data"]), output=new, name=given["--name"],
            group_column=given["--group-column"],
        )
    )  # fmt: skip
    again = data_check(
        DataCheckConfig(data=new, split_column=given["--name"], min_subgroup=1, min_class=1)
    )
    assert "group-in-two-splits" not in {f.code for f in again.findings}
