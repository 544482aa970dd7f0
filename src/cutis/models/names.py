"""The grammar of model names."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cutis.errors import CutisError

PREFIXES = ("hf-hub", "local-dir", "timm", "open_clip")
GRAMMAR = (
    "A model is named by a card (cutis models list), hf-hub:org/name, local-dir:/path, timm:name, "
    "open_clip:arch/pretrained, or CARD@/path/to/file."
)


@dataclass(frozen=True)
class ModelName:
    """A parsed model name.

    Parameters
    ----------
    text
        The name as it was written.
    kind
        ``"card"``, ``"hf-hub"``, ``"local-dir"``, ``"timm"`` or ``"open_clip"``.
    value
        What stands after the prefix: card, repository, folder or architecture.
    tag
        The pretrained tag of an open_clip name.
    file
        The checkpoint file given after ``@``.
    """

    text: str
    kind: str
    value: str
    tag: str | None = None
    file: Path | None = None


def expanded(path: str | Path) -> Path:
    """Return a path with ``~`` replaced by the home folder, if there is such a home.

    Examples
    --------
    >>> expanded("~nobody-of-that-name/x").parts[0]
    '~nobody-of-that-name'
    """
    try:
        return Path(path).expanduser()
    except RuntimeError:
        return Path(path)


def parse_name(text: str) -> ModelName:
    """Read a model name.

    Parameters
    ----------
    text
        As on the command line.

    Raises
    ------
    CutisError
        If the name is empty, ambiguous (a bare ``org/name``) or has an unknown prefix. It is
        never guessed: a guess could load other weights without anyone noticing.

    Examples
    --------
    >>> parse_name("open_clip:ViT-B-16/openai").tag
    'openai'
    >>> parse_name("dermlip-panderm@/data/epoch_10.pt").file.name
    'epoch_10.pt'
    """
    name = text.strip()
    if not name:
        raise CutisError("The model name is empty.", allowed=GRAMMAR, fix="--model cutis-tiny")
    prefix, colon, value = name.partition(":")
    if colon and "/" not in prefix and "@" not in prefix:
        return _prefixed(name, prefix, value)
    head, at, file = name.partition("@")
    if at and "/" not in head:
        if not head or not file:
            raise CutisError(
                f"'{name}' lacks the part {'before' if not head else 'after'} '@'.",
                allowed="A checkpoint file is given as CARD@/path/to/file.",
                fix="cutis models list shows the cards",
            )
        return ModelName(name, "card", head, file=expanded(file))
    if name.startswith(("/", "./", "../", "~")):
        raise _bare_path(name)
    if "/" in name:
        raise _bare_repository(name)
    return ModelName(name, "card", name)


def _prefixed(name: str, prefix: str, value: str) -> ModelName:
    from cutis.errors import nearest_names

    if prefix not in PREFIXES:
        raise CutisError(
            f"'{prefix}:' is not a source of models.",
            allowed=GRAMMAR,
            nearest=[found + ":" for found in nearest_names(prefix, PREFIXES)],
            fix=f"write {prefix}:{value} with one of these prefixes",
        )
    if not value:
        raise CutisError(
            f"'{name}' names nothing after '{prefix}:'.", allowed=GRAMMAR, fix="complete the name"
        )
    if prefix == "local-dir":
        return ModelName(name, prefix, value)
    value, at, file = value.partition("@")
    path = expanded(file) if at else None
    if prefix == "hf-hub":
        if at or value.count("/") != 1 or not all(value.split("/")):
            raise CutisError(
                f"'{name}' is not a repository of the model hub.",
                allowed="It is written hf-hub:org/name.",
                fix="correct the name, or use local-dir:/path for a folder on this machine",
            )
        return ModelName(name, prefix, value)
    if prefix == "timm":
        return ModelName(name, prefix, value, file=path)
    architecture, _, tag = value.partition("/")
    if not path and not tag:
        raise CutisError(
            f"'{name}' names no weights.",
            allowed="open_clip models are written open_clip:arch/pretrained, "
            "open_clip:arch@/path/to/file, or open_clip:arch/random (random weights, for "
            "measuring speed only).",
            fix=f"open_clip:{architecture}/openai",
        )
    return ModelName(name, prefix, architecture, tag=tag or None, file=path)


def _bare_path(name: str) -> CutisError:
    path = expanded(name)
    if _looks_absent(path):
        return _absent_file(path)
    fix = f"local-dir:{name}" if not path.is_file() else f"CARD@{name}, with a card's name for CARD"
    return CutisError(f"'{name}' is a path without a source.", allowed=GRAMMAR, fix=fix)


def _looks_absent(path: Path) -> bool:
    """Tell whether a path that leads nowhere has the ending of a checkpoint file."""
    from cutis.models.weights import SUFFIXES

    return path.suffix in SUFFIXES and not path.exists()


def _absent_file(path: Path) -> CutisError:
    from cutis.errors import nearest_names
    from cutis.models.weights import SUFFIXES

    folder = path.parent
    beside = sorted(p.name for p in folder.iterdir()) if folder.is_dir() else []
    near = nearest_names(path.name, [name for name in beside if Path(name).suffix in SUFFIXES])
    where = "" if folder.is_dir() else f", and no folder {folder}"
    return CutisError(
        f"There is no file {path}{where}.",
        nearest=[str(folder / name) for name in near],
        fix="correct the path; a file is named CARD@/path/to/file, with a card's name for CARD",
    )


def _bare_repository(name: str) -> CutisError:
    from cutis.models.cards import card_of_hub

    if _looks_absent(expanded(name)):
        return _absent_file(expanded(name))
    card = card_of_hub(name)
    return CutisError(
        f"'{name}' has no source: it could be a repository of the model hub or a folder.",
        allowed=GRAMMAR,
        nearest=[card.name] if card else (),
        fix=f"hf-hub:{name} for the hub, or local-dir:{name} for the folder",
    )
