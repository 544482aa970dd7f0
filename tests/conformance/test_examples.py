"""The notebooks run from top to bottom, and hold no outputs of somebody's machine."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.conformance.source import REPOSITORY

NOTEBOOKS = sorted((REPOSITORY / "examples").glob("*.ipynb"))


def test_there_is_an_example():
    assert NOTEBOOKS


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_is_stored_without_outputs(notebook: Path):
    content = json.loads(notebook.read_text(encoding="utf-8"))
    assert content["nbformat"] == 4
    code = [cell for cell in content["cells"] if cell["cell_type"] == "code"]
    assert [c["outputs"] for c in code] == [[]] * len(code)
    assert {c["execution_count"] for c in code} == {None}


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_runs(
    notebook: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            source = "".join(cell["source"])
            exec(compile(source, f"{notebook.name}:{cell['id']}", "exec"), names)
    assert capsys.readouterr().out.strip()
    for report in list(tmp_path.rglob("report.html")):
        assert undocumented(report.parent) == set()
    assert list(tmp_path.rglob("report.html"))


def undocumented(run: Path) -> set[str]:
    """Return the files, keys and columns of a run that the page of formats does not name."""
    import pyarrow.parquet as pq

    record = json.loads((run / "run.json").read_text())
    metrics = json.loads((run / "metrics.json").read_text())
    record_keys = {*record, *record["inputs"], *record["dataset"], *record["prompts"]}
    one = next(iter(metrics["per_class"].values()))
    metric_keys = {*metrics, *metrics["metrics"], *metrics["metrics"]["accuracy"], *one}
    metric_keys |= {*metrics["calibration"], *metrics["calibration"]["bins"][0]}
    columns = set(pq.read_schema(run / "predictions.parquet").names)
    files = {path.name for path in run.iterdir() if not path.name.startswith(".")}
    found = record_keys | metric_keys | {c for c in columns if not c.startswith("p:")} | files
    page = (REPOSITORY / "docs" / "formats.md").read_text()
    return {name for name in found if not re.search(rf"[`,{{ ]{re.escape(name)}[`,}}/ ]", page)}
