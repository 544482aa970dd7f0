"""What both audits begin with."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from cutis.cli import load_verb
from cutis.errors import CutisError
from cutis.runs import Run
from cutis.tasks.audit.config import AuditDataConfig, AuditModelConfig
from cutis.tasks.audit.result import RESULT, already_finished
from cutis.tasks.audit.start import described, read_rows, settings_of, start
from cutis.verbs import VERBS


def config(table, tmp_path, **more):
    return AuditDataConfig(**{"data": table, "a": "red", "output": tmp_path / "run", **more})


def test_all_rows_are_read_unless_a_split_is_asked_for(colour_table, tmp_path):
    table = pd.read_csv(colour_table)
    table["split"] = ["test" if i < 12 else "train" for i in range(60)]
    table.to_csv(colour_table, index=False)
    assert len(read_rows(config(colour_table, tmp_path))) == 60
    assert len(read_rows(config(colour_table, tmp_path, split="test"))) == 12
    with pytest.raises(CutisError, match="no split 'val'"):
        read_rows(config(colour_table, tmp_path, split="val"))


def test_a_table_without_its_pictures_is_refused(colour_table, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(CutisError, match="None of the 60 images"):
        read_rows(config(colour_table, tmp_path, images=tmp_path / "empty"))


def test_intervals_resample_what_the_table_groups_by(colour_table, tmp_path):
    given = config(colour_table, tmp_path, n_bootstrap=123, confidence=0.9, seed=4)
    dataset = read_rows(given)
    settings = settings_of(given, dataset)
    assert (settings.n_bootstrap, settings.confidence, settings.seed) == (123, 0.9, 4)
    assert settings.grouping == "lesion_id"
    table = pd.read_csv(colour_table).drop(columns="lesion_id")
    table.to_csv(colour_table, index=False)
    assert settings_of(given, read_rows(given)).grouping == "none"


def test_the_record_of_a_dataset(colour_table, tmp_path):
    record = described(read_rows(config(colour_table, tmp_path)))
    assert record["roles"]["group"] == "lesion_id"
    assert record["table"] == "table.csv"
    json.dumps(record)


def test_words_are_embedded_by_the_model(colour_model, colour_table, words, tmp_path):
    given = config(colour_table, tmp_path, concepts=words, temperature="0.5")
    begun = start(given, read_rows(given))
    assert begun.scorer.concepts.ids == ("red", "green", "blue")
    assert begun.scorer.temperature == 0.5
    assert begun.model is colour_model
    colour_model.has_text = False
    with pytest.raises(CutisError, match="no text tower"):
        start(given, read_rows(given))


def test_a_finished_result_is_read_again(colour_table, tmp_path):
    with Run(tmp_path / "run", "audit data", config(colour_table, tmp_path)) as run:
        (run.dir / RESULT).write_text('{"n": 3}')
        found = already_finished(run)
    assert found.result == {"n": 3}
    assert found.render().startswith("This run was finished before")
    assert str(tmp_path / "run") in found.render()


@pytest.mark.parametrize("verb", ["audit data", "audit model"])
def test_the_verbs_are_on_the_command_line(verb):
    function, settings = load_verb(VERBS[verb])
    assert settings in (AuditDataConfig, AuditModelConfig)
    assert function.__doc__


def test_the_predictions_are_the_first_setting():
    assert next(iter(AuditModelConfig.model_fields)) == "predictions"
    assert AuditModelConfig.takes_positional
    assert not AuditDataConfig.takes_positional


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("n_permutations", 10),
        ("n_bootstrap", 10),
        ("confidence", 1.0),
        ("top", 100),
        ("min_cluster", 1),
        ("n_clusters", 1),
        ("n_components", 0),
    ],
)
def test_settings_out_of_range_are_refused(field, value, tmp_path):
    with pytest.raises(ValueError, match=field):
        AuditModelConfig(predictions="p.csv", data="t.csv", output=tmp_path, **{field: value})
