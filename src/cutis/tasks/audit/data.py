"""Which concepts differ between two groups of images."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cutis.config import command_line
from cutis.files import sha256_json, write_json
from cutis.runs import Run
from cutis.tasks.audit.config import AuditDataConfig
from cutis.tasks.audit.result import RESULT, AuditResult, already_finished

if TYPE_CHECKING:
    from cutis.data import Dataset
    from cutis.tasks.audit.groups import Groups
    from cutis.tasks.audit.start import Start

FORMAT = "cutis.audit_data/1"
ALPHA = 0.05
SHOWN_CONCEPTS = 4


def audit_data(config: AuditDataConfig) -> AuditResult:
    """Find the concepts in which two groups of images differ, in words alone.

    Every concept gets the published difference (mean unit image feature of A less that of B, times
    the mean unit text feature; no reference, no temperature) and the standardised difference of
    its scores, both with intervals that resample patients or lesions, and a test whose p-value is
    corrected over all concepts.

    Raises
    ------
    CutisError
        For every input that cannot be used.
    """
    from cutis.tasks.annotate.material import identity
    from cutis.tasks.audit.groups import choose_groups
    from cutis.tasks.audit.start import read_rows, start

    dataset = read_rows(config)
    groups = choose_groups(dataset, config.by, config.a, config.b)
    begun = start(config, dataset.select(groups.rows))
    if config.dry_run:
        return AuditResult(config.output, {}, _dry_lines(config, groups, begun))
    with Run(config.output, "audit data", config) as run:
        inputs = identity(begun.dataset, begun.model, begun.scorer, begun.cache, config.workers)
        # Not from the table alone: the card says which classes are malignant and which column is
        # what, so that the same table may give other groups.
        inputs["groups_sha256"] = sha256_json(
            [groups.a, groups.b, groups.rows.tolist(), groups.in_a.tolist()]
        )
        if run.is_finished(inputs, [RESULT]):
            return already_finished(run)
        return _audit(run, config, groups, begun, inputs)


def _audit(
    run: Run, config: AuditDataConfig, groups: Groups, begun: Start, inputs: dict[str, Any]
) -> AuditResult:
    from cutis.report import build_report
    from cutis.tasks.annotate.material import embed_rows
    from cutis.tasks.annotate.outputs import write_montage
    from cutis.tasks.audit.start import described
    from cutis.tasks.closing import closing_lines, sharing_lines

    dataset, features = embed_rows(
        begun.dataset, begun.model, begun.cache, config.batch_size, config.workers
    )
    in_a = groups.in_a[features.rows]
    _refuse_empty(in_a, config)
    scores_nk = begun.scorer.scores(features.values_nd)
    similarities_nk = begun.scorer.similarities(features.values_nd)
    result = compare(config, dataset, groups, in_a, scores_nk, similarities_nk, begun)
    names = list(begun.scorer.concepts.ids)
    wanted = [record["name"] for record in result["concepts"][:SHOWN_CONCEPTS]]
    shown = shown_rows(scores_nk, in_a, names, wanted, dataset.groups, config.top)
    write_json(run.dir / RESULT, result)
    tops = {f"{name} {side}": rows for name, side, rows in shown}
    written = [RESULT, *write_montage(run.dir, dataset, tops)]
    run.finish(
        inputs=inputs,
        outputs=[*written, "report.html"],
        command=command_line("audit data", config),
        model={
            "card": begun.model.card.model_dump(mode="json"),
            "identity": begun.model.identity(),
        },
        dataset=described(dataset),
        concepts=begun.scorer.record,
        top=[
            {
                "concept": name,
                "side": side,
                "cases": [
                    {"id": dataset.ids[i], "score": float(scores_nk[i, names.index(name)])}
                    for i in rows
                ],
            }
            for name, side, rows in shown
        ],
    )
    build_report(run.dir)
    lines = (*_summary(result), *sharing_lines(dataset, run.dir), *closing_lines(run.dir))
    return AuditResult(run.dir, result, lines)


def _refuse_empty(in_a: np.ndarray, config: AuditDataConfig) -> None:
    from cutis.errors import CutisError

    if in_a.all() or not in_a.any():
        name = f"--b {config.b}" if in_a.all() else f"--a {config.a}"
        raise CutisError(
            f"No image of the group {name} could be read.",
            fix=f"cutis data check --data {config.data}",
        )


def compare(
    config: AuditDataConfig,
    dataset: Dataset,
    groups: Groups,
    in_a: np.ndarray,
    scores_nk: np.ndarray,
    similarities_nk: np.ndarray,
    begun: Start,
) -> dict[str, Any]:
    """Return the content of ``result.json``: concepts by the size of their standardised difference.

    Parameters
    ----------
    config
        Settings of the verb.
    dataset
        The rows of the scores.
    groups
        How the groups are called.
    in_a
        (n,) bool, which rows are in group A.
    scores_nk, similarities_nk
        (n, k) scores against references, and plain products with mean texts.
    begun
        Where the concepts come from.
    """
    from cutis.stats.two_groups import compare_groups
    from cutis.tasks.audit.start import settings_of

    names = begun.scorer.concepts.ids
    settings = settings_of(config, dataset)
    found = compare_groups(
        scores_nk, in_a, names, dataset.groups, settings, config.n_permutations
    ).to_json()
    deltas = compare_groups(similarities_nk, in_a, names, dataset.groups, settings, 0)
    delta_k = np.array([d.difference.value for d in deltas.differences])
    rank_k = np.argsort(np.argsort(-delta_k, kind="stable"), kind="stable") + 1
    concepts = []
    for i, record in enumerate(found.pop("differences")):
        delta = deltas.differences[i].difference.to_json()
        concepts.append({**record, "delta": delta, "rank_by_delta": int(rank_k[i])})
    concepts.sort(key=lambda c: -abs(c["standardised"]["value"] or 0.0))
    return {
        "format": FORMAT,
        "by": groups.column,
        "a": groups.a,
        "b": groups.b,
        **found,
        "n_left_out": groups.n_left_out,
        "n_unreadable": len(groups.rows) - len(dataset),
        "grouping": settings.grouping,
        "confidence": settings.confidence,
        "n_bootstrap": settings.n_bootstrap,
        "n_permutations": config.n_permutations if found["test"] == "permutation" else None,
        "seed": settings.seed,
        "concepts": concepts,
        "notes": list(begun.notes),
    }


def shown_rows(
    scores_nk: np.ndarray,
    in_a: np.ndarray,
    names: list[str],
    wanted: list[str],
    groups_n: np.ndarray | None,
    top: int,
) -> list[tuple[str, str, list[int]]]:
    """Return, for each concept wanted, the rows of A and of B with its highest scores.

    Examples
    --------
    >>> scores = np.array([[0.1], [0.9], [0.4], [0.8]])
    >>> in_a = np.array([True, True, False, False])
    >>> shown_rows(scores, in_a, ["hair"], ["hair"], None, 1)
    [('hair', 'a', [1]), ('hair', 'b', [3])]
    """
    from cutis.tasks.annotate.outputs import top_rows

    found = []
    for name in wanted:
        column = scores_nk[:, [names.index(name)]]
        for side, mask in (("a", in_a), ("b", ~in_a)):
            rows = np.flatnonzero(mask)
            inside = None if groups_n is None else groups_n[rows]
            chosen = top_rows(column[rows], (name,), inside, top)[name]
            found.append((name, side, [int(rows[i]) for i in chosen]))
    return found


def _summary(result: dict[str, Any]) -> tuple[str, ...]:
    from cutis.report.wording import count

    concepts = result["concepts"]
    lines = [
        f"A: {result['by']} = {result['a']}, {result['n_a']} images; B: {result['b']}, "
        f"{result['n_b']} images; {len(concepts)} concepts, {result['test']} test."
    ]
    width = min(max(len(c["name"]) for c in concepts), 28)
    for record in concepts[:10]:
        value = record["standardised"]
        if value["value"] is None:
            lines.append(f"  {record['name']:<{width}} undefined")
            continue
        bounds = ""
        if value["low"] is not None:
            bounds = f" ({value['low']:+.2f} to {value['high']:+.2f})"
        p = "" if record["p_holm"] is None else f"  p {record['p_holm']:.2g} (Holm)"
        lines.append(f"  {record['name']:<{width}} d {value['value']:+.2f}{bounds}{p}")
    clear = sum(c["p_holm"] is not None and c["p_holm"] < ALPHA for c in concepts)
    lines.append(f"{clear} of {len(concepts)} concepts differ at p < 0.05 after Holm's correction.")
    if result["n_left_out"]:
        lines.append(f"{count(result['n_left_out'], 'row is', 'rows are')} in neither group.")
    return tuple(lines)


def _dry_lines(config: AuditDataConfig, groups: Groups, begun: Start) -> tuple[str, ...]:
    import yaml

    from cutis.features import plan

    n_a = int(groups.in_a.sum())
    return (
        "Dry run: nothing is written.",
        yaml.safe_dump(config.model_dump(mode="json"), sort_keys=False).rstrip(),
        f"A: {groups.a}, {n_a} rows; B: {groups.b}, {len(groups.in_a) - n_a} rows.",
        f"Concepts: {len(begun.scorer.concepts.ids)} from {begun.scorer.concepts.name}.",
        plan(begun.dataset, begun.model, cache=begun.cache).render(),
    )
