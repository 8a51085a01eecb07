"""What an image file is, as printed: from its header, without the patient's identity."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from dicom_files import dicom_dataset
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.uid import JPEGLosslessSV1

from cxrviewer.cli.main import main

CANARY = "Kanarienvogel"
Info = Callable[..., str]


@pytest.fixture
def info(capsys: pytest.CaptureFixture[str]) -> Info:
    def run(path: Path, *options: str) -> str:
        assert main(["info", str(path), *options]) == 0
        printed = capsys.readouterr()
        assert printed.err == ""
        return printed.out

    return run


@pytest.fixture
def chest(tmp_path: Path) -> Path:
    """A file with a name in every field that may hold one, and where it does not belong."""
    dataset = dicom_dataset(np.zeros((40, 60), np.uint16))
    dataset.PatientName = f"{CANARY}^Zita"
    dataset.PatientID = f"{CANARY}1"
    dataset.PatientBirthDate = "19590312"
    dataset.AccessionNumber = f"{CANARY}2"
    dataset.StudyID = f"{CANARY}3"
    dataset.InstitutionName = f"{CANARY} hospital"
    dataset.ReferringPhysicianName = f"{CANARY}^Doctor"
    dataset.OperatorsName = f"{CANARY}^Operator"
    dataset.StationName = f"{CANARY}4"
    dataset.StudyDescription = f"thorax of {CANARY.upper()}"
    dataset.Modality = "DX"
    dataset.BodyPartExamined = "CHEST"
    dataset.ViewPosition = "PA"
    dataset.PatientSex, dataset.PatientAge = "F", "045Y"
    dataset.PatientOrientation = ["L", "F"]
    dataset.ImagerPixelSpacing = [0.14, 0.14]
    dataset.BitsStored, dataset.HighBit = 12, 11
    dataset.WindowCenter, dataset.WindowWidth = [2000, 1000], [4000, 800]
    dataset.WindowCenterWidthExplanation = ["NORMAL", f"for {CANARY}"]
    dataset.BurnedInAnnotation = "YES"
    path = tmp_path / "chest.dcm"
    dataset.save_as(path, enforce_file_format=True)
    return path


def test_the_file_is_told_in_words(info: Info, chest: Path) -> None:
    text = info(chest)
    for words in (
        "DICOM",
        "60 × 40 pixels",
        "12 of 16 bits",
        "MONOCHROME2",
        "NORMAL: W 4000  C 2000",
        "0.14 mm at the detector",
        "R left, H top, L right, F bottom",
        "Explicit VR Little Endian",
        "Computed Radiography Image Storage",
        "burned-in annotation",
        "CHEST",
        "045Y",
    ):
        assert " ".join(words.split()) in " ".join(text.split()), words


def test_json_has_numbers(info: Info, chest: Path) -> None:
    told = json.loads(info(chest, "--json"))
    assert (told["rows"], told["columns"], told["frames"]) == (40, 60, 1)
    assert told["presets"][0] == {
        "number": 1,
        "name": "NORMAL",
        "center": 2000.0,
        "width": 4000.0,
        "function": "LINEAR",
    }
    assert told["spacing"] == {
        "row": 0.14,
        "column": 0.14,
        "unit": "mm at the detector",
        "meaning": "larger than in the patient",
    }
    assert told["sides"] == {"left": "R", "top": "H", "right": "L", "bottom": "F"}
    assert told["badges"] == ["burned-in annotation"]
    assert told["modality"] == "DX"


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_the_patient_is_not_told_unless_asked_for(info: Info, chest: Path, options: tuple[str, ...]) -> None:
    assert CANARY.lower() not in info(chest, *options).lower()
    asked = info(chest, "--identity", *options)
    for text in (f"{CANARY}, Zita", f"{CANARY}1", f"{CANARY}2", "1959-03-12", f"{CANARY} hospital"):
        assert text in asked, text
    assert "1959" not in info(chest, *options)


def test_pixels_are_not_decoded(info: Info, tmp_path: Path) -> None:
    dataset = dicom_dataset(np.zeros((40, 60), np.uint16), JPEGLosslessSV1)
    dataset.PixelData = (
        b"\xfe\xff\x00\xe0\x00\x00\x00\x00\xfe\xff\x00\xe0\x04\x00\x00\x00junk\xfe\xff\xdd\xe0\0\0\0\0"
    )
    dataset["PixelData"].VR = "OB"
    path = tmp_path / "undecodable.dcm"
    dataset.save_as(path, enforce_file_format=True)
    assert "JPEG Lossless" in info(path)


def test_tables_planes_shutter_and_frames_are_told(info: Info, tmp_path: Path) -> None:
    dataset = dicom_dataset(np.zeros((40, 60), np.uint8))
    table = Dataset()
    table.LUTDescriptor = [256, 0, 16]
    table.LUTExplanation = "STEEP"
    table.add_new("LUTData", "US", list(range(256)))
    dataset.VOILUTSequence = [table]
    dataset.ShutterShape = "RECTANGULAR"
    dataset.ShutterLeftVerticalEdge, dataset.ShutterRightVerticalEdge = 2, 50
    dataset.ShutterUpperHorizontalEdge, dataset.ShutterLowerHorizontalEdge = 2, 30
    dataset.PixelData = bytes(40 * 60 * 3)
    dataset.NumberOfFrames = 3
    for element, vr, value in (
        (0x0010, "US", 40),
        (0x0011, "US", 60),
        (0x0040, "CS", "G"),
        (0x0050, "SS", [1, 1]),
        (0x0100, "US", 1),
        (0x0102, "US", 0),
        (0x3000, "OW", b"\xff" * 300),
    ):
        dataset.add_new((0x6000, element), vr, value)
    path = tmp_path / "frames.dcm"
    dataset.save_as(path, enforce_file_format=True)
    told = json.loads(info(path, "--json"))
    assert told["presets"] == [
        {"number": 1, "name": "STEEP", "first_mapped": 0, "entries": 256, "output_bits": 16}
    ]
    assert (told["overlay_planes"], told["shutter"], told["frames"]) == (1, "rectangular", 3)
    assert told["spacing"] is None
    assert "px (the file does not say)" in info(path)


@pytest.mark.parametrize(
    ("name", "pixels", "bits", "photometric"),
    [
        ("gray.png", np.zeros((40, 60), np.uint16), "16 bits", "grayscale"),
        ("color.png", np.zeros((40, 60, 3), np.uint8), "3 × 8 bits", "RGB"),
        ("gray.tif", np.zeros((40, 60), np.uint16), "16 bits", "grayscale"),
        ("gray.jpg", np.zeros((40, 60), np.uint8), "8 bits", "grayscale"),
        ("gray.bmp", np.zeros((40, 60, 3), np.uint8), "3 × 8 bits", "RGB"),
    ],
)
def test_pictures(
    info: Info, tmp_path: Path, name: str, pixels: np.ndarray, bits: str, photometric: str
) -> None:
    path = tmp_path / name
    assert cv2.imwrite(str(path), pixels)
    told = json.loads(info(path, "--json"))
    assert (told["rows"], told["columns"]) == (40, 60)
    assert (told["bits"], told["photometric_interpretation"]) == (bits, photometric)
    assert told["badges"] == (["lossy"] if name.endswith("jpg") else [])
    assert "Pixel spacing" not in info(path)


def test_a_picture_that_lies_on_its_side_has_the_size_that_is_shown(info: Info, tmp_path: Path) -> None:
    path = tmp_path / "turned.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(np.zeros((40, 60), np.uint8)).save(path, exif=exif)
    told = json.loads(info(path, "--json"))
    assert (told["rows"], told["columns"]) == (60, 40)


def test_a_file_without_pixels_is_told_with_a_note(info: Info, shared_data: Path) -> None:
    assert "The file has no pixels." in info(shared_data / "dicom" / "orthanc_canon_nopixels_MONO1.dcm")


@pytest.mark.parametrize(
    ("content", "reason"), [(b"", "empty"), (b"hello", "not an image"), (b"\x89PNG\r\n\x1a\nrest", "damaged")]
)
def test_what_is_no_image_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, reason: str
) -> None:
    path = tmp_path / "bad"
    path.write_bytes(content)
    assert main(["info", str(path)]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert reason in printed.err
    assert printed.err.count("\n") == 1
