"""Thumbnails: small, and nothing of the original's metadata."""

from __future__ import annotations

import json

from PIL import Image

from cutis.tasks.thumbnails import SIDE, write_thumbnails


def test_metadata_of_the_original_is_gone(tmp_path):
    exif = Image.Exif()
    exif[0x010E] = "Patient Jane Doe"
    Image.new("RGB", (640, 480), "brown").save(tmp_path / "a.jpg", exif=exif)
    names = write_thumbnails(tmp_path / "thumbs", [("a", tmp_path / "a.jpg")])
    made = tmp_path / "thumbs" / names["a"]
    assert b"Jane" not in made.read_bytes()
    with Image.open(made) as picture:
        assert max(picture.size) == SIDE
        assert not picture.getexif()
    assert json.loads((tmp_path / "thumbs" / "thumbs.json").read_text()) == names
