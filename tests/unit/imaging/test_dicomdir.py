"""The index of a disc."""

from __future__ import annotations

import shutil
from pathlib import Path

import pydicom
import pytest
from dicom_library import write_dicom_image
from pydicom.data import get_testdata_file
from pydicom.fileset import FileSet

from cxrviewer.errors import ImageReadError
from cxrviewer.imaging.dicomdir import read_directory
from cxrviewer.imaging.open import is_image, read_radiograph


@pytest.fixture
def disc(tmp_path: Path) -> Path:
    """Return the DICOMDIR of a disc: two patients, the first with two studies, the second of two series."""
    files = FileSet()
    for number, (patient, study, series) in enumerate(
        [("P1", "1.1", "1.1.1"), ("P1", "1.2", "1.2.1"), ("P2", "2.1", "2.1.1"), ("P2", "2.1", "2.1.2")]
    ):
        path = write_dicom_image(
            tmp_path / "source" / f"{number}.dcm",
            PatientID=patient,
            PatientName=f"{patient}^Test",
            StudyInstanceUID=study,
            SeriesInstanceUID=series,
            StudyDescription=f"Study {study}",
        )
        files.add(path)
    folder = tmp_path / "disc"
    files.write(folder)
    return folder / "DICOMDIR"


def test_images_come_with_what_the_records_above_them_say(disc: Path) -> None:
    found = read_directory(disc)
    told = [(image.summary.patient_id, image.summary.study, image.summary.series) for image in found]
    assert told == [
        ("P1", "1.1", "1.1.1"),
        ("P1", "1.2", "1.2.1"),
        ("P2", "2.1", "2.1.1"),
        ("P2", "2.1", "2.1.2"),
    ]
    assert found[0].summary.study_description == "Study 1.1"
    assert found[0].summary.patient_name == "P1, Test"
    assert all(read_radiograph(image.path).shape == (40, 30) for image in found)


def test_the_images_themselves_are_not_touched(disc: Path) -> None:
    for path in disc.parent.rglob("IM*"):
        path.write_bytes(b"")
    assert len(read_directory(disc)) == 4


def test_a_disc_copied_in_small_letters_is_found(disc: Path, tmp_path: Path) -> None:
    copied = tmp_path / "copied"
    for path in disc.parent.rglob("*"):
        if path.is_file():
            name = path.relative_to(disc.parent).as_posix().lower()
            target = copied / (name if path.name == "DICOMDIR" else f"{name}.dcm")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
    found = read_directory(copied / "dicomdir")
    assert len(found) == 4
    assert all(image.path.is_file() for image in found)


def test_records_that_lead_back_to_themselves_end(disc: Path) -> None:
    dataset = pydicom.dcmread(disc)
    for record in dataset.DirectoryRecordSequence:
        record.OffsetOfTheNextDirectoryRecord = dataset.DirectoryRecordSequence[0].seq_item_tell
    dataset.save_as(disc)
    assert 1 <= len(read_directory(disc)) <= 4


def test_names_that_lead_out_of_the_disc_are_left_out(disc: Path) -> None:
    disc.write_bytes(disc.read_bytes().replace(b"PT000000", b"../../..", 1))
    found = read_directory(disc)
    assert len(found) == 3
    assert all(disc.parent in image.path.parents for image in found)


def test_records_with_useless_offsets_are_taken_in_their_order(disc: Path) -> None:
    expected = read_directory(disc)
    dataset = pydicom.dcmread(disc)
    dataset.FileSetID = "A LONGER NAME"
    dataset.save_as(disc)
    assert read_directory(disc) == expected


@pytest.mark.parametrize("cut", [0, 140, 600])
def test_a_cut_index_is_damaged(disc: Path, cut: int) -> None:
    disc.write_bytes(disc.read_bytes()[:cut])
    with pytest.raises(ImageReadError) as caught:
        read_directory(disc)
    assert caught.value.path == disc
    assert caught.value.hint


def test_an_index_is_no_image_and_says_so(disc: Path) -> None:
    assert not is_image(disc)
    with pytest.raises(ImageReadError, match="index of a disc"):
        read_radiograph(disc)


@pytest.mark.parametrize(
    ("name", "images"),
    [("DICOMDIR", 31), ("DICOMDIR-implicit", 31), ("DICOMDIR-bigEnd", 31), ("DICOMDIR-reordered", 31)],
)
def test_discs_of_others(name: str, images: int) -> None:
    path = Path(str(get_testdata_file("DICOMDIR"))).with_name(name)
    found = read_directory(path)
    assert len(found) == images
    assert all(image.path.is_file() for image in found)
    assert len({image.summary.patient_id for image in found}) == 2
