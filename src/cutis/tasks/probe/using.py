"""A fitted probe for new images: its model, loaded as it was, and its answers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from cutis.errors import CutisError
from cutis.tasks.probe.saving import load_probe

if TYPE_CHECKING:
    from cutis.models import Model
    from cutis.tasks.probe.fitted import FittedProbe


class ReadyProbe(NamedTuple):
    """A probe with the model whose features it was fitted on.

    Attributes
    ----------
    probe
        What answers.
    model
        The model, as it was then.
    classes
        Names of the columns of its answers.
    about
        Where it came from, as JSON values.
    """

    probe: FittedProbe
    model: Model
    classes: tuple[str, ...]
    about: dict[str, Any]


def ready_probe(run_dir: Path, device: str = "auto", model_name: str | None = None) -> ReadyProbe:
    """Load a run's probe and its model.

    Parameters
    ----------
    run_dir
        A run of ``cutis probe``.
    device
        Where the model computes.
    model_name
        Another name of the model, for instance where its files have moved.

    Raises
    ------
    CutisError
        If there is no probe, or the model is not the one it was fitted on.
    """
    from cutis.models import load_model

    probe, facts = load_probe(run_dir)
    made = facts["model"]
    model = load_model(
        model_name or made["name"],
        device=device,
        precision=facts.get("precision", "fp32"),
        **made["input_options"],
    )
    refuse_other_model(model.identity(), made, run_dir)
    about = {
        "run": Path(run_dir).name,
        "kind": probe.kind,
        "fitted_on": facts.get("fitted_on"),
        "dataset": facts.get("dataset"),
        "chosen": facts.get("chosen"),
    }
    return ReadyProbe(probe, model, tuple(facts["classes"]), about)


def refuse_other_model(identity: dict[str, Any], made: dict[str, Any], run_dir: Path) -> None:
    """Refuse a model that gives other features than those the probe was fitted on.

    Parameters
    ----------
    identity
        Of the model that was loaded.
    made
        ``name`` and ``identity`` of the model the probe was fitted on.
    run_dir
        The probe's run.

    Raises
    ------
    CutisError
        If anything that decides the features differs.
    """
    import json

    before = made["identity"]
    now = json.loads(json.dumps(identity))
    differing = sorted(key for key in before.keys() | now.keys() if before.get(key) != now.get(key))
    if not differing:
        return
    raise CutisError(
        f"The probe in {run_dir} was fitted on features of {made['name']}, and the model loaded "
        f"now differs in {', '.join(differing)}.",
        allowed="A probe answers only for the very model it was fitted on.",
        fix=f"leave --model out, or fit anew: cutis probe --model {identity.get('name')} "
        "--data TABLE -o NEW",
    )
