"""The missingness trap, invented and in the real tables."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from cutis.stats.clusters import make_clusters
from cutis.stats.fairness.missing import find_missing
from cutis.stats.multiplicity import holm
from cutis.stats.subgroups import MISSING, subgroup_values
from tests.stats.fairness.people import CLASSES, people


def find(made, columns, positive=None):
    clusters = make_clusters(made.patients, made.labels.size)
    return find_missing(columns, made.labels, CLASSES, clusters, positive, 199)


def hole(made, mask, values=None):
    return np.where(mask, MISSING, made.tone if values is None else values)


def test_missing_for_no_cancer_is_a_leak():
    made = people(400)
    mask = ~made.cancer & (np.arange(400) % 3 > 0)
    cancers = np.array([False, False, True, True])
    (found,) = find(made, {"tone": hole(made, mask)}, cancers)
    assert found.verdict == "leak"
    assert found.never_missing == ("melanoma", "carcinoma")
    assert found.always_missing == ()
    expected = roc_auc_score(made.cancer, ~mask)
    assert found.auroc == pytest.approx(expected)
    assert found.about == "melanoma or carcinoma"
    assert found.per_class["melanoma"] == (0, int((made.labels == 2).sum()))


def test_missing_for_every_image_of_a_class_is_a_leak():
    made = people(400)
    (found,) = find(made, {"tone": hole(made, made.labels == 1)})
    assert (found.verdict, found.always_missing) == ("leak", ("keratosis",))
    assert (found.auroc, found.about) == (1.0, "keratosis")


def test_missing_at_random_is_unrelated():
    made = people(400)
    mask = np.repeat(np.random.default_rng(1).random(200) < 0.3, 2)
    (found,) = find(made, {"tone": hole(made, mask)})
    assert found.verdict == "unrelated"


def test_missing_more_often_in_one_class_is_linked():
    made = people(400)
    mask = np.random.default_rng(0).random(400) < np.where(made.cancer, 0.2, 0.6)
    (found,) = find(made, {"tone": hole(made, mask)})
    assert found.verdict == "linked"


def test_a_rare_class_without_a_hole_is_no_evidence():
    # 3 images of a class, 10 % missing: that none of them is missing is to be expected.
    made = people(400)
    labels = np.where(made.labels == 3, 2, made.labels)
    labels[:3] = 3
    mask = np.random.default_rng(0).random(400) < 0.1
    mask[:3] = False
    (found,) = find(made._replace(labels=labels), {"tone": hole(made, mask)})
    assert "carcinoma" not in found.never_missing
    assert found.verdict == "unrelated"


def test_few_holes_are_only_counted():
    made = people(400)
    (found,) = find(made, {"tone": hole(made, np.arange(400) < 3)})
    assert (found.verdict, found.n_missing) == ("few", 3)


def test_columns_with_the_same_holes_are_judged_once():
    made = people(200)
    mask = made.labels == 0
    columns = {
        "tone": hole(made, mask),
        "sex": hole(made, mask, made.sex),
        "full": made.sex,
        "biopsied": np.where(mask, "no", "yes"),
    }
    (found,) = find(made, columns)
    assert found.columns == ("tone", "sex")
    assert found.same_as == "biopsied = no"
    assert found.to_json()["same_as"] == "biopsied = no"


def test_nearly_the_same_holes_are_told_together():
    made = people(400)
    mask = made.labels == 0
    wider, other = mask.copy(), made.labels == 1
    wider[np.flatnonzero(~mask)[:3]] = True
    columns = {"tone": hole(made, mask), "sex": hole(made, wider), "site": hole(made, other)}
    first, second = find(made, columns)
    assert (first.columns, first.nearly) == (("tone",), ("sex",))
    assert (second.columns, second.nearly) == (("site",), ())


def test_pad_ufes_20(shared):
    table = pd.read_csv(shared / "data/pad_ufes_20/metadata.csv")
    classes = sorted(table["diagnostic"].unique())
    labels = table["diagnostic"].map(classes.index).to_numpy()
    names = ["gender", "fitspatrick", "diameter_1", "age", "region"]
    columns = {name: subgroup_values(table[name].to_numpy(object)) for name in names}
    clusters = make_clusters(table["patient_id"], len(table))
    (found,) = find_missing(columns, labels, classes, clusters, n_permutations=199)
    assert found.columns == ("gender", "fitspatrick", "diameter_1")
    assert (found.n_missing, found.n, found.verdict) == (277, 746, "leak")
    assert found.never_missing == ("BCC", "MEL", "SCC")
    assert found.association.p < 0.01
    assert found.per_class["SEK"] == (106, 137)
    cancers = np.isin(classes, ["BCC", "MEL", "SCC"])
    (found,) = find_missing(columns, labels, classes, clusters, cancers, n_permutations=99)
    truth = table["diagnostic"].isin(["BCC", "MEL", "SCC"])
    assert found.auroc == pytest.approx(roc_auc_score(truth, table["gender"].notna()))


def test_ham10000_has_no_trap_in_sex(shared):
    table = pd.read_csv(shared / "data/ham10000/HAM10000_metadata.csv")
    classes = sorted(table["dx"].unique())
    labels = table["dx"].map(classes.index).to_numpy()
    sex = subgroup_values(table["sex"].where(table["sex"] != "unknown").to_numpy(object))
    clusters = make_clusters(table["lesion_id"], len(table))
    (found,) = find_missing({"sex": sex}, labels, classes, clusters, n_permutations=99)
    assert found.n_missing == 18
    assert found.verdict != "leak"


def test_warnings_are_corrected_over_the_patterns():
    """Twenty columns that miss values at random: few audits may warn of any (58 % did)."""
    warned = 0
    for seed in range(15):
        rng = np.random.default_rng(seed)
        labels = rng.integers(0, 3, 200)
        columns = {f"c{k}": np.where(rng.random(200) < 0.3, "(missing)", "x") for k in range(20)}
        found = find_missing(
            columns, labels, ["a", "b", "c"], make_clusters(None, 200), n_permutations=499
        )
        raw = np.array([item.association.p for item in found])
        np.testing.assert_allclose([item.p_holm for item in found], holm(raw))
        warned += any(item.verdict != "unrelated" for item in found)
    assert warned <= 3


def test_a_leak_among_many_columns_is_still_found():
    rng = np.random.default_rng(0)
    labels = np.arange(200) % 2
    columns = {f"c{k}": np.where(rng.random(200) < 0.3, "(missing)", "x") for k in range(10)}
    columns["tone"] = np.where((labels == 0) & (rng.random(200) < 0.6), "(missing)", "II")
    found = find_missing(columns, labels, ["a", "b"], make_clusters(None, 200), n_permutations=999)[
        -1
    ]
    assert (found.columns, found.verdict) == (("tone",), "leak")
    assert found.association.p < found.p_holm < 0.05
    assert found.to_json()["p_holm"] == found.p_holm
