"""The grammar of model names."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutis.errors import CutisError
from cutis.models.names import ModelName, parse_name


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cutis-tiny", ("card", "cutis-tiny", None, None)),
        (" cutis-tiny ", ("card", "cutis-tiny", None, None)),
        ("hf-hub:org/name", ("hf-hub", "org/name", None, None)),
        ("local-dir:/a/b@c", ("local-dir", "/a/b@c", None, None)),
        ("local-dir:rel/dir", ("local-dir", "rel/dir", None, None)),
        ("timm:vit_base.tag", ("timm", "vit_base.tag", None, None)),
        ("timm:vit_base@/f.pth", ("timm", "vit_base", None, Path("/f.pth"))),
        ("open_clip:ViT-B-16/openai", ("open_clip", "ViT-B-16", "openai", None)),
        ("open_clip:ViT-B-16@/x/y.pt", ("open_clip", "ViT-B-16", None, Path("/x/y.pt"))),
        ("make@/x/y.pt", ("card", "make", None, Path("/x/y.pt"))),
        ("make@rel/y.pt", ("card", "make", None, Path("rel/y.pt"))),
        ("make@/odd:name/y.pt", ("card", "make", None, Path("/odd:name/y.pt"))),
    ],
)
def test_every_form_is_read(text: str, expected: tuple):
    name = parse_name(text)
    assert (name.kind, name.value, name.tag, name.file) == expected
    assert name.text == text.strip()


def test_a_home_folder_is_expanded():
    assert parse_name("make@~/y.pt").file == Path.home() / "y.pt"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["empty"]),
        ("   ", ["empty"]),
        ("org/name", ["hf-hub:org/name", "local-dir:org/name"]),
        ("xieji-x/MAKE", ["hf-hub:xieji-x/MAKE", "local-dir:xieji-x/MAKE", "Did you mean 'make'"]),
        ("/a/folder", ["path without a source", "local-dir:/a/folder"]),
        ("./folder", ["local-dir:./folder"]),
        ("hf_hub:org/name", ["not a source", "'hf-hub:'"]),
        ("hf-hub:name", ["hf-hub:org/name"]),
        ("hf-hub:a/b/c", ["hf-hub:org/name"]),
        ("hf-hub:a/b@main", ["hf-hub:org/name"]),
        ("hf-hub:", ["nothing after"]),
        ("local-dir:", ["nothing after"]),
        ("open_clip:ViT-B-16", ["names no weights", "open_clip:ViT-B-16/openai", "random"]),
        ("make@", ["after '@'"]),
        ("@/file.pt", ["before '@'"]),
    ],
)
def test_what_cannot_be_read_is_explained(text: str, words: list[str]):
    with pytest.raises(CutisError) as raised:
        parse_name(text)
    for word in words:
        assert word in str(raised.value)


def test_a_bare_path_to_a_file_is_told_the_form_for_files(tmp_path: Path):
    file = tmp_path / "w.pt"
    file.touch()
    with pytest.raises(CutisError, match=r"CARD@/.*w\.pt"):
        parse_name(str(file))


def test_an_absent_file_is_not_offered_as_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "W").mkdir()
    (tmp_path / "W" / "efficientnet-lite0.pth").touch()
    monkeypatch.chdir(tmp_path)
    for name in ("W/efficientnet-lite.pth", "./W/efficientnet-lite.pth"):
        with pytest.raises(CutisError, match=r"no file W/efficientnet-lite\.pth") as raised:
            parse_name(name)
        assert "W/efficientnet-lite0.pth" in str(raised.value)
        assert "local-dir" not in str(raised.value)
    with pytest.raises(CutisError, match="and no folder V"):
        parse_name("V/w.pth")


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused_politely(text: str):
    refused = None
    try:
        name = parse_name(text)
    except CutisError as error:
        refused = error
    if refused is None:
        assert isinstance(name, ModelName)
        assert name.value
    else:
        assert refused.fix
