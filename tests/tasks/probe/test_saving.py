"""Fitted probes on disk come back as they were."""

from __future__ import annotations

import json

import numpy as np
import pytest

from cutis.errors import CutisError
from cutis.tasks.probe.class_means import fit_means
from cutis.tasks.probe.example_cache import CacheProbe
from cutis.tasks.probe.fitted import softmax, spread_out, unit_rows
from cutis.tasks.probe.linear import LinearProbe
from cutis.tasks.probe.neighbours import NeighbourProbe
from cutis.tasks.probe.panderm import fit_panderm
from cutis.tasks.probe.saving import KINDS, load_probe, save_probe
from cutis.tasks.probe.standard import standard_path

RNG = np.random.default_rng(0)
X = RNG.normal(size=(30, 6)).astype(np.float32)
Y = np.tile([0, 2, 3], 10)
PROBES = {
    "standard": lambda: next(standard_path(X, Y, 4, [0.1])),
    "panderm": lambda: fit_panderm(X, Y, 4),
    "weighted neighbours": lambda: NeighbourProbe(unit_rows(X), Y, 5, "weighted", 4),
    "plain neighbours": lambda: NeighbourProbe(unit_rows(X), Y, 3, "plain", 4),
    "means": lambda: fit_means(X, Y, 4),
    "cache": lambda: CacheProbe(unit_rows(X), Y, unit_rows(X[:4]), 30.0, 2.0, 5.5),
}


@pytest.mark.parametrize("name", PROBES)
def test_there_and_back(name, tmp_path):
    probe = PROBES[name]()
    files = save_probe(tmp_path, probe, {"classes": list("abcd")})
    again, facts = load_probe(tmp_path)
    new = RNG.normal(size=(7, 6))
    assert np.array_equal(again.probabilities(new), probe.probabilities(new))
    assert facts["classes"] == list("abcd")
    assert facts["kind"] == probe.kind
    assert sorted(files) == ["fitted/probe.json", "fitted/probe.safetensors"]


def test_every_kind_is_tried_above():
    assert {make().kind for make in PROBES.values()} == set(KINDS)


def test_the_same_probe_gives_the_same_bytes(tmp_path):
    for folder in ("a", "b"):
        save_probe(tmp_path / folder, PROBES["standard"](), {})
    name = "fitted/probe.safetensors"
    assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


@pytest.mark.parametrize("change", [{"format": "cutis.fitted-probe/9"}, {"kind": "forest"}])
def test_other_versions_and_kinds_are_refused(tmp_path, change):
    save_probe(tmp_path, PROBES["means"](), {})
    path = tmp_path / "fitted" / "probe.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(CutisError, match=r"damaged, or of another version.*new folder"):
        load_probe(tmp_path)


def test_a_half_written_probe_is_none(tmp_path):
    save_probe(tmp_path, PROBES["means"](), {})
    (tmp_path / "fitted" / "probe.safetensors").unlink()
    with pytest.raises(CutisError, match="holds no fitted probe"):
        load_probe(tmp_path)


def test_large_logits_do_not_overflow():
    assert softmax(np.array([[1e4, 0.0], [-1e4, -1e4]])).tolist() == [[1.0, 0.0], [0.5, 0.5]]


def test_classes_that_were_not_learnt_get_nothing():
    assert spread_out(np.ones((1, 1)), np.array([3]), 5).tolist() == [[0, 0, 0, 1, 0]]


def test_a_feature_of_zeros_has_no_direction_and_no_nan():
    probe = NeighbourProbe(unit_rows(X), Y, 5, "weighted", 4)
    assert np.isfinite(probe.probabilities(np.zeros((1, 6)))).all()
    assert np.allclose(np.linalg.norm(unit_rows(1e-12 * X), axis=1), 1, atol=1e-6)


def test_a_linear_probe_is_a_linear_map():
    probe = LinearProbe(RNG.normal(size=(3, 6)), RNG.normal(size=3), np.arange(3), 3)
    logits = X.astype(np.float64) @ probe.weight_sd.T + probe.bias_s
    odds = np.log(probe.probabilities(X))
    assert np.allclose(odds - odds[:, :1], logits - logits[:, :1])


@pytest.mark.parametrize("lost", ["format", "kind", "settings", "tensors_sha256"])
def test_facts_without_what_is_needed_are_damaged(tmp_path, lost):
    save_probe(tmp_path, PROBES["means"](), {})
    path = tmp_path / "fitted" / "probe.json"
    facts = json.loads(path.read_text())
    del facts[lost]
    path.write_text(json.dumps(facts))
    with pytest.raises(CutisError, match=r"damaged.*new folder"):
        load_probe(tmp_path)


@pytest.mark.parametrize("content", [b"", b"{", b"null", b'{"format": ["x"]}', b"\xff\xfe"])
def test_facts_that_are_no_facts_are_damaged(tmp_path, content):
    save_probe(tmp_path, PROBES["means"](), {})
    (tmp_path / "fitted" / "probe.json").write_bytes(content)
    with pytest.raises(CutisError, match="damaged"):
        load_probe(tmp_path)


def test_numbers_of_another_probe_are_refused(tmp_path):
    save_probe(tmp_path / "a", PROBES["means"](), {})
    save_probe(tmp_path / "b", PROBES["standard"](), {})
    name = "fitted/probe.safetensors"
    (tmp_path / "a" / name).write_bytes((tmp_path / "b" / name).read_bytes())
    with pytest.raises(CutisError, match="damaged"):
        load_probe(tmp_path / "a")


def test_facts_of_ones_own_come_back(tmp_path):
    save_probe(tmp_path, PROBES["cache"](), {"chosen": {"alpha": 2.0}, "point": {"shots": None}})
    _, facts = load_probe(tmp_path)
    assert facts["chosen"] == {"alpha": 2.0}
    assert facts["settings"] == {"scale": 30.0, "alpha": 2.0, "beta": 5.5}
