"""What the files of a sentence encoder say, and what they may not ask for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cutis.errors import CutisError
from cutis.models.sentence import asked_poolings, sentence_config
from tests.models.small_text import write_sentence


@pytest.mark.parametrize("pooling", ["mean", "cls", "max"])
def test_everything_that_is_said_is_read(tmp_path: Path, pooling: str):
    write_sentence(tmp_path, pooling, max_tokens=9, lower=True)
    found = sentence_config(tmp_path)
    assert found["model_type"] == "bert"
    assert found["sentence"] == {"pooling": pooling, "max_tokens": 9, "normalised": True}
    assert found["tokenizer_kwargs"] == {"clean": "plain_lower"}


def test_a_bare_folder_says_little(tmp_path: Path):
    write_sentence(tmp_path, None)
    found = sentence_config(tmp_path)
    assert found["sentence"] == {"pooling": None, "max_tokens": None, "normalised": False}


def test_other_folders_say_nothing(tmp_path: Path):
    assert sentence_config(tmp_path) == {}
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "dinov2"}))
    assert sentence_config(tmp_path) == {}


def edit(path: Path, change) -> None:
    content = json.loads(path.read_text())
    path.write_text(json.dumps(change(content)))


@pytest.mark.parametrize(
    ("file", "change", "said"),
    [
        ("modules.json", lambda x: [*x, {"path": "3", "type": "a.b.Dense"}], "kind Dense"),
        ("modules.json", lambda x: {"a": 1}, "not the list"),
        ("1_Pooling/config.json", lambda x: {"pooling_mode": "lasttoken"}, "'?lasttoken"),
        ("1_Pooling/config.json", lambda x: {}, "of no kind"),
        ("1_Pooling/config.json", lambda x: {**x, "pooling_mode_max_tokens": True}, "mean and max"),
    ],
)  # fmt: skip
def test_steps_that_are_not_offered_are_refused(tmp_path: Path, file: str, change, said: str):
    write_sentence(tmp_path, "mean")
    edit(tmp_path / file, change)
    with pytest.raises(CutisError, match=said):
        sentence_config(tmp_path)


def test_a_folder_copied_without_its_subfolders(tmp_path: Path):
    write_sentence(tmp_path, "mean")
    (tmp_path / "1_Pooling" / "config.json").unlink()
    with pytest.raises(CutisError, match="with its subfolders"):
        sentence_config(tmp_path)


def test_flags_and_names_of_poolings():
    assert asked_poolings({"pooling_mode_mean_sqrt_len_tokens": True}) == ("mean_sqrt_len",)
    assert asked_poolings({"pooling_mode_lasttoken": True}) == ("lasttoken",)
    assert asked_poolings({"word_embedding_dimension": 3}) == ()
