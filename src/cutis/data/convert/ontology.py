"""A tree of diseases, as adjacency lists or nested mappings, and the path to a disease."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cutis.errors import CutisError

ROOT = "root"


def paths_of(tree: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return the path of nodes from the top to each disease, under each of its names in lower case.

    A node may hold several names with commas between them; of a name that stands in two places the
    first, shallowest counts. Both published forms are read: node to list of children (with
    ``root``), and node to mapping of children.

    Raises
    ------
    CutisError
        If the tree is neither, or bites its own tail.

    Examples
    --------
    >>> tree = {"root": ["inflammatory"], "inflammatory": ["eczema, dermatitis"]}
    >>> paths_of(tree)["dermatitis"]
    ('inflammatory', 'eczema, dermatitis')
    """
    lists = all(isinstance(children, Sequence) for children in tree.values())
    nested = all(isinstance(children, Mapping) for children in tree.values())
    if not tree or not (lists or nested):
        raise _not_a_tree("each node holds a list of children, or a mapping of children")
    found: dict[str, tuple[str, ...]] = {}
    tops = _tops(tree) if lists else [(name, children) for name, children in tree.items()]
    waiting: list[tuple[tuple[str, ...], Any]] = [((name,), children) for name, children in tops]
    while waiting:
        path, children = waiting.pop(0)  # level by level, so that the shallowest is first
        if len(path) > 30:
            raise _not_a_tree("a node is its own descendant")
        for name in path[-1].split(","):
            found.setdefault(" ".join(name.casefold().split()), path)
        below: list[tuple[str, Any]]
        if isinstance(children, Mapping):
            below = list(children.items())
        else:
            below = [(child, tree.get(child, ())) for child in children]
        waiting += [((*path, child), inner) for child, inner in below if child not in path]
    return found


def _tops(tree: Mapping[str, Sequence[str]]) -> list[tuple[str, Sequence[str]]]:
    if ROOT in tree:
        return [(name, tree.get(name, ())) for name in tree[ROOT]]
    children = {child for below in tree.values() for child in below}
    return [(name, below) for name, below in tree.items() if name not in children]


def _not_a_tree(why: str) -> CutisError:
    return CutisError(
        f"ontology.json is no tree of diseases: {why}.",
        fix="get ontology.json from the dataset again, or move it away",
    )


def without_repeats(nodes: Sequence[str]) -> list[str]:
    """Return the nodes of a path once each, compared without case, in their first order.

    Examples
    --------
    >>> without_repeats(["inflammatory", "eczema", "Eczema", "nummular eczema"])
    ['inflammatory', 'eczema', 'nummular eczema']
    """
    seen: dict[str, str] = {}
    for node in nodes:
        cleaned = " ".join(node.split())
        if cleaned:
            seen.setdefault(cleaned.casefold(), cleaned)
    return list(seen.values())
