"""What one Ray worker does: read the images of a shard and embed them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from cutis.errors import CutisError
from cutis.features.agreement import other_versions
from cutis.features.decode import decoded
from cutis.features.extract import embed_shard
from cutis.features.store import RowError
from cutis.features.threads import using_threads
from cutis.progress import Progress

if TYPE_CHECKING:
    import pyarrow

    from cutis.data import Dataset
    from cutis.models import Model

    Floats = np.ndarray


@dataclass(frozen=True)
class ShardRows:
    """The rows of one shard, found by their numbers in the dataset; what ``embed_shard`` reads.

    Attributes
    ----------
    root
        Folder the images are named below.
    ids, image_paths
        Row number to name and to image file.
    """

    root: Path
    ids: Mapping[int, str]
    image_paths: Mapping[int, Path]


# A shard that cost this many workers would cost the next one too: too little memory, most likely.
ATTEMPTS = 4


class Attempts:
    """Counts how often each shard was begun; lives in one Ray process of its own."""

    def __init__(self) -> None:
        self.counts: dict[int, int] = {}

    def begin(self, shard: int) -> int:
        """Return how often a shard has been begun, this time included."""
        self.counts[shard] = self.counts.get(shard, 0) + 1
        return self.counts[shard]


class Silent(Progress):
    """Progress that the driver shows."""

    def advance(self, count: int = 1, unreadable: int = 0) -> None:
        """Show nothing."""


class ShardWorker:
    """Holds one copy of the model and embeds shard after shard with it.

    Parameters
    ----------
    model
        Reference to the model in Ray's object store; it is fetched once.
    meta
        Description of the store: batch size, threads, versions.
    device
        Where the model computes.
    root
        Folder of the images.
    workers
        Decoding threads.
    attempts
        Ray's handle of an :class:`Attempts`.
    most
        How often a shard may be begun.
    """

    def __init__(
        self,
        model: Any,
        meta: dict[str, Any],
        device: str,
        root: str,
        workers: int,
        attempts: Any,
        most: int = ATTEMPTS,
    ) -> None:
        import ray

        self.meta, self.root, self.workers = meta, Path(root), workers
        self.attempts, self.most = attempts, most
        self.failure = _refusal(meta)
        self.model: Model | None = None
        if self.failure is None:
            self.model = placed(ray.get(model), device)

    def __call__(self, table: pyarrow.Table) -> pyarrow.Table:
        """Embed the shards of a table; one row in, one row out.

        What a user can mend travels back as an answer, not as an exception: Ray would take an
        exception for a lost worker, or bury it in its own.
        """
        import pyarrow as pa

        answers = [self.answer(row) for row in table.to_pylist()]
        return pa.Table.from_pylist(answers, schema=answer_schema())

    def answer(self, row: dict[str, Any]) -> dict[str, Any]:
        """Embed one shard; its features as bytes, its unreadable rows and a failure as JSON."""
        import ray

        attempt = ray.get(self.attempts.begin.remote(row["shard"]))
        answer = {
            "shard": row["shard"],
            "values": b"",
            "errors": "[]",
            "failure": self.failure or (_lost(self.most) if attempt > self.most else None),
            "attempt": attempt,
        }
        if answer["failure"] is None:
            try:
                values, errors = self.embed(row)
            except CutisError as error:
                answer["failure"] = failure_text(error)
            else:
                answer["values"] = np.ascontiguousarray(values, "<f4").tobytes()
                answer["errors"] = json.dumps([list(error) for error in errors])
        return answer

    def embed(self, row: dict[str, Any]) -> tuple[Floats, list[RowError]]:
        """Return the features of a shard's readable rows, m by d, and the rows without one."""
        model = self.model
        if model is None:
            raise CutisError("This worker holds no model.", fix="run the same command again")
        rows = range(row["start"], row["start"] + len(row["ids"]))
        paths = [Path(path) for path in row["paths"]]
        data = ShardRows(
            self.root, dict(zip(rows, row["ids"], strict=True)), dict(zip(rows, paths, strict=True))
        )
        batch = self.meta["batch_size"]
        ahead = 0 if model.device == "cpu" else 2
        stream = decoded(paths, model.preprocess, self.workers, max(batch, self.workers), ahead)
        with closing(stream), using_threads(self.meta.get("threads")):
            return embed_shard(
                rows, stream, cast("Dataset", data), model, batch, Silent(len(rows), "")
            )


def placed(model: Model, device: str) -> Model:
    """Return a model that computes on a device."""
    if device == model.device:
        return model
    model.towers.module.to(device)
    return replace(model, device=device)


def _refusal(meta: dict[str, Any]) -> str | None:
    """Return why this worker would compute other features than the driver, as a failure."""
    changed = other_versions(meta.get("versions"))
    if not changed:
        return None
    return failure_text(
        CutisError(
            f"A Ray worker has other versions than these features: {'; '.join(changed)}.",
            allowed="All workers of one extraction have the same versions.",
            fix="install the same versions on every node, then run the same command again",
        )
    )


def _lost(times: int) -> str:
    return failure_text(
        CutisError(
            f"A Ray worker was lost {times} times on the same images. What was finished before is "
            "kept.",
            allowed="The usual cause is too little memory: each worker holds a whole model.",
            fix="run the same command again with fewer --ray-workers",
        )
    )


def failure_text(error: CutisError) -> str:
    """Return an error as JSON that :func:`read_answer` raises again."""
    return json.dumps({"problem": error.problem, "allowed": error.allowed, "fix": error.fix})


def answer_schema() -> pyarrow.Schema:
    """Return the columns of an answer."""
    import pyarrow as pa

    return pa.schema(
        {
            "shard": pa.int64(),
            "values": pa.binary(),
            "errors": pa.string(),
            "failure": pa.string(),
            "attempt": pa.int64(),
        }
    )


def read_answer(answer: Mapping[str, Any], dim: int) -> tuple[int, Floats, list[RowError]]:
    """Return a shard's number, features (m, d) and unreadable rows.

    Parameters
    ----------
    answer
        What :meth:`ShardWorker.answer` returned.
    dim
        d, the length of a feature.

    Raises
    ------
    CutisError
        The failure that the worker met.
    """
    if answer["failure"] is not None:
        raise CutisError(**json.loads(answer["failure"]))
    values = np.frombuffer(answer["values"], "<f4").reshape(-1, dim).astype(np.float32)
    return answer["shard"], values, [RowError(*entry) for entry in json.loads(answer["errors"])]
