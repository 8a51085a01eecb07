"""Images that are kept to be shown again."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from cxrviewer.errors import ImageReadError
from cxrviewer.imaging.radiograph import GrayscaleInfo, Radiograph
from cxrviewer.imaging.viewport import make_viewport
from cxrviewer.session.images import ImageStore

SIDE = 600


class Disk:
    """Reads pictures whose value is their file's first byte, and counts that."""

    def __init__(self) -> None:
        self.read_files: list[tuple[Path, int]] = []

    def read(self, path: Path, frame: int = 0) -> Radiograph:
        self.read_files.append((path, frame))
        value = path.read_bytes()[0] + frame
        pixels = np.full((SIDE, SIDE), value, np.uint8)
        return Radiograph(pixels, GrayscaleInfo(8), path, "PNG", f"digest {value}")


@pytest.fixture
def disk() -> Disk:
    return Disk()


def _file(folder: Path, value: int) -> Path:
    path = folder / f"{value}.png"
    path.write_bytes(bytes([value]))
    return path


def test_what_was_read_is_found_again(tmp_path, disk):
    store, path = ImageStore(), _file(tmp_path, 7)
    assert store.find(path) is None
    store.fetch(disk.read, path)
    found = store.find(path)
    assert found is not None
    assert found.radiograph.pixels[0, 0] == 7
    assert disk.read_files == [(path, 0)]


def test_frames_are_kept_apart(tmp_path, disk):
    store, path = ImageStore(), _file(tmp_path, 7)
    store.fetch(disk.read, path, 2)
    assert store.find(path) is None
    assert store.find(path, 2).radiograph.pixels[0, 0] == 9


def test_each_asker_gets_a_renderer_of_its_own_of_the_same_arrays(tmp_path, disk):
    store, path = ImageStore(), _file(tmp_path, 7)
    first, second = store.fetch(disk.read, path), store.find(path)
    assert first is not second
    assert first.radiograph is second.radiograph
    table = np.arange(256, dtype=np.uint8)
    small = make_viewport((SIDE, SIDE), (100, 100), scale=1 / 6, center=(0.5, 0.5))
    one, other = first.gray(small, table), second.gray(small, table)
    assert one is not other
    assert np.array_equal(one, other)
    assert first._prepared is second._prepared
    assert first.nbytes > first.radiograph.pixels.nbytes


@pytest.mark.parametrize("change", ["content", "time", "gone"])
def test_a_file_that_changed_is_not_found(tmp_path, disk, change):
    store, path = ImageStore(), _file(tmp_path, 7)
    store.fetch(disk.read, path)
    if change == "content":
        path.write_bytes(bytes([9, 9]))
    elif change == "time":
        status = path.stat()
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 1))
    else:
        path.unlink()
    assert store.find(path) is None
    if change != "gone":
        assert store.fetch(disk.read, path).radiograph.pixels[0, 0] == path.read_bytes()[0]
        assert store.find(path) is not None


def test_what_was_used_longest_ago_goes_first(tmp_path, disk):
    paths = [_file(tmp_path, value) for value in range(1, 6)]
    one = ImageStore().fetch(disk.read, paths[0]).nbytes
    assert one > SIDE * SIDE
    store = ImageStore(3 * one)
    for path in paths[:3]:
        store.fetch(disk.read, path)
    assert store.find(paths[0]) is not None
    for path in paths[3:]:
        store.fetch(disk.read, path)
    assert [path for path in paths if store.find(path) is not None] == [paths[0], *paths[3:]]
    assert store.nbytes <= 3 * one
    store.fetch(disk.read, paths[4])
    assert store.nbytes <= 3 * one


def test_an_image_that_would_push_out_all_others_is_not_kept(tmp_path, disk):
    path = _file(tmp_path, 7)
    store = ImageStore(SIDE * SIDE)
    assert store.fetch(disk.read, path).radiograph.pixels[0, 0] == 7
    assert store.find(path) is None
    assert store.nbytes == 0


def test_a_member_of_an_archive_is_as_old_as_the_archive(tmp_path, disk):
    archive = _file(tmp_path, 7)
    member = archive / "inside" / "image.dcm"
    store = ImageStore()
    store.fetch(lambda path, frame: disk.read(archive, frame), member)
    assert store.find(member) is not None
    archive.write_bytes(bytes([8, 8]))
    assert store.find(member) is None


def test_what_cannot_be_read_is_told_and_not_kept(tmp_path):
    def read(path, frame):
        raise ImageReadError("no", path=path)

    store, path = ImageStore(), _file(tmp_path, 7)
    with pytest.raises(ImageReadError):
        store.fetch(read, path)
    assert store.find(path) is None
