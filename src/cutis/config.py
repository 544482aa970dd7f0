"""What every verb's configuration has in common."""

from __future__ import annotations

import inspect
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from cyclopts import Parameter
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
)


class VerbConfig(BaseModel):
    """A verb's settings: Python arguments, flags, YAML keys, help text and record in one.

    Settings are flags on the command line; a verb whose first field may also be given without its
    flag sets ``takes_positional``.
    """

    takes_positional: ClassVar[bool] = False

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        """Put the fields of the class that takes a positional one before those it inherits."""
        taking = [base for base in cls.__mro__ if base.__dict__.get("takes_positional")]
        if taking:
            own = [n for n in inspect.get_annotations(taking[-1]) if n in cls.model_fields]
            rest = [name for name in cls.model_fields if name not in own]
            cls.__pydantic_fields__ = {name: cls.model_fields[name] for name in [*own, *rest]}


class RunConfig(VerbConfig):
    """Settings of a verb that writes a run directory."""

    output: Annotated[Path, Parameter(alias="-o")] = Field(
        description="Run directory to write; the same command again finishes what is missing."
    )
    seed: int = Field(default=0, ge=0, description="Seed of every random choice.")
    dry_run: bool = Field(
        default=False, description="Say what would be done and what is cached, then stop."
    )


class DataConfig(VerbConfig):
    """Settings of a verb that reads a dataset."""

    data: Path = Field(
        description="Table of images (CSV, TSV, Parquet), or a name from 'cutis data list'."
    )
    images: Path | None = Field(
        default=None, description="Folder the image paths are relative to [table's folder]."
    )
    card: str | None = Field(
        default=None,
        description="Dataset card: a name from 'cutis data list' or a YAML file [found by itself].",
    )
    image_column: str | None = Field(default=None, description="Column with the image paths.")
    label_column: str | None = Field(default=None, description="Column with the labels.")
    group_column: str | None = Field(
        default=None, description="Column with the lesion or patient each image belongs to."
    )
    split_column: str | None = Field(default=None, description="Column with the split names.")
    id_column: str | None = Field(default=None, description="Column with unique row names.")
    caption_column: str | None = Field(
        default=None, description="Column with the captions; several joined by commas."
    )

    def columns(self) -> dict[str, str]:
        """Return the roles that were given a column by hand."""
        given = {
            "image": self.image_column,
            "label": self.label_column,
            "group": self.group_column,
            "split": self.split_column,
            "id": self.id_column,
            "caption": self.caption_column,
        }
        return {role: column for role, column in given.items() if column is not None}


def _as_list(value: Any) -> Any:
    return list(value) if isinstance(value, list | tuple) else [value]


def _settle(values: Any) -> Any:
    return values[0] if len(values) == 1 else values


def _plain(value: Any) -> Any:
    return [str(item) for item in value] if isinstance(value, list) else str(value)


if TYPE_CHECKING:
    # A run has one model and one dataset; a list is divided into runs before any code reads it.
    Names = Any
    Paths = Any
else:
    _SEVERAL = (BeforeValidator(_as_list), AfterValidator(_settle), PlainSerializer(_plain))
    Names = Annotated[list[str], Field(min_length=1), *_SEVERAL]
    Paths = Annotated[list[Path], Field(min_length=1), *_SEVERAL]


class InputConfig(VerbConfig):
    """Settings that change what a model is shown, or which of its features is taken."""

    pooling: str = Field(
        default="default",
        description="Which image feature: 'default', or one the model offers, such as 'pre_head' "
        "(CAE-tower CLIPs) or 'cls_mean' (DINO).",
    )
    image_size: int | None = Field(
        default=None,
        gt=0,
        description="Side in pixels of the image input, for models that can change it "
        "[the model's own].",
    )
    norm: Literal["clip", "imagenet", "panderm", "half"] | None = Field(
        default=None,
        description="Mean and deviation of pixels by name; panderm is ImageNet's with a first "
        "deviation of 0.228 [the model's own].",
    )

    def input_options(self) -> dict[str, Any]:
        """Return these settings as :func:`cutis.models.load_model` takes them."""
        return {name: getattr(self, name) for name in InputConfig.model_fields}


class ComputeConfig(VerbConfig):
    """Where and how features are computed."""

    device: Literal["auto", "cpu", "cuda", "mps"] = Field(
        default="auto", description="Where the model computes."
    )
    precision: Literal["fp32", "bf16"] = Field(
        default="fp32", description="Arithmetic of the image tower; fp32 is exact."
    )
    batch_size: int | None = Field(
        default=None, gt=0, description="Images per forward pass [16 on a CPU, 64 elsewhere]."
    )
    workers: int | None = Field(
        default=None, ge=0, description="Threads that read and resize images [one per core]."
    )
    cache: Annotated[Path | None, Parameter(alias="--cache-dir")] = Field(
        default=None, description="Folder of cached features [$CUTIS_CACHE or ~/.cache/cutis]."
    )


class ManyConfig(InputConfig, RunConfig, DataConfig):
    """Settings of a verb that takes one or several models and datasets.

    ``model``, ``data``, ``images`` and ``card`` hold a single value, or a list when several were
    given.
    """

    data: Paths = Field(
        description="Table of images: CSV, TSV or Parquet; given several times, each is evaluated."
    )
    images: Paths | None = Field(
        default=None,
        description="Folder the image paths are relative to [table's folder]; for several tables "
        "one for all, or one each in their order ('auto' for the default).",
    )
    card: Names | None = Field(
        default=None,
        description="Dataset card: a name from 'cutis data list' or a YAML file [found by itself]; "
        "for several tables as with --images.",
    )
    model: Names = Field(
        default="cutis-tiny",
        description="Model name, see 'cutis models list'; given several times, each is evaluated.",
    )

    def is_many(self) -> bool:
        """Tell whether several models or tables, or folders or cards for them, were given."""
        given = (self.model, self.data, self.images, self.card)
        return any(isinstance(value, list) for value in given)


def command_line(verb: str, config: VerbConfig, *only: str) -> str:
    """Return the command of a configuration, with only the settings that differ from default.

    Parameters
    ----------
    verb
        The verb.
    config
        Its settings.
    only
        Names of the settings to show; all of them when left out.

    Examples
    --------
    >>> command_line("embed", RunConfig(output=Path("my run"), seed=1))
    "cutis embed --output 'my run' --seed 1"
    """
    words = ["cutis", *verb.split()]
    for name, value in config.model_dump(mode="json").items():
        if name == "dry_run" or (only and name not in only):
            continue
        if value is None or value == type(config).model_fields[name].get_default():
            continue
        flag = name.replace("_", "-")
        if isinstance(value, bool):
            words.append(f"--{flag}" if value else f"--no-{flag}")
            continue
        for item in value if isinstance(value, list) else [value]:
            words += [f"--{flag}", str(item)]
    return shlex.join(words)
