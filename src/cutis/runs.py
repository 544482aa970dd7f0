"""The run directory: config.yaml, run.json, log.jsonl, and whatever the verb makes."""

from __future__ import annotations

import json
import os
import platform
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from cutis.errors import CutisError
from cutis.files import as_cutis_error, sha256_json, write_json, write_text

if TYPE_CHECKING:
    from filelock import FileLock
    from pydantic import BaseModel

RUN_FORMAT = "cutis.run/1"
DISCLAIMER = "Research use only, not a medical device"
# Settings that choose where, how fast and what is written besides, never the result: they may
# differ when a run is continued.
NOT_IDENTITY = frozenset(
    {
        "output", "dry_run", "device", "workers", "batch_size", "cache", "config", "threads",
        "shard", "engine", "ray_address", "ray_workers", "csv", "export",
    }
)  # fmt: skip


class Run:
    """One run directory, open for writing by one process at a time.

    Use it as a context manager: entering takes the lock, leaving releases it. A run that ended
    with an exception keeps its partial results and is continued by the same command.

    Raises
    ------
    CutisError
        If another process holds the directory, if it holds a run with other settings, or if it
        is a non-empty folder that is not a run.
    """

    def __init__(self, directory: Path, verb: str, config: BaseModel) -> None:
        self.dir = Path(directory)
        self.verb = verb
        self.config = config.model_dump(mode="json")
        fields = type(config).model_fields.items()
        self._defaults = {name: field.get_default() for name, field in fields}
        self.facts: dict[str, Any] = {}
        self._lock: FileLock | None = None
        self._start = time.monotonic()

    @property
    def identity(self) -> str:
        """Hash of the verb and of the settings that decide the result."""
        kept = {k: v for k, v in self.config.items() if k not in NOT_IDENTITY}
        return sha256_json({"verb": self.verb, "config": kept})

    def __enter__(self) -> Run:
        """Lock the directory and record the resolved settings."""
        from filelock import FileLock, Timeout

        self._refuse_foreign_folder()
        try:
            self.dir.mkdir(parents=True, exist_ok=True)
            self._lock = FileLock(self.dir / ".lock")
            self._lock.acquire(timeout=0)
        except Timeout:
            raise CutisError(
                f"Another process is writing the run directory {self.dir}.",
                fix="wait until it ends, or choose another folder with -o/--output",
            ) from None
        except OSError as error:
            raise as_cutis_error(error, self.dir) from error
        try:
            self._refuse_other_settings()
            self._write_config()
        except BaseException:
            self._lock.release()
            raise
        self.log("start", verb=self.verb)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Record a failure and release the lock."""
        try:
            if error is not None:
                # A full disk or a vanished folder must not hide the error already on its way.
                with suppress(OSError, CutisError):
                    self.log("stopped", reason=type(error).__name__)
        finally:
            if self._lock is not None:
                self._lock.release()

    def _refuse_foreign_folder(self) -> None:
        if self.dir.is_file():
            raise CutisError(
                f"{self.dir} is a file, a run needs a folder.", fix="choose another -o/--output"
            )
        if self.dir.is_dir() and not (self.dir / "config.yaml").exists():
            # The log alone is what a refused run leaves behind.
            known = ("log.jsonl",)
            others = [
                p for p in self.dir.iterdir() if not p.name.startswith(".") and p.name not in known
            ]
            if others:
                raise CutisError(
                    f"{self.dir} is not empty and is not a run directory "
                    f"(it holds {others[0].name}).",
                    fix="choose a new or empty folder with -o/--output",
                )

    def _refuse_other_settings(self) -> None:
        import yaml

        path = self.dir / "config.yaml"
        if not path.exists():
            return
        try:
            before = dict(yaml.safe_load(path.read_text(encoding="utf-8")))
        except (yaml.YAMLError, TypeError, ValueError):
            raise CutisError(
                f"{path} is not the record of a run: it cannot be read as YAML settings.",
                fix="choose another folder with -o/--output, or remove that one",
            ) from None
        now = {"verb": self.verb, **self.config}
        changed = sorted(
            key
            for key in before.keys() | now.keys()
            # a setting that came with a later version was at its default before
            if key not in NOT_IDENTITY and before.get(key, self._defaults.get(key)) != now.get(key)
        )
        if changed:
            shown = "; ".join(f"{k}: {before.get(k)} there, {now.get(k)} now" for k in changed[:3])
            raise CutisError(
                f"{self.dir} holds a run with other settings ({shown}).",
                fix="choose another folder with -o/--output, or remove that one",
            )

    def _write_config(self) -> None:
        import yaml

        text = yaml.safe_dump({"verb": self.verb, **self.config}, sort_keys=False)
        write_text(self.dir / "config.yaml", text)

    def log(self, event: str, **fields: Any) -> None:
        """Append one line to ``log.jsonl``."""
        line = {"time": datetime.now(UTC).isoformat(timespec="seconds"), "event": event, **fields}
        try:
            with (self.dir / "log.jsonl").open("a", encoding="utf-8") as stream:
                stream.write(json.dumps(line, ensure_ascii=False) + "\n")
        except OSError as error:
            raise as_cutis_error(error, self.dir / "log.jsonl") from error

    def is_finished(self, inputs: Mapping[str, Any], wanted: Sequence[str] = ()) -> bool:
        """Tell whether this very run, on these very inputs, was completed before.

        ``wanted`` are names of files that must be there too, besides those recorded. When it was
        not, the record of what was completed is removed, so that a folder whose files are being
        replaced never passes for a finished run; and if it was made of other inputs, so are the
        files it lists, so that none of them passes for a result of these.
        """
        try:
            record = read_run(self.dir)
        except CutisError:
            return False
        finished = (
            record.get("status") == "finished"
            and record.get("identity") == self.identity
            and record.get("inputs") == json.loads(json.dumps(dict(inputs)))
            and all((self.dir / name).exists() for name in [*record.get("outputs", []), *wanted])
        )
        if not finished:
            if record.get("inputs") != json.loads(json.dumps(dict(inputs))):
                self._remove(record.get("outputs", []))
            (self.dir / "run.json").unlink(missing_ok=True)
        return finished

    def _remove(self, names: Sequence[str]) -> None:
        """Remove files of a former run, none outside of the directory."""
        for name in names:
            path = self.dir / str(name)
            if path.is_file() and path.resolve().is_relative_to(self.dir.resolve()):
                path.unlink()

    def finish(
        self, *, inputs: Mapping[str, Any], outputs: list[str], **facts: Any
    ) -> dict[str, Any]:
        """Write ``run.json``: the run is complete.

        Parameters
        ----------
        inputs
            Hashes of everything read (data, model weights, prompts).
        outputs
            Names of the files written, relative to the run directory.
        facts
            Further records: cards, images per second, counts.
        """
        record = {
            "format": RUN_FORMAT,
            "status": "finished",
            "verb": self.verb,
            "disclaimer": DISCLAIMER,
            "identity": self.identity,
            "finished": datetime.now(UTC).isoformat(timespec="seconds"),
            "wall_seconds": round(time.monotonic() - self._start, 3),
            "inputs": dict(inputs),
            "outputs": outputs,
            **self.facts,
            **facts,
            "versions": versions(),
            "host": host(),
        }
        write_json(self.dir / "run.json", record)
        self.log("finished", wall_seconds=record["wall_seconds"])
        return record


def versions() -> dict[str, str]:
    """Return the versions of cutis, Python and the libraries that decide a result."""
    return dict(_versions())


@cache
def _versions() -> tuple[tuple[str, str], ...]:
    # Once a process: a run asks often, and every answer parses the metadata of ten packages.
    from importlib.metadata import PackageNotFoundError, version

    names = [
        "cutis", "torch", "torchvision", "timm", "open_clip_torch", "transformers", "numpy",
        "scipy", "scikit-learn", "pandas", "pillow",
    ]  # fmt: skip
    found = {"python": platform.python_version()}
    for name in names:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return tuple(found.items())


def host() -> dict[str, Any]:
    """Return what the machine is, without its name or its user's."""
    return {
        "system": platform.system(),
        "machine": platform.machine(),
        "cores": os.cpu_count() or 1,
    }


def read_run(directory: Path) -> dict[str, Any]:
    """Return the ``run.json`` of a finished run.

    Raises
    ------
    CutisError
        If the folder holds no finished run, or its record is damaged or of another format.
    """
    path = Path(directory) / "run.json"
    again = f"cutis zero-shot --data TABLE -o {directory}"
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise CutisError(
            f"{directory} holds no finished run (there is no run.json).", fix=again
        ) from None
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise CutisError(f"{path} is damaged: {error}.", fix=again) from None
    if not isinstance(record, dict) or record.get("format") != RUN_FORMAT:
        raise CutisError(
            f"{path} is not the record of a run.",
            allowed=f"Its 'format' must be '{RUN_FORMAT}'.",
            fix=again,
        )
    return record
