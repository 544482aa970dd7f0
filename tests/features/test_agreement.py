"""What moves a bit of a feature is refused or said."""

from __future__ import annotations

import pytest

from cutis.errors import CutisError
from cutis.features.agreement import other_versions, refuse_other_versions, warn_of_differences
from cutis.features.threads import hardware
from cutis.runs import versions
from tests.features.fakes import TinyModel


def test_only_versions_that_decide_count(tmp_path):
    theirs = versions() | {"pandas": "0.1", "python": "2.7", "scikit-learn": "0.1"}
    assert other_versions(theirs) == []
    assert other_versions(None) == []
    refuse_other_versions(theirs, tmp_path)


def test_other_versions_are_named(tmp_path):
    theirs = versions() | {"torch": "1.0", "timm": "0.1"}
    with pytest.raises(CutisError, match=r"torch 1\.0 there, .* here; timm 0\.1 there"):
        refuse_other_versions(theirs, tmp_path)


def test_agreement_is_silent(capsys):
    model = TinyModel()
    meta = {"device": "cpu", "hardware": hardware(model), "versions": versions(), "threads": 2}
    warn_of_differences(meta, model)
    warn_of_differences(meta, model, 2)
    warn_of_differences({"device": "cpu"}, model)  # begun before these were written down
    assert capsys.readouterr().err == ""
