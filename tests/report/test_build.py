"""The page as a whole: complete, self-contained, true to its numbers, private, repeatable."""

from __future__ import annotations

import base64
import io
import json
import re
import shutil

import pytest
from PIL import Image

from cutis.report import build_report
from cutis.report.build import CONTENTS, NEED_LABELS
from cutis.report.wording import decimal
from cutis.runs import DISCLAIMER
from tests.report.fake_run import CLASSES, HOME, make_run, write_thumbs
from tests.report.page import Page

SECTIONS = [anchor for anchor, _ in CONTENTS]


def values(page: Page, section: str) -> set[float]:
    return {float(tag.attributes["value"]) for tag in page.all("data", section=section)}


def test_the_markup_is_well_formed(page):
    assert page.problems == []
    ids = [tag.attributes["id"] for tag in page.tags if "id" in tag.attributes]
    assert len(ids) == len(set(ids))
    assert page.all("html")[0].attributes["lang"] == "en"


def test_every_section_is_there_in_order_and_linked(page):
    assert [tag.attributes["id"] for tag in page.all("section")] == SECTIONS
    links = [a.attributes["href"] for a in page.all("a") if "nav" in a.inside]
    assert links == [f"#{anchor}" for anchor in SECTIONS]
    titles = [tag.text for tag in page.all("h2")]
    assert titles == [title for _, title in CONTENTS]


def test_the_disclaimer_stands_on_top_and_on_every_printed_page(page):
    banner = page.all("div", class_="banner")[0]
    assert banner.text == DISCLAIMER
    body = page.all("body")[0].text.split()
    assert " ".join(body).index(DISCLAIMER) < 60
    assert DISCLAIMER in page.all("footer")[0].text
    style = page.all("style")[0].text
    assert re.search(r"@bottom-left \{[^}]*" + DISCLAIMER, style)


def test_the_title_and_the_first_sentence_say_what_was_run(page):
    assert page.all("h1")[0].text == "cutis-tiny on Phantom"
    lead = page.all("p", class_="lead")[0].text
    assert "296 images of 278 lesions from Phantom (dermoscopy)" in lead
    assert "ranked 7 diagnoses" in lead


def test_nothing_is_loaded_and_nothing_runs(page):
    assert page.all("script") == page.all("link") == page.all("iframe") == page.all("object") == []
    for tag in page.tags:
        for name in ("src", "srcset", "data", "poster", "action", "background", "xlink:href"):
            value = tag.attributes.get(name, "")
            assert value == "" or value.startswith("data:image/jpeg;base64,")
        assert not [name for name in tag.attributes if name.startswith("on")]
        assert "url(" not in tag.attributes.get("style", "")
    style = page.all("style")[0].text
    assert "url(" not in style
    assert "@import" not in style
    assert "http" not in style
    policy = next(t for t in page.all("meta") if "http-equiv" in t.attributes)
    assert policy.attributes["content"].startswith("default-src 'none'")


def test_addresses_are_only_followed_by_a_click(page):
    outside = [a.attributes for a in page.all("a") if not a.attributes["href"].startswith("#")]
    assert [a["href"] for a in outside] == ["https://example.org/phantom"]
    assert all(a["rel"] == "noreferrer" for a in outside)


def test_every_headline_value_is_that_of_the_metrics(finished, page):
    metrics = json.loads((finished / "metrics.json").read_text())["metrics"]
    rows = {
        t.attributes["data-metric"]: t.text for t in page.all("tr") if "data-metric" in t.attributes
    }
    assert set(rows) == set(metrics)
    for name, record in metrics.items():
        assert decimal(record["value"]) in rows[name]
        assert f"{decimal(record['low'])} to {decimal(record['high'])}" in rows[name]
        assert record["value"] in values(page, "results")


def test_every_value_per_class_is_that_of_the_metrics(finished, page):
    per_class = json.loads((finished / "metrics.json").read_text())["per_class"]
    shown = values(page, "diagnoses")
    for record in per_class.values():
        for metric in record.values():
            if isinstance(metric, dict) and metric["value"] is not None:
                assert metric["value"] in shown
    rows = {
        t.attributes["data-class"]: t.text
        for t in page.all("tr", section="diagnoses")
        if "data-class" in t.attributes
    }
    assert list(rows) == list(CLASSES)
    assert all(str(per_class[name]["n"]) in text for name, text in rows.items())


