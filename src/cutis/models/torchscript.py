"""Copy-detection networks published as TorchScript programs, run only when the user says so.

A TorchScript archive is a program, not a list of tensors: loading it cannot be made harmless the
way ``weights_only`` makes checkpoints harmless. So nothing else in cutis opens one, and here the
caller has to vouch for the file.
"""

from __future__ import annotations

import warnings
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cutis.errors import CutisError
from cutis.files import sha256_file
from cutis.models.cards import ModelCard
from cutis.models.load import choose_device
from cutis.models.model import Model
from cutis.models.names import expanded
from cutis.models.preprocessing import IMAGENET_MEAN, IMAGENET_STD, Preprocessing
from cutis.models.towers import Towers

if TYPE_CHECKING:
    import torch

NAME = "sscd"
FLAG = "--trust-torchscript"
REVISION = 1
SIDE = 320
CARD = ModelCard(
    name=NAME,
    title="SSCD (copy detection)",
    summary="Self-supervised copy detection, for finding copies of images",
    family="vision",
    dim=512,
    licence="MIT",
    citation="Pizzi et al. A Self-Supervised Descriptor for Image Copy Detection. CVPR 2022, "
    "arXiv 2202.10261.",
    url="https://arxiv.org/abs/2202.10261",
    preprocessing=Preprocessing(
        size=(SIDE, SIDE),
        resize_mode="squash",
        interpolation="bilinear",
        mean=IMAGENET_MEAN,
        std=IMAGENET_STD,
    ),
    intended_use="Finding copies of images; its features are no diagnosis.",
)


def is_torchscript_name(name: str) -> bool:
    """Tell whether a model's name asks for a TorchScript file.

    Examples
    --------
    >>> is_torchscript_name("sscd@/models/sscd_disc_mixup.torchscript.pt")
    True
    >>> is_torchscript_name("dinov2-small")
    False
    """
    return name.strip().partition("@")[0] == NAME


def load_torchscript(name: str, trusted: bool, device: str = "auto") -> Model:
    """Load ``sscd@FILE``: 320 by 320 pixels without regard to the aspect, ImageNet's mean.

    Parameters
    ----------
    name
        ``sscd@/path/to/file``.
    trusted
        Whether the user vouches for the program in the file.
    device
        ``auto``, ``cpu``, ``cuda`` or ``mps``.

    Raises
    ------
    CutisError
        If there is no file, it is no such program, it does not turn pictures into features, or
        the user did not vouch for it.
    """
    path = _path(name)
    if not trusted:
        raise CutisError(
            f"{path} is a TorchScript program: opening it runs the code inside it.",
            allowed="It is run only if you trust where it comes from and say so.",
            fix=f"compare its checksum with its publisher's, then add {FLAG}",
        )
    place = choose_device(device)
    program = _program(path, place)
    return Model(
        name=name,
        card=CARD,
        weights_sha256=sha256_file(path),
        layout="torchscript",
        adapter_revision=REVISION,
        preprocessing=CARD.preprocessing or Preprocessing(),
        device=place,
        precision="fp32",
        towers=Towers(
            module=program,
            image=program,
            text=None,
            dim=_length(program, path, place),
            image_size=(SIDE, SIDE),
            pooling="the program's output",
        ),
    )


def _path(name: str) -> Path:
    _, _, file = name.strip().partition("@")
    if not file:
        raise CutisError(
            "The model 'sscd' needs its file, which cutis does not ship.",
            allowed="It is published as sscd_disc_mixup.torchscript.pt.",
            fix=f"--model sscd@/path/to/sscd_disc_mixup.torchscript.pt {FLAG}",
        )
    path = expanded(file)
    if not path.is_file():
        raise CutisError(f"There is no file {path}.", fix="correct the path after 'sscd@'")
    if not zipfile.is_zipfile(path) or not _holds_program(path):
        raise CutisError(
            f"{path} is not a TorchScript program.",
            allowed="The published file of this model ends in .torchscript.pt.",
            fix="download it again; a checkpoint of tensors is named CARD@/path/to/file",
        )
    return path


def _holds_program(path: Path) -> bool:
    with zipfile.ZipFile(path) as archive:
        return any("/code/" in name for name in archive.namelist())


def _program(path: Path, device: str) -> Any:
    import torch

    load: Any = torch.jit.load
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch announces that it will drop this format
            return load(str(path), map_location=device).eval()
    except (RuntimeError, ValueError) as error:
        raise CutisError(
            f"{path} cannot be opened: {str(error).strip().splitlines()[0][:160]}.",
            fix="download the file again and compare its size",
        ) from None


def _length(program: Any, path: Path, device: str) -> int:
    """Return the length of a feature, from one grey picture."""
    import torch

    grey: torch.Tensor = torch.zeros(1, 3, SIDE, SIDE, device=device)
    try:
        with torch.inference_mode():
            values = program(grey)
    except RuntimeError as error:
        values, said = None, str(error).strip().splitlines()[-1][:160]
    else:
        said = "it gives no table of features"
    if not isinstance(values, torch.Tensor) or values.ndim != 2 or len(values) != 1:
        raise CutisError(
            f"{path} does not turn pictures of {SIDE} by {SIDE} pixels into features: {said}.",
            fix="give the program that its publisher names for copy detection",
        )
    return int(values.shape[1])
