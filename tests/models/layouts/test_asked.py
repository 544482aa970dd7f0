"""Poolings and image sizes that a layout has, or says that it has not."""

from __future__ import annotations

import pytest

from cutis.errors import CutisError
from cutis.models.layouts.asked import check_pooling, fixed_size, multiple_size
from cutis.models.towers import Settings


def test_poolings():
    asked = Settings(what="w.pt", pooling="pre_head")
    assert check_pooling(asked, ["default", "pre_head"]) == "pre_head"
    with pytest.raises(CutisError, match=r"w\.pt has no pooling 'pre_head'.*only 'default'"):
        check_pooling(asked, ["default"])
    with pytest.raises(CutisError, match="Poolings: default, cls_mean"):
        check_pooling(asked, ["default", "cls_mean"])


def test_a_size_that_cannot_change():
    assert fixed_size(Settings(what="it"), (224, 224)) == (224, 224)
    assert fixed_size(Settings(what="it", image_size=(224, 224)), (224, 224)) == (224, 224)
    with pytest.raises(CutisError, match="224 x 224 pixels only, not 448 x 448"):
        fixed_size(Settings(what="it", image_size=(448, 448)), (224, 224))


def test_sizes_that_patches_fill():
    usual, patch = (224, 224), (16, 14)
    assert multiple_size(Settings(what="it"), (32, 28), patch) == (32, 28)
    assert multiple_size(Settings(what="it", image_size=(160, 28)), usual, patch) == (160, 28)
    with pytest.raises(CutisError) as raised:
        multiple_size(Settings(what="it", image_size=(450, 450)), usual, (16, 16))
    text = str(raised.value)
    assert "450 x 450" in text
    assert "'448 x 448' or '464 x 464'" in text
    assert "ask for image size 448" in text


@pytest.mark.parametrize("size", [(0, 16), (-16, -16), (7, 7)])
def test_sizes_below_one_patch(size: tuple[int, int]):
    with pytest.raises(CutisError, match="16 x 16"):
        multiple_size(Settings(what="it", image_size=size), (224, 224), (16, 16))
