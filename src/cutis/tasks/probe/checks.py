"""What settings cannot mean together, said before anything is loaded."""

from __future__ import annotations

from cutis.errors import CutisError
from cutis.tasks.probe.config import ALL, PUBLISHED_SAMPLINGS, ProbeConfig

# Settings that only one method reads, and the methods.
OWN = {
    "protocol": ("linear",),
    "c": ("linear",),
    "class_weight": ("linear",),
    "k": ("knn",),
    "votes": ("knn",),
    "alpha": ("cache",),
    "beta": ("cache",),
    "templates": ("cache",),
    "plain_names": ("cache",),
    "scale": ("cache",),
}


def refuse_contradictions(config: ProbeConfig) -> None:
    """Refuse settings that exclude each other, or that the chosen method never reads.

    Raises
    ------
    CutisError
        If there are such.
    """
    if config.shots and config.fractions != (ALL,):
        raise CutisError(
            "--shots and --fractions are both given, and each says how many rows to learn from.",
            fix="leave one of them out",
        )
    if config.shots and config.sampling in PUBLISHED_SAMPLINGS:
        raise CutisError(
            f"--sampling {config.sampling} draws shares of the training rows, not --shots.",
            allowed="With --shots, --sampling is grouped or stratified.",
            fix="leave --sampling out",
        )
    if config.sampling == "stratified" and not config.shots and config.fractions == (ALL,):
        raise CutisError(
            "--sampling stratified draws a share of the training rows, and all of them are taken.",
            fix="leave --sampling out, or name shares, as --fractions 0.1,1",
        )
    if config.folds and config.allow_shared_groups:
        raise CutisError(
            "--allow-shared-groups accepts splits as they were published, and --folds makes its "
            "own, which keep every lesion and patient whole.",
            fix="leave one of them out",
        )
    if config.folds and config.split:
        raise CutisError(
            f"--folds evaluates every row, --split {config.split} only some.",
            fix="leave one of them out",
        )
    if not config.k:
        raise CutisError("--k names no number of neighbours.", fix="--k 5,10,15")
    _refuse_unread(config)


def _refuse_unread(config: ProbeConfig) -> None:
    for name, methods in OWN.items():
        default = type(config).model_fields[name].get_default()
        if getattr(config, name) != default and config.method not in methods:
            raise CutisError(
                f"--{name.replace('_', '-')} has no meaning for --method {config.method}.",
                fix=f"leave it out, or take --method {methods[0]}",
            )
    if config.protocol == "panderm":
        for name in ("c", "class_weight"):
            if getattr(config, name) != type(config).model_fields[name].get_default():
                raise CutisError(
                    f"--{name.replace('_', '-')} has no meaning for --protocol panderm, whose "
                    "penalty is fixed as published.",
                    fix="leave it out, or take --protocol standard",
                )
