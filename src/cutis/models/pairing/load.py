"""Loading a pair from its folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cutis.errors import CutisError
from cutis.files import sha256_json
from cutis.models.checkpoint import CONFIG
from cutis.models.pairing.halves import essence, load_half, read_half
from cutis.models.weights import read_state_dict

if TYPE_CHECKING:
    from cutis.models.model import Model
    from cutis.models.sources import Source

LAYOUT = "pair"
SECTION = "pair_cfg"


def load_pair(source: Source, sha256: str, device: str, precision: str, pooling: str) -> Model:
    """Load both halves, verify them, and join them by the pair's projections.

    Parameters
    ----------
    source
        The pair's folder.
    sha256
        Of the projections' file.
    device, precision, pooling
        As :func:`cutis.models.load_model` takes them.

    Raises
    ------
    CutisError
        If a half is not there any more or has changed, or the projections do not fit.
    """
    from cutis.models.layouts import pair
    from cutis.models.model import Model

    if source.weights is None:
        raise CutisError(f"{source.name} holds no projections.", fix="copy its folder again")
    folder = source.weights.parent
    if pooling != "default":
        raise CutisError(
            f"{source.name} is a pair and has no pooling '{pooling}'.",
            allowed="It has only 'default': its halves' poolings were chosen when it was made.",
            fix="leave the pooling out",
        )
    config = source.config.get(SECTION)
    halves = {kind: read_half(kind, config, folder / CONFIG) for kind in ("vision", "text")}
    vision, text = (load_half(kind, half, folder, device) for kind, half in halves.items())
    towers = pair.join(
        vision.towers, text.towers, read_state_dict(source.weights), f"the pair {source.weights}"
    )
    towers.module.to(device)
    parts = {"projections": sha256, "vision": essence(vision), "text": essence(text)}
    return Model(
        name=source.name,
        card=source.card,
        weights_sha256=sha256_json(parts),
        layout=LAYOUT,
        adapter_revision=pair.REVISION,
        preprocessing=vision.preprocessing,
        device=device,
        precision=precision,
        towers=towers,
        tokenizer=text.tokenizer,
    )
