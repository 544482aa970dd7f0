"""Files of the model hub: from the local cache, or fetched when the user named the hub."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlparse

from cutis.errors import CutisError

FOLDER = (
    "with the repository's configuration and tokenizer files if it has any, copy them into one "
    "folder here, and use --model local-dir:FOLDER"
)


_LOCAL_ONLY: ContextVar[bool] = ContextVar("local_only", default=False)


class NotHere(CutisError):
    """A file is not on this machine, and this is no place to fetch it.

    Attributes
    ----------
    repository
        The hub repository that holds it.
    """

    def __init__(self, repository: str, names: Sequence[str]) -> None:
        self.repository = repository
        super().__init__(
            f"{' or '.join(names)} of {repository} is not on this machine.",
            fix=f"fetch it first: cutis models fetch hf-hub:{repository} --yes",
        )


@contextmanager
def local_only() -> Iterator[None]:
    """Refuse, inside, to fetch anything: names that a file recorded were not typed by the user."""
    token = _LOCAL_ONLY.set(True)
    try:
        yield
    finally:
        _LOCAL_ONLY.reset(token)


@dataclass(frozen=True)
class HubFile:
    """A file of a hub repository, as the hub describes it.

    Parameters
    ----------
    repository
        ``org/name``.
    name
        Path in the repository.
    size
        Bytes, when the hub tells.
    sha256
        Hash of its content, when the hub tells (it does for large files).
    """

    repository: str
    name: str
    size: int | None = None
    sha256: str | None = None


def models_folder() -> Path | None:
    """Return the folder of the user's own model files, ``$CUTIS_MODELS``, or None.

    It holds one sub-folder per card name, with the files of that card's hub repository.
    """
    folder = os.environ.get("CUTIS_MODELS")
    return Path(folder).expanduser() if folder else None


def cache_folder() -> Path:
    """Return the hub library's own cache folder."""
    from huggingface_hub import constants

    return Path(os.environ.get("HF_HUB_CACHE") or constants.HF_HUB_CACHE)


def cached(repository: str, name: str) -> Path | None:
    """Return a file of a hub repository if it is in the local cache. Never uses the network.

    A name that no repository can have is in no cache: a configuration may hold its author's path.
    """
    found = _in_cache(repository, name)
    return Path(found) if isinstance(found, str) else None


def known_absent(repository: str, name: str) -> bool:
    """Tell whether the cache remembers that the repository has no such file."""
    found = _in_cache(repository, name)
    return found is not None and not isinstance(found, str)


def _in_cache(repository: str, name: str) -> object:
    """Return what the cache knows: a path, a mark of absence, or None."""
    from huggingface_hub import errors, try_to_load_from_cache

    try:
        return try_to_load_from_cache(repository, name, cache_dir=cache_folder())
    except errors.HFValidationError:
        return None


def require_name(repository: str) -> None:
    """Refuse what cannot be the name of a hub repository, with or without a network.

    Raises
    ------
    CutisError
        If it has forbidden signs or another form than ``org/name``.
    """
    from huggingface_hub import errors
    from huggingface_hub.utils import validate_repo_id

    try:
        validate_repo_id(repository)
    except errors.HFValidationError as error:
        raise _no_name(repository, error) from None


def _no_name(repository: str, error: Exception) -> CutisError:
    reason = str(error).splitlines()[0].rstrip(".")
    return CutisError(
        f"'{repository}' is not a hub name: {reason}.",
        allowed="A repository is named org/name.",
        fix="hf-hub:org/name",
    )


def cached_folder(repository: str, names: Sequence[str]) -> Path | None:
    """Return the cached folder that holds any of the named files, or None."""
    for name in names:
        path = cached(repository, name)
        if path is not None:
            return path.parent
    return None


def fetch(repository: str, names: Sequence[str], instead: str = FOLDER) -> Path | None:
    """Return the first of the named files that a hub repository has, fetching it if need be.

    Parameters
    ----------
    repository
        ``org/name``.
    names
        File names, preferred first.
    instead
        What to do with the file without a network, for the message.

    Returns
    -------
    Path or None
        None when the repository exists and has none of these files.

    Raises
    ------
    CutisError
        For what is no repository's name, without a network, for a repository that does not
        exist, or one that needs permission.
    """
    require_name(repository)
    for name in names:
        path = cached(repository, name)
        if path is not None:
            return path
    for name in names:
        if known_absent(repository, name):
            continue
        path = _download(repository, name, names, instead)
        if path is not None:
            return path
    return None


