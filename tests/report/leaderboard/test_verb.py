"""Which folders are runs, and where the leaderboard goes."""

from __future__ import annotations

from pathlib import Path

import pytest

from cutis.errors import CutisError
from cutis.report.leaderboard.verb import (
    LeaderboardConfig,
    LeaderboardResult,
    find_runs,
    leaderboard,
)


def run_in(folder: Path, *names: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("run.json", *names):
        (folder / name).write_text("{}")
    return folder


def test_runs_are_found_at_any_depth_each_once_in_order(tmp_path):
    deep = run_in(tmp_path / "b" / "c" / "d")
    first = run_in(tmp_path / "a")
    assert find_runs([tmp_path]) == [first, deep]
    assert find_runs([deep, tmp_path]) == [deep, first]
    assert find_runs([tmp_path / "b" / ".." / "a", first]) == [tmp_path / "b" / ".." / "a"]


def test_a_run_that_is_given_itself_hides_what_lies_below_it(tmp_path):
    outer = run_in(tmp_path / "outer")
    run_in(outer / "inner")
    assert find_runs([outer]) == [outer]


@pytest.mark.parametrize("kind", ["empty", "file", "absent"])
def test_what_holds_no_run_is_named(tmp_path, kind):
    place = tmp_path / kind
    if kind == "empty":
        place.mkdir()
    if kind == "file":
        place.write_text("no run")
    with pytest.raises(CutisError, match=f"{kind} holds no finished run") as refused:
        find_runs([run_in(tmp_path / "good"), place])
    assert "A finished run has a run.json" in str(refused.value)


def test_without_a_folder_there_has_to_be_one_and_no_run(tmp_path):
    one, two = run_in(tmp_path / "one"), run_in(tmp_path / "two")
    for runs in ([one], [one, two], [tmp_path, two]):
        with pytest.raises(CutisError, match="Where the leaderboard should go is not clear"):
            leaderboard(LeaderboardConfig(runs=runs))


def test_runs_that_measured_nothing_cannot_be_ranked(tmp_path):
    run_in(tmp_path / "one")
    with pytest.raises(CutisError, match="None of the 1 runs has metrics"):
        leaderboard(LeaderboardConfig(runs=[tmp_path]))
    assert not (tmp_path / "leaderboard.html").exists()


def test_no_runs_at_all_are_refused_by_name():
    with pytest.raises(ValueError, match="runs"):
        LeaderboardConfig(runs=[])


@pytest.mark.parametrize(("n", "said"), [(1, "Leaderboard of 1 run: "), (3, "of 3 runs: ")])
def test_the_terminal_counts_in_words_that_fit(n, said):
    result = LeaderboardResult(Path("x/leaderboard.html"), n, (Path("blind"),))
    lines = result.render().splitlines()
    assert lines[0] == "blind has no metrics and was left out."
    assert said in lines[1]
    assert len(lines) == 3
