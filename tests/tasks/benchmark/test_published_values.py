"""Published figures entered a second time, by hand, from the sources: both must agree."""

from __future__ import annotations

import pytest

from cutis.tasks.benchmark.published import figures_of, published_figures

HAM, PAD = "ham10000-zero-shot", "pad-ufes-20-zero-shot"
ISIC, PH2 = "isic2020-zero-shot", "ph2-zero-shot"
SNU, SD, DAFFODIL = "snu-134-zero-shot", "sd-128-zero-shot", "daffodil-5-zero-shot"
F17K = "fitzpatrick17k-zero-shot"

# Accuracies of the published per-image predictions: HAM10000 (1,503) and PAD-UFES-20 (461).
PREDICTIONS = {
    "clip-vit-l-14": (0.2754, 0.3839),
    "biomedclip": (0.6347, 0.4512),
    "monet": (0.3347, 0.4729),
    "make": (0.4551, 0.5857),
    "dermlip-vit-b-16": (0.6813, 0.6074),
    "dermlip-panderm": (0.6281, 0.6247),
    "dermfm-zero": (0.7957, 0.6941),
}
# Balanced accuracies on the 901 and 137 images.
BALANCED = {
    "dermfm-zero": (0.747, 0.759),
    "dermlip-panderm": (0.649, 0.575),
    "make": (0.595, 0.597),
    "dermlip-vit-b-16": (0.532, 0.599),
    "monet": (0.337, 0.448),
    "biomedclip": (0.228, 0.388),
    "clip-vit-l-14": (0.166, 0.409),
}
# The paper: AUROC of ISIC 2020 and PH2, accuracy of the others.
PAPER = {
    (ISIC, "auroc"): 0.8663,
    (PH2, "auroc"): 0.9304,
    (SNU, "accuracy"): 0.4450,
    (SD, "accuracy"): 0.5075,
    (DAFFODIL, "accuracy"): 0.8848,
}
MAKE_IN_README = {
    (SNU, "accuracy"): 0.3260,
    (SD, "accuracy"): 0.3886,
    (DAFFODIL, "accuracy"): 0.7785,
    (ISIC, "auroc"): 0.8141,
    (PH2, "auroc"): 0.9095,
}
# The report: macro F1 of ISIC 2020 and PH2.
OPEN = {
    (HAM, "accuracy"): 0.7858,
    (PAD, "accuracy"): 0.7592,
    (ISIC, "macro_f1"): 0.6112,
    (PH2, "macro_f1"): 0.8708,
    (SNU, "accuracy"): 0.4212,
    (SD, "accuracy"): 0.5196,
    (DAFFODIL, "accuracy"): 0.8686,
}
AVERAGES_F1 = {
    "dermfm-zero": 0.6750,
    "dermfm-zero-open": 0.6909,
    "dermlip-panderm": 0.5640,
    "make": 0.5403,
    "gpt-4o": 0.5106,
    "medsiglip": 0.4964,
    "monet": 0.4444,
    "biomedclip": 0.4339,
    "bmc-clip": 0.4252,
    "mmkd-clip": 0.3731,
    "clip-vit-l-14": 0.3336,
}
# README of O-MAKE: PAD, Fitzpatrick17k, SD-128, SNU, Daffodil.
O_MAKE = {
    "clip-of-o-make": (0.433, 0.063, 0.073, 0.073, 0.454),
    "biomedclip": (0.430, 0.089, 0.132, 0.097, 0.589),
    "monet": (0.474, 0.150, 0.217, 0.150, 0.758),
    "dermlip-vit-b-16": (0.627, 0.229, 0.287, 0.253, 0.733),
    "dermlip-panderm": (0.615, 0.319, 0.403, 0.322, 0.799),
    "o-make": (0.667, 0.371, 0.460, 0.390, 0.832),
}
# R@5, R@10 and R@50 of the paper's checkpoint and of the open one.
RECALLS = {
    ("skincap", "image_to_text"): ((0.1930, 0.3068, 0.6257), (0.2231, 0.3447, 0.6317)),
    ("skincap", "text_to_image"): ((0.1833, 0.2885, 0.5886), (0.1990, 0.3141, 0.6337)),
    ("derm1m-holdout", "image_to_text"): ((0.3574, 0.4341, 0.6023), (0.2522, 0.3282, 0.5131)),
    ("derm1m-holdout", "text_to_image"): ((0.3517, 0.4316, 0.5980), (0.2540, 0.3332, 0.5144)),
}
# Linear probe with 10 %: HAM10000, ISIC 2020 (AUROC), PAD-UFES-20, SD-128.
PROBE_SETS = ("ham10000", "isic2020", "pad-ufes-20-panderm", "sd-128")
TENTH = {
    "dermfm-zero": (0.8416, 0.8687, 0.6855, 0.4007),
    "make": (0.8257, 0.7813, 0.6790, 0.3986),
    "panderm-large": (0.7898, 0.8417, 0.6508, 0.3483),
}
# Averages of the probe: the paper's checkpoint and the open one.
PROBE_AVERAGES = {
    0.1: (0.6991, 0.7490),
    0.3: (0.7771, 0.7976),
    0.5: (0.8076, 0.8123),
    1.0: (0.8251, 0.8313),
}
# PanDerm (large) with all training data.
GOLDEN = {
    "ham10000": {
        "accuracy": 0.8822,
        "balanced_accuracy": 0.7831,
        "weighted_f1": 0.8811,
        "auroc_ovo": 0.9724,
        "auroc": 0.9813,
        "average_precision": 0.8759,
    },
    "pad-ufes-20-panderm": {
        "accuracy": 0.7592,
        "balanced_accuracy": 0.7094,
        "weighted_f1": 0.7586,
        "auroc_ovo": 0.9482,
        "auroc": 0.9421,
        "average_precision": 0.7865,
    },
    "ham10000-clean": {
        "accuracy": 0.923701,
        "balanced_accuracy": 0.796631,
        "weighted_f1": 0.922471,
        "auroc_ovo": 0.977242,
        "average_precision": 0.877725,
        "quadratic_kappa": 0.880742,
    },
}
# Published intervals: dataset, task, fraction, model, metric.
INTERVALS = {
    (HAM, "zero-shot", None, "dermfm-zero", "accuracy"): (0.7758, 0.8150),
    (HAM, "zero-shot", None, "dermfm-zero", "auroc"): (0.9371, 0.9613),
    (PAD, "zero-shot", None, "make", "accuracy"): (0.545, 0.631),
    ("ham10000", "probe", 1.0, "panderm-large", "accuracy"): (0.8656, 0.8989),
    ("ham10000", "probe", 1.0, "panderm-large", "auroc"): (0.9768, 0.9855),
    ("pad-ufes-20-panderm", "probe", 1.0, "panderm-large", "accuracy"): (0.7223, 0.8004),
    ("pad-ufes-20-panderm", "probe", 1.0, "panderm-large", "auroc"): (0.9291, 0.9592),
}


