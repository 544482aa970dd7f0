"""MedMNIST archives: arrays of images and labels per split, read image by image."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from typing import IO

import numpy as np

from cutis.data.convert.extracting import Extractor
from cutis.data.convert.format import About, Converted, Format
from cutis.data.convert.source import Source
from cutis.errors import CutisError
from cutis.progress import Progress

SPLITS = ("train", "val", "test")
_SIDE = 4096  # no MedMNIST image is larger
# DermaMNIST counts the classes of HAM10000 in the order of their codes.
_DERMA = ("akiec", "bcc", "bkl", "df", "mel", "nv", "vasc")


def _archives(source: Source) -> list[str]:
    return [file for file in source.matching("*.npz") if _splits_in(source, file)]


def _splits_in(source: Source, file: str) -> list[str]:
    try:
        with zipfile.ZipFile(source.root / file) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError):
        return []
    return [s for s in SPLITS if {f"{s}_images.npy", f"{s}_labels.npy"} <= names]


def array_rows(stream: IO[bytes], name: str) -> tuple[tuple[int, ...], Iterator[np.ndarray]]:
    """Return the shape of an array in the npy format, and its rows one by one.

    Parameters
    ----------
    stream
        The array's bytes.
    name
        For the message.

    Raises
    ------
    CutisError
        If it is no plain array of whole numbers in row order.
    """
    problem = f"{name} is no array of whole numbers that can be read"
    fix = "download the archive again"
    try:
        version = np.lib.format.read_magic(stream)
        read = (np.lib.format.read_array_header_1_0 if version == (1, 0)
                else np.lib.format.read_array_header_2_0)  # fmt: skip
        shape, by_column, dtype = read(stream)
    except (ValueError, EOFError) as error:
        raise CutisError(f"{problem} ({error}).", fix=fix) from None
    if dtype.kind not in "uib" or not shape or (by_column and len(shape) > 1 and min(shape) > 1):
        raise CutisError(f"{problem} (type {dtype}, shape {shape}).", fix=fix)

    def rows() -> Iterator[np.ndarray]:
        size = int(np.prod(shape[1:], dtype=np.int64)) * dtype.itemsize
        for _ in range(shape[0]):
            data = stream.read(size)
            if len(data) < size:
                raise CutisError(f"{name} ends before its {shape[0]} images do.", fix=fix)
            yield np.frombuffer(data, dtype=dtype).reshape(shape[1:])

    return shape, rows()


def extract(source: Source, images: Extractor) -> Converted:
    """Write the images of every split as PNG and read their labels."""
    import pandas as pd

    files = _archives(source)
    if len(files) != 1:
        raise CutisError(
            f"{source.path} has {len(files)} MedMNIST archives, not one.",
            allowed=f"There are {', '.join(files)}." if files else "",
            fix="give the one .npz file to convert",
        )
    rows: list[dict[str, str]] = []
    with zipfile.ZipFile(source.root / files[0]) as archive:
        for split in _splits_in(source, files[0]):
            rows += _split_rows(archive, split, images)
    derma = files[0].rpartition("/")[2].casefold().startswith("dermamnist")
    numbers = [int(row["label"]) for row in rows]
    if derma and max(numbers, default=0) < len(_DERMA):
        rows = [{**row, "label": _DERMA[n]} for row, n in zip(rows, numbers, strict=True)]
        classes: tuple[str, ...] = _DERMA
    else:
        classes = tuple(str(n) for n in range(max(numbers, default=-1) + 1))
    about = About(files[0].rpartition("/")[2].removesuffix(".npz"), licence="see medmnist.com")
    card = "dermamnist" if derma else ""
    return Converted(pd.DataFrame(rows, dtype=object), classes=classes, about=about, card=card)


def _split_rows(
    archive: zipfile.ZipFile, split: str, images: Extractor
) -> Iterator[dict[str, str]]:
    with archive.open(f"{split}_labels.npy") as stream:
        shape, labels = array_rows(stream, f"{split}_labels")
        values = [row.ravel() for row in labels]
    if any(len(value) != 1 for value in values):
        raise CutisError(
            f"The labels of the {split} split have the shape {shape}: several per image.",
            fix="convert an archive with one label per image, such as dermamnist.npz",
        )
    with archive.open(f"{split}_images.npy") as stream:
        shape, pixels = array_rows(stream, f"{split}_images")
        grey, colour = len(shape) == 3, len(shape) == 4 and shape[-1] == 3
        if not (grey or colour) or shape[0] != len(values) or max(shape[1:3]) > _SIDE:
            raise CutisError(
                f"The images of the {split} split have the shape {shape} for {len(values)} labels.",
                fix="convert an archive of two-dimensional images",
            )
        with Progress(len(values), f"Extracting {split}") as progress:
            for i, (image, value) in enumerate(zip(pixels, values, strict=True)):
                name = images.encoded(f"{split}/{split}-{i:06d}", image.astype(np.uint8))
                yield {"image": name, "label": str(int(value[0])), "id": f"{split}-{i:06d}",
                       "split": split}  # fmt: skip
                progress.advance()


FORMAT = Format(
    name="medmnist",
    expects="one archive such as `dermamnist.npz` or `dermamnist_224.npz`",
    makes="the images as PNG, label, split",
    recognise=lambda source: bool(_archives(source)),
    extract=extract,
    generic=True,
)
