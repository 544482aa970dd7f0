"""The rule's tables as Markdown, for ``docs/phantom.md``: written from the code, so never stale.

``python -m cutis.data.phantom.document docs/phantom.md`` writes them into the page.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path

from cutis.data.phantom.artefacts.spec import NAMES, RATES
from cutis.data.phantom.attributes import ATTRIBUTES, CODES, PRIORS
from cutis.data.phantom.growth import GROWTH_MEDIAN, GROWTH_SPREAD
from cutis.data.phantom.people import (
    AGE_MEAN,
    AGE_SD,
    FEMALE,
    ITA_RANGES,
    SITE,
    SITES,
    TONE_WEIGHTS,
)
from cutis.data.phantom.readers import READERS


def markdown_table(header: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """Return a Markdown table.

    Examples
    --------
    >>> print(markdown_table(["a", "b"], [[1, 2.5]]))
    | a | b |
    |---|---|
    | 1 | 2.5 |
    """
    head = list(header)
    lines = [head, *[[_number(value) for value in row] for row in rows]]
    text = ["| " + " | ".join(line) + " |" for line in lines]
    return "\n".join([text[0], "|" + "---|" * len(head), *text[1:]])


def _number(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def tables() -> dict[str, str]:
    """Return every generated table by the name of its place in the page."""
    attributes = [
        [attribute.name if k == 0 else "", level, *row]
        for attribute in ATTRIBUTES
        for k, (level, row) in enumerate(zip(attribute.levels, attribute.table, strict=True))
    ]
    people = [
        ["mean age (years)", *AGE_MEAN.tolist()],
        ["standard deviation", *AGE_SD.tolist()],
        ["women (%)", *(100 * FEMALE).round(6).tolist()],
        *[
            [f"{site} (%)", *(100 * row).round(6).tolist()]
            for site, row in zip(SITES, SITE, strict=True)
        ],
        ["growth, median ratio", *GROWTH_MEDIAN],
        ["growth, sd of log", *GROWTH_SPREAD],
    ]
    skin = [
        [type_ + 1, *(f"{angle:g}°" for angle in ITA_RANGES[type_])]
        + [round(100 * weights[type_], 6) for weights in TONE_WEIGHTS.values()]
        for type_ in range(len(ITA_RANGES))
    ]
    readers = [
        [r.name, r.description, *(round(100 * s, 6) for s in r.sensitivity)] for r in READERS
    ]
    priors = [[name, *(round(100 * p, 2) for p in prior)] for name, prior in PRIORS.items()]
    return {
        "prior": markdown_table(["prior (%)", *CODES], priors),
        "attributes": markdown_table(["attribute", "level (%)", *CODES], attributes),
        "people": markdown_table(["", *CODES], people),
        "skin": markdown_table(
            ["type", "from", "to", *(f"{name} (%)" for name in TONE_WEIGHTS)], skin
        ),
        "readers": markdown_table(["reader (%)", "", *CODES], readers),
        "artefacts": markdown_table(NAMES, [[f"{100 * rate:g} %" for rate in RATES]]),
    }


def fill(page: str) -> str:
    """Return a page with every generated table between its two marks replaced.

    Raises
    ------
    ValueError
        If the page lacks the place of a table.
    """
    for name, table in tables().items():
        begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
        pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
        if len(pattern.findall(page)) != 1:
            raise ValueError(f"the page needs exactly one '{begin} ... {end}'")
        page = pattern.sub(f"{begin}\n{table}\n{end}", page)
    return page


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.write_text(fill(target.read_text(encoding="utf-8")), encoding="utf-8")
