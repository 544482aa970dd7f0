"""Datasets and models are loaded once, and one model at a time."""

from __future__ import annotations

import gc
import weakref

import pytest

from cutis.config import ManyConfig
from cutis.features.loader import Loader


class Thing:
    """Something that can be counted."""


@pytest.fixture
def calls(monkeypatch) -> list[tuple]:
    made: list[tuple] = []

    def load(*arguments, **options) -> Thing:
        made.append((arguments, options))
        return Thing()

    monkeypatch.setattr("cutis.models.load_model", load)
    monkeypatch.setattr("cutis.data.load_dataset", load)
    return made


def settings(**more) -> ManyConfig:
    return ManyConfig(**({"data": "t.csv", "output": "o"} | more))


def test_the_same_is_loaded_once(calls):
    loader = Loader()
    assert loader.dataset(settings()) is loader.dataset(settings(model="other", seed=3))
    assert loader.model(settings(), device="cpu") is loader.model(settings(data="u"), device="cpu")
    assert len(calls) == 2


def test_what_differs_is_loaded_again(calls):
    loader = Loader()
    first = loader.dataset(settings())
    assert loader.dataset(settings(images="elsewhere")) is not first
    assert loader.dataset(settings(label_column="dx")) is not first
    assert loader.dataset(settings()) is first
    one = loader.model(settings(), precision="fp32")
    assert loader.model(settings(), precision="bf16") is not one


def test_only_the_last_model_is_kept(calls):
    loader = Loader()
    kept = weakref.ref(loader.model(settings(model="a")))
    loader.model(settings(model="b"))
    gc.collect()
    assert kept() is None


def test_what_the_model_is_shown_is_passed_on(calls):
    loader = Loader()
    first = loader.model(settings(image_size=448, norm="half", pooling="cls_mean"), device="cpu")
    shown = {"image_size": 448, "norm": "half", "pooling": "cls_mean"}
    assert calls == [(("cutis-tiny",), {"device": "cpu"} | shown)]
    assert loader.model(settings(image_size=224), device="cpu") is not first