def value(
    model: str,
    dataset: str,
    metric: str,
    source: str,
    task: str = "zero-shot",
    fraction: float | None = None,
) -> float:
    """The one figure of a source."""
    found = figures_of(dataset, task, fraction, metric, model)
    (figure,) = [f for f in found if f.source == source]
    return figure.value


@pytest.mark.parametrize("model", PREDICTIONS)
def test_prediction_files(model):
    source = "dermfm-zero-predictions"
    found = tuple(value(model, data, "accuracy", source) for data in (HAM, PAD))
    assert found == PREDICTIONS[model]
    found = tuple(value(model, data, "balanced_accuracy", source) for data in (HAM, PAD))
    assert found == BALANCED[model]


def test_the_paper_and_the_readme():
    for (data, metric), expected in PAPER.items():
        assert value("dermfm-zero", data, metric, "dermfm-zero-paper") == expected
    for (data, metric), expected in MAKE_IN_README.items():
        assert value("make", data, metric, "dermfm-zero-readme") == expected
    assert value("make", PAD, "auroc", "dermfm-zero-predictions") == 0.893
    assert value("dermfm-zero", HAM, "auroc", "dermfm-zero-predictions") == 0.9501


def test_the_report():
    for (data, metric), expected in OPEN.items():
        assert value("dermfm-zero-open", data, metric, "dermfm-zero-report") == expected
    assert value("dermfm-zero", ISIC, "macro_f1", "dermfm-zero-report") == 0.5979
    assert value("dermfm-zero", PH2, "macro_f1", "dermfm-zero-report") == 0.7998
    for model, expected in AVERAGES_F1.items():
        assert value(model, "zero-shot-7-f1", "average", "dermfm-zero-report") == expected


