"""What the tests against the published code's own numbers share."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import numpy as np
import torch
from PIL import Image


def position_table(width: int = 768, grid: int = 14) -> np.ndarray:
    """Fixed sine and cosine table of the CAE towers: rows, then columns; class token zero."""
    waves = 10000.0 ** (-np.arange(width // 4) / (width // 4))
    rows, columns = np.divmod(np.arange(grid * grid), grid)
    row, column = np.outer(rows, waves), np.outer(columns, waves)
    table = np.concatenate([np.sin(row), np.cos(row), np.sin(column), np.cos(column)], axis=1)
    return np.concatenate([np.zeros((1, width)), table])[None].astype(np.float32)


def fill_rule(shared: Path) -> ModuleType:
    """Import the rule that makes weights from tensor names and shapes."""
    spec = importlib.util.spec_from_file_location("rule", shared / "parity" / "rule.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def filled(
    rule: ModuleType, keys: Path, kept: dict[str, np.ndarray], start: str = ""
) -> dict[str, torch.Tensor]:
    """Make the state dict of a case from its list of names and shapes.

    ``kept`` gives, by the end of a name, the tensors that the rule leaves alone.
    """
    state = {}
    for name, shape in json.loads(keys.read_text()).items():
        end = next((end for end in kept if name.endswith(end)), None)
        value = kept[end] if end else rule.value(name, shape)
        state[start + name] = torch.from_numpy(np.asarray(value))
    return state


def make_loud(rule: ModuleType, module: torch.nn.Module, start: str = "") -> None:
    """Refill, in place, the parameters that the loud variant of the rule enlarges."""
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            if rule.loud_scale(name) != 0.02:
                loud = rule.value(start + name, parameter.shape, rule.loud_scale(name))
                parameter.copy_(torch.from_numpy(loud))


def case_images(shared: Path, case: str, count: int) -> list[Image.Image]:
    """Open the first images of a case."""
    names = json.loads((shared / case / "inputs.json").read_text())["images"][:count]
    paths = {path.name: path for path in (shared / "data/ham10000_fullsize").rglob("*.jpg")}
    return [Image.open(paths[Path(name).name]).convert("RGB") for name in names]
