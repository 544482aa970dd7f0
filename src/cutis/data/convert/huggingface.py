"""Folders of the Hugging Face ``datasets`` library: Parquet files, or arrow files saved to disk."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cutis.data.convert.cellular import as_text
from cutis.data.convert.columns import arranged
from cutis.data.convert.extracting import Extractor
from cutis.data.convert.format import Converted, Format
from cutis.data.convert.source import ROW, TABLE, Source, split_in
from cutis.data.paths import inside
from cutis.data.roles import NAMES, VIEWS, folded
from cutis.errors import CutisError
from cutis.progress import Progress

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH = 64
_IMAGE_NAMES = ("image", "img", "picture", "photo")
_LABELS = (
    "label", "labels", "dx", "diagnosis", "disease", "disease_label", "class", "target",
)  # fmt: skip
WANTED = {
    "image": ("__image",),
    "clinical": ("clinical",),
    "dermoscopic": ("dermoscopic",),
    "mask": ("mask",),
    "label": _LABELS,
    "id": ("__id",),
    "split": ("__split",),
    "patient_id": ("patient_id",),
    "lesion_id": ("lesion_id",),
    "age": ("age", "age_approx"),
    "sex": ("sex", "gender"),
    "site": ("localization", "site", "anatom_site_general"),
    "skin_tone": ("skin_tone", "fitzpatrick", "fitzpatrick_scale"),
    "truncated_caption": ("truncated_caption",),
    "caption": ("caption", "text"),
}


def _files(source: Source) -> list[str]:
    files = source.matching("*.parquet", "*.arrow")
    return [file for file in files if not file.rpartition("/")[2].startswith("cache-")]


def image_columns(schema: pa.Schema) -> tuple[str, ...]:
    """Return the columns that hold images (bytes, or a struct of bytes and path), the main first.

    The main one is called image or alike; otherwise the dermoscopic view, otherwise the first.
    """
    import pyarrow as pa

    found: list[str] = []
    for field in schema:
        kind = field.type
        if pa.types.is_struct(kind):
            names = {kind.field(i).name for i in range(kind.num_fields)}
            if {"bytes", "path"} <= names:
                found.append(field.name)
        elif pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
            found.append(field.name)
    wanted = (*_IMAGE_NAMES, *VIEWS["dermoscopic"])
    main = next((n for w in wanted for n in found if folded(n) == w), next(iter(found), None))
    return tuple(sorted(found, key=lambda name: name != main))


def second_role(column: str) -> str | None:
    """Return what a further image column is: clinical, dermoscopic, mask, or None.

    Examples
    --------
    >>> second_role("Derm"), second_role("segmentation"), second_role("thumbnail") is None
    ('dermoscopic', 'mask', True)
    """
    roles = {**VIEWS, "mask": NAMES["mask"]}
    return next((role for role, names in roles.items() if folded(column) in names), None)


def _schema(path: Path) -> pa.Schema | None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        if path.suffix == ".parquet":
            return pq.read_schema(path)
        with pa.memory_map(str(path)) as file:
            return pa.ipc.open_stream(file).schema
    except (pa.ArrowInvalid, OSError):
        return None


def recognise(source: Source) -> bool:
    """Tell whether the first data file has an image column."""
    files = _files(source)
    schema = _schema(source.root / files[0]) if files else None
    return schema is not None and bool(image_columns(schema))


def _batches(path: Path) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        if path.suffix == ".parquet":
            yield from pq.ParquetFile(path).iter_batches(batch_size=_BATCH)
            return
        with pa.memory_map(str(path)) as file:
            for whole in pa.ipc.open_stream(file):
                for start in range(0, whole.num_rows, _BATCH):
                    yield whole.slice(start, _BATCH)
    except (pa.ArrowInvalid, OSError) as error:
        raise CutisError(
            f"{path} cannot be read ({str(error).splitlines()[0]}).", fix="download it again"
        ) from None


def class_names(source: Source, schema: pa.Schema) -> dict[str, list[str]]:
    """Return the names of the classes of each label column, where the dataset says them."""
    stored = (schema.metadata or {}).get(b"huggingface")
    texts = [stored.decode("utf-8", "replace")] if stored else []
    for file in source.matching("dataset_info.json"):
        texts.append((source.root / file).read_text(encoding="utf-8", errors="replace"))
    for text in texts:
        try:
            content = json.loads(text)
        except ValueError:
            continue
        info = content.get("info", content) if isinstance(content, dict) else {}
        features = info.get("features") if isinstance(info, dict) else None
        names = {
            column: [str(name) for name in feature["names"]]
            for column, feature in (features or {}).items()
            if isinstance(feature, Mapping) and isinstance(feature.get("names"), list)
        }
        if names:
            return names
    return {}


def _split_of(file: str) -> str | None:
    """Return the split in the name of a file (train-00000-of-00002) or of its folder."""
    folder, _, name = file.rpartition("/")
    sharded = re.match(r"([A-Za-z_]+)-\d{5}-of-\d{5}", name)
    if sharded and sharded[1] != "data":
        return split_in(sharded[1]) or sharded[1]
    return split_in(name) or (split_in(folder) if folder else None)


def extract(source: Source, images: Extractor) -> Converted:
    """Write every stored image as it is and keep the other columns as text."""
    import pandas as pd

    files = source.require(_files(source), "Parquet or arrow files", "a Hugging Face folder")
    reader = _Reader(source, images)
    with Progress(len(files), "Extracting", "files") as progress:
        for file in files:
            reader.read(file)
            progress.advance()
    frame = pd.DataFrame(reader.rows, dtype=object)
    if frame.empty:
        raise CutisError(f"{source.path} holds no image that can be read.",
                         fix="download the dataset again")  # fmt: skip
    if frame["__split"].isna().all():
        frame = frame.drop(columns="__split")
    made, _ = arranged(frame, WANTED)
    label = next((str(c) for n in _LABELS for c in frame.columns if str(c).casefold() == n), "")
    dropped = ", ".join(sorted(reader.dropped))
    notes = (f"Further image columns were left out: {dropped}.",) if dropped else ()
    classes = tuple(reader.named.get(label, ()))
    return Converted(made, classes=classes, notes=notes, lost=tuple(reader.lost))


class _Reader:
    """Reads file after file and gathers rows, and what was lost."""

    def __init__(self, source: Source, images: Extractor) -> None:
        self.source, self.images = source, images
        self.rows: list[dict[str, str | None]] = []
        self.lost: list[tuple[str, str, str, str, str]] = []
        self.named: dict[str, list[str]] = {}
        self.dropped: set[str] = set()

    def read(self, file: str) -> None:
        schema = _schema(self.source.root / file)
        columns = image_columns(schema) if schema is not None else ()
        if schema is None or not columns:
            raise CutisError(
                f"{self.source.root / file} has no image column.",
                allowed="It is a struct of bytes and path, or plain bytes.",
                fix="convert a folder with image files only, or download the file again",
            )
        self.named |= class_names(self.source, schema)
        stem = re.sub(r"\.(parquet|arrow)$", "", file)
        split = _split_of(file)
        number = 0
        for batch in _batches(self.source.root / file):
            for record in batch.to_pylist():
                name = f"{stem}/{number:06d}"
                number += 1
                pictures = {column: record.pop(column) for column in columns}
                kept, path, why = self._keep(file, name, pictures.pop(columns[0]))
                if kept is None:
                    self.lost.append((file, str(number), "", path or "", why))
                    continue
                row = {c: _cell(value, self.named.get(c)) for c, value in record.items()}
                row |= self._further(file, name, pictures)
                self.rows.append({**row, "__image": kept, "__id": name, "__split": split,
                                  "original_name": path, TABLE: file,
                                  ROW: str(number)})  # fmt: skip

    def _further(self, file: str, name: str, pictures: Mapping[str, Any]) -> dict[str, str | None]:
        found: dict[str, str | None] = {}
        for column, picture in pictures.items():
            role = second_role(column)
            if role is None:
                self.dropped.add(column)
            else:
                found[role], _, _ = self._keep(file, f"{name}-{role}", picture)
        return found

    def _keep(self, file: str, name: str, picture: Any) -> tuple[str | None, str | None, str]:
        """Return the name of the file written, the name stored with it, and why there is none."""
        data = picture.get("bytes") if isinstance(picture, dict) else picture
        path = picture.get("path") if isinstance(picture, dict) else None
        beside = data is None and bool(path)
        if beside:
            data = _beside(self.source, file, str(path))
        kept = self.images.stored(name, data, beside) if data else None
        return kept, path, "the bytes are no image" if data else "no bytes are stored"


def _beside(source: Source, file: str, path: str) -> bytes | None:
    """Return the bytes of an image that is only named, if it lies in the folder."""
    folder = (source.root / file).parent
    relative = inside(path, str(folder.absolute()))
    image = folder / relative if relative else None
    return image.read_bytes() if image is not None and image.is_file() else None


def _cell(value: Any, names: list[str] | None) -> str | None:
    if names is not None and isinstance(value, int) and not isinstance(value, bool):
        return names[value] if 0 <= value < len(names) else None
    return as_text(value)


FORMAT = Format(
    name="huggingface",
    expects="a downloaded or saved `datasets` folder: Parquet or arrow files with images inside",
    makes="the images as they are stored, label with its class names, split, all other columns",
    recognise=recognise,
    extract=extract,
    generic=True,
)
