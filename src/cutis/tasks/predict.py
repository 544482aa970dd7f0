"""A ranked differential for single images."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from cyclopts import Parameter
from pydantic import Field

from cutis.config import VerbConfig
from cutis.errors import CutisError
from cutis.runs import DISCLAIMER

_BAR = 24


class PredictConfig(VerbConfig):
    """Settings of ``cutis predict``."""

    takes_positional: ClassVar[bool] = True

    images: Annotated[list[Path], Parameter(negative_iterable=())] = Field(
        min_length=1, description="Image files."
    )
    classes: Annotated[str, Parameter(allow_leading_hyphen=False)] = Field(
        default="ham10000",
        description="Diagnoses to choose between, as a,b,c or a dataset card's name.",
    )
    model: str = Field(default="cutis-tiny", description="Model name; see 'cutis models list'.")
    probe: Path | None = Field(
        default=None,
        description="Run of 'cutis probe' whose classifier answers, with its model and classes "
        "[prompts answer].",
    )
    templates: str | None = Field(
        default=None,
        description="Prompt templates: a file, or dermatology, dermoscopy, clinical [dermatology].",
    )
    plain_names: bool = Field(
        default=False, description="Prompt with class names alone, without synonyms."
    )
    scale: float | None = Field(
        default=None,
        gt=0,
        description="Factor on the cosine before the softmax [the model card's, else 100].",
    )
    top: int = Field(default=5, gt=0, description="Diagnoses to show per image.")
    json_output: Annotated[bool, Parameter(name="--json")] = Field(
        default=False, description="Print JSON instead of text."
    )
    output: Annotated[Path | None, Parameter(alias="-o")] = Field(
        default=None, description="JSON file to write as well."
    )
    device: Literal["auto", "cpu", "cuda", "mps"] = Field(
        default="auto", description="Where the model computes."
    )
    cache: Annotated[Path | None, Parameter(alias="--cache-dir")] = Field(
        default=None, description="Folder of cached features [$CUTIS_CACHE or ~/.cache/cutis]."
    )


@dataclass(frozen=True)
class Differential:
    """The ranked diagnoses of one image: names with probabilities, most probable first."""

    image: str
    ranked: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class PredictResult:
    """Differentials of the readable images, and the reasons for the others."""

    differentials: tuple[Differential, ...]
    unreadable: tuple[tuple[str, str], ...]
    about: dict[str, Any]
    top: int
    as_json: bool
    remarks: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """1 when an image could not be read, 0 otherwise."""
        return 1 if self.unreadable else 0

    def to_json(self) -> dict[str, Any]:
        """Return everything as JSON values; probabilities of all classes, ranked."""
        return {
            "format": "cutis.predict/1",
            "disclaimer": DISCLAIMER,
            **self.about,
            "images": [
                {
                    "image": d.image,
                    "differential": [
                        {"diagnosis": name, "probability": round(p, 6)} for name, p in d.ranked
                    ],
                }
                for d in self.differentials
            ],
            "remarks": list(self.remarks),
            "unreadable": [{"image": i, "reason": r} for i, r in self.unreadable],
        }

    def render(self) -> str:
        """Return the text for the terminal, or JSON when that was asked for."""
        if self.as_json:
            return json.dumps(self.to_json(), indent=2, ensure_ascii=False)
        lines = []
        for d in self.differentials:
            lines.append(d.image)
            width = max(len(name) for name, _ in d.ranked)
            for rank, (name, p) in enumerate(d.ranked[: self.top], start=1):
                bar = "█" * round(_BAR * p)
                lines.append(f"  {rank}. {name:<{width}}  {100 * p:5.1f} %  {bar}")
        lines += [f"{image}: not read, {reason}" for image, reason in self.unreadable]
        lines += self.remarks
        model = self.about["model"]["name"]
        probe = self.about.get("probe")
        if probe is not None:
            lines.append(
                f"Answered by a {probe['kind']} probe fitted on {probe['dataset']} (run "
                f"{probe['run']}); of an image it learnt from, its answer proves nothing."
            )
        lines.append(f"{DISCLAIMER}. Model {model}; only the named classes were considered.")
        return "\n".join(lines)


def predict(config: PredictConfig) -> PredictResult:
    """Rank the possible diagnoses of single images.

    Raises
    ------
    CutisError
        If the model or the classes cannot be used, or no image can be read.
    """
    from cutis.tasks.answers import by_probe, by_prompts

    answer = by_prompts(config) if config.probe is None else by_probe(config)
    readable, unreadable = read_images(config.images)
    if not readable:
        raise CutisError(
            f"No image could be read. {unreadable[0][0]}: {unreadable[0][1]}",
            fix="check the paths; JPEG, PNG, BMP, TIFF and WebP files are read",
        )
    answers = answer([picture for _, picture in readable])
    result = PredictResult(
        differentials=tuple(
            Differential(name, rank_classes(answers.classes, probs_c))
            for (name, _), probs_c in zip(readable, answers.probs_nc, strict=True)
        ),
        unreadable=tuple(unreadable),
        about=answers.about,
        top=config.top,
        as_json=config.json_output,
        remarks=answers.remarks,
    )
    if config.output is not None:
        from cutis.files import write_json

        write_json(config.output, result.to_json())
    return result


def read_images(paths: Sequence[Path]) -> tuple[list[tuple[str, Any]], list[tuple[str, str]]]:
    """Return (name, RGB image) of the readable files and (name, reason) of the others."""
    from cutis.data import ImageError, load_image

    readable: list[tuple[str, Any]] = []
    unreadable: list[tuple[str, str]] = []
    for path in paths:
        try:
            readable.append((str(path), load_image(path)))
        except ImageError as error:
            unreadable.append((str(path), error.problem.removeprefix(f"{path}: ")))
    return readable, unreadable


def rank_classes(classes: Sequence[str], probs_c: np.ndarray) -> tuple[tuple[str, float], ...]:
    """Return class names with probabilities, most probable first; ties keep the given order.

    Examples
    --------
    >>> rank_classes(["nevus", "melanoma"], np.array([0.25, 0.75]))
    (('melanoma', 0.75), ('nevus', 0.25))
    """
    order = np.argsort(-probs_c, kind="stable")
    return tuple((classes[i], float(probs_c[i])) for i in order)
