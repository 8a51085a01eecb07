"""Archives and discs as places of images."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from dicom_library import write_dicom_image
from pydicom.fileset import FileSet
from whole_listing import list_folder

from cxrviewer.errors import ImageReadError
from cxrviewer.session.containers import list_container
from cxrviewer.session.places import is_place, on_disk, place_name, place_of


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    image = write_dicom_image(tmp_path / "image.dcm")
    path = tmp_path / "study.zip"
    with zipfile.ZipFile(path, "w") as made:
        for name in ("b/image 10", "b/image 9", "a/first", "__MACOSX/._x"):
            made.write(image, name)
        made.writestr("b/readme.txt", "no image")
    image.unlink()
    return path


def test_an_archive_is_listed_through_its_folders(packed: Path) -> None:
    listing = list_container(packed)
    names = [path.relative_to(packed).as_posix() for path in listing.files]
    assert names == ["a/first", "b/image 9", "b/image 10"]
    assert listing.folder == packed
    assert set(listing.stamps) == set(listing.files)


def test_a_disc_brings_its_summaries(tmp_path: Path) -> None:
    files = FileSet()
    files.add(write_dicom_image(tmp_path / "source.dcm", PatientID="P7"))
    files.write(tmp_path / "disc")
    listing = list_container(tmp_path / "disc" / "DICOMDIR")
    (path,) = listing.files
    assert listing.summaries[path].patient_id == "P7"
    assert place_name(listing.folder) == "disc (disc)"


def test_containers_stand_among_the_folders_of_a_folder(packed: Path, tmp_path: Path) -> None:
    (tmp_path / "zebra").mkdir()
    (tmp_path / "DICOMDIR").write_bytes(b"")
    listing = list_folder(tmp_path)
    assert [path.name for path in listing.folders] == ["zebra", "DICOMDIR", "study.zip"]
    assert listing.files == ()


def test_places(packed: Path, tmp_path: Path) -> None:
    inside = packed / "a" / "first"
    assert is_place(packed)
    assert is_place(tmp_path)
    assert not is_place(inside)
    assert not is_place(tmp_path / "gone.zip")
    assert place_of(inside) == packed
    assert place_of(packed) == tmp_path
    assert on_disk(inside) == packed
    assert on_disk(packed) == packed


def test_a_damaged_archive_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(b"PK\x03\x04 and nothing")
    with pytest.raises(ImageReadError, match="damaged"):
        list_container(path)


def test_one_damaged_file_does_not_hide_the_others(packed: Path) -> None:
    data = bytearray(packed.read_bytes())
    start = data.index(b"image 9") - 30
    data[start : start + 4] = b"XXXX"
    packed.write_bytes(data)
    names = [path.name for path in list_container(packed).files]
    assert names == ["first", "image 10"]


def test_an_encrypted_archive_says_so(packed: Path) -> None:
    data = bytearray(packed.read_bytes())
    start = 0
    while (start := data.find(b"PK\x01\x02", start)) >= 0:
        data[start + 8] |= 1
        start += 4
    packed.write_bytes(data)
    with pytest.raises(ImageReadError, match="encrypted"):
        list_container(packed)
