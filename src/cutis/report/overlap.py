"""The page of ``cutis data overlap``: how many copies, which, and what that means."""

from __future__ import annotations

from typing import Any

from cutis.report.document import (
    Block,
    Cell,
    Document,
    Gallery,
    Notes,
    Paragraph,
    Section,
    Table,
)
from cutis.report.source import RunData
from cutis.report.thumbnails import thumbnail_address
from cutis.report.wording import count, listing

PAIR_WIDTH = 326


def document(run: RunData) -> Document:
    """Return the page of a finished search for copies, from its run directory alone.

    Parameters
    ----------
    run
        The run, with ``result.json`` and the pictures of pairs.
    """
    result = run.result or {}
    found = result.get("comparisons", [])
    sections = [
        Section("found", "How much is there twice", _found(result)),
        Section("pairs", "The copies, side by side", _pairs(result, run)),
    ]
    leaks = [(one["a"], leak) for one in found for leak in one.get("leaks") or []]
    if leaks:
        sections.insert(1, Section("leaks", "Leaks between splits", _leaks(leaks)))
    if result.get("dropped"):
        sections.append(Section("dropped", "What was dropped", _dropped(result["dropped"])))
    sections.append(Section("method", "How copies were recognised", _method(result)))
    names = [one["name"] for one in result.get("sets", [])]
    return Document(
        kicker="Search for copies",
        title=f"Copies in {listing(names)}" if names else "Copies",
        sentence=_sentence(found),
        sections=sections,
        answers="the pairs are in overlap.parquet, the counts in result.json",
    )


def _sentence(found: list[dict[str, Any]]) -> str:
    pairs = sum(one["pairs"] for one in found)
    if not pairs:
        return "No picture was found twice."
    parts = []
    for one in found:
        flagged = one["flagged_a"]
        where = "in the same table" if one["within"] else f"in {one['b']}"
        if flagged["count"]:
            parts.append(f"{flagged['count']} of {flagged['n']} pictures of {one['a']} {where}")
    return f"{count(pairs, 'pair')} of copies: {listing(parts)}."


def _found(result: dict[str, Any]) -> list[Block]:
    level = f"{100 * result.get('confidence', 0.95):g} % interval"
    rows = []
    for one in result.get("comparisons", []):
        rows.append(_row(one, "a", "b"))
        if not one["within"]:
            rows.append(_row(one, "b", "a"))
    blocks: list[Block] = [
        Table(
            ["Pictures of", "with a copy in", "number", "share", "pairs", "by cosine", "by hash",
             "other label"],
            rows,
            caption=f"Pictures with at least one copy; {level}.",
            note="The share is of the pictures that could be read. Intervals are Wilson's and "
            "count pictures as independent; several of one patient make them too narrow. Labels "
            "are compared where both sets know both classes.",
        ),
        Table(
            ["Set", "rows", "could be read", "could not"],
            [
                [one["name"], str(one["n_rows"]), str(one["n_readable"]), str(one["n_unreadable"])]
                for one in result.get("sets", [])
            ],
            caption="What was searched.",
        ),
    ]  # fmt: skip
    trained = result.get("trained")
    if trained:
        blocks.append(Paragraph(
            f"Evaluations of {listing(trained)} warn of these copies and also give their metrics "
            "without them.", strong=True,
        ))  # fmt: skip
    return blocks


def _row(one: dict[str, Any], mine: str, other: str) -> list[str | Cell]:
    flagged = one[f"flagged_{mine}"]
    ways = one["found_by"]
    return [
        one[mine],
        "itself" if one["within"] else one[other],
        f"{flagged['count']} of {flagged['n']}",
        _share(flagged),
        Cell(str(one["pairs"]), one["pairs"]),
        str(ways["cosine"] + ways["both"]),
        str(ways["hash"] + ways["both"]),
        str(one["label_conflicts"]) if one["labels_comparable"] else "–",
    ]


