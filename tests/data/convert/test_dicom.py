"""DICOM: pixels come out right, and nothing else comes out."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import ExplicitVRLittleEndian, JPEGBaseline8Bit

from cutis.data import load_image
from cutis.data.convert import convert_dataset
from cutis.data.convert.dicom import _age
from cutis.errors import CutisError
from tests.data.convert import fakes
from tests.data.convert.fakes import bytes_below, column, converted, written

PHOTO, DERMOSCOPY = "1.2.840.10008.5.1.4.1.1.77.1.4", "1.2.840.10008.5.1.4.1.1.77.1.7"
SECRETS = ("Mustermann", "SECRET-ID", "19561224", "Klinik", "1.2.826.0.1", "remark")


def write(path: Path, pixels: np.ndarray, kind: str = "RGB", **tags: object) -> Path:
    """Write one image with everything that must not come out again."""
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = DERMOSCOPY
    meta.MediaStorageSOPInstanceUID = "1.2.826.0.1.3680043.8.498.1"
    entry = Dataset()
    entry.file_meta = meta
    entry.SOPClassUID, entry.SOPInstanceUID = DERMOSCOPY, "1.2.826.0.1.3680043.8.498.1"
    entry.PatientName, entry.PatientID = "Mustermann^Erika", "SECRET-ID-1"
    entry.PatientBirthDate, entry.StudyDate = "19561224", "20240229"
    entry.InstitutionName, entry.ImageComments = "Klinik am See", "a remark on Erika"
    entry.PatientAge, entry.PatientSex, entry.BodyPartExamined = "067Y", "F", "LOWER_LEG"
    colour = pixels.ndim >= 3 and pixels.shape[-1] == 3
    entry.Rows, entry.Columns = pixels.shape[-3:-1] if colour else pixels.shape[-2:]
    entry.SamplesPerPixel = 3 if colour else 1
    if colour:
        entry.PlanarConfiguration = 0
    entry.PhotometricInterpretation = kind
    entry.BitsAllocated = entry.BitsStored = 8 * pixels.dtype.itemsize
    entry.HighBit, entry.PixelRepresentation = entry.BitsStored - 1, 0
    entry.PixelData = pixels.tobytes()
    for tag, value in tags.items():
        if value is None:
            delattr(entry, tag)
        else:
            setattr(entry, tag, value)
    path.parent.mkdir(parents=True, exist_ok=True)
    entry.save_as(path, enforce_file_format=True)
    return path


def read(out: Path, row: int = 0) -> np.ndarray:
    name = column(out / "dicom.csv", "image")[row]
    return np.asarray(load_image(out / "images" / name))


def test_a_folder_of_patients(tmp_path: Path) -> None:
    source = tmp_path / "Mustermann Erika"
    write(source / "Mustermann_1.dcm", fakes.pixels(1))
    write(source / "study" / "IM0001", fakes.pixels(2), SOPClassUID=PHOTO, PatientAge="095Y",
          PatientID="SECRET-ID-2", PatientSex="M", BodyPartExamined="")  # fmt: skip
    write(source / "study" / "IM0002", fakes.pixels(3), PatientAge="018M", PatientSex="O")
    outcome = converted(source, tmp_path / "out")
    assert outcome.format == "dicom"
    assert written(tmp_path / "out" / "dicom.csv") == [
        {
            "image": "image-000001.png",
            "id": "image-000001",
            "patient_id": "patient-00001",
            "age": "67",
            "sex": "female",
            "site": "lower leg",
            "modality": "dermoscopy",
        },
        {
            "image": "image-000002.png",
            "id": "image-000002",
            "patient_id": "patient-00002",
            "age": "90",
            "sex": "male",
            "site": "",
            "modality": "clinical",
        },
        {
            "image": "image-000003.png",
            "id": "image-000003",
            "patient_id": "patient-00001",
            "age": "1",
            "sex": "o",
            "site": "lower leg",
            "modality": "dermoscopy",
        },
    ]
    for i in range(3):
        assert np.array_equal(read(tmp_path / "out", i), fakes.pixels(i + 1))


def test_nothing_that_identifies_comes_out(tmp_path: Path) -> None:
    source = tmp_path / "Mustermann Erika"
    write(source / "Mustermann_1.dcm", fakes.pixels(1))
    write(source / "Mustermann_2.dcm", fakes.pixels(1), BurnedInAnnotation="YES")
    write(source / "Mustermann_3.dcm", fakes.pixels(1), PixelData=b"short!")
    converted(source, tmp_path / "out")
    found = bytes_below(tmp_path / "out")
    assert set(found) == {
        "dicom.csv", "dataset.yaml", "missing.csv", "conversion.json", "images/image-000001.png",
    }  # fmt: skip
    for name, data in found.items():
        for secret in SECRETS:
            assert secret.encode() not in data, f"{secret} in {name}"
            assert secret not in name
    with Image.open(io.BytesIO(found["images/image-000001.png"])) as image:
        assert image.info == {}
    assert [row["reason"].split(",")[0] for row in written(tmp_path / "out" / "missing.csv")] == [
        "it says that there is writing in the pixels",
        "the file or its pixels cannot be read",
    ]
    assert column(tmp_path / "out" / "missing.csv", "image") == ["", ""]
    assert len(json.loads(found["conversion.json"])["identity"]["source"]) == 64


GREY8 = np.arange(64, dtype=np.uint8).reshape(8, 8)
GREY16 = (np.arange(64, dtype=np.uint16) * 1040).reshape(8, 8)
PIXELS = {
    "grey": (GREY8, "MONOCHROME2", {}, GREY8),
    "inverted": (GREY8, "MONOCHROME1", {}, 255 - GREY8),
    "16 bits": (GREY16, "MONOCHROME2", {}, np.rint(GREY16 * (255 / 65535)).astype(np.uint8)),
    "12 of 16 bits": (
        GREY16 % 4096,
        "MONOCHROME2",
        {"BitsStored": 12, "HighBit": 11},
        np.rint((GREY16 % 4096) * (255 / 4095)).astype(np.uint8),
    ),
}


@pytest.mark.parametrize("name", PIXELS)
def test_grey_pixels(tmp_path: Path, name: str) -> None:
    pixels, kind, tags, expected = PIXELS[name]
    write(tmp_path / "s" / "a.dcm", pixels, kind, **tags)
    converted(tmp_path / "s", tmp_path / "out")
    assert np.array_equal(read(tmp_path / "out")[..., 0], expected)


def test_colours_in_other_forms(tmp_path: Path) -> None:
    rgb = fakes.pixels(4)
    ybr = np.asarray(Image.fromarray(rgb).convert("YCbCr"))
    write(tmp_path / "s" / "a.dcm", ybr, "YBR_FULL")
    index = (np.arange(64) % 3).astype(np.uint8).reshape(8, 8)
    colours = {
        f"{name}PaletteColorLookupTableData": np.array([v, 0, 0], dtype=np.uint16).tobytes()
        for name, v in (("Red", 65535), ("Green", 0), ("Blue", 0))
    }
    shape = {
        f"{name}PaletteColorLookupTableDescriptor": [3, 0, 16] for name in ("Red", "Green", "Blue")
    }
    write(tmp_path / "s" / "b.dcm", index, "PALETTE COLOR", **colours, **shape)
    converted(tmp_path / "s", tmp_path / "out")
    assert np.abs(read(tmp_path / "out", 0).astype(int) - rgb).max() <= 3
    palette = read(tmp_path / "out", 1)
    assert palette[index == 0].tolist() == [[255, 0, 0]] * int((index == 0).sum())
    assert palette[index == 1].max() == 0


def test_a_compressed_image_loses_what_its_jpeg_says(tmp_path: Path) -> None:
    stream = io.BytesIO()
    smooth = Image.fromarray(fakes.pixels(5)).resize((32, 32))
    smooth.save(stream, format="JPEG", quality=95, comment=b"Mustermann", subsampling=0)
    path = write(tmp_path / "s" / "a.dcm", np.asarray(smooth), "YBR_FULL_422")
    entry = pydicom.dcmread(path)
    entry.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    entry.PixelData = encapsulate([stream.getvalue()])
    entry["PixelData"].is_undefined_length = True
    entry.save_as(path)
    converted(tmp_path / "s", tmp_path / "out")
    data = (tmp_path / "out" / "images" / "image-000001.png").read_bytes()
    assert b"Mustermann" not in data
    assert np.abs(read(tmp_path / "out").astype(int) - np.asarray(smooth)).mean() < 6


def test_frames_become_rows_of_one_patient(tmp_path: Path) -> None:
    frames = np.stack([fakes.pixels(i) for i in (1, 2)])
    write(tmp_path / "s" / "a.dcm", frames, NumberOfFrames=2)
    converted(tmp_path / "s", tmp_path / "out")
    assert column(tmp_path / "out" / "dicom.csv", "id") == [
        "image-000001-frame-001",
        "image-000001-frame-002",
    ]
    assert set(column(tmp_path / "out" / "dicom.csv", "patient_id")) == {"patient-00001"}
    assert np.array_equal(read(tmp_path / "out", 1), fakes.pixels(2))


def test_files_without_a_patient_or_pixels(tmp_path: Path) -> None:
    for i in (1, 2):
        write(tmp_path / "s" / f"{i}.dcm", fakes.pixels(i), PatientID=None, PatientName=None)
    write(tmp_path / "s" / "3.dcm", fakes.pixels(3), PixelData=None)
    (tmp_path / "s" / "notes.txt").write_text("not DICOM")
    converted(tmp_path / "s", tmp_path / "out")
    assert column(tmp_path / "out" / "dicom.csv", "patient_id") == [
        "patient-00001",
        "patient-00002",
    ]
    assert column(tmp_path / "out" / "missing.csv", "reason") == ["it holds no pixels"]


def test_a_coded_region_beats_the_body_part(tmp_path: Path) -> None:
    region = Dataset()
    region.CodeMeaning = "Skin of forearm"
    write(tmp_path / "s" / "1.dcm", fakes.pixels(1), AnatomicRegionSequence=[region])
    converted(tmp_path / "s", tmp_path / "out")
    assert column(tmp_path / "out" / "dicom.csv", "site") == ["skin of forearm"]


def test_ages() -> None:
    assert [_age(t) for t in ("045Y", "024M", "104W", "730D", "099Y", "45", "", "0x5Y")] == [
        "45", "2", "2", "2", "90", None, None, None,
    ]  # fmt: skip


def test_without_pydicom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "s" / "1.dcm", fakes.pixels(1))
    monkeypatch.setitem(sys.modules, "pydicom", None)
    with pytest.raises(CutisError, match="need pydicom") as raised:
        convert_dataset(tmp_path / "s", tmp_path / "out")
    assert raised.value.fix == "pip install 'cutis[dicom]'"


def test_a_folder_without_dicom(tmp_path: Path) -> None:
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "a.dcm").write_bytes(b"short")
    with pytest.raises(CutisError, match="holds no DICOM file"):
        convert_dataset(tmp_path / "s", tmp_path / "out", "dicom")
