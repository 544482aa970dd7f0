"""What every report says of subgroups: the same gaps as the full audit, and the trap."""

from __future__ import annotations

import json

import numpy as np
import pytest

from cutis.stats.evaluation import evaluate
from cutis.stats.fairness.audit import audit
from tests.stats.fairness.people import CLASSES, people


def report(made, **columns):
    return evaluate(
        made.labels, made.probs, CLASSES, made.patients, columns, n_bootstrap=100
    ).to_json()


def test_gaps_are_those_of_the_audit():
    made = people(300, worse="V")
    found = report(made, tone=made.tone)["subgroup_gaps"]["tone"]
    whole = audit(
        made.labels, made.probs, CLASSES, {"tone": made.tone}, groups_n=made.patients,
        n_bootstrap=100, n_permutations=99,
    ).to_json()["columns"]["tone"]  # fmt: skip
    assert found["compared"] == whole["compared"]
    assert found["class_mix"]["standard_mix"] == whole["class_mix"]["standard_mix"]
    for kind in ("crude", "standardised"):
        for rate in ("accuracy", "balanced_accuracy"):
            for measure in ("difference", "ratio"):
                one, other = (r[rate][measure] for r in (found[kind], whole["gaps"][kind]))
                assert one["value"] == other["value"]
                assert one["low"] == other["low"]


def test_missing_values_that_tell_are_reported():
    made = people(300)
    tone = np.where(made.cancer | (np.arange(300) % 3 == 0), made.tone, None)
    (found,) = report(made, tone=tone)["missing_values"]
    assert (found["verdict"], found["never_missing"]) == ("leak", ["melanoma", "carcinoma"])


def test_a_column_with_one_large_part_has_no_gap():
    made = people(100)
    found = report(made, part=np.where(np.arange(100) < 6, "few", "many"))
    record = found["subgroup_gaps"]["part"]
    assert record == {"compared": ["many"], "crude": {}, "standardised": {}, "class_mix": None}
    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_without_columns_nothing_is_added():
    made = people(60)
    found = report(made)
    assert "subgroup_gaps" not in found
    assert found["subgroups"] == {}


def test_images_without_label_are_left_out_of_gaps_too():
    made = people(200)
    labels = np.where(np.arange(200) < 20, -1, made.labels)
    rest = made._replace(**{name: values[20:] for name, values in made._asdict().items()})
    one = report(made._replace(labels=labels), sex=made.sex)["subgroup_gaps"]["sex"]["crude"]
    other = report(rest, sex=rest.sex)["subgroup_gaps"]["sex"]["crude"]
    value = other["accuracy"]["difference"]["value"]
    assert one["accuracy"]["difference"]["value"] == pytest.approx(value)
