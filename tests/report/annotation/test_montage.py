"""Pictures with lines below them."""

from __future__ import annotations

import pytest
from PIL import Image

from cutis.report.annotation.montage import labels_of, montage
from cutis.report.source import RunData


@pytest.fixture
def run(tmp_path):
    Image.new("RGB", (300, 200), (200, 30, 30)).save(tmp_path / "0.jpg", exif=b"Exif\0\0secret")
    return RunData({}, thumbs={"folder/x.png": tmp_path / "0.jpg"})


def test_a_case_shows_its_picture_score_and_answer(run):
    made = montage(run, [{"id": "folder/x.png", "score": 0.934, "label": 1}], "caption")
    ((address, alt, lines),) = made.frames
    assert address.startswith("data:image/jpeg;base64,")
    assert (alt, lines) == ("Case x.png", ["x.png", "score 0.93", "expert: shows it"])
    assert made.caption == "caption"


def test_pictures_carry_no_metadata(run):
    import base64

    ((address, _, _),) = montage(run, [{"id": "folder/x.png"}]).frames
    assert b"secret" not in base64.b64decode(address.partition(",")[2])


@pytest.mark.parametrize(
    ("record", "lines"),
    [
        ({"label": 0}, ["y", "expert: does not"]),
        ({"label": None}, ["y"]),
        ({"said": "nevus, found"}, ["y", "nevus, found"]),
        ({"score": 0.0}, ["y", "score 0.00"]),
    ],
)
def test_what_is_not_known_is_not_said(run, record, lines):
    ((address, _, shown),) = montage(run, [{"id": "y", **record}]).frames
    assert address == ""
    assert shown == lines


def test_labels_of_concepts():
    record = {"concepts": {"concepts": [{"id": "a_b", "label": "a b"}]}}
    assert labels_of(RunData(record)) == {"a_b": "a b"}
    assert labels_of(RunData({})) == {}
