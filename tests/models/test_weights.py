"""Reading checkpoint files: every wrapping, every kind of damage, no code ever run."""

from __future__ import annotations

import argparse
import io
import pickle
import zipfile
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from cutis.errors import CutisError
from cutis.models.weights import read_state_dict, unwrap
from tests.models.small import training_checkpoint

STATE = {"a.weight": torch.arange(6.0).reshape(2, 3), "logit_scale": torch.tensor(2.5)}


def same(state: dict[str, torch.Tensor]) -> bool:
    return set(state) == set(STATE) and all(torch.equal(state[k], STATE[k]) for k in STATE)


@pytest.mark.parametrize("suffix", [".pt", ".pth", ".bin", ".ckpt"])
def test_a_bare_state_dict(tmp_path: Path, suffix: str):
    path = tmp_path / f"w{suffix}"
    torch.save(STATE, path)
    assert same(read_state_dict(path))


def test_the_old_file_format(tmp_path: Path):
    torch.save(STATE, tmp_path / "w.pt", _use_new_zipfile_serialization=False)
    assert same(read_state_dict(tmp_path / "w.pt"))


def test_safetensors(tmp_path: Path):
    save_file(STATE, tmp_path / "w.safetensors")
    assert same(read_state_dict(tmp_path / "w.safetensors"))


@pytest.mark.parametrize("wrapper", ["state_dict", "model", "model_state_dict", "module"])
@pytest.mark.parametrize("prefix", ["", "module.", "_orig_mod.", "module._orig_mod."])
def test_wrappers_and_prefixes_are_removed(wrapper: str, prefix: str):
    inner = {prefix + name: value for name, value in STATE.items()}
    assert same(unwrap({"epoch": 3, wrapper: inner}, Path("w.pt")))
    assert same(unwrap({wrapper: {"state_dict": inner}}, Path("w.pt")))


def test_a_prefix_of_only_some_names_stays():
    mixed = {"module.a": torch.ones(2), "b": torch.ones(2)}
    assert set(unwrap(mixed, Path("w.pt"))) == {"module.a", "b"}


def test_a_training_checkpoint_with_arguments_and_numbers(tmp_path: Path):
    assert same(read_state_dict(training_checkpoint(tmp_path / "epoch_7.pt", STATE)))


def test_nothing_is_dropped_here():
    """Only a layout knows what may be left out, and says so."""
    state = {**STATE, "text.transformer.embeddings.position_ids": torch.arange(512)[None]}
    assert set(unwrap(state, Path("w.pt"))) == set(state)


@pytest.mark.parametrize("wrapper", ["state_dict", "model", "module", "teacher"])
def test_a_stray_tensor_beside_a_wrapped_state_is_not_taken_for_it(wrapper: str):
    whole = {"rng": torch.zeros(5, dtype=torch.uint8), "epoch": 3, wrapper: {"model": STATE}}
    assert same(unwrap(whole, Path("w.pt")))


class Bomb:
    """What a malicious file would hold."""

    def __init__(self, flag: Path) -> None:
        self.flag = flag

    def __reduce__(self):
        return (Path.touch, (self.flag,))


@pytest.mark.parametrize("new_format", [True, False], ids=["zip", "old"])
@pytest.mark.parametrize("hidden", ["extra", "whole"])
def test_a_pickle_with_code_is_refused_and_not_run(tmp_path: Path, hidden: str, new_format: bool):
    flag, path = tmp_path / "ran", tmp_path / "w.pt"
    bomb = Bomb(flag)
    torch.save(
        {**STATE, "extra": bomb} if hidden == "extra" else bomb,
        path,
        _use_new_zipfile_serialization=new_format,
    )
    with pytest.raises(CutisError, match="holds code") as raised:
        read_state_dict(path)
    assert not flag.exists()
    assert "safetensors" in str(raised.value)


def test_a_plain_pickle_with_code_is_refused_and_not_run(tmp_path: Path):
    flag, path = tmp_path / "ran", tmp_path / "w.pth"
    path.write_bytes(pickle.dumps(Bomb(flag)))
    with pytest.raises(CutisError):
        read_state_dict(path)
    assert not flag.exists()


def test_a_whole_module_is_refused(tmp_path: Path):
    torch.save(torch.nn.Linear(2, 2), tmp_path / "w.pt")
    with pytest.raises(CutisError, match=r"holds code.*torch\.nn"):
        read_state_dict(tmp_path / "w.pt")


def test_a_torchscript_program_is_refused(tmp_path: Path):
    torch.jit.save(torch.jit.trace(torch.nn.Linear(2, 2), torch.ones(1, 2)), tmp_path / "w.pt")
    with pytest.raises(CutisError, match="TorchScript"):
        read_state_dict(tmp_path / "w.pt")


@pytest.mark.parametrize("suffix", [".pt", ".safetensors"])
@pytest.mark.parametrize("part", [0.02, 0.5, 0.97])
def test_a_truncated_file_is_named(tmp_path: Path, suffix: str, part: float):
    whole, cut = tmp_path / f"whole{suffix}", tmp_path / f"cut{suffix}"
    state = {"a": torch.randn(200, 30), "b": torch.randn(50)}
    if suffix == ".pt":
        torch.save(state, whole)
    else:
        save_file(state, whole)
    content = whole.read_bytes()
    cut.write_bytes(content[: int(len(content) * part)])
    with pytest.raises(CutisError, match="truncated") as raised:
        read_state_dict(cut)
    assert str(cut) in str(raised.value)


@pytest.mark.parametrize("suffix", [".pt", ".safetensors"])
@pytest.mark.parametrize(
    "content",
    [b"<!DOCTYPE html><html>Not found</html>", b"\x00" * 100, b"hello", b"PK\x03\x04 not a zip"],
    ids=["html", "zeros", "text", "zip"],
)
def test_something_else_is_not_a_checkpoint(tmp_path: Path, suffix: str, content: bytes):
    path = tmp_path / f"w{suffix}"
    path.write_bytes(content)
    with pytest.raises(CutisError, match="not a checkpoint"):
        read_state_dict(path)


def test_a_zip_that_is_no_checkpoint(tmp_path: Path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("photo.jpg", "x")
    (tmp_path / "w.pt").write_bytes(buffer.getvalue())
    with pytest.raises(CutisError, match="not a checkpoint"):
        read_state_dict(tmp_path / "w.pt")


def test_an_empty_file(tmp_path: Path):
    (tmp_path / "w.pt").touch()
    with pytest.raises(CutisError, match="is empty"):
        read_state_dict(tmp_path / "w.pt")


def test_a_large_file_pointer(tmp_path: Path):
    (tmp_path / "w.safetensors").write_text("version https://git-lfs.github.com/spec/v1\noid x\n")
    with pytest.raises(CutisError, match="git lfs pull"):
        read_state_dict(tmp_path / "w.safetensors")


def test_a_missing_file_and_a_folder(tmp_path: Path):
    with pytest.raises(CutisError, match="no checkpoint file"):
        read_state_dict(tmp_path / "none.pt")
    with pytest.raises(CutisError, match="local-dir:"):
        read_state_dict(tmp_path)


@pytest.mark.parametrize(
    "content",
    [{"epoch": 3}, {"state_dict": {}}, [1, 2], {}, argparse.Namespace(a=1)],
    ids=["no weights", "empty", "list", "nothing", "arguments"],
)
def test_a_checkpoint_without_weights(tmp_path: Path, content: object):
    torch.save(content, tmp_path / "w.pt")
    with pytest.raises(CutisError, match="holds no weights"):
        read_state_dict(tmp_path / "w.pt")
