"""Fitzpatrick17k: 114 conditions, or their nine or three groups."""

from __future__ import annotations

from functools import partial
from pathlib import PurePosixPath

from cutis.data.cells import texts
from cutis.data.convert.columns import arranged
from cutis.data.convert.format import About, Converted, Format
from cutis.data.convert.frames import extended
from cutis.data.convert.source import Source, first_image_name


def _tables(source: Source) -> list[str]:
    return source.with_columns("md5hash", "fitzpatrick_scale", "three_partition_label")


def read(source: Source, label: str) -> Converted:
    """Read the official table with one of its three label columns.

    Images are found under their ``md5hash``, or under ``url_alphanum``.
    """
    files = source.require(_tables(source), "fitzpatrick17k.csv", "Fitzpatrick17k")
    table = source.read_all(files[:1], split=False)
    here = first_image_name(source.images)
    hashes = texts(table["md5hash"])
    other = texts(table["url_alphanum"]) if "url_alphanum" in table.columns else hashes
    names = []
    for md5, address in zip(hashes, other, strict=True):
        stem = PurePosixPath(address or "").stem.casefold()
        known = (md5 or "").casefold() not in here and stem in here
        names.append(here[stem] if known else md5)
    frame, notes = arranged(
        extended(table, {"image": names}),
        {
            "image": ("image",),
            "label": (label,),
            "id": ("md5hash",),
            "skin_tone": ("fitzpatrick_scale", "fitzpatrick"),
        },
        required=("image", "label"),
    )
    if "qc" in frame.columns:
        wrong = sum("wrong" in (value or "").casefold() for value in frame["qc"])
        if wrong:
            notes = (*notes, f"{wrong} rows were found wrongly labelled by a reader; see qc.")
    return Converted(
        frame, notes=notes, about=About("Fitzpatrick17k", "clinical", "CC BY-NC-SA 3.0")
    )


_EXPECTS = (
    "`fitzpatrick17k.csv` (`md5hash`, `fitzpatrick_scale`, three label columns) and the images "
    "that could still be fetched, named after `md5hash` or `url_alphanum`"
)
_MAKES = "label of {}, skin tone, all other columns; many images are usually gone from the web"
FORMATS = (
    Format(
        name="fitzpatrick17k",
        expects=_EXPECTS,
        makes=_MAKES.format("114 conditions"),
        recognise=lambda source: bool(_tables(source)),
        read=partial(read, label="label"),
        cards=("fitzpatrick17k",),
    ),
    Format(
        name="fitzpatrick17k-9",
        expects=_EXPECTS,
        makes=_MAKES.format("nine groups (`nine_partition_label`)"),
        recognise=lambda source: bool(_tables(source)),
        read=partial(read, label="nine_partition_label"),
        cards=("fitzpatrick17k-9",),
        by_hand=True,
    ),
    Format(
        name="fitzpatrick17k-3",
        expects=_EXPECTS,
        makes=_MAKES.format("three groups (`three_partition_label`)"),
        recognise=lambda source: bool(_tables(source)),
        read=partial(read, label="three_partition_label"),
        cards=("fitzpatrick17k-3",),
        by_hand=True,
    ),
)
