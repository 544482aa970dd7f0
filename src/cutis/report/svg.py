"""SVG by hand: a few elements, and pictures that can be put in a page, a file or a grid."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from cutis.report.palette import INK, PAPER

FONT = "'Helvetica Neue', Helvetica, Arial, 'Liberation Sans', sans-serif"


def number(value: float) -> str:
    """Write a coordinate with at most two decimals.

    Examples
    --------
    >>> number(3.0), number(2.456), number(-0.001)
    ('3', '2.46', '0')
    """
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def tag(name: str, *children: str, **attributes: str | float | None) -> str:
    """Return one element; attribute values are escaped, children are markup already.

    Underscores in attribute names become dashes; attributes that are None are left out.

    Examples
    --------
    >>> tag("line", x1=0, y2=1.5, stroke_width=2)
    '<line x1="0" y2="1.5" stroke-width="2"/>'
    """
    parts = [name]
    for key, value in attributes.items():
        if value is not None:
            text = number(value) if isinstance(value, int | float) else escape(value)
            parts.append(f'{key.rstrip("_").replace("_", "-")}="{text}"')
    opening = " ".join(parts)
    return f"<{opening}>{''.join(children)}</{name}>" if children else f"<{opening}/>"


def text(
    x: float,
    y: float,
    content: str,
    *,
    size: float = 11,
    anchor: str | None = None,
    fill: str = INK,
    bold: bool = False,
    turn: float | None = None,
) -> str:
    """Return a line of text; ``content`` is plain text and is escaped.

    Examples
    --------
    >>> text(1, 2, "a < b")
    '<text x="1" y="2" font-size="11" fill="#1b2530">a &lt; b</text>'
    """
    transform = f"rotate({number(turn)} {number(x)} {number(y)})" if turn else None
    return tag(
        "text", escape(content), x=x, y=y, font_size=size, text_anchor=anchor, fill=fill,
        font_weight="600" if bold else None, transform=transform,
    )  # fmt: skip


def line(x1: float, y1: float, x2: float, y2: float, stroke: str, **more: str | float) -> str:
    """Return a straight line."""
    return tag("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=stroke, **more)


def rect(x: float, y: float, width: float, height: float, fill: str, **more: str | float) -> str:
    """Return a rectangle."""
    return tag("rect", x=x, y=y, width=width, height=height, fill=fill, **more)


def wrap(content: str, width: int, lines: int = 2) -> list[str]:
    """Break a name into lines of about ``width`` letters, shortening what does not fit.

    Examples
    --------
    >>> wrap("benign keratosis-like lesion", 16)
    ['benign', 'keratosis-like …']
    >>> wrap("naevus", 16)
    ['naevus']
    """
    import textwrap

    found = textwrap.wrap(content, width, max_lines=lines, placeholder=" …") or [""]
    # one word longer than all lines would leave nothing of the name
    return [f"{content.strip()[: width - 1]}…"] if found == ["…"] else found


class Picture(NamedTuple):
    """A drawing of known size, with a sentence that says what it shows.

    Attributes
    ----------
    width, height
        Size in pixels at 96 dpi.
    body
        SVG markup.
    label
        What a reader who cannot see it should know.
    """

    width: float
    height: float
    body: str
    label: str

    def inline(self) -> str:
        """Return the markup to put in a page; it shrinks with its container."""
        return tag(
            "svg", self.body, viewBox=f"0 0 {number(self.width)} {number(self.height)}",
            width=self.width, height=self.height, role="img", aria_label=self.label,
            font_family=FONT,
        )  # fmt: skip

    def standalone(self) -> str:
        """Return a complete SVG file on white paper."""
        return '<?xml version="1.0" encoding="UTF-8"?>\n' + tag(
            "svg", tag("title", escape(self.label)),
            rect(0, 0, self.width, self.height, PAPER), self.body,
            xmlns="http://www.w3.org/2000/svg",
            viewBox=f"0 0 {number(self.width)} {number(self.height)}",
            width=self.width, height=self.height, font_family=FONT,
        ) + "\n"  # fmt: skip


def grid(pictures: Sequence[Picture], columns: int, label: str, gap: float = 16) -> Picture:
    """Arrange pictures of one size in rows of ``columns``."""
    if not pictures:
        return Picture(1, 1, "", label)
    width, height = pictures[0].width + gap, pictures[0].height + gap
    placed = [
        tag(
            "g", picture.body,
            transform=f"translate({number(i % columns * width)} {number(i // columns * height)})",
        )
        for i, picture in enumerate(pictures)
    ]  # fmt: skip
    n_columns, n_rows = min(columns, len(pictures)), -(-len(pictures) // columns)
    return Picture(n_columns * width - gap, n_rows * height - gap, "".join(placed), label)
