"""The tables of a fairness audit, one column of the images at a time."""

from __future__ import annotations

from typing import Any

from cutis.report.document import Cell, Table, measure_cell
from cutis.report.metric_words import words_for
from cutis.report.wording import decimal, unit
from cutis.stats.fairness.criteria import CRITERIA
from cutis.stats.fairness.words import CRITERION_WORDS, RATE_WORDS

RATES = (
    "accuracy", "balanced_accuracy", "true_positive_rate", "false_positive_rate",
    "positive_predictive_value", "selection_rate", "auroc",
)  # fmt: skip
# What to show of a subgroup where nothing was named that is to be found.
UNDIRECTED_METRICS = ("macro_f1", "auroc")
MOST_CLASSES = 12


def shown_name(subgroup: str) -> str:
    """Return a subgroup as it is shown.

    Examples
    --------
    >>> shown_name("(missing)"), shown_name("V")
    ('not recorded', 'V')
    """
    return "not recorded" if subgroup == "(missing)" else subgroup


def p_text(value: float | None) -> str:
    """Return a p-value as text.

    Examples
    --------
    >>> p_text(0.0312), p_text(0.0002), p_text(None)
    ('0.031', '< 0.001', '–')
    """
    if value is None:
        return "–"
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def parts_table(result: dict[str, Any], found: dict[str, Any]) -> Table:
    """Return every subgroup with its size and measures."""
    rates = [rate for rate in RATES if rate in result["overall"]]
    metrics = () if result["decision"] else UNDIRECTED_METRICS
    rows: list[list[str | Cell]] = []
    for name, part in found["parts"].items():
        row: list[str | Cell] = [shown_name(name), f"{part['n']:,}", f"{part['n_groups']:,}"]
        row += [measure_cell((part["rates"] or {}).get(rate), 2) for rate in rates]
        row += [measure_cell((part["metrics"] or {}).get(metric), 2) for metric in metrics]
        rows.append(row)
    rows.append(
        ["all images", f"{result['n']:,}", f"{result['n_groups']:,}"]
        + [measure_cell(result["overall"][rate], 2) for rate in rates]
        + [Cell() for _ in metrics]
    )
    grouping = result["grouping"]
    units = "Units" if grouping == "none" else unit(grouping)[1].capitalize()
    return Table(
        ["Subgroup", "Images", units, *(_title(r) for r in rates),
         *(words_for(m).title for m in metrics)],
        rows,
        caption="Every subgroup",
        note="A dash: too few to give a number, or undefined. Averages over diagnoses run over "
        "those a subgroup has; where it lacks some, they are not comparable.",
    )  # fmt: skip


def gap_table(result: dict[str, Any], found: dict[str, Any]) -> Table:
    """Return every gap, crude and with equal diagnoses, with its tests."""
    even = found["gaps"]["standardised"]
    rows: list[list[str | Cell]] = []
    for rate, gap in found["gaps"]["crude"].items():
        share = gap["worst_share"].get(gap["worst"] or "")
        worst = "–" if not gap["worst"] else shown_name(gap["worst"])
        worst += "" if share is None or worst == "–" else f" ({share:.0%})"
        other = even.get(rate) or {"difference": None}
        rows.append(
            [_title(rate), measure_cell(gap["difference"], 2), measure_cell(gap["ratio"], 2),
             worst, p_text(gap["p"]), p_text(gap["p_holm"]), p_text(gap["p_bh"]),
             measure_cell(other["difference"], 2), p_text(other.get("p")),
             p_text(other.get("p_holm"))]
        )  # fmt: skip
    mix = found["class_mix"]
    classes = ", ".join(f"{k} {share:.0%}" for k, share in mix["standard_mix"].items())
    covered = (
        f"Equal diagnoses: {classes}; these are {mix['covered']:.0%} of the images compared."
        if classes
        else "Equal diagnoses: the subgroups share fewer than two diagnoses with 5 images each."
    )
    return Table(
        ["Rate", "Gap", "Ratio", "Worst (of resamples)", "p", "p, Holm", "p, B.–H.",
         "Gap, equal diagnoses", "p", "p, Holm"],
        rows,
        caption="Gaps between the subgroups",
        note=f"{covered} Corrected for {result['n_tests']} tests.",
    )  # fmt: skip


def criteria_table(found: dict[str, Any]) -> Table:
    """Return the named fairness criteria."""
    rows: list[list[str | Cell]] = [
        [CRITERION_WORDS[name].capitalize(), CRITERIA[name].meaning,
         measure_cell(record["difference"], 2), measure_cell(record["ratio"], 2),
         p_text(record["p"]), p_text(record["p_holm"])]
        for name, record in found["criteria"].items()
    ]  # fmt: skip
    return Table(
        ["Criterion", "Asks that", "Difference", "Ratio", "p", "p, Holm"],
        rows,
        caption="Fairness criteria (0 difference and ratio 1 meet them)",
    )


def calibration_table(found: dict[str, Any]) -> Table:
    """Return how far the probabilities can be trusted in every subgroup."""
    rows: list[list[str | Cell]] = []
    for name, part in found["parts"].items():
        rates, metrics = part["rates"] or {}, part["metrics"] or {}
        rows.append(
            [shown_name(name), measure_cell(metrics.get("ece")), decimal(part["ece_by_chance"]),
             measure_cell(rates.get("overconfidence")),
             measure_cell(rates.get("calibration_in_the_large"))]
        )  # fmt: skip
    return Table(
        ["Subgroup", "ECE", "ECE by chance alone", "Overconfidence", "Calibration in the large"],
        rows,
        caption="Calibration of every subgroup",
        note="Overconfidence: mean top probability minus accuracy. Calibration in the large: mean "
        "probability of what is to be found minus its share. Both are 0 for a calibrated model.",
    )


def mix_table(result: dict[str, Any], found: dict[str, Any]) -> Table:
    """Return which diagnoses every subgroup holds."""
    mix = found["class_mix"]
    classes = result["classes"]
    if len(classes) > MOST_CLASSES:
        classes = sorted(classes, key=lambda k: -result["per_class"].get(k, 0))[:MOST_CLASSES]
    rows: list[list[str | Cell]] = []
    for name, counts in mix["counts"].items():
        total = sum(counts.values())
        shares = [f"{counts[k]} ({counts[k] / total:.0%})" if total else "0" for k in classes]
        rows.append([shown_name(name), *shares])
    strength = "–" if mix["cramers_v"] is None else f"{mix['cramers_v']:.2f}"
    return Table(
        ["Subgroup", *classes],
        rows,
        caption="Diagnoses of every subgroup",
        note=f"Images and their share of the subgroup. Link between subgroup and diagnosis among "
        f"those compared: Cramér's V {strength}, p {p_text(mix['p'])}.",
    )


def _title(rate: str) -> str:
    words = RATE_WORDS[rate]
    return words[:1].upper() + words[1:]
