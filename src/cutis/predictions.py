"""The predictions table: one row per image, one probability per class, and where it came from."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cutis.errors import CutisError
from cutis.files import atomic_path

if TYPE_CHECKING:
    import pandas as pd

PREDICTIONS_FORMAT = "cutis.predictions/1"
PROBABILITY_PREFIX = "p:"
FIXED_COLUMNS = ("id", "image", "split", "group", "label", "predicted")
_METADATA_KEY = b"cutis"
_PUBLISHED_IMAGE_COLUMNS = ("image_path", "filename", "derm_filename", "image")


@dataclass(frozen=True)
class Predictions:
    """Probabilities of every class for every image, with what is needed to judge them.

    Attributes
    ----------
    table
        One row per image: ``id, image, split, group, label, predicted``, one column
        ``p:<class>`` per class, then the subgroup columns carried along. ``label`` and
        ``predicted`` hold class names; ``label`` is missing where it is unknown.
    classes
        Class names in the order of the probability columns.
    provenance
        Model, weights hash, preprocessing, prompts and data hashes, as JSON values.
    """

    table: pd.DataFrame
    classes: tuple[str, ...]
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        """Return the number of images."""
        return len(self.table)

    @property
    def probs_nc(self) -> np.ndarray:
        """Probabilities, float64, n images by c classes."""
        columns = [PROBABILITY_PREFIX + name for name in self.classes]
        return self.table[columns].to_numpy(dtype=np.float64)

    @property
    def labels_n(self) -> np.ndarray:
        """Class index of every image, int64; -1 where the label is unknown."""
        index = {name: i for i, name in enumerate(self.classes)}
        return np.array([index.get(name, -1) for name in self.table["label"]], dtype=np.int64)

    @property
    def groups_n(self) -> np.ndarray | None:
        """Lesion or patient of every image, or None when the table has none."""
        if self.table["group"].isna().all():
            return None
        return self.table["group"].to_numpy(dtype=object)

    @property
    def subgroup_columns(self) -> tuple[str, ...]:
        """Names of the carried columns (age, sex, site, ...)."""
        return tuple(
            c
            for c in self.table.columns
            if c not in FIXED_COLUMNS and not c.startswith(PROBABILITY_PREFIX)
        )


def make_predictions(
    *,
    ids: Sequence[str],
    images: Sequence[str],
    probs_nc: np.ndarray,
    classes: Sequence[str],
    labels_n: np.ndarray | None = None,
    groups_n: np.ndarray | None = None,
    splits_n: np.ndarray | None = None,
    carried: pd.DataFrame | None = None,
    provenance: Mapping[str, Any] | None = None,
) -> Predictions:
    """Put arrays into a :class:`Predictions` table.

    Parameters
    ----------
    ids, images
        Name and image path of each of the n rows.
    probs_nc
        Probabilities, n images by c classes; ties in the argmax go to the lower class.
    labels_n
        Class index of each row, -1 where unknown.
    groups_n, splits_n
        Lesion or patient, and split, of each row.
    carried
        Subgroup columns, n rows.

    Examples
    --------
    >>> p = make_predictions(ids=["a"], images=["a.jpg"], probs_nc=np.array([[0.2, 0.8]]),
    ...                      classes=["nevus", "melanoma"], labels_n=np.array([1]))
    >>> p.table.loc[0, "predicted"], p.labels_n.tolist()
    ('melanoma', [1])
    """
    import pandas as pd

    n = len(ids)
    labels = np.full(n, -1) if labels_n is None else labels_n
    columns: dict[str, Any] = {
        "id": list(ids),
        "image": list(images),
        "split": [None] * n if splits_n is None else list(splits_n),
        "group": [None] * n if groups_n is None else list(groups_n),
        "label": [classes[i] if i >= 0 else None for i in labels],
        "predicted": [classes[i] for i in probs_nc.argmax(axis=1)] if n else [],
    }
    for i, name in enumerate(classes):
        columns[PROBABILITY_PREFIX + name] = probs_nc[:, i]
    if carried is not None:
        columns |= {name: carried[name].to_numpy() for name in carried.columns}
    table = pd.DataFrame(columns).astype(dict.fromkeys(FIXED_COLUMNS, "object"))
    return Predictions(table, tuple(classes), dict(provenance or {}))


def write_predictions(path: Path, predictions: Predictions) -> None:
    """Write a Parquet file whose metadata holds the class names and the provenance."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    text = pa.schema([(name, pa.string()) for name in FIXED_COLUMNS])
    fields = [text.field(c) if c in FIXED_COLUMNS else None for c in predictions.table.columns]
    arrays = [
        pa.Array.from_pandas(predictions.table[c], type=f.type if f else None)
        for c, f in zip(predictions.table.columns, fields, strict=True)
    ]
    about = {
        "format": PREDICTIONS_FORMAT,
        "classes": list(predictions.classes),
        "provenance": dict(predictions.provenance),
    }
    table = pa.table(dict(zip(predictions.table.columns, arrays, strict=True)))
    table = table.replace_schema_metadata({_METADATA_KEY: json.dumps(about, sort_keys=True)})
    with atomic_path(path) as temporary:
        pq.write_table(table, temporary, compression="zstd")


