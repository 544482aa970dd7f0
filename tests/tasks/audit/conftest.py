"""Words for the colour model."""

from __future__ import annotations

from pathlib import Path

import pytest

WORDS = """
modality: clinical
concepts:
  - {id: red, group: colour}
  - {id: green, group: colour}
  - {id: blue, group: colour}
"""


@pytest.fixture
def words(tmp_path: Path) -> str:
    path = tmp_path / "words.yaml"
    path.write_text(WORDS)
    return str(path)
