"""Finished runs of several models on several datasets, side by side."""

from __future__ import annotations

from cutis.report.leaderboard.board import Board, make_board
from cutis.report.leaderboard.entries import Entry, FailedRun, read_entry
from cutis.report.leaderboard.files import write_leaderboard
from cutis.report.leaderboard.verb import LeaderboardConfig, leaderboard

__all__ = [
    "Board",
    "Entry",
    "FailedRun",
    "LeaderboardConfig",
    "leaderboard",
    "make_board",
    "read_entry",
    "write_leaderboard",
]
