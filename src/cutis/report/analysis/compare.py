"""The page of a comparison: conclusions first, then every number they rest on."""

from __future__ import annotations

from typing import Any

from cutis.report.charts.differences import Row, differences_chart
from cutis.report.document import (
    Block,
    Cell,
    Document,
    Figure,
    Notes,
    Paragraph,
    Section,
    Table,
    measure_cell,
)
from cutis.report.metric_words import LOWER_IS_BETTER, ORDER, words_for
from cutis.report.source import RunData
from cutis.report.wording import count, listing, unit

TESTS = {
    "swap": "permutation: the two models swapped, group by group",
    "delong": "DeLong",
    "delong-clustered": "DeLong for clustered images (Obuchowski)",
    "bootstrap": "bootstrap of the difference",
    "none": "no test",
}
# Metrics beside each other in one table.
_COLUMNS = 6
VERDICTS = {"better": "better", "worse": "worse", "not shown": "no difference shown"}


def document(run: RunData) -> Document:
    """Return the page of ``cutis stats compare`` and ``cutis compare``."""
    result = run.result or {}
    datasets = result.get("datasets", {})
    sections = [s for name, record in datasets.items() for s in _dataset(name, record)]
    sections = [*_settings(result), *sections, _reading()]
    if result.get("notes"):
        sections.append(Section("files", "Files", [Notes(result["notes"])]))
    models = list(dict.fromkeys(m for record in datasets.values() for m in record["models"]))
    title = f"{listing(models, most=3)} compared" if models else "Runs side by side"
    sentence = " ".join(_summary(name, record) for name, record in datasets.items())
    return Document("Comparison", title, sentence or "Nothing could be compared.", sections)


def _summary(name: str, record: dict[str, Any]) -> str:
    """Say in a sentence how many models were shown to differ from the anchor."""
    metric = record["headline"]
    verdicts = [of[metric]["verdict"] for of in record["differences"].values()]
    where = f" on {name}" if name else ""
    if len(verdicts) == 1:
        return record["conclusions"][0] if not name else f"{name}: {record['conclusions'][0]}"
    words = words_for(metric).title.casefold()
    return (
        f"Against {record['anchor']}{where}, in {words}: {verdicts.count('better')} of "
        f"{len(verdicts)} models are shown to be better, {verdicts.count('worse')} to be worse; "
        f"for {verdicts.count('not shown')} no difference was shown."
    )


def _dataset(name: str, record: dict[str, Any]) -> list[Section]:
    key = "".join(c if c.isalnum() else "-" for c in name.casefold()) or "all"
    title = name or "The models"
    return [
        Section(f"result-{key}", f"{title}: conclusions", _conclusions(record)),
        Section(f"values-{key}", f"{title}: every metric", _values(record)),
        Section(f"tests-{key}", f"{title}: differences and tests", _tests(record)),
    ]


def _conclusions(record: dict[str, Any]) -> list[Block]:
    metric = record["headline"]
    sign = -1 if metric in LOWER_IS_BETTER else 1
    rows = []
    for model, of in record["differences"].items():
        found = of[metric]
        low, high = found["low"], found["high"]
        ends = (None, None) if low is None else sorted((sign * low, sign * high))
        value = None if found["value"] is None else sign * found["value"]
        rows.append(Row(model, value, ends[0], ends[1], found["verdict"] != "not shown"))
    rows.sort(key=lambda row: -(row.value if row.value is not None else -9))
    axis = f"{words_for(metric).title}: difference from {record['anchor']}"
    axis += " (turned, so that right is better)" if sign < 0 else ""
    ends_said = (f"{record['anchor']} better", "model better")
    caption = (
        f"Squares: a difference was shown. Hollow circles: none was shown. Bars: "
        f"{100 * record['confidence']:g} % intervals of the difference."
    )
    blocks: list[Block] = [
        *(Paragraph(text, strong=True) for text in record["conclusions"]),
        Figure(differences_chart(rows, axis, ends_said), caption),
    ]
    return [*blocks, Notes(record["notes"], warning=True)] if record["notes"] else blocks


def _metrics(record: dict[str, Any]) -> list[str]:
    have = list(record["metrics"][record["anchor"]])
    ordered = [m for m in ORDER if m in have] + [m for m in have if m not in ORDER]
    return sorted(ordered, key=lambda m: m != record["headline"])


def _ranked(record: dict[str, Any]) -> list[str]:
    metric = record["headline"]
    sign = 1 if metric in LOWER_IS_BETTER else -1
    values = {m: record["metrics"][m][metric]["value"] for m in record["models"]}
    return sorted(values, key=lambda m: (values[m] is None, sign * (values[m] or 0.0)))


def _values(record: dict[str, Any]) -> list[Block]:
    names = _metrics(record)
    level = f"{100 * record['confidence']:g} % intervals"
    best = words_for(record["headline"]).title
    blocks: list[Block] = []
    for start in range(0, len(names), _COLUMNS):
        part = names[start : start + _COLUMNS]
        lower = [words_for(m).title for m in part if m in LOWER_IS_BETTER]
        rows = [
            [Cell(f"{model} (anchor)" if model == record["anchor"] else model)]
            + [measure_cell(record["metrics"][model][metric]) for metric in part]
            for model in _ranked(record)
        ]
        blocks.append(
            Table(
                ["Model", *(words_for(metric).title for metric in part)],
                rows,
                caption=f"The same {count(record['n'], 'image')}, with {level}; the best {best} "
                "first",
                note=_method(record) + (f" Lower is better for {listing(lower)}." if lower else ""),
            )
        )
    return blocks


