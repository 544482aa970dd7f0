"""What a study of readers found, in sentences."""

from __future__ import annotations

from typing import Any

from cutis.stats.readers.level import alpha_of, percent


def points(value: float | None, signed: bool = False) -> str:
    """Return a share in percentage points with one decimal.

    Examples
    --------
    >>> points(0.1234), points(-0.05, signed=True), points(None)
    ('12.3', '-5.0', '–')
    """
    if value is None:
        return "–"
    return f"{100 * value:+.1f}" if signed else f"{100 * value:.1f}"


def p_text(p: float | None) -> str:
    """Return a p-value as text.

    Examples
    --------
    >>> p_text(0.00001), p_text(0.0312), p_text(None)
    ('p < 0.001', 'p = 0.031', 'no test')
    """
    if p is None:
        return "no test"
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def conclude(result: dict[str, Any]) -> list[str]:
    """Return the conclusions of a study of readers, main ones first."""
    found = [
        _of_arms(record, result["confidence"])
        for record in result["comparisons"]
        if record["outcome"] == _main(result)
    ]
    if not result["comparisons"]:
        found.append(_of_one_arm(result))
    if result["model"]:
        found.append(_of_model(result["model"], result["confidence"]))
    return [sentence for sentence in found if sentence]


def _main(result: dict[str, Any]) -> str:
    return str(result["outcomes"][0]["name"]) if result["outcomes"] else ""


def is_share(name: str, comparisons: list[dict[str, Any]]) -> bool:
    """Tell whether an outcome is a share, to be shown in percent.

    Examples
    --------
    >>> is_share("accuracy", []), is_share("score_diagnosis", [])
    (True, False)
    """
    if name in ("accuracy", "sensitivity", "specificity"):
        return True
    return any(r["outcome"] == name and "flips" in r for r in comparisons)


def _of_arms(record: dict[str, Any], confidence: float) -> str:
    test, drawn = record["test"], record["bootstrap"]
    before, after = record["before"], record["after"]
    if test["difference"] is None:
        return f"No reader read the same cases {before} and {after}; they cannot be compared."
    shares = "flips" in record

    def shown(value: float | None, signed: bool = False) -> str:
        if shares or value is None:
            return points(value, signed)
        return f"{value:+.2f}" if signed else f"{value:.2f}"

    unit, gap = (" %", " points") if shares else ("", "")
    readers = f"{test['n']} reader{'s' if test['n'] != 1 else ''}"
    start = (
        f"{record['title']}, mean of {readers}: {shown(test['before'])}{unit} {before}, "
        f"{shown(test['after'])}{unit} {after}"
    )
    if drawn["low"] is None:
        return f"{start}; {drawn['note']}, so no test speaks of other readers."
    change = (
        f"{shown(test['difference'], True)}{gap} ({percent(confidence)} interval "
        f"{shown(drawn['low'], True)} to {shown(drawn['high'], True)} over readers and cases; "
        f"signed-rank {p_text(test['p_wilcoxon'])}, corrected {p_text(test.get('p_holm'))})"
    )
    return f"{start}, a change of {change}. {_verdict(record, alpha_of(confidence))}"


def _verdict(record: dict[str, Any], alpha: float) -> str:
    test, drawn = record["test"], record["bootstrap"]
    p = test.get("p_holm") if test.get("p_holm") is not None else test["p_wilcoxon"]
    apart = drawn["low"] > 0 or drawn["high"] < 0
    better = f"{test['better']} of {test['n']} readers rose, {test['worse']} fell"
    if apart and p is not None and p < alpha:
        way = "higher" if test["difference"] > 0 else "lower"
        return f"It is {way} {record['after']} than {record['before']}: {better}."
    if apart or (p is not None and p < alpha):
        return f"The interval and the test do not agree, so the evidence is weak: {better}."
    return f"No difference is shown: {better}."


def _of_one_arm(result: dict[str, Any]) -> str:
    arm, name = result["reference"], _main(result)
    if not name:
        return "The table holds answers without a truth; see cutis stats agreement."
    found = result["by_arm"][arm][name]
    if found["mean"] is None:
        return ""
    title = result["outcomes"][0]["title"]
    unit = " %" if is_share(name, []) else ""
    shown = points if unit else lambda v: "–" if v is None else f"{v:.2f}"
    whole = result["one_arm"]
    if whole["low"] is not None:
        between = (
            f" ({percent(result['confidence'])} interval {shown(whole['low'])} to "
            f"{shown(whole['high'])}, for other readers and other cases)"
        )
    else:
        between = f"; {whole['note']}, so there is no interval" if whole.get("note") else ""
    readers = f"{found['n']} reader{'s' if found['n'] != 1 else ''}"
    return f"{title}, mean of {readers} {arm}: {shown(found['mean'])}{unit}{between}."


def _of_model(model: dict[str, Any], confidence: float) -> str:
    value, found = model["accuracy"]["value"], model["difference"]
    if value is None:
        return "The model has no answer with a known truth."
    start = (
        f"The model is right in {points(value)} % of its {model['accuracy']['n']} cases; on common "
        f"cases {model['n_below']} readers {model['arm']} are below it, {model['n_above']} above"
    )
    if found["value"] is None or found["low"] is None:
        return f"{start}."
    test = f"; {p_text(found['p'])}" if found["p"] is not None else ""
    apart = found["low"] > 0 or found["high"] < 0
    way = "better" if found["value"] > 0 else "worse"
    verdict = f"readers are {way} than the model" if apart else "no difference is shown"
    return (
        f"{start}. Readers minus model: {points(found['value'], True)} points "
        f"({percent(confidence)} interval {points(found['low'], True)} to "
        f"{points(found['high'], True)}{test}): {verdict}."
    )
