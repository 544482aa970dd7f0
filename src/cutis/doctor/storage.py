"""What lies on the disk and what may be fetched: cache, bundled model, offline state."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from cutis.doctor.check import Check
from cutis.files import sha256_file

GIB = 2**30
BUNDLED_MODEL = "cutis-tiny"


def check_cache(folder: Path) -> Check:
    """Check that the feature cache can be written and has room."""
    existing = next(p for p in (folder, *folder.parents) if p.exists())
    try:
        writable = existing.is_dir() and os.access(existing, os.W_OK | os.X_OK)
        free = shutil.disk_usage(existing).free
    except OSError as error:
        return Check("feature cache", "FAIL", f"{folder}: {error}", "set CUTIS_CACHE to a folder")
    if not writable:
        found = f"{folder} cannot be written"
        return Check("feature cache", "FAIL", found, "set CUTIS_CACHE to a folder you can write to")
    found = f"{folder}, {free / GIB:.1f} GiB free"
    if free < 0.1 * GIB:
        return Check("feature cache", "FAIL", found, "free some space, or set CUTIS_CACHE")
    if free < 2 * GIB:
        return Check(
            "feature cache", "WARN", found, "100,000 images take about 0.2 GiB; free some space"
        )
    return Check("feature cache", "PASS", found)


def check_bundled_model(folder: Path | None = None, expected: str | None = None) -> Check:
    """Check that the bundled model's weights are there and are the ones its card names.

    Parameters
    ----------
    folder
        Checkpoint directory [the one inside the package].
    expected
        SHA-256 of ``model.safetensors`` [from the model's card].
    """
    name, fix = f"model {BUNDLED_MODEL}", "reinstall cutis: pip install --force-reinstall cutis"
    if folder is None:
        folder = Path(__file__).parent.parent / "models" / "weights" / BUNDLED_MODEL
    weights = folder / "model.safetensors"
    if not weights.is_file():
        return Check(name, "FAIL", "its weights are missing from the package", fix)
    if expected is None:
        from cutis.models import get_card

        expected = get_card(BUNDLED_MODEL).sha256
    if expected != sha256_file(weights):
        return Check(name, "FAIL", "its weights are not the ones its card names", fix)
    size = weights.stat().st_size / 1e6
    return Check(name, "PASS", f"{size:.1f} MB inside the package, hash as on its card")


def check_offline(environment: Mapping[str, str]) -> Check:
    """Say what may be fetched, from the settings alone."""
    truths, lies = {"1", "true", "yes", "on"}, {"", "0", "false", "no", "off"}
    given = environment.get("HF_HUB_OFFLINE", "").strip()
    if given.lower() not in truths | lies:
        return Check(
            "network",
            "WARN",
            f"HF_HUB_OFFLINE={given} is not understood by the hub's library",
            "set it to 1 (never fetch) or 0",
        )
    if given.lower() in truths:
        return Check("network", "PASS", "offline (HF_HUB_OFFLINE): nothing is ever fetched")
    return Check(
        "network",
        "PASS",
        "used only for models named hf-hub:..., timm:... or open_clip:... that are not here yet; "
        "HF_HUB_OFFLINE=1 forbids it",
    )
