"""Derm1M as a training table with several captions per image, as MAKE takes it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from cutis.data.cells import texts
from cutis.data.convert import derm1m
from cutis.data.convert.columns import ordered
from cutis.data.convert.format import Converted, Format
from cutis.data.convert.frames import extended
from cutis.data.convert.ontology import paths_of, without_repeats
from cutis.data.convert.sentences import sentences
from cutis.data.convert.source import Source
from cutis.errors import CutisError

N_SUB = 8
REPORT = "captions.json"
_LONG = 55  # words; about the 77 tokens that CLIP reads
_CAPTIONS = ("truncated_caption", "ontology_caption", "visual_concept_caption")


def ontology_caption(
    disease: str | None, path: Sequence[str], known: dict[str, tuple[str, ...]]
) -> str | None:
    """Return the sentence that places a disease in the ontology, None without a disease.

    Parameters
    ----------
    disease
        The disease as the table names it.
    path
        Its ancestors as the table names them, possibly with the disease itself.
    known
        Path of every disease of the ontology, asked where the table has none.

    Examples
    --------
    >>> ontology_caption("nummular eczema", ["inflammatory", "eczema", "eczema"], {})
    'The diagnosis of this skin image is inflammatory, eczema, nummular eczema.'
    """
    if disease is None:
        return None
    above = path or known.get(" ".join(disease.casefold().split()), ())
    nodes = without_repeats([*above, disease])
    # the node of the disease itself may hold its synonyms
    own = disease.casefold()
    kept = [n for n in nodes[:-1] if own not in [p.strip() for p in n.casefold().split(",")]]
    return f"The diagnosis of this skin image is {', '.join([*kept, nodes[-1]])}."


def visual_caption(concepts: str | None) -> str | None:
    """Return the sentence that names what is to be seen, None where nothing is.

    Examples
    --------
    >>> visual_caption("patch, erythema,patch")
    'This skin image shows patch, erythema.'
    """
    names = without_repeats((concepts or "").split(","))
    return f"This skin image shows {', '.join(names)}." if names else None


def read(source: Source) -> Converted:
    """Read Derm1M and write each image's captions one by one, with the masks that say which exist.

    The slots are the whole caption, the ontology caption, the visual-concept caption, and up to
    eight sentences. ``knowledge_masks`` and ``sub_caption_mask`` are JSON lists in that order.
    """
    frame, notes = derm1m.rows(source)
    empty: list[str | None] = [None] * len(frame)

    def column(name: str) -> list[str | None]:
        return texts(frame[name]) if name in frame.columns else empty

    whole = [short or long for short, long in zip(
        column("truncated_caption"), column("caption"), strict=True)]  # fmt: skip
    known = _ontology(source)
    paths = [[] if p is None else p.split(",") for p in column("hierarchical_disease_label")]
    placed = [ontology_caption(d, p, known) for d, p in zip(column("label"), paths, strict=True)]
    seen = [visual_caption(concepts) for concepts in column("skin_concept")]
    parts = [sentences(text, N_SUB) for text in whole]
    new: dict[str, list[str | None]] = {
        "truncated_caption": whole,
        "ontology_caption": placed,
        "visual_concept_caption": seen,
        "sub_captions": [str(len(found)) for found in parts],
    }
    for k in range(N_SUB):
        new[f"subcaption_{k + 1}"] = [p[k] if k < len(p) else None for p in parts]
    new["sub_caption_mask"] = [
        json.dumps([int(k < len(found)) for k in range(N_SUB)]) for found in parts
    ]
    new["knowledge_masks"] = [
        json.dumps([int(text is not None) for text in row])
        for row in zip(whole, placed, seen, strict=True)
    ]
    made = extended(frame, new)
    report = _report(new, len(frame))
    return Converted(
        ordered(made),
        notes=(*notes, _note(report)),
        about=derm1m.ABOUT,
        files={REPORT: json.dumps(report, indent=2) + "\n"},
    )


def _ontology(source: Source) -> dict[str, tuple[str, ...]]:
    files = source.matching("ontology.json", "*ontology_tree*.json")
    if not files:
        return {}
    try:
        tree = json.loads((source.root / files[0]).read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise CutisError(
            f"{files[0]} is not JSON ({error}).", fix="get it again, or move it away"
        ) from None
    if not isinstance(tree, dict):
        raise CutisError(f"{files[0]} is no mapping.", fix="get it again, or move it away")
    return paths_of(tree)


def _report(captions: dict[str, list[Any]], n: int) -> dict[str, Any]:
    """Return how full each slot is and how many captions are long, over all n rows."""
    slots = [*_CAPTIONS, *(f"subcaption_{k + 1}" for k in range(N_SUB))]
    filled = {name: sum(text is not None for text in captions[name]) for name in slots}
    given = [text for name in slots for text in captions[name] if text is not None]
    long = sum(len(text.split()) > _LONG for text in given)
    counts = Counter(int(number) for number in captions["sub_captions"])
    return {
        "rows": n,
        "rows_without_caption": n - filled["truncated_caption"],
        "filled": filled,
        "fill_rate": {name: round(count / max(n, 1), 4) for name, count in filled.items()},
        "subcaptions_per_row": {str(k): counts[k] for k in sorted(counts)},
        "captions": len(given),
        f"captions_over_{_LONG}_words": long,
        "note": f"{_LONG} English words are about 77 tokens; what is longer is cut by CLIP.",
    }


def _note(report: dict[str, Any]) -> str:
    rates = report["fill_rate"]
    long = report[f"captions_over_{_LONG}_words"]
    return (
        f"Ontology captions for {rates['ontology_caption']:.1%} of the rows, visual-concept "
        f"captions for {rates['visual_concept_caption']:.1%}; {report['rows_without_caption']} "
        f"rows have no caption; {long} of {report['captions']} captions are longer than {_LONG} "
        f"words. See {REPORT}."
    )


FORMAT = Format(
    name="derm1m-make",
    expects="Derm1M as above; `ontology.json` if it is there",
    makes="a training table with whole, ontology and visual-concept caption, eight sub-captions "
    "and their masks as JSON, and `captions.json` with how full they are",
    recognise=lambda source: bool(derm1m.tables(source)),
    read=read,
    cards=("derm1m",),
    by_hand=True,
    files=(REPORT,),
)
