"""Published figures beside a user's own: rows of a table, and the sources they come from."""

from __future__ import annotations

from typing import Any

from cutis.report.leaderboard.page import metric_title
from cutis.report.suite.table import signed
from cutis.report.wording import decimal, interval

_OTHER_METRICS = {"auroc_ovo": "AUROC, one against one", "quadratic_kappa": "κ, quadratic weights"}


def reproduction_rows(record: dict[str, Any]) -> list[dict[str, Any]]:
    """Return one row per published figure of a model that was run."""
    titles = {model["key"]: model["title"] for model in record["models"]}
    columns = {column["key"]: column for column in record["columns"]}
    numbers = _numbers(record)
    found = []
    for item in record["reproduction"]:
        figure, column = item["published"], columns[item["column"]]
        share = column["fraction"]
        told = f", {100 * share:g}%" if share is not None else ""
        found.append(
            {
                "model": titles[item["model"]],
                "what": f"{column['title']}{told}: {title_of(figure['metric'])}",
                "published": decimal(figure["value"]),
                "published_value": figure["value"],
                "published_interval": interval(figure),
                "published_n": "" if figure["n"] is None else f"n {figure['n']:,}",
                "source": numbers[figure["citation"]],
                "ours": decimal(item["value"]),
                "ours_value": item["value"],
                "ours_interval": interval(item),
                "ours_n": f"n {item['n']:,}",
                "difference": signed(item["difference"]),
                "difference_value": item["difference"],
                "verdict": item["verdict"],
                "reasons": "; ".join(item["reasons"]),
            }
        )
    return found


def title_of(metric: str) -> str:
    """Return a published metric's name as a heading, also of metrics only publications use.

    Examples
    --------
    >>> title_of("auroc_ovo"), title_of("accuracy")
    ('AUROC, one against one', 'Accuracy')
    """
    return _OTHER_METRICS.get(metric) or metric_title(metric)


def sources_of(record: dict[str, Any]) -> list[tuple[int, str, str]]:
    """Return number, citation and address of every source on the page, in order of appearance."""
    urls = {figure["citation"]: figure["url"] for figure in _figures(record)}
    return [(number, citation, urls[citation]) for citation, number in _numbers(record).items()]


def _numbers(record: dict[str, Any]) -> dict[str, int]:
    distinct = dict.fromkeys(figure["citation"] for figure in _figures(record))
    return {citation: number for number, citation in enumerate(distinct, start=1)}


def _figures(record: dict[str, Any]) -> list[dict[str, Any]]:
    """Return every published figure that the page shows."""
    found = [item["published"] for item in record["reproduction"]]
    found += [cell["published"] for cell in record["cells"]]
    for average in record["averages"]:
        found += [result["published"] for result in average["results"]]
    for model in record["published_only"]:
        found += [*model["cells"].values(), *model["averages"].values()]
    return [figure for figure in found if figure]
