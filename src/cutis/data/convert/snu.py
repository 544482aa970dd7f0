"""SNU-134: a table of names and labels, or one folder per disorder."""

from __future__ import annotations

from cutis.data.convert import class_folders
from cutis.data.convert.columns import arranged
from cutis.data.convert.format import About, Converted, Format
from cutis.data.convert.source import Source

_ABOUT = About("SNU, 134 disorders", "clinical")
_WANTED = {
    "image": ("image_path", "image", "filename", "file_name"),
    "label": ("diag", "diagnosis", "label_name", "label"),
    "split": ("split",),
}
_folders = class_folders.looks_like("epidermal cyst", "ota nevus", at_least=100, at_most=140)


def _tables(source: Source) -> list[str]:
    return source.with_columns("image_path|image|filename|file_name", "diag|diagnosis|label")


def read(source: Source) -> Converted:
    """Read the table if there is one, else the folders."""
    files = _tables(source)
    if not files:
        return class_folders.read(source, _ABOUT)
    frame, notes = arranged(source.read_all(files), _WANTED, required=("image", "label"))
    return Converted(frame, notes=notes, about=_ABOUT)


FORMAT = Format(
    name="snu-134",
    expects="a table with `image_path` and `diag` (or `label` where it holds names), or 134 "
    "folders named after the disorders",
    makes="label from the table's names or the folder's name, split",
    recognise=lambda source: _folders(source),
    read=read,
    cards=("snu-134",),
)
