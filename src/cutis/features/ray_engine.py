"""The same extraction as a Ray Data pipeline, whose lost workers cost one shard each."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from cutis.errors import CutisError
from cutis.features.extract import Work, shard_rows
from cutis.features.ray_cluster import Share, cluster
from cutis.features.ray_worker import ATTEMPTS, Attempts, ShardWorker, placed, read_answer
from cutis.features.store import FeatureStore
from cutis.progress import Progress, say

if TYPE_CHECKING:
    import pyarrow

    from cutis.data import Dataset
    from cutis.models import Model

# Ray keeps one entry per block; beyond these, several shards share a block and are redone together.
MOST_BLOCKS = 4096


def require_ray() -> None:
    """Refuse to go on where Ray is not installed.

    Raises
    ------
    CutisError
        With the command that installs it.
    """
    if importlib.util.find_spec("ray") is None:
        raise CutisError(
            "--engine ray needs the package Ray, which is not installed.",
            fix="pip install 'cutis[ray]'",
        )


@dataclass(frozen=True)
class RayEngine:
    """Computes the missing shards of a store with the workers of a Ray cluster.

    A shard is one row of a Ray dataset: its row names and image files. Each worker holds one copy
    of the model, reads and embeds a whole shard at a time, with the batches and the threads of the
    store's description, and hands the features to this process, which alone writes. A shard whose
    worker is lost is given to another.

    Parameters
    ----------
    address
        Cluster to use; None starts one on this machine and stops it at the end.
    workers
        Number of workers [as many as the cluster has processors or GPUs for].
    """

    address: str | None = None
    workers: int | None = None

    def __call__(
        self,
        store: FeatureStore,
        meta: dict[str, Any],
        dataset: Dataset,
        model: Model,
        workers: int,
    ) -> Work:
        """Compute and write every missing shard; as :func:`cutis.features.extract.fill`.

        Raises
        ------
        CutisError
            If Ray is not installed or the cluster cannot be reached or is too small, a worker is
            lost again and again or has other versions, or meets what ``fill`` would refuse.
        """
        require_ray()
        if meta["device"] not in ("cpu", "cuda"):
            raise CutisError(
                f"Ray workers compute on processors or CUDA GPUs, not on {meta['device']}.",
                fix="--device cpu in another cache folder, or leave --engine ray away",
            )
        missing = store.missing_shards(meta)
        if not missing:
            return Work(0, 0.0)
        n_images = sum(len(shard_rows(shard, meta)) for shard in missing)
        say("Starting Ray ..." if self.address is None else f"Connecting to Ray {self.address} ...")
        wanted = Share(meta.get("threads") or 1, int(str(model.device).startswith("cuda")))
        with cluster(self.address, self.workers, wanted) as size:
            start = time.monotonic()
            pipeline = self._pipeline(missing, meta, dataset, model, workers, size, wanted)
            with Progress(n_images, f"Features, Ray workers: {size}") as progress:
                for answer in _answers(pipeline):
                    shard, values, errors = read_answer(answer, meta["dim"])
                    if answer["attempt"] > 1:
                        say(f"A Ray worker was lost; its shard {shard} was computed by another.")
                    store.add_shard(shard, values, errors)
                    progress.advance(len(shard_rows(shard, meta)), len(errors))
            return Work(n_images, time.monotonic() - start)

    def _pipeline(
        self,
        missing: list[int],
        meta: dict[str, Any],
        dataset: Dataset,
        model: Model,
        workers: int,
        size: int,
        wanted: Share,
    ) -> Any:
        """Rows of shards, through a pool of workers that read and embed them."""
        import ray

        per_block = -(-len(missing) // MOST_BLOCKS)
        blocks = [
            shard_table(missing[i : i + per_block], meta, dataset)
            for i in range(0, len(missing), per_block)
        ]
        settings = {
            "model": ray.put(portable(model)),
            "meta": meta,
            "device": "cuda" if wanted.gpus else "cpu",
            "root": str(dataset.root),
            "workers": workers if wanted.gpus else min(workers, wanted.processors),
            "attempts": ray.remote(num_cpus=0)(Attempts).remote(),
            "most": ATTEMPTS,
        }
        return ray.data.from_arrow(blocks).map_batches(
            ShardWorker,
            batch_size=1,
            batch_format="pyarrow",
            compute=ray.data.ActorPoolStrategy(size=size),
            fn_constructor_kwargs=settings,
            num_cpus=wanted.processors,
            num_gpus=wanted.gpus,
        )


def _answers(pipeline: Any) -> Iterator[dict[str, Any]]:
    """Yield the workers' answers as they come."""
    from ray.exceptions import RayError, RayTaskError

    # Ray gives the work of a lost worker to another by itself.
    try:
        for batch in pipeline.iter_batches(
            batch_size=None, prefetch_batches=0, batch_format="pyarrow"
        ):
            yield from batch.to_pylist()
    except RayTaskError:
        raise
    except RayError as error:
        raise CutisError(
            f"The Ray cluster failed ({type(error).__name__}: {str(error).splitlines()[0]}). What "
            "was finished before is kept.",
            fix="run the same command again; 'ray status' shows the nodes of a cluster",
        ) from error


def shard_table(shards: list[int], meta: dict[str, Any], dataset: Dataset) -> pyarrow.Table:
    """Return the rows of shards as a table: one line per shard.

    Parameters
    ----------
    shards
        Their numbers.
    meta
        Description of the store.
    dataset
        Whose rows.
    """
    import pyarrow as pa

    lines = []
    for shard in shards:
        rows = shard_rows(shard, meta)
        lines.append(
            {
                "shard": shard,
                "start": rows.start,
                "ids": [dataset.ids[row] for row in rows],
                "paths": [str(dataset.image_paths[row]) for row in rows],
            }
        )
    return pa.Table.from_pylist(lines)


def portable(model: Model) -> Model:
    """Return a copy of a model that any worker can read: on the processor, float32 weights only."""
    if str(model.device) == "cpu":
        return replace(model)
    from copy import deepcopy

    return placed(deepcopy(replace(model)), "cpu")