def _download(repository: str, name: str, names: Sequence[str], instead: str) -> Path | None:
    from huggingface_hub import errors, hf_hub_download

    with explained(repository, names, instead):
        try:
            return Path(hf_hub_download(repository, name, cache_dir=cache_folder()))
        except errors.LocalEntryNotFoundError:
            raise
        except errors.EntryNotFoundError:
            return None


def download(file: HubFile, folder: Path | None = None) -> Path:
    """Fetch one file of the hub, resuming where an earlier attempt stopped.

    Parameters
    ----------
    file
        What to fetch.
    folder
        Where to put it [the hub's local cache].

    Raises
    ------
    CutisError
        Without a network or without permission.
    """
    from huggingface_hub import hf_hub_download

    with explained(file.repository, [file.name]):
        if folder is not None:
            return Path(hf_hub_download(file.repository, file.name, local_dir=folder))
        return Path(hf_hub_download(file.repository, file.name, cache_dir=cache_folder()))


def repository_files(repository: str) -> dict[str, HubFile]:
    """Ask the hub which files a repository holds; name to file.

    Raises
    ------
    CutisError
        Without a network, or for a repository that does not exist or needs permission.
    """
    from huggingface_hub import model_info

    require_name(repository)
    with explained(repository, ["the list of files"]):
        info = model_info(repository, files_metadata=True)
    return {
        sibling.rfilename: HubFile(
            repository,
            sibling.rfilename,
            sibling.size,
            sibling.lfs.sha256 if sibling.lfs is not None else None,
        )
        for sibling in info.siblings or ()
    }


@contextmanager
def explained(repository: str, names: Sequence[str], instead: str = FOLDER) -> Iterator[None]:
    """Turn every refusal of the hub into words, and say at once when there is no network.

    Parameters
    ----------
    repository
        ``org/name``.
    names
        The files that are needed, for the message.
    instead
        What to do with them without a network, for the message.

    Raises
    ------
    NotHere
        Inside :func:`local_only`.
    CutisError
        For every refusal.
    """
    from huggingface_hub import errors

    if _LOCAL_ONLY.get():
        raise NotHere(repository, names)
    if not _online():
        raise offline_error(repository, names, instead)
    try:
        yield
    except errors.LocalEntryNotFoundError:
        raise offline_error(repository, names, instead) from None
    except errors.GatedRepoError:
        raise CutisError(
            f"The repository {repository} is open only to people its owners have let in.",
            fix=f"ask for access on its page (accept the terms of {repository} on the model hub), "
            "then log in with 'hf auth login'",
        ) from None
    except errors.RepositoryNotFoundError:
        raise CutisError(
            f"The model hub has no repository {repository}, or it is private.",
            fix="check the spelling, or log in with 'hf auth login'",
        ) from None
    except errors.HFValidationError as error:
        raise _no_name(repository, error) from None
    except OSError as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise offline_error(repository, names, instead, reason) from None


def _online() -> bool:
    """Tell at once whether the hub can be looked up, instead of after minutes of retries."""
    from huggingface_hub import constants

    if constants.HF_HUB_OFFLINE:
        return False
    if any(os.environ.get(name) for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY")):
        return True
    try:
        socket.getaddrinfo(urlparse(constants.ENDPOINT).hostname, 443)
    except OSError:
        return False
    return True


def offline_error(
    repository: str, names: Sequence[str], instead: str = FOLDER, reason: str = ""
) -> CutisError:
    """Say which file is needed, where to put it and how to name it then."""
    because = f" ({reason})" if reason else ""
    return CutisError(
        f"{repository} is not on this machine and the model hub cannot be reached{because}.",
        allowed=f"Needed is {' or '.join(names)} of that repository.",
        fix=f"fetch it on a machine with a network, {instead}",
    )
