"""What a header says of patient, study and series."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest
from dicom_library import write_dicom_image
from pydicom.uid import DeflatedExplicitVRLittleEndian

from cxrviewer.imaging.summary import HEADER_BYTES, read_summaries


def _summary(path: Path):
    (found,) = read_summaries((path,))
    return found


def test_all_that_a_header_says_is_found(tmp_path: Path) -> None:
    path = write_dicom_image(
        tmp_path / "a",
        StudyDescription="Thorax p.a.",
        SeriesDescription="PA stehend",
        SeriesNumber=3,
        InstanceNumber=7,
        BodyPartExamined="CHEST",
        ViewPosition="PA",
        ImageLaterality="U",
        NumberOfFrames=2,
        PixelData=bytes(2 * 40 * 30 * 2),
    )
    found = _summary(path)
    assert (found.patient_id, found.patient_name) == ("P1", "Roe, Richard")
    assert (found.study, found.study_date, found.study_description) == ("1.2.3", "20200102", "Thorax p.a.")
    assert (found.series, found.series_number, found.series_description) == ("1.2.3.4", 3, "PA stehend")
    assert (found.instance_number, found.modality, found.body_part) == (7, "CR", "CHEST")
    assert (found.view, found.laterality, found.frames) == ("PA", "U", 2)


def test_the_identity_is_in_no_representation(tmp_path: Path) -> None:
    path = write_dicom_image(tmp_path / "a", PatientName="Canary^Carl", PatientID="CANARY7")
    assert "anary" not in repr(_summary(path)).lower()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Müller^Anna^Maria", "Müller, Anna Maria"),
        ("Yamada^Tarou=山田^太郎=やまだ^たろう", "Yamada, Tarou"),
        ("=山田^太郎", "山田, 太郎"),
        ("Cher", "Cher"),
        ("^Prince", "Prince"),
        ("", ""),
    ],
)
def test_names_are_written_as_in_lists(tmp_path: Path, name: str, expected: str) -> None:
    path = write_dicom_image(tmp_path / "a", SpecificCharacterSet="ISO_IR 192", PatientName=name)
    assert _summary(path).patient_name == expected


def test_pixels_are_not_needed(tmp_path: Path) -> None:
    path = write_dicom_image(tmp_path / "a", Rows=1000, Columns=1000, PixelData=bytes(2_000_000))
    path.write_bytes(path.read_bytes()[: HEADER_BYTES // 2])
    assert _summary(path).patient_id == "P1"


def test_a_deflated_header_is_read(tmp_path: Path) -> None:
    path = write_dicom_image(tmp_path / "a")
    import pydicom

    dataset = pydicom.dcmread(path)
    dataset.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    dataset.PixelData = np.random.default_rng(0).integers(0, 255, 2_000_000, np.uint8).tobytes()
    dataset.save_as(path)
    assert path.stat().st_size > HEADER_BYTES
    assert _summary(path).study == "1.2.3"


def test_what_is_no_dicom_or_damaged_says_nothing(tmp_path: Path) -> None:
    picture, cut = tmp_path / "a.png", write_dicom_image(tmp_path / "cut")
    picture.write_bytes(b"\x89PNG\r\n\x1a\n")
    cut.write_bytes(cut.read_bytes()[:200])
    good = write_dicom_image(tmp_path / "good")
    found = read_summaries((picture, cut, tmp_path / "missing", good))
    assert [summary is None for summary in found] == [True, True, True, False]


def test_files_inside_and_outside_archives_keep_their_order(tmp_path: Path) -> None:
    names = ["a", "b", "c"]
    files = [write_dicom_image(tmp_path / name, PatientID=name) for name in names]
    packed = tmp_path / "packed.zip"
    with zipfile.ZipFile(packed, "w") as made:
        for file in files:
            made.write(file, f"inner/{file.name}")
    inside = packed / "inner"
    paths = (files[2], inside / "b", inside / "gone", inside / "a", files[0], tmp_path / "no.zip" / "x")
    found = [summary and summary.patient_id for summary in read_summaries(paths)]
    assert found == ["c", "b", None, "a", "a", None]
    packed.write_bytes(packed.read_bytes()[:100])
    assert [summary is None for summary in read_summaries(paths)] == [False, True, True, True, False, True]


def test_a_malformed_number_is_left_out(tmp_path: Path) -> None:
    path = write_dicom_image(tmp_path / "a")
    data = path.read_bytes()
    assert b"\x20\x00\x11\x00IS\x02\x001 " in data
    path.write_bytes(data.replace(b"\x20\x00\x11\x00IS\x02\x001 ", b"\x20\x00\x11\x00IS\x02\x00xy"))
    found = _summary(path)
    assert found.series_number == 0
    assert found.patient_id == "P1"
