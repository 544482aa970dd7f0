"""Parquet and arrow files with images inside, and image folders with a metadata table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cutis.data.convert import convert_dataset
from cutis.data.convert.cellular import as_text
from cutis.data.convert.huggingface import class_names, image_columns
from cutis.data.convert.source import Source
from cutis.errors import CutisError
from tests.data.convert import fakes
from tests.data.convert.fakes import column, converted, written

FEATURES = {
    "image": {"_type": "Image"},
    "label": {"names": ["nevus", "melanoma"], "_type": "ClassLabel"},
}


def rows(n: int, first: int = 0, kind: str = "PNG") -> dict[str, list[Any]]:
    numbers = range(first, first + n)
    return {
        "image": [{"bytes": fakes.encoded(i, kind), "path": f"img {i}.png"} for i in numbers],
        "label": [i % 2 for i in numbers],
        "age": [30.0 + i for i in numbers],
        "tags": [["a", "b"] if i % 2 else [] for i in numbers],
    }


def table(content: dict[str, list[Any]], features: dict[str, Any] | None = None) -> pa.Table:
    made = pa.table(content)
    info = {"info": {"features": FEATURES if features is None else features}}
    return made.replace_schema_metadata({"huggingface": json.dumps(info)})


def test_parquet_of_the_hub(tmp_path: Path) -> None:
    data = tmp_path / "skin" / "data"
    data.mkdir(parents=True)
    pq.write_table(table(rows(2, kind="JPEG")), data / "train-00000-of-00002.parquet")
    pq.write_table(table(rows(1, 2)), data / "train-00001-of-00002.parquet")
    pq.write_table(table(rows(1, 3)), data / "test-00000-of-00001.parquet")
    outcome = converted(tmp_path / "skin", tmp_path / "out")
    assert outcome.format == "huggingface"
    found = written(tmp_path / "out" / "skin.csv")
    assert found[1] == {
        "image": "data/train-00000-of-00002/000000.jpg",
        "label": "nevus",
        "id": "data/train-00000-of-00002/000000",
        "split": "train",
        "age": "30",
        "tags": "",
        "original_name": "img 0.png",
    }
    assert [row["split"] for row in found] == ["test", "train", "train", "train"]
    assert found[0]["tags"] == '["a", "b"]'
    stored = tmp_path / "out" / "images" / found[1]["image"]
    assert stored.read_bytes() == fakes.encoded(0, "JPEG")  # as it was, not encoded again
    assert outcome.dataset.classes == ("nevus", "melanoma")
    assert outcome.dataset.labels.tolist() == [1, 0, 1, 0]


def test_saved_to_disk(tmp_path: Path) -> None:
    for split, first in (("train", 0), ("validation", 2)):
        folder = tmp_path / "ds" / split
        folder.mkdir(parents=True)
        content = pa.table(rows(2, first))
        path = str(folder / "data-00000-of-00001.arrow")
        with pa.OSFile(path, "wb") as sink, pa.ipc.new_stream(sink, content.schema) as writer:
            writer.write_table(content)
        (folder / "dataset_info.json").write_text(json.dumps({"features": FEATURES}))
        (folder / "state.json").write_text("{}")
        (folder / "cache-1.arrow").write_bytes(b"not to be read")
    (tmp_path / "ds" / "dataset_dict.json").write_text('{"splits": ["train", "validation"]}')
    outcome = converted(tmp_path / "ds", tmp_path / "out")
    assert outcome.format == "huggingface"
    assert column(outcome.table, "split") == ["train", "train", "val", "val"]
    assert column(outcome.table, "label") == ["nevus", "melanoma"] * 2


def test_images_that_are_named_or_broken(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    folder.mkdir()
    (folder / "here.png").write_bytes(fakes.encoded(5))
    pictures = [
        {"bytes": None, "path": "here.png"},
        {"bytes": b"no picture", "path": "bad.png"},
        {"bytes": None, "path": "../outside.png"},
    ]
    (tmp_path / "outside.png").write_bytes(fakes.encoded(6))
    pq.write_table(pa.table({"image": pictures, "text": ["A", "B", "C"]}), folder / "x.parquet")
    outcome = converted(folder, tmp_path / "out")
    assert outcome.dataset.captions() == (("A",),)
    lost = written(tmp_path / "out" / "missing.csv")
    assert [(row["row"], row["reason"]) for row in lost] == [
        ("2", "the bytes are no image"),
        ("3", "no bytes are stored"),
    ]
    assert "2 of 3 rows have no image and were left out" in outcome.render()


def test_plain_bytes_and_odd_labels(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    folder.mkdir()
    content = {"picture": [fakes.encoded(1), fakes.encoded(2)], "label": [1, 9]}
    pq.write_table(table(content), folder / "x.parquet")
    outcome = converted(folder, tmp_path / "out")
    assert column(outcome.table, "label") == ["melanoma", ""]  # 9 has no name


def test_files_without_images(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    folder.mkdir()
    pq.write_table(pa.table({"a": [1]}), folder / "x.parquet")
    with pytest.raises(CutisError, match="no layout that is recognised"):
        convert_dataset(folder, tmp_path / "out")
    with pytest.raises(CutisError, match="has no image column"):
        convert_dataset(folder, tmp_path / "out", "huggingface")
    (folder / "x.parquet").write_bytes(b"PAR1 broken")
    with pytest.raises(CutisError, match="has no image column"):
        convert_dataset(folder, tmp_path / "out", "huggingface")
    (folder / "x.parquet").unlink()
    with pytest.raises(CutisError, match="has no Parquet or arrow files"):
        convert_dataset(folder, tmp_path / "out", "huggingface")


def test_only_broken_images(tmp_path: Path) -> None:
    (tmp_path / "s").mkdir()
    pq.write_table(pa.table({"image": [b"x"]}), tmp_path / "s" / "x.parquet")
    with pytest.raises(CutisError, match="holds no image that can be read"):
        convert_dataset(tmp_path / "s", tmp_path / "out")


def test_the_image_column_of_a_schema() -> None:
    struct = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    other = pa.struct([("x", pa.binary())])
    assert image_columns(pa.schema([("a", pa.binary()), ("image", struct)])) == ("image", "a")
    assert image_columns(pa.schema([("scan", struct), ("a", pa.binary())])) == ("scan", "a")
    assert image_columns(pa.schema([("clinic", struct), ("Derm", struct)])) == ("Derm", "clinic")
    assert image_columns(pa.schema([("a", other), ("b", pa.string())])) == ()


def test_two_views_and_a_thumbnail(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    folder.mkdir()

    def stored(*seeds: int | None) -> list[Any]:
        return [None if s is None else {"bytes": fakes.encoded(s), "path": None} for s in seeds]

    content = {"image": stored(1, 2), "clinical": stored(3, None), "thumbnail": stored(4, 5)}
    pq.write_table(pa.table(content), folder / "x.parquet")
    outcome = converted(folder, tmp_path / "out")
    assert written(outcome.table) == [
        {"image": "x/000000.png", "clinical": "x/000000-clinical.png", "id": "x/000000",
         "original_name": ""},
        {"image": "x/000001.png", "clinical": "", "id": "x/000001", "original_name": ""},
    ]  # fmt: skip
    clinical = tmp_path / "out" / "images" / "x" / "000000-clinical.png"
    assert clinical.read_bytes() == fakes.encoded(3)
    assert "Further image columns were left out: thumbnail." in outcome.render()


def test_columns_of_the_table_are_not_taken_for_the_image(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    folder.mkdir()
    content = {"image": ["one.jpg"], "id": ["own"], "picture": [fakes.encoded(1)]}
    pq.write_table(pa.table(content), folder / "x.parquet")
    converted(folder, tmp_path / "out")
    assert written(tmp_path / "out" / "s.csv") == [
        {"image": "x/000000.png", "id": "x/000000", "source_image": "one.jpg", "source_id": "own",
         "original_name": ""}
    ]  # fmt: skip


def test_class_names_that_cannot_be_read_are_none(tmp_path: Path) -> None:
    (tmp_path / "dataset_info.json").write_text("{")
    schema = pa.schema([("a", pa.int64())], metadata={"huggingface": "[1]"})
    assert class_names(Source(tmp_path), schema) == {}


def test_cells_of_all_kinds() -> None:
    values = [None, float("nan"), 1.5, 2.0, True, b"abc", {}, {"a": [1]}, "x "]
    assert [as_text(v) for v in values] == [
        None, None, "1.5", "2", "True", "3 bytes", None, '{"a": [1]}', "x",
    ]  # fmt: skip


def test_image_folder_with_a_metadata_table(tmp_path: Path) -> None:
    source = tmp_path / "s"
    fakes.put(source, ["train/a.png", "train/b.png", "test/a.png"])
    fakes.table(
        source / "train" / "metadata.csv", "file_name,text,dx", [["a.png", "A.", "nevus"],
        ["b.png", "B.", "melanoma"]],
    )  # fmt: skip
    lines = [{"file_name": "a.png", "text": "C.", "dx": "nevus", "boxes": [1, 2]}]
    (source / "test" / "metadata.jsonl").write_text("\n".join(map(json.dumps, lines)) + "\n\n")
    outcome = converted(source, tmp_path / "out")
    assert outcome.format == "hf-imagefolder"
    found = written(tmp_path / "out" / "s.csv")
    assert found[0] == {
        "image": "test/a.png",
        "label": "nevus",
        "id": "test/a.png",
        "split": "test",
        "caption": "C.",
        "boxes": "[1, 2]",
    }
    assert [row["caption"] for row in found] == ["C.", "A.", "B."]


def test_image_folder_with_captions_and_class_folders(tmp_path: Path) -> None:
    source = tmp_path / "s"
    fakes.put(source, ["nevus/a.png", "melanoma/b.png"])
    fakes.table(source / "metadata.csv", "file_name,text", [["nevus/a.png", "A."],
                ["melanoma/b.png", "B."]])  # fmt: skip
    outcome = converted(source, tmp_path / "out")
    assert column(outcome.table, "label") == ["nevus", "melanoma"]


@pytest.mark.parametrize("line", ["{", "[1]", '{"text": "x"}', '{"file_name": 3}'])
def test_a_line_that_is_no_row(tmp_path: Path, line: str) -> None:
    fakes.put(tmp_path / "s", ["a.png"])
    (tmp_path / "s" / "metadata.jsonl").write_text('{"file_name": "a.png"}\n' + line)
    with pytest.raises(CutisError, match=r"Line 2 of metadata\.jsonl is no mapping"):
        convert_dataset(tmp_path / "s", tmp_path / "out", "hf-imagefolder")
