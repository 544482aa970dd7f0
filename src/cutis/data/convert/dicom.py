"""DICOM photographs and dermoscopy: pixels as PNG, and nothing that tells who the patient is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cutis.data.convert.extracting import Extractor
from cutis.data.convert.format import About, Converted, Format
from cutis.data.convert.source import Source
from cutis.data.harmonise import sex
from cutis.errors import CutisError
from cutis.progress import Progress

if TYPE_CHECKING:
    from pydicom.dataset import Dataset as Dicom

_DERMOSCOPY = "1.2.840.10008.5.1.4.1.1.77.1.7"  # Dermoscopic Photography Image Storage
_OLDEST = 90  # an age above 89 tells more than it should
_GREY = ("MONOCHROME1", "MONOCHROME2")
_LARGEST = 89_478_485


def _has_mark(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            stream.seek(128)
            return stream.read(4) == b"DICM"
    except OSError:
        return False


def _files(source: Source) -> list[str]:
    named = ("", ".dcm", ".dicom", ".ima")
    return [
        f for f in source.files
        if Path(f).suffix.casefold() in named or f.rpartition(".")[2].isdigit()
    ]  # fmt: skip


def recognise(source: Source) -> bool:
    """Tell whether one of the first files carries the mark of DICOM."""
    return any(_has_mark(source.root / file) for file in _files(source)[:20])


def extract(source: Source, images: Extractor) -> Converted:
    """Write every frame as PNG under a number and keep age, sex, site, kind of image.

    Patients and images get numbers in the order of the files; names of files and folders, dates,
    identifiers and free text are not written. Images that say there is writing burned into the
    pixels are left out. An age above 89 becomes 90.

    Raises
    ------
    CutisError
        If pydicom is not installed, or the folder holds no DICOM file.
    """
    import pandas as pd

    pydicom = _pydicom()
    files = [f for f in _files(source) if _has_mark(source.root / f)]
    if not files:
        raise CutisError(
            f"{source.path} holds no DICOM file.",
            allowed="Files are told by the letters DICM behind their first 128 bytes.",
            fix="give the folder above the .dcm files",
        )
    patients: dict[str, str] = {}
    rows: list[dict[str, str | None]] = []
    lost: list[tuple[str, str, str, str, str]] = []
    with Progress(len(files), "Extracting", "files") as progress:
        for number, file in enumerate(files, start=1):
            try:
                entry = pydicom.dcmread(source.root / file)
                why = _reason_to_leave_out(entry)
                frames = _frames(entry) if why is None else []
            except (pydicom.errors.InvalidDicomError, *_UNREADABLE):
                frames, why = [], "the file or its pixels cannot be read"
            if why is not None:
                lost.append(("", str(number), f"image-{number:06d}", "", why))
            elif frames:
                rows += _rows(entry, number, frames, _patient(entry, number, patients), images)
            progress.advance()
    columns = ["image", "id", "patient_id", "age", "sex", "site", "modality"]
    about = About("DICOM images", notes="Patients and images were numbered anew.")
    return Converted(pd.DataFrame(rows, columns=columns, dtype=object), lost=tuple(lost),
                     about=about)  # fmt: skip


# What damaged files and missing decoders make pydicom raise.
_UNREADABLE = (
    OSError, EOFError, ValueError, AttributeError, KeyError, TypeError, IndexError, RuntimeError,
)  # fmt: skip


def _pydicom() -> Any:
    try:
        import pydicom
    except ImportError:
        raise CutisError(
            "DICOM files need pydicom, which is not installed.",
            fix="pip install 'cutis[dicom]'",
        ) from None
    return pydicom


def _reason_to_leave_out(entry: Dicom) -> str | None:
    if "PixelData" not in entry:
        return "it holds no pixels"
    if str(entry.get("BurnedInAnnotation", "")).upper() == "YES":
        return "it says that there is writing in the pixels, which may tell who the patient is"
    samples = int(entry.get("SamplesPerPixel", 1))
    if samples not in (1, 3) or int(entry.Rows) * int(entry.Columns) > _LARGEST:
        return f"it has {samples} samples per pixel and {entry.Rows} x {entry.Columns} pixels"
    return None


def _frames(entry: Dicom) -> list[np.ndarray]:
    """Return every frame as uint8, height x width x 3, or height x width for grey."""
    from pydicom.pixels.processing import apply_color_lut
    from pydicom.pixels.utils import pixel_array

    kind = str(entry.PhotometricInterpretation)
    pixels = np.asarray(pixel_array(entry))  # YBR comes out as RGB
    if kind == "PALETTE COLOR":
        pixels = np.asarray(apply_color_lut(pixels, entry))
    colour = pixels.shape[-1] == 3 and (int(entry.get("SamplesPerPixel", 1)) == 3
                                        or kind == "PALETTE COLOR")  # fmt: skip
    several = pixels.ndim == (4 if colour else 3)
    eight = _eight_bit(pixels, entry, kind)
    return list(eight) if several else [eight]


def _eight_bit(pixels: np.ndarray, entry: Dicom, kind: str) -> np.ndarray:
    if pixels.dtype == np.uint8 and int(entry.get("BitsStored", 8)) == 8:
        full = pixels
    elif kind == "PALETTE COLOR":
        top = 65535.0 if pixels.dtype == np.uint16 else 255.0
        full = np.rint(pixels.astype(np.float64) * (255.0 / top)).astype(np.uint8)
    else:
        bits = int(entry.get("BitsStored", 8))
        low = -(2 ** (bits - 1)) if int(entry.get("PixelRepresentation", 0)) else 0
        scaled = (pixels.astype(np.float64) - low) * (255.0 / (2**bits - 1))
        full = np.clip(np.rint(scaled), 0, 255).astype(np.uint8)
    return 255 - full if kind == "MONOCHROME1" else full


def _patient(entry: Dicom, number: int, known: dict[str, str]) -> str:
    """Return the patient's number; a file without a patient is a patient of its own."""
    own = str(entry.get("PatientID", "") or entry.get("PatientName", "") or f"only {number}")
    return known.setdefault(own, f"patient-{len(known) + 1:05d}")


