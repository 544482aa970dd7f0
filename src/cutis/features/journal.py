"""When, where and how fast features were computed; kept away from the features themselves."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cutis.runs import host

if TYPE_CHECKING:
    from cutis.features.extract import Work
    from cutis.models import Model


def note_speed(
    cache: Path,
    work: Work,
    model: Model,
    meta: dict[str, Any],
    workers: int,
    part: str | None = None,
) -> None:
    """Add a line to ``<cache>/extractions.jsonl``.

    Parameters
    ----------
    cache
        Cache folder.
    work, model, meta
        What was computed, by what, into which store.
    workers
        Decoding threads.
    part
        ``i/n`` when only a part was computed.
    """
    line = {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "key": meta["key"],
        "part": part,
        "model": model.name,
        "device": str(model.device),
        "precision": model.precision,
        "batch_size": meta["batch_size"],
        "threads": meta.get("threads"),
        "workers": workers,
        "images": work.images,
        "seconds": round(work.seconds, 3),
        "host": host(),
    }
    try:
        with (cache / "extractions.jsonl").open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(line, ensure_ascii=False) + "\n")
    except OSError:
        return  # the features are whole; a missing note of their speed loses nothing
