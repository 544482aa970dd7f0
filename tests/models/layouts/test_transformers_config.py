"""Configurations of transformers, corrected by tensors and stripped of code."""

from __future__ import annotations

from cutis.models.layouts.transformers_config import corrected, count, unbuildable


def test_sizes_are_corrected_and_code_is_dropped():
    stated = {"hidden_size": 8, "act": "gelu", "auto_map": {"AutoModel": "evil.Model"},
              "torch_dtype": "float16", "quantization_config": {}}  # fmt: skip
    config, said = corrected(stated, {"hidden_size": 16}, "config.json")
    assert config == {"hidden_size": 16, "act": "gelu"}
    assert said[0].startswith("config.json says hidden_size 8;")
    assert corrected({}, {"hidden_size": 16}, "it") == ({"hidden_size": 16}, ())


def test_counting_layers():
    assert count({"a.0.x": (1,), "a.0.y": (1,), "a.11.x": (1,), "b.5.x": (1,)}, "a.") == 2
    assert count({}, "a.") == 0


def test_the_last_line_of_a_librarys_error_is_its_reason():
    error = unbuildable("w.pt", ValueError("While checking:\n   7 heads do not divide 64.\n"))
    assert "7 heads do not divide 64." in str(error)
    assert "w.pt" in str(error)
    assert "no reason given" in str(unbuildable("w.pt", ValueError()))
