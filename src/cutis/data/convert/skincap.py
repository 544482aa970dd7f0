"""SkinCAP: photographs with captions in Chinese and English."""

from __future__ import annotations

from cutis.data.convert.columns import arranged
from cutis.data.convert.format import About, Converted, Format
from cutis.data.convert.joining import richest
from cutis.data.convert.sentinels import without_sentinels
from cutis.data.convert.source import Source

_WANTED = {
    "image": ("skincap_file_path", "skin_cap_file_path", "filename", "file_name", "image_path",
              "image", "id"),
    "label": ("disease", "disease_label", "label"),
    "id": ("id", "skincap_file_path", "filename"),
    "caption_en": ("caption_en",),
    "caption_zh_polish_en": ("caption_zh_polish_en",),
}  # fmt: skip
_CAPTIONS = "caption_zh_polish_en|caption_zh_polish|caption_zh|caption_en"


def _tables(source: Source) -> list[str]:
    return source.with_columns(
        _CAPTIONS, "skincap_file_path|skin_cap_file_path|filename|file_name|image_path|image|id"
    )


def read(source: Source) -> Converted:
    """Read the official table, or one of its published excerpts."""
    files = source.require(_tables(source), "table with captions and file names", "SkinCAP")
    table = source.read_all(richest(files, {f: len(source.header(f)) for f in files}))
    frame, notes = arranged(table, _WANTED)
    return Converted(
        without_sentinels(frame),
        notes=notes,
        about=About("SkinCAP", "clinical", "CC BY-NC-SA 4.0"),
    )


FORMAT = Format(
    name="skincap",
    expects="`skincap_v*.csv` (`skincap_file_path`, `disease`, `caption_zh_polish_en`), "
    "`skin_cap_meta.csv` (`filename`), or a table with `id` and `caption_en`; and the images",
    makes="caption columns under their names, label from `disease`, all other columns",
    recognise=lambda source: bool(_tables(source)),
    read=read,
    cards=("skincap",),
)
