"""The page of a retrieval run, read as a reader would."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cutis.errors import CutisError
from cutis.report import build_report
from cutis.report.retrieval.cases import SHOWN, choose_queries, chosen_images
from cutis.report.retrieval.page import CONTENTS
from cutis.report.retrieval.sections import chance_curve
from cutis.report.retrieval.source import read_tables
from cutis.report.retrieval.words import direction_words, measure_reading, measure_title
from tests.report.fake_retrieval import make_retrieval
from tests.report.page import Page


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    folder = make_retrieval(tmp_path_factory.mktemp("runs") / "retrieval", cut=3)
    build_report(folder)
    return folder


@pytest.fixture(scope="module")
def html(made) -> str:
    return (made / "report.html").read_text(encoding="utf-8")


def test_every_section_is_there_and_well_formed(html):
    page = Page(html)
    assert page.problems == []
    for anchor, title in CONTENTS:
        assert f'<section id="{anchor}"' in html
        assert title in html
    assert "Research use only, not a medical device" in html
    assert "<script" not in html
    assert "/home/ann" not in html


def test_the_numbers_are_those_of_the_metrics(made, html):
    metrics = json.loads((made / "metrics.json").read_text())
    for direction, result in metrics["directions"].items():
        for name, record in result["metrics"].items():
            assert f'data-metric="{direction} {name}"' in html
            if record["value"] is not None:
                assert f'<data value="{record["value"]}"' in html
    assert "a list of 100 holds all" in html  # the gallery has 60 items


def test_texts_of_captions_are_escaped(html):
    assert "&lt;b&gt;streaks&lt;/b&gt;" in html
    assert "<b>streaks</b>" not in html


def test_captions_cut_short_are_told_of(html):
    assert "Captions cut short" in html
    assert "3 captions (5%), up to 7 tokens lost" in html


def test_figures_are_written(made):
    names = {path.name for path in (made / "figures").iterdir()}
    assert names == {
        "ranks_image-to-text.svg", "ranks_text-to-image.svg", "ranks_image-to-image.svg",
    }  # fmt: skip


def test_the_same_run_gives_the_same_bytes_and_pictures_can_be_left_out(made, html, tmp_path):
    import shutil

    copied = shutil.copytree(made, tmp_path / "moved")
    assert build_report(copied).read_text(encoding="utf-8") == html
    bare = build_report(copied, pictures=False).read_text(encoding="utf-8")
    assert "data:image" not in bare
    assert "data:image" in html
    assert "left out of this report on request" in bare


def test_a_run_without_groups_or_tables_still_has_a_page(tmp_path):
    folder = make_retrieval(
        tmp_path / "r", groups=False, by_image=False, thumbs=False, protocol="diagonal"
    )
    html = build_report(folder).read_text(encoding="utf-8")
    assert "Images counted as independent" in html
    assert "The published protocol" in html
    for name in ("retrieval.parquet", "captions.parquet"):
        (folder / name).unlink()
    assert "no table of ranks" in build_report(folder).read_text(encoding="utf-8")


def test_a_damaged_table_is_told_of(tmp_path):
    folder = make_retrieval(tmp_path / "r", thumbs=False, by_image=False, n=10)
    (folder / "retrieval.parquet").write_bytes(b"PAR1")
    with pytest.raises(CutisError, match="not a readable Parquet"):
        read_tables(folder)


def test_the_sample_does_not_depend_on_the_answers(made, tmp_path):
    table = read_tables(made).queries
    before = choose_queries(table)
    shuffled = table.assign(
        rank=table["rank"].to_numpy()[::-1],
        right=[np.zeros(len(r), bool) for r in table["right"]],
    )
    after = choose_queries(shuffled)
    for direction, (sample, failures) in before.items():
        assert after[direction][0] == sample
        assert not set(sample) & set(failures)
        for row in failures:
            assert not any(table["right"].iloc[row][:SHOWN])
        groups = table["group"].iloc[failures].tolist()
        assert len(set(groups)) == len(groups)


def test_every_image_that_is_shown_is_worth_a_picture(made):
    table = read_tables(made).queries
    wanted = set(chosen_images(table))
    for direction, chosen in choose_queries(table).items():
        for row in (*chosen[0], *chosen[1]):
            assert table["query"].iloc[row] in wanted
            if direction != "image-to-text":
                assert set(table["top"].iloc[row][:SHOWN]) <= wanted


def test_the_choice_is_the_same_before_and_after_the_file(tmp_path):
    """Missing captions are None in memory and something else in a file."""
    folder = make_retrieval(tmp_path / "r", thumbs=False)
    stored = read_tables(folder).queries
    fresh = stored.assign(caption=[None if pd.isna(c) else c for c in stored["caption"]])
    assert choose_queries(stored) == choose_queries(fresh)


def test_chance_curve_equals_drawing():
    rng = np.random.default_rng(0)
    right = np.array([1, 3, 3])
    drawn = np.zeros(6)
    for count in right:
        for _ in range(4000):
            order = rng.permutation([True] * count + [False] * (6 - count))
            drawn[np.argmax(order) :] += 1
    assert chance_curve(right, 6) == pytest.approx(drawn / (4000 * 3), abs=0.02)


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("recall_at_50", "R@50"), ("precision_at_5", "P@5"), ("hit_at_1", "Hit@1"),
        ("map_at_r", "mAP@R"), ("mrr", "MRR"), ("median_rank", "Median rank"),
        ("text_to_image_mrr", "Text to image, MRR"),
    ],
)  # fmt: skip
def test_titles(name, title):
    assert measure_title(name) == title
    words = direction_words("text-to-image")
    assert "in_" not in measure_reading(name, 0.5, words, 100)


def test_unknown_directions_keep_their_name():
    assert direction_words("sound-to-smell").title == "sound-to-smell"
