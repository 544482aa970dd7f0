"""What a conversion made, counted per class and split and held against what is expected."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cutis.data.convert.format import Format
from cutis.data.dataset import Dataset, split_order
from cutis.data.text import columns

_MANY_CLASSES = 30


@dataclass(frozen=True)
class Conversion:
    """A finished conversion.

    Attributes
    ----------
    format
        Name of the format.
    dataset
        The new table, loaded without flags.
    source
        What was converted.
    n_asked, n_without_image
        Rows of the source, and those whose image is not there.
    n_lost
        Lines in ``missing.csv``.
    n_without_second
        Further views and masks that were named but not found.
    kept_missing
        Whether rows without an image were kept.
    expected_n
        Of the bundled card: rows per split and ``total``.
    source_url
        Where the dataset is published.
    own_images
        Whether the images are in the output folder.
    notes
        What had to be decided or was not found.
    n_units
        Number of cases found, where the expected number counts cases and not images.
    """

    format: str
    dataset: Dataset
    source: Path
    n_asked: int
    n_without_image: int
    n_lost: int
    n_without_second: int
    kept_missing: bool
    expected_n: dict[str, int]
    source_url: str
    own_images: bool
    notes: tuple[str, ...]
    n_units: int | None = None

    @property
    def table(self) -> Path:
        """The table that was written."""
        return self.dataset.source

    @property
    def exit_code(self) -> int:
        """1 if an image is missing or a number differs from the card's, else 0."""
        return int(bool(self.n_lost or self.differences()))

    def counts(self) -> dict[str, dict[str, int]]:
        """Return split (``all`` first) -> class -> rows; rows without label as ``no label``."""
        data = self.dataset
        names = [*data.classes, "no label"]
        splits = [] if data.splits is None else sorted(set(data.splits.tolist()), key=split_order)
        result: dict[str, dict[str, int]] = {}
        for split in ["all", *splits]:
            whole = split == "all" or data.splits is None
            labels = data.labels if whole else data.labels[data.splits == split]
            numbers = [*range(len(data.classes)), -1]
            result[split or "no split"] = {
                name: int((labels == i).sum()) for name, i in zip(names, numbers, strict=True)
            }
        return result

    def differences(self) -> list[str]:
        """Return where the number of images found differs from what the card expects."""
        found = {split: sum(of.values()) for split, of in self.counts().items()}
        found["total"] = int(self.dataset.found.sum()) if self.n_units is None else self.n_units
        lines = []
        for split, n in sorted(self.expected_n.items(), key=lambda item: item[0] != "total"):
            here = found.get(split)
            if here is not None and here != n:
                what = f"rows in {split}"
                if split == "total":
                    what = "images" if self.n_units is None else "cases"
                lines.append(f"{here:,} of {n:,} expected {what} were found.")
        return lines

    def facts(self) -> dict[str, Any]:
        """Return what the record of the conversion says."""
        from cutis import __version__

        return {
            "cutis": __version__,
            "rows": len(self.dataset),
            "rows_in_source": self.n_asked,
            "rows_without_image": self.n_without_image,
            "missing": self.n_lost,
            "counts": self.counts(),
            "expected_n": self.expected_n,
            "images_copied_or_extracted": self.own_images,
            "notes": list(self.notes),
        }

    def render(self) -> str:
        """Return what was made, the counts, what is missing, and the next command."""
        data = self.dataset
        where = "images in" if self.own_images else "images stay in"
        classes = f", {len(data.classes)} classes" if data.classes else ""
        lines = [
            f"{self.table}: {len(data)} rows{classes} from {self.format}; {where} {data.root}."
        ]
        lines += self._count_lines()
        lines += self.differences()
        lines += self._missing_lines()
        if self.exit_code and self.source_url:
            lines.append(f"The rest is at {self.source_url}; then run the same command again.")
        lines += self.notes
        lines.append(f"Next: cutis data check --data {shlex.quote(str(self.table))}")
        return "\n".join(lines)

    def _count_lines(self) -> list[str]:
        counts = self.counts()
        names = [n for n in counts["all"] if counts["all"][n] or n != "no label"]
        names.sort(key=lambda n: n == "no label")
        shown = names
        if len(names) > _MANY_CLASSES:
            shown = sorted(names, key=lambda n: -counts["all"][n])[:_MANY_CLASSES]
        lines: list[list[object]] = [["", *counts]]
        lines += [[name, *(of[name] for of in counts.values())] for name in shown]
        if len(names) > len(shown):
            others = [n for n in names if n not in set(shown)]
            rest = [sum(of[n] for n in others) for of in counts.values()]
            lines.append([f"{len(others)} further classes", *rest])
        lines.append(["all", *(sum(of.values()) for of in counts.values())])
        return columns(lines)

    def _missing_lines(self) -> list[str]:
        if not self.n_lost:
            return []
        listed = self.table.parent / "missing.csv"
        left = (
            f"{self.n_without_image:,} of {self.n_asked:,} rows have no image and were "
            f"{'kept' if self.kept_missing else 'left out'}"
        )
        second = f"{self.n_without_second:,} further views or masks were not found"
        parts = [left] if self.n_lost > self.n_without_second else []
        parts += [second] if self.n_without_second else []
        return [f"{'; '.join(parts)}: {listed} lists them."]


@dataclass(frozen=True)
class FormatList:
    """The formats that can be converted."""

    formats: Sequence[Format]
    exit_code: int = 0

    def render(self) -> str:
        """Return one paragraph per format."""
        lines = []
        for entry in self.formats:
            how = " (by name only)" if entry.by_hand else ""
            lines += [
                f"{entry.name}{how}",
                f"    from  {entry.expects}",
                f"    to    {entry.makes}",
            ]
        return "\n".join([*lines, "", "cutis data convert [FORMAT] SOURCE -o FOLDER"])
