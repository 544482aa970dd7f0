"""Learning curves of several models on one dataset, side by side."""

from __future__ import annotations

from typing import Any

from cutis.report.charts.learning import Series, learning_chart
from cutis.report.leaderboard.board import Board, Column
from cutis.report.metric_words import words_for
from cutis.report.sections.probe import amounts, size_words
from cutis.report.wording import decimal, interval


def learning_curves(board: Board) -> list[dict[str, Any]]:
    """Return the chart and table of every column whose runs learnt from several amounts."""
    return [
        _curves(board, column)
        for column in board.columns
        if any(len(entry.curve) > 1 for entry in column.entries.values())
    ]


def _curves(board: Board, column: Column) -> dict[str, Any]:
    keys = [key for key in board.models if key in column.entries and column.entries[key].curve]
    series = [
        Series(board.label(key), amounts(list(column.entries[key].curve), column.headline))
        for key in keys
    ]
    drawn = [s for s in series if any(point.value is not None for point in s.points)]
    sizes = {size_words(entry): entry for key in keys for entry in column.entries[key].curve}
    return {
        "title": column.sample.dataset,
        "verb": column.sample.verb,
        "metric": words_for(column.headline).title,
        "picture": learning_chart(drawn, words_for(column.headline).title).inline()
        if drawn
        else "",
        "sizes": list(sizes),
        "rows": [
            {
                "model": board.label(key),
                "cells": [_cell(column, key, size) for size in sizes],
            }
            for key in keys
        ],
    }


def _cell(column: Column, key: str, size: str) -> dict[str, Any]:
    record: dict[str, Any] = {}
    for entry in column.entries[key].curve:
        if size_words(entry) == size:
            record = entry["metrics"].get(column.headline) or {}
    seeds = record.get("seeds") or {}
    spread = f"seeds: SD {decimal(seeds['sd'])}" if seeds.get("sd") is not None else ""
    return {
        "value": record.get("value"),
        "shown": decimal(record.get("value")),
        "interval": interval(record),
        "spread": spread,
    }
