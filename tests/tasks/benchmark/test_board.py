"""The leaderboard's numbers against loops over the same cases."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import accuracy_score
from statsmodels.stats.multitest import multipletests

from cutis.errors import CutisError
from cutis.features.many import Failure
from cutis.predictions import read_predictions
from cutis.stats import bootstrap_weights, make_clusters
from cutis.tasks.benchmark.board import check_anchor, make_record
from cutis.tasks.benchmark.files import FIELDS, table, write_board
from cutis.tasks.benchmark.locating import Located, Missing
from cutis.tasks.benchmark.standing import Rules, seed_of
from tests.tasks.benchmark.fake_runs import (
    invented,
    material,
    strict_json,
    suite_of,
    write_run,
)

SKILLS = {"make": 0.8, "monet": 0.5, "my-model": 0.75}
RULES = Rules(n_bootstrap=120, seed=4, anchor="monet")


@pytest.fixture(scope="module")
def suite():
    return suite_of(
        {"data": "ham10000-zero-shot", "metric": "accuracy"},
        {"data": "pad-ufes-20-zero-shot", "metric": "balanced_accuracy"},
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("board")


@pytest.fixture(scope="module")
def made(suite, folder):
    return material(folder, suite, SKILLS)


@pytest.fixture(scope="module")
def record(made, folder):
    return strict_json(make_record(made, RULES, folder))


@pytest.fixture(scope="module")
def brute(made) -> dict[str, np.ndarray]:
    """Entry to (models, replicates) values, computed row by row on the drawn rows."""
    found = {}
    scores = {"ham10000-zero-shot": mean_hit, "pad-ufes-20-zero-shot": mean_recall}
    for entry, score in scores.items():
        runs = [read_predictions(made.runs[model, entry]) for model in SKILLS]
        clusters = make_clusters(runs[0].groups_n, len(runs[0]))
        seed = seed_of(RULES.seed, entry)
        drawn = np.concatenate(list(bootstrap_weights(clusters, RULES.n_bootstrap, seed)))
        found[entry] = np.array(
            [
                [
                    score(
                        np.repeat(run.labels_n, weights.astype(int)),
                        np.repeat(run.probs_nc.argmax(axis=1), weights.astype(int)),
                    )
                    for weights in drawn
                ]
                for run in runs
            ]
        )
    return found


def mean_hit(truth: np.ndarray, answer: np.ndarray) -> float:
    return float((truth == answer).mean())


def mean_recall(truth: np.ndarray, answer: np.ndarray) -> float:
    return float(np.mean([(answer[truth == k] == k).mean() for k in np.unique(truth)]))


def ranks_of(values_mr: np.ndarray) -> np.ndarray:
    return np.array([[1 + sum(o > v for o in column) for v in column] for column in values_mr.T]).T


def test_values_are_those_of_the_runs(record, made):
    for cell in record["cells"]:
        entry = cell["column"]
        metrics = json.loads((made.runs[cell["model"], entry] / "metrics.json").read_text())
        name = next(c["metric"] for c in record["columns"] if c["key"] == entry)
        own = metrics["metrics"][name]
        assert (cell["value"], cell["low"], cell["high"]) == (
            own["value"], own["low"], own["high"],
        )  # fmt: skip
        assert cell["run"] == f"{cell['model']}/{entry}"


def test_ranks_and_their_intervals_are_those_of_a_loop(record, brute):
    for entry, values_mr in brute.items():
        ranks = ranks_of(values_mr)
        for model, drawn in zip(SKILLS, ranks, strict=True):
            cell = next(c for c in record["cells"] if (c["model"], c["column"]) == (model, entry))
            others = [c["value"] for c in record["cells"] if c["column"] == entry]
            assert cell["rank"] == 1 + sum(o > cell["value"] for o in others)
            assert cell["rank_low"] == np.quantile(drawn, 0.025, method="lower")
            assert cell["rank_high"] == np.quantile(drawn, 0.975, method="higher")
            assert cell["first_share"] == pytest.approx((drawn == 1).mean())


def test_the_average_and_its_interval_are_those_of_a_loop(record, brute):
    (average,) = record["averages"]
    assert average["n_sets"] == average["n_sets_of_suite"] == 2
    means = np.mean(list(brute.values()), axis=0)
    ranks = ranks_of(means)
    for number, result in enumerate(average["results"]):
        values = [c["value"] for c in record["cells"] if c["model"] == result["model"]]
        assert result["value"] == pytest.approx(np.mean(values))
        low, high = np.quantile(means[number], [0.025, 0.975])
        assert (result["low"], result["high"]) == pytest.approx((low, high))
        assert result["rank_low"] == np.quantile(ranks[number], 0.025, method="lower")
        assert result["rank_high"] == np.quantile(ranks[number], 0.975, method="higher")


def test_datasets_are_resampled_independently(brute):
    one, other = (values - values.mean(axis=1, keepdims=True) for values in brute.values())
    for a, b in zip(one, other, strict=True):
        assert abs(np.corrcoef(a, b)[0, 1]) < 0.2


def test_differences_from_the_anchor_are_paired_and_corrected(record, brute):
    tested = []
    for entry, values_mr in brute.items():
        for model, values in zip(SKILLS, values_mr, strict=True):
            cell = next(c for c in record["cells"] if (c["model"], c["column"]) == (model, entry))
            if model == "monet":
                assert "difference" not in cell
                continue
            drawn = values - values_mr[1]
            low, high = np.quantile(drawn, [0.025, 0.975])
            assert (cell["difference_low"], cell["difference_high"]) == pytest.approx((low, high))
            tested.append(cell)
    tested += [r for r in record["averages"][0]["results"] if r["model"] != "monet"]
    assert record["settings"]["n_comparisons"] == len(tested) == 6
    expected = multipletests([r["p"] for r in tested], method="holm")[1]
    assert [r["p_corrected"] for r in tested] == pytest.approx(list(expected))


def test_models_stand_in_the_order_of_their_average(record):
    averages = {r["model"]: r["value"] for r in record["averages"][0]["results"]}
    keys = [model["key"] for model in record["models"]]
    assert keys == sorted(averages, key=lambda key: -averages[key])
    assert {m["title"] for m in record["models"]} == {"MAKE", "MONET", "MY-MODEL"}


def test_published_models_that_were_not_run_are_rows_of_their_own(record):
    names = {row["name"] for row in record["published_only"]}
    assert {"dermfm-zero", "dermlip-panderm"} <= names
    assert "o-make" not in names  # its figure for PAD is accuracy, which is not quoted here
    assert not names & {"make", "monet", "my-model"}
    dermfm = next(r for r in record["published_only"] if r["name"] == "dermfm-zero")
    assert dermfm["cells"]["ham10000-zero-shot"]["value"] == 0.7957
    assert "pad-ufes-20-zero-shot" in dermfm["cells"]


def test_reproduction_names_the_images_and_the_prompts(record):
    item = next(
        r for r in record["reproduction"]
        if r["model"] == "make" and r["published"]["value"] == 0.4551
    )  # fmt: skip
    cell = next(
        c for c in record["cells"] if (c["model"], c["column"]) == ("make", "ham10000-zero-shot")
    )
    assert item["difference"] == pytest.approx(cell["value"] - 0.4551)
    assert item["verdict"] == "other images"
    assert "90 images here, 1,503 there" in item["reasons"]
    assert any("prompt templates" in reason for reason in item["reasons"])
    assert item["published"]["citation"].endswith(".")


def test_the_table_has_every_cell_average_and_published_row(record):
    rows = list(csv.DictReader(io.StringIO(table(record))))
    assert tuple(rows[0]) == FIELDS
    own = [r for r in rows if r["dataset"] != "average" and r["value"]]
    assert len(own) == 6
    assert [r["dataset"] for r in rows].count("average") == 3
    grey = [r for r in rows if not r["value"]]
    assert all(r["published"] and r["published_source"] for r in grey)
    assert {r["model"] for r in grey} >= {"dermfm-zero"}
    assert next(r for r in own if r["model"] == "my-model")["published"] == ""


def test_a_model_that_lacks_a_dataset_has_no_average(suite, tmp_path):
    made = material(tmp_path, suite, SKILLS, without=(("monet", "pad-ufes-20-zero-shot"),))
    record = make_record(made, replace(RULES, anchor=None), tmp_path)
    assert {r["model"] for r in record["averages"][0]["results"]} == {"make", "my-model"}
    assert len(record["cells"]) == 5
    assert record["settings"]["n_comparisons"] == 0


def test_models_with_other_cases_are_ranked_on_those_they_share(tmp_path):
    suite = suite_of({"data": "ph2", "metric": "accuracy"})
    made = material(tmp_path, suite, {"make": 0.9})
    full = invented(0, 0.3, model_seed=5)
    part = replace(full, table=full.table.iloc[::-1].iloc[:70].reset_index(drop=True))
    run = write_run(tmp_path / "monet" / "ph2", part, "monet", "ph2")
    made = replace(made, models=("make", "monet"), runs={**made.runs, ("monet", "ph2"): run})
    record = make_record(made, RULES, tmp_path)
    (column,) = record["columns"]
    assert column["n_ranked_on"] == 70
    assert "the 70 cases that all models have" in column["notes"][0]
    make = next(c for c in record["cells"] if c["model"] == "make")
    truth = full.labels_n[20:]
    mine = accuracy_score(truth, invented(0, 0.9).probs_nc.argmax(axis=1)[20:])
    other = accuracy_score(truth, full.probs_nc.argmax(axis=1)[20:])
    assert make["difference"] == pytest.approx(mine - other)
    assert make["n"] == 90


def test_a_model_measured_otherwise_is_shown_but_not_ranked(tmp_path):
    suite = suite_of({"data": "ph2", "metric": "accuracy"})
    made = material(tmp_path, suite, {"make": 0.9, "monet": 0.2})
    other = write_run(
        tmp_path / "o-make" / "ph2", invented(0, 0.5, classes=("a", "b", "x")), "o-make", "ph2"
    )
    made = replace(
        made, models=("make", "monet", "o-make"), runs={**made.runs, ("o-make", "ph2"): other}
    )
    record = make_record(made, RULES, tmp_path)
    cells = {c["model"]: c for c in record["cells"]}
    assert cells["o-make"]["rank"] is None
    assert cells["o-make"]["value"] is not None
    assert {cells["make"]["rank"], cells["monet"]["rank"]} == {1, 2}
    assert any("O-MAKE is not ranked: other classes" in n for n in record["columns"][0]["notes"])


def test_a_run_that_cannot_be_read_stops_no_other(suite, tmp_path):
    made = material(tmp_path, suite, SKILLS)
    (made.runs["make", "ham10000-zero-shot"] / "run.json").write_text("{")
    record = make_record(made, RULES, tmp_path)
    assert len(record["cells"]) == 5
    (failure,) = record["failed"]
    assert (failure["model"], failure["data"]) == ("make", "ham10000-zero-shot")
    assert "damaged" in failure["reason"]


def test_what_is_missing_failed_or_stands_in_is_kept(tmp_path):
    suite = suite_of(
        {"data": "ph2-zero-shot", "instead": ["ph2-binary"], "metric": "accuracy"},
        {"data": "ddi", "metric": "auroc"},
        {"data": "waterloo", "metric": "auroc", "not_runnable": "masks only"},
    )
    one = suite_of({"data": "ph2-zero-shot", "metric": "accuracy"})
    made = material(tmp_path, one, {"make": 0.5})
    made = replace(
        made,
        suite=suite,
        located=(Located(suite.entries[0], tmp_path / "t.csv", "ph2-binary", "ph2-zero-shot"),),
        missing=(Missing(suite.entries[1], "no table of it", ("Register.", "Unpack it.")),),
        failures=(Failure("monet", "ph2-zero-shot", "monet/ph2-zero-shot", "No text tower."),),
    )
    record = make_record(made, Rules(100), tmp_path)
    assert record["columns"][0]["instead_of"] == "ph2-zero-shot"
    assert record["missing"][0]["how_to_obtain"] == ["Register.", "Unpack it."]
    assert record["not_runnable"] == [
        {"name": "waterloo", "data": "waterloo", "reason": "masks only"}
    ]
    assert record["failed"][0]["reason"] == "No text tower."
    page = write_board(record, tmp_path).read_text()
    for said in ("in place of ph2-zero-shot", "Unpack it.", "masks only", "No text tower."):
        assert said in page


def test_metrics_without_flagged_rows_are_shown_beside(tmp_path):
    suite = suite_of({"data": "ph2", "metric": "accuracy"})
    made = material(tmp_path, suite, {"make": 0.9})
    path = made.runs["make", "ph2"] / "metrics.json"
    metrics = json.loads(path.read_text())
    clean = {
        "n_removed": 29,
        "n_left": 61,
        "metrics": {"accuracy": {"value": 0.4321, "low": 0.4, "high": 0.5}},
    }
    path.write_text(json.dumps(metrics | {"without_overlap": clean}))
    record = make_record(made, Rules(100), tmp_path)
    assert record["cells"][0]["without_overlap"] == {
        "value": 0.4321, "low": 0.4, "high": 0.5, "n": 61,
    }  # fmt: skip
    assert "0.432 without near duplicates" in write_board(record, tmp_path).read_text()
    nothing = {"n_removed": 0, "n_left": 90, "metrics": None}
    path.write_text(json.dumps(metrics | {"without_overlap": nothing}))
    assert make_record(made, Rules(100), tmp_path)["cells"][0]["without_overlap"] is None


def test_the_lowest_average_stands_first_where_low_is_good(tmp_path):
    suite = suite_of({"data": "ph2", "metric": "brier"}, {"data": "ddi", "metric": "brier"})
    made = material(tmp_path, suite, {"monet": 0.1, "make": 3.0, "o-make": 0.8})
    record = make_record(made, Rules(100), tmp_path)
    averages = {r["model"]: (r["value"], r["rank"]) for r in record["averages"][0]["results"]}
    keys = [model["key"] for model in record["models"]]
    assert keys == ["make", "o-make", "monet"] == sorted(averages, key=lambda k: averages[k][0])
    assert [averages[key][1] for key in keys] == [1, 2, 3]


def test_a_model_without_an_average_stands_last_either_way(tmp_path):
    for metric in ("brier", "accuracy"):
        suite = suite_of({"data": "ph2", "metric": metric}, {"data": "ddi", "metric": metric})
        skills = {"monet": 0.1, "make": 3.0, "o-make": 0.8}
        made = material(tmp_path / metric, suite, skills, without=(("monet", "ph2"),))
        record = make_record(made, Rules(100), tmp_path)
        assert [model["key"] for model in record["models"]] == ["make", "o-make", "monet"]


def test_a_lone_model_has_no_rank(tmp_path):
    suite = suite_of({"data": "ph2", "metric": "ece"}, {"data": "ddi", "metric": "ece"})
    record = make_record(material(tmp_path, suite, {"make": 0.9}), Rules(100), tmp_path)
    assert {c["rank"] for c in record["cells"]} == {None}


def test_of_measures_where_low_is_good_the_lowest_is_first(tmp_path):
    suite = suite_of({"data": "ph2", "metric": "brier"})
    made = material(tmp_path, suite, {"make": 3.0, "monet": 0.1})
    record = make_record(made, Rules(100), tmp_path)
    ranks = {c["model"]: (c["rank"], c["value"]) for c in record["cells"]}
    assert ranks["make"][0] == 1
    assert ranks["make"][1] < ranks["monet"][1]


def test_an_anchor_that_is_no_model_is_refused():
    with pytest.raises(CutisError, match=r"'mone' is none of the models.*Did you mean 'monet'"):
        check_anchor("mone", ["make", "monet"])
    check_anchor(None, ["make"])
