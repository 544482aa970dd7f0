"""The verbs on readings are reached by name from the package and from the command line."""

from __future__ import annotations

import pytest

import cutis
from cutis import cli
from tests.clinical.readers.conftest import study_frame

NAMES = {
    "stats readings": "stats_readings",
    "stats readers": "stats_readers",
    "stats agreement": "stats_agreement",
    "stats mrmc": "stats_mrmc",
    "stats power": "stats_power",
}


@pytest.mark.parametrize("verb", NAMES)
def test_the_command_is_the_public_function(verb):
    function, config = cli.load_verb(cli.VERBS[verb])
    assert function is getattr(cutis, NAMES[verb])
    assert config is getattr(cutis, config.__name__)


def test_a_dry_run_writes_nothing(tmp_path, capsys):
    study_frame(n_readers=2)[0].to_csv(tmp_path / "s.csv", index=False)
    words = ["stats", "readers", str(tmp_path / "s.csv"), "-o", str(tmp_path / "r"), "--dry-run"]
    assert cli.run(words) == 0
    assert "nothing is written" in capsys.readouterr().out
    assert not (tmp_path / "r").exists()
