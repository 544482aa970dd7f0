"""Published layouts, made up from their descriptions, become the one long table."""

from __future__ import annotations

import pandas as pd
import pytest

from cutis.clinical.readers.config import TableConfig
from cutis.clinical.readers.loading import read_readings
from cutis.errors import CutisError
from tests.clinical.readers.conftest import write_book


def read(path, **options):
    return read_readings(TableConfig(readings=path, **options))


def rs1_frame() -> pd.DataFrame:
    rows = []
    for reader in ("A", "B", "C"):
        for case in range(4):
            rows.append(
                {
                    "Case ID": case,
                    "GT": "psoriasis" if case % 2 else "tinea",
                    "Responder_ID": reader,
                    "roles": "GP",
                    "Unaided_Dx_Score": 2 + case % 2,
                    "Assisted_Dx_Score": 4,
                    "Unaided_Dx_Confidence": 3,
                    "Assisted_Dx_Confidence": 4,
                    "Unaided_Top3_SpotOn": case == 1,
                    "Assisted_Top3_SpotOn": True,
                    "Unaided_Top3_Generic": False,
                    "Assisted_Top3_Generic": False,
                    "Unaided_Mgmt_Grade": "Inadequate and dangerous" if case == 0 else "Adequate",
                    "Assisted_Mgmt_Grade": "Perfect",
                    "Unaided_Mgmt_Confidence": 2,
                    "Assisted_Mgmt_Confidence": 3,
                    "AI_Trust_Score": 4,
                }
            )
    return pd.DataFrame(rows)


def test_rs1_is_known_by_its_columns(tmp_path):
    rs1_frame().to_csv(tmp_path / "cn_graded.csv", index=False)
    found = read(tmp_path / "cn_graded.csv")
    assert found.layout == "rs1"
    assert found.arms == ["unaided", "aided"]
    assert found.people == ["A", "B", "C"]
    grid = found.grid("correct", "unaided", ["A"], ["0", "1", "2", "3"])
    assert grid.tolist() == [[0, 1, 0, 0]]
    assert found.grid("score_management", "unaided", ["B"], ["0", "1"]).tolist() == [[1, 3]]
    assert found.grid("score_harm", "unaided", ["B"], ["0", "1"]).tolist() == [[1, 0]]
    assert found.grid("score_success", "aided", ["B"], ["0", "1"]).tolist() == [[1, 1]]
    assert found.grid("score_diagnosis", "unaided", ["C"], ["3"]).item() == 3
    assert found.of_readers("experience", ["A"]) == {"A": "GP"}


@pytest.mark.parametrize(("grade", "value"), [("2", 2.0), ("inadequate but harmless", 2.0)])
def test_rs1_grades_may_be_numbers(tmp_path, grade, value):
    rs1_frame().assign(Unaided_Mgmt_Grade=grade).to_csv(tmp_path / "t.csv", index=False)
    found = read(tmp_path / "t.csv")
    assert found.grid("score_management", "unaided", ["A"], ["0"]).item() == value


def test_rs1_mistakes(tmp_path):
    rs1_frame().assign(Unaided_Mgmt_Grade="so so").to_csv(tmp_path / "a.csv", index=False)
    with pytest.raises(CutisError, match="grade 'so so' is not known"):
        read(tmp_path / "a.csv")
    rs1_frame().drop(columns="Responder_ID").to_csv(tmp_path / "b.csv", index=False)
    with pytest.raises(CutisError, match="no column 'Responder_ID'"):
        read(tmp_path / "b.csv")


def rs2b_text(skip: int = 0) -> str:
    lines = ["user_id;test_id;image_id;ground_truth;answer_before;answer_after;time_before;ability"]
    for user in (7, 8):
        for test in (1, 2):
            for i in range(30):
                before = "" if user == 8 and test == 2 and i < skip else "MEL" if i % 3 else "NV"
                lines.append(
                    f"{user};{test};im{test}_{i};{'MEL' if i % 2 else 'NV'};{before};MEL;"
                    f"12,{i};{'high' if user == 7 else 'low'}"
                )
    return "\n".join(lines) + "\n"


def test_rs2b_has_semicolons_and_decimal_commas(tmp_path):
    (tmp_path / "raw.csv").write_text(rs2b_text())
    found = read(tmp_path / "raw.csv")
    assert found.layout == "rs2b"
    assert (len(found.people), len(found.cases)) == (2, 60)
    assert found.arms == ["unaided", "aided"]
    assert found.grid("time", "unaided", ["7"], ["im1_5"]).item() == 12.5
    assert found.of_readers("experience", ["8"]) == {"8": "low"}
    assert found.notes == ()


def test_rs2b_incomplete_tests_are_left_out_and_said(tmp_path):
    (tmp_path / "raw.csv").write_text(rs2b_text(skip=2))
    found = read(tmp_path / "raw.csv")
    assert "1 of 4 tests have fewer than 95 %" in found.notes[0]
    assert len(found.frame) == 3 * 30 * 2
    (tmp_path / "fine.csv").write_text(rs2b_text(skip=1))
    assert len(read(tmp_path / "fine.csv").frame) == 4 * 30 * 2 - 1


def test_rs2b_images_read_twice_count_once(tmp_path):
    (tmp_path / "raw.csv").write_text(rs2b_text().replace("im2_", "im1_"))
    found = read(tmp_path / "raw.csv")
    assert len(found.frame) == 2 * 30 * 2
    assert "read again in a later test" in found.notes[0]


