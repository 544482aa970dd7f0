"""The two halves of a pair: how each is named, found again and recognised."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cutis.errors import CutisError
from cutis.files import sha256_json
from cutis.models.hub import NotHere, local_only
from cutis.models.names import parse_name

if TYPE_CHECKING:
    from cutis.models.model import Model

KINDS = {"vision": "image", "text": "text"}
# Texts whose token ids stand for the tokenizer: words, digits, signs, rare pieces.
PROBES = ("melanoma", "a 3 mm blue-white veil, Fitzpatrick IV", "psoriasis (scalp)")


@dataclass(frozen=True)
class Half:
    """One half, as a pair's ``config.json`` records it.

    Parameters
    ----------
    name
        Name to load it by; below ``inside`` when it was copied into the pair.
    pooling
        The pooling it was loaded with.
    identity
        What decided its features, without its name.
    tokens_sha256
        Hash of some texts' token ids; None for an image tower.
    inside
        Whether the path in its name is relative to the pair's own folder.
    """

    name: str
    pooling: str
    identity: dict[str, Any]
    tokens_sha256: str | None = None
    inside: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return the record."""
        return {
            "name": self.name,
            "pooling": self.pooling,
            "inside": self.inside,
            "identity": self.identity,
            "tokens_sha256": self.tokens_sha256,
        }


def describe_half(kind: str, model: Model, name: str, pooling: str, inside: bool = False) -> Half:
    """Record a loaded half.

    Parameters
    ----------
    kind
        ``"vision"`` or ``"text"``.
    model
        The half.
    name, pooling, inside
        How it can be loaded again.
    """
    tokens = tokens_sha256(model) if kind == "text" else None
    return Half(name, pooling, essence(model), tokens, inside)


def essence(model: Model) -> dict[str, Any]:
    """Return what decides a model's features, without what it is called."""
    return {key: value for key, value in model.identity().items() if key != "name"}


def tokens_sha256(model: Model) -> str:
    """Return a hash that changes with the tokenizer."""
    return sha256_json(model.tokenize(PROBES).tolist())


def read_half(kind: str, config: Any, where: Path) -> Half:
    """Read a half's record.

    Raises
    ------
    CutisError
        If it is incomplete.
    """
    try:
        said = config[kind]
        return Half(
            name=str(said["name"]),
            pooling=str(said["pooling"]),
            identity=dict(said["identity"]),
            tokens_sha256=said.get("tokens_sha256"),
            inside=bool(said.get("inside", False)),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise CutisError(
            f"{where} does not say which {KINDS[kind]} tower the pair was made of ({error}).",
            fix="copy the pair's folder again, or pair the two models anew",
        ) from None


def load_half(kind: str, half: Half, folder: Path, device: str) -> Model:
    """Load a half and make sure that it is the one the pair was trained with.

    Parameters
    ----------
    kind
        ``"vision"`` or ``"text"``.
    half
        Its record.
    folder
        The pair's folder.
    device
        Where it computes.

    Raises
    ------
    CutisError
        If it is not on this machine, not inside the folder though it should be, or its numbers
        would be others. The network is never used: the record may be a stranger's.
    """
    from cutis.models.load import load_model

    name = below(half.name, folder) if half.inside else half.name
    which = f"The {KINDS[kind]} tower of the pair {folder}"
    again = "or pair the two models anew (cutis models pair; --self-contained keeps copies)"
    try:
        with local_only():
            model = load_model(name, device=device, pooling=half.pooling)
    except NotHere as error:
        raise CutisError(
            f"{which}, {name}, is not on this machine, and loading a folder fetches nothing.",
            fix=f"fetch it first: cutis models fetch hf-hub:{error.repository} --yes",
        ) from error
    except CutisError as error:
        raise CutisError(
            f"{which} cannot be loaded any more by its name {name}: {error.problem}",
            fix=f"put its files back, {again}",
        ) from error
    changed = [key for key, was in half.identity.items() if essence(model).get(key) != was]
    if not changed and kind == "text" and tokens_sha256(model) != half.tokens_sha256:
        changed = ["tokenizer"]
    if changed:
        words = {"weights_sha256": "weights", "adapter_revision": "way of reading them"}
        raise CutisError(
            f"{which}, {name}, is no longer the one it was trained with: other "
            f"{', '.join(words.get(key, key) for key in changed)}.",
            fix=f"put the former files back, {again}",
        )
    return model


def lasting(name: str) -> str:
    """Return a model's name with its path made absolute, so that it holds from any folder.

    Examples
    --------
    >>> lasting("cutis-tiny"), lasting("local-dir:/models/x"), lasting("make@/models/m.pt")
    ('cutis-tiny', 'local-dir:/models/x', 'make@/models/m.pt')
    """
    start, path = split_path(name)
    return start if path is None else start + _at_home(path.absolute())


def below(name: str, folder: Path) -> str:
    """Return a model's name with its path taken from a folder.

    Raises
    ------
    CutisError
        If the name has no path, or one that leads out of the folder.

    Examples
    --------
    >>> below("local-dir:text", Path("pair"))
    'local-dir:pair/text'
    """
    start, path = split_path(name)
    if path is None or path.is_absolute() or ".." in path.parts:
        raise CutisError(
            f"The pair {folder} says that it holds {name}, which is not inside its folder.",
            fix="copy the pair's folder again, or pair the two models anew",
        )
    return f"{start}{folder / path}"


def split_path(name: str) -> tuple[str, Path | None]:
    """Split a model's name into what stands before its path, and the path.

    Examples
    --------
    >>> split_path("timm:resnet18@w.pth")
    ('timm:resnet18@', PosixPath('w.pth'))
    >>> split_path("hf-hub:org/name")
    ('hf-hub:org/name', None)
    """
    parsed = parse_name(name)
    if parsed.kind == "local-dir":
        return "local-dir:", Path(parsed.value).expanduser()
    if parsed.file is not None:
        return parsed.text.partition("@")[0] + "@", parsed.file
    return parsed.text, None


def _at_home(path: Path) -> str:
    """Write a path below the home folder with ``~``: a record need not name its user."""
    try:
        return f"~/{path.relative_to(Path.home()).as_posix()}"
    except (ValueError, RuntimeError):
        return str(path)
