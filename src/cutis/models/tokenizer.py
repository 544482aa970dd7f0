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
    native = towers.needs_full_context and not text_cfg.get("hf_tokenizer_name")
    if native and towers.vocab_size == CLIP_VOCABULARY:
        return _clip_tokenizer(context)
    found = [cached_folder(repository, FILES) for repository in repositories]
    for folder in [*folders, *(path for path in found if path is not None)]:
        if any((folder / name).is_file() for name in FILES):
            return _file_tokenizer(folder, context, towers.pad_id, text_cfg)
    return None


def _clip_tokenizer(context: int) -> Tokenizer:
    from open_clip.tokenizer import SimpleTokenizer

    encode = SimpleTokenizer(context_length=context)

    def tokenize(texts: Sequence[str]) -> npt.NDArray[np.int64]:
        ids_nt: npt.NDArray[np.int64] = encode(list(texts)).numpy()
        return ids_nt

    return tokenize


def _file_tokenizer(
    folder: Path, context: int, pad_id: int, text_cfg: Mapping[str, Any]
) -> Tokenizer:
    options = text_cfg.get("tokenizer_kwargs") or {}
    clean = _cleaning(options.get("clean", "whitespace"))
    encoder = _read(folder)
    encoder.enable_truncation(max_length=context)
    encoder.no_padding()

    def tokenize(texts: Sequence[str]) -> npt.NDArray[np.int64]:
        ids_nt = np.full((len(texts), context), pad_id, np.int64)
        for row, text in zip(ids_nt, texts, strict=True):
            # One by one: the batch call starts threads, which do not survive a fork.
            ids = encoder.encode(clean(text)).ids
            row[: len(ids)] = ids
        return ids_nt

    return tokenize


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


def _lowercase(folder: Path) -> bool:
    path = folder / "tokenizer_config.json"
    if not path.is_file():
        return True
    return bool(json.loads(path.read_text(encoding="utf-8")).get("do_lower_case", True))