def test_rs2b_mistakes(tmp_path, study):
    with pytest.raises(CutisError, match="no column for before, after"):
        read(study(), layout="rs2b")
    text = "\n".join(line for line in rs2b_text(skip=9).splitlines() if not line.startswith("7"))
    kept = [line for line in text.splitlines() if not line.startswith("8;1;")]
    (tmp_path / "raw.csv").write_text("\n".join(kept))
    with pytest.raises(CutisError, match=r"No test in .* has 95 %"):
        read(tmp_path / "raw.csv")


def book(tmp_path, **changes):
    sheets = {
        "Humans": [
            ["ID", "score", "Job", "Since when", "Frequency"],
            [1, 61.5, "GP", 3, "weekly"],
            [1, 70, "GP", 3, "weekly"],
            [2, 80, "Dermatologist", 10, "daily"],
        ],
        "Baseline": [["Tableau 1"], [55.0]],
    }
    return write_book(tmp_path / "todiv.xlsx", sheets | changes)


def test_rs2a_is_one_score_per_session(tmp_path):
    found = read(book(tmp_path))
    assert found.layout == "rs2a"
    assert found.people == ["1", "2"]
    assert found.scores == ["score_percent"]
    sessions = found.grid("score_percent", "unaided", ["1", "2"], ["session 1", "session 2"])
    assert sessions[0].tolist() == [61.5, 70.0]
    assert found.of_readers("experience", ["2"]) == {"2": "Dermatologist"}
    assert "Iterations of a model" in found.notes[0]


def test_rs2a_mistakes(tmp_path):
    with pytest.raises(CutisError, match="no sheet 'Humans'"):
        read(write_book(tmp_path / "a.xlsx", {"Other": [["ID"]]}))
    with pytest.raises(CutisError, match="has no column Job"):
        read(book(tmp_path, Humans=[["ID", "score"], [1, 50]]))
    with pytest.raises(CutisError, match="only the layout rs2a reads"):
        read(book(tmp_path), layout="rs1")
    (tmp_path / "b.xlsx").write_text("no workbook")
    with pytest.raises(CutisError, match="not an Excel workbook"):
        read(tmp_path / "b.xlsx")
    with pytest.raises(CutisError, match="There is no workbook"):
        read(tmp_path / "c.xlsx")


def test_one_column_per_reader(tmp_path):
    frame = pd.DataFrame(
        {
            "id": ["a", "b", "c"],
            "label": ["x", "y", "x"],
            "patient_id": [1, 1, 2],
            "reader_1": ["x", "y", "y"],
            "reader_2": ["y", "y", None],
            "anna": ["x", "x", "x"],
        }
    )
    frame.to_csv(tmp_path / "wide.csv", index=False)
    found = read(tmp_path / "wide.csv")
    assert found.layout == "wide"
    assert found.people == ["reader_1", "reader_2"]
    assert found.skipped == {"reader_2": 1}
    assert found.has_groups
    named = read(tmp_path / "wide.csv", reader_columns="reader_1, anna")
    assert named.people == ["reader_1", "anna"]


def test_wide_mistakes(tmp_path, study):
    pd.DataFrame({"label": ["x"], "reader_1": ["x"]}).to_csv(tmp_path / "a.csv", index=False)
    with pytest.raises(CutisError, match="no column that names the case"):
        read(tmp_path / "a.csv")
    with pytest.raises(CutisError, match="has no column 'bob'"):
        read(tmp_path / "a.csv", reader_columns="bob")
    pd.DataFrame({"id": [1], "label": ["x"]}).to_csv(tmp_path / "b.csv", index=False)
    with pytest.raises(CutisError, match="no column named reader"):
        read(tmp_path / "b.csv", layout="wide")


def wide_frame():
    return pd.DataFrame(
        {"case": ["a", "b"], "truth": ["x", "y"], "arm": ["early", "late"],
         "lesion": ["L", "M"], "Reader 1": ["x", "x"], "reader-2": ["y", "y"]}
    )  # fmt: skip


def test_wide_and_long_tables_give_the_same_readings(tmp_path):
    wide = wide_frame()
    wide.to_csv(tmp_path / "wide.csv", index=False)
    long = wide.melt(["case", "truth", "arm", "lesion"], var_name="reader", value_name="answer")
    long.to_csv(tmp_path / "long.csv", index=False)
    found = [read(tmp_path / f"{name}.csv") for name in ("wide", "long")]
    assert [f.layout for f in found] == ["wide", "long"]
    assert found[0].arms == ["early", "late"]
    assert found[0].has_groups
    pd.testing.assert_frame_equal(found[0].frame, found[1].frame)


@pytest.mark.parametrize(
    ("options", "said"),
    [({"layout": "long"}, "no column for the reader"),
     ({"layout": "rs1"}, "no column 'Responder_ID'"),
     ({"layout": "rs2a"}, "not an Excel workbook"),
     ({"reader_columns": "Reader 1,"}, "has no column ''")],
)  # fmt: skip
def test_a_layout_that_is_not_that_of_the_table_is_refused(tmp_path, options, said):
    wide_frame().to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(CutisError, match=said):
        read(tmp_path / "t.csv", **options)


def test_a_column_of_readers_beats_columns_named_after_them(tmp_path):
    frame = wide_frame().assign(reader=["p", "q"], answer=["x", "x"])
    frame.to_csv(tmp_path / "t.csv", index=False)
    found = read(tmp_path / "t.csv")
    assert (found.layout, found.people) == ("long", ["p", "q"])


def test_one_column_given_twice_is_a_repetition(tmp_path):
    wide_frame().to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(CutisError, match="2 repeated readings; the first is reader 'Reader 1'"):
        read(tmp_path / "t.csv", reader_columns="Reader 1,Reader 1")
