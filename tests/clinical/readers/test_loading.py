"""Tables of readings: what is understood, and every message about what is wrong."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cutis.clinical.readers.config import TableConfig
from cutis.clinical.readers.loading import read_readings
from cutis.errors import CutisError


def read(path, **options):
    return read_readings(TableConfig(readings=path, **options))


def test_a_long_table(study):
    found = read(study())
    assert found.layout == "long"
    assert found.arms == ["unaided", "aided"]
    assert found.people == [f"R{j}" for j in range(1, 7)]
    assert len(found.cases) == 40
    assert set(found.classes) == {"keratosis", "melanoma", "nevus"}
    assert found.has_groups
    frame = found.frame
    assert ((frame["answer"] == frame["truth"]).astype(float) == frame["correct"]).all()
    assert found.of_readers("experience", ["R1", "R6"]) == {"R1": "resident", "R6": "expert"}


def test_grids_are_readers_by_cases(study):
    found = read(study())
    grid = found.grid("correct", "aided", ["R2", "R1"], ["c3", "c0"])
    frame = found.frame.set_index(["reader", "case", "arm"])["correct"]
    assert grid[0, 0] == frame["R2", "c3", "aided"]
    assert grid[1, 1] == frame["R1", "c0", "aided"]
    assert np.isnan(found.grid("correct", "none", ["R1"], ["c0"])).all()


def test_skipped_readings_are_counted_and_left_out(study):
    def skip(frame):
        frame.loc[(frame["reader"] == "R2") & frame["case"].isin(["c1", "c2"]), "answer"] = None
        return frame

    found = read(study(skip))
    assert found.skipped == {"R2": 4}
    assert len(found.frame) == 6 * 40 * 2 - 4


def test_names_may_be_spelt_in_two_ways(study):
    found = read(study(lambda f: f.assign(answer=f["answer"].str.upper())))
    plain = read(study())
    assert found.frame["correct"].mean() == plain.frame["correct"].mean()


def test_codes_in_one_column_and_names_in_the_other_need_the_classes(study):
    order = ["nevus", "melanoma", "keratosis"]
    path = study(lambda f: f.assign(answer=f["answer"].map(order.index)))
    with pytest.raises(CutisError, match=r"the answers are codes .* the truths are names"):
        read(path)
    found = read(path, classes=",".join(order))
    assert found.frame["correct"].mean() == read(study(name="n.csv")).frame["correct"].mean()
    turned = study(lambda f: f.assign(truth=f["truth"].map(order.index)), "turned.csv")
    with pytest.raises(CutisError, match=r"the truths are codes .* the answers are names"):
        read(turned)


def test_codes_in_both_columns_are_names_of_their_own(study):
    order = ["nevus", "melanoma", "keratosis"]
    path = study(
        lambda f: f.assign(answer=f["answer"].map(order.index), truth=f["truth"].map(order.index))
    )
    assert read(path).classes == ("0", "1", "2")


def test_a_wrong_answer_that_is_never_true_is_a_note(study):
    def rare(frame):
        frame.loc[0, "answer"] = "wart"
        return frame

    found = read(study(rare))
    assert "wart" in found.classes
    assert "are the truth of no case" in " ".join(found.notes)


def test_without_an_arm_there_is_one(study):
    frame = study(lambda f: f[f["arm"] == "aided"].drop(columns="arm"))
    assert read(frame).arms == ["unaided"]


def test_correct_alone_is_enough(study):
    path = study(
        lambda f: f.assign(correct=f["answer"] == f["truth"]).drop(columns=["answer", "truth"])
    )
    found = read(path)
    assert found.classes == ()
    assert found.frame["correct"].isin([0.0, 1.0]).all()


def test_repeated_readings_are_refused_or_chosen(study):
    path = study(lambda f: pd.concat([f, f.iloc[:1].assign(answer="melanoma")]))
    with pytest.raises(CutisError, match="1 repeated readings; the first is reader 'R1'"):
        read(path)
    first, last = (read(path, repeated=r) for r in ("first", "last"))
    assert first.frame["answer"].iloc[0] != "melanoma" or last.frame["answer"].iloc[-1]
    assert "1 repeated readings: the last one counts" in " ".join(last.notes)
    assert (last.frame["answer"].iloc[-1]) == "melanoma"


def test_readers_may_be_left_out(study):
    found = read(study(), drop_readers="R1, R4")
    assert "R1" not in found.people
    assert "Left out as asked" in found.notes[0]


MISTAKES = {
    "no reader": (lambda f: f.assign(reader=[None, *f["reader"][1:]]), {}, "without a reader"),
    "no case": (lambda f: f.assign(case=[*f["case"][:-1], None]), {}, "without a case"),
    "no arm": (lambda f: f.assign(arm=[None, *f["arm"][1:]]), {}, "without an arm"),
    "two truths": (
        lambda f: f.assign(truth=["nevus", *f["truth"][1:]]),
        {},
        "more than one truth; the first is 'c0': nevus, keratosis",
    ),
    "two lesions": (
        lambda f: f.assign(lesion_id=["X", *f["lesion_id"][1:]]),
        {},
        "more than one group",
    ),
    "no number": (
        lambda f: f.assign(time=["fast", *f["time"][1:]]),
        {},
        "'fast' in row 2 is not a number",
    ),
    "no answers": (lambda f: f.assign(answer=None), {}, "holds no answer at all"),
    "other words": (
        lambda f: f.assign(answer=f["answer"] + " (sure)"),
        {},
        "No answer in .* is the truth of any case",
    ),
    "not a class": (lambda f: f, {"classes": "nevus,melanoma"}, "'keratosis' is not one of"),
    "unknown reader": (lambda f: f, {"drop_readers": "R11"}, "no reader 'R11' to leave out"),
    "all readers": (
        lambda f: f[f["reader"] == "R1"],
        {"drop_readers": "R1"},
        "Every reader was left out",
    ),
    "missing column": (lambda f: f.drop(columns="case"), {}, "no column for the case"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes_are_named(study, name):
    edit, options, said = MISTAKES[name]
    with pytest.raises(CutisError, match=said):
        read(study(edit), **options)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(CutisError, match="There is no table"):
        read(tmp_path / "none.csv")


def test_no_reader_left_out_is_no_note(study):
    assert read(study(n_readers=2, n_cases=6), drop_readers=" , ").notes == ()


@pytest.mark.parametrize("text", ["", "reader,case,answer,truth\n"])
def test_an_empty_file_is_said_to_be_empty(tmp_path, text):
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(CutisError, match="is empty"):
        read(tmp_path / "t.csv")


@pytest.mark.parametrize("suffix", ["csv", "tsv", "parquet"])
def test_every_kind_of_file_reads_alike(study, tmp_path, suffix):
    from cutis.data.tables import write_table

    plain = read(study(n_readers=2, n_cases=6))
    frame = pd.read_csv(study(n_readers=2, n_cases=6))
    write_table(frame, tmp_path / f"t.{suffix}")
    pd.testing.assert_frame_equal(read(tmp_path / f"t.{suffix}").frame, plain.frame)


def test_columns_nobody_asked_for_are_left_alone(study):
    found = read(study(lambda f: f.assign(comment="hm", Score_x=1), n_readers=2, n_cases=6))
    assert "comment" not in found.frame
    assert found.scores == []