def _rows(
    entry: Dicom, number: int, frames: Sequence[np.ndarray], patient: str, images: Extractor
) -> list[dict[str, str | None]]:
    rows = []
    for k, frame in enumerate(frames, start=1):
        name = f"image-{number:06d}" + (f"-frame-{k:03d}" if len(frames) > 1 else "")
        rows.append(
            {
                "image": images.encoded(name, frame),
                "id": name,
                "patient_id": patient,
                "age": _age(str(entry.get("PatientAge", "") or "")),
                "sex": sex(str(entry.get("PatientSex", "") or "unknown")),
                "site": _site(entry),
                "modality": _modality(entry),
            }
        )
    return rows


def _age(text: str) -> str | None:
    """Return years from DICOM's age, such as 045Y or 018M."""
    if len(text) != 4 or not text[:3].isdigit():
        return None
    per_year = {"Y": 1, "M": 12, "W": 52, "D": 365}.get(text[3].upper())
    return str(min(int(text[:3]) // per_year, _OLDEST)) if per_year else None


def _site(entry: Dicom) -> str | None:
    """Return the body part by its coded name; free text is not taken."""
    regions = entry.get("AnatomicRegionSequence") or []
    coded = str(regions[0].get("CodeMeaning", "")) if len(regions) else ""
    part = str(entry.get("BodyPartExamined", "") or "")
    return (coded or part).replace("_", " ").casefold().strip() or None


def _modality(entry: Dicom) -> str:
    dermoscopic = entry.get("SOPClassUID") == _DERMOSCOPY or entry.get("Modality") == "DMS"
    return "dermoscopy" if dermoscopic else "clinical"


FORMAT = Format(
    name="dicom",
    expects="DICOM photographs or dermoscopy in any folders (needs `pip install 'cutis[dicom]'`)",
    makes="PNG images and patients under new numbers, age (at most 90), sex, site, modality; one "
    "row per frame; no names, dates, identifiers or file names",
    recognise=recognise,
    extract=extract,
    generic=True,
    private=True,
)
