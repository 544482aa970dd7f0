"""Results, ranks and examples of a retrieval run, as the template shows them."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from cutis.report.charts.interval import interval_axis, interval_bar
from cutis.report.charts.recall import recall_curve
from cutis.report.footnotes import Footnotes, plain_note
from cutis.report.retrieval.cases import SHOWN, choose_queries
from cutis.report.retrieval.source import RetrievalTables
from cutis.report.retrieval.words import (
    UNBOUNDED,
    direction_words,
    measure_reading,
    measure_title,
)
from cutis.report.scrub import base_name
from cutis.report.sections.headline import VERDICTS, WIDTH, level, verdict
from cutis.report.sections.overview import unit_words
from cutis.report.source import RunData, dig
from cutis.report.svg import Picture
from cutis.report.thumbnails import thumbnail_address
from cutis.report.wording import count, decimal, interval


class Item(NamedTuple):
    """One place of a list: name, text or picture, cosine, and whether it is right."""

    place: int
    name: str
    text: str
    picture: str | None
    score: str
    right: bool


class Example(NamedTuple):
    """One query with the first items of its list, and what would have been right."""

    id: str
    text: str
    picture: str | None
    rank: str
    answer: str
    items: list[Item]
    found: bool


def results_section(run: RunData) -> dict[str, Any]:
    """Return the table of every direction."""
    metrics = run.metrics or {}
    notes = Footnotes()
    return {
        "directions": [
            _direction(run, name, result, notes)
            for name, result in metrics.get("directions", {}).items()
        ],
        "axis": interval_axis(WIDTH).inline(),
        "level": level(metrics),
        "replicates": count(int(metrics.get("n_bootstrap", 0)), "bootstrap replicate"),
        "units": unit_words(run),
        "protocol": metrics.get("protocol", "any-correct"),
        "notes": notes.items(),
        "remarks": list(metrics.get("notes", [])),
    }


def _direction(run: RunData, name: str, result: dict[str, Any], notes: Footnotes) -> dict[str, Any]:
    words = direction_words(name)
    return {
        "name": name,
        "title": words.title,
        "task": words.task,
        "n": f"{result['n']:,} queries",
        "gallery": f"{result['n_gallery']:,} {words.items}",
        "rows": [
            _row(run, metric, record, result, words, notes)
            for metric, record in result["metrics"].items()
        ],
    }


def _row(
    run: RunData, name: str, record: dict[str, Any], result: dict[str, Any], words: Any,
    notes: Footnotes,
) -> dict[str, Any]:  # fmt: skip
    value, chance = record.get("value"), result["chance"].get(name)
    places = 1 if name in UNBOUNDED else 3
    picture = ""
    if value is not None and name not in UNBOUNDED:
        picture = interval_bar(
            value, record.get("low"), record.get("high"), reference=chance,
            reference_name="chance", width=WIDTH,
        ).inline()  # fmt: skip
    note = plain_note(record.get("note") or "", unit_words(run))
    return {
        "name": name,
        "title": measure_title(name),
        "value": value,
        "shown": decimal(value, places),
        "interval": interval(record, places),
        "mark": notes.mark(note) if value is not None else "",
        "chance": "" if chance is None else decimal(chance, places),
        "verdict": VERDICTS.get(verdict(record, chance, name in UNBOUNDED), ""),
        "picture": picture,
        "reading": measure_reading(name, value, words, result["n_gallery"])
        if value is not None
        else f"Not defined: {note or 'no queries'}.",
    }


def rank_pictures(run: RunData, tables: RetrievalTables) -> dict[str, Picture]:
    """Return the distribution of ranks of every direction, by name."""
    pictures = {}
    for name, result in dig(run.metrics, "directions", default={}).items():
        part = tables.queries[tables.queries["direction"] == name]
        if not len(part):
            continue
        words, n_gallery = direction_words(name), int(result["n_gallery"])
        right = part["n_right"].to_numpy(int)
        pictures[name] = recall_curve(
            part["rank"].to_numpy(float),
            chance_curve(right, n_gallery),
            n_gallery,
            words.title,
            (words.queries, words.items),
        )
    return pictures


def chance_curve(right_n: np.ndarray, n_gallery: int) -> np.ndarray:
    """Return the share of queries a random order answers within 1, 2, ... items.

    Examples
    --------
    >>> chance_curve(np.array([1, 2]), 4).round(4).tolist()
    [0.375, 0.6667, 0.875, 1.0]
    """
    values, counts = np.unique(right_n, return_counts=True)
    total = np.zeros(n_gallery)
    drawn = np.arange(n_gallery)
    for right, times in zip(values.tolist(), counts.tolist(), strict=True):
        wrong = n_gallery - right
        missed = np.cumprod(np.clip(wrong - drawn, 0, None) / (n_gallery - drawn))
        total += times * (1 - missed)
    shares: np.ndarray = total / max(len(right_n), 1)
    return shares


def examples_section(run: RunData, tables: RetrievalTables, pictures: bool) -> dict[str, Any]:
    """Return sample and failures of every direction, with pictures where the run keeps them."""
    addresses: dict[str, str | None] = {}

    def picture(name: str) -> str | None:
        if pictures and name not in addresses and name in run.thumbs:
            addresses[name] = thumbnail_address(run.thumbs[name])
        return addresses.get(name)

    shown = []
    for direction, (sample, failures) in choose_queries(tables.queries).items():
        words = direction_words(direction)
        make = [
            [_example(tables, row, direction, picture) for row in rows]
            for rows in (sample, failures)
        ]
        shown.append(
            {
                "name": direction,
                "title": words.title,
                "items": words.items,
                "shown": SHOWN,
                "sample": make[0],
                "failures": make[1],
            }
        )
    return {
        "directions": shown,
        "pictures": pictures and bool(run.thumbs),
        "hidden": not pictures,
        "share": run.get("dataset", "card", "share_images"),
    }


def _example(tables: RetrievalTables, row: int, direction: str, picture: Any) -> Example:
    record = tables.queries.iloc[row]
    by_text = direction == "text-to-image"
    to_text = direction == "image-to-text"
    name = str(record["query"])
    caption = tables.captions.get(str(record["caption"]))
    answer = tables.captions.get(str(record.get("answer")))
    items = []
    for place, (item, score, right) in enumerate(
        zip(record["top"][:SHOWN], record["scores"], record["right"], strict=False), start=1
    ):
        known = tables.captions.get(str(item)) if to_text else None
        items.append(
            Item(
                place,
                base_name(str(item)),
                known.text if known else "",
                None if to_text else picture(str(item)),
                decimal(float(score), 2),
                bool(right),
            )
        )
    return Example(
        id=base_name(name),
        text=caption.text if by_text and caption else "",
        picture=picture(name),
        rank=f"{float(record['rank']):,.0f}",
        answer=answer.text if to_text and answer else "",
        items=items,
        found=any(item.right for item in items),
    )
