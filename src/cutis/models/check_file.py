"""What a model's own file says in its self-test: hash, precision, size, what was left out."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cutis.models.shards import is_index, shard_paths

if TYPE_CHECKING:
    from cutis.models.model import Model
    from cutis.models.sources import Source


class Line(NamedTuple):
    """One thing that was checked.

    Parameters
    ----------
    status
        ``"PASS"``, ``"INFO"``, ``"WARN"`` or ``"FAIL"``.
    what
        What was checked.
    found
        What was found.
    """

    status: str
    what: str
    found: str


def judged(good: bool, what: str, found: str) -> Line:
    """Return a line that passes or fails."""
    return Line("PASS" if good else "FAIL", what, found)


def check_file(model: Model, source: Source | None) -> Iterator[Line]:
    """Yield what is to be said of the file a model was loaded from.

    Parameters
    ----------
    model
        The loaded model.
    source
        Where its numbers come from; None when it is not known.
    """
    if source is not None and source.weights is not None:
        files = shard_paths(source.weights) if is_index(source.weights) else [source.weights]
        size = sum(path.stat().st_size for path in files) / 1e6
        yield Line("INFO", "file", f"{source.weights} ({size:,.1f} MB)")
        yield Line("INFO", "stored as", stored_precisions(source.weights))
    yield _hash(model)
    tensors = model.towers.module.state_dict()
    yield Line("PASS", "loaded strictly", f"layout {model.layout}, {len(tensors)} tensors")
    for note in model.notes:
        # a head that features do not need is no reason to worry, a contradiction is
        yield Line("INFO" if note.startswith("Left out") else "WARN", "note", note)
    yield from _sizes(model)
    if model.has_vision:
        yield Line("INFO", "preprocessing", _preprocessing(model, source))


def _hash(model: Model) -> Line:
    wanted, found = model.card.sha256, model.weights_sha256
    if not wanted:
        return Line("INFO", "SHA-256", f"{found[:16]}…, the card names none")
    if wanted == found:
        return Line("PASS", "SHA-256", f"{found[:16]}…, as on the card")
    return Line("WARN", "SHA-256", f"{found[:16]}…, the published file has {wanted[:16]}…")


def _sizes(model: Model) -> Iterator[Line]:
    tensors = model.towers.module.state_dict().values()
    broken = sum(not bool(t.isfinite().all()) for t in tensors if t.is_floating_point())
    total = sum(parameter.numel() for parameter in model.towers.module.parameters())
    yield judged(not broken, "finite weights", f"{broken} tensors with infinite or missing values")
    card = model.card
    # the card's numbers are those of the form, feature and image size that it describes
    usual = model.as_published and card.layout in (None, model.layout)
    if card.parameters is not None and usual:
        said = f"{total:,} parameters, the card says {card.parameters:,}"
        yield judged(total == card.parameters, "size as on the card", said)
    else:
        yield Line("INFO", "size", f"{total:,} parameters")
    pairs = {
        "feature length": (card.dim, model.dim),
        "context length": (card.context_length, model.context_length),
    }
    for what, (said_length, found) in pairs.items():
        if said_length is not None and usual:
            text = f"{found}, the card says {said_length}"
            yield judged(said_length == found, f"{what} as on the card", text)
        elif found is not None:
            yield Line("INFO", what, str(found))


def _preprocessing(model: Model, source: Source | None) -> str:
    from cutis.models.show import preprocessing_words

    spec = model.card.model_copy(update={"preprocessing": model.preprocessing})
    origin = preprocessing_origin(model, source) if source else ""
    return preprocessing_words(spec) + (f"; {origin}" if origin else "")


def preprocessing_origin(model: Model, source: Source) -> str:
    """Say where the preprocessing of a loaded model was stated.

    Parameters
    ----------
    model
        The loaded model.
    source
        Where its numbers come from.
    """
    if source.config.get("preprocessor") and model.layout.startswith("transformers"):
        return "stated beside the weights (preprocessor_config.json)"
    if source.config.get("preprocess_assumed"):
        return "CLIP's, for want of any statement when it was converted"
    if source.config.get("preprocess_cfg"):
        return "stated beside the weights"
    own_layout = model.layout == source.card.layout or model.towers.preprocessing is None
    if source.card.preprocessing is not None and own_layout:
        return "from the card; the files beside the weights state none"
    if model.towers.preprocessing is not None:
        usual = f"usual for the layout {model.layout}"
        if source.card.preprocessing is None:
            return f"{usual}; neither files nor card state any"
        return (
            f"{usual}, which this file has; the card's is for weights of the layout "
            f"{source.card.layout}, and the files beside the weights state none"
        )
    return "CLIP's, for want of any statement"


def stored_precisions(path: Path) -> str:
    """Say in which precisions a checkpoint file stores its tensors, most frequent first."""
    files = shard_paths(path) if is_index(path) else [path]
    counts: Counter[str] = Counter()
    for file in files:
        counts.update(_safetensors_kinds(file) if file.suffix == ".safetensors" else _kinds(file))
    return ", ".join(f"{kind} ({count} tensors)" for kind, count in counts.most_common())


def _safetensors_kinds(path: Path) -> list[str]:
    """Read the header alone: a large file need not be read twice."""
    with path.open("rb") as stream:
        header = json.loads(stream.read(int.from_bytes(stream.read(8), "little")))
    names = {"F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16",
             "I64": "int64", "I32": "int32", "U8": "uint8", "BOOL": "bool"}  # fmt: skip
    return [
        names.get(entry["dtype"], entry["dtype"])
        for name, entry in header.items()
        if name != "__metadata__"
    ]


def _kinds(path: Path) -> list[str]:
    from cutis.models.weights import read_state_dict

    return [str(tensor.dtype).removeprefix("torch.") for tensor in read_state_dict(path).values()]
