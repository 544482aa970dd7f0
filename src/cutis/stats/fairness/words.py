"""What an audit of subgroups found, in sentences that claim no more than it shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

ALPHA = 0.05
# Diagnoses that differ this much between subgroups (Cramér's V) are worth a warning.
MIXED = 0.1
RATE_WORDS = {
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy",
    "overconfidence": "overconfidence",
    "true_positive_rate": "sensitivity",
    "false_positive_rate": "false-positive rate",
    "positive_predictive_value": "positive predictive value",
    "selection_rate": "share called positive",
    "calibration_in_the_large": "calibration in the large",
    "auroc": "AUROC",
}
CRITERION_WORDS = {
    "demographic_parity": "demographic parity",
    "equal_opportunity": "equal opportunity",
    "equalized_odds": "equalised odds",
    "predictive_parity": "predictive parity",
}


def missing_warnings(missing: Sequence[dict[str, Any]]) -> list[str]:
    """Return a warning for every pattern of missing values that goes with the class.

    Parameters
    ----------
    missing
        The ``missing`` records of an audit.

    Examples
    --------
    >>> record = {"columns": ["tone"], "n_missing": 30, "n": 90, "verdict": "leak",
    ...           "per_class": {"nevus": {"n": 50, "n_missing": 30},
    ...                         "cancer": {"n": 40, "n_missing": 0}},
    ...           "never_missing": ["cancer"], "always_missing": [], "cramers_v": 0.63,
    ...           "p": 0.001, "auroc": 0.8, "auroc_about": "cancer", "same_as": None,
    ...           "nearly": []}
    >>> print(missing_warnings([record])[0][:85])
    'tone' is missing for 30 of 90 images, and whether it is missing tells the diagnosis:
    """
    return [_missing_words(item) for item in missing if item["verdict"] in ("leak", "linked")]


def _missing_words(item: dict[str, Any]) -> str:
    several = len(item["columns"]) > 1
    names = _listed([f"'{name}'" for name in item["columns"]])
    what = f"{names} {'are' if several else 'is'} missing for {item['n_missing']:,} of "
    what += f"{item['n']:,} images" + (" (the same ones)" if several else "")
    if item["same_as"]:
        what += f", exactly those with {item['same_as']}"
    if item["nearly"]:
        what += f" (nearly the same rows lack {_listed(item['nearly'])})"
    if item["verdict"] == "linked":
        return (
            f"{what}, more often in some diagnoses than in others (Cramér's V "
            f"{item['cramers_v']:.2f}). Subgroups of {_it(several)} compare a selected part of the "
            "images."
        )
    sides = []
    if item["never_missing"]:
        sides.append(f"none of them is {_listed(item['never_missing'], 'or')}")
    if item["always_missing"]:
        sides.append(f"every image of {_listed(item['always_missing'])} is among them")
    return (
        f"{what}, and whether {'they are' if several else 'it is'} missing tells the diagnosis: "
        f"{'; '.join(sides)}. Missing values alone tell {item['auroc_about']} from the rest with "
        f"an AUROC of {item['auroc']:.2f}. Subgroups of {_it(several)} compare a selected part of "
        f"the images, and a model that is given {_it(several)} could cheat."
    )


def _it(several: bool) -> str:
    return "them" if several else "it"


def mix_warning(column: str, found: dict[str, Any]) -> str:
    """Return a warning when the subgroups of a column hold different diagnoses; else nothing.

    Parameters
    ----------
    column
        Its name.
    found
        Its record in an audit.
    """
    mix = found["class_mix"]
    strength, p = mix["cramers_v"], mix["p"]
    if strength is None or strength < MIXED or p is None or p >= ALPHA:
        return ""
    counts = {name: mix["counts"][name] for name in found["compared"]}
    totals = {name: sum(row.values()) for name, row in counts.items()}
    classes = next(iter(counts.values())).keys()

    def shares(k: str) -> dict[str, float]:
        return {name: counts[name][k] / totals[name] for name in counts}

    spread = {k: max(shares(k).values()) - min(shares(k).values()) for k in classes}
    widest = max(spread, key=lambda k: spread[k])
    of = shares(widest)
    low, high = min(of, key=lambda name: of[name]), max(of, key=lambda name: of[name])
    return (
        f"The subgroups of '{column}' hold different diagnoses (Cramér's V {strength:.2f}): "
        f"{widest} is {of[low]:.0%} of {low} and {of[high]:.0%} of {high}. A crude gap may come "
        "from that alone; read the one with equal diagnoses beside it."
    )


def conclusion(column: str, found: dict[str, Any], rate: str, units: str = "images") -> str:
    """Return what was shown of one rate between the subgroups of one column.

    Parameters
    ----------
    column, found
        Name and record of the column in an audit.
    rate
        Name of the rate.
    units
        What is counted in subgroups: images, lesions, patients.
    """
    crude = found["gaps"]["crude"].get(rate)
    if crude is None or crude["difference"]["value"] is None:
        return (
            f"By {column}: nothing can be said about {RATE_WORDS[rate]}; fewer than two subgroups "
            f"have enough {units} for it."
        )
    even = found["gaps"]["standardised"].get(rate)
    shown, shown_even = _is_shown(crude), even is not None and _is_shown(even)
    if even is None or even["difference"]["value"] is None:
        even_words = ""
    elif shown != shown_even:
        link = "but" if shown else "however,"
        verdict = "one was shown" if shown_even else "none was shown"
        even_words = f"; {link} with the same mix of diagnoses in each, {verdict} ({_gap(even)})"
    else:
        even_words = f"; with the same mix of diagnoses in each: {_gap(even)}"
    if shown:
        fate = f", lowest in {crude['lowest']}, highest in {crude['highest']}"
        return f"By {column}: {RATE_WORDS[rate]} differs ({_gap(crude)}{fate}){even_words}."
    return (
        f"By {column}: no gap in {RATE_WORDS[rate]} was shown ({_gap(crude)}){even_words}."
        f"{_not_excluded(found, crude, rate)}"
    )


def left_out(column: str, found: dict[str, Any], min_n: int, units: str = "images") -> str:
    """Return which subgroups were too small to be measured; nothing if none was.

    Examples
    --------
    >>> left_out("skin_tone", {"compared": ["II"], "parts": {"II": {"n_groups": 90},
    ...          "VI": {"n_groups": 3}}}, 20, "patients")
    'By skin_tone: nothing is known of VI (3), with fewer than 20 patients.'
    """
    small = [
        f"{name} ({part['n_groups']})"
        for name, part in found["parts"].items()
        if part["n_groups"] < min_n
    ]
    if not small:
        return ""
    return f"By {column}: nothing is known of {_listed(small)}, with fewer than {min_n} {units}."


def _is_shown(record: dict[str, Any]) -> bool:
    p = record.get("p_holm")
    return p is not None and p < ALPHA


def _gap(record: dict[str, Any]) -> str:
    difference = record["difference"]
    words = f"gap {difference['value']:.2f}"
    if difference["low"] is not None:
        words += f", {difference['low']:.2f} to {difference['high']:.2f}"
    p = record.get("p_holm")
    return words if p is None else f"{words}, corrected p {_p(p)}"


def _p(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"= {value:.3f}".rstrip("0").rstrip(".")


def _not_excluded(found: dict[str, Any], record: dict[str, Any], rate: str) -> str:
    high = record["difference"]["high"]
    if high is None:
        return ""
    among = {
        name: part["rates"][rate]["n"]
        for name, part in found["parts"].items()
        if name in found["compared"] and part["rates"][rate]["value"] is not None
    }
    small = min(among, key=lambda name: among[name])
    return (
        f" That is no proof of equality: with {among[small]} images in {small}, a gap of up to "
        f"{high:.2f} cannot be excluded."
    )


def _listed(names: Sequence[str], link: str = "and", most: int = 6) -> str:
    shown = list(names[:most])
    if len(names) > most:
        shown.append(f"{len(names) - most} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} {link} {shown[-1]}"
