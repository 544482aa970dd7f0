"""``cutis stats fairness``: from files to warnings, gaps, tables and a page."""

from __future__ import annotations

import json
import re

import numpy as np
import pandas as pd
import pytest

from cutis import cli
from cutis.analysis.fairness import StatsFairnessConfig, stats_fairness
from cutis.errors import CutisError
from cutis.predictions import make_predictions, write_predictions
from tests.stats.fairness.people import CLASSES, people

FAST = {"n_bootstrap": 100, "n_permutations": 99}


def write(folder, made, name="predictions.parquet", **columns):
    n = made.labels.size
    carried = pd.DataFrame({"sex": made.sex, "skin_tone": made.tone} | columns)
    write_predictions(
        folder / name,
        make_predictions(
            ids=[f"i{i}" for i in range(n)], images=[f"i{i}.jpg" for i in range(n)],
            probs_nc=made.probs, classes=CLASSES, labels_n=made.labels, groups_n=made.patients,
            carried=carried,
        ),
    )  # fmt: skip
    return folder / name


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A run on images whose skin tone is recorded for every cancer, and read worst in type V."""
    folder = tmp_path_factory.mktemp("fair")
    made = people(400, worse="V", by_how_much=2.5)
    hidden = ~made.cancer & (np.arange(400) % 2 == 0)
    tone = np.where(hidden, None, made.tone)
    path = write(folder, made, skin_tone=tone, pad_age=np.arange(400) % 90 + 0.5)
    config = StatsFairnessConfig(
        predictions=path, output=folder / "run", by="sex,skin_tone,skin_tone*sex",
        positive="Melanoma, carcinoma", n_bootstrap=100, n_permutations=300,
    )  # fmt: skip
    return stats_fairness(config), config


def test_the_trap_comes_first(finished):
    result, _ = finished
    lines = result.render().splitlines()
    assert lines[0] == "400 images, 4 classes, 200 groups by group."
    assert lines[1].startswith("  Warning: 'skin_tone' is missing for ")
    assert "none of them is melanoma or carcinoma" in lines[1]
    assert result.result["missing"][0]["verdict"] == "leak"


def test_the_worse_tone_is_found(finished):
    result, _ = finished
    gap = result.result["columns"]["skin_tone"]["gaps"]["crude"]["true_positive_rate"]
    assert gap["worst"] == "V"
    said = result.result["conclusions"]["skin_tone"]["true_positive_rate"]
    assert said.startswith("By skin_tone: sensitivity differs (gap ")
    assert (
        "no gap in sensitivity was shown"
        in (result.result["conclusions"]["sex"]["true_positive_rate"])
    )


def test_the_json_is_strict_and_the_csv_holds_every_number(finished):
    result, _ = finished
    text = (result.dir / "result.json").read_text()
    record = json.loads(text, parse_constant=lambda word: pytest.fail(word))
    assert record["format"] == "cutis.fairness/1"
    table = pd.read_csv(result.dir / "fairness.csv")
    chosen = table.set_index(["column", "subgroup", "kind", "name"])["value"]
    part = record["columns"]["skin_tone"]["parts"]["V"]
    key = ("skin_tone", "V", "rate", "true_positive_rate")
    assert chosen[key] == pytest.approx(part["rates"]["true_positive_rate"]["value"])
    assert chosen[("skin_tone", "V", "metric", "kappa")] == pytest.approx(
        part["metrics"]["kappa"]["value"]
    )
    gaps = table[(table["kind"] == "standardised gap") & (table["column"] == "sex")]
    names = {name.rpartition(" ")[0] for name in gaps["name"]}
    assert names == set(record["columns"]["sex"]["gaps"]["standardised"])
    missing_value = table[table["value"].isna() & (table["kind"] != "size")]
    assert missing_value["note"].notna().all()


def test_the_page_says_it_all(finished):
    result, _ = finished
    page = (result.dir / "report.html").read_text()
    order = [page.index(f'<section id="{anchor}"') for anchor in
             ("warnings", "conclusions", "by-sex", "by-skin-tone", "reading")]  # fmt: skip
    assert order == sorted(order)
    assert "Skin tone × sex" in page
    assert "not recorded" in page
    assert "(missing)" not in page
    assert "Equalised odds" in page
    assert page.count("<svg") >= 6
    assert re.search(r"worst in \d+%", page)
    assert "Gaps were shown by" in page


def test_the_same_command_again_does_nothing(finished):
    result, config = finished
    again = stats_fairness(config)
    assert again.lines[0].startswith("This run was finished before")
    assert again.result["columns"].keys() == result.result["columns"].keys()


def test_the_page_is_remade_from_the_run_alone(finished):
    result, _ = finished
    before = (result.dir / "report.html").read_bytes()
    (result.dir / "report.html").unlink()
    assert cli.run(["report", str(result.dir)]) == 0
    assert (result.dir / "report.html").read_bytes() == before


def test_on_the_command_line_with_bands_and_a_threshold(tmp_path, capsys):
    made = people(200)
    path = write(tmp_path, made, age=np.arange(200) % 90 + 0.5, size=np.arange(200) / 7)
    words = f"stats fairness {path} -o {tmp_path / 'run'} --by age,size --positive melanoma"
    words += " --threshold 0.3 --min-n 10 --n-bootstrap 100 --n-permutations 99"
    assert cli.run(words.split()) == 0
    shown = capsys.readouterr().out
    assert "'age' was cut into bands of 20 years." in shown
    assert "'size' was cut at its quartiles (7.10714, 14.2143, 21.3214)." in shown
    record = json.loads((tmp_path / "run/result.json").read_text())
    assert list(record["columns"]["age"]["parts"]) == [
        "under 30", "30 to 49", "50 to 69", "70 and over"
    ]  # fmt: skip
    assert record["decision"]["rule"] == "probability of at least 0.3"
    sizes = [part["n"] for part in record["columns"]["size"]["parts"].values()]
    assert sizes == [50, 50, 50, 50]


def test_without_a_choice_the_usual_columns_are_compared(tmp_path):
    path = write(tmp_path, people(100))
    config = StatsFairnessConfig(predictions=path, output=tmp_path / "run", **FAST)
    result = stats_fairness(config).result
    assert list(result["columns"]) == ["sex", "skin_tone"]
    assert result["decision"] is None
    page = (tmp_path / "run/report.html").read_text()
    assert "No gap was shown. That is not proof of equality" in page
    assert "In no column do missing values go together with the diagnosis" in page


def refused(tmp_path, path, **options):
    config = StatsFairnessConfig(predictions=path, output=tmp_path / "run", **FAST, **options)
    with pytest.raises(CutisError) as error:
        stats_fairness(config)
    return str(error.value)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"by": "sexx"}, "have no column 'sexx'.*sex"),
        ({"by": "sex*"}, r"--by is 'sex\*', which names no columns"),
        ({"by": " , "}, "which names no columns"),
        ({"by": "note"}, "The column 'note' has 100 different values"),
        ({"positive": "melanom"}, "'melanom', which is not a class.*melanoma"),
        ({"positive": ",".join(CLASSES)}, "At least one class must be positive.*4 of 4"),
        ({"threshold": 0.5}, "A threshold needs positive classes.*--positive"),
    ],
)
def test_refusals(tmp_path, options, message):
    path = write(tmp_path, people(100), note=[f"word {i}" for i in range(100)])
    assert re.search(message, refused(tmp_path, path, **options), re.DOTALL)


def test_predictions_without_columns_ask_for_a_table(tmp_path, published):
    words = refused(tmp_path, published(n=30))
    assert "records no sex, age, skin tone or site" in words
    assert "--data TABLE" in words


def test_no_file(tmp_path):
    assert "no predictions at" in refused(tmp_path, tmp_path / "nothing.csv")


def test_pad_with_its_table(shared, tmp_path):
    table = pd.read_csv(shared / "data/pad_ufes_20/metadata.csv")
    classes = ["ACK", "BCC", "MEL", "NEV", "SCC", "SEK"]
    labels = table["diagnostic"].map(classes.index).to_numpy()
    logits = np.random.default_rng(0).normal(size=(len(table), 6))
    logits[np.arange(len(table)), labels] += 1.5
    probs = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    frame = pd.DataFrame({"image_path": table["img_id"], "true_label": labels})
    for k in range(6):
        frame[f"probability_class_{k}"] = probs[:, k]
    frame.sample(frac=1, random_state=0).to_csv(tmp_path / "pad.csv", index=False)
    config = StatsFairnessConfig(
        predictions=tmp_path / "pad.csv", output=tmp_path / "run", classes=",".join(classes),
        data=shared / "data/pad_ufes_20/metadata.csv", by="skin_tone", positive="BCC,MEL,SCC",
        **FAST,
    )  # fmt: skip
    result = stats_fairness(config).result
    assert result["grouping"] == "patient_id"
    (warning,) = result["warnings"]["missing"]
    assert "missing for 277 of 746 images" in warning
    assert "none of them is BCC, MEL or SCC" in warning
    assert "nearly the same rows lack background_father" in warning
    parts = result["columns"]["skin_tone"]["parts"]
    assert [name for name, part in parts.items() if part["metrics"] is None] == ["IV", "V", "VI"]
    assert parts["(missing)"]["n"] == 277
