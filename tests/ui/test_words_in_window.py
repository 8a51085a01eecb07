"""Words and identity in the real window: keys, panes, tag browser, settings; and the render command."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pydicom
import pytest
from answering_engine import AnsweringEngine
from dicom_files import dicom_dataset
from lasting_reader import LastingReader
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget

from cxrviewer.cli.main import main
from cxrviewer.session.state import ViewState, Zoom
from cxrviewer.settings import Settings, load_settings, settings_file
from cxrviewer.ui.controller import Controller
from cxrviewer.ui.main_window import MainWindow
from cxrviewer.ui.services import Services

CANARY = "Kanarienvogel"
SHAPE = (300, 260)


@pytest.fixture
def window(qtbot) -> Iterator[MainWindow]:
    engine = AnsweringEngine()
    services = Services(engine, engine.ready, LastingReader())  # type: ignore[arg-type]
    made = MainWindow(Controller(services, ViewState()), Settings())
    qtbot.addWidget(made)
    made.resize(1280, 800)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.close()


@pytest.fixture
def chest(tmp_path: Path) -> Path:
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]]
    dataset = dicom_dataset((1000 + 5 * x + 3 * y).astype(np.uint16))
    dataset.PatientName = f"{CANARY}^Zita"
    dataset.PatientID = f"{CANARY}-1"
    dataset.PatientBirthDate = "19590312"
    dataset.StudyDescription = f"THORAX {CANARY}"
    dataset.Modality = "DX"
    dataset.PatientOrientation = ["L", "F"]
    dataset.WindowCenter, dataset.WindowWidth = 2000, 1800
    path = tmp_path / "chest.dcm"
    dataset.save_as(path, enforce_file_format=True)
    return path


def _open(qtbot, window: MainWindow, path: Path) -> None:
    window.commands.open_paths([path])
    qtbot.waitUntil(
        lambda: (
            window.controller.shown.radiograph is not None
            and window.controller.shown.radiograph.path == path
            and window.controller.shown.analysis is not None
        ),
        timeout=20_000,
    )


def _legend(window: MainWindow) -> str:
    legend = window.canvas._legend
    corners = (*legend.top_left, *legend.top_right, *legend.bottom_left, *legend.bottom_right)
    return "\n".join(line.text for line in corners)


def _texts(window: MainWindow) -> str:
    """Return all that any widget of the window says."""
    labels = [label.text() for label in window.findChildren(QLabel)]
    widgets = [f"{widget.toolTip()} {widget.accessibleName()}" for widget in window.findChildren(QWidget)]
    return "\n".join((*labels, *widgets, window.windowTitle(), _legend(window)))


def test_no_name_is_shown_until_it_is_asked_for_and_one_key_hides_it(
    qtbot, window: MainWindow, chest: Path
) -> None:
    _open(qtbot, window, chest)
    assert CANARY not in _texts(window)
    before = window.canvas.grab().toImage()
    QTest.keyClick(window.canvas, Qt.Key.Key_N)
    assert f"{CANARY}, Zita" in _legend(window)
    assert window.canvas.grab().toImage() != before
    QTest.keyClick(window.canvas, Qt.Key.Key_N)
    assert CANARY not in _texts(window)
    assert not window.actions_table["identity"].isChecked()


def test_corner_text_and_markers_have_keys_and_are_remembered(qtbot, window: MainWindow, chest: Path) -> None:
    _open(qtbot, window, chest)
    assert window.canvas._legend.letters.left == "R"
    for key, action in ((Qt.Key.Key_T, "corner_text"), (Qt.Key.Key_B, "markers")):
        assert window.actions_table[action].isChecked()
        QTest.keyClick(window.canvas, key)
        assert not window.actions_table[action].isChecked()
    assert _legend(window) == "Not for diagnosis"
    assert window.canvas._legend.letters.left == ""
    window.words.choose(identity=True)
    window.close()
    assert not load_settings().corner_text
    assert not load_settings().markers
    assert CANARY not in settings_file().read_text()
    assert "identity" not in settings_file().read_text()


def test_every_pane_follows(qtbot, window: MainWindow, chest: Path) -> None:
    _open(qtbot, window, chest)
    window.actions_table["layout_two"].trigger()
    canvases = [pane.canvas for pane in window.panes.panes]
    assert len(canvases) == 2
    QTest.keyClick(window.canvas, Qt.Key.Key_N)
    for canvas in canvases:
        if canvas.viewport() is not None:
            assert any(CANARY in line.text for line in canvas._legend.top_left)


def test_sides_turn_with_the_image_on_screen(qtbot, window: MainWindow, chest: Path) -> None:
    _open(qtbot, window, chest)
    window.actions_table["flip"].trigger()
    assert (window.canvas._legend.letters.left, window.canvas._legend.letters.right) == ("L", "R")
    window.actions_table["rotate"].trigger()
    assert window.canvas._legend.letters.top == "L"


def test_the_tag_browser_follows_the_image_and_shares_the_identity(
    qtbot, window: MainWindow, chest: Path, shared_data: Path
) -> None:
    _open(qtbot, window, chest)
    window.actions_table["tags"].trigger()
    dialog = window.tags.dialog
    assert dialog is not None

    def shown(text: str) -> bool:
        rows = range(dialog.model.rowCount())
        return any(text in str(dialog.model.index(row, 4).data()) for row in rows)

    qtbot.waitUntil(lambda: shown("260"), timeout=20_000)
    assert not shown(CANARY)
    window.actions_table["identity"].trigger()
    qtbot.waitUntil(lambda: shown(CANARY), timeout=10_000)
    _open(qtbot, window, shared_data / "dicom" / "gdcm-CR-MONO1-10-chest.dcm")
    qtbot.waitUntil(lambda: shown("FUJI PHOTO"), timeout=20_000)


def _gray(image: QImage) -> NDArray[np.uint8]:
    values = np.array(image.constBits()).reshape(image.height(), image.bytesPerLine() // 4, 4)
    return values[:, : image.width(), 0]


@pytest.mark.parametrize(
    "options", [(), ("--invert",), ("--preset", "auto"), ("--window", "1900", "700"), ("tall",)]
)
def test_the_render_command_writes_the_pixels_of_the_canvas_at_1_to_1(
    qtbot, window: MainWindow, chest: Path, tmp_path: Path, options: tuple[str, ...]
) -> None:
    from cxrviewer.imaging.grayscale import auto_window
    from cxrviewer.imaging.radiograph import Window

    if "tall" in options:
        options = ()
        tall = pydicom.dcmread(chest)
        tall.PixelAspectRatio = [3, 2]
        tall.save_as(chest)
    _open(qtbot, window, chest)
    commands = window.commands
    commands.style(visible=False)
    commands.choose(zoom=Zoom(1.0), inverted="--invert" in options)
    if "--preset" in options:
        commands.choose(voi=auto_window(window.controller.shown.radiograph))
    if "--window" in options:
        commands.choose(voi=Window(1900, 700))
    canvas = window.canvas
    viewport = canvas.viewport()
    assert viewport is not None
    left, top = (int(place) for place in viewport.stored_to_view[:2, 2])
    target = tmp_path / "rendered.png"
    assert main(["render", str(chest), "-o", str(target), *options]) == 0
    written = cv2.imread(str(target), cv2.IMREAD_UNCHANGED)
    height, width = written.shape
    assert width == SHAPE[1]
    seen = _gray(canvas.picture())[top : top + height, left : left + width]
    assert np.array_equal(written, seen)
