"""Pictures inside the page: small JPEGs without any metadata, as data addresses."""

from __future__ import annotations

from pathlib import Path

SIDE = 200
QUALITY = 80


def thumbnail_address(path: Path, side: int = SIDE) -> str | None:
    """Return a ``data:`` address of a freshly encoded JPEG, or None if the file is no picture.

    Only the pixels survive: EXIF, colour profiles, comments and embedded previews are left behind,
    whatever the run directory holds.

    Parameters
    ----------
    path
        A picture file of any size.
    side
        Longest side of the result in pixels.
    """
    import base64
    import io

    from PIL import Image, ImageOps

    try:
        with Image.open(path) as opened:
            upright = ImageOps.exif_transpose(opened).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    upright.thumbnail((side, side))
    bare = Image.frombytes("RGB", upright.size, upright.tobytes())
    buffer = io.BytesIO()
    bare.save(buffer, format="JPEG", quality=QUALITY, optimize=True)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")
