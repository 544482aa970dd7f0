"""Tables in and out: CSV, TSV and Parquet, read without guessing types."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from cutis.errors import CutisError, nearest_names
from cutis.files import atomic_path

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

PARQUET = (".parquet", ".pq")
TABS = (".tsv", ".tab")
REFUSED = (".xlsx", ".xls", ".ods", ".json", ".jsonl", ".yaml", ".yml", ".arff", ".sav")
DELIMITERS = (",", "\t", ";", "|")
_SNIFF = 1 << 18


@dataclass(frozen=True)
class RawTable:
    """A table as it lies in the file.

    Attributes
    ----------
    frame
        Text columns for CSV and TSV, the stored types for Parquet; only empty cells are missing.
    delimiter
        Between the cells, or None for Parquet.
    notes
        What had to be decided while reading.
    """

    frame: pd.DataFrame
    delimiter: str | None
    notes: tuple[str, ...] = ()


def read_table(path: Path | str) -> RawTable:
    """Read a CSV, TSV or Parquet file.

    The delimiter is found from the header line; the text is UTF-8, else UTF-16 with its mark,
    else Windows-1252 or Latin-1, which is noted.

    Raises
    ------
    CutisError
        If the file is missing, is not a table, has no rows, or a row has the wrong length.
    """
    path = Path(path)
    _refuse_no_table(path)
    with path.open("rb") as stream:
        magic = stream.read(4)
    if magic == b"PAR1" or path.suffix.casefold() in PARQUET:
        raw = RawTable(_read_parquet(path), None)
    else:
        raw = _read_text(path)
    if raw.frame.shape[1] == 0 or len(raw.frame) == 0:
        raise _empty(path)
    return raw


def _refuse_no_table(path: Path) -> None:
    if path.is_dir():
        tables = sorted(
            p for p in path.iterdir() if p.suffix.casefold() in (".csv", ".tsv", *PARQUET)
        )
        raise CutisError(
            f"{path} is a folder, not a table.",
            nearest=[str(p) for p in tables[:3]],
            fix="give --data the table inside it",
        )
    if not path.exists():
        beside = [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else []
        close = nearest_names(path.name, beside)
        raise CutisError(
            f"There is no table {path}.",
            nearest=[str(path.parent / name) for name in close],
            fix="give --data the path of a CSV, TSV or Parquet file",
        )
    if path.suffix.casefold() in REFUSED:
        raise _not_a_table(path)


def _not_a_table(path: Path, why: str = "") -> CutisError:
    return CutisError(
        f"{path} is not a table that can be read{why}.",
        allowed="A table is CSV, TSV or Parquet.",
        fix="save or export it as CSV with a header line",
    )


def _empty(path: Path) -> CutisError:
    return CutisError(
        f"The table {path} is empty.",
        allowed="A table needs a header and at least one row.",
        fix="give --data another table",
    )


def _read_parquet(path: Path) -> pd.DataFrame:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
        raise _not_a_table(path, f" ({str(error).splitlines()[0].rstrip('.')})") from None
    kept = [name for name in table.column_names if not name.startswith("__index_level_")]
    _refuse_twins(path, kept)
    frame: pd.DataFrame = table.select(kept).to_pandas(ignore_metadata=True)
    return frame


def _read_text(path: Path) -> RawTable:
    encoding = text_encoding(path)
    with path.open("rb") as stream:
        head = stream.read(_SNIFF)
    if encoding != "utf-16" and b"\0" in head:
        raise _not_a_table(path, " (it is binary)")
    if not head.strip():
        raise _empty(path)
    text = codecs.getincrementaldecoder(encoding)().decode(head).lstrip("\ufeff")
    delimiter = "\t" if path.suffix.casefold() in TABS else sniff_delimiter(text)
    header = next(iter(_rows(text, delimiter, 1)), [])
    if not header:
        raise _empty(path)
    columns = [name.strip() or f"column_{i + 1}" for i, name in enumerate(header)]
    _refuse_twins(path, columns)
    frame = _parse(path, columns, delimiter, encoding)
    nameless = [c for c, name in zip(columns, header, strict=True) if not name.strip()]
    empty = [c for c in nameless if frame[c].isna().all()]  # a delimiter at the end of every line
    if encoding.startswith("utf"):
        return RawTable(frame.drop(columns=empty), delimiter)
    note = f"The text is not UTF-8; it was read as {encoding}."
    return RawTable(frame.drop(columns=empty), delimiter, (note,))


def read_header(path: Path) -> list[str]:
    """Return the column names of a table from its first lines; empty if it is no table."""
    try:
        with path.open("rb") as stream:
            head = stream.read(_SNIFF)
        if head[:4] == b"PAR1":
            import pyarrow.parquet as pq

            return [str(name) for name in pq.read_schema(path).names]
    except (OSError, ValueError):  # pyarrow's own errors are ValueErrors too
        return []
    utf16 = head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    text = head.decode("utf-16" if utf16 else "utf-8-sig", errors="replace")
    delimiter = "\t" if path.suffix.casefold() in TABS else sniff_delimiter(text)
    return [name.strip() for name in next(iter(_rows(text, delimiter, 1)), [])]


def _rows(text: str, delimiter: str, count: int) -> list[list[str]]:
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    rows: list[list[str]] = []
    with suppress(csv.Error, StopIteration):
        while len(rows) < count:
            if row := next(reader):
                rows.append(row)
    return rows


def _parse(path: Path, columns: list[str], delimiter: str, encoding: str) -> pd.DataFrame:
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    try:
        table: pa.Table = arrow_csv.read_csv(
            path,
            read_options=arrow_csv.ReadOptions(
                column_names=columns, skip_rows=0, encoding=encoding, use_threads=False
            ),
            parse_options=arrow_csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
            convert_options=arrow_csv.ConvertOptions(
                column_types={name: pa.string() for name in columns},
                null_values=[""],
                strings_can_be_null=True,
            ),
        )
    except (pa.ArrowInvalid, UnicodeDecodeError) as error:
        first = str(error).splitlines()[0][:200]
        raise CutisError(
            f"The table {path} is broken: {first}.",
            allowed=f"Its header has {len(columns)} columns; every row needs as many.",
            fix="open that row and quote cells that hold the delimiter or a line break",
        ) from None
    frame: pd.DataFrame = table.slice(1).to_pandas()
    return frame


def _refuse_twins(path: Path, columns: Sequence[str]) -> None:
    twins = sorted({name for name in columns if list(columns).count(name) > 1})
    if twins:
        raise CutisError(
            f"The table {path} has more than one column named '{twins[0]}'.",
            fix="rename one of them in its header",
        )


def text_encoding(path: Path) -> str:
    """Return the first of UTF-8, Windows-1252 and Latin-1 that decodes the whole file."""
    with path.open("rb") as stream:
        if stream.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            return "utf-16"
    for encoding in ("utf-8-sig", "cp1252"):
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            with path.open("rb") as stream:
                while block := stream.read(1 << 20):
                    decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return "utf-8" if encoding == "utf-8-sig" else encoding
    return "latin-1"


def sniff_delimiter(text: str) -> str:
    r"""Return the delimiter that makes the most, and the most even, columns of the first lines.

    Examples
    --------
    >>> sniff_delimiter("image;label\na.jpg;melanoma, invasive\n")
    ';'
    """

    def quality(delimiter: str) -> tuple[bool, int, int]:
        widths = [len(row) for row in _rows(text, delimiter, 50)]
        width = widths[0] if widths else 0
        return width > 1, sum(w == width for w in widths) if width > 1 else 0, width

    return max(DELIMITERS, key=quality)


def write_table(frame: pd.DataFrame, path: Path | str) -> None:
    """Write a table atomically; the file's ending decides between CSV, TSV and Parquet.

    Raises
    ------
    CutisError
        If the ending is another one, the folder cannot be written or the disk is full.
    """
    path = Path(path)
    ending = path.suffix.casefold()
    if ending not in (".csv", *TABS, *PARQUET):
        raise CutisError(
            f"A table cannot be written as '{path.name}'.",
            allowed="The name has to end in .csv, .tsv or .parquet.",
            fix=f"name it {path.with_suffix('.csv').name}",
        )
    with atomic_path(path) as temporary:
        if ending in PARQUET:
            frame.to_parquet(temporary, index=False, engine="pyarrow")
        else:
            frame.to_csv(temporary, index=False, sep="\t" if ending in TABS else ",")
