"""What every verb's settings promise."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import Field, ValidationError

from cutis.config import DataConfig, RunConfig, VerbConfig


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
