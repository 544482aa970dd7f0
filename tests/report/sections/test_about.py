"""Cards and how to reproduce, without a trace of the machine."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cutis.report.sections.about import (
    data_section,
    is_web_address,
    model_section,
    prompts_section,
    reproduce_section,
)
from cutis.report.source import RunData
from tests.report.fake_run import HOME


def test_the_model_card_is_shown_with_its_preprocessing(run):
    fields = dict(model_section(run)["fields"])
    assert fields["Licence"] == "CC BY-NC-SA 4.0"
    assert fields["Preprocessing"].startswith("size: 224; interpolation: bicubic; mean: 0.481")
    assert fields["Arithmetic"] == "fp32"
    assert "Cite" not in fields, "empty fields are left out"


def test_the_data_card_names_the_table_and_its_columns(run):
    fields = dict(data_section(run)["fields"])
    assert fields["Table"] == "table.csv"
    assert fields["Columns"] == "image: image; label: dx; group: lesion_id"


@pytest.mark.parametrize("licence", [None, "", "unknown", "not stated"])
def test_a_missing_licence_is_not_passed_over(licence, build):
    card = {"name": "m", "licence": licence}
    page = build(model={"card": card, "identity": {}})
    assert "ask before you use it" in page.text_of("cards") or licence == "unknown"
    assert model_section(RunData(record={"model": {"card": card}}))["licence"] in (
        "not stated",
        "unknown",
    )


def test_paths_in_cards_lose_their_folders(run):
    record = {"model": {"card": {"training_data": f"pairs in {HOME.replace(' ', '_')}/pairs.csv"}}}
    assert (
        dict(model_section(replace(run, record=record))["fields"])["Training data"]
        == "pairs in pairs.csv"
    )


def test_a_command_may_be_a_list(run):
    command = ["cutis", "zero-shot", "--data", f"{HOME}/t.csv"]
    section = reproduce_section(replace(run, record={"command": command}))
    assert section["command"] == "cutis zero-shot --data t.csv"


def test_hashes_and_versions_are_complete(run):
    section = reproduce_section(run)
    assert dict(section["hashes"]) == {
        "Model weights": "ab" * 32, "Table": "ef" * 32,
        "Prompt templates": "56" * 32, "All prompts": "78" * 32, "Image features": "34" * 32,
        "Settings": "cd" * 32,
    }  # fmt: skip
    assert section["versions"] == "python 3.11.9, cutis 0.1.0, torch 2.15.0, numpy 2.4.0"
    assert section["speed"] == "41.2"


def test_cached_features_have_no_speed(run):
    record = run.record | {"images_per_second": None}
    assert reproduce_section(replace(run, record=record))["speed"] is None


def test_only_classes_with_further_names_are_listed(run):
    assert prompts_section(run)["names"] == [("vascular lesion", ["angioma"])]
    assert prompts_section(RunData(record={})) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://doi.org/10.1/x", True), ("http://a.b", True), ("ftp://a.b", False),
        ("javascript:alert(1)", False), ("https://a b", False), (" https://a", False), ("", False),
    ],
)  # fmt: skip
def test_addresses_are_recognised(text, expected):
    assert is_web_address(text) is expected
