"""No folder of anyone's machine survives; everything else does."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutis.report.scrub import base_name, scrub_command, scrub_text, scrub_value, scrub_word

names = st.text(string.ascii_letters + string.digits + "-_", min_size=1, max_size=8)
roots = st.sampled_from(["/", "~/", "~ann/", "C:\\", "D:/", "../", "./"])


@st.composite
def paths(draw):
    """A path and the names of its folders."""
    root, folders, last = draw(roots), draw(st.lists(names, min_size=1, max_size=4)), draw(names)
    slash = "\\" if root.endswith("\\") else "/"
    return root + slash.join([*folders, last + ".csv"]), folders, last + ".csv"


@given(paths())
def test_a_path_becomes_its_last_part(made):
    path, _, last = made
    assert base_name(path) == last
    assert scrub_word(path) == last
    assert scrub_word(f"--data={path}") == f"--data={last}"
    assert scrub_word(f"card@{path}") == f"card@{last}"
    assert scrub_value({"a": [path, 3, None]}) == {"a": [last, 3, None]}


@given(paths())
def test_a_text_keeps_all_but_the_folders(made):
    path, _, last = made
    assert scrub_text(f"cannot read {path}: cut short") == f"cannot read {last}: cut short"
    assert scrub_text(f"cannot read '{path}'.") == f"cannot read '{last}'."


@pytest.mark.parametrize(
    "text",
    [
        "naevus / melanoma", "and/or", "1/2", "3 of 10", "https://doi.org/10.1/x y",
        "a ~ b", "at 12:30", "CC BY-NC-SA 4.0", "rows 3, 4, 5", "",
    ],
)  # fmt: skip
def test_what_is_no_path_stays(text):
    assert scrub_text(text) == text


@pytest.mark.parametrize(
    "word",
    [
        "hf-hub:org/name", "timm:vit_small", "open_clip:ViT-B-32/openai", "naevus,b/c", "cutis",
        "--seed", "0.5", "https://example.org/a/b.csv",
    ],
)  # fmt: skip
def test_names_of_models_and_classes_stay(word):
    assert scrub_word(word) == word


def test_known_paths_with_spaces_go_from_a_text():
    path = "/srv/Jane Roe/mole of the arm.jpg"
    assert scrub_text(f"{path} is truncated", known=[path]) == "mole of the arm.jpg is truncated"


def test_a_command_keeps_its_meaning():
    given_command = (
        "cutis zero-shot --data '/srv/Jane Roe/t.csv' --model local-dir:/srv/m --classes 'a/b,c d'"
    )
    assert scrub_command(given_command) == (
        "cutis zero-shot --data t.csv --model local-dir:m --classes 'a/b,c d'"
    )


def test_a_command_with_open_quotes_is_still_scrubbed():
    assert "Jane" not in scrub_command("cutis --data '/srv/Jane/t.csv")
