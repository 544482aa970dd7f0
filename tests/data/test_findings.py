"""Findings as text and as JSON."""

from __future__ import annotations

import json

from cutis.data.findings import CHECK_FORMAT, CheckReport, Finding, in_order, row_numbers

ERROR = Finding("error", "missing-file", "3 are gone.", (0, 1, 5), fix="bring them back")
PAIRS = Finding("warning", "near-duplicate", "Two pairs.", (1, 2, 7, 9), ((1, 2), (7, 9)))


def report(*findings: Finding, **kwargs: object) -> CheckReport:
    return CheckReport("t.csv", "10 rows", 10, findings, "--data t.csv", **kwargs)  # type: ignore[arg-type]


def test_rows_are_numbered_as_a_spreadsheet_does() -> None:
    assert row_numbers([0], 5) == "2"
    assert row_numbers([3, 2, 2, 1], 5) == "3-5"
    assert row_numbers([], 5) == ""
    assert row_numbers(range(0, 100, 2), 3) == "2, 4, 6 and 47 more"


def test_errors_decide_the_exit_code_and_the_last_line() -> None:
    bad, good = report(ERROR, PAIRS), report(PAIRS)
    assert (bad.exit_code, good.exit_code) == (1, 0)
    assert "header is row 1" in bad.render().splitlines()[-1]
    assert good.render().splitlines()[-1].endswith("cutis zero-shot --data t.csv -o RUN")


def test_the_text_names_rows_pairs_and_the_fix() -> None:
    text = report(ERROR, PAIRS, images_read=9, images_per_second=99.6).render()
    assert "ERROR    missing-file: 3 are gone." in text
    assert "rows 2-3, 7" in text
    assert "fix: bring them back" in text
    assert "rows (3-4) (9, 11)" in text
    assert "1 error, 1 warning. 9 images read, 100 images/s." in text


def test_the_json_holds_every_row() -> None:
    value = json.loads(report(ERROR, PAIRS, as_json=True, shown=1).render())
    assert value["format"] == CHECK_FORMAT
    assert (value["errors"], value["warnings"]) == (1, 1)
    assert value["findings"][0]["rows"] == [2, 3, 7]
    assert value["findings"][1]["clusters"] == [[3, 4], [9, 11]]
    assert value["images_per_second"] is None


def test_errors_come_first() -> None:
    assert in_order([PAIRS, ERROR]) == (ERROR, PAIRS)
