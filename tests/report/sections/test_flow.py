"""The flow adds up and leaves out stations that set nothing aside."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutis.report.sections.flow import flow_steps
from cutis.report.source import RunData


def made(table, split, unreadable, without_label, metrics=True, name="test"):
    counts = {
        "rows_in_table": table, "rows_in_split": split, "unreadable": unreadable,
        "without_label": without_label, "evaluated": split - unreadable - without_label,
    }  # fmt: skip
    record = {"dataset": {"split": name, "counts": counts}}
    return flow_steps(RunData(record=record, metrics={"n": 1} if metrics else None))


@given(*[st.integers(0, 50)] * 4)
def test_what_is_set_aside_explains_every_difference(evaluated, unlabelled, unreadable, others):
    split = evaluated + unlabelled + unreadable
    steps = made(split + others, split, unreadable, unlabelled)
    assert steps[0].n == split + others
    assert steps[-1].n == evaluated
    for before, after in itertools.pairwise(steps):
        first = after.removed.split()[0]
        removed = 0 if first == "none" else int(first)
        assert before.n - after.n == removed


def test_the_split_is_named_only_where_there_is_one():
    assert "rows in the split ‘test’" in [s.text for s in made(10, 6, 0, 0)]
    assert len(made(10, 10, 0, 0)) == 3


def test_without_labels_the_flow_ends_with_the_answers():
    steps = made(10, 10, 1, 9, metrics=False)
    assert [s.n for s in steps] == [10, 9]


@pytest.mark.parametrize("record", [{}, {"dataset": {}}, {"dataset": {"counts": {}}}])
def test_a_run_without_counts_has_no_flow(record):
    assert flow_steps(RunData(record=record)) == []
