"""Image files to RGB: orientation, odd modes, a size guard, and plain words for broken files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from cutis.errors import CutisError
from cutis.files import sha256_file

if TYPE_CHECKING:
    from PIL.Image import Image

Reason = Literal["missing", "unreadable", "truncated", "too large"]

MAX_PIXELS = 89_478_485  # a quarter of a gigabyte once decoded; Pillow warns from here on
# Decoders that only decode: formats that run other programs or fetch fonts stay closed.
FORMATS = ("JPEG", "PNG", "BMP", "DIB", "TIFF", "WEBP", "GIF", "JPEG2000", "PPM")
WHITE = (255, 255, 255, 255)


class ImageError(CutisError):
    """One image that cannot be used.

    Parameters
    ----------
    path
        The file.
    reason
        ``missing``, ``unreadable``, ``truncated`` or ``too large``.
    detail
        What was seen, as a sentence.
    fix
        What repairs it.
    """

    def __init__(self, path: Path, reason: Reason, detail: str, fix: str | None = None) -> None:
        self.path = Path(path)
        self.reason: Reason = reason
        super().__init__(f"{path}: {detail}", fix=fix)


def load_image(path: Path | str, max_pixels: int = MAX_PIXELS) -> Image:
    """Read an image as 8-bit RGB, the way it is meant to be seen.

    The EXIF orientation is applied; transparency is laid on white; 16-bit greyscale is scaled to
    8 bits; CMYK, palette and greyscale are converted; of several frames the first is taken.
    Colour profiles are not applied and no metadata survives.

    Parameters
    ----------
    path
        The image file.
    max_pixels
        Largest width times height that is decoded.

    Raises
    ------
    ImageError
        With the reason ``missing``, ``unreadable``, ``truncated`` or ``too large``.
    """
    from PIL import Image, UnidentifiedImageError

    path = Path(path)
    _refuse_no_file(path)
    try:
        with Image.open(path, formats=FORMATS) as opened:
            _refuse_large(path, opened.size, max_pixels)
            opened.load()
            return _rgb(_upright(opened))
    except (ImageError, MemoryError):
        raise
    except Image.DecompressionBombError:
        raise ImageError(path, "too large", "the image has too many pixels to decode.") from None
    except UnidentifiedImageError:
        raise ImageError(
            path,
            "unreadable",
            "this is not an image that can be read.",
            "save it as JPEG or PNG",
        ) from None
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, TypeError, KeyError) as error:
        raise _broken(path, error) from error


def _refuse_no_file(path: Path) -> None:
    try:
        size = path.stat().st_size
    except (OSError, ValueError):
        raise ImageError(path, "missing", "there is no such file.") from None
    if path.is_dir():
        raise ImageError(path, "missing", "this is a folder, not an image file.")
    if size == 0:
        raise ImageError(path, "unreadable", "the file is empty.", "copy it again")


def _refuse_large(path: Path, size: tuple[int, int], max_pixels: int) -> None:
    width, height = size
    if width * height > max_pixels:
        detail = f"{width} x {height} pixels are more than the {max_pixels:,} that are decoded."
        raise ImageError(path, "too large", detail, "make it smaller, or crop it to the lesion")


def _broken(path: Path, error: Exception) -> ImageError:
    text = str(error).casefold()
    signs = ("truncated", "broken data stream", "not enough", "unexpected end", "broken png")
    if isinstance(error, EOFError) or any(sign in text for sign in signs):
        return ImageError(
            path, "truncated", "the file ends before the image does.", "copy it again"
        )
    return ImageError(path, "unreadable", f"the image cannot be decoded ({error}).")


def _upright(image: Image) -> Image:
    from PIL import ImageOps

    try:
        return ImageOps.exif_transpose(image)
    except (OSError, SyntaxError, ValueError, TypeError, KeyError, ZeroDivisionError):
        return image  # damaged EXIF says nothing about the pixels


def _rgb(image: Image) -> Image:
    from PIL import Image as pil

    if image.mode.startswith("I;16") or image.mode in ("I", "F"):
        rgb = pil.fromarray(_eight_bit(np.asarray(image), image.mode)).convert("RGB")
    elif image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        rgba = image.convert("RGBA")
        rgb = pil.alpha_composite(pil.new("RGBA", rgba.size, WHITE), rgba).convert("RGB")
    elif image.mode == "LAB":
        rgb = _from_lab(image)
    else:
        rgb = image.convert("RGB")
    rgb.info = {}
    return rgb


def _eight_bit(grey_hw: np.ndarray, mode: str) -> np.ndarray:
    grey = np.nan_to_num(grey_hw.astype(np.float64))
    top = float(grey.max(initial=0.0))
    if mode == "F" and top <= 1.0:
        full = 1.0
    elif mode.startswith("I;16") or 255 < top <= 65535:
        full = 65535.0
    else:
        full = max(top, 255.0)
    return np.clip(np.rint(grey * (255.0 / full)), 0, 255).astype(np.uint8)


def _from_lab(image: Image) -> Image:
    from PIL import ImageCms

    lab, srgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
    converted = ImageCms.profileToProfile(image, lab, srgb, outputMode="RGB")
    if converted is None:  # only when converting in place
        raise ValueError("no conversion from Lab")
    return converted


def bit_depth(path: Path | str) -> int:
    """Return the bits per channel of an image file, 8 or 16; only its header is read.

    :func:`load_image` scales 16-bit greyscale from 0..65535 to 0..255, and 16-bit colour keeps
    its upper 8 bits.
    """
    from PIL import Image

    with Image.open(path, formats=FORMATS) as opened:
        deep = opened.mode.startswith("I") or opened.mode == "F" or ";16" in str(opened.tile)
    return 16 if deep else 8


def image_sha256(path: Path | str) -> str:
    """Return the SHA-256 of an image file's bytes.

    Raises
    ------
    ImageError
        If the file is missing or cannot be read.
    """
    path = Path(path)
    _refuse_no_file(path)
    try:
        return sha256_file(path)
    except OSError as error:
        raise ImageError(path, "unreadable", f"the file cannot be read ({error}).") from error