def _share(rate: dict[str, Any]) -> Cell:
    if rate["value"] is None:
        return Cell("–")
    value, low, high = (100 * rate[name] for name in ("value", "low", "high"))
    return Cell(f"{value:.2f} %", rate["value"], f"{low:.2f} to {high:.2f}")


def _leaks(leaks: list[tuple[str, dict[str, Any]]]) -> list[Block]:
    rows: list[list[str | Cell]] = [
        [name, one["split"], one["other"], f"{one['count']} of {one['n']}", _share(one)]
        for name, one in leaks
    ]
    return [
        Notes(["Pictures of one split have copies in another: metrics there are too good."], True),
        Table(["Table", "pictures of", "with a copy in", "number", "share"], rows),
    ]


def _pairs(result: dict[str, Any], run: RunData) -> list[Block]:
    shown = result.get("gallery", [])
    if not shown:
        return [Paragraph("There is no pair to show.")]
    frames = []
    for one in shown:
        path = run.thumbs.get(one["key"])
        address = thumbnail_address(path, PAIR_WIDTH) if path is not None else None
        frames.append((address or "", f"{one['id_a']} and {one['id_b']}", _caption(one)))
    closing = (
        "Of each comparison, the surest pairs and then the least sure ones: look at the latter "
        "to judge whether the limit is right. All are in overlap.parquet."
    )
    return [Gallery(frames, closing)]


def _caption(one: dict[str, Any]) -> list[str]:
    lines = [_end(one, "a"), _end(one, "b")]
    measures = []
    if one["cosine"] is not None:
        measures.append(f"cosine {one['cosine']:.4f}")
    if one["hash_distance"] is not None:
        measures.append(f"{one['hash_distance']} of 128 bits differ")
    return [*lines, ", ".join(measures)]


def _end(one: dict[str, Any], end: str) -> str:
    said = [one[f"{what}_{end}"] for what in ("label", "split") if one[f"{what}_{end}"]]
    words = f" ({', '.join(said)})" if said else ""
    return f"{one[f'dataset_{end}']}: {one[f'id_{end}']}{words}"


def _dropped(dropped: dict[str, Any]) -> list[Block]:
    ids = dropped["ids"]
    blocks: list[Block] = [
        Paragraph(
            f"{dropped['table']} holds the {dropped['n_left']} rows of {dropped['dataset']} that "
            f"are left; {dropped['n']} were dropped."
        )
    ]
    if ids:
        blocks.append(Notes([f"Dropped: {listing(ids, most=40)}."]))
    return blocks


def _method(result: dict[str, Any]) -> list[Block]:
    method = result.get("method", {})
    items = []
    if method.get("threshold") is not None:
        items.append(
            f"Features of {method.get('model') or 'the model named in the feature folders'}: two "
            f"pictures with a cosine of at least {method['threshold']:g} count as copies. Every "
            "pair was compared, none was estimated."
        )
    if method.get("hash_distance") is not None:
        turned = "; mirrored and turned copies too" if method.get("flips") else ""
        items.append(
            f"A perceptual hash of 128 bits: at most {method['hash_distance']} differ, between a "
            f"whole picture and the whole or a crop of another{turned}. Such pairs were laid over "
            f"each other; the correlation of their fine detail is at least {method['likeness']:g}."
        )
    items += [
        "A copy that is cropped by more than a tenth, or drawn over, may be missed; two different "
        "lesions that look alike may be taken for one. Look at the pairs.",
        "That no copy was found does not prove that a model never saw a picture.",
    ]
    nearest = [
        [f"{one['a']} in {'itself' if one['within'] else one['b']}",
         *(f"{value:.3f}" for value in one["nearest_cosine"].values())]
        for one in result.get("comparisons", [])
        if one.get("nearest_cosine")
    ]  # fmt: skip
    blocks: list[Block] = [Notes(items)]
    if nearest:
        blocks.append(
            Table(
                ["Nearest picture", "median", "90 %", "99 %", "highest"],
                nearest,
                caption="Cosine of each picture to its nearest: where the limit stands among them.",
            )
        )
    return blocks
