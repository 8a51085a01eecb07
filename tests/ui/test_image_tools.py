"""The tools of the image, through the window: from the mouse to the pixels."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pydicom
import pytest
from lasting_reader import LastingReader
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from cxrviewer.imaging.grayscale import auto_window, presentation_table, region_window
from cxrviewer.imaging.radiograph import Window
from cxrviewer.imaging.windowing import DragDirection
from cxrviewer.session.state import FILL, FIT, ViewState, Zoom
from cxrviewer.settings import Settings
from cxrviewer.ui.canvas.tools.magnifier import RADIUS
from cxrviewer.ui.canvas.tools.tool import Tool
from cxrviewer.ui.controller import Controller
from cxrviewer.ui.main_window import MainWindow
from cxrviewer.ui.services import Services

LEFT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton
PLAIN, CTRL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier
SHAPE = (240, 320)


@pytest.fixture
def window(qtbot, engine) -> Iterator[MainWindow]:
    made = MainWindow(Controller(Services(engine, engine.ready, LastingReader()), ViewState()), Settings())
    qtbot.addWidget(made)
    made.resize(1100, 700)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.close()


def _pixels(seed: int = 0) -> NDArray[np.uint16]:
    """Return a smooth ramp with a bright and a dark part, 12 bits."""
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]]
    noise = np.random.default_rng(seed).integers(0, 60, SHAPE)
    return (800 + 4 * x + 3 * y + noise).astype(np.uint16)


def _dicom(path: Path, frames: list[NDArray[np.uint16]], **tags: object) -> Path:
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import DigitalXRayImageStorageForPresentation, ExplicitVRLittleEndian, generate_uid

    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = DigitalXRayImageStorageForPresentation
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID = generate_uid()
    dataset.SOPClassUID = DigitalXRayImageStorageForPresentation
    dataset.Rows, dataset.Columns = frames[0].shape
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 12, 11
    dataset.PixelRepresentation, dataset.SamplesPerPixel = 0, 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    if len(frames) > 1:
        dataset.NumberOfFrames = len(frames)
    for name, value in tags.items():
        setattr(dataset, name, value)
    dataset.PixelData = np.stack(frames).tobytes()
    dataset.save_as(path, enforce_file_format=True)
    return path


def _open(window: MainWindow, path: Path, qtbot) -> None:
    window.commands.open_image(path)
    qtbot.waitUntil(
        lambda: (
            window.controller.shown.radiograph is not None and window.controller.shown.radiograph.path == path
        ),
        timeout=20_000,
    )


@pytest.fixture
def ready(window: MainWindow, qtbot, tmp_path: Path) -> MainWindow:
    """Return a window on a file with two windows of its own."""
    path = _dicom(
        tmp_path / "a.dcm",
        [_pixels()],
        WindowCenter=[1500, 1800],
        WindowWidth=[2000, 600],
        WindowCenterWidthExplanation=["SOFT", "HARD"],
    )
    _open(window, path, qtbot)
    return window


def _gray(window: MainWindow) -> NDArray[np.uint8]:
    image = window.canvas.picture()
    words = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)
    return words[..., 0].copy()


def _move(window: MainWindow, at: QPointF, button: Qt.MouseButton, keys: Qt.KeyboardModifier = PLAIN) -> None:
    canvas = window.canvas
    event = QMouseEvent(
        QMouseEvent.Type.MouseMove, at, canvas.mapToGlobal(at), Qt.MouseButton.NoButton, button, keys
    )
    QApplication.sendEvent(canvas, event)


def _drag(
    window: MainWindow,
    start: QPointF,
    end: QPointF,
    button: Qt.MouseButton = LEFT,
    keys: Qt.KeyboardModifier = PLAIN,
) -> None:
    QTest.mousePress(window.canvas, button, keys, start.toPoint())
    for share in (0.3, 0.6, 1.0):
        _move(window, start + (end - start) * share, button, keys)
    QTest.mouseRelease(window.canvas, button, keys, end.toPoint())


def _wheel(window: MainWindow, at: QPointF, steps: float, keys: Qt.KeyboardModifier = PLAIN) -> None:
    event = QWheelEvent(
        at,
        QPointF(window.canvas.mapToGlobal(at)),
        QPoint(),
        QPoint(0, round(120 * steps)),
        Qt.MouseButton.NoButton,
        keys,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(window.canvas, event)


def _voi(window: MainWindow) -> Window:
    voi = window.controller.shown.voi
    assert isinstance(voi, Window)
    return voi


def _middle(window: MainWindow) -> QPointF:
    return QPointF(window.canvas.rect().center())


def test_a_drag_windows_what_is_on_screen(ready: MainWindow) -> None:
    before = _gray(ready)
    at = _middle(ready)
    _drag(ready, at, at + QPointF(0, -60))
    assert _voi(ready).center < 1500
    assert _gray(ready).mean() > before.mean() + 10
    _drag(ready, at, at + QPointF(-120, 0))
    narrow = _gray(ready)
    assert _voi(ready).width < 1600
    assert narrow.std() > before.std()


def test_ctrl_is_ten_times_finer_and_may_be_pressed_on_the_way(ready: MainWindow) -> None:
    at = _middle(ready)
    _drag(ready, at, at + QPointF(100, 0))
    coarse = _voi(ready).width - 2000
    ready.commands.windowing.window_by(None)
    _drag(ready, at, at + QPointF(100, 0), keys=CTRL)
    assert _voi(ready).width - 2000 == pytest.approx(coarse / 10)
    ready.commands.windowing.window_by(None)
    QTest.mousePress(ready.canvas, LEFT, PLAIN, at.toPoint())
    _move(ready, at + QPointF(50, 0), LEFT)
    _move(ready, at + QPointF(100, 0), LEFT, CTRL)
    QTest.mouseRelease(ready.canvas, LEFT, PLAIN, at.toPoint())
    assert _voi(ready).width - 2000 == pytest.approx(coarse * 0.55), "no jump where Ctrl is pressed"


def test_the_direction_of_drags_is_chosen_in_the_menu(ready: MainWindow) -> None:
    ready.drags_menu.aboutToShow.emit()
    entries = {action.text(): action for action in ready.drags_menu.actions()}
    assert [text for text, action in entries.items() if action.isChecked()] == [
        DragDirection.ACROSS_WIDER_UP_BRIGHTER.words
    ]
    entries[DragDirection.UP_WIDER_ACROSS_DARKER.words].trigger()
    at = _middle(ready)
    _drag(ready, at, at + QPointF(0, -80))
    assert _voi(ready).width > 2000
    assert _voi(ready).center == 1500
    assert ready.settings.drag_direction == DragDirection.UP_WIDER_ACROSS_DARKER.value


def test_a_double_click_never_resets_the_window(ready: MainWindow) -> None:
    mine = Window(1234, 567)
    ready.commands.windowing.window_by(mine)
    for tool in (Tool.WINDOW, Tool.PAN, Tool.REGION, Tool.ZOOM, Tool.MAGNIFIER):
        ready.commands.choose_tool(tool)
        QTest.mousePress(ready.canvas, LEFT, PLAIN, _middle(ready).toPoint())
        QTest.mouseRelease(ready.canvas, LEFT, PLAIN, _middle(ready).toPoint())
        QTest.mouseDClick(ready.canvas, LEFT, PLAIN, _middle(ready).toPoint())
        QTest.mouseRelease(ready.canvas, LEFT, PLAIN, _middle(ready).toPoint())
        assert ready.controller.state.voi is mine, tool


def test_presets_are_on_the_number_keys(ready: MainWindow) -> None:
    image = ready.controller.shown.radiograph
    seen = {}
    for key in (Qt.Key.Key_2, Qt.Key.Key_1, Qt.Key.Key_3, Qt.Key.Key_0):
        QTest.keyClick(ready.canvas, key)
        seen[key] = _voi(ready)
    assert (seen[Qt.Key.Key_1].explanation, seen[Qt.Key.Key_2].explanation) == ("SOFT", "HARD")
    assert (seen[Qt.Key.Key_3].explanation, seen[Qt.Key.Key_3].width) == ("Full range", 4095)
    assert seen[Qt.Key.Key_0] == auto_window(image)
    QTest.keyClick(ready.canvas, Qt.Key.Key_9)
    assert _voi(ready) == seen[Qt.Key.Key_0], "there is no ninth"


def test_the_window_of_a_region_is_that_of_its_values(ready: MainWindow) -> None:
    QTest.keyClick(ready.canvas, Qt.Key.Key_W, Qt.KeyboardModifier.ShiftModifier)
    assert ready.canvas.tool is Tool.REGION
    start, end = ready.canvas.to_view(49.5, 39.5), ready.canvas.to_view(119.5, 99.5)
    image = ready.controller.shown.radiograph
    for first, second in ((start, end), (end, start)):
        ready.commands.windowing.window_by(None)
        _drag(ready, first, second)
        wanted = region_window(image, slice(40, 100), slice(50, 120))
        assert _voi(ready).center == pytest.approx(wanted.center, abs=8)
        assert _voi(ready).width == pytest.approx(wanted.width, rel=0.05)


def test_a_region_beside_the_image_says_so_and_changes_nothing(ready: MainWindow) -> None:
    ready.controller.update(ViewState(path=ready.controller.state.path, zoom=Zoom(1.0)))
    ready.commands.choose_tool(Tool.REGION)
    _drag(ready, QPointF(5, 5), QPointF(40, 40))
    assert ready.controller.state.voi is None
    assert ready.messages.isVisible()


def test_escape_gives_up_a_box(ready: MainWindow) -> None:
    ready.commands.choose_tool(Tool.REGION)
    QTest.mousePress(ready.canvas, LEFT, PLAIN, QPoint(200, 200))
    _move(ready, QPointF(300, 300), LEFT)
    QTest.keyClick(ready.canvas, Qt.Key.Key_Escape)
    QTest.mouseRelease(ready.canvas, LEFT, PLAIN, QPoint(300, 300))
    assert ready.controller.state.voi is None


def test_a_zoom_box_fills_the_view(ready: MainWindow) -> None:
    QTest.keyClick(ready.canvas, Qt.Key.Key_Z)
    canvas = ready.canvas
    _drag(ready, canvas.to_view(100, 80), canvas.to_view(140, 100))
    left, right = canvas.to_view(100, 90), canvas.to_view(140, 90)
    top, bottom = canvas.to_view(120, 80), canvas.to_view(120, 100)
    assert max(
        (right.x() - left.x()) / canvas.width(), (bottom.y() - top.y()) / canvas.height()
    ) == pytest.approx(1, abs=0.03)
    assert canvas.stored_at(_middle(ready)) == pytest.approx((120, 90), abs=1.5)


@pytest.mark.parametrize("turns", [0, 1])
def test_fill_leaves_nothing_of_the_view_free(ready: MainWindow, turns: int) -> None:
    for _ in range(turns):
        ready.actions_table["rotate"].trigger()
    QTest.keyClick(ready.canvas, Qt.Key.Key_F, Qt.KeyboardModifier.ShiftModifier)
    canvas = ready.canvas
    assert ready.controller.state.zoom == FILL
    for corner in (QPointF(1, 1), QPointF(canvas.width() - 1, canvas.height() - 1)):
        assert canvas.stored_at(corner) is not None
    before = canvas.scale()
    ready.actions_table["fit"].trigger()
    assert canvas.scale() < before
    assert ready.controller.state.zoom == FIT


def test_actual_pixels_are_on_ctrl_1(ready: MainWindow) -> None:
    QTest.keyClick(ready.canvas, Qt.Key.Key_1, CTRL)
    assert ready.canvas.scale() == 1.0
    assert ready.controller.state.voi is None, "1 alone is a preset"


def test_the_hand_holds_what_it_grabbed(ready: MainWindow) -> None:
    ready.commands.choose(zoom=Zoom(4.0))
    at = _middle(ready)
    grabbed = ready.canvas.stored_at(at)
    _drag(ready, at, at + QPointF(37, -21), MIDDLE)
    assert ready.canvas.stored_at(at + QPointF(37, -21)) == pytest.approx(grabbed, abs=1e-6)
    QTest.keyPress(ready.canvas, Qt.Key.Key_Space)
    _drag(ready, at + QPointF(37, -21), at)
    QTest.keyRelease(ready.canvas, Qt.Key.Key_Space)
    assert ready.canvas.stored_at(at) == pytest.approx(grabbed, abs=1e-6)
    assert ready.controller.state.style.visible, "held, it is a hand"
    assert ready.controller.state.voi is None


def test_space_tapped_shows_and_hides_the_heatmap_wherever_the_focus_is(ready: MainWindow) -> None:
    QTest.keyClick(ready.canvas, Qt.Key.Key_Space)
    assert not ready.controller.state.style.visible
    QTest.keyClick(ready.canvas, Qt.Key.Key_Space)
    assert ready.controller.state.style.visible
    ready.browser.setFocus()
    ready.actions_table["heatmap"].trigger()
    assert not ready.controller.state.style.visible


@pytest.mark.parametrize("factor", [2.0, 3.0])
def test_the_lens_magnifies_what_is_under_it(ready: MainWindow, factor: float, monkeypatch) -> None:
    monkeypatch.setattr("cxrviewer.ui.canvas.tools.toolbox._TAP", 0.0)
    canvas = ready.canvas
    ready.commands.choose(zoom=Zoom(2.0))
    at = canvas.to_view(150, 110)
    QTest.keyPress(canvas, Qt.Key.Key_M)
    _move(ready, at, Qt.MouseButton.NoButton)
    steps = {2.0: -3, 3.0: 0}[factor]
    if steps:
        _wheel(ready, at, steps)
    assert ready.controller.state.zoom.scale == 2.0, "the wheel is the lens's"
    screen = canvas.grab().toImage()
    image = ready.controller.shown.radiograph
    table = presentation_table(image, _voi(ready))
    for dx, dy in ((-60, 10), (40, -30), (5, 70)):
        x, y = 150 + (dx + 0.5) / (2 * factor), 110 + (dy + 0.5) / (2 * factor)
        expected = int(table[image.pixels[round(y), round(x)]])
        seen = screen.pixelColor((at + QPointF(dx, dy)).toPoint()).lightness()
        assert seen == pytest.approx(expected, abs=5)
    inside = canvas.grab().toImage()
    QTest.keyRelease(canvas, Qt.Key.Key_M)
    outside = canvas.grab().toImage()
    edge = (at + QPointF(RADIUS - 1, 0)).toPoint()
    beyond = (at + QPointF(RADIUS + 4, 0)).toPoint()
    assert inside.pixel(edge) != outside.pixel(edge)
    assert inside.pixel(beyond) == outside.pixel(beyond), "beyond the lens nothing changes"
    assert ready.canvas.tool is Tool.WINDOW, "held, not chosen"


def test_a_tap_of_m_chooses_the_lens_which_goes_with_the_mouse(ready: MainWindow) -> None:
    canvas = ready.canvas
    QTest.keyClick(canvas, Qt.Key.Key_M)
    assert canvas.tool is Tool.MAGNIFIER
    empty = canvas.grab().toImage()
    _move(ready, _middle(ready), Qt.MouseButton.NoButton)
    assert canvas.grab().toImage() != empty
    QApplication.sendEvent(canvas, QEvent(QEvent.Type.Leave))
    assert canvas.grab().toImage() == empty


def test_one_tool_is_chosen_at_a_time_and_says_what_it_does(ready: MainWindow) -> None:
    for tool in (Tool.PAN, Tool.REGION, Tool.ZOOM, Tool.MAGNIFIER, Tool.WINDOW):
        ready.actions_table[f"tool_{tool.value}"].trigger()
        assert ready.canvas.tool is tool
        pressed = [each for each in Tool if ready.actions_table[f"tool_{each.value}"].isChecked()]
        assert pressed == [tool]
        assert ready.statusBar().currentMessage() == ready.actions_table[f"tool_{tool.value}"].toolTip()


def test_the_window_is_kept_for_the_next_image_where_that_is_wanted(
    ready: MainWindow, qtbot, tmp_path
) -> None:
    second = _dicom(tmp_path / "b.dcm", [_pixels(1)], WindowCenter=900, WindowWidth=100)
    ready.commands.windowing.window_by(Window(1700, 900))
    ready.actions_table["keep_window"].trigger()
    _open(ready, second, qtbot)
    assert _voi(ready) == Window(1700, 900)
    ready.actions_table["keep_window"].trigger()
    _open(ready, tmp_path / "a.dcm", qtbot)
    assert _voi(ready).explanation == "SOFT"


def test_the_frame_slider_is_there_for_several_frames_alone(ready: MainWindow, qtbot, tmp_path) -> None:
    assert not ready.canvas.frames.isVisible()
    assert not ready.actions_table["frame_next"].isEnabled()
    frames = [np.full(SHAPE, 300 * number, np.uint16) for number in range(1, 6)]
    path = _dicom(tmp_path / "cine.dcm", frames, WindowCenter=1000, WindowWidth=3000)
    _open(ready, path, qtbot)
    canvas = ready.canvas
    assert canvas.frames.isVisible()
    assert canvas.frames.words.text() == "frame 1 of 5"
    ready.commands.windowing.window_by(Window(800, 2000))
    ready.commands.choose(zoom=Zoom(1.5))

    def seen(frame: int) -> None:
        qtbot.waitUntil(lambda: ready.controller.shown.radiograph.frame == frame, timeout=20_000)
        table = presentation_table(ready.controller.shown.radiograph, Window(800, 2000))
        middle = canvas.picture().pixelColor(_middle(ready).toPoint()).lightness()
        assert middle == int(table[300 * (frame + 1)])
        assert canvas.frames.words.text() == f"frame {frame + 1} of 5"
        assert ready.controller.state.voi == Window(800, 2000), "the window is kept"
        assert ready.controller.state.zoom == Zoom(1.5)

    QTest.keyClick(canvas, Qt.Key.Key_Down, CTRL)
    seen(1)
    for _ in range(4):
        _wheel(ready, _middle(ready), -0.25, CTRL)
    seen(2)
    canvas.frames.slider.setValue(4)
    seen(4)
    assert not ready.actions_table["frame_next"].isEnabled()
    _wheel(ready, _middle(ready), -1, CTRL)
    assert ready.controller.state.frame == 4, "stays at the end"
    QTest.keyClick(canvas, Qt.Key.Key_Up, CTRL)
    seen(3)
    _open(ready, tmp_path / "a.dcm", qtbot)
    assert ready.controller.state.frame == 0
    assert not canvas.frames.isVisible()


def test_overlay_planes_are_switched(ready: MainWindow, qtbot, tmp_path) -> None:
    pixels = np.full(SHAPE, 400, np.uint16)
    path = _dicom(tmp_path / "plane.dcm", [pixels], WindowCenter=1000, WindowWidth=3000)
    dataset = pydicom.dcmread(path)
    bits = np.zeros(SHAPE, np.uint8)
    bits[100:140, 100:200] = 1
    dataset.add_new(0x60000010, "US", SHAPE[0])
    dataset.add_new(0x60000011, "US", SHAPE[1])
    dataset.add_new(0x60000040, "CS", "G")
    dataset.add_new(0x60000050, "SS", [1, 1])
    dataset.add_new(0x60000100, "US", 1)
    dataset.add_new(0x60000102, "US", 0)
    dataset.add_new(0x60003000, "OW", np.packbits(bits.ravel(), bitorder="little").tobytes())
    dataset.save_as(path)
    _open(ready, path, qtbot)
    at = ready.canvas.to_view(150, 120).toPoint()
    assert ready.canvas.picture().pixelColor(at).lightness() == 255
    QTest.keyClick(ready.canvas, Qt.Key.Key_O)
    assert ready.canvas.picture().pixelColor(at).lightness() < 100
    QTest.keyClick(ready.canvas, Qt.Key.Key_O)
    assert ready.canvas.picture().pixelColor(at).lightness() == 255


def test_pixels_are_squares_beyond_three_to_one(ready: MainWindow) -> None:
    def shades(scale: float) -> float:
        ready.commands.choose(zoom=Zoom(scale))
        row = _gray(ready)[ready.canvas.height() // 2]
        return len(np.flatnonzero(np.diff(row.astype(int)))) / (len(row) / scale)

    assert shades(4.0) <= 1.01, "one step a pixel"
    assert shades(2.9) > 1.3, "smooth between pixels"


def test_the_window_panel_follows_the_drag_and_the_drag_the_panel(ready: MainWindow, qtbot) -> None:
    section = next(each for each in ready.side.sections if each.name == "window")
    section.header.click()
    qtbot.waitUntil(lambda: ready.side.window_panel.controls is not None, timeout=20_000)
    controls = ready.side.window_panel.controls
    assert (controls.width_.value(), controls.center.value()) == (2000, 1500)
    at = _middle(ready)
    _drag(ready, at, at + QPointF(100, 0))
    assert controls.width_.value() == pytest.approx(_voi(ready).width, abs=1)
    controls.center.setValue(1111)
    assert _voi(ready).center == 1111
    controls.automatic.click()
    assert _voi(ready) == auto_window(ready.controller.shown.radiograph)
    assert controls.preset.currentText() == "Automatic"
    controls.keep.click()
    assert ready.actions_table["keep_window"].isChecked()
    controls.reset.click()
    assert ready.controller.state.voi is None
