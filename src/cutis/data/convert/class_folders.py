"""One folder per class: ImageFolder, and the published datasets that come as such folders."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import PurePosixPath

from cutis.data.convert.format import About, Converted, Format
from cutis.data.convert.source import Source
from cutis.data.dataset import split_name
from cutis.errors import CutisError

_SPLITS = frozenset({"train", "val", "test"})
_OUTSIDE = "the image is in no class folder"


def class_folders(files: Sequence[str]) -> dict[str, tuple[str | None, str] | None]:
    """Return the split and the class folder of each image, or None for one outside of them.

    Folders that hold everything are passed over; then a split, if all images are in split
    folders, then the class; folders below the class do not matter.

    Parameters
    ----------
    files
        Image files, relative with forward slashes.

    Raises
    ------
    CutisError
        If only some of the images are in split folders.

    Examples
    --------
    >>> class_folders(["d/train/nevus/a.png", "d/test/melanoma/b.png"])
    {'d/train/nevus/a.png': ('train', 'nevus'), 'd/test/melanoma/b.png': ('test', 'melanoma')}
    """
    folders = {file: PurePosixPath(file).parts[:-1] for file in files}
    inner = _without_common(folders)
    first = {parts[0] for parts in inner.values() if parts}
    splits = {name for name in first if split_name(name) in _SPLITS}
    if splits and splits != first and len(splits) > 1:
        others = sorted(first - splits)
        raise CutisError(
            f"Some images are in {' and '.join(sorted(splits))}, others in {others[0]}: it cannot "
            "be told which folders are splits and which are classes.",
            fix="convert a folder that holds only splits, or only classes",
        )
    if not splits or splits != first:
        return {file: (None, parts[0]) if parts else None for file, parts in inner.items()}
    result: dict[str, tuple[str | None, str] | None] = {}
    for file, parts in inner.items():
        result[file] = (split_name(parts[0]), parts[1]) if len(parts) > 1 else None
    return result


def _without_common(folders: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Drop the folders above the first at which the images part; strays at the top are ignored."""
    inside = [list(parts) for parts in folders.values() if parts]
    common = 0
    for level in zip(*inside, strict=False):
        if len(set(level)) > 1:
            break
        common += 1
    deepest = max((len(parts) for parts in inside), default=0)
    common = min(common, max(deepest - 1, 0))  # a single folder is a class
    return {file: parts[common:] for file, parts in folders.items()}


def read(source: Source, about: About | None = None) -> Converted:
    """Read the classes, and splits if there are any, from the folders."""
    import pandas as pd

    places = class_folders(source.images)
    rows: list[dict[str, str | None]] = []
    lost = []
    for file, place in places.items():
        if place is None:
            lost.append(("", "", "", file, _OUTSIDE))
            continue
        split, name = place
        label = " ".join(name.replace("_", " ").split()) or name
        rows.append({"image": file, "label": label, "id": file, "split": split})
    if not rows:
        raise CutisError(
            f"{source.path} has no images in class folders.",
            allowed="It takes FOLDER/CLASS/image, or FOLDER/SPLIT/CLASS/image.",
            fix="give the folder above the class folders",
        )
    frame = pd.DataFrame(rows, dtype=object)
    if frame["split"].isna().all():
        frame = frame.drop(columns="split")
    classes = tuple(sorted(set(frame["label"]), key=lambda name: (name.casefold(), name)))
    return Converted(frame, classes=classes, lost=tuple(lost), about=about or About())


def names_in(source: Source) -> set[str]:
    """Return the class folders' names in lower case without dashes, or nothing if unclear."""
    try:
        places = class_folders(source.images)
    except CutisError:
        return set()
    found = {place[1] for place in places.values() if place is not None}
    return {" ".join(n.casefold().replace("_", " ").replace("-", " ").split()) for n in found}


def looks_like(*signs: str, at_least: int, at_most: int) -> Callable[[Source], bool]:
    """Return a test for folders of a number and with some names, for layouts of class folders."""

    def recognise(source: Source) -> bool:
        if source.tables_of_images():
            return False
        names = names_in(source)
        return at_least <= len(names) <= at_most and set(signs) <= names

    return recognise


def _is_image_folder(source: Source) -> bool:
    others = source.tables_of_images() or source.matching("metadata.jsonl")
    return not others and len(names_in(source)) >= 2


def _published(
    name: str,
    title: str,
    folders: str,
    recognise: Callable[[Source], bool],
    cards: tuple[str, ...],
    modality: str = "clinical",
) -> Format:
    return Format(
        name=name,
        expects=f"{folders}, with or without `train` and `test` above them",
        makes="label from the folder's name, split where there are split folders",
        recognise=recognise,
        read=lambda source: read(source, About(title, modality)),
        cards=cards,
    )


FORMATS = (
    _published(
        "sd-128",
        "SD-128",
        "128 folders named after the diseases",
        looks_like("acne vulgaris", "xerosis", "keloid", at_least=100, at_most=140),
        ("sd-128",),
    ),
    _published(
        "sd-198",
        "SD-198",
        "198 folders named after the diseases",
        looks_like("acne vulgaris", "xerosis", "keloid", at_least=170, at_most=210),
        ("sd-198",),
    ),
    _published(
        "dermnet",
        "DermNet, 23 groups",
        "23 folders named after the groups, below `train` and `test`",
        looks_like("eczema photos", "vascular tumors", at_least=10, at_most=25),
        ("dermnet-23", "dermnet"),
    ),
    _published(
        "daffodil",
        "Daffodil, five diseases",
        "five folders, among them `acne`, `hyperpigmentation` and `vitiligo`",
        looks_like("acne", "hyperpigmentation", "vitiligo", at_least=4, at_most=6),
        ("daffodil-5", "daffodil"),
    ),
    _published(
        "med-node",
        "MED-NODE",
        "the folders `melanoma` and `naevus`",
        looks_like("melanoma", "naevus", at_least=2, at_most=2),
        ("med-node",),
    ),
)
IMAGE_FOLDER = Format(
    name="imagefolder",
    expects="`CLASS/image` or `SPLIT/CLASS/image`; folders below a class do not matter",
    makes="label from the folder's name, split from `train`, `val`, `valid`, `test`",
    recognise=_is_image_folder,
    read=read,
    generic=True,
)
