"""Settings of annotation: defaults, flags, refusals."""

from __future__ import annotations

import pytest

from cutis.cli import load_verb, run
from cutis.config import command_line
from cutis.tasks.annotate import AnnotateConfig, annotate
from cutis.tasks.annotate.config import ConceptConfig
from cutis.verbs import VERBS


def made(tmp_path, **more):
    return AnnotateConfig(data="table.csv", output=tmp_path, **more)


def test_the_defaults_are_the_published_score_at_the_models_own_temperature(tmp_path):
    config = made(tmp_path)
    assert (config.variant, config.temperature) == ("per-template", "model")
    assert (config.model, config.concepts, config.only) == ("cutis-tiny", None, None)
    assert config.min_positives == 1
    assert not config.is_many()


@pytest.mark.parametrize(
    ("given", "kept"),
    [("model", "model"), (" published ", "published"), (0.02, "0.02"), ("1e-2", "1e-2")],
)
def test_temperatures_are_kept_as_given(given, kept):
    assert ConceptConfig(temperature=given).temperature == kept


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("variant", "both"),
        ("temperature", -1),
        ("min_positives", 0),
        ("n_bootstrap", 5),
        ("confidence", 0.2),
        ("top", 25),
        ("device", "tpu"),
        ("concept", "skincon"),
    ],
)
def test_settings_that_make_no_sense_are_refused(tmp_path, field, value):
    with pytest.raises(ValueError, match=field):
        made(tmp_path, **{field: value})


def test_the_command_that_repeats_a_run(tmp_path):
    config = made(tmp_path, temperature="published", only="hair,ruler", csv=True)
    line = command_line("annotate", config)
    assert "--temperature published" in line
    assert "--only hair,ruler" in line
    assert line.endswith("--csv")
    assert "--variant" not in line


def test_several_models_are_several_runs(tmp_path):
    assert made(tmp_path, model=["one", "two"]).is_many()


def test_the_verb_is_on_the_command_line(capsys):
    function, config = load_verb(VERBS["annotate"])
    assert (function, config) == (annotate, AnnotateConfig)
    assert run(["annotate", "--help"]) == 0
    shown = capsys.readouterr().out
    for flag in ("--concepts", "--only", "--concept-templates", "--variant", "--temperature"):
        assert flag in shown


def test_a_misspelt_flag_is_named(capsys):
    assert run(["annotate", "--concept", "skincon"]) == 2
    assert "Did you mean '--concepts'" in capsys.readouterr().err