def test_every_subgroup_has_numbers_or_says_that_it_is_too_small(finished, page):
    subgroups = json.loads((finished / "metrics.json").read_text())["subgroups"]
    rows = [t for t in page.all("tr", section="subgroups") if "data-subgroup" in t.attributes]
    assert len(rows) == sum(len(parts) + 1 for parts in subgroups.values())
    small = 0
    for parts in subgroups.values():
        for value, part in parts.items():
            shown = "not recorded" if value == "(missing)" else value
            text = " ".join(
                next(t.text for t in rows if t.attributes["data-subgroup"] == shown).split()
            )
            assert f" {part['n']} {part['n_groups']} " in text
            if part["metrics"] is None:
                small += 1
                assert "too few to report: fewer than 20 lesions" in text
            else:
                assert part["metrics"]["auroc"]["value"] in values(page, "subgroups")
    assert small > 0


def test_the_confusion_matrix_holds_the_counts(finished, page):
    confusion = json.loads((finished / "metrics.json").read_text())["confusion"]
    written = [t.text for t in page.all("text", section="confusion")]
    for row in confusion:
        for count in row:
            assert str(count) in written
        assert f"{sum(row):,}" in written


def test_curves_calibration_and_cases_are_drawn(page):
    assert len(list(page.all("svg", section="curves"))) == 2 * len(CLASSES)
    assert len(page.all("svg", section="calibration")) == 1
    assert len(page.all("article", section="cases")) == len(CLASSES)
    assert len(page.all("figure", section="galleries", class_="tile")) >= 12


def test_every_picture_has_a_description(page):
    images, drawings = page.all("img"), page.all("svg")
    assert len(images) > 20
    assert all(t.attributes["alt"].strip() for t in images)
    assert all(t.attributes["aria-label"].strip() for t in drawings)


def test_tables_have_captions_and_headers(page):
    tables = page.all("table")
    assert len(page.all("caption")) == len(tables) >= 6
    assert all(t.attributes.get("scope") in ("row", "col") for t in page.all("th"))


def test_cards_licences_and_hashes_are_shown(page):
    cards = page.text_of("cards")
    for expected in ("CC BY-NC-SA 4.0", "CC0 1.0", "HAM10000 training rows", "actinic keratosis"):
        assert expected in cards
    reproduce = page.text_of("reproduce")
    for expected in ("ab" * 32, "ef" * 32, "78" * 32, "a dermoscopic image of {}", "torch 2.15.0"):
        assert expected in reproduce
    assert "cutis zero-shot --data table.csv --output a" in reproduce


def test_a_model_that_saw_the_classes_is_warned_of_beside_the_result(page):
    assert (
        "The model saw 5 of the 7 diagnoses (actinic keratosis, basal cell carcinoma,"
        in page.text_of("results")
    )


def test_no_folder_person_or_age_appears(page):
    for secret in (HOME, "Jane", "ROE", "/home", "someone", "patients/"):
        assert secret not in page.source
    galleries = page.text_of("cases") + page.text_of("galleries")
    for personal in ("female", "30 to 49", "under 30", "Skin tone"):
        assert personal not in galleries


def test_pictures_carry_no_metadata(page):
    for image in page.all("img"):
        raw = base64.b64decode(image.attributes["src"].partition(",")[2])
        with Image.open(io.BytesIO(raw)) as opened:
            assert len(opened.getexif()) == 0
            assert "comment" not in opened.info
        assert b"ROE" not in raw


def test_hostile_names_are_only_text(build):
    nasty = ("<script>alert(1)</script>", '"onload="x', "b & c</style>")
    page = build(
        classes=nasty,
        id_prefix="<img src=x onerror=alert(1)>",
        prompts={"templates": ["<script>{}</script>"], "template_set": "<b>", "names": {}},
        command="cutis <script>",
    )
    assert page.problems == []
    assert page.all("script") == page.all("b", section="reproduce") == []
    assert all(t.attributes.get("src", "data:").startswith("data:") for t in page.tags)
    assert not [t for t in page.tags if any(a.startswith("on") for a in t.attributes)]
    assert nasty[0] in page.text
    assert nasty[1] in page.text


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "file:///etc/x"])
def test_only_web_addresses_become_links(build, address):
    dataset = {"name": "d", "card": {"name": "d", "source_url": address}, "counts": {}}
    page = build(dataset=dataset)
    assert all(a.attributes["href"].startswith("#") for a in page.all("a"))


def test_the_same_run_gives_the_same_bytes_anywhere(finished, tmp_path):
    moved = shutil.copytree(finished, tmp_path / "elsewhere" / "moved")
    for name in ("report.html", "figures"):
        target = moved / name
        shutil.rmtree(target) if target.is_dir() else target.unlink()
    build_report(moved)
    assert (moved / "report.html").read_bytes() == (finished / "report.html").read_bytes()
    for figure in (finished / "figures").iterdir():
        assert (moved / "figures" / figure.name).read_bytes() == figure.read_bytes()


