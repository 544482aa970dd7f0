"""The page of a study shows what result.json holds, and a dash where it holds nothing."""

from __future__ import annotations

import copy
import re

import pytest

from cutis.clinical.readers.conclusion import conclude
from cutis.clinical.readers.numbers import study_numbers
from cutis.clinical.readers.study import StatsReadersConfig, load, stats_readers
from cutis.report.document import Cell, Figure, Notes, Paragraph, Table
from cutis.report.readers.study import document
from cutis.report.wording import decimal
from tests.clinical.readers.conftest import CLASSES, study_frame
from tests.report.page import Page


class FakeRun:
    def __init__(self, result):
        self.result = result


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The numbers of a study with a model, and of one whose readers read one arm each."""
    folder = tmp_path_factory.mktemp("page")
    frame, truth, probs = study_frame(seed=2, n_readers=3, n_cases=12)
    frame.drop(columns="time").to_csv(folder / "s.csv", index=False)
    apart = frame[(frame["arm"] == "aided") == (frame["reader"] == "R1")]
    apart.drop(columns=["confidence", "time"]).to_csv(folder / "apart.csv", index=False)
    lines = ["image_path,true_label,predicted_label,probability_class_0,probability_class_1,"
             "probability_class_2"]  # fmt: skip
    for i, (t, p) in enumerate(zip(truth, probs, strict=True)):
        lines.append(f"c{i}.jpg,{t},{p.argmax()},{p[0]:.9f},{p[1]:.9f},{p[2]:.9f}")
    (folder / "p.csv").write_text("\n".join(lines) + "\n")

    def numbers(name, **options):
        config = StatsReadersConfig(
            readings=folder / name, output=folder / "r", n_bootstrap=100,
            classes=",".join(CLASSES), **options,
        )  # fmt: skip
        result = study_numbers(*load(config), config)
        return result | {"conclusion": conclude(result)}

    return {
        "whole": numbers("s.csv", predictions=folder / "p.csv", positive="melanoma"),
        "apart": numbers("apart.csv", no_mixed=True),
    }


def section(result, anchor):
    return next(s for s in document(FakeRun(result)).sections if s.anchor == anchor).blocks


def tables(result, anchor):
    return [b for b in section(result, anchor) if isinstance(b, Table)]


def texts(row):
    return [c.text if isinstance(c, Cell) else c for c in row]


def test_every_reader_has_the_shares_of_result_json(made):
    result = made["whole"]
    for table, arm in zip(tables(result, "readers"), result["arms"], strict=True):
        assert f"Each reader alone, {arm};" in table.caption
        for row, reader in zip(table.rows, result["readers"], strict=True):
            of = reader["arms"][arm]
            shown = [decimal(of[o["name"]]["value"]) for o in result["outcomes"]]
            assert texts(row) == [reader["reader"], "12", *shown]


def test_changes_and_tests_are_those_of_result_json(made):
    result = made["whole"]
    rows = tables(result, "change")[0].rows
    assert len(rows) == len(result["comparisons"])
    for row, record in zip(rows, result["comparisons"], strict=True):
        test = record["test"]
        assert row[1].value == test["before"]
        assert row[3].value == test["difference"]
        assert (row[4].value, row[6].value) == (test["p_wilcoxon"], test["p_t"])
        low = decimal(record["bootstrap"]["low"])
        assert row[3].interval.startswith(low)
        if not record["tested"]:
            assert row[5].text == "–"


def test_flips_add_up_on_the_page(made):
    for row in tables(made["whole"], "flips")[0].rows:
        n, *parts = (int(c) for c in texts(row)[1:6])
        assert n == sum(parts)


def test_over_reliance_is_told_with_its_counts(made):
    said = next(b.text for b in section(made["whole"], "flips") if isinstance(b, Paragraph))
    followed = made["whole"]["comparisons"][0]["followed"]
    for kind in ("right", "wrong"):
        of = followed[f"model_{kind}"]
        assert f"where it was {kind}, {of['followed']} of {of['disagreed']} times" in said


def test_the_model_and_its_curve(made):
    model = made["whole"]["model"]
    table = tables(made["whole"], "model")[0]
    assert table.rows[0][1].value == model["accuracy"]["value"]
    assert table.rows[1][1].value == model["difference"]["value"]
    assert model["difference"]["method"] in table.note
    caption = next(b for b in section(made["whole"], "model") if isinstance(b, Figure)).caption
    assert f"AUROC {model['roc']['auroc']:.3f}, 4 of 12 cases positive" in caption


def test_a_model_without_positives_has_no_curve(made):
    result = copy.deepcopy(made["whole"])
    result["model"]["roc"] = {"note": "all of one kind", "points": [], "readers": []}
    assert not [b for b in section(result, "model") if isinstance(b, Figure)]
    result["model"] = None
    assert "model" not in [s.anchor for s in document(FakeRun(result)).sections]


def test_levels_of_experience_have_their_readers(made):
    result = made["whole"]
    by_level, change = tables(result, "experience")
    assert [texts(r)[:2] for r in by_level.rows] == [["Resident", "3"]]
    found = result["by_arm"]["aided"]["accuracy"]["by_experience"]["resident"]
    assert by_level.rows[0][3].value == found["mean"]
    test = result["comparisons"][0]["by_experience"]["resident"]
    assert change.rows[0][1].value == test["difference"]


def test_each_class_has_its_cases_means_and_corrected_p(made):
    (table,) = tables(made["whole"], "classes")
    assert [texts(r)[:2] for r in table.rows] == [[c, "4"] for c in CLASSES]
    for row, record in zip(table.rows, made["whole"]["by_class"], strict=True):
        assert row[3].value == record["arms"]["aided"]["mean"]
        assert row[4].value == record["tests"]["aided"]["p_holm"]


def test_readers_who_read_one_arm_each_leave_dashes_and_no_claim(made):
    result = made["apart"]
    assert "cannot be compared" in document(FakeRun(result)).sentence
    (row,) = tables(result, "change")[0].rows
    assert set(texts(row)[1:]) == {"–"}
    assert not [b for b in section(result, "change") if isinstance(b, Figure)]
    first = tables(result, "readers")[0]
    assert texts(first.rows[0])[1:] == ["0", "–"]


def test_notes_and_conclusions_stand_first(made):
    noted = made["apart"] | {"notes": ["One thing.", "Another."]}
    assert section(noted, "result") == [
        Paragraph(noted["conclusion"][0], strong=True),
        Notes(["One thing.", "Another."]),
    ]
    empty = made["apart"] | {"conclusion": [], "notes": []}
    page = document(FakeRun(empty))
    assert page.sentence == "Nothing could be concluded."
    assert "result" not in [s.anchor for s in page.sections]


def test_the_level_of_the_intervals_is_said(made):
    (notes,) = section(made["whole"] | {"confidence": 0.9}, "reading")
    assert "at the 90% level" in notes.items[0]


def test_bare_answers_of_experienced_readers_have_a_page(tmp_path):
    frame = study_frame(seed=2, n_readers=3, n_cases=12)[0]
    bare = frame[["reader", "case", "arm", "answer", "experience"]]
    bare.to_csv(tmp_path / "s.csv", index=False)
    stats_readers(StatsReadersConfig(readings=tmp_path / "s.csv", output=tmp_path / "r"))
    page = (tmp_path / "r" / "report.html").read_text(encoding="utf-8")
    assert "answers without a truth" in page
    assert "By experience" not in page


def test_names_of_arms_classes_and_levels_are_escaped(tmp_path):
    frame = study_frame(seed=2, n_readers=3, n_cases=12)[0].drop(columns=["time", "confidence"])
    evil = "<img src=x onerror=alert(1)>"
    frame = frame.replace({"aided": f"a {evil}", "nevus": f"n {evil}", "resident": f"e {evil}"})
    frame.assign(reader="r " + frame["reader"] + evil).to_csv(tmp_path / "s.csv", index=False)
    stats_readers(
        StatsReadersConfig(
            readings=tmp_path / "s.csv", output=tmp_path / "r", n_bootstrap=100, no_mixed=True
        )
    )
    source = (tmp_path / "r" / "report.html").read_text(encoding="utf-8")
    page = Page(source)
    assert page.problems == []
    assert not [t for t in page.tags if "onerror" in t.attributes]
    shown = re.sub(r"\s+", " ", source)
    for letter in "anr":
        assert f"{letter} &lt;img src=x" in shown or f"{letter} R1&lt;img" in shown
