"""Published figures: whole, unique, with sources, and what the papers add up to."""

from __future__ import annotations

from collections import Counter

import pytest

from cutis.data.cards import bundled_cards
from cutis.models.cards import list_cards
from cutis.tasks.benchmark.published import (
    figures_of,
    models_without_card,
    published_figures,
    published_sources,
    published_title,
)
from cutis.tasks.benchmark.reading import bundled_suites
from cutis.tasks.benchmark.suite import Column

# Averages as the papers state them, and how many of their decimals can be checked.
AVERAGES = [
    ("zero-shot-7", "dermfm-zero", 0.7320),
    ("zero-shot-7-f1", "dermfm-zero", 0.6750),
    ("zero-shot-7-f1", "dermfm-zero-open", 0.6909),
    ("few-shot-10", "dermfm-zero", 0.6991),
]


def best(column: Column, model: str):
    return figures_of(
        column.entry.published_name, column.entry.task, column.fraction, column.metric, model
    )[0]


def test_every_figure_is_there_once():
    figures = published_figures()
    assert len(figures) >= 160
    keys = Counter((f.model, f.dataset, f.task, f.metric, f.fraction, f.source) for f in figures)
    assert [key for key, count in keys.items() if count > 1] == []


def test_every_figure_is_a_share_with_a_source():
    for figure in published_figures():
        assert 0 < figure.value < 1
        assert figure.source in published_sources()
        assert figure.where
        if figure.low is not None:
            assert figure.low < figure.value < figure.high
        assert figure.task in ("zero-shot", "retrieve", "probe", "annotate")
        assert (figure.fraction is not None) == (figure.task == "probe")
    for source in published_sources().values():
        assert source.title
        assert source.citation.endswith(".")


def test_every_name_is_known():
    models = {card.name for card in list_cards()} | set(models_without_card())
    datasets = set(bundled_cards()) | set(bundled_suites())
    for figure in published_figures():
        assert figure.model in models
        assert figure.dataset in datasets
    assert published_title("dermfm-zero").startswith("DermFM-Zero")
    assert published_title("somebody's") == "somebody's"


@pytest.mark.parametrize(("suite", "model", "average"), AVERAGES)
def test_the_figures_average_to_the_published_averages(suite, model, average):
    values = [best(column, model).value for column in bundled_suites()[suite].columns()]
    assert sum(values) / len(values) == pytest.approx(average, abs=6e-5)
    name = bundled_suites()[suite].published_as or suite
    column = bundled_suites()[suite].columns()[0]
    stated = figures_of(name, column.entry.task, column.fraction, "average", model)
    assert [f.value for f in stated] == [average]


def test_mean_recalls_are_the_mean_of_the_published_ones():
    means = [f for f in published_figures() if f.metric.endswith("mean_recall")]
    assert len(means) == 8
    for mean in means:
        start = mean.metric.removesuffix("mean_recall")
        parts = [
            figures_of(mean.dataset, "retrieve", None, f"{start}recall_at_{k}", mean.model)
            for k in (5, 10, 50)
        ]
        values = [
            next(f.value for f in found if f.source == "dermfm-zero-report") for found in parts
        ]
        assert mean.value == pytest.approx(sum(values) / 3, abs=5.1e-5)


def test_numbers_of_images_are_those_of_the_cards():
    cards = bundled_cards()
    for figure in published_figures():
        if figure.task != "zero-shot" or figure.n is None or figure.metric == "balanced_accuracy":
            continue
        assert figure.n == cards[figure.dataset].total


def test_two_sources_of_one_figure_are_both_kept():
    found = figures_of("pad-ufes-20-zero-shot", "zero-shot", None, "accuracy", "dermlip-vit-b-16")
    assert [f.value for f in found] == [0.6074, 0.627]


def test_published_accuracies_against_the_prediction_files(shared):
    """The shared fixture of published predictions, where it has per-image files."""
    import pandas as pd

    ids = pd.read_csv(shared / "data" / "ham10000" / "published_test_ids.csv")
    pad = pd.read_csv(shared / "data" / "pad_ufes_20" / "published_test_ids.csv")
    balanced = [f for f in published_figures() if f.metric == "balanced_accuracy"]
    counts = {f.n for f in balanced if f.task == "zero-shot"}
    assert counts == {len(ids), len(pad)}
