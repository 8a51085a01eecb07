"""What a batch is about: folders, tables, patterns, archives, files."""

from __future__ import annotations

import os
import sys
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest

from cxrviewer.batch.inputs import JOURNAL, find_images
from cxrviewer.errors import ImageReadError, UserError
from cxrviewer.imaging.open import read_radiograph


def picture(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.zeros((4, 4), np.uint8))
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("image 10.png", "image 9.png", "deep/er/x.png"):
        picture(tmp_path / "data" / name)
    (tmp_path / "data" / "damaged.dcm").write_bytes(b"")
    (tmp_path / "data" / "notes.txt").write_text("no image")
    picture(tmp_path / "data" / "bare.png").rename(tmp_path / "data" / "bare")
    return tmp_path / "data"


def names(inputs: list[str], output: Path, most: int | None = None) -> list[str]:
    return [found.name for found in find_images(inputs, output, most)]


def test_a_folder_gives_images_by_content_and_damaged_ones_by_name(folder: Path, tmp_path: Path) -> None:
    expected = ["bare", "damaged.dcm", "image 9.png", "image 10.png", "deep/er/x.png"]
    assert names([str(folder)], tmp_path / "out") == expected
    assert names([str(folder)], tmp_path / "out", most=2) == expected[:2]


def test_results_inside_the_input_are_not_read_again(folder: Path) -> None:
    before = names([str(folder)], folder / "out")
    picture(folder / "out" / "pictures" / "00001-bare.png")
    assert names([str(folder)], folder / "out") == before


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")
def test_results_are_not_read_again_by_another_name_of_their_folder(folder: Path, tmp_path: Path) -> None:
    before = names([str(folder)], folder)
    picture(folder / "pictures" / "00001-bare.png")
    (tmp_path / "link").symlink_to(folder)
    assert names([str(folder)], tmp_path / "link") == before
    assert names([str(tmp_path / "link")], folder) == before


@pytest.mark.skipif(sys.platform != "linux", reason="names of files are UTF-8 there")
def test_names_that_would_do_harm_are_shown_as_what_they_are(folder: Path) -> None:
    names_of_files = [b"\xff.png", b"a\nb\x1b[31m.png", "\u202egnp.exe.png".encode(), "\u00e4.png".encode()]
    for name in names_of_files:
        picture(folder / "made.png").rename(os.fsdecode(os.fsencode(folder) + b"/" + name))
    found = find_images([str(folder)], folder / "out")
    shown = [one.name for one in found if one.path.parent == folder]
    assert {r"\udcff.png", r"a\nb\x1b[31m.png", r"\u202egnp.exe.png", "\u00e4.png"} < set(shown)
    assert all(one.path.is_file() for one in found)


def test_what_the_program_has_written_is_passed_over(folder: Path, tmp_path: Path) -> None:
    before = names([str(folder)], tmp_path / "out")
    picture(folder / "other" / "pictures" / "00001-bare.png")
    assert "other/pictures/00001-bare.png" in names([str(folder)], tmp_path / "out")
    (folder / "other" / JOURNAL).touch()
    overlay = picture(folder / "overlay.png")
    (folder / "overlay.png.json").write_text('{\n  "format": "cxrviewer-export",\n  "version": 1}')
    (folder / "image 9.png.json").write_text('{"about": "another program\'s"}')
    assert names([str(folder)], tmp_path / "out") == before
    # But not where it is named.
    assert names([str(overlay)], tmp_path / "out") == ["overlay.png"]
    assert names([str(folder / "other" / "pictures")], tmp_path / "out") == ["00001-bare.png"]


def test_each_file_comes_once(folder: Path, tmp_path: Path) -> None:
    inputs = [str(folder / "image 9.png"), str(folder / "*.png"), str(folder)]
    found = find_images(inputs, tmp_path / "out")
    assert len({one.path for one in found}) == len(found) == 5
    assert found[0].name == "image 9.png"


def test_a_pattern_reaches_into_folders(folder: Path, tmp_path: Path) -> None:
    assert names([str(folder / "**" / "*.png")], tmp_path) == ["x.png", "image 9.png", "image 10.png"]


def test_a_table_gives_its_files_those_that_are_missing_too(folder: Path) -> None:
    table = folder / "list.csv"
    table.write_text("\ufeffPatient,Image Index\n1,image 9.png\n2,gone.png\n3,\n", encoding="utf-8")
    assert names([str(table)], folder / "out") == ["image 9.png", "gone.png"]
    table.write_text("a,b\n1,2\n")
    with pytest.raises(UserError, match="no column for the files"):
        find_images([str(table)], folder / "out")


def test_an_archive_gives_the_images_in_it(folder: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(folder / "image 9.png", "inner/one.png")
    assert names([str(tmp_path / "a.zip")], tmp_path / "out") == ["a.zip/inner/one.png"]


def test_nothing_is_said(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="There are no images"):
        find_images([str(tmp_path / "empty")], tmp_path / "out")
    with pytest.raises(UserError, match="no such file or folder"):
        find_images([str(tmp_path / "nowhere")], tmp_path / "out")


def test_names_that_no_file_can_have_are_told_of_like_any_that_cannot_be_read(folder: Path) -> None:
    table = folder / "list.csv"
    table.write_bytes(
        b"file\na\0b/c.png\n" + b"\\" + b"x" * 5000 + b"\n../../image 9.png\n/dev/zero\nimage 9.png\n"
    )
    found = find_images([str(table)], folder / "out")
    assert [one.name[:12] for one in found] == [
        "a\\x00b/c.png",
        "\\xxxxxxxxxxx",
        "../../image ",
        "/dev/zero",
        "image 9.png",
    ]
    for one in found[:-1]:
        with pytest.raises(ImageReadError):
            read_radiograph(one.path)
    assert read_radiograph(found[-1].path).shape == (4, 4)
