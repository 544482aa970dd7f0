"""Make and write a few images of a data set: what one worker process does."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cutis.data.phantom.rows import Value, file_names, row
from cutis.data.phantom.spec import Population, Spec, draw_spec
from cutis.files import as_cutis_error

if TYPE_CHECKING:
    from PIL import Image

QUALITY = 92
"""JPEG quality of the images."""


class Job(NamedTuple):
    """A few images to make.

    Attributes
    ----------
    folder
        Folder of the data set.
    start, stop
        Range of the image numbers.
    seed, size, population, all_views
        What to make.
    """

    folder: Path
    start: int
    stop: int
    seed: int
    size: int
    population: Population
    all_views: bool


class Done(NamedTuple):
    """What a job did.

    Attributes
    ----------
    rows
        One table row per image.
    made
        Number of files written; those that existed are left as they are.
    """

    rows: list[dict[str, Value]]
    made: int


def do_job(job: Job) -> Done:
    """Write the missing files of some images and return their rows.

    A file appears under its name only when it is complete, so a process may be killed any time.
    """
    rows, made = [], 0
    for index in range(job.start, job.stop):
        spec = draw_spec(index, job.seed, job.population)
        names = file_names(index, job.all_views)
        missing = {view for view, name in names.items() if not (job.folder / name).exists()}
        if missing:
            for view, save in _pictures(spec, job.size, missing).items():
                _write(job.folder / names[view], save)
                made += 1
        rows.append(row(spec, job.all_views))
    return Done(rows, made)


Save = Callable[[Path], None]


def _pictures(spec: Spec, size: int, wanted: set[str]) -> dict[str, Save]:
    """Render the wanted views; return a function per view that saves it to a path."""
    from PIL import Image

    from cutis.data.phantom.clinical import render_clinical
    from cutis.data.phantom.render import render, render_followup

    pictures: dict[str, Save] = {}
    if wanted & {"image", "mask"}:
        image, mask = render(spec, size)
        pictures |= {"image": _jpeg(Image.fromarray(image)), "mask": _png(Image.fromarray(mask))}
    if "clinical" in wanted:
        pictures["clinical"] = _jpeg(Image.fromarray(render_clinical(spec, size)))
    if wanted & {"followup", "followup_mask"}:
        image, mask = render_followup(spec, size)
        pictures["followup"] = _jpeg(Image.fromarray(image))
        pictures["followup_mask"] = _png(Image.fromarray(mask))
    return {view: save for view, save in pictures.items() if view in wanted}


def _jpeg(image: Image.Image) -> Save:
    return lambda path: image.save(path, "JPEG", quality=QUALITY)


def _png(image: Image.Image) -> Save:
    return lambda path: image.save(path, "PNG", compress_level=3)


def _write(path: Path, save: Save) -> None:
    # No flush to disk per image: a power cut may cost the last images, a kill costs none.
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        save(temporary)
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise as_cutis_error(error, path) from error
