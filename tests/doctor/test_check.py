"""How a diagnosis reads, and what it is worth to a script."""

from __future__ import annotations

from cutis.doctor.check import Check, Diagnosis

GOOD = Check("python", "PASS", "3.11.7")
LIMITED = Check("feature cache", "WARN", "0.5 GiB free", "free some space")
BROKEN = Check("timm", "FAIL", "not installed", 'pip install "timm>=1.0"')


def test_only_a_failure_changes_the_exit_code():
    assert Diagnosis((GOOD, LIMITED)).exit_code == 0
    assert Diagnosis((GOOD, LIMITED, BROKEN)).exit_code == 1


def test_every_check_has_a_line_every_problem_its_fix_and_a_sum_closes():
    assert Diagnosis((GOOD, LIMITED, BROKEN)).render().splitlines() == [
        "PASS  python         3.11.7",
        "WARN  feature cache  0.5 GiB free",
        "                     fix: free some space",
        "FAIL  timm           not installed",
        '                     fix: pip install "timm>=1.0"',
        "",
        "1 PASS, 1 WARN, 1 FAIL",
    ]
