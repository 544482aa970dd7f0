"""The refusal when not a single image of a table could be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cutis.config import DataConfig, VerbConfig, command_line
from cutis.errors import CutisError

if TYPE_CHECKING:
    from cutis.features.opened import Features


def refuse_nothing(features: Features, config: VerbConfig) -> None:
    """Refuse features without a single row.

    Parameters
    ----------
    features
        What could be computed, and the reasons where it could not.
    config
        Settings of the verb, which name the data.

    Raises
    ------
    CutisError
        If no image could be read.
    """
    if not len(features):
        raise CutisError(
            f"None of the {len(features.errors)} images could be read "
            f"(the first: {features.errors['image'].iloc[0]}: "
            f"{features.errors['reason'].iloc[0]})",
            fix=command_line("data check", config, *DataConfig.model_fields),
        )
