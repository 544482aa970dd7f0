"""``cutis models fetch``: bring a model's files here, after saying what that will be."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

from pydantic import Field

from cutis.config import VerbConfig
from cutis.errors import CutisError
from cutis.files import sha256_file
from cutis.models.cards import ModelCard, card_of_hub, get_card, require_loadable
from cutis.models.checkpoint import CARD, write_card
from cutis.models.hub import HubFile, cache_folder, cached, download, repository_files
from cutis.models.names import ModelName, expanded, parse_name
from cutis.models.obtain import COMPANIONS, TOKENIZER_NAMES, WEIGHT_NAMES, how_to_get
from cutis.models.shards import INDEX, shard_names, weights_sha256

# Any of these in a repository means that its tokenizer is there.
VOCABULARIES = frozenset({"tokenizer.json", "vocab.txt", "vocab.json", "spiece.model"})


class ModelsFetchConfig(VerbConfig):
    """Settings of ``cutis models fetch``."""

    takes_positional: ClassVar[bool] = True

    name: str = Field(description="Name of a model card, or hf-hub:org/name.")
    to: Path | None = Field(
        default=None,
        description="Folder to fetch into, as TO/NAME; set CUTIS_MODELS=TO to use it there "
        "[the model hub's local cache].",
    )
    yes: bool = Field(default=False, description="Fetch, instead of only saying what would be.")
    dry_run: bool = Field(
        default=False, description="Only say what would be fetched, and end with exit code 0."
    )


@dataclass(frozen=True)
class FetchPlan:
    """What a model consists of and what of it is not here yet.

    Parameters
    ----------
    card
        The model.
    files
        Every file it needs, the weights first.
    here
        Files that are on this machine already, to their place.
    folder
        Folder to fetch into; None for the hub's cache.
    sha256
        Hash of the weights, once they are here.
    exit_code
        1 when something is still to be fetched and nobody said ``--dry-run``.
    """

    card: ModelCard
    files: tuple[HubFile, ...]
    here: dict[HubFile, Path]
    folder: Path | None
    sha256: str = ""
    exit_code: int = 0

    @property
    def missing(self) -> tuple[HubFile, ...]:
        """The files that are not here yet."""
        return tuple(file for file in self.files if file not in self.here)

    def render(self) -> str:
        """Return the plan, or what has been done, as text."""
        card = self.card
        if card.bundled:
            return f"{card.name} comes with cutis: nothing to fetch.\nNext: --model {card.name}"
        lines = [f"{card.title} ({card.name})", f"Licence: {card.licence}. {card.licence_note}"]
        if card.access == "gated":
            lines.append(f"Gated: accept the terms on the page of {card.hub}, then hf auth login.")
        lines += ["", *map(self._row, self.files), ""]
        return "\n".join([*lines, *self._end()])

    def _row(self, file: HubFile) -> str:
        size = f"{file.size / 1e6:,.1f} MB" if file.size is not None else "size unknown"
        state = f"at {self.here[file]}" if file in self.here else "to fetch"
        return f"{size:>14}  {file.repository}/{file.name}  {state}"

    def _end(self) -> list[str]:
        where = self.folder or cache_folder()
        if not self.missing:
            done = [f"Everything is here. SHA-256 of the weights: {self.sha256}"]
            own = f"local-dir:{self.folder}" if self.folder else model_name(self.card)
            if self.folder and "/" not in self.card.name:
                done.append(
                    f"With CUTIS_MODELS={self.folder.parent} its name is --model {self.card.name}; "
                    f"without, --model {own}."
                )
            return [*done, f"Next: cutis models check {own}"]
        total = sum(file.size or 0 for file in self.missing) / 1e6
        again = f"cutis models fetch {model_name(self.card)}"
        again += f" --to {self.folder.parent}" if self.folder else ""
        return [
            f"{len(self.missing)} files, {total:,.1f} MB, would be fetched into {where}.",
            "Nothing has been fetched.",
            f"To fetch them: {again} --yes",
        ]


def model_name(card: ModelCard) -> str:
    """Return the name that loads a card's model: the card's, or its repository's."""
    return card.name if "/" not in card.name else f"hf-hub:{card.name}"


def steps_sentence(steps: Iterable[str]) -> str:
    """Join steps to one text: a sentence keeps its stop, a command is parted by a semicolon.

    Examples
    --------
    >>> steps_sentence(["Ask.", "run this", "or that"])
    'Ask. run this; or that'
    """
    return " ".join(s if s.endswith(".") else s + ";" for s in steps).removesuffix(";")


