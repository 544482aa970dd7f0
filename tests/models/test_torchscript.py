"""A TorchScript program is run only when the user vouches for it."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from cutis.errors import CutisError
from cutis.models import torchscript
from cutis.models.torchscript import is_torchscript_name, load_torchscript


class Means(torch.nn.Module):
    """The mean colour of each quarter of a picture, twelve numbers."""

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.adaptive_avg_pool2d(pixels, 2).flatten(1)


class Shape(torch.nn.Module):
    """No feature at all."""

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        return pixels


class Fails(torch.nn.Module):
    """It takes other pictures."""

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        return pixels.reshape(7, -1)


def save(module: torch.nn.Module, path: Path) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.jit.save(torch.jit.script(module), str(path))
    return path


@pytest.fixture(scope="module")
def program(tmp_path_factory) -> Path:
    return save(Means(), tmp_path_factory.mktemp("sscd") / "means.torchscript.pt")


def test_the_pictures_are_squashed_and_normalised_as_published(program):
    model = load_torchscript(f"sscd@{program}", trusted=True, device="cpu")
    picture = Image.new("RGB", (640, 100), (255, 255, 255))
    picture.paste((0, 0, 0), (320, 0, 640, 100))
    assert tuple(model.preprocess(picture).shape) == (3, 320, 320)
    values = model.embed_images([picture])[0].reshape(3, 2, 2)
    mean, std = (np.array(x) for x in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)))
    np.testing.assert_allclose(values[:, 0, 0], (1 - mean) / std, atol=0.02)
    np.testing.assert_allclose(values[:, 0, 1], (0 - mean) / std, atol=0.02)
    assert model.dim == 12
    assert model.has_vision
    assert not model.has_text


def test_its_identity_holds_the_bytes_of_the_program(program, tmp_path):
    one = load_torchscript(f"sscd@{program}", trusted=True, device="cpu").identity()
    other = tmp_path / "other.torchscript.pt"
    other.write_bytes(program.read_bytes())
    assert load_torchscript(f"sscd@{other}", trusted=True, device="cpu").identity() == one
    assert len(one["weights_sha256"]) == 64
    assert one["layout"] == "torchscript"


def test_it_is_not_opened_without_the_users_word(program, monkeypatch):
    monkeypatch.setattr(torchscript, "_program", lambda *_: pytest.fail("it was opened"))
    with pytest.raises(CutisError, match=r"runs the code inside.*--trust-torchscript"):
        load_torchscript(f"sscd@{program}", trusted=False)


def test_the_file_has_to_be_given_and_to_be_there(tmp_path):
    with pytest.raises(CutisError, match=r"needs its file.*sscd@/path/to"):
        load_torchscript("sscd", trusted=True)
    with pytest.raises(CutisError, match="There is no file"):
        load_torchscript(f"sscd@{tmp_path / 'nothing.pt'}", trusted=True)


def test_a_checkpoint_of_tensors_is_no_program(tmp_path):
    torch.save({"weight": torch.ones(2)}, tmp_path / "x.pt")
    (tmp_path / "y.pt").write_bytes(b"no archive")
    for name in ("x.pt", "y.pt"):
        with pytest.raises(CutisError, match="is not a TorchScript program"):
            load_torchscript(f"sscd@{tmp_path / name}", trusted=True)


def test_a_damaged_program_is_refused(program, tmp_path):
    import zipfile

    with zipfile.ZipFile(tmp_path / "z.pt", "w") as archive:
        archive.writestr("z/code/nothing.py", "")
    with pytest.raises(CutisError, match="cannot be opened"):
        load_torchscript(f"sscd@{tmp_path / 'z.pt'}", trusted=True)


@pytest.mark.parametrize("module", [Shape(), Fails()], ids=["no table", "fails"])
def test_a_program_that_makes_no_features_is_refused(module, tmp_path):
    path = save(module, tmp_path / "other.torchscript.pt")
    with pytest.raises(CutisError, match="does not turn pictures"):
        load_torchscript(f"sscd@{path}", trusted=True, device="cpu")


def test_only_this_name_asks_for_a_program():
    assert is_torchscript_name(" sscd@x ")
    assert is_torchscript_name("sscd")
    assert not is_torchscript_name("dermlip-panderm@/x/sscd.pt")
