"""Images inside zip archives."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest
from dicom_library import write_dicom_image

from cxrviewer.errors import ImageReadError
from cxrviewer.imaging import archive
from cxrviewer.imaging.open import is_image, read_radiograph, read_thumbnail


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    """Return an archive of one image in inner folders, a text, and hidden files."""
    image = write_dicom_image(tmp_path / "image.dcm")
    path = tmp_path / "a.ZIP"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.write(image, "disc/series 1/image.dcm")
        made.writestr("disc/notes.txt", "no image")
        made.writestr("disc/.hidden", "hidden")
        made.writestr("__dir/", "")
    return path


def test_an_image_in_an_archive_is_the_same_as_outside(packed: Path, tmp_path: Path) -> None:
    inside = packed / "disc" / "series 1" / "image.dcm"
    outside = read_radiograph(tmp_path / "image.dcm")
    found = read_radiograph(inside)
    assert np.array_equal(found.pixels, outside.pixels)
    assert found.digest == outside.digest
    assert found.path == inside
    assert is_image(inside)
    assert read_thumbnail(inside, 16).shape == (16, 12)


def test_members_are_files_that_are_not_hidden(packed: Path) -> None:
    names = [member.path.relative_to(packed).as_posix() for member in archive.members(packed)]
    assert names == ["disc/series 1/image.dcm", "disc/notes.txt"]


def test_only_a_path_through_an_archive_is_split(packed: Path, tmp_path: Path) -> None:
    assert archive.split(packed / "disc" / "x") == (packed, "disc/x")
    assert archive.split(packed) is None
    assert archive.split(tmp_path / "image.dcm") is None
    folder = tmp_path / "folder.zip"
    folder.mkdir()
    assert archive.split(folder / "x") is None, "a folder may be called so, too"


def test_text_is_no_image_and_what_is_missing_is_said(packed: Path) -> None:
    assert not is_image(packed / "disc" / "notes.txt")
    with pytest.raises(ImageReadError, match="not an image"):
        read_radiograph(packed / "disc" / "notes.txt")
    with pytest.raises(ImageReadError, match="no such file") as caught:
        read_radiograph(packed / "disc" / "gone.dcm")
    assert caught.value.path == packed / "disc" / "gone.dcm"
    assert not is_image(packed / "disc" / "gone.dcm")


def test_an_encrypted_member_is_named_as_such(packed: Path) -> None:
    data = bytearray(packed.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + offset] |= 1
    packed.write_bytes(data)
    with pytest.raises(ImageReadError, match="encrypted") as caught:
        read_radiograph(packed / "disc" / "series 1" / "image.dcm")
    assert "password" in caught.value.hint


def test_a_member_that_inflates_to_more_than_it_says_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("big.png", b"\x89PNG\r\n\x1a\n" + bytes(50_000_000))
    data = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        start = data.index(signature) + offset
        data[start : start + 4] = (1000).to_bytes(4, "little")
    path.write_bytes(data)
    with pytest.raises(ImageReadError, match="damaged"):
        archive.read_member(path, "big.png")


def test_a_member_that_claims_too_much_is_refused_before_it_is_read(tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / "large.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("big.png", b"\x89PNG\r\n\x1a\n" + bytes(5_000_000))
    monkeypatch.setattr(archive, "MAX_MEMBER_BYTES", 1_000_000)
    with pytest.raises(ImageReadError, match="GiB"):
        archive.read_member(path, "big.png")
    assert archive.read_member(path, "big.png", 8) == b"\x89PNG\r\n\x1a\n", "its head may be looked at"


def test_too_many_members_are_refused(packed: Path, monkeypatch) -> None:
    monkeypatch.setattr(archive, "MAX_MEMBERS", 2)
    with pytest.raises(ImageReadError, match="4 files"):
        archive.members(packed)


def test_an_endless_table_of_contents_is_refused(packed: Path) -> None:
    data = bytearray(packed.read_bytes())
    start = data.rindex(b"PK\x05\x06") + 12
    data[start : start + 4] = (archive.MAX_INDEX_BYTES + 1).to_bytes(4, "little")
    packed.write_bytes(data)
    with pytest.raises(ImageReadError, match="table of contents"):
        archive.members(packed)


@pytest.mark.parametrize("cut", [10, 100, 500])
def test_a_cut_archive_is_damaged(packed: Path, cut: int) -> None:
    packed.write_bytes(packed.read_bytes()[:cut])
    with pytest.raises(ImageReadError, match="damaged"):
        archive.members(packed)


def test_a_member_with_wrong_bytes_is_damaged(packed: Path) -> None:
    data = bytearray(packed.read_bytes())
    start = data.index(b"image.dcm") + 60
    data[start : start + 40] = bytes(40)
    packed.write_bytes(data)
    with pytest.raises(ImageReadError, match="damaged"):
        read_radiograph(packed / "disc" / "series 1" / "image.dcm")


def test_an_archive_that_is_gone_is_missed(tmp_path: Path) -> None:
    with pytest.raises(ImageReadError, match="does not exist"):
        archive.members(tmp_path / "gone.zip")


def test_names_that_lead_out_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("../outside.png", b"x")
        made.writestr("/root.png", b"x")
        made.writestr("inside.png", b"x")
    assert [member.path for member in archive.members(path)] == [path / "inside.png"]