def models_fetch(config: ModelsFetchConfig) -> FetchPlan:
    """Fetch the files of a model from the model hub: weights, configuration, tokenizer.

    Nothing is fetched without ``yes``. What is already here is not fetched again, and a transfer
    that broke off is resumed.

    Raises
    ------
    CutisError
        If the model is not on the hub (the message says where it is), needs permission, cannot be
        reached, does not fit the disk, or does not have the hash it should have.
    """
    card = _card(parse_name(config.name))
    folder = expanded(config.to) / card.name.replace("/", "--") if config.to else None
    if card.bundled:
        return FetchPlan(card, (), {}, folder)
    plan = _plan(card, folder)
    if not plan.missing:
        return _finished(plan)
    if config.dry_run or not config.yes:
        return FetchPlan(card, plan.files, plan.here, folder, exit_code=int(not config.dry_run))
    _require_space(plan)
    here = {file: plan.here.get(file) or download(file, folder) for file in plan.files}
    if folder is not None and "/" not in card.name:
        write_card(folder / CARD, card)  # so that the folder keeps its terms and preprocessing
    return _finished(FetchPlan(card, plan.files, here, folder))


def _card(name: ModelName) -> ModelCard:
    if name.kind == "hf-hub":
        return card_of_hub(name.value) or ModelCard(
            name=name.value,
            title=name.value,
            hub=name.value,
            licence_note="This repository has no card here: read its licence on its page.",
        )
    if name.kind != "card" or name.file is not None:
        raise CutisError(
            f"'{name.text}' is nothing that can be fetched.",
            allowed="Fetched are the models of 'cutis models list', and hf-hub:org/name (the "
            "weights of timm:NAME are those of hf-hub:timm/NAME).",
            fix="cutis models list",
        )
    card = get_card(name.value)
    require_loadable(card)
    if not card.bundled and card.hub is None:
        raise CutisError(
            f"The weights of {card.name} are on no hub, so cutis cannot fetch them.",
            fix=steps_sentence(how_to_get(card)),
        )
    return card


def _plan(card: ModelCard, folder: Path | None) -> FetchPlan:
    hub = card.hub or ""
    held = repository_files(hub)
    wanted = (*card.files, *WEIGHT_NAMES)
    weights = next((held[name] for name in wanted if name in held), None)
    if weights is None:
        raise CutisError(
            f"The repository {hub} holds no weights known here.",
            allowed=f"Looked for {', '.join(dict.fromkeys(wanted))}; it holds "
            + (", ".join(list(held)[:8]) or "nothing") + ".",
            fix="fetch its checkpoint yourself and use CARD@/path/to/file",
        )  # fmt: skip
    parts = shard_names(held) if weights.name == INDEX else []
    files = [weights, *(held[name] for name in (*parts, *COMPANIONS) if name in held)]
    files += _tokenizer_files(card, held)
    here = {file: path for file in files if (path := _place(file, folder)) is not None}
    return FetchPlan(card, tuple(files), here, folder)


def _tokenizer_files(card: ModelCard, held: Iterable[str]) -> list[HubFile]:
    """Return the tokenizer's files when they are another repository's."""
    other = card.tokenizer
    if not other or "/" not in other or other == card.hub or {*held} & VOCABULARIES:
        return []
    theirs = repository_files(other)
    return [theirs[name] for name in TOKENIZER_NAMES if name in theirs]


def _place(file: HubFile, folder: Path | None) -> Path | None:
    if folder is None:
        return cached(file.repository, file.name)
    path = folder / file.name
    whole = path.is_file() and file.size in (None, path.stat().st_size)
    return path if whole else None


def _require_space(plan: FetchPlan) -> None:
    place = plan.folder or cache_folder()
    existing = next(path for path in (place, *place.absolute().parents) if path.exists())
    free = shutil.disk_usage(existing).free
    needed = sum(file.size or 0 for file in plan.missing)
    if needed > free:
        raise CutisError(
            f"{plan.card.name} needs {needed / 1e9:.1f} GB, and {existing} has {free / 1e9:.1f} GB "
            "free.",
            fix=f"cutis models fetch {model_name(plan.card)} --yes --to FOLDER_ON_A_LARGER_DISK",
        )


def _finished(plan: FetchPlan) -> FetchPlan:
    """Check the hashes of what is here against those of the hub and of the card."""
    weights = plan.files[0]
    for file, path in plan.here.items():
        _require_hash(path, file.sha256)
    _require_hash(plan.here[weights], plan.card.sha256)
    return replace(plan, sha256=weights_sha256(plan.here[weights]))


def _require_hash(path: Path, wanted: str | None) -> None:
    if wanted and (found := sha256_file(path)) != wanted:
        raise CutisError(
            f"{path} is not the published file: its SHA-256 is {found[:12]}…, it should be "
            f"{wanted[:12]}….",
            fix=f"delete {path.resolve()} and fetch it again",
        )
