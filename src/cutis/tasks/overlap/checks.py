"""What settings of ``cutis data overlap`` nobody would read, said before anything is loaded."""

from __future__ import annotations

from pathlib import Path

from cutis.errors import CutisError
from cutis.tasks.overlap.settings import OverlapConfig

OF_THE_HASH = ("flips", "likeness", "hash_distance")


def refuse_unread(config: OverlapConfig) -> None:
    """Refuse settings that would change nothing.

    Raises
    ------
    CutisError
        If there are such.
    """
    from cutis.models.torchscript import is_torchscript_name

    paths = [*config.data, *(config.against or [])]
    folders = [path for path in paths if is_features(path)]
    if config.threshold is not None and config.model is None and not folders:
        raise CutisError(
            "--threshold is a cosine of features, and pictures are compared by their look alone.",
            fix="name a model with --model, or leave --threshold out; --likeness and "
            "--hash-distance are the limits of the look",
        )
    if config.trust_torchscript and not (config.model and is_torchscript_name(config.model)):
        given = "no model is named" if config.model is None else f"{config.model} is none"
        raise CutisError(
            f"--trust-torchscript is for a model in a TorchScript file, and {given}.",
            fix="leave it out, or take --model sscd@FILE",
        )
    by_look = not config.no_hash and len(folders) < len(paths)
    for name in OF_THE_HASH:
        default = OverlapConfig.model_fields[name].get_default()
        if not by_look and getattr(config, name) != default:
            flag = f"--{name.replace('_', '-')}"
            raise CutisError(
                f"{flag} belongs to the perceptual hash, and features alone are compared.",
                fix=f"leave {flag} out" + (", or --no-hash" if config.no_hash else ""),
            )
    searched = [path for path in config.data if is_features(path)]
    if config.split is not None and searched:
        raise CutisError(
            f"--split {config.split} chooses rows of tables, and {searched[0]} is a folder of "
            "features, which has no splits.",
            fix="give the table with --model instead, give the folder with --against, or leave "
            "--split out",
        )


def is_features(path: Path) -> bool:
    """Tell whether a path is a folder of features, by the file that describes them."""
    return (Path(path) / "meta.json").is_file()
