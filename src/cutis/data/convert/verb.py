"""``cutis data convert``: a published layout or a container becomes a table with a card."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from cyclopts import Parameter
from pydantic import Field

from cutis.config import VerbConfig
from cutis.data.cards import CARD_FILE, DatasetCard
from cutis.data.convert.carding import bundled, derived, named, recorded_root, yaml_of
from cutis.data.convert.extracting import Extractor, state_of
from cutis.data.convert.finding import AUTO, choose
from cutis.data.convert.format import Converted, Format
from cutis.data.convert.frames import extended
from cutis.data.convert.outcome import Conversion, FormatList
from cutis.data.convert.placing import (
    LOST_COLUMNS,
    Placed,
    copy_images,
    named_images,
    place,
    without_empty,
)
from cutis.data.convert.record import (
    IMAGES,
    begin,
    claim,
    finish,
    listed_images,
    remove_images,
)
from cutis.data.convert.registry import FORMATS
from cutis.data.convert.source import ROW, TABLE, Source
from cutis.data.loading import load_dataset
from cutis.data.tables import write_table
from cutis.errors import CutisError
from cutis.files import sha256_json, write_text

if TYPE_CHECKING:
    import pandas as pd

MISSING = "missing.csv"


class DataConvertConfig(VerbConfig):
    """Settings of ``cutis data convert``."""

    takes_positional: ClassVar[bool] = True

    format: str = Field(
        default=AUTO, description="Format (see --list); left out, it is found from the contents."
    )
    source: Path | None = Field(
        default=None, description="Folder the dataset was unpacked into, or its one file."
    )
    output: Annotated[Path | None, Parameter(alias="-o")] = Field(
        default=None, description="Folder to write the table and its card into."
    )
    images: Path | None = Field(
        default=None, description="Folder the images are in, if not below the source."
    )
    copy_files: Annotated[bool, Parameter(name="--copy")] = Field(
        default=False, description="Copy the images into the output instead of pointing at them."
    )
    keep_missing: bool = Field(
        default=False, description="Keep rows whose image is not there; they are listed anyway."
    )
    name: str | None = Field(
        default=None, min_length=1, description="Name of the table, without ending [the format's]."
    )
    list_formats: Annotated[bool, Parameter(name="--list")] = Field(
        default=False, description="List the formats and what each expects, and do nothing else."
    )


def convert_dataset(
    source: Path | str, output: Path | str, format: str = AUTO, **settings: Any
) -> Conversion:
    """Convert a dataset into a table with a card; see ``cutis data convert --help``.

    Parameters
    ----------
    source
        Folder the dataset was unpacked into, or its one file.
    output
        Folder to write into.
    format
        Name of a format, or ``auto``.
    settings
        Further fields of :class:`DataConvertConfig`.

    Raises
    ------
    CutisError
        If the format is unknown or cannot be told, a table or column is missing, no image is
        there, or files of the user are in the way.
    """
    config = DataConvertConfig(format=format, source=Path(source), output=Path(output), **settings)
    return _convert(config)


def data_convert(config: DataConvertConfig) -> Conversion | FormatList:
    """Convert a published dataset, folder or container into a table with a card."""
    return FormatList(FORMATS) if config.list_formats else _convert(config)


def _convert(config: DataConvertConfig) -> Conversion:
    wanted, path, output = _where(config)
    chosen = choose(FORMATS, wanted, path, output)
    source = Source(path, images=config.images)
    _refuse_overlap(source, output)
    if chosen.extract is not None:
        _refuse_for_containers(config, chosen)
    name = _table_name(config, chosen, source)
    extracts = chosen.extract is not None
    own_images = extracts or config.copy_files
    files = [f"{name}.csv", CARD_FILE, MISSING, *chosen.files, *([IMAGES] if own_images else [])]
    identity, fingerprint = _identity(chosen, source, name), _fingerprint(source, chosen)
    trusted = claim(output, identity, fingerprint, files)
    before = listed_images(output)
    extractor = Extractor(output / IMAGES, trusted)
    if chosen.extract is not None:
        begin(output, identity, fingerprint, trusted, before)
        try:
            converted = chosen.extract(source, extractor)
        finally:  # a run that is stopped leaves images that the next one may not name
            begin(output, identity, fingerprint, trusted, [*before, *extractor.names])
    elif chosen.read is not None:
        converted = chosen.read(source)
    else:
        raise ValueError(f"the format {chosen.name} reads nothing")
    card = bundled([converted.card, *chosen.cards])
    root = extractor.folder if extracts else source.image_root
    placed = _placed(converted, root, config)
    named_now = named_images(placed.frame) if config.copy_files else extractor.names
    begin(output, identity, fingerprint, trusted, [*before, *named_now])
    if config.copy_files:
        copy_images(placed.frame, root, output / IMAGES)
    recorded = "" if own_images else recorded_root(root, output)
    notes = _write(output, name, converted, placed, card, recorded)
    dataset = load_dataset(output / f"{name}.csv")
    lost = (*converted.lost, *placed.lost)
    outcome = Conversion(
        format=chosen.name,
        dataset=dataset,
        source=path,
        n_asked=placed.n_asked + len(converted.lost),
        n_without_image=placed.n_without_image + len(converted.lost),
        n_lost=len(lost),
        n_without_second=placed.n_without_second,
        kept_missing=config.keep_missing,
        expected_n=dict(card.expected_n) if card else {},
        source_url=card.source_url if card else "",
        own_images=own_images,
        notes=notes,
        n_units=int(placed.frame[converted.unit].nunique()) if converted.unit else None,
    )
    written = [f for f in (f"{name}.csv", CARD_FILE, *converted.files) if (output / f).is_file()]
    if own_images:
        remove_images(output / IMAGES, before, named_now)
    finish(
        output,
        identity,
        fingerprint,
        outcome.facts(),
        [*written, *([MISSING] if lost else [])],
        named_now if own_images else before,
    )
    return outcome


def _where(config: DataConvertConfig) -> tuple[str, Path, Path]:
    """Return the format's name, the source and the output; one word alone is the source."""
    wanted, source = config.format, config.source
    if source is None:
        if wanted == AUTO:
            raise CutisError(
                "It is not said what to convert.",
                fix="cutis data convert FOLDER -o OUTPUT, or 'cutis data convert --list'",
            )
        if any(wanted == entry.name for entry in FORMATS) and not Path(wanted).exists():
            raise CutisError(
                f"The format {wanted} is given, but not the folder to convert.",
                fix=f"cutis data convert {wanted} FOLDER -o OUTPUT",
            )
        wanted, source = AUTO, Path(wanted)
    if config.output is None:
        raise CutisError(
            "It is not said where the table should go.",
            fix=f"add -o and a folder, for instance -o {source.absolute().name}-table",
        )
    return wanted, source, config.output