def write_predictions_csv(path: Path, predictions: Predictions) -> None:
    """Write the published layout: image path, integer labels, ``probability_class_i``.

    Two classes give a single ``probability`` column, that of the second class. The classes are
    in the order of ``predictions.classes``; an unknown label is -1.
    """
    import pandas as pd

    probs_nc = predictions.probs_nc
    columns: dict[str, Any] = {
        "image_path": predictions.table["image"],
        "true_label": predictions.labels_n,
        "predicted_label": probs_nc.argmax(axis=1),
    }
    if len(predictions.classes) == 2:
        columns["probability"] = probs_nc[:, 1]
    else:
        columns |= {f"probability_class_{i}": p for i, p in enumerate(probs_nc.T)}
    with atomic_path(path) as temporary:
        pd.DataFrame(columns).to_csv(temporary, index=False)


def read_predictions(path: Path | str, classes: Sequence[str] | None = None) -> Predictions:
    """Read predictions of ours (Parquet) or of the published tools (CSV).

    Parameters
    ----------
    path
        A ``predictions.parquet``, a run directory that holds one, or a published CSV.
    classes
        Names for the columns of a published CSV, in label order [class 0, class 1, ...].

    Raises
    ------
    CutisError
        If the file is missing or has neither layout.
    """
    path = predictions_file(path)
    if path.suffix == ".parquet":
        return _read_parquet(path)
    return _read_published(path, classes)


def predictions_file(path: Path | str) -> Path:
    """Return the file that holds predictions: the path itself, or that of a run directory.

    Raises
    ------
    CutisError
        If there is none.
    """
    path = Path(path)
    if not path.exists():
        raise CutisError(f"There are no predictions at {path}.")
    if not path.is_dir():
        return path
    if (path / "predictions.parquet").exists():
        return path / "predictions.parquet"
    files = sorted(p.name for p in path.glob("*.csv"))
    some = f" It holds {', '.join(files[:3])}{', ...' if len(files) > 3 else ''}." if files else ""
    raise CutisError(
        f"{path} is a folder without predictions.parquet, so it is no run with predictions.{some}",
        allowed="One file of predictions is needed, or the directory of a finished run.",
        fix=f"give one of them: {path / files[0]}" if files else None,
    )


def _read_parquet(path: Path) -> Predictions:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise CutisError(
            f"{path} is not a readable Parquet file ({error}).",
            fix="run the command that made it again",
        ) from error
    about = json.loads((table.schema.metadata or {}).get(_METADATA_KEY, b"{}"))
    if about.get("format") != PREDICTIONS_FORMAT:
        raise CutisError(
            f"{path} is a Parquet file, but not of predictions.",
            allowed=f"Its metadata must name the format {PREDICTIONS_FORMAT}.",
        )
    frame = table.to_pandas()
    frame = frame.astype(dict.fromkeys(FIXED_COLUMNS, "object"))
    for column in FIXED_COLUMNS:
        frame[column] = frame[column].where(frame[column].notna(), None)
    return Predictions(frame, tuple(about["classes"]), about["provenance"])


def _read_published(path: Path, classes: Sequence[str] | None) -> Predictions:
    import pandas as pd

    try:
        frame = pd.read_csv(path)
    except (pd.errors.EmptyDataError, pd.errors.ParserError, UnicodeDecodeError) as error:
        raise CutisError(
            f"{path} cannot be read as a CSV of predictions: {str(error).rstrip('.')}.",
            allowed="Predictions are a CSV in the published layout, a Parquet file or a run.",
        ) from error
    image = next((c for c in _PUBLISHED_IMAGE_COLUMNS if c in frame.columns), None)
    if image is None or "true_label" not in frame.columns:
        raise CutisError(
            f"{path} has the columns {', '.join(map(str, frame.columns[:8]))}.",
            allowed="A table of predictions has image_path (or filename), true_label, "
            "predicted_label and probability_class_0, probability_class_1, ... "
            "(or a single probability).",
        )
    probs_nc = _published_probabilities(frame, path)
    n_classes = probs_nc.shape[1]
    names = list(classes) if classes else [f"class {i}" for i in range(n_classes)]
    if len(names) != n_classes:
        raise CutisError(f"{path} has {n_classes} classes, {len(names)} names were given.")
    labels_n, names = _published_labels(frame, probs_nc, names, path, named=bool(classes))
    images = frame[image].astype(str).tolist()
    stems = [name.rsplit("/", 1)[-1] for name in images]
    said = _predicted(frame, names)
    provenance: dict[str, Any] = {"imported_from": path.name}
    if said is not None:
        differ = int(((said >= 0) & (said != probs_nc.argmax(axis=1))).sum())
        provenance |= {"predicted_label_differs": differ} if differ else {}
    splits = frame["split"] if "split" in frame.columns else None
    return make_predictions(
        ids=stems if len(set(stems)) == len(stems) else images,
        images=images,
        probs_nc=probs_nc,
        classes=names,
        labels_n=labels_n,
        splits_n=None if splits is None else splits.where(splits.notna(), None).to_numpy(object),
        carried=_carried(frame, image),
        provenance=provenance,
    )


