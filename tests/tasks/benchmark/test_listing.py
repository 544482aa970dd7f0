"""What a benchmark says on the terminal."""

from __future__ import annotations

from pathlib import Path

from cutis.tasks.benchmark.listing import (
    missing_lines,
    not_runnable_lines,
    plan_lines,
    result_lines,
    suite_list,
)
from cutis.tasks.benchmark.locating import Located, Missing
from cutis.tasks.benchmark.reading import bundled_suites
from cutis.tasks.benchmark.running import plan_cells
from tests.report.suite.fake_record import make_suite_record
from tests.tasks.benchmark.fake_runs import suite_of


def test_results_stand_below_their_model_with_rank_and_published_figure():
    lines = result_lines(make_suite_record(2, 2))
    assert lines[0] == "A suite for tests (95 % CI):"
    first = lines.index("  Model-0")
    assert lines[first + 1] == (
        "    data-0, accuracy: 0.500 (0.450 to 0.550), rank 1 (1 to 2), published 0.600 (A paper)"
    )
    assert lines[first + 3].startswith("    average of 2: 0.600 (0.500 to 0.700), rank 1")
    assert "published" not in lines[lines.index("  Model-1") + 1]


def test_a_value_without_rank_or_interval():
    record = make_suite_record(1, 1)
    record["averages"] = []
    record["cells"][0] |= {"rank": None, "published": None, "low": None, "value": None}
    assert result_lines(record)[-1] == "    data-0, accuracy: undefined"


def test_steps_are_numbered():
    suite = suite_of({"data": "ddi", "metric": "auroc"})
    lines = missing_lines([Missing(suite.entries[0], "no table of it", ("Register.", "Unpack."))])
    assert lines == [
        "Not here: 1 of the suite's datasets.",
        "  ddi (zero-shot): no table of it.",
        "    1. Register.",
        "    2. Unpack.",
    ]
    assert missing_lines([]) == []


def test_a_plan_tells_done_from_to_do(tmp_path):
    suite = suite_of(
        {"data": "ph2-zero-shot", "metric": "auroc"},
        {"data": "waterloo", "metric": "auroc", "not_runnable": "masks only"},
    )
    located = [Located(suite.entries[0], Path("t.csv"), "ph2-binary", "ph2-zero-shot")]
    plans = plan_cells(located, ["make", "monet"], tmp_path, {})
    plans[0].folder.mkdir(parents=True)
    (plans[0].folder / "run.json").write_text("{}")
    lines = plan_lines(suite, plans, [], tmp_path)
    assert lines[0] == "A test suite: 2 runs."
    assert lines[1].startswith("  there: make on ph2-zero-shot (zero-shot), table t.csv")
    assert lines[2].startswith("  to do: monet on ph2-zero-shot")
    assert lines[2].endswith("in place of ph2-zero-shot")
    assert not_runnable_lines(suite) == ["  Not run: waterloo: masks only."]
    assert lines[-1] == "  Not run: waterloo: masks only."
    assert "no folder of datasets is known" in plan_lines(suite, [], [], None)[1]


def test_the_list_names_every_suite(tmp_path):
    lines = "\n".join(suite_list(tmp_path))
    assert all(name in lines for name in bundled_suites())
    assert f"Searched: {tmp_path}" in lines
    assert "Set CUTIS_DATA" in suite_list(None)[-1]
    one = suite_list(tmp_path, "annotation-2")
    assert one[0].startswith("annotation-2: ")
    assert any("research" in line or "Download" in line for line in one)
