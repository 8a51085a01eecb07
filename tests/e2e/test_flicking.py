"""Going through a folder in the real window: the images beside the one on screen are there before the key."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

IMAGES = 7
AT_ONCE = 0.05


@pytest.fixture(scope="module")
def folder(tmp_path_factory, shared_data) -> Path:
    """Return a folder of different chest radiographs, DICOM and JPEG in turn."""
    made = tmp_path_factory.mktemp("chests")
    pictures = sorted((shared_data / "lungs" / "images").iterdir())[: IMAGES - 1]
    for number, picture in enumerate(pictures):
        shutil.copy(picture, made / f"{number} {picture.name}")
    shutil.copy(shared_data / "dicom" / "gdcm-CR-MONO1-10-chest.dcm", made / f"{IMAGES} chest.dcm")
    return made


def _files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def _is_there(desk, path: Path) -> bool:
    """Return whether an image can be shown with its heatmap at once."""
    from cxrviewer.ui.ahead import piece_beside

    services, shown = desk.window.services, desk.shown
    renderer = services.images.find(path)
    if renderer is None or shown.analysis is None:
        return False
    piece = piece_beside(shown, shown.analysis, renderer.radiograph, services.cache)
    return piece is not None and services.cache.get(piece.key) is not None


def _flick(desk, key: Qt.Key) -> float:
    """Press a key on the canvas and return the seconds that the window works until the picture is painted.

    Not those of the clock, of which a busy machine gives others their part: `benchmarks` has these.
    """
    start = time.thread_time()
    QTest.keyClick(desk.window.canvas, key)
    desk.window.canvas.repaint()
    return time.thread_time() - start


def test_forward_and_back_each_image_comes_at_once_with_its_heatmap(desk, folder):
    files = _files(folder)
    desk.open(files[0])
    pictures, times = [desk.picture()], []
    for path in files[1:]:
        desk.wait(lambda path=path: _is_there(desk, path))
        times.append(_flick(desk, Qt.Key.Key_Right))
        assert desk.shown.radiograph.path == path
        assert desk.shown.analysis is not None
        assert desk.controller.waiting is None
        pictures.append(desk.picture())
    for path in reversed(files[:-1]):
        desk.wait(lambda path=path: _is_there(desk, path))
        times.append(_flick(desk, Qt.Key.Key_Left))
        assert desk.shown.radiograph.path == path
        assert desk.shown.heatmap is not None
    assert np.median(times) < AT_ONCE, times
    assert len({picture.tobytes() for picture in pictures}) == len(files)
    assert np.array_equal(desk.picture(), pictures[0]), "the same picture as when it was waited for"


def test_a_file_that_was_written_anew_is_read_anew(desk, folder):
    first, second, third = _files(folder)[:3]
    desk.open(first)
    desk.wait(lambda: _is_there(desk, second))
    before = desk.window.services.images.find(second).radiograph.digest
    shutil.copy(third, second)
    os.utime(second)
    _flick(desk, Qt.Key.Key_Right)
    assert desk.shown.radiograph.path == first
    desk.wait(lambda: desk.shown.radiograph.path == second and desk.shown.analysis is not None)
    assert desk.shown.radiograph.digest != before


def test_a_damaged_neighbour_costs_no_message_until_it_is_opened(desk, folder):
    files = _files(folder)
    damaged = folder / "1 damaged.png"
    damaged.write_bytes(files[-1].read_bytes()[:900])
    try:
        desk.window.browser.show_folder(folder)
        desk.wait(lambda: damaged in desk.window.browser.around(files[1]).after)
        desk.open(files[1])
        desk.wait(lambda: (damaged, 0) in desk.window.services.neighbours._failed)
        desk.wait(lambda: _is_there(desk, files[0]))
        assert desk.window.messages.text == ""
        desk.window.commands.open_paths([damaged])
        desk.wait(lambda: damaged.name in desk.window.messages.text)
    finally:
        damaged.unlink()
