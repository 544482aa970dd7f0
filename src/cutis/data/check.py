"""``cutis data check``: tell whether a table is fit to be evaluated on."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter
from pydantic import Field

from cutis.config import DataConfig
from cutis.data.caption_checks import caption_findings
from cutis.data.card_checks import card_findings
from cutis.data.findings import CheckReport, Finding, in_order
from cutis.data.image_checks import image_findings, missing_findings
from cutis.data.images import MAX_PIXELS
from cutis.data.loading import Reading, read_dataset
from cutis.data.scan import look_at_all
from cutis.data.table_checks import table_findings


class DataCheckConfig(DataConfig):
    """Settings of ``cutis data check``."""

    table_only: bool = Field(
        default=False, description="Do not read the images; find what the table alone shows."
    )
    near_distance: int = Field(
        default=6,
        ge=0,
        le=32,
        description="Differing bits, of 128, up to which two images count as near duplicates.",
    )
    min_subgroup: int = Field(
        default=10, ge=1, description="Fewest rows of a subgroup that pass without a warning."
    )
    min_class: int = Field(
        default=10,
        ge=1,
        description="Fewest rows of a class in the evaluated split that pass without a warning.",
    )
    max_pixels: int = Field(
        default=MAX_PIXELS, ge=1, description="Largest image, width times height, that is decoded."
    )
    workers: int = Field(default=2, ge=1, description="Threads that read images.")
    rows_shown: int = Field(default=10, ge=1, description="Row numbers shown per finding.")
    as_json: Annotated[bool, Parameter(name="--json")] = Field(
        default=False, description="Print the report as JSON, with all row numbers."
    )


def data_check(config: DataCheckConfig) -> CheckReport:
    """Check a table and its images; the report has exit code 1 when there are errors.

    Raises
    ------
    CutisError
        If the table cannot be read at all or has no image column.
    """
    reading = read_dataset(config.data, config.images, config.card, config.columns())
    findings: list[Finding] = [
        *missing_findings(reading),
        *table_findings(reading, config.min_subgroup),
        *card_findings(reading, config.min_class),
        *caption_findings(reading.dataset),
    ]
    count: int | None = None
    rate: float | None = None
    if not config.table_only:
        rows = [row for row, found in enumerate(reading.files.found) if found]
        paths = [reading.files.paths[row] for row in rows]
        looked, rate = look_at_all(paths, config.workers, config.max_pixels)
        findings += image_findings(
            reading.dataset, dict(zip(rows, looked, strict=True)), config.near_distance
        )
        count = sum(one.reason is None for one in looked)
        rate = rate if rows else None
    return CheckReport(
        table=str(config.data),
        title=_title(reading),
        n=len(reading.dataset),
        findings=in_order(findings),
        arguments=reading.dataset.arguments(),
        images_read=count,
        images_per_second=rate,
        shown=config.rows_shown,
        as_json=config.as_json,
    )


def _title(reading: Reading) -> str:
    data = reading.dataset
    text = f"{len(data)} rows, {len(data.classes)} classes, card '{data.card.name}'"
    if data.groups is not None:
        text += f", {len(set(data.groups))} groups by {data.roles['group']}"
    return text
