"""``cutis data overlap``: find the same pictures in one table or in several."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cutis.config import command_line
from cutis.errors import CutisError, nearest_names
from cutis.files import atomic_path, write_json
from cutis.runs import DISCLAIMER, Run
from cutis.tasks.overlap.audits import keep_audit, side_digests
from cutis.tasks.overlap.checks import refuse_unread
from cutis.tasks.overlap.cleaning import check_drop, choose_dropped, write_clean
from cutis.tasks.overlap.known import trained_sets
from cutis.tasks.overlap.search import Material, compare, gather, the_model
from cutis.tasks.overlap.settings import OverlapConfig
from cutis.tasks.overlap.sides import Side, comparisons, load_sides

if TYPE_CHECKING:
    from cutis.models import Model

VERB = "data overlap"
RESULT = "result.json"


@dataclass(frozen=True)
class OverlapResult:
    """What a search for copies found.

    Attributes
    ----------
    dir
        The run directory.
    result
        Content of ``result.json``; empty after a dry run.
    lines
        The text the command line shows.
    """

    dir: Path
    result: dict[str, Any] = field(default_factory=dict)
    lines: tuple[str, ...] = ()

    def render(self) -> str:
        """Return the summary for the terminal."""
        return "\n".join(self.lines)


def data_overlap(config: OverlapConfig) -> OverlapResult:
    """Find pictures that occur more than once: within a table, and between tables.

    Copies are recognised by a perceptual hash and, if a model is named, by the cosine of its
    features. The run directory receives the pairs, counts with intervals and a page with the
    pairs side by side; what was found is remembered, so that evaluations warn.

    Raises
    ------
    CutisError
        For every input that cannot be used.
    """
    from cutis.features import default_cache

    _check(config)
    sides = load_sides(config)
    which = comparisons(sides, config.scope)
    cleaned = check_drop(config, sides)
    cache = Path(config.cache or default_cache())
    if config.dry_run:
        return _dry_run(config, sides, which)
    model = the_model(config, sides)
    fresh = not (config.output / "config.yaml").exists()
    try:
        return _search(config, sides, which, cleaned, model, cache)
    except CutisError:
        # The mended command has other settings and may go to the same folder.
        if fresh:
            _leave_nothing(config.output)
        raise


def _leave_nothing(directory: Path) -> None:
    """Remove a run directory in which nothing was done yet."""
    begun = {"config.yaml", "log.jsonl", ".lock"}
    if directory.is_dir() and {path.name for path in directory.iterdir()} <= begun:
        for path in directory.iterdir():
            path.unlink()
        directory.rmdir()


def _search(
    config: OverlapConfig,
    sides: Sequence[Side],
    which: Sequence[tuple[int, int]],
    cleaned: Side | None,
    model: Model | None,
    cache: Path,
) -> OverlapResult:
    """Search, write down what was found, and clean a table if that is asked for."""
    with Run(config.output, VERB, config) as run:
        digests = side_digests(sides, cache, config.workers)
        inputs = _inputs(sides, digests, model)
        done = run.is_finished(inputs, [RESULT])
        if done and (config.drop is None or config.drop.exists()):
            result = json.loads((run.dir / RESULT).read_text(encoding="utf-8"))
            first = "This run was finished before; nothing to do."
            return OverlapResult(run.dir, result, (first, *_closing(run.dir, sides)))
        materials = gather(config, sides, model, cache)
        found = [compare(config, materials, pair) for pair in which]
        result, files = _write(run, config, materials, found)
        models = trained_sets(config.trained, len(sides), [side.against for side in sides])
        keep_audit(cache, sides, found, digests, models, result["method"])
        lines = _lines(result)
        if cleaned is not None and config.drop is not None:
            number = next(i for i, side in enumerate(sides) if side is cleaned)
            cleaning = choose_dropped(cleaned, number, found, config.drop_rows_only)
            write_clean(cleaning, config.drop)
            result["dropped"] = _dropped(cleaned, cleaning.dropped.tolist(), config.drop)
            lines.append(cleaning.line(config.drop))
        write_json(run.dir / RESULT, {**result, "disclaimer": DISCLAIMER})
        run.finish(
            inputs=inputs,
            outputs=[RESULT, *files, "report.html"],
            command=command_line(VERB, config),
            model=None
            if model is None
            else {"card": model.card.model_dump(mode="json"), "identity": model.identity()},
        )
        _report(run.dir)
    return OverlapResult(run.dir, result, (*lines, *_closing(run.dir, sides)))


def _check(config: OverlapConfig) -> None:
    from cutis.models.cards import list_cards
    from cutis.models.names import parse_name

    for name in config.trained or []:
        parsed = parse_name(name)
        known = [card.name for card in list_cards()]
        if parsed.kind == "card" and parsed.value not in known:
            raise CutisError(
                f"--trained names '{name}', and there is no model of that name.",
                nearest=nearest_names(name, known),
                fix="cutis models list shows the names",
            )
    if config.against is not None and config.scope == "within":
        raise CutisError(
            "--scope within looks at no other table, and --against names one.",
            fix="leave one of the two out",
        )
    if config.trained and config.against is None and len(config.data) < 2:
        raise CutisError(
            "--trained says on what a model was trained, and there is one table only.",
            fix="give the training data with --against TABLE",
        )
    refuse_unread(config)


def _inputs(sides: Sequence[Side], digests: Sequence[Any], model: Model | None) -> dict[str, Any]:
    import hashlib

    return {
        "sets": [
            {
                "name": side.name,
                "pictures_sha256": hashlib.sha256(one.tobytes()).hexdigest(),
                "table_sha256": side.dataset.table_sha256() if side.dataset else None,
                "features_key": side.store.dir.name if side.store else None,
            }
            for side, one in zip(sides, digests, strict=True)
        ],
        "model": None if model is None else model.identity(),
    }


def _write(
    run: Run, config: OverlapConfig, materials: Sequence[Material], found: Sequence[Any]
) -> tuple[dict[str, Any], list[str]]:
    """Write everything but the result and the report; return the result and the names."""
    from cutis.tasks.overlap.gallery import write_gallery
    from cutis.tasks.overlap.pairs import pair_table, write_pairs
    from cutis.tasks.overlap.published import write_published
    from cutis.tasks.overlap.summary import summarise

    sides = [material.side for material in materials]
    table = pair_table(config, sides, found)
    files = write_pairs(run.dir, table, config.csv)
    if config.csv:
        files += write_published(run.dir, materials, found, table)
    files += _write_errors(run.dir, materials)
    result = summarise(config, materials, found, table)
    result["gallery"] = write_gallery(run.dir / "thumbs", sides, found, config.pictures)
    return result, [*files, "thumbs/thumbs.json"]


def _write_errors(directory: Path, materials: Sequence[Material]) -> list[str]:
    import pandas as pd

    rows = [
        {"dataset": m.side.name, **error._asdict(), "row": int(m.side.numbers[error.row])}
        for m in materials
        for error in m.unreadable()
    ]
    if not rows:
        return []
    with atomic_path(directory / "errors.csv") as temporary:
        pd.DataFrame(rows).to_csv(temporary, index=False)
    return ["errors.csv"]


def _dropped(side: Side, rows: Sequence[int], target: Path) -> dict[str, Any]:
    return {
        "dataset": side.name,
        "table": target.name,
        "n": len(rows),
        "n_left": len(side) - len(rows),
        "ids": [side.ids[row] for row in rows],
    }


def _lines(result: dict[str, Any]) -> list[str]:
    """Return what was found as lines for the terminal."""
    from cutis.report.wording import count

    lines = []
    for one in result["sets"]:
        if one["n_unreadable"]:
            lines.append(
                f"{one['name']}: {one['n_unreadable']} of {one['n_rows']} pictures could not be "
                "read (listed in errors.csv); rates are of those that could."
            )
    level = f"{100 * result['confidence']:g} % CI"
    for record in result["comparisons"]:
        a, b = record["a"], record["b"]
        if record["within"]:
            lines.append(f"Within {a}: {_having(record['flagged_a'], level)} a copy in it.")
            torn = record["across_splits"]
            if torn:
                said = count(torn, "pair lies", "pairs lie")
                lines.append(f"  {said} in different splits: a leak.")
        else:
            lines.append(f"{a}: {_having(record['flagged_a'], level)} a copy in {b}.")
            lines.append(f"{b}: {_having(record['flagged_b'], level)} a copy in {a}.")
        torn = record["label_conflicts"]
        if torn:
            lines.append(f"  {count(torn, 'pair bears', 'pairs bear')} different labels.")
        zeros = sum(record["zero_features"])
        if zeros:
            said = count(zeros, "feature is all zero and was", "features are all zero and were")
            lines.append(f"  {said} compared with nothing.")
    return lines


def _having(rate: dict[str, Any], level: str) -> str:
    return f"{share_text(rate, level)} {'has' if rate['count'] == 1 else 'have'}"


def share_text(rate: dict[str, Any], level: str) -> str:
    """Return a rate in words.

    Examples
    --------
    >>> share_text({"count": 25, "n": 200, "value": 0.125, "low": 0.086, "high": 0.178}, "95 % CI")
    '25 of 200 pictures (12.5 %, 95 % CI 8.6 to 17.8)'
    """
    if rate["value"] is None:
        return "no pictures"
    low, value, high = (100 * rate[name] for name in ("low", "value", "high"))
    return (
        f"{rate['count']} of {rate['n']} pictures ({value:.1f} %, {level} {low:.1f} to {high:.1f})"
    )


def _closing(directory: Path, sides: Sequence[Side]) -> tuple[str, ...]:
    from cutis.tasks.closing import closing_lines, sharing_lines

    shared = [line for s in sides if s.dataset for line in sharing_lines(s.dataset, directory)]
    return (*dict.fromkeys(shared), *closing_lines(directory))


def _report(directory: Path) -> None:
    from cutis.report import build_report

    build_report(directory)


def _dry_run(
    config: OverlapConfig, sides: Sequence[Side], which: Sequence[tuple[int, int]]
) -> OverlapResult:
    import yaml

    resolved = yaml.safe_dump(config.model_dump(mode="json"), sort_keys=False).rstrip()
    lines = ["Dry run: nothing is written.", resolved]
    lines += [f"{side.name}: {len(side)} rows" for side in sides]
    for a, b in which:
        names = f"within {sides[a].name}" if a == b else f"{sides[a].name} and {sides[b].name}"
        lines.append(f"Compare {names}: {len(sides[a]) * len(sides[b]):,} pairs of pictures")
    return OverlapResult(config.output, {}, tuple(lines))