def _method(record: dict[str, Any]) -> str:
    grouped = record["grouping"] not in ("none", None)
    what = f"whole {unit(record['grouping'])[1]}" if grouped else "images one by one"
    strata = ", each class keeping its number" if record.get("stratified") else ""
    return (
        f"Intervals: {count(record['n_bootstrap'], 'bootstrap replicate')} that draw {what}"
        f"{strata}, the same for all models ({record['interval']})."
    )


def _tests(record: dict[str, Any]) -> list[Block]:
    blocks: list[Block] = [_differences(record, record["headline"], "the headline metric")]
    others = [m for m in _metrics(record) if m != record["headline"]]
    blocks += [_differences(record, metric, "exploratory") for metric in others]
    if record["mcnemar"]:
        blocks.append(_mcnemar(record))
    blocks += [_areas(record)] if record["per_class_auroc"] else []
    return blocks


def _differences(record: dict[str, Any], metric: str, kind: str) -> Table:
    rows: list[list[str | Cell]] = []
    tests = set()
    for model, of in record["differences"].items():
        found = of[metric]
        tests.add(TESTS[found["test"]])
        rows.append(
            [model, measure_cell(found), _p(found["p"]), _p(found["p_holm"]), _p(found["p_bh"]),
             Cell(VERDICTS[found["verdict"]], strong=found["verdict"] != "not shown")]
        )  # fmt: skip
    lower = "; below 0 is better" if metric in LOWER_IS_BETTER else ""
    return Table(
        ["Model", "Difference", "p", "p, Holm", "p, Benjamini–Hochberg", "Conclusion"],
        rows,
        caption=f"{words_for(metric).title} minus that of {record['anchor']} ({kind}{lower})",
        note=f"Test: {listing(sorted(tests))}.{_corrected_for(record)}",
    )


def _corrected_for(record: dict[str, Any]) -> str:
    """Say how many comparisons p-values are corrected for; records of old runs do not tell."""
    n, others = record.get("n_comparisons"), len(record["differences"])
    if n is None or others < 2:
        return ""
    if n == others:
        return f" Corrected for {n} comparisons with {record['anchor']}."
    return f" Corrected for all {n} pairs of models, as {record['anchor']} was chosen as the best."


def _mcnemar(record: dict[str, Any]) -> Table:
    rows = [
        [model, str(t["only_first"]), str(t["only_second"]), _p(t["p_exact"]), _p(t["p_mid"])]
        for model, t in record["mcnemar"].items()
    ]
    return Table(
        ["Model", "Only it is right", f"Only {record['anchor']} is right", "p, exact", "p, mid-p"],
        rows,
        caption="McNemar’s test of accuracy (raw p-values)",
    )


def _areas(record: dict[str, Any]) -> Table:
    rows: list[list[str | Cell]] = []
    for name, area in record["per_class_auroc"].items():
        for model, found in area["differences"].items():
            rows.append(
                [f"{name} (n = {area['n_positive']})", model, f"{area['auroc'][model]:.3f}",
                 f"{area['auroc'][record['anchor']]:.3f}", measure_cell(found),
                 _p(found["p"]), _p(found["p_holm"])]
            )  # fmt: skip
    test = next(iter(record["per_class_auroc"].values()))["test"]
    return Table(
        ["Class", "Model", "AUROC", f"AUROC of {record['anchor']}", "Difference", "p", "p, Holm"],
        rows,
        caption="AUROC of each class against the rest",
        note=f"Test: {TESTS[test]}; Holm over all models and classes. A class with few images "
        "has a rough normal approximation.",
    )


def _p(value: float | None) -> str:
    """Return a p-value as text.

    Examples
    --------
    >>> _p(0.0312), _p(0.0002), _p(None)
    ('0.031', '< 0.001', '–')
    """
    if value is None:
        return "–"
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def _settings(result: dict[str, Any]) -> list[Section]:
    runs = result.get("runs")
    if not runs:
        return []
    rows = [
        [entry["setting"], *(Cell(str(v)) for v in entry["values"])] for entry in result["differs"]
    ]
    same = f"{result['n_same']} further settings and facts are the same."
    blocks: list[Block] = [
        Table(["What", *runs], rows, caption="What differs between the runs", note=same)
        if rows
        else Paragraph(f"Nothing recorded differs between the runs. {same}")
    ]
    return [Section("settings", "What differs", blocks)]


def _reading() -> Section:
    return Section(
        "reading",
        "How to read this",
        [
            Notes(
                [
                    "“Better” and “worse” are said only where the interval of the difference "
                    "excludes 0 and the p-value, corrected by Holm for the comparisons made, is "
                    "small.",
                    "“No difference was shown” does not mean that two models are equal: the "
                    "interval says which differences the images still allow.",
                    "Two intervals that overlap say little; models seen on the same images must "
                    "be compared by the interval of their difference.",
                    "The conclusions are about one metric that was chosen beforehand. The tables "
                    "of the other metrics are exploratory: among many some look different by "
                    "chance.",
                ]
            )
        ],
    )
