"""Settings of probes: lists, defaults and what is refused, with words that help."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from cutis.tasks.probe.config import ProbeConfig


@pytest.fixture
def made(tmp_path):
    """Make settings for a table that is not there."""
    return lambda **more: ProbeConfig(data=tmp_path / "t.csv", output=tmp_path / "r", **more)


@pytest.mark.parametrize("given", ["1,0.1,0.5", ["1", "0.1,0.5"], (1, 0.5, 0.1), [1.0, 0.1, 0.5]])
def test_lists_come_with_commas_or_blanks_in_any_order(made, given):
    assert made(fractions=given).fractions == (0.1, 0.5, 1.0)


def test_what_is_given_twice_counts_once(made):
    assert made(shots="4,1,4").shots == (1, 4)
    assert made(k=[5, 5, 1]).k == (1, 5)


def test_defaults_learn_from_everything_once(made):
    config = made()
    assert (config.fractions, config.shots, config.seeds, config.folds) == ((1.0,), (), 1, None)
    assert config.c == tuple(sorted(config.c))
    assert not config.allow_shared_groups


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"fractions": ()}, "each share is above 0 and at most 1"),
        ({"fractions": (1.2,)}, "each share is above 0 and at most 1"),
        ({"fractions": (-0.1, 1)}, "each share is above 0 and at most 1"),
        ({"fractions": (float("nan"),)}, "each share is above 0"),
        ({"fractions": "10%"}, "valid number"),
        ({"shots": (2, 0)}, "each number is 1 or more"),
        ({"shots": "2.5"}, "integer"),
        ({"k": "0"}, "each number is 1 or more"),
        ({"c": ()}, "each strength is above 0"),
        ({"c": "-1,1"}, "each strength is above 0"),
        ({"alpha": "-0.5"}, "each value is 0 or more"),
        ({"beta": "-1"}, "each value is 0 or more"),
        ({"method": "nearest"}, "'linear', 'knn', 'mean' or 'cache'"),
        ({"protocol": "pandrem"}, "'standard' or 'panderm'"),
        ({"sampling": "random"}, "'grouped', 'stratified', 'panderm' or 'dermfm'"),
        ({"votes": "distance"}, "'weighted' or 'plain'"),
        ({"class_weight": "auto"}, "'none' or 'balanced'"),
        ({"folds": 1}, "greater than or equal to 2"),
        ({"n_bootstrap": 10}, "greater than or equal to 100"),
        ({"confidence": 95}, "less than 1"),
    ],
)
def test_refusals_say_what_is_allowed(made, more, said):
    with pytest.raises(ValidationError) as raised:
        made(**more)
    assert said in str(raised.value)
    assert next(iter(more)) in str(raised.value)


def test_nothing_can_be_changed_afterwards(made):
    with pytest.raises(ValidationError, match="frozen"):
        made().seeds = 3
