"""The page of a study of readers: conclusion, each reader's change, the model, every number."""

from __future__ import annotations

from typing import Any

from cutis.report.charts.operating_points import Point, operating_points
from cutis.report.charts.slopes import Slope, slope_chart
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
from cutis.report.readers.words import mean_cell, number_cell, p_cell, signed_cell
from cutis.report.source import RunData
from cutis.report.wording import count, heading, listing
from cutis.stats.readers.level import percent


def document(run: RunData) -> Document:
    """Return the page of ``cutis stats readers``."""
    result = run.result or {}
    sections = [Section("result", "Conclusion", _conclusion(result))]
    if result["comparisons"]:
        sections.append(Section("change", "From one arm to the other", _change(result)))
        sections.append(Section("flips", "What help did to single answers", _flips(result)))
    if result["model"]:
        sections.append(Section("model", "The model and the readers", _model(result)))
    sections.append(Section("readers", "Reader by reader", _readers(result)))
    if result["outcomes"] and any(r["experience"] for r in result["readers"]):
        sections.append(Section("experience", "By experience", _experience(result)))
    if result["by_class"]:
        sections.append(Section("classes", "Diagnosis by diagnosis", _classes(result)))
    sections.append(Section("reading", "How to read this", _reading(result)))
    who = f"{count(result['n_readers'], 'reader')}, {count(result['n_cases'], 'case')}"
    sentence = " ".join(result["conclusion"][:2]) or "Nothing could be concluded."
    return Document("Reader study", who, sentence, [s for s in sections if s.blocks])


def _conclusion(result: dict[str, Any]) -> list[Block]:
    blocks: list[Block] = [Paragraph(text, strong=True) for text in result["conclusion"]]
    if result["notes"]:
        blocks.append(Notes(result["notes"]))
    return blocks


def _change(result: dict[str, Any]) -> list[Block]:
    blocks: list[Block] = []
    model = result["model"]["accuracy"]["value"] if result["model"] else None
    for record in result["comparisons"]:
        slopes = [
            Slope(r["reader"], r["before"], r["after"])
            for r in record["readers"]
            if r["before"] is not None
        ]
        if slopes and record["tested"]:
            level = model if record["outcome"] == "accuracy" else None
            blocks.append(
                Figure(
                    slope_chart(
                        slopes, (record["before"], record["after"]), record["title"], level
                    ),
                    f"{record['title']} of every reader, on the cases read in both arms; the bold "
                    "line is the mean. Falling lines are dashed.",
                )
            )
    rows: list[list[str | Cell]] = [
        [
            f"{r['title']}, {r['after']} against {r['before']}",
            number_cell(r["test"]["before"]),
            number_cell(r["test"]["after"]),
            signed_cell(r["test"]["difference"], r["bootstrap"]["low"], r["bootstrap"]["high"]),
            p_cell(r["test"]["p_wilcoxon"]),
            p_cell(r["test"].get("p_holm")),
            p_cell(r["test"]["p_t"]),
            number_cell(r["test"]["effect_r"], 2),
            number_cell(r["test"]["cohen_dz"], 2),
        ]
        for r in result["comparisons"]
    ]
    blocks.append(
        Table(
            ["Outcome", "Before", "After", "Change", "Signed-rank p", "Holm", "Paired t p", "r",
             "d_z"],
            rows,
            "Mean over readers. The interval of the change draws readers and cases again.",
            "Holm's correction runs over the signed-rank tests of outcomes; confidence and time "
            "only describe.",
        )
    )  # fmt: skip
    return [*blocks, *_mixed(result)]


def _mixed(result: dict[str, Any]) -> list[Block]:
    rows: list[list[str | Cell]] = []
    notes: list[str] = []
    for record in result["comparisons"]:
        found = record.get("mixed")
        if not found:
            continue
        rows.append(
            [
                f"{record['after']} against {record['before']}",
                Cell(
                    number_cell(found["odds_ratio"], 2).text,
                    found["odds_ratio"],
                    "" if found["low"] is None else f"{found['low']:.2f} to {found['high']:.2f}",
                ),
                p_cell(found["p"]),
                number_cell(found["sd_reader"], 2),
                number_cell(found["sd_case"], 2),
                number_cell(found["sd_reader_arm"], 2),
            ]
        )
        notes.append(found["note"])
    if not rows:
        return []
    columns = ["Arms", "Odds ratio", "p", "SD reader", "SD case", "SD reader in arm"]
    note = f"{notes[0][:1].upper()}{notes[0][1:]}."
    return [Table(columns, rows, "Mixed-effects logistic regression of right answers.", note)]


def _flips(result: dict[str, Any]) -> list[Block]:
    rows: list[list[str | Cell]] = [
        [
            f"{r['title']}, {r['after']}",
            *(str(r["flips"][k]) for k in ("n", "helped", "harmed", "both_right", "both_wrong")),
            p_cell(r["flips"]["p_exact"]),
            p_cell(r["flips"]["p_mid"]),
        ]
        for r in result["comparisons"]
        if "flips" in r
    ]
    blocks: list[Block] = []
    if rows:
        blocks.append(
            Table(
                ["Outcome", "Pairs", "Put right", "Spoilt", "Both right", "Both wrong",
                 "McNemar p", "mid-p"],
                rows,
                "Pairs of readings of one case by one reader.",
                "McNemar's test takes readings as independent, which they are not: it describes, "
                "and speaks of these readers and cases only.",
            )
        )  # fmt: skip
    for record in result["comparisons"]:
        found = record.get("followed")
        if found:
            said = [
                f"where it was {kind}, {found[f'model_{kind}']['followed']} of "
                f"{found[f'model_{kind}']['disagreed']} times"
                for kind in ("right", "wrong")
            ]
            blocks.append(
                Paragraph(
                    f"Readers who at first disagreed with the model took its answer over "
                    f"({record['after']}): {listing(said)}. The second number is over-reliance."
                )
            )
    return blocks


