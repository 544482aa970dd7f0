"""The table of concepts that differ."""

from __future__ import annotations

from cutis.report.annotation.differences import difference_table, p_text


def record(name, value, low=None, high=None, p=0.01):
    size = {"value": value, "low": low, "high": high}
    return {
        "name": name, "standardised": size, "mean_a": 0.5, "mean_b": 0.25, "p": p, "p_holm": p,
        "p_bh": p, "delta": {"value": 0.01, "low": None, "high": None},
    }  # fmt: skip


def test_undefined_differences_show_a_dash():
    table = difference_table(
        [record("a_b", 0.5, 0.2, 0.8), record("c", None, p=None)], {"a_b": "words"}, "A", "B",
        "caption", "note", delta=True,
    )  # fmt: skip
    first, second = table.rows
    assert first[0] == "words"
    assert first[1].picture is not None
    assert (second[0], second[1].text, second[2].text, second[5].text) == ("c", "–", "–", "–")
    assert len(table.columns) == len(first) == 9


def test_without_delta_there_is_one_column_less():
    table = difference_table([record("a", 9.0, 2.0, 12.0)], {}, "bad", "good", "", "", delta=False)
    assert len(table.columns) == len(table.rows[0]) == 8
    assert table.columns[3:5] == ["mean bad", "mean good"]


def test_p_values():
    assert [p_text(p) for p in (None, 0.0, 0.00099, 0.001, 0.5)] == [
        "–",
        "<0.001",
        "<0.001",
        "0.001",
        "0.500",
    ]
