"""The work of a run: which points are fitted, which are found again, what is saved for use."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from cutis.errors import CutisError
from cutis.tasks.probe import families, working
from cutis.tasks.probe.class_means import fit_means
from cutis.tasks.probe.points import run_point
from cutis.tasks.probe.saving import load_probe
from cutis.tasks.probe.working import fit_all, gather_material, make_family
from tests.tasks.probe.hand import hand_task

CLASSIFIER = SimpleNamespace(weights_cd=np.eye(3, 6), scale=30.0)


def test_every_method_is_made_as_the_settings_say(settings):
    made = make_family(settings(method="knn", k="1,7", votes="plain"), 0, 5, None)
    assert made == families.Neighbours(5, (1, 7), "plain")
    assert make_family(settings(method="mean"), 0, 5, None) == families.ClassMeans(5)
    assert make_family(settings(protocol="panderm"), 9, 5, None) == families.PanDerm(5, 9)
    made = make_family(settings(c="1,0.1", class_weight="balanced"), 0, 5, None)
    assert made == families.Standard(5, (0.1, 1.0), "balanced")


def test_a_cache_takes_the_published_weights_or_those_given(settings):
    made = make_family(settings(method="cache"), 0, 3, CLASSIFIER)
    assert made.fallback == {"alpha": 1.0, "beta": 5.5}
    assert made.fallback in made.settings
    assert made.scale == 30.0
    given = make_family(settings(method="cache", alpha="3", beta="2,4"), 0, 3, CLASSIFIER)
    assert (given.alphas, given.betas) == ((3.0,), (2.0, 4.0))
    assert given.fallback == {"alpha": 3.0, "beta": 2.0}


@pytest.fixture
def run(tmp_path):
    """A run directory, as far as the work needs one."""
    return SimpleNamespace(dir=tmp_path / "run", identity="mine", log=lambda *a, **k: None)


@pytest.fixture
def fitted(monkeypatch) -> list[str]:
    """Names of the points that are fitted, in order."""
    seen: list[str] = []

    def counted(point, *arguments):
        seen.append(point.name)
        return run_point(point, *arguments)

    monkeypatch.setattr("cutis.tasks.probe.points.run_point", counted)
    return seen


NAMES = [f"fraction-{f}-seed-{s}" for f in ("1", "0.5") for s in (0, 1)]


@pytest.fixture
def work(settings, run, fitted):
    """A run of four points of class means, done once."""
    task, material = hand_task(settings(method="mean", fractions=(0.5, 1.0), seeds=2))
    results, names = fit_all(run, task, material)
    assert fitted == NAMES
    fitted.clear()
    return task, material, results, names


def same(one, other) -> bool:
    return all(
        np.array_equal(a.probs_tc, b.probs_tc) and a.chosen == b.chosen and a.point == b.point
        for a, b in zip(one, other, strict=True)
    )


def test_answers_are_those_of_the_training_split_alone(work):
    task, material, results, names = work
    (turn,) = task.partition.turns
    oracle = fit_means(material.of(turn.train), task.full.labels[turn.train], 3)
    assert np.array_equal(results[0].probs_tc, oracle.probabilities(material.of(turn.test)))
    assert results[2].n_train < results[0].n_train == len(turn.train)
    assert sorted(names) == ["fitted/probe.json", "fitted/probe.safetensors"]


def test_the_same_again_fits_nothing(work, run, fitted):
    task, material, results, _ = work
    again, _ = fit_all(run, task, material)
    assert fitted == []
    assert same(again, results)


def test_after_a_stop_only_what_is_missing_is_fitted(work, run, fitted):
    task, material, results, _ = work
    for name in NAMES[2:]:
        (run.dir / "points" / f"{name}.parquet").unlink()
    again, _ = fit_all(run, task, material)
    assert fitted == NAMES[2:]
    assert same(again, results)


def test_a_stop_while_a_point_is_written_leaves_no_half_point(work, run, fitted, monkeypatch):
    task, material, results, _ = work
    for name in NAMES[1:]:
        (run.dir / "points" / f"{name}.parquet").unlink()
    with monkeypatch.context() as patch:
        patch.setattr("pyarrow.parquet.write_table", lambda *a, **k: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            fit_all(run, task, material)
    assert [p.stem for p in (run.dir / "points").glob("*.parquet")] == NAMES[:1]
    fitted.clear()
    assert same(fit_all(run, task, material)[0], results)
    assert fitted == NAMES[1:]


def test_a_changed_table_makes_every_point_stale(work, run, fitted):
    task, material, _, _ = work
    changed = replace(task, inputs=task.inputs | {"table_sha256": "bb"})
    fit_all(run, changed, material)
    assert fitted == NAMES
    assert load_probe(run.dir)[1]["table_sha256"] == "bb"


def test_other_settings_make_every_point_stale(work, run, fitted):
    task, material, _, _ = work
    run.identity = "other"
    fit_all(run, task, material)
    assert fitted == NAMES


def test_a_damaged_point_is_made_again(work, run, fitted):
    task, material, results, _ = work
    (run.dir / "points" / f"{NAMES[1]}.parquet").write_bytes(b"half")
    assert same(fit_all(run, task, material)[0], results)
    assert fitted == NAMES[1:2]


def test_a_lost_probe_is_fitted_again_and_no_other_point(work, run, fitted):
    task, material, _, names = work
    before = (run.dir / names[1]).read_bytes()
    (run.dir / names[1]).unlink()
    fit_all(run, task, material)
    assert fitted == NAMES[:1]
    assert (run.dir / names[1]).read_bytes() == before


def test_what_is_saved_says_where_it_came_from(work, run):
    task, material, _, _ = work
    probe, facts = load_probe(run.dir)
    assert facts["classes"] == list(task.full.classes)
    assert facts["point"] == {"fraction": 1.0, "shots": None, "seed": 0}
    assert facts["fitted_on"] == "train"
    assert facts["model"]["identity"] == {"name": "hand-model"}
    assert set(facts["model"]["input_options"]) == {"pooling", "image_size", "norm"}
    (turn,) = task.partition.turns
    oracle = fit_means(material.of(turn.train), task.full.labels[turn.train], 3)
    assert np.array_equal(probe.means_sd, oracle.means_sd)


def test_folds_save_a_probe_of_all_labelled_rows(settings, run):
    task, material = hand_task(settings(method="mean", folds=4))
    (result,), _ = fit_all(run, task, material)
    probe, facts = load_probe(run.dir)
    assert facts["fitted_on"] == "all labelled rows"
    oracle = fit_means(material.values_md, task.full.labels, 3)
    assert probe.means_sd == pytest.approx(oracle.means_sd)
    assert result.n_train == 36
    assert len(result.chosen) == 4
    json.dumps(facts, allow_nan=False)


def test_shots_larger_than_a_class_take_all_of_it(settings, run):
    task, material = hand_task(settings(method="mean", shots="2,100"))
    many, few = fit_all(run, task, material)[0]
    (turn,) = task.partition.turns
    assert many.n_train == len(turn.train)
    assert few.per_class == {"wart": 2.0, "nevus": 2.0, "melanoma": 2.0}


def test_nothing_readable_to_test_on_is_refused(settings, run, monkeypatch):
    task, material = hand_task(settings())
    none = replace(material.tested, ids=(), rows=np.zeros(0, np.int64),
                   values_nd=np.zeros((0, 6), np.float32))  # fmt: skip
    errors = material.tested.errors.reindex(range(3)).assign(
        row=[0, 1, 2], id="a", image="a.png", reason="truncated"
    )
    empty = replace(material, tested=replace(none, errors=errors))
    monkeypatch.setattr("cutis.tasks.probe.material.gather", lambda *a: empty)
    with pytest.raises(CutisError, match="could be read"):
        gather_material(run, task)
    assert working.gather_material is gather_material
