"""Datasets and models, each loaded once however many runs share them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from cutis.progress import say

if TYPE_CHECKING:
    from cutis.config import ManyConfig
    from cutis.data import Dataset
    from cutis.models import Model


class Loader:
    """Load what the settings of a run name, and keep it for the next run.

    Every dataset is kept; of models only the last, so that two large ones are never in memory
    together.
    """

    def __init__(self) -> None:
        self.load_seconds = 0.0  # of the last model
        self._datasets: dict[str, Dataset] = {}
        self._model: tuple[tuple[Any, ...], Model] | None = None

    def dataset(self, config: ManyConfig) -> Dataset:
        """Return the dataset of a run's settings.

        Raises
        ------
        CutisError
            If the table cannot be used.
        """
        from cutis.data import load_dataset

        key = repr((config.data, config.images, config.card, config.columns()))
        if key not in self._datasets:
            self._datasets[key] = load_dataset(
                config.data, images=config.images, card=config.card, columns=config.columns()
            )
        return self._datasets[key]

    def model(self, config: ManyConfig, **options: Any) -> Model:
        """Return the model of a run's settings.

        Parameters
        ----------
        config
            Settings that name the model and what it is shown.
        options
            Device and precision.

        Raises
        ------
        CutisError
            If the model cannot be loaded.
        """
        from cutis.models import load_model

        options = {**options, **config.input_options()}
        key = (config.model, *sorted(options.items()))
        if self._model is None or self._model[0] != key:
            self._model = None
            say(f"Loading model {config.model} ...")
            start = time.monotonic()
            self._model = (key, load_model(config.model, **options))
            self.load_seconds = round(time.monotonic() - start, 3)
        return self._model[1]
