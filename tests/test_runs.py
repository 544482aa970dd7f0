"""The run directory: one writer, one set of settings, and a record that can be trusted."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from pydantic import Field

from cutis import __version__
from cutis.config import DataConfig, RunConfig
from cutis.errors import CutisError
from cutis.runs import DISCLAIMER, RUN_FORMAT, Run, host, read_run, versions


class Settings(DataConfig, RunConfig):
    """A verb's settings."""

    device: str = Field(default="auto", description="Where to compute.")
    temperature: float = Field(default=1e-5, description="A small float, hard for YAML.")


def settings(folder: Path, **changes: object) -> Settings:
    return Settings.model_validate({"data": "t.csv", "output": str(folder), **changes})


def make(folder: Path, verb: str = "probe", **changes: object) -> Run:
    return Run(folder, verb, settings(folder, **changes))


def events(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "run"


def finished(folder: Path, inputs: dict[str, object], **changes: object) -> None:
    with make(folder, **changes) as run:
        (folder / "metrics.json").write_text("{}")
        run.finish(inputs=inputs, outputs=["metrics.json"], images_per_second=3.5)


def test_entering_writes_the_resolved_settings(folder: Path):
    with make(folder):
        recorded = yaml.safe_load((folder / "config.yaml").read_text())
    assert recorded.pop("verb") == "probe"
    assert Settings.model_validate(recorded) == settings(folder)


def test_a_finished_run_says_what_was_read_written_and_used(folder: Path):
    finished(folder, {"data": "abc"})
    record = read_run(folder)
    assert record["format"] == RUN_FORMAT
    assert record["status"] == "finished"
    assert record["verb"] == "probe"
    assert record["disclaimer"] == DISCLAIMER
    assert record["inputs"] == {"data": "abc"}
    assert record["outputs"] == ["metrics.json"]
    assert record["images_per_second"] == 3.5
    assert record["versions"]["cutis"] == __version__
    assert record["host"]["cores"] >= 1
    assert record["wall_seconds"] >= 0


def test_the_log_tells_the_story_in_order(folder: Path):
    finished(folder, {})
    log = events(folder)
    assert [line["event"] for line in log] == ["start", "finished"]
    assert all("T" in str(line["time"]) for line in log)


def test_the_same_run_on_the_same_inputs_is_finished(folder: Path):
    finished(folder, {"data": "abc", "shape": (2, 3)})
    with make(folder) as run:
        assert run.is_finished({"data": "abc", "shape": (2, 3)})
        assert not run.is_finished({"data": "changed", "shape": (2, 3)})


def test_a_run_whose_output_was_deleted_is_not_finished(folder: Path):
    finished(folder, {})
    (folder / "metrics.json").unlink()
    with make(folder) as run:
        assert not run.is_finished({})


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": "other/1"}'])
def test_a_damaged_record_means_not_finished_and_is_named_to_its_reader(folder: Path, text: str):
    finished(folder, {})
    (folder / "run.json").write_text(text)
    with make(folder) as run:
        assert not run.is_finished({})
    with pytest.raises(CutisError, match=r"run\.json"):
        read_run(folder)


def test_how_fast_and_where_may_change_when_a_run_is_continued(folder: Path):
    finished(folder, {}, device="cpu")
    with make(folder, device="cuda", dry_run=True) as run:
        assert run.is_finished({})


def test_a_moved_run_continues(folder: Path, tmp_path: Path):
    finished(folder, {})
    moved = folder.rename(tmp_path / "elsewhere")
    assert read_run(moved)["status"] == "finished"
    with make(moved) as run:
        assert run.is_finished({})


@pytest.mark.parametrize("changes", [{"seed": 1}, {"data": "other.csv"}, {"temperature": 2e-5}])
def test_other_settings_in_the_same_folder_are_refused(folder: Path, changes: dict[str, object]):
    finished(folder, {})
    before = (folder / "config.yaml").read_bytes()
    name = next(iter(changes))
    with pytest.raises(CutisError, match=rf"other settings \({name}: .* now"):
        make(folder, **changes).__enter__()
    assert (folder / "config.yaml").read_bytes() == before
    with make(folder):
        pass


def test_another_verb_in_the_same_folder_is_refused(folder: Path):
    finished(folder, {})
    with pytest.raises(CutisError, match="verb: probe there, zero-shot now"):
        make(folder, verb="zero-shot").__enter__()


@pytest.mark.parametrize("text", ["", "[1, 2]", "a: [", "just words"])
def test_settings_that_cannot_be_read_are_refused_not_overwritten(folder: Path, text: str):
    folder.mkdir()
    (folder / "config.yaml").write_text(text)
    with pytest.raises(CutisError, match=r"config\.yaml is not the record"):
        make(folder).__enter__()
    assert (folder / "config.yaml").read_text() == text


def test_a_folder_with_other_things_is_not_taken_over(folder: Path):
    folder.mkdir()
    (folder / "thesis.docx").write_text("precious")
    with pytest.raises(CutisError, match=r"not a run directory .*thesis\.docx"):
        make(folder).__enter__()
    assert [p.name for p in folder.iterdir()] == ["thesis.docx"]


def test_an_empty_folder_or_one_with_hidden_files_may_be_used(folder: Path):
    folder.mkdir()
    (folder / ".DS_Store").write_text("")
    with make(folder):
        assert (folder / "config.yaml").exists()


def test_a_file_cannot_be_a_run(folder: Path):
    folder.write_text("a file")
    with pytest.raises(CutisError, match="is a file, a run needs a folder"):
        make(folder).__enter__()


def test_a_second_run_in_the_same_process_is_locked_out(folder: Path):
    with make(folder), pytest.raises(CutisError, match="Another process"):
        make(folder).__enter__()
    with make(folder):
        pass


HOLD = """
import sys, time
from pathlib import Path
from cutis.config import RunConfig
from cutis.runs import Run
with Run(Path(sys.argv[1]), "probe", RunConfig(output=sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(folder: Path):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_two_processes_cannot_write_one_run(folder: Path, holder: subprocess.Popen[str]):
    config = RunConfig(output=folder)
    with pytest.raises(CutisError, match=r"Another process .*wait until it ends"):
        Run(folder, "probe", config).__enter__()


def test_a_killed_process_gives_the_folder_back_even_twice(
    folder: Path, holder: subprocess.Popen[str]
):
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    config = RunConfig(output=folder)
    code = HOLD.replace("sys.stdin.read()", "import os; os.kill(os.getpid(), 9)")
    again = subprocess.run([sys.executable, "-c", code, str(folder)], check=False)
    assert again.returncode == -signal.SIGKILL
    with Run(folder, "probe", config) as run:
        assert not run.is_finished({})
        run.finish(inputs={}, outputs=[])
    assert [line["event"] for line in events(folder)] == ["start", "start", "start", "finished"]


def test_an_exception_is_logged_and_the_lock_released(folder: Path):
    with pytest.raises(ZeroDivisionError), make(folder):
        raise ZeroDivisionError
    assert events(folder)[-1] == {**events(folder)[-1], "event": "stopped"}
    assert events(folder)[-1]["reason"] == "ZeroDivisionError"
    with make(folder):
        pass


def test_a_folder_that_vanishes_does_not_hide_the_first_error(folder: Path, tmp_path: Path):
    with pytest.raises(ZeroDivisionError), make(folder):
        folder.rename(tmp_path / "gone")
        raise ZeroDivisionError


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_while_logging_is_said_and_does_not_hide_the_first_error(folder: Path):
    with pytest.raises(CutisError, match="disk is full"), make(folder) as run:
        (folder / "log.jsonl").unlink()
        (folder / "log.jsonl").symlink_to("/dev/full")
        run.log("epoch", number=1)


def test_identity_depends_on_what_decides_the_result_only(folder: Path):
    same = make(folder).identity
    assert make(folder.parent / "b", device="cuda", dry_run=True).identity == same
    assert make(folder, seed=1).identity != same
    assert make(folder, verb="other").identity != same


def test_nothing_in_the_record_names_the_machine_or_its_user(folder: Path):
    import getpass
    import platform

    assert set(host()) == {"system", "machine", "cores"}
    names = {platform.node(), getpass.getuser()} - {"root", "user", ""}
    finished(folder, {})
    record = read_run(folder)
    text = json.dumps({"host": record["host"], "versions": record["versions"]})
    assert not [name for name in names if name in text]


def test_versions_are_those_installed():
    import numpy as np

    found = versions()
    assert found["numpy"] == np.__version__
    assert found["python"] == ".".join(map(str, sys.version_info[:3]))


def test_a_folder_without_a_record_says_how_to_make_one(tmp_path: Path):
    with pytest.raises(CutisError, match=r"no finished run.*cutis zero-shot"):
        read_run(tmp_path)
    with pytest.raises(CutisError, match="no finished run"):
        read_run(tmp_path / "nowhere")


def test_the_record_goes_when_the_inputs_have_changed(folder: Path):
    with make(folder) as run:
        run.finish(inputs={"table": "a"}, outputs=[])
    with make(folder) as run:
        assert run.is_finished({"table": "a"})
        assert (folder / "run.json").exists()
        assert not run.is_finished({"table": "b"})
    assert not (folder / "run.json").exists()
    with pytest.raises(CutisError, match="no finished run"):
        read_run(folder)


def test_results_of_other_inputs_go_with_their_record(folder: Path):
    finished(folder, {"table": "a"})
    (folder / "notes.txt").write_text("mine")
    record = read_run(folder)
    (folder / "run.json").write_text(json.dumps({**record, "outputs": ["metrics.json", "../x"]}))
    (folder.parent / "x").write_text("not of this run")
    with make(folder) as run:
        assert not run.is_finished({"table": "b"})
    assert not (folder / "metrics.json").exists()
    assert (folder / "notes.txt").exists()
    assert (folder.parent / "x").exists()


def test_results_of_the_same_inputs_stay_when_one_is_missing(folder: Path):
    finished(folder, {"table": "a"})
    with make(folder) as run:
        assert not run.is_finished({"table": "a"}, ["predictions.csv"])
    assert (folder / "metrics.json").exists()


def test_a_run_begun_before_a_setting_existed_is_continued(folder: Path):
    finished(folder, {})
    path = folder / "config.yaml"
    before = yaml.safe_load(path.read_text())
    assert before.pop("device") == "auto"
    del before["temperature"]
    path.write_text(yaml.safe_dump(before))
    with make(folder) as run:
        assert run.is_finished({})
    path.write_text(yaml.safe_dump(before))
    with pytest.raises(CutisError, match="temperature"), make(folder, temperature=1.0):
        pass


def test_a_finished_run_lacks_a_file_that_is_asked_for_now(folder: Path):
    finished(folder, {})
    with make(folder) as run:
        assert run.is_finished({}, ["metrics.json"])
        assert not run.is_finished({}, ["predictions.csv"])


def test_versions_are_everybodys_own_copy():
    versions()["torch"] = "0"
    assert versions()["torch"] != "0"
    assert {"cutis", "python", "numpy", "pandas"} <= set(versions())
