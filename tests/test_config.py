"""What every verb's settings promise."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import pytest
from cyclopts import Parameter
from pydantic import Field, ValidationError

from cutis.config import DataConfig, ManyConfig, RunConfig, VerbConfig, command_line


class Both(DataConfig, RunConfig):
    """A verb that reads a table and writes a run, as most do."""

    count: int = Field(default=3, ge=1, description="How many.")


def test_unknown_settings_are_refused():
    with pytest.raises(ValidationError, match="colour"):
        Both(data=Path("t.csv"), output=Path("r"), colour="red")


def test_settings_cannot_change_after_they_were_checked():
    config = Both(data=Path("t.csv"), output=Path("r"))
    with pytest.raises(ValidationError, match="frozen"):
        config.count = 4


def test_defaults_are_checked_like_given_values():
    class Wrong(VerbConfig):
        count: int = Field(default=0, ge=1, description="How many.")

    with pytest.raises(ValidationError, match="greater than or equal to 1"):
        Wrong()


def test_a_negative_seed_is_refused():
    with pytest.raises(ValidationError, match="seed"):
        Both(data=Path("t.csv"), output=Path("r"), seed=-1)


def test_only_roles_given_by_hand_are_columns():
    config = DataConfig(data=Path("t.csv"), label_column="dx", group_column="lesion")
    assert config.columns() == {"label": "dx", "group": "lesion"}
    assert DataConfig(data=Path("t.csv")).columns() == {}


def test_every_column_setting_reaches_its_role():
    roles = [f.removesuffix("_column") for f in DataConfig.model_fields if f.endswith("_column")]
    given = {f"{role}_column": role.upper() for role in roles}
    assert DataConfig(data=Path("t.csv"), **given).columns() == {r: r.upper() for r in roles}
    assert roles


def test_settings_survive_json_and_come_back_equal():
    config = Both(data=Path("a/t.csv"), output=Path("r"), images=Path("im"), seed=7)
    assert Both.model_validate(config.model_dump(mode="json")) == config


class Many(RunConfig):
    """Settings of every kind a command line can hold."""

    names: tuple[str, ...] = Field(default=(), description="Several.")
    fast: bool = Field(default=True, description="On unless said.")
    csv: bool = Field(default=False, description="Off unless said.")
    level: float = Field(default=0.95, description="A number.")


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, ""),
        ({"csv": True}, " --csv"),
        ({"fast": False}, " --no-fast"),
        ({"names": ("a", "b c")}, " --names a --names 'b c'"),
        ({"level": 0.9, "seed": 2, "dry_run": True}, " --seed 2 --level 0.9"),
    ],
)
def test_the_command_of_a_configuration_says_only_what_differs(
    settings: dict[str, object], expected: str
):
    config = Many(output=Path("run"), **settings)
    assert command_line("data x", config) == "cutis data x --output run" + expected


def test_the_command_of_a_configuration_gives_the_configuration_back():
    from cyclopts import App

    def parse(config: Annotated[Many, Parameter(name="*")]) -> Many:
        return config

    config = Many(output=Path("my run"), fast=False, names=("a", "b c"), level=0.5, seed=4)
    app = App(default_command=parse, result_action="return_value")
    assert app(command_line("", config).removeprefix("cutis "), exit_on_error=False) == config


def test_the_command_may_be_cut_down_to_some_settings():
    config = Both(data=Path("t.csv"), output=Path("r"), seed=7)
    assert command_line("check", config, "data", "seed") == "cutis check --seed 7 --data t.csv"


def test_one_value_stays_one_and_several_are_a_list():
    one = ManyConfig(data="t.csv", output="run")
    assert (one.data, one.model, one.images, one.is_many()) == (
        Path("t.csv"), "cutis-tiny", None, False,
    )  # fmt: skip
    assert ManyConfig(data=["t.csv"], model=("a",), output="run").is_many() is False
    two = ManyConfig(data=["t.csv", "u.csv"], model="a", images=["x", "auto"], output="run")
    assert two.data == [Path("t.csv"), Path("u.csv")]
    assert two.is_many()
    assert two.model_dump(mode="json")["images"] == ["x", "auto"]
    assert "--data t.csv --data u.csv" in command_line("embed", two)
    with pytest.raises(ValueError, match="at least 1"):
        ManyConfig(data="t.csv", model=[], output="run")
