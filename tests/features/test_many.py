"""Pairs of models and tables: folders, alignment, failures that lose nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cutis.config import ManyConfig
from cutis.errors import CutisError
from cutis.features.embed import EmbedConfig, embed_verb
from cutis.features.many import dataset_folders, divide, model_folder, run_many
from cutis.tasks.retrieve import RetrieveConfig, retrieve
from cutis.tasks.zero_shot import ZeroShotConfig, zero_shot


def settings(tmp_path: Path, **more) -> ManyConfig:
    given_values = {"data": ["a/t.csv", "b/t.csv"], "model": ["m", "n"], "output": tmp_path / "out"}
    return ManyConfig(**(given_values | more))


@dataclass(frozen=True)
class Done:
    text: str

    def render(self) -> str:
        return self.text


def run(config: ManyConfig, loader) -> Done:
    if config.model == "n" and config.data == Path("a/t.csv"):
        raise CutisError("It broke.", fix="mend it")
    return Done(f"{config.model} {config.data}")


def test_every_model_meets_every_table_in_order(tmp_path):
    pairs = divide(settings(tmp_path))
    assert [(p.model, str(p.data)) for p in pairs] == [
        ("m", "a/t.csv"), ("m", "b/t.csv"), ("n", "a/t.csv"), ("n", "b/t.csv"),
    ]  # fmt: skip
    assert [p.config.output.relative_to(tmp_path).as_posix() for p in pairs] == [
        "out/m/a-t", "out/m/b-t", "out/n/a-t", "out/n/b-t",
    ]  # fmt: skip
    assert not any(p.config.is_many() for p in pairs)
    assert {p.config.seed for p in pairs} == {0}


def test_folders_and_cards_go_with_their_tables(tmp_path):
    config = settings(tmp_path, images=["x", "auto"], card="ph2")
    assert [(p.config.images, p.config.card) for p in divide(config)[:2]] == [
        (Path("x"), "ph2"), (None, "ph2"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"images": ["x", "y", "z"]}, "--images is given 3 times for 2 tables"),
        ({"card": ["x", "y", "z"]}, "--card is given 3 times"),
        ({"model": ["m", "m"]}, "--model m is given twice"),
        ({"data": ["a.csv", "a.csv"]}, "--data a.csv is given twice"),
    ],
)
def test_what_does_not_fit_together_is_refused(tmp_path, more, said):
    with pytest.raises(CutisError, match=said):
        run_many("embed", settings(tmp_path, **more), run)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("verb", [embed_verb, zero_shot, retrieve])
@pytest.mark.parametrize("flag", ["images", "card"])
def test_two_folders_or_cards_for_one_table_are_refused(tmp_path, verb, flag):
    config_of = {embed_verb: EmbedConfig, zero_shot: ZeroShotConfig, retrieve: RetrieveConfig}
    given_values = {"data": "t.csv", "output": tmp_path / "out", flag: ["A", "B"]}
    with pytest.raises(CutisError) as caught:
        verb(config_of[verb](**given_values))
    assert f"--{flag} is given 2 times for 1 table." in str(caught.value)
    assert f"To fix it: give --{flag} once, or leave it out" in str(caught.value)
    assert not (tmp_path / "out").exists()


NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=30)


@given(st.lists(NAMES, min_size=2, max_size=6, unique=True))
def test_model_folders_are_safe_and_distinct(names):
    folders = [model_folder(name) for name in names]
    assert len(set(folders)) == len(names)
    for folder in folders:
        assert Path(folder).name == folder
        assert not folder.startswith(".")
        assert folder.isascii()


def test_tables_of_one_name_get_folders_of_their_own():
    folders = dataset_folders([Path("/a/ph2/t.csv"), Path("/b/ph2/t.csv"), Path("/c/PH2/t.csv")])
    assert len({name.casefold() for name in folders}) == 3
    assert dataset_folders([Path("/a/ph2/t.csv")]) == ["ph2-t"]


def test_a_further_table_leaves_the_folders_of_the_others():
    tables = [Path("/a/ph2/t.csv"), Path("/b/ph2/t.csv"), Path("/c/PH2/t.csv")]
    folders = dataset_folders(tables)
    assert folders[0] == "ph2-t"
    for n in (1, 2):
        assert dataset_folders(tables[:n]) == folders[:n]


def test_the_folder_of_a_named_dataset_is_its_name_wherever_one_stands(tmp_path, monkeypatch):
    names = [Path("HAM10000"), Path("ph2-binary")]
    for where in (tmp_path / "here", tmp_path / "ham"):
        where.mkdir()
        monkeypatch.chdir(where)
        assert dataset_folders(names) == ["ham10000", "ph2-binary"]
    # A file of that name in the working directory is a path, as everywhere.
    Path("HAM10000").write_text("image\n")
    assert dataset_folders(names[:1]) == ["HAM10000"]


def test_a_path_upwards_is_named_by_its_true_folder(tmp_path, monkeypatch):
    (tmp_path / "ph2" / "deep").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "ph2" / "deep")
    assert dataset_folders([Path("../t.csv")]) == ["ph2-t"]


def test_one_failure_does_not_lose_the_others(tmp_path, capsys):
    done = run_many("embed", settings(tmp_path), run)
    assert [r.text for r in done.results] == ["m a/t.csv", "m b/t.csv", "n b/t.csv"]
    assert [(f.model, f.data, f.folder) for f in done.failures] == [("n", "a/t.csv", "n/a-t")]
    assert done.exit_code == 1
    text = done.render()
    assert "1 of 4 runs failed" in text
    assert "The others are kept; finish with: cutis embed" in text
    # The steps are numbered as they are taken, on stderr; the summary is no second run.
    assert "m on a/t.csv:\n  m a/t.csv" in text
    assert "[1/4]" not in text
    assert "[1/4] m on a/t.csv" in capsys.readouterr().err
    assert "It broke. To fix it: mend it" in text
    assert "--model m --model n" in text
    record = yaml.safe_load((tmp_path / "out" / "runs.yaml").read_text())
    assert record["verb"] == "embed"
    assert record["model"] == ["m", "n"]


def test_a_defect_and_a_full_disk_are_failures_too(tmp_path, capsys):
    def broken(config: ManyConfig, loader) -> Done:
        if config.model == "m":
            raise OSError(28, "No space left on device", "x")
        raise ZeroDivisionError("oh")

    done = run_many("embed", settings(tmp_path, data="a.csv"), broken)
    assert [f.reason[:30] for f in done.failures] == [
        "The disk is full: " + str(tmp_path)[:12], "unexpected ZeroDivisionError: ",
    ]  # fmt: skip
    assert "Traceback" in capsys.readouterr().err
    assert "others are kept" not in done.render()
    assert "Once mended, repeat: cutis embed" in done.render()


def test_all_well_is_exit_0_and_an_interruption_stops(tmp_path):
    assert run_many("embed", settings(tmp_path, model="m"), run).exit_code == 0

    def stop(config: ManyConfig, loader) -> Done:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_many("embed", settings(tmp_path, model="m"), stop)


def test_a_folder_of_something_else_is_refused(tmp_path):
    run_many("embed", settings(tmp_path, model="m"), run)
    with pytest.raises(CutisError, match="holds runs of embed, not of zero-shot"):
        run_many("zero-shot", settings(tmp_path), run)
    (tmp_path / "out" / "runs.yaml").write_text("[")
    with pytest.raises(CutisError, match="something else"):
        run_many("embed", settings(tmp_path), run)
    for name, content, said in (
        ("single", "config.yaml", "single run"),
        ("other", "letter.txt", "not empty"),
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / content).write_text("x")
        with pytest.raises(CutisError, match=said):
            run_many("embed", settings(tmp_path, output=tmp_path / name), run)
    (tmp_path / "file").write_text("x")
    with pytest.raises(CutisError, match="is a file"):
        run_many("embed", settings(tmp_path, output=tmp_path / "file"), run)


def test_a_dry_run_writes_nothing(tmp_path):
    run_many("embed", settings(tmp_path, model="m", dry_run=True), run)
    assert not (tmp_path / "out").exists()
