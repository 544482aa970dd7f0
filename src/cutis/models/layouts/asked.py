"""What a user may ask of a layout besides the name: another pooling, another image size."""

from __future__ import annotations

from collections.abc import Iterable

from cutis.errors import CutisError
from cutis.models.towers import Settings


def check_pooling(settings: Settings, poolings: Iterable[str]) -> str:
    """Return the pooling that was asked for.

    Parameters
    ----------
    settings
        What was asked.
    poolings
        Names the layout offers.

    Raises
    ------
    CutisError
        If the layout has no such pooling.

    Examples
    --------
    >>> check_pooling(Settings(what="it"), ["default", "pre_head"])
    'default'
    """
    offered = list(poolings)
    if settings.pooling in offered:
        return settings.pooling
    only = len(offered) == 1
    raise CutisError(
        f"{settings.what} has no pooling '{settings.pooling}'.",
        allowed="This layout has only 'default'."
        if only
        else "Poolings: " + ", ".join(offered) + ".",
        fix="leave the pooling out" if only else "choose one of these",
    )


def fixed_size(settings: Settings, size: tuple[int, int]) -> tuple[int, int]:
    """Return the one image size of a layout that knows no other.

    Raises
    ------
    CutisError
        If another was asked for.
    """
    asked = settings.image_size
    if asked is not None and asked != size:
        raise CutisError(
            f"{settings.what} takes images of {_words(size)} pixels only, not {_words(asked)}: "
            "this layout cannot change its size.",
            fix="leave the image size out",
        )
    return size


def multiple_size(
    settings: Settings, usual: tuple[int, int], patch: tuple[int, int]
) -> tuple[int, int]:
    """Return the image size asked for, or the usual one, if patches of this size fill it.

    Parameters
    ----------
    settings
        What was asked.
    usual, patch
        Height and width in pixels.

    Raises
    ------
    CutisError
        If patches do not fill it; the nearest sizes that they do are named.

    Examples
    --------
    >>> multiple_size(Settings(what="it", image_size=(448, 224)), (224, 224), (16, 16))
    (448, 224)
    """
    height, width = size = settings.image_size or usual
    if min(size) > 0 and not height % patch[0] and not width % patch[1]:
        return size
    below = tuple(max(side // step, 1) * step for side, step in zip(size, patch, strict=True))
    above = tuple((max(side, 0) // step + 1) * step for side, step in zip(size, patch, strict=True))
    raise CutisError(
        f"{settings.what} cannot take images of {_words(size)} pixels.",
        allowed=f"It cuts images into patches of {_words(patch)} pixels, which must fill them.",
        nearest=[_words(pair) for pair in dict.fromkeys((below, above))],
        fix=f"ask for image size {below[0]}",
    )


def _words(size: tuple[int, ...]) -> str:
    return " x ".join(map(str, size))
