"""What a user sees while waiting."""

from __future__ import annotations

import io
import re
import sys

import pytest

from cutis import progress
from cutis.progress import Progress, duration


class Terminal(io.StringIO):
    """A standard error that says it is a terminal."""

    def isatty(self) -> bool:
        return True


class Clock:
    """A clock that moves when told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(progress, "time", clock)
    return clock


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0.0 s"),
        (59.94, "59.9 s"),
        (59.96, "1 min 0 s"),
        (60, "1 min 0 s"),
        (3599.9, "59 min 59 s"),
        (3600, "1 h 0 min"),
        (90061, "25 h 1 min"),
    ],
)
def test_durations_read_like_speech(seconds: float, text: str):
    assert duration(seconds) == text


def test_a_pipe_gets_whole_lines_and_not_too_many(clock: Clock, monkeypatch: pytest.MonkeyPatch):
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    with Progress(40, "Embedding", every=15) as bar:
        for _ in range(40):
            clock.now += 1
            bar.advance()
    lines = stream.getvalue().splitlines()
    assert lines == [
        "Embedding: 15/40 images, 1.0 images/s, 25.0 s left",
        "Embedding: 30/40 images, 1.0 images/s, 10.0 s left",
        "Embedding: 40/40 images, 1.0 images/s, took 40.0 s",
    ]
    assert "\r" not in stream.getvalue()


def test_a_terminal_gets_one_line_that_fills_up(clock: Clock, monkeypatch: pytest.MonkeyPatch):
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    with Progress(4, "Embedding", unit="rows") as bar:
        for _ in range(4):
            clock.now += 1
            bar.advance()
    text = stream.getvalue()
    assert text.count("\n") == 1
    assert text.endswith("took 4.0 s\n")
    filled = [len(m) for m in re.findall(r"\[(#*)-*\]", text)]
    assert filled == sorted(filled)
    assert filled[-1] == 24
    assert all(len(m) == 24 for m in re.findall(r"\[([#-]+)\]", text))


def test_the_rate_counts_what_was_done_in_the_time_it_took(clock: Clock):
    with Progress(100, "Reading") as bar:
        clock.now += 4
        bar.advance(10)
        assert bar.rate == pytest.approx(2.5)
        assert bar.seconds == pytest.approx(4.0)


def test_nothing_to_do_says_nothing(monkeypatch: pytest.MonkeyPatch):
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    with Progress(0, "Embedding"):
        pass
    assert stream.getvalue() == ""


def test_a_failure_ends_the_bar_without_claiming_success(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
):
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    with pytest.raises(ZeroDivisionError), Progress(4, "Embedding") as bar:
        clock.now += 1
        bar.advance()
        raise ZeroDivisionError
    assert stream.getvalue().endswith("\n")
    assert "took" not in stream.getvalue()


def test_what_came_to_nothing_is_counted_apart(clock: Clock, monkeypatch: pytest.MonkeyPatch):
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    with Progress(5, "Features") as bar:
        clock.now += 5
        bar.advance(3)
        bar.advance(2, unreadable=2)
    assert stream.getvalue() == "Features: 3/5 images and 2 unreadable, 1.0 images/s, took 5.0 s\n"


@pytest.mark.parametrize(("seconds", "lines"), [(1, 0), (3, 1)])
def test_what_ends_soon_leaves_no_line(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, seconds: int, lines: int
):
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    with Progress(1, "Reading", after=2) as bar:
        clock.now += seconds
        bar.advance()
    assert stream.getvalue().count("took") == lines


def test_a_line_is_said_at_once(capsys: pytest.CaptureFixture[str]):
    progress.say("Loading ...")
    assert capsys.readouterr().err == "Loading ...\n"