def _model(result: dict[str, Any]) -> list[Block]:
    model, found = result["model"], result["model"]["difference"]
    rows: list[list[str | Cell]] = [
        ["Model, right answers", measure_cell(model["accuracy"]), str(model["accuracy"]["n"])],
        [
            f"Readers {model['arm']} minus model",
            signed_cell(found["value"], found["low"], found["high"]),
            str(found.get("n_cases", "")),
        ],
    ]
    blocks: list[Block] = [
        Table(["", "Value", "Cases"], rows, note=_method(found)),
        Paragraph(
            f"{count(model['n_below'], 'reader')} below the model, {model['n_above']} above, "
            f"{model['n_equal']} equal, each on the cases both answered."
        ),
    ]
    roc = model["roc"]
    if roc and roc["points"]:
        own = Point("model", roc["model"]["sensitivity"], roc["model"]["specificity"])
        readers = [Point(r["reader"], r["sensitivity"], r["specificity"]) for r in roc["readers"]]
        title = listing(result["positive"])
        blocks.append(
            Figure(
                operating_points(roc["points"], own, readers, title),
                f"{title} against the rest: ROC curve of the model (AUROC {roc['auroc']:.3f}, "
                f"{roc['n_positive']} of {roc['n']} cases positive); {roc['n_below_curve']} of "
                f"{len(readers)} readers lie below the curve.",
            )
        )
    return blocks


def _method(found: dict[str, Any]) -> str:
    parts = [found.get("method", ""), found.get("note", "")]
    if found.get("p") is not None:
        parts.append(f"p {p_cell(found['p']).text}")
    return "; ".join(part for part in parts if part)


def _readers(result: dict[str, Any]) -> list[Block]:
    outcomes = result["outcomes"]
    blocks: list[Block] = []
    for arm in result["arms"]:
        rows: list[list[str | Cell]] = [
            [
                r["reader"],
                str(max((m["n"] for m in r["arms"][arm].values()), default=0)),
                *(measure_cell(r["arms"][arm][o["name"]]) for o in outcomes),
            ]
            for r in result["readers"]
        ]
        columns = ["Reader", "Cases", *(o["title"] for o in outcomes)]
        caption = f"Each reader alone, {arm}; Wilson's interval for shares, t for other numbers."
        blocks.append(Table(columns, rows, caption))
    return blocks


def _experience(result: dict[str, Any]) -> list[Block]:
    name = result["outcomes"][0]["name"]
    blocks: list[Block] = []
    levels = sorted({r["experience"] for r in result["readers"] if r["experience"]})
    rows: list[list[str | Cell]] = [
        [
            heading(level),
            str(sum(r["experience"] == level for r in result["readers"])),
            *(mean_cell(result["by_arm"][a][name]["by_experience"][level]) for a in result["arms"]),
        ]
        for level in levels
    ]
    caption = f"{result['outcomes'][0]['title']}, mean over readers with its t interval."
    blocks.append(Table(["Experience", "Readers", *result["arms"]], rows, caption))
    for record in result["comparisons"]:
        if record["outcome"] == name:
            tests = record["by_experience"]
            blocks.append(
                Table(
                    ["Experience", "Change", "Signed-rank p", "Holm", "Paired t p"],
                    [
                        [
                            heading(level),
                            signed_cell(t["difference"], t["low"], t["high"]),
                            p_cell(t["p_wilcoxon"]),
                            p_cell(t.get("p_holm")),
                            p_cell(t["p_t"]),
                        ]
                        for level, t in tests.items()
                    ],
                    f"{record['after']} against {record['before']}.",
                )
            )
    return blocks


def _classes(result: dict[str, Any]) -> list[Block]:
    arms = result["arms"]
    rows: list[list[str | Cell]] = []
    for row in result["by_class"]:
        cells: list[str | Cell] = [row["class"], str(row["n_cases"])]
        cells += [mean_cell(row["arms"][arm]) for arm in arms]
        cells += [p_cell(row["tests"][arm].get("p_holm")) for arm in arms[1:]]
        rows.append(cells)
    columns = ["Diagnosis", "Cases", *arms, *(f"{arm}: Holm p" for arm in arms[1:])]
    return [Table(columns, rows, "Right answers among the cases of each, mean over readers.")]


def _reading(result: dict[str, Any]) -> list[Block]:
    level = percent(result["confidence"])
    return [
        Notes(
            [
                f"Intervals are at the {level} level. Where readers and cases are drawn again, the "
                "interval speaks of other readers and other cases like these; a t interval or "
                "signed-rank test over readers speaks of other readers on these cases.",
                "A share is of the cases a reader answered; 'of all' in result.json counts "
                "skipped cases as wrong.",
                "Signed-rank tests leave out readers who did not change; r is z / sqrt(n) with z "
                "from the p-value, d_z the mean change in units of its standard deviation.",
            ]
        )
    ]
