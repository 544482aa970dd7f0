"""Pixels that live inside a container become files: whole, safe, kept when already there."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import numpy as np

from cutis.data.paths import inside
from cutis.errors import CutisError
from cutis.files import atomic_path, sha256_file, sha256_json
from cutis.progress import Progress

_SIGNS = (
    (b"\xff\xd8\xff", ".jpg"),
    (b"\x89PNG\r\n\x1a\n", ".png"),
    (b"GIF8", ".gif"),
    (b"BM", ".bmp"),
    (b"II*\0", ".tif"),
    (b"MM\0*", ".tif"),
)
_NOT_IN_NAMES = re.compile(r'[<>:"|?*\x00-\x1f]')


def image_ending(data: bytes) -> str | None:
    r"""Return the file ending that the first bytes of an image call for.

    Examples
    --------
    >>> image_ending(b"\xff\xd8\xff\xe0"), image_ending(b"hello") is None
    ('.jpg', True)
    """
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return ".webp"
    return next((ending for sign, ending in _SIGNS if data.startswith(sign)), None)


def safe_name(name: str) -> str:
    """Return a file name that stays in its folder and that every file system takes.

    Raises
    ------
    CutisError
        If the name leads out of the folder.

    Examples
    --------
    >>> safe_name("train/a:b.jpg")
    'train/a_b.jpg'
    """
    relative = inside(name, "/nowhere")
    if relative is None or relative == "." or name.startswith(("/", "\\")):
        raise CutisError(
            f"A member of the container is called '{name}', which leads out of it.",
            fix="get the container from its source again; this one is damaged or not to be trusted",
        )
    return _NOT_IN_NAMES.sub("_", relative)


def state_of(root: Path, names: Sequence[str], by_content: bool = False) -> str:
    """Return a hash that changes when one of some files does.

    Parameters
    ----------
    root
        The folder they are in.
    names
        Their names, relative to it.
    by_content
        Whether the bytes are read. Otherwise sizes and times have to tell, which tools that clean
        files in place may leave as they were.
    """

    def told(name: str) -> list[str | int]:
        file = root / name
        try:
            if by_content:
                return [name, sha256_file(file)]
            return [name, file.stat().st_size, file.stat().st_mtime_ns]
        except OSError:
            return [name, "cannot be read"]

    if not by_content:
        return sha256_json([told(name) for name in names])
    found = []
    with Progress(len(names), "Checking", "files") as progress:
        for name in names:
            found.append(told(name))
            progress.advance()
    return sha256_json(found)


class Extractor:
    """Writes images below a folder and keeps those that are there.

    Parameters
    ----------
    folder
        Where the images go.
    trusted
        Whether a file that is there already holds what would be written; otherwise it is
        written again unless it is the same to the byte.
    """

    def __init__(self, folder: Path, trusted: bool = True) -> None:
        self.folder = folder
        self.trusted = trusted
        self.kept = self.written = 0
        self._names: dict[str, str] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """The files of this run, relative to the folder."""
        return tuple(self._names.values())

    def stored(self, name: str, data: bytes, beside: bool = False) -> str | None:
        """Write an image's bytes as they are and return its name, or None if they are no image.

        The ending follows from the bytes, not from the name.

        Parameters
        ----------
        name
            Name, with or without ending.
        data
            The image file.
        beside
            Whether it lay beside the container, whose state says nothing of it.
        """
        ending = image_ending(data)
        if ending is None:
            return None
        path = PurePosixPath(safe_name(name))
        known = path.suffix.casefold() in (".jpg", ".jpeg", ".png", ".gif", ".bmp", ".tif",
                                           ".tiff", ".webp")  # fmt: skip
        target = self._free(str(path.with_suffix("")) if known else str(path), ending)
        file = self.folder / target
        same_size = file.is_file() and file.stat().st_size == len(data)
        self._keep_or_write(file, data, known=same_size and self.trusted and not beside)
        return target

    def encoded(self, name: str, pixels_hwc: np.ndarray) -> str:
        """Write 8-bit pixels as PNG and return the file's name.

        Parameters
        ----------
        name
            Name without ending.
        pixels_hwc
            uint8, height x width x 3, or height x width for grey.
        """
        from PIL import Image

        target = self._free(safe_name(name), ".png")
        file = self.folder / target
        if self.trusted and file.is_file():
            self.kept += 1
            return target
        buffer = io.BytesIO()
        Image.fromarray(np.ascontiguousarray(pixels_hwc)).save(buffer, format="PNG")
        self._keep_or_write(file, buffer.getvalue(), known=False)
        return target

    def _keep_or_write(self, file: Path, data: bytes, known: bool) -> None:
        if known or (file.is_file() and file.read_bytes() == data):
            self.kept += 1
            return
        with atomic_path(file) as temporary:
            temporary.write_bytes(data)
        self.written += 1

    def _free(self, stem: str, ending: str) -> str:
        """Return the name, with a number behind it if another image of this run has it."""
        name, count = f"{stem}{ending}", 1
        while name.casefold() in self._names:
            count += 1
            name = f"{stem}-{count}{ending}"
        self._names[name.casefold()] = name
        return name
