"""A second start of the program while its window is open."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, Qt, QUrl
from PySide6.QtGui import QFileOpenEvent

from cxrviewer import app
from cxrviewer.paths import resource

CHEST = "dicom/gdcm-CR-MONO1-10-chest.dcm"
OTHER = "dicom/wg04_RG1_JLSN.dcm"


@pytest.fixture(scope="module")
def open_window(desk) -> Iterator[object]:
    """The window of a program that listens for others, on a desktop of its own."""
    folder = Path(tempfile.mkdtemp(prefix="cxr"))
    patch = pytest.MonkeyPatch()
    patch.setenv("XDG_RUNTIME_DIR", str(folder))
    starts = app.hear_of_files(desk.window)
    yield desk
    starts.close()
    patch.undo()
    shutil.rmtree(folder)


def _start(*arguments: str, cwd: Path | None = None) -> subprocess.Popen:
    command = [sys.executable, "-X", "importtime", "-m", "cxrviewer", *arguments]
    return subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=cwd)


def _shows(desk, path: Path) -> bool:
    return desk.shown.radiograph is not None and desk.shown.radiograph.path == path


@pytest.mark.skipif(sys.platform == "win32", reason="another kind of socket")
def test_its_file_opens_in_the_window_that_is_there_which_comes_to_the_front(open_window, shared_data):
    open_window.window.showMinimized()
    # The second process knows its folder without links on the way.
    path = (shared_data / CHEST).resolve()
    begun = time.perf_counter()
    second = _start(path.name, cwd=path.parent)
    # Read as it comes: the pipe holds less than all imports.
    open_window.wait(lambda: _shows(open_window, path))
    _, imports = second.communicate(timeout=60)
    taken = time.perf_counter() - begun
    assert second.returncode == 0, imports
    for name in ("PySide6", "tensorflow", "numpy"):
        assert f" {name}" not in imports, f"{name} was imported"
    assert taken < 10
    assert not open_window.window.windowState() & Qt.WindowState.WindowMinimized
    open_window.wait(lambda: open_window.shown.analysis is not None)


@pytest.mark.parametrize("option", ["--new-window", "--screenshot=own.png"])
@pytest.mark.skipif(sys.platform == "win32", reason="another kind of socket")
def test_a_window_of_its_own_is_opened_where_that_is_asked_for(open_window, option, tmp_path):
    before = open_window.shown.radiograph
    second = _start(option, str(resource("samples", "phantom-opacity.dcm")), cwd=tmp_path)
    assert second.stderr is not None
    try:
        # What hands its files over does so before it would import this.
        assert any(" PySide6.QtWidgets" in line for line in second.stderr), "it ended without a window"
    finally:
        second.kill()
        second.communicate()
    QCoreApplication.processEvents()
    assert open_window.shown.radiograph is before


def test_a_file_that_the_system_wants_opened_opens(open_window, shared_data, qapp):
    path = shared_data / OTHER
    QCoreApplication.sendEvent(qapp, QFileOpenEvent(QUrl.fromLocalFile(str(path))))
    open_window.wait(lambda: _shows(open_window, path))