def test_only_the_report_and_the_figures_are_written(finished, copied):
    before = {p: p.stat().st_mtime_ns for p in copied.rglob("*") if p.is_file()}
    build_report(copied)
    changed = {p.name for p, t in before.items() if p.stat().st_mtime_ns != t}
    assert changed <= {"report.html", *(p.name for p in (finished / "figures").iterdir())}
    assert {p for p in copied.rglob("*") if p.is_file()} == set(before)


def test_the_page_is_small(finished):
    assert (finished / "report.html").stat().st_size < 1_000_000


def test_real_pictures_keep_the_page_below_three_megabytes(tmp_path):
    import numpy as np

    folder = make_run(tmp_path / "noisy", n=120, n_bootstrap=20)
    rng = np.random.default_rng(0)
    for path in (folder / "thumbs").glob("*.jpg"):  # noise is the worst a JPEG can meet
        Image.fromarray(rng.integers(0, 255, (400, 400, 3), dtype=np.uint8)).save(path)
    assert build_report(folder).stat().st_size < 3_000_000


def test_without_labels_only_answers_are_shown(build):
    page = build(labels=False)
    assert [t.attributes["id"] for t in page.all("section")] == [
        anchor for anchor in SECTIONS if anchor not in NEED_LABELS
    ]
    assert "no labels" in page.all("p", class_="lead")[0].text
    assert "not how good they are" in page.text_of("results")
    assert len(page.all("article", section="cases")) == 8
    assert "No diagnosis in the table" in page.text_of("cases")


def test_without_pictures_cases_are_shown_by_name(build):
    page = build(thumbs=False)
    assert page.all("img") == []
    assert "keeps no pictures" in page.text_of("cases")
    assert len(page.all("article", section="cases")) == len(CLASSES)


def test_pictures_can_be_left_out(copied):
    page = Page(build_report(copied, pictures=False).read_text(encoding="utf-8"))
    assert page.all("img") == []
    assert "left out of this report on request" in page.text


def test_a_dataset_that_forbids_passing_on_is_warned_of(copied):
    record = json.loads((copied / "run.json").read_text())
    record["dataset"]["card"]["share_images"] = False
    (copied / "run.json").write_text(json.dumps(record))
    page = Page(build_report(copied).read_text(encoding="utf-8"))
    assert "do not allow single images to be passed on" in page.text_of("cases")


def test_pictures_of_other_cases_are_used_when_the_chosen_have_none(copied):
    shutil.rmtree(copied / "thumbs")
    write_thumbs(copied / "thumbs", [f"ISIC_{i:07d}" for i in range(0, 300, 10)])
    page = Page(build_report(copied).read_text(encoding="utf-8"))
    assert "among the 30 images of which the run keeps a picture" in page.text_of("cases")
    assert "no picture" not in page.text_of("cases") + page.text_of("galleries")


def test_two_classes_give_one_curve_of_each_kind(build):
    page = build(classes=("nevus", "melanoma"), n=120)
    assert len(page.all("svg", section="curves")) == 2
    assert "curve of melanoma" in page.text_of("curves")
    assert "Top-3" not in page.text


def test_of_many_classes_twelve_are_drawn_and_it_is_said(build):
    page = build(classes=tuple(f"disease {i}" for i in range(24)), n=500)
    assert len(page.all("svg", section="curves")) == 24
    assert "12 more are in the table" in page.text_of("curves")
    assert len([t for t in page.all("tr") if "data-class" in t.attributes]) == 24


def test_without_groups_and_subgroups_the_limits_say_so(build):
    page = build(groups=False, subgroups=False)
    assert "Images counted as independent" in page.text_of("limits")
    assert "Not tested by skin tone, age, sex or body site" in page.text_of("limits")
    assert "nothing can be said about parts of the population" in page.text_of("subgroups")
    assert "lesions" not in page.all("p", class_="lead")[0].text


@pytest.mark.parametrize(
    "name", ["predictions.parquet", "metrics.json", "config.yaml", "errors.csv"]
)
def test_a_missing_part_never_stops_the_report(copied, name):
    (copied / name).unlink()
    page = Page(build_report(copied).read_text(encoding="utf-8"))
    assert page.problems == []
    assert page.all("h1")[0].text == "cutis-tiny on Phantom"


def test_a_record_with_nothing_but_its_format_gives_a_page(tmp_path):
    (tmp_path / "run.json").write_text('{"format": "cutis.run/1", "status": "finished"}')
    page = Page(build_report(tmp_path).read_text(encoding="utf-8"))
    assert page.problems == []
    assert DISCLAIMER in page.text
    assert "holds no predictions" in page.text
