"""One table of readings: who said what of which case, with what help."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

MODEL = "model"
ARM = "unaided"
COLUMNS = (
    "reader", "case", "arm", "answer", "truth", "correct", "confidence", "time", "group",
    "experience", "order",
)  # fmt: skip


@dataclass(frozen=True)
class Readings:
    """Checked readings.

    Attributes
    ----------
    frame
        One row per reading that was answered, with the columns ``COLUMNS`` (missing ones are
        empty) and the graded outcomes ``score_...``. ``correct`` is 1, 0 or missing.
    classes
        Names of the answers, or empty when only ``correct`` or scores are known.
    source
        The file they were read from.
    layout
        How the file was laid out.
    skipped
        Reader to the number of their readings that hold no answer at all.
    notes
        What was decided or left out, one sentence each.
    """

    frame: pd.DataFrame
    classes: tuple[str, ...]
    source: Path
    layout: str
    skipped: dict[str, int]
    notes: tuple[str, ...] = ()

    @property
    def arms(self) -> list[str]:
        """Arms in order of appearance, the model's last."""
        arms = list(dict.fromkeys(self.frame["arm"]))
        return sorted(arms, key=lambda arm: arm == MODEL)

    @property
    def people(self) -> list[str]:
        """Readers that are no model, in order of appearance."""
        return [r for r in dict.fromkeys(self.frame["reader"]) if r != MODEL]

    @property
    def cases(self) -> list[str]:
        """Cases in order of appearance."""
        return list(dict.fromkeys(self.frame["case"]))

    @property
    def scores(self) -> list[str]:
        """Names of the columns with graded outcomes."""
        return [c for c in self.frame.columns if str(c).startswith("score_")]

    @property
    def has_groups(self) -> bool:
        """Whether cases belong to lesions or patients."""
        return bool(self.frame["group"].notna().any())

    def grid(self, column: str, arm: str, readers: list[str], cases: list[str]) -> np.ndarray:
        """Return a numeric column as readers by cases, NaN where there is no reading."""
        import pandas as pd

        values = np.full((len(readers), len(cases)), np.nan)
        chosen = self.frame.loc[self.frame["arm"] == arm, ["reader", "case", column]]
        rows = pd.Index(readers, dtype=object).get_indexer(pd.Index(chosen["reader"]))
        places = pd.Index(cases, dtype=object).get_indexer(pd.Index(chosen["case"]))
        asked = (rows >= 0) & (places >= 0)
        numbers = pd.to_numeric(chosen[column]).to_numpy(dtype=np.float64, na_value=np.nan)
        values[rows[asked], places[asked]] = numbers[asked]
        return values

    def of_cases(self, column: str, cases: list[str]) -> np.ndarray:
        """Return what a column says of each case (its first value), (n,) objects."""
        known = self.frame.dropna(subset=[column]).drop_duplicates("case")
        values = dict(zip(known["case"], known[column], strict=True))
        return np.array([values.get(case) for case in cases], dtype=object)

    def of_readers(self, column: str, readers: list[str]) -> dict[str, str]:
        """Return what a column says of each reader, for those it says something of."""
        known = self.frame.dropna(subset=[column]).drop_duplicates("reader")
        values = dict(zip(known["reader"], known[column].astype(str), strict=True))
        return {reader: values[reader] for reader in readers if reader in values}

    def with_notes(self, *notes: str) -> Readings:
        """Return the same readings with more notes."""
        return replace(self, notes=(*self.notes, *notes))
