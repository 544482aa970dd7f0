"""What answers single pictures: prompts, or a fitted probe."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from cutis.errors import CutisError

if TYPE_CHECKING:
    from cutis.tasks.predict import PredictConfig


class Answers(NamedTuple):
    """Probabilities of some pictures.

    Attributes
    ----------
    classes, probs_nc
        Names, and n pictures by c classes.
    about
        Model, and prompts or probe, as JSON values.
    remarks
        What a reader should know.
    """

    classes: tuple[str, ...]
    probs_nc: np.ndarray
    about: dict[str, Any]
    remarks: tuple[str, ...]


def by_prompts(config: PredictConfig) -> Callable[[list[Any]], Answers]:
    """Return what answers by prompts; classes are checked now, the model is loaded later.

    Raises
    ------
    CutisError
        If the classes cannot be used.
    """
    from cutis.tasks.classes import parse_classes, unfamiliar_names

    classes = parse_classes(config.classes)

    def answer(pictures: list[Any]) -> Answers:
        from cutis.features import default_cache
        from cutis.models import load_model
        from cutis.models.halves import require_both
        from cutis.tasks.classifier import make_classifier

        model = load_model(config.model, device=config.device)
        require_both(model)
        cache = config.cache or default_cache()
        classifier = make_classifier(
            model, classes, config.templates, cache, config.scale, config.plain_names
        )
        features_nd = np.concatenate([model.embed_images([picture]) for picture in pictures])
        about = {"model": model.identity(), "prompts": classifier.prompts}
        probs_nc = classifier.probabilities(features_nd)
        return Answers(classes.names, probs_nc, about, unfamiliar_names(classes.names))

    return answer


def by_probe(config: PredictConfig) -> Callable[[list[Any]], Answers]:
    """Return what answers by a fitted probe; settings it never reads are refused now.

    Raises
    ------
    CutisError
        If there is no probe, or something was said of prompts.
    """
    from cutis.tasks.probe.saving import load_probe
    from cutis.tasks.probe.using import ready_probe

    run = Path(config.probe or "")
    defaults = type(config).model_fields
    for name in ("classes", "templates", "plain_names", "scale"):
        if getattr(config, name) != defaults[name].get_default():
            raise CutisError(
                f"--{name.replace('_', '-')} is of prompts, and --probe {run} answers without.",
                fix=f"leave --{name.replace('_', '-')} or --probe out",
            )
    load_probe(run)

    def answer(pictures: list[Any]) -> Answers:
        asked = config.model if "model" in config.model_fields_set else None
        ready = ready_probe(run, config.device, asked)
        features_nd = np.concatenate([ready.model.embed_images([picture]) for picture in pictures])
        about = {"model": ready.model.identity(), "probe": ready.about}
        probs_nc = ready.probe.probabilities(features_nd)
        return Answers(ready.classes, probs_nc, about, ())

    return answer
