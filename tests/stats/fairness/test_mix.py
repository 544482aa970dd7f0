"""The mix of diagnoses of subgroups, and the one they are brought to."""

from __future__ import annotations

import numpy as np
import pytest

from cutis.stats.clusters import make_clusters
from cutis.stats.fairness.mix import class_mix
from cutis.stats.fairness.partition import make_partition
from tests.stats.fairness.people import people


def mix_of(made, values, compared=None):
    partition = make_partition(values)
    chosen = np.ones(len(partition.names), bool) if compared is None else np.array(compared)
    clusters = make_clusters(made.patients, made.labels.size)
    return class_mix(made.labels, partition, chosen, clusters, 4, 199)


def test_the_target_is_the_mix_of_all_compared_images():
    made = people(300)
    mix = mix_of(made, made.sex)
    assert mix.target_c == pytest.approx(np.bincount(made.labels, minlength=4) / 300)
    assert mix.covered == 1.0
    assert mix.counts_gc.sum() == 300


def test_a_class_that_one_subgroup_lacks_is_left_out():
    made = people(300)
    values = np.where((made.sex == "male") & (made.labels == 3), "other", made.sex)
    mix = mix_of(made, values, [True, True, False])
    assert mix.target_c[3] == 0.0
    assert mix.target_c.sum() == pytest.approx(1.0)
    assert mix.covered < 1.0


def test_subgroups_with_other_diagnoses_are_told():
    assert mix_of(people(400, cancer_in_male=0.9), people(400, cancer_in_male=0.9).sex
                  ).association.p < 0.02  # fmt: skip
    assert mix_of(people(400), people(400).sex).association.p > 0.05


def test_nothing_in_common_gives_no_mix():
    made = people(200)
    mix = mix_of(made, np.array([f"part {k}" for k in made.labels]))
    assert mix.target_c.tolist() == [0, 0, 0, 0]
    assert mix.to_json(["a", "b", "c", "d"], list("wxyz"))["standard_mix"] == {}


def test_a_single_subgroup_has_no_association():
    made = people(100)
    record = mix_of(made, made.sex, [True, False]).to_json(["female", "male"], list("wxyz"))
    assert (record["cramers_v"], record["covered"]) == (None, 0.0)
