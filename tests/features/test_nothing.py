"""The refusal of a table none of whose images can be read."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from cutis.config import DataConfig
from cutis.errors import CutisError
from cutis.features.nothing import refuse_nothing


class Fake(list):
    errors = pd.DataFrame({"image": ["a b.jpg"], "reason": ["is cut short"]})


def test_names_the_first_reason_and_the_whole_command():
    config = DataConfig(data=Path("my table.csv"), images=Path("my images"), label_column="dx")
    with pytest.raises(CutisError, match=r"None of the 1 images.*a b.jpg: is cut short") as raised:
        refuse_nothing(Fake(), config)
    assert "cutis data check --data 'my table.csv' --images 'my images' --label-column dx" in str(
        raised.value
    )


def test_one_readable_image_is_enough():
    refuse_nothing(Fake([1]), SimpleNamespace())
