"""Keep the machine out of the page: folders are cut from every path that is shown."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from typing import Any

_ROOT = r"(?:~\w*|[A-Za-z]:|\.{1,2})?[/\\]"
# Within one word: everything from an absolute, home or climbing path on belongs to the path.
_WORD = re.compile(rf"(?P<before>^|[=@:,])(?P<path>{_ROOT}.*)$", re.DOTALL)
# Within a text: quotes hold a path together; without them it ends at the first space.
_QUOTED = re.compile(rf"(?P<quote>['\"])(?P<path>{_ROOT}(?:(?!(?P=quote)).)+)(?P=quote)")
_LOOSE = re.compile(
    r"(?P<web>\b[a-z][a-z0-9+.-]*://[^\s'\"]+)"
    r"|(?<![\w./~\\)-])(?:~\w*|[A-Za-z]:|\.{1,2}|)[/\\](?:[^/\\\s'\"<>|,;()]+[/\\])*"
    r"(?P<name>[^/\\\s'\"<>|:,;()]+)"
)


def base_name(path: str) -> str:
    """Return the last part of a path written for any system.

    Examples
    --------
    >>> base_name("/home/ann/data/table.csv"), base_name("C:/data/t.csv"), base_name("a/b/")
    ('table.csv', 't.csv', 'b')
    """
    return re.split(r"[/\\]", path.rstrip("/\\"))[-1]


def scrub_word(word: str) -> str:
    """Cut the folders from a word of a command or from a whole value of a setting.

    A relative path loses its folders, too; names of models and lists of classes keep their dashes.

    Examples
    --------
    >>> scrub_word("/home/ann smith/t.csv"), scrub_word("card@/w/b.pth"), scrub_word("d/t.csv")
    ('t.csv', 'card@b.pth', 't.csv')
    >>> scrub_word("hf-hub:org/name"), scrub_word("naevus/mole,melanoma")
    ('hf-hub:org/name', 'naevus/mole,melanoma')
    """
    if "://" in word:
        return word
    found = _WORD.search(word)
    if found:
        return word[: found.start("path")] + base_name(found["path"])
    if re.fullmatch(r"[^\s:,]+[/\\][^\s:,]*", word):
        return base_name(word)
    return word


def scrub_command(command: str) -> str:
    """Cut the folders from every path of a command line.

    Examples
    --------
    >>> scrub_command("cutis zero-shot --data '/home/ann smith/t.csv' --output runs/a")
    'cutis zero-shot --data t.csv --output a'
    """
    try:
        words = shlex.split(command)
    except ValueError:
        return scrub_text(command)
    return shlex.join(scrub_word(word) for word in words)


def scrub_text(text: str, known: Iterable[str] = ()) -> str:
    """Cut the folders from the paths within a text.

    Parameters
    ----------
    text
        A message that may name files.
    known
        Paths that are replaced by their last part wherever they occur, spaces included.

    Examples
    --------
    >>> scrub_text("'/home/ann smith/x.jpg' is cut short; see /var/log/x and https://example.org/a/b")
    "'x.jpg' is cut short; see x and https://example.org/a/b"
    >>> scrub_text("naevus / mole and/or 1/2")
    'naevus / mole and/or 1/2'
    """
    for path in sorted(known, key=len, reverse=True):
        if base_name(path) != path:
            text = text.replace(path, base_name(path))
    text = _QUOTED.sub(lambda m: m["quote"] + base_name(m["path"]) + m["quote"], text)
    return _LOOSE.sub(lambda m: m["web"] or m["name"], text)


def scrub_value(value: Any) -> Any:
    """Cut the folders from a value of settings, and from all it holds.

    Examples
    --------
    >>> scrub_value({"data": "../tables/t.csv", "seed": 0, "model": "card@/w/base.pth"})
    {'data': 't.csv', 'seed': 0, 'model': 'card@base.pth'}
    """
    if isinstance(value, dict):
        return {key: scrub_value(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [scrub_value(item) for item in value]
    return scrub_word(value) if isinstance(value, str) else value
