"""Power against statsmodels, and against simulated studies."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest
from statsmodels.stats.power import TTestIndPower, TTestPower

from cutis.stats.readers.power import (
    mcnemar_power,
    paired_t_power,
    smallest,
    two_sample_t_power,
    wilcoxon_power,
)


@pytest.mark.parametrize(
    ("n", "effect", "alpha"), [(5, 0.8, 0.05), (38, 0.4, 0.01), (90, 0.3, 0.05)]
)
def test_paired_t_equals_statsmodels(n, effect, alpha):
    oracle = TTestPower().power(effect, n, alpha)
    assert paired_t_power(n, effect, alpha) == pytest.approx(oracle, abs=1e-7)
    assert paired_t_power(n, -effect, alpha) == pytest.approx(oracle, abs=1e-7)


@pytest.mark.parametrize(("first", "second"), [(30, 30), (12, 50)])
def test_two_groups_equal_statsmodels(first, second):
    oracle = TTestIndPower().power(0.6, first, 0.05, ratio=second / first)
    assert two_sample_t_power(first, second, 0.6) == pytest.approx(oracle, abs=1e-7)
    assert two_sample_t_power(1, 9, 0.6) == 0.0


def test_wilcoxon_is_the_t_test_of_a_smaller_effect():
    assert wilcoxon_power(40, 0.5) == pytest.approx(
        TTestPower().power(0.5 * 0.864**0.5, 40, 0.05), abs=1e-7
    )


def test_sample_size_equals_statsmodels():
    assert smallest(lambda n: paired_t_power(n, 0.35), 0.9) == int(
        np.ceil(TTestPower().solve_power(0.35, power=0.9, alpha=0.05))
    )


def test_a_single_lucky_step_of_an_exact_test_does_not_count():
    n = smallest(lambda n: mcnemar_power(n, 0.2, 0.05), 0.8)
    assert n is not None
    powers = [mcnemar_power(n + k, 0.2, 0.05) for k in range(3)]
    assert min(powers) >= 0.8
    assert min(mcnemar_power(n - 1 + k, 0.2, 0.05) for k in range(3)) < 0.8


def test_an_effect_of_nothing_needs_more_than_anybody_has():
    assert smallest(lambda n: paired_t_power(n, 0.0), 0.8) is None


def test_mcnemar_equals_the_sum_over_all_tables():
    n, helped, harmed = 14, 0.3, 0.1
    from scipy.stats import multinomial

    total = 0.0
    for up in range(n + 1):
        for down in range(n + 1 - up):
            if up + down and binomtest(up, up + down, 0.5).pvalue <= 0.05:
                cells = [up, down, n - up - down]
                total += multinomial.pmf(cells, n, [helped, harmed, 1 - helped - harmed])
    assert mcnemar_power(n, helped, harmed) == pytest.approx(total, abs=1e-9)


def test_mcnemar_keeps_its_level_when_nothing_is_there():
    assert mcnemar_power(200, 0.1, 0.1) <= 0.05


@pytest.mark.parametrize(("helped", "harmed"), [(-0.1, 0.2), (0.7, 0.6), (0.0, 0.0)])
def test_shares_that_are_none_are_refused(helped, harmed):
    with pytest.raises(ValueError, match="sum to at most 1"):
        mcnemar_power(10, helped, harmed)


def test_a_power_that_is_none_is_refused():
    with pytest.raises(ValueError, match="between 0 and 1"):
        smallest(lambda n: 0.5, 1.2)


@pytest.mark.parametrize("power_of", [paired_t_power, wilcoxon_power])
def test_power_rises_with_readers_and_level_and_one_reader_has_none(power_of):
    powers = [power_of(n, 0.5) for n in (1, 2, 5, 20, 80)]
    assert powers[0] == 0.0
    assert powers == sorted(powers)
    assert power_of(20, 0.5, 0.01) < power_of(20, 0.5, 0.05)
    assert power_of(30, 0.0) == pytest.approx(0.05)


@pytest.mark.parametrize("n", [0, 1, 5])
def test_mcnemar_cannot_reject_with_so_few_pairs(n):
    assert mcnemar_power(n, 0.4, 0.1) == 0.0


def test_two_groups_swap_and_equal_ones_are_best():
    assert two_sample_t_power(10, 30, 0.5) == pytest.approx(two_sample_t_power(30, 10, -0.5))
    assert two_sample_t_power(20, 20, 0.5) > two_sample_t_power(10, 30, 0.5)


@pytest.mark.parametrize("wanted", [2, 3, 7, 100, 4097])
def test_the_smallest_number_is_found_exactly(wanted):
    assert smallest(lambda n: float(n >= wanted), 0.8) == wanted
    assert smallest(lambda n: float(n >= wanted), 0.8, least=50) == max(wanted, 50)