def _refuse_overlap(source: Source, output: Path) -> None:
    """Refuse to write where the source is read: the next run would take our files for its own."""
    inner, outer = Path(os.path.realpath(output)), Path(os.path.realpath(source.root))
    if source.file is None and inner.is_relative_to(outer):
        raise CutisError(
            f"The output {output} is inside the source {source.path}, which is never changed.",
            fix=f"choose a folder beside it, for instance -o {outer}-table",
        )


def _refuse_for_containers(config: DataConvertConfig, chosen: Format) -> None:
    given = [
        flag
        for flag, value in (("--copy", config.copy_files), ("--images", config.images))
        if value
    ]
    if given:
        raise CutisError(
            f"{given[0]} means nothing for {chosen.name}: its images are taken out of the "
            "container into the output.",
            fix=f"leave {given[0]} out",
        )


def _table_name(config: DataConvertConfig, chosen: Format, source: Source) -> str:
    name = config.name or chosen.name
    if config.name is None and chosen.generic and not chosen.private:
        whole = source.path.absolute()
        stem = whole.name if source.file is None else whole.name.split(".")[0]
        name = re.sub(r"[^\w.-]+", "-", stem).strip("-.") or chosen.name
    if re.search(r"[\\/]|^\.", name):
        raise CutisError(
            f"'{name}' is no name for a table: it would lead out of the folder or be hidden.",
            fix="give --name letters and digits",
        )
    return name.removesuffix(".csv")


def _identity(chosen: Format, source: Source, name: str) -> dict[str, Any]:
    path = os.path.normpath(source.path.absolute())
    told = sha256_json(path) if chosen.private else path
    return {"format": chosen.name, "name": name, "source": told}


def _fingerprint(source: Source, chosen: Format) -> str:
    """Return a hash of the state of the containers, so that pictures of two states do not mix."""
    if chosen.extract is None:
        return ""
    names = [source.file] if source.file is not None else list(source.files)
    return state_of(source.root, names, by_content=chosen.private)


def _placed(converted: Converted, root: Path, config: DataConvertConfig) -> Placed:
    if not root.is_dir() and len(converted.frame):
        raise CutisError(
            f"There is no image folder {root}.", fix="give --images the folder with the images"
        )
    placed = place(converted.frame, root, config.keep_missing)
    if not len(placed.frame):
        lost = (*converted.lost, *placed.lost)
        example = f" The first is {lost[0][3] or lost[0][2]} ({lost[0][4]})." if lost else ""
        raise CutisError(
            f"None of the {placed.n_asked + len(converted.lost)} images was found below "
            f"{root}.{example}",
            fix="give --images the folder with the images, or --keep-missing for a table without",
        )
    return placed


def _write(
    output: Path,
    name: str,
    converted: Converted,
    placed: Placed,
    card: DatasetCard | None,
    recorded: str,
) -> tuple[str, ...]:
    """Write table, card, list of missing images and further files; return the notes."""
    frame = without_empty(placed.frame)
    frame = frame.drop(columns=[c for c in (TABLE, ROW) if c in frame.columns])
    classes = card.classes if card else ()
    notes: tuple[str, ...] = ()
    if "label" in frame.columns:
        labels, classes, notes = named(frame["label"].tolist(), card, converted.classes)
        frame = extended(frame, {"label": labels})
    lost = (*converted.lost, *placed.lost)
    if lost:
        write_table(_lost_table(lost), output / MISSING)
    elif (output / MISSING).is_file():
        (output / MISSING).unlink()
    for file, text in converted.files.items():
        write_text(output / file, text)
    write_table(frame, output / f"{name}.csv")
    own = derived(card, name, converted, classes, frame, recorded)
    write_text(output / CARD_FILE, yaml_of(own))
    return (*converted.notes, *notes)


def _lost_table(lost: tuple[tuple[str, str, str, str, str], ...]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(list(lost), columns=list(LOST_COLUMNS))
