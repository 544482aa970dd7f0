"""WebDataset shards: tar files whose members belong together by name."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cutis.data.convert.cellular import as_text
from cutis.data.convert.columns import arranged
from cutis.data.convert.extracting import Extractor, safe_name
from cutis.data.convert.format import Converted, Format
from cutis.data.convert.huggingface import WANTED
from cutis.data.convert.source import ROW, TABLE, Source, split_in
from cutis.errors import CutisError
from cutis.progress import Progress

PICTURES = ("jpg", "jpeg", "png", "webp", "bmp", "tif", "tiff", "gif")
_LARGEST = 256 << 20  # of one member
_ENDINGS = ("*.tar", "*.tar.gz", "*.tgz")


def _shards(source: Source) -> list[str]:
    return source.matching(*_ENDINGS)


def split_key(name: str) -> tuple[str, str]:
    """Return the key and the ending of a member: they part at the first dot of the last name.

    Examples
    --------
    >>> split_key("a.b/000.seg.png")
    ('a.b/000', 'seg.png')
    """
    folder, slash, last = name.rpartition("/")
    stem, _, ending = last.partition(".")
    return f"{folder}{slash}{stem}", ending.casefold()


def samples(path: str, name: str) -> Iterator[tuple[str, dict[str, bytes]]]:
    """Stream the samples of one shard: key, and ending to bytes.

    Links, devices and folders are passed over; nothing is written.

    Raises
    ------
    CutisError
        If the shard is damaged, or a member is unreasonably large or leads out of its folder.
    """
    key, members = "", dict[str, bytes]()
    try:
        if path.casefold().endswith(".tar") and Path(path).stat().st_size % tarfile.BLOCKSIZE:
            raise EOFError("its last block is cut off")
        with tarfile.open(path, mode="r|*") as tar:
            for member in tar:
                if not member.isfile():
                    continue
                if member.size > _LARGEST:
                    raise CutisError(
                        f"{member.name} in {name} has {member.size >> 20} MB, more than any image.",
                        fix="convert shards of single images and texts",
                    )
                this, ending = split_key(safe_name(member.name))
                if this != key and members:
                    yield key, members
                    members = {}
                key = this
                stream = tar.extractfile(member)
                data = stream.read() if stream is not None else b""
                if len(data) < member.size:
                    raise EOFError(f"{member.name} is cut off")
                members[ending] = data
    except (tarfile.TarError, EOFError, OSError) as error:
        raise CutisError(
            f"{name} is no tar file that can be read to its end ({error}).",
            fix="download the shard again; the same command then continues",
        ) from None
    if members:
        yield key, members


def extract(source: Source, images: Extractor) -> Converted:
    """Write the image of every sample as it is; texts, classes and JSON become columns."""
    import pandas as pd

    files = source.require(_shards(source), ".tar shards", "WebDataset")
    rows: list[dict[str, str | None]] = []
    lost: list[tuple[str, str, str, str, str]] = []
    with Progress(len(files), "Extracting", "shards") as progress:
        for file in files:
            for number, (key, members) in enumerate(samples(str(source.root / file), file), 1):
                picture = next((e for e in PICTURES if e in members), None)
                data = members[picture] if picture is not None else b""
                kept = images.stored(f"{_stem(file)}/{key}", data) if data else None
                if kept is None:
                    why = "no image among its members" if picture is None else "no image data"
                    lost.append((file, str(number), key, key, why))
                    continue
                rows.append(
                    {
                        **_columns(members, f"{key} in {file}"),
                        "__image": kept,
                        "__id": f"{_stem(file)}/{key}" if len(files) > 1 else key,
                        "__split": split_in(file),
                        TABLE: file,
                        ROW: str(number),
                    }
                )
            progress.advance()
    if not rows:
        raise CutisError(f"The shards of {source.path} hold no image that can be read.",
                         allowed=f"Members end in {', '.join(PICTURES)}.",
                         fix="convert other shards")  # fmt: skip
    frame = pd.DataFrame(rows, dtype=object)
    if frame["__split"].isna().all():
        frame = frame.drop(columns="__split")
    made, _ = arranged(frame, WANTED)
    return Converted(made, lost=tuple(lost))


def _stem(file: str) -> str:
    return file.removesuffix(".gz").removesuffix(".tar").removesuffix(".tgz")


def _columns(members: dict[str, bytes], where: str) -> dict[str, str | None]:
    """Return the columns of one sample: ``json`` first, ``txt`` is the caption, ``cls`` the label.

    A list of captions becomes ``caption_1``, ``caption_2``, ...; one with a mask of the same
    length loses what the mask leaves out.
    """
    found: dict[str, str | None] = {}
    if "json" in members:
        try:
            content = json.loads(members["json"])
        except ValueError:
            raise CutisError(
                f"The JSON of {where} cannot be read.", fix="repair the shard"
            ) from None
        if not isinstance(content, dict):
            raise CutisError(f"The JSON of {where} is no mapping.", fix="repair the shard")
        captions = content.pop("captions", None)
        found |= _captions(captions, content.pop("mask", None))
        found |= {str(key): as_text(value) for key, value in content.items()}
    if "txt" in members:
        found["caption"] = as_text(members["txt"].decode("utf-8", "replace"))
    for ending, column in (("cls", "label"), ("cls.txt", "label"), ("label", "label")):
        if ending in members:
            found[column] = as_text(members[ending].decode("utf-8", "replace"))
    return found


def _captions(captions: Any, mask: Any) -> dict[str, str | None]:
    if not isinstance(captions, list):
        return {"captions": as_text(captions)} if captions else {}
    allowed = mask if isinstance(mask, list) and len(mask) == len(captions) else [1] * len(captions)
    return {
        f"caption_{k}": as_text(text) if keep else None
        for k, (text, keep) in enumerate(zip(captions, allowed, strict=True), start=1)
    }


FORMAT = Format(
    name="webdataset",
    expects="`.tar` shards with `KEY.jpg` (or png, webp, ...) and `KEY.json`, `KEY.txt`, `KEY.cls`",
    makes="the images as they are stored, caption from `txt`, label from `cls`, columns from "
    "`json`, split from the shard's name",
    recognise=lambda source: bool(_shards(source)),
    extract=extract,
    generic=True,
)
