"""Small reader studies with known structure."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

CLASSES = ["keratosis", "melanoma", "nevus"]


def study_frame(
    seed: int = 0, n_readers: int = 6, n_cases: int = 40, follow: float = 0.5
) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Readings without and with a model's advice, the truth and the model's probabilities."""
    frame, truth, probs = _simulated(seed, n_readers, n_cases, follow)
    return frame.copy(), truth.copy(), probs.copy()


@cache
def _simulated(
    seed: int, n_readers: int, n_cases: int, follow: float
) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    truth = np.arange(n_cases) % 3
    probs = np.array([generator.dirichlet(np.where(np.arange(3) == t, 5, 1)) for t in truth])
    advice = probs.argmax(axis=1)
    rows = []
    for j in range(n_readers):
        for i in range(n_cases):
            first = truth[i] if generator.random() < 0.45 + 0.05 * j else generator.integers(0, 3)
            second = advice[i] if generator.random() < follow else first
            for arm, answer in (("unaided", first), ("aided", second)):
                rows.append(
                    {
                        "reader": f"R{j + 1}",
                        "case": f"c{i}",
                        "arm": arm,
                        "answer": CLASSES[answer],
                        "truth": CLASSES[truth[i]],
                        "confidence": int(generator.integers(1, 6)),
                        "time": round(float(generator.gamma(3, 5)), 1),
                        "lesion_id": f"L{i // 2}",
                        "experience": "expert" if j >= 3 else "resident",
                    }
                )
    return pd.DataFrame(rows), truth, probs


@pytest.fixture
def study(tmp_path: Path) -> Callable[..., Path]:
    """Write a long table; ``edit`` may change the frame first."""

    def write(edit=lambda frame: frame, name: str = "study.csv", **options: object) -> Path:
        frame = edit(study_frame(**options)[0])
        frame.to_csv(tmp_path / name, index=False)
        return tmp_path / name

    return write


@pytest.fixture
def predictions(tmp_path: Path) -> Callable[..., Path]:
    """Write the model's predictions in the published layout."""

    def write(edit=lambda frame: frame, name: str = "pred.csv", **options: object) -> Path:
        _, truth, probs = study_frame(**options)
        frame = pd.DataFrame(
            {
                "image_path": [f"images/c{i}.jpg" for i in range(len(truth))],
                "true_label": truth,
                "predicted_label": probs.argmax(axis=1),
                **{f"probability_class_{k}": probs[:, k] for k in range(3)},
            }
        )
        edit(frame).to_csv(tmp_path / name, index=False)
        return tmp_path / name

    return write


def write_book(path: Path, sheets: dict[str, list[list[object]]]) -> Path:
    """Write an Excel workbook with inline text, as small as one can be."""
    import zipfile

    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    link = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    names, links = [], []
    with zipfile.ZipFile(path, "w") as book:
        for i, (name, rows) in enumerate(sheets.items(), 1):
            cells = "".join(
                "<row>"
                + "".join(
                    f"<c><v>{v}</v></c>"
                    if isinstance(v, int | float)
                    else f'<c t="inlineStr"><is><t>{v}</t></is></c>'
                    for v in row
                )
                + "</row>"
                for row in rows
            )
            book.writestr(
                f"xl/worksheets/sheet{i}.xml",
                f'<worksheet xmlns="{main}"><sheetData>{cells}</sheetData></worksheet>',
            )
            names.append(f'<sheet name="{name}" sheetId="{i}" r:id="rId{i}"/>')
            links.append(f'<Relationship Id="rId{i}" Target="worksheets/sheet{i}.xml"/>')
        book.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{main}" xmlns:r="{link}"><sheets>'
            + "".join(names)
            + "</sheets></workbook>",
        )
        book.writestr(
            "xl/_rels/workbook.xml.rels",
            "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>"
            + "".join(links)
            + "</Relationships>",
        )
    return path
