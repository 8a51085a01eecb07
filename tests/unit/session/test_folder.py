"""What a folder holds that can be opened."""

from __future__ import annotations

import os
from pathlib import Path

import cv2
import numpy as np
import pytest
from whole_listing import list_folder

from cxrviewer.errors import ImageReadError
from cxrviewer.session.folder import list_files


def _image(path: Path, format: str = ".png") -> Path:
    done, data = cv2.imencode(format, np.zeros((4, 4), np.uint8))
    assert done
    path.write_bytes(data.tobytes())
    return path


def _names(paths) -> list[str]:
    return [path.name for path in paths]


def test_images_come_in_natural_order(tmp_path: Path) -> None:
    for name in ("image 10.png", "image 9.png", "Image 1.png", "b2.png", "a.png"):
        _image(tmp_path / name)
    assert _names(list_folder(tmp_path).files) == [
        "a.png",
        "b2.png",
        "Image 1.png",
        "image 9.png",
        "image 10.png",
    ]


def test_content_counts_not_the_name(tmp_path: Path) -> None:
    _image(tmp_path / "no suffix")
    _image(tmp_path / "wrong.txt", ".jpg")
    (tmp_path / "text.png").write_text("not an image at all", encoding="utf-8")
    (tmp_path / "empty.dcm").touch()
    assert _names(list_folder(tmp_path).files) == ["no suffix", "wrong.txt"]


def test_folders_come_apart_and_hidden_entries_not_at_all(tmp_path: Path) -> None:
    for name in ("series 10", "series 2", ".cache"):
        (tmp_path / name).mkdir()
    _image(tmp_path / ".hidden.png")
    _image(tmp_path / "shown.png")
    listing = list_folder(tmp_path)
    assert listing.folder == tmp_path
    assert _names(listing.folders) == ["series 2", "series 10"]
    assert _names(listing.files) == ["shown.png"]


def test_an_empty_folder_is_no_error(tmp_path: Path) -> None:
    listing = list_folder(tmp_path)
    assert (listing.folders, listing.files) == ((), ())


@pytest.mark.parametrize("name", ["missing", "file.png"])
def test_what_cannot_be_listed_is_named(tmp_path: Path, name: str) -> None:
    _image(tmp_path / "file.png")
    with pytest.raises(ImageReadError) as caught:
        list_folder(tmp_path / name)
    assert caught.value.path == tmp_path / name
    assert caught.value.hint


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.timeout(20)
def test_a_pipe_is_left_alone(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    _image(tmp_path / "a.png")
    assert _names(list_folder(tmp_path).files) == ["a.png"]


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")
def test_links_count_as_what_they_lead_to(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    _image(inner / "a.png")
    (tmp_path / "to file").symlink_to(inner / "a.png")
    (tmp_path / "to folder").symlink_to(inner)
    (tmp_path / "to nothing").symlink_to(tmp_path / "gone")
    (tmp_path / "to itself").symlink_to(tmp_path / "to itself")
    listing = list_folder(tmp_path)
    assert _names(listing.folders) == ["inner", "to folder"]
    assert _names(listing.files) == ["to file"]


def test_files_from_several_places_keep_their_order(tmp_path: Path) -> None:
    files = (tmp_path / "b" / "2.png", tmp_path / "a" / "1.png")
    listing = list_files(files)
    assert listing.files == files
    assert listing.folder is None