def _carried(frame: pd.DataFrame, image: str) -> pd.DataFrame:
    """Return the columns a published CSV has besides: groups, subgroups, whatever they are."""
    own = {image, "true_label", "predicted_label", "probability", *FIXED_COLUMNS}
    names = [c for c in map(str, frame.columns) if c not in own]
    names = [c for c in names if not c.startswith(("probability_class_", PROBABILITY_PREFIX))]
    rest = frame[[c for c in names if not c.startswith("Unnamed")]].astype(object)
    return rest.where(rest.notna(), None)


def _predicted(frame: pd.DataFrame, names: Sequence[str]) -> np.ndarray | None:
    """Return the class index in ``predicted_label`` of every row, -1 where it says none."""
    if "predicted_label" not in frame.columns:
        return None
    index = {name.casefold(): i for i, name in enumerate(names)}
    index |= {str(i): i for i in range(len(names))}
    said = frame["predicted_label"].astype(str).str.strip().str.removesuffix(".0")
    return np.array([index.get(value.casefold(), -1) for value in said], dtype=np.int64)


def _published_labels(
    frame: pd.DataFrame, probs_nc: np.ndarray, names: list[str], path: Path, named: bool
) -> tuple[np.ndarray, list[str]]:
    """Return class indices, and the class names where the labels are names themselves."""
    import pandas as pd

    truth = frame["true_label"]
    numbers = pd.to_numeric(truth, errors="coerce")
    if numbers[truth.notna()].notna().all():
        whole = numbers.fillna(-1)
        wrong = whole[(whole % 1 != 0) | (whole >= len(names)) | (whole < -1)]
        if len(wrong):
            raise CutisError(
                f"{path} has the true_label {wrong.iloc[0]:g} in row {wrong.index[0] + 2}.",
                allowed=f"Its {len(names)} probability columns allow 0 to {len(names) - 1}, and "
                "-1 or an empty cell where the label is unknown.",
            )
        return whole.to_numpy(dtype=np.int64), names
    if not named:
        names = _names_of_columns(frame, probs_nc, names)
    index = {name.casefold(): i for i, name in enumerate(names)}
    given = [None if pd.isna(value) else str(value).strip() for value in truth]
    unknown = sorted({v for v in given if v is not None and v.casefold() not in index})
    if unknown:
        raise CutisError(
            f"{path} has labels that are names ('{unknown[0]}'), and which probability column "
            "belongs to which name is not clear.",
            allowed="Names are found by themselves when predicted_label holds names and every "
            "class was predicted at least once.",
            fix="name the classes in the order of the columns with --classes a,b,c",
        )
    return np.array([-1 if v is None else index[v.casefold()] for v in given]), names


def _names_of_columns(frame: pd.DataFrame, probs_nc: np.ndarray, names: list[str]) -> list[str]:
    """Name each column by the predicted_label of the rows where it is the highest."""
    if "predicted_label" not in frame.columns:
        return names
    highest, found = probs_nc.argmax(axis=1), list(names)
    for i in range(len(names)):
        said = frame["predicted_label"][highest == i].dropna().astype(str).str.strip()
        if said.nunique() == 1:
            found[i] = str(said.iloc[0])
    return found if len(set(found)) == len(found) else names


def _published_probabilities(frame: pd.DataFrame, path: Path) -> np.ndarray:
    if "probability" in frame.columns:
        positive = frame["probability"].to_numpy(dtype=np.float64)
        return np.stack([1.0 - positive, positive], axis=1)
    numbers = sorted(
        int(c.removeprefix("probability_class_"))
        for c in frame.columns
        if c.startswith("probability_class_")
    )
    if not numbers or numbers != list(range(len(numbers))):
        raise CutisError(
            f"{path} has no complete set of probability columns (found {numbers}).",
            allowed="They are named probability_class_0, probability_class_1, ...",
        )
    columns = [f"probability_class_{i}" for i in numbers]
    return frame[columns].to_numpy(dtype=np.float64)
