"""Classes from folders."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cutis.data.convert.class_folders import FORMATS, class_folders
from cutis.errors import CutisError
from tests.data.convert import fakes
from tests.data.convert.fakes import column, converted, written

WORDS = st.text("abcdefgh _-XYZ019", min_size=1, max_size=8).filter(
    lambda text: text.strip(" ._") and text.casefold().strip() not in ("train", "val", "test")
)


def test_image_folder(tmp_path: Path) -> None:
    source = tmp_path / "my skin"
    fakes.put(source, ["Basal_cell carcinoma/x/a.jpg", "nevus/b.png", "stray.jpg"])
    outcome = converted(source, tmp_path / "out")
    assert outcome.format == "imagefolder"
    assert outcome.table.name == "my-skin.csv"
    assert written(outcome.table) == [
        {
            "image": "Basal_cell carcinoma/x/a.jpg",
            "label": "Basal cell carcinoma",
            "id": "Basal_cell carcinoma/x/a.jpg",
        },
        {"image": "nevus/b.png", "label": "nevus", "id": "nevus/b.png"},
    ]
    assert outcome.dataset.classes == ("Basal cell carcinoma", "nevus")
    assert column(tmp_path / "out" / "missing.csv", "reason") == ["the image is in no class folder"]
    assert outcome.exit_code == 1


def test_image_folder_with_splits(tmp_path: Path) -> None:
    source = fakes.class_folders(tmp_path / "s", "a", "b", splits=("train", "valid", "TEST"))
    outcome = converted(source, tmp_path / "out", name="imagefolder")
    counts = outcome.counts()
    assert list(counts) == ["all", "train", "val", "test"]
    assert counts["val"] == {"a": 1, "b": 1, "no label": 0}
    assert outcome.exit_code == 0
    assert outcome.dataset.images_argument() != ""


def test_one_class_is_a_class(tmp_path: Path) -> None:
    fakes.put(tmp_path / "s", ["data/all/nevus/1.jpg", "data/all/nevus/2.jpg"])
    outcome = converted(tmp_path / "s", tmp_path / "out", "imagefolder")
    assert outcome.dataset.classes == ("nevus",)


PUBLISHED = {
    "sd-198": (["Acne_Vulgaris", "Xerosis", "Keloid"], 178, ("",)),
    "sd-128": (["acne vulgaris", "xerosis", "keloid"], 128, ("",)),
    "dermnet": (["Eczema Photos", "Vascular Tumors"], 23, ("train", "test")),
    "daffodil": (["Acne", "Hyperpigmentation", "Vitiligo", "SJS-TEN", "Nail_psoriasis"], 5, ("",)),
    "med-node": (["melanoma", "naevus"], 2, ("",)),
    "snu-134": (["epidermal cyst", "ota nevus"], 134, ("",)),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_folders_are_known_by_their_names(tmp_path: Path, name: str) -> None:
    some, n, splits = PUBLISHED[name]
    names = [*some, *(f"disease {i}" for i in range(n - len(some)))]
    source = fakes.class_folders(tmp_path / "s", *names, splits=splits)
    outcome = converted(source, tmp_path / "out")
    assert outcome.format == name
    assert len(outcome.dataset) == n * len(splits)
    assert len(set(column(outcome.table, "label"))) == n
    if name == "med-node":
        assert column(outcome.table, "label") == ["melanoma", "nevus"]
        assert outcome.differences() == ["2 of 170 expected images were found."]
    if name == "daffodil":
        assert outcome.dataset.labels.tolist() == [1, 3, 4, 2, 0]
    if name == "dermnet":
        assert sorted(set(column(outcome.table, "split"))) == ["test", "train"]


def test_a_whole_published_folder_is_complete(tmp_path: Path) -> None:
    names = [f"melanoma/{i}.jpg" for i in range(70)] + [f"naevus/{i}.jpg" for i in range(100)]
    fakes.put(tmp_path / "s", names)
    outcome = converted(tmp_path / "s", tmp_path / "out")
    assert (outcome.format, outcome.exit_code) == ("med-node", 0)
    assert outcome.counts()["all"] == {"nevus": 100, "melanoma": 70, "no label": 0}
    assert "expected" not in outcome.render()


def test_a_table_beside_the_folders_that_names_no_images_does_not_matter(tmp_path: Path) -> None:
    source = fakes.class_folders(tmp_path / "s", "a", "b")
    fakes.table(source / "prices.csv", "year,euro", [[2020, 3]])
    assert converted(source, tmp_path / "out").format == "imagefolder"


def test_no_published_layout_of_folders_claims_another() -> None:
    assert len({entry.name for entry in FORMATS}) == len(FORMATS) == 5


def test_snu_as_a_table(tmp_path: Path) -> None:
    fakes.put(tmp_path / "s", ["images/1.jpg", "images/2.jpg"])
    fakes.table(
        tmp_path / "s" / "meta.csv",
        "image_path,label,diag",
        [["1.jpg", 133, "telangiectasia"], ["2.jpg", 0, "epidermal cyst"]],
    )
    converted(tmp_path / "s", tmp_path / "out", "snu-134")
    assert column(tmp_path / "out" / "snu-134.csv", "label") == ["telangiectasia", "epidermal cyst"]
    assert column(tmp_path / "out" / "snu-134.csv", "image") == ["images/1.jpg", "images/2.jpg"]


def test_splits_beside_classes_are_refused(tmp_path: Path) -> None:
    fakes.put(tmp_path / "s", ["train/a/1.jpg", "test/a/2.jpg", "nevus/3.jpg"])
    with pytest.raises(CutisError, match="others in nevus") as raised:
        converted(tmp_path / "s", tmp_path / "out", "imagefolder")
    assert raised.value.fix is not None


def test_no_images_in_folders(tmp_path: Path) -> None:
    fakes.put(tmp_path / "s", ["1.jpg"])
    with pytest.raises(CutisError, match="no images in class folders"):
        converted(tmp_path / "s", tmp_path / "out", "imagefolder")


@settings(max_examples=40)
@given(
    st.lists(WORDS, min_size=2, max_size=5, unique_by=str.casefold),
    st.sampled_from(["", "train", "test"]),
    st.lists(st.sampled_from(["x", "y"]), max_size=2),
)
def test_the_class_is_read_whatever_lies_above_and_below(
    names: list[str], split: str, above: list[str]
) -> None:
    def file(name: str, below: str) -> str:
        return "/".join([*above, *([split] if split else []), name, below + "1.jpg"])

    files = [file(name, below) for name in names for below in ("", "deep/er/")]
    if split:  # one split alone cannot be told from a folder around everything
        files += ["/".join([*above, "val", name, "2.jpg"]) for name in names]
    places = class_folders(files)
    for f in files:
        place = places[f]
        assert place is not None
        expected = f.split("/")[len(above) + bool(split)]
        assert place[1] == expected
        assert place[0] == (f.split("/")[len(above)] if split else None)


@settings(max_examples=40)
@given(st.lists(st.tuples(WORDS, WORDS).map("/".join), min_size=1, max_size=6, unique=True))
def test_every_image_gets_exactly_one_answer(files: list[str]) -> None:
    assert list(class_folders(files)) == files
