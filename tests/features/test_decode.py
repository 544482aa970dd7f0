"""Decoding keeps the order, its bounds, and its temper."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest
import torch

from cutis.features.decode import decoded, read_pixels
from tests.features.fakes import TinyModel, make_images


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    return make_images(tmp_path_factory.mktemp("images"), 23, (3, 8, 22))


@pytest.mark.parametrize("workers", [0, 1, 3])
@pytest.mark.parametrize(("chunk", "ahead"), [(1, 0), (4, 0), (4, 2), (50, 1)])
def test_the_order_is_that_of_the_files(images, workers, chunk, ahead):
    model = TinyModel()
    got = list(decoded(images.image_paths, model.preprocess, workers, chunk, ahead))
    assert len(got) == 23
    for path, pixels in zip(images.image_paths, got, strict=True):
        wanted = read_pixels(path, model.preprocess)
        assert type(pixels) is type(wanted)
        assert torch.equal(pixels, wanted) if isinstance(wanted, torch.Tensor) else pixels == wanted


def test_reasons_say_why_without_the_folder(images):
    reasons = [read_pixels(images.image_paths[i], TinyModel().preprocess) for i in (3, 8, 22)]
    assert [reason.partition(":")[0] for reason in reasons] == [
        "unreadable",
        "truncated",
        "missing",
    ]
    assert not any(str(images.root) in reason for reason in reasons)


@pytest.mark.parametrize(("ahead", "most"), [(0, 4), (1, 8), (2, 12)])
def test_no_more_than_the_bound_is_decoded_ahead(images, ahead, most):
    started = []

    def preprocess(image):
        started.append(1)
        return torch.zeros(1)

    stream = decoded(images.image_paths[9:22], preprocess, 2, 4, ahead)
    for taken in range(1, 14):
        next(stream)
        time.sleep(0.01)
        assert len(started) <= taken - 1 + most


def test_leaving_early_stops_the_threads(images):
    stream = decoded(images.image_paths, TinyModel().preprocess, 3, 4, 2)
    next(stream)
    stream.close()
    assert not [t for t in threading.enumerate() if t.name.startswith("cutis-decode")]


def test_an_error_of_the_program_is_not_an_unreadable_image(images):
    def preprocess(image):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        list(decoded(images.image_paths[:2], preprocess, 2, 4, 0))


def test_pixels_reach_the_model_as_the_image_is(tmp_path):
    dataset = make_images(tmp_path, 1)
    pixels = read_pixels(dataset.image_paths[0], lambda image: torch.tensor(np.asarray(image)))
    assert pixels.shape == (12, 10, 3)
