"""From texts to token ids, with the tokenizer the text tower was trained with."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cutis.errors import CutisError
from cutis.models.hub import cached_folder

if TYPE_CHECKING:
    import numpy.typing as npt

    from cutis.models.towers import Towers

Tokenizer = Callable[[Sequence[str]], "npt.NDArray[np.int64]"]
FILES = ("tokenizer.json", "vocab.txt")
LIBRARY_FILES = ("tokenizer.json", "spiece.model", "vocab.json")
CLIP_VOCABULARY = 49408


def find_tokenizer(
    towers: Towers,
    text_cfg: Mapping[str, Any],
    folders: Iterable[Path],
    repositories: Iterable[str],
) -> Tokenizer | None:
    """Return the tokenizer of a text tower, or None when its files are nowhere.

    CLIP's own is built in. Others are looked for beside the checkpoint, then in the hub's local
    cache; never on the network.

    Parameters
    ----------
    towers
        The towers the ids are for.
    text_cfg
        open_clip text configuration, for its cleaning rule.
    folders
        Folders to look into, first one first.
    repositories
        Hub repositories to look up in the local cache.
    """
    context = towers.context_length or 0
    library = towers.text_rules != "open_clip"
    native = towers.needs_full_context and not text_cfg.get("hf_tokenizer_name")
    if native and towers.vocab_size == CLIP_VOCABULARY and not library:
        return _clip_tokenizer(context)
    files = LIBRARY_FILES if library else FILES
    found = [cached_folder(repository, files) for repository in repositories]
    for folder in [*folders, *(path for path in found if path is not None)]:
        if any((folder / name).is_file() for name in files):
            if library:
                return _library_tokenizer(folder, context, towers.pad_id, towers.text_rules)
            own = _stated_padding(folder) if towers.needs_full_context else None
            return _file_tokenizer(folder, context, towers.pad_id, text_cfg, own)
    if native and towers.vocab_size == CLIP_VOCABULARY:
        return _clip_tokenizer(context)
    return None


def _clip_tokenizer(context: int) -> Tokenizer:
    from open_clip.tokenizer import SimpleTokenizer

    encode = SimpleTokenizer(context_length=context)

    def tokenize(texts: Sequence[str]) -> npt.NDArray[np.int64]:
        ids_nt: npt.NDArray[np.int64] = encode(list(texts)).numpy()
        return ids_nt

    return tokenize


def _file_tokenizer(
    folder: Path,
    context: int,
    pad_id: int,
    text_cfg: Mapping[str, Any],
    pad_token: str | None = None,
) -> Tokenizer:
    options = text_cfg.get("tokenizer_kwargs") or {}
    clean = _cleaning(options.get("clean", "whitespace"))
    encoder = _read(folder)
    encoder.enable_truncation(max_length=context)
    encoder.no_padding()
    stated = encoder.token_to_id(pad_token) if pad_token else None
    filler = pad_id if stated is None else stated

    def tokenize(texts: Sequence[str]) -> npt.NDArray[np.int64]:
        ids_nt = np.full((len(texts), context), filler, np.int64)
        for row, text in zip(ids_nt, texts, strict=True):
            # One by one: the batch call starts threads, which do not survive a fork.
            ids = encoder.encode(clean(text)).ids
            row[: len(ids)] = ids
        return ids_nt

    return tokenize


def _library_tokenizer(folder: Path, context: int, pad_id: int, rules: str) -> Tokenizer:
    """Return the tokenizer transformers makes of a folder; one that refuses if it cannot."""
    from transformers import AutoTokenizer

    siglip = rules == "siglip"
    try:
        encode = AutoTokenizer.from_pretrained(
            str(folder), local_files_only=True, trust_remote_code=False
        )
    except Exception as error:  # the libraries below raise bare Exception for a bad file
        if not isinstance(error, ImportError) and (folder / FILES[0]).is_file():
            cleaning = {"tokenizer_kwargs": {"clean": "canonicalize" if siglip else "whitespace"}}
            return _file_tokenizer(folder, context, pad_id, cleaning)
        return _refusing(folder, error, siglip)
    filler = encode.pad_token_id if siglip and encode.pad_token_id is not None else pad_id

    def tokenize(texts: Sequence[str]) -> npt.NDArray[np.int64]:
        ids_nt = np.full((len(texts), context), filler, np.int64)
        for row, text in zip(ids_nt, texts, strict=True):
            try:
                ids = encode(text, truncation=True, max_length=context)["input_ids"]
            except Exception as error:  # a bare Exception, for a file without its own marks
                raise _unreadable(folder, error, siglip) from None
            row[: len(ids)] = ids
        return ids_nt

    return tokenize


def _refusing(folder: Path, error: Exception, siglip: bool) -> Tokenizer:
    """Return a tokenizer that says why it cannot be used: images can be embedded all the same."""
    problem = _unreadable(folder, error, siglip)

    def refuse(texts: Sequence[str]) -> npt.NDArray[np.int64]:
        raise problem

    return refuse


def _unreadable(folder: Path, error: Exception, siglip: bool) -> CutisError:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    reason = lines[0].rstrip(".") if lines else type(error).__name__
    return CutisError(
        f"The tokenizer in {folder} cannot be used: {reason}.",
        fix="pip install sentencepiece"
        if siglip and isinstance(error, ImportError)
        else "download the tokenizer's files again from the model's repository",
    )


def _cleaning(rule: str) -> Callable[[str], str]:
    """Return what is done to a text before its tokens: plain, or one of open_clip's rules."""
    if rule == "plain":
        return str.strip
    if rule == "plain_lower":
        return lambda text: text.strip().lower()
    from open_clip.tokenizer import get_clean_fn

    found: Callable[[str], str] = get_clean_fn(rule)
    return found


def _read(folder: Path) -> Any:
    import tokenizers

    path = folder / "tokenizer.json"
    try:
        if path.is_file():
            return tokenizers.Tokenizer.from_file(str(path))
        path = folder / "vocab.txt"
        return tokenizers.BertWordPieceTokenizer(str(path), lowercase=_lowercase(folder))
    except Exception as error:  # the library raises bare Exception for a bad file
        reason = str(error).splitlines()[0]
        raise CutisError(
            f"The tokenizer file {path} cannot be read: {reason}.",
            fix="download it again from the model's repository",
        ) from None


def _stated_padding(folder: Path) -> str | None:
    """Return the token a tokenizer fills rows with: SigLIP's towers read it, as others do not."""
    path = folder / "tokenizer_config.json"
    if not path.is_file():
        return None
    token = json.loads(path.read_text(encoding="utf-8")).get("pad_token")
    token = token.get("content") if isinstance(token, dict) else token
    return token if isinstance(token, str) else None


def _lowercase(folder: Path) -> bool:
    path = folder / "tokenizer_config.json"
    if not path.is_file():
        return True
    return bool(json.loads(path.read_text(encoding="utf-8")).get("do_lower_case", True))