@pytest.mark.parametrize("model", O_MAKE)
def test_the_readme_of_o_make(model):
    sets = (PAD, F17K, SD, SNU, DAFFODIL)
    found = tuple(value(model, data, "accuracy", "o-make-readme") for data in sets)
    assert found == O_MAKE[model]


@pytest.mark.parametrize(("data", "direction"), RECALLS)
def test_retrieval(data, direction):
    for place, model in enumerate(("dermfm-zero", "dermfm-zero-open")):
        found = tuple(
            value(model, data, f"{direction}_recall_at_{k}", "dermfm-zero-report", "retrieve")
            for k in (5, 10, 50)
        )
        assert found == RECALLS[data, direction][place]


def test_retrieval_of_other_models():
    metric = "image_to_text_recall_at_10"
    readme = ("dermlip-readme", "retrieve")
    assert value("dermlip-vit-b-16", "derm1m-holdout", metric, *readme) == 0.407
    assert value("dermlip-panderm", "derm1m-holdout", metric, *readme) == 0.599
    assert value("monet", "skincap", metric, *readme) == 0.142


@pytest.mark.parametrize("model", TENTH)
def test_probes_with_a_tenth(model):
    found = [
        figures_of(data, "probe", 0.1, "auroc" if data == "isic2020" else "accuracy", model)
        for data in PROBE_SETS
    ]
    assert tuple(figure.value for (figure,) in found) == TENTH[model]


@pytest.mark.parametrize("fraction", PROBE_AVERAGES)
def test_averages_of_probes(fraction):
    found = tuple(
        value(model, "linear-probe-4", "average", "dermfm-zero-report", "probe", fraction)
        for model in ("dermfm-zero", "dermfm-zero-open")
    )
    assert found == PROBE_AVERAGES[fraction]


@pytest.mark.parametrize("data", GOLDEN)
def test_golden_probes(data):
    found = {f.metric: f.value for f in figures_of(data, "probe", 1.0, model="panderm-large")}
    assert found == GOLDEN[data]


def test_published_intervals_and_no_others():
    found = {
        (f.dataset, f.task, f.fraction, f.model, f.metric): (f.low, f.high)
        for f in published_figures()
        if f.low is not None
    }
    assert found == INTERVALS


def test_second_hand_figures_are_marked():
    found = {
        (f.dataset, f.metric): f.value
        for f in published_figures()
        if f.source == "make-second-hand"
    }
    assert found == {
        (F17K, "accuracy"): 0.3242,
        (SD, "accuracy"): 0.3914,
        (SNU, "accuracy"): 0.327,
        ("skincon", "mean_auroc"): 0.7873,
        ("skincap", "image_to_text_recall_at_10"): 0.2096,
        ("skincap", "text_to_image_recall_at_10"): 0.1995,
    }
    assert all(
        "second hand" in f.note for f in published_figures() if f.source == "make-second-hand"
    )


def test_nothing_was_entered_only_once():
    """Every figure of the tables is one of those above, or computed from them."""
    derived = [f for f in published_figures() if f.metric.endswith("mean_recall")]
    once = (
        4 * len(PREDICTIONS) + len(PAPER) + len(MAKE_IN_README) + 2 + 1
        + len(OPEN) + 2 + len(AVERAGES_F1) + 5 * len(O_MAKE) + 6 * len(RECALLS) + 3
        + 4 * len(TENTH) + 2 * len(PROBE_AVERAGES) + sum(map(len, GOLDEN.values())) + 6
    )  # fmt: skip
    assert len(published_figures()) - len(derived) == once
