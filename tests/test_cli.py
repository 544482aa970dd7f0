"""The command line: every verb is reachable, typos are answered, errors are paragraphs."""

from __future__ import annotations

import importlib.util
import subprocess
import sys

import pytest
from pydantic import Field

from cutis import cli
from cutis.config import VerbConfig
from cutis.errors import CutisError
from cutis.verbs import VERBS


class ToyConfig(VerbConfig):
    """Settings of a verb that only tests know."""

    number: int = Field(default=1, gt=0, description="A number.")
    failure: str | None = Field(default=None, description="How to fail.")


class ToyResult:
    exit_code = 1

    def __init__(self, number: int) -> None:
        self.number = number

    def render(self) -> str:
        return f"number {self.number}"


def toy(config: ToyConfig) -> ToyResult:
    """Do nothing much."""
    if config.failure == "user":
        raise CutisError("It broke.", fix="mend it")
    if config.failure == "full":
        raise OSError(28, "No space left on device", "somewhere")
    if config.failure == "bug":
        raise RuntimeError("a bug")
    if config.failure == "stop":
        raise KeyboardInterrupt
    return ToyResult(config.number)


@pytest.fixture(autouse=True)
def toy_verb(monkeypatch):
    monkeypatch.setattr(cli, "load_verb", lambda verb: (toy, ToyConfig))


def test_result_is_printed_and_its_exit_code_returned(capsys):
    assert cli.run(["doctor", "--number", "3"]) == 1
    assert capsys.readouterr().out == "number 3\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["zero-shoot"], "Did you mean 'zero-shot'"),
        (["data", "chek"], "data check"),
        (["doctor", "--numbr", "3"], "Did you mean '--number'"),
        (["doctor", "--number", "0"], "--number: input should be greater than 0 (given: '0')"),
        (["doctor", "--number", "x"], "number"),
        (["doctor", "--failure", "user"], "It broke. To fix it: mend it"),
        (["doctor", "--failure", "full"], "The disk is full"),
        (["doctor", "--config"], "needs a file"),
        (["doctor", "--config", "absent.yaml"], "no settings file"),
    ],
)
def test_mistakes_are_one_paragraph_and_exit_2(capsys, words, said):
    assert cli.run(words) == 2
    err = capsys.readouterr().err
    assert said in err
    assert "Traceback" not in err
    assert len(err.strip().splitlines()) == 1


def test_debug_shows_the_traceback(capsys):
    assert cli.run(["doctor", "--failure", "user", "--debug"]) == 2
    assert "Traceback" in capsys.readouterr().err


def test_a_bug_keeps_its_traceback():
    with pytest.raises(RuntimeError, match="a bug"):
        cli.run(["doctor", "--failure", "bug"])


def test_interrupt_exits_130(capsys):
    assert cli.run(["doctor", "--failure", "stop"]) == 130
    assert "kept" in capsys.readouterr().err


def test_settings_file_is_read_and_flags_win(tmp_path, capsys):
    path = tmp_path / "settings.yaml"
    path.write_text("verb: doctor\nnumber: 5\nfailure: null\n")
    assert cli.run(["doctor", "--config", str(path)]) == 1
    assert capsys.readouterr().out == "number 5\n"
    assert cli.run(["doctor", f"--config={path}", "--number", "6"]) == 1
    assert capsys.readouterr().out == "number 6\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [("numbr: 5", "numbr"), ("- a\n- b", "option: value"), ("a: [", "not valid YAML")],
)
def test_wrong_settings_files_are_refused(tmp_path, capsys, text, said):
    path = tmp_path / "settings.yaml"
    path.write_text(text)
    assert cli.run(["doctor", "--config", str(path)]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("name", sorted(VERBS))
def test_every_verb_has_a_home_and_described_settings(name, monkeypatch):
    monkeypatch.undo()
    module = VERBS[name].home.partition(":")[0]
    assert importlib.util.find_spec(module) is not None
    _, config_class = cli.load_verb(VERBS[name])
    missing = [f for f, info in config_class.model_fields.items() if not info.description]
    assert not missing
    assert config_class.model_config["frozen"]
    assert config_class.model_config["extra"] == "forbid"


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["zero-shot", "--help"], ["data"]])
def test_help_loads_nothing_heavy(words):
    code = (
        "import sys\nfrom cutis import cli\n"
        f"try:\n    cli.run({words!r})\nexcept SystemExit:\n    pass\n"
        "heavy = {'torch', 'pandas', 'timm', 'transformers', 'sklearn', 'matplotlib'}\n"
        "sys.exit(', '.join(sorted(heavy & set(sys.modules))) or 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_misspelt_flag_is_named_before_the_required_one_it_stands_for(capsys, monkeypatch):
    from cutis.tasks.zero_shot import ZeroShotConfig, zero_shot

    monkeypatch.setattr(cli, "load_verb", lambda verb: (zero_shot, ZeroShotConfig))
    assert cli.run(["zero-shot", "--dta", "table.csv", "-o", "out"]) == 2
    said = capsys.readouterr().err
    assert "has no option --dta. Did you mean '--data'?" in said
    assert "required" not in said.lower()


def test_settings_named_like_a_command_are_read(tmp_path, monkeypatch, capsys):
    class DataToyConfig(ToyConfig):
        """Settings with a key that is also a group of commands."""

        data: list[str] = Field(description="A word.")

    def show(config: DataToyConfig) -> ToyResult:
        """Show what was read."""
        print(config.data, config.number)
        return ToyResult(config.number)

    monkeypatch.setattr(cli, "load_verb", lambda verb: (show, DataToyConfig))
    path = tmp_path / "settings.yaml"
    path.write_text("data: [a, b]\nnumber: 5\n")
    for verb in (["zero-shot"], ["data", "check"]):
        assert cli.run([*verb, "--config", str(path)]) == 1
        assert capsys.readouterr().out.startswith("['a', 'b'] 5")


def test_a_reader_that_leaves_early_is_no_error():
    code = "import sys; from cutis.cli import run; sys.exit(run(['data', 'list']))"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        process.stdout.close()
        assert process.wait() == 0
        assert process.stderr.read() == b""
