"""Any layout becomes the long table, and reading that gives the same again."""

from __future__ import annotations

import pandas as pd
import pytest

from cutis import cli
from cutis.clinical.readers.config import TableConfig
from cutis.clinical.readers.convert import StatsReadingsConfig, stats_readings
from cutis.clinical.readers.loading import read_readings
from cutis.errors import CutisError
from tests.clinical.readers.test_layouts import rs1_frame, rs2b_text


@pytest.mark.parametrize("name", ["rs1", "rs2b"])
def test_there_and_back(tmp_path, name):
    source = tmp_path / "source.csv"
    if name == "rs1":
        rs1_frame().to_csv(source, index=False)
    else:
        source.write_text(rs2b_text())
    config = StatsReadingsConfig(readings=source, output=tmp_path / "long.csv")
    first = stats_readings(config).readings
    again = read_readings(TableConfig(readings=tmp_path / "long.csv"))
    assert again.layout == "long"
    pd.testing.assert_frame_equal(
        again.frame[list(first.frame.columns)], first.frame, check_dtype=False
    )


def test_what_was_understood_is_said(study, tmp_path, capsys):
    def skip(frame):
        frame.loc[0, "answer"] = None
        return frame.assign(score_grade=3)

    path = study(skip)
    assert cli.run(["stats", "readings", str(path)]) == 0
    said = capsys.readouterr().out
    assert "layout long, 6 readers, 40 cases; arms: unaided (240 readings), aided" in said
    assert "Graded outcomes: score_grade" in said
    path = study(lambda f: f.assign(answer=[None, *f["answer"][1:]]))
    out = str(tmp_path / "long.parquet")
    assert cli.run(["stats", "readings", str(path), "-o", out]) == 0
    said = capsys.readouterr().out
    assert "Readings without an answer: R1 1." in said
    assert f"Next: cutis stats readers {out}" in said
    assert len(pd.read_parquet(out)) == 479


def test_the_table_itself_is_never_overwritten(study):
    path = study()
    with pytest.raises(CutisError, match="is the table itself"):
        stats_readings(StatsReadingsConfig(readings=path, output=path))
