"""What a benchmark writes is what the page of formats says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cutis.tasks.benchmark.board import make_record
from cutis.tasks.benchmark.files import FIELDS
from cutis.tasks.benchmark.reading import bundled_suites
from cutis.tasks.benchmark.standing import Rules
from cutis.tasks.benchmark.suite import Suite, SuiteEntry
from tests.report.suite.fake_record import make_suite_record
from tests.tasks.benchmark.fake_runs import material, suite_of

DOCS = Path(__file__).resolve().parents[3] / "docs"


@pytest.fixture(scope="module")
def section() -> str:
    text = (DOCS / "formats.md").read_text(encoding="utf-8")
    return text.split("## Benchmark suites\n")[1].split("\n## ")[0]


@pytest.fixture(scope="module")
def record(tmp_path_factory) -> dict:
    folder = tmp_path_factory.mktemp("formats")
    suite = suite_of(
        {"data": "ham10000-zero-shot", "metric": "accuracy"}, {"data": "ddi", "metric": "auroc"}
    )
    made = material(folder, suite, {"make": 0.8, "other": 0.4})
    return make_record(made, Rules(100, anchor="other"), folder)


def keys_of(value) -> set[str]:
    """Every key of our own; keys that are names of models or columns are left out."""
    if isinstance(value, list):
        return set().union(*(keys_of(item) for item in value)) if value else set()
    if not isinstance(value, dict):
        return set()
    own = {key for key in value if re.fullmatch(r"[a-z_]+", key)}
    return own.union(*(keys_of(inner) for inner in value.values())) if value else own


def test_every_key_and_column_is_documented(section, record):
    told = set(re.findall(r"[a-z_]+", section))
    assert keys_of(record) - {"disclaimer", "format", "description", "n_entries"} <= told
    assert set(FIELDS) <= told
    assert {*Suite.model_fields, *SuiteEntry.model_fields} <= told


def test_the_invented_record_has_the_keys_of_a_real_one(record):
    """Else the tests of the page would test a page that nobody gets."""
    invented = make_suite_record()
    for part in ("models", "columns", "averages", "reproduction", "published_only"):
        assert set(invented[part][0]) == set(record[part][0]), part
    either = set(record["cells"][0]) | set(record["cells"][1])
    assert set(invented["cells"][0]) | set(invented["cells"][-1]) == either
    real = record["reproduction"][0]["published"]
    assert set(invented["reproduction"][0]["published"]) == set(real)


def test_every_suite_is_on_its_page():
    page = (DOCS / "benchmark-suites.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `([^`]+)` \|", page, re.MULTILINE)) == set(bundled_suites())
