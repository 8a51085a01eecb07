"""The canvas: what is seen, and what the mouse asks for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from cxrviewer.imaging.colormap import colormap_table
from cxrviewer.imaging.compose import OverlayStyle
from cxrviewer.imaging.geometry import apply_affine, resize_affine
from cxrviewer.imaging.grayscale import full_window, presentation_table
from cxrviewer.imaging.heatmap import Heatmap
from cxrviewer.imaging.radiograph import GrayscaleInfo, Radiograph
from cxrviewer.imaging.render import Renderer
from cxrviewer.imaging.viewport import Orientation, Viewport
from cxrviewer.session.state import FIT, Zoom
from cxrviewer.ui.canvas.canvas import Canvas
from cxrviewer.ui.canvas.legend import Legend, Line
from cxrviewer.ui.canvas.tools.tool import PlainTool, Pointer, Tool

SHAPE = (120, 200)
WIDTH, HEIGHT = 640, 480
LEFT, MIDDLE, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton


def _pixels(shape: tuple[int, int] = SHAPE) -> NDArray[np.uint8]:
    return np.random.default_rng(4).integers(0, 255, shape, np.uint8)


def _radiograph(pixels: NDArray | None = None, aspect: float = 1.0) -> Radiograph:
    pixels = _pixels() if pixels is None else pixels
    info = GrayscaleInfo(8, full_range_default=True)
    return Radiograph(pixels, info, Path("a.png"), "PNG", "digest", aspect)


@pytest.fixture
def canvas(qtbot) -> Canvas:
    """Return a canvas that shows an image, and follows what it asks for as the window does."""
    made = Canvas()
    qtbot.addWidget(made)
    made.resize(WIDTH, HEIGHT)
    made.show()
    qtbot.waitExposed(made)
    radiograph = _radiograph()
    made.set_image(Renderer(radiograph), presentation_table(radiograph, full_window(radiograph)))
    made.view = (FIT, Orientation())  # type: ignore[attr-defined]

    def follow(zoom: Zoom) -> None:
        made.view = (zoom, made.view[1])  # type: ignore[attr-defined]
        made.set_view(*made.view)  # type: ignore[attr-defined]

    made.zoomed.connect(follow)
    return made


def _look(canvas: Canvas, zoom: Zoom = FIT, orientation: Orientation | None = None) -> None:
    canvas.view = (zoom, orientation or Orientation())  # type: ignore[attr-defined]
    canvas.set_view(*canvas.view)  # type: ignore[attr-defined]


def _rgb(canvas: Canvas) -> NDArray[np.uint8]:
    image = canvas.picture()
    words = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)
    return words[..., 2::-1].copy()


def _gray(canvas: Canvas) -> NDArray[np.uint8]:
    rgb = _rgb(canvas)
    assert np.array_equal(rgb[..., 0], rgb[..., 1])
    assert np.array_equal(rgb[..., 0], rgb[..., 2])
    return rgb[..., 0]


def _image_part(picture: NDArray, shape: tuple[int, int] = SHAPE) -> NDArray:
    top, left = (picture.shape[0] - shape[0]) // 2, (picture.shape[1] - shape[1]) // 2
    return picture[top : top + shape[0], left : left + shape[1]]


def _wheel(canvas: Canvas, at: QPointF, steps: float) -> None:
    event = QWheelEvent(
        at,
        QPointF(canvas.mapToGlobal(at.toPoint())),
        QPoint(),
        QPoint(0, round(120 * steps)),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas, event)


def _drag(
    canvas: Canvas,
    start: QPoint,
    way: QPoint,
    button: Qt.MouseButton = LEFT,
    keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> None:
    QTest.mousePress(canvas, button, keys, start)
    for share in (0.25, 0.5, 0.75, 1.0):
        at = QPointF(start) + QPointF(way) * share
        move = QMouseEvent(
            QMouseEvent.Type.MouseMove, at, canvas.mapToGlobal(at), Qt.MouseButton.NoButton, button, keys
        )
        QApplication.sendEvent(canvas, move)
    QTest.mouseRelease(canvas, button, keys, start + way)


def _heard(signal) -> list:
    heard: list = []
    signal.connect(lambda *values: heard.append(values))
    return heard


def test_actual_pixels_are_exact(canvas: Canvas) -> None:
    _look(canvas, Zoom(1.0))
    picture = _gray(canvas)
    assert picture.shape == (HEIGHT, WIDTH)
    assert np.array_equal(_image_part(picture), _pixels())
    assert picture.sum() == _pixels().sum(), "around the image is black"


@pytest.mark.parametrize("shape", [(121, 200), (120, 201), (121, 201)])
def test_actual_pixels_are_exact_for_odd_sizes_too(canvas: Canvas, shape: tuple[int, int]) -> None:
    pixels = _pixels(shape)
    radiograph = _radiograph(pixels)
    canvas.set_image(Renderer(radiograph), presentation_table(radiograph, full_window(radiograph)))
    _look(canvas, Zoom(1.0, (0.4, 0.6)))
    picture = _gray(canvas)
    rows, columns = np.nonzero(picture)
    top, left = rows.min(), columns.min()
    assert np.array_equal(picture[top : top + shape[0], left : left + shape[1]], pixels)


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("flipped", [False, True])
def test_turned_and_flipped_is_exactly_that(canvas: Canvas, flipped: bool, turns: int) -> None:
    _look(canvas, Zoom(1.0), Orientation(flipped, turns))
    expected = np.rot90(np.fliplr(_pixels()) if flipped else _pixels(), -turns)
    assert np.array_equal(_image_part(_gray(canvas), expected.shape), expected)


@pytest.mark.parametrize("turns", [0, 1])
def test_fit_shows_the_whole_image_as_large_as_it_goes(canvas: Canvas, turns: int) -> None:
    radiograph = _radiograph(np.full(SHAPE, 200, np.uint8))
    canvas.set_image(Renderer(radiograph), presentation_table(radiograph, full_window(radiograph)))
    _look(canvas, FIT, Orientation(quarter_turns=turns))
    rows, columns = np.nonzero(_gray(canvas))
    height, width = np.ptp(rows) + 1, np.ptp(columns) + 1
    if turns:
        assert (height, width) == (HEIGHT, HEIGHT * SHAPE[0] // SHAPE[1])
    else:
        assert (height, width) == (WIDTH * SHAPE[0] // SHAPE[1], WIDTH)


def test_fit_follows_the_size_of_the_widget(canvas: Canvas, qtbot) -> None:
    assert canvas.scale() == pytest.approx(WIDTH / SHAPE[1])
    canvas.resize(400, 300)
    qtbot.waitUntil(lambda: canvas.picture().width() == 400, timeout=20_000)
    assert canvas.scale() == pytest.approx(400 / SHAPE[1])


def test_the_picture_is_the_blend_worked_out_by_hand(canvas: Canvas) -> None:
    values = np.random.default_rng(9).random((3, 5)).astype(np.float32)
    style = OverlayStyle("viridis", alpha=0.7, threshold=0.3)
    canvas.set_heatmap(Heatmap(values, resize_affine((3, 5), SHAPE)))
    canvas.set_style(style)
    _look(canvas, Zoom(1.0))
    x = np.clip((np.arange(SHAPE[1]) + 0.5) * 5 / SHAPE[1] - 0.5, 0, 4)
    y = np.clip((np.arange(SHAPE[0]) + 0.5) * 3 / SHAPE[0] - 0.5, 0, 2)
    across = np.array([np.interp(x, np.arange(5), row) for row in values])
    heat = np.array([np.interp(y, np.arange(3), column) for column in across.T]).T
    value = np.rint(heat * 255).astype(int)
    alpha = np.where(value / 255 >= 0.3, 0.7 * np.clip(value / 255 / 0.6, 0, 1), 0)[..., None]
    gray = _pixels()[..., None].astype(float)
    expected = gray + alpha * (colormap_table("viridis")[value] - gray)
    difference = np.abs(_image_part(_rgb(canvas)) - expected)
    # Where a value rounds to the neighbouring one of 256, the colour is the neighbouring one, too.
    assert np.percentile(difference, 99) <= 0.51
    assert np.median(difference) <= 0.5


@pytest.mark.parametrize("zoom", [FIT, Zoom(5.0, (0.3, 0.6))])
def test_through_a_lens_image_and_heatmap_are_as_on_the_canvas(canvas: Canvas, zoom: Zoom) -> None:
    canvas.set_heatmap(Heatmap(np.eye(4, dtype=np.float32), resize_affine((4, 4), SHAPE)))
    _look(canvas, zoom, Orientation(True, 1))
    seen, viewport = canvas.picture().copy(), canvas.viewport()
    _look(canvas, Zoom(1.0))
    other = canvas.picture().copy()
    assert canvas.magnified(viewport) == seen
    assert canvas.picture() == other, "what is on the canvas stays"


def test_a_hidden_heatmap_leaves_the_exact_gray(canvas: Canvas) -> None:
    _look(canvas, Zoom(1.0))
    without = _rgb(canvas)
    canvas.set_heatmap(Heatmap(np.ones((2, 2), np.float32), resize_affine((2, 2), SHAPE)))
    assert not np.array_equal(_rgb(canvas), without)
    canvas.set_style(OverlayStyle(visible=False))
    assert np.array_equal(_rgb(canvas), without)


def test_another_image_takes_the_heatmap_off(canvas: Canvas) -> None:
    canvas.set_heatmap(Heatmap(np.ones((2, 2), np.float32), resize_affine((2, 2), SHAPE)))
    radiograph = _radiograph()
    canvas.set_image(Renderer(radiograph), presentation_table(radiograph, full_window(radiograph)))
    _gray(canvas)


def test_every_setting_reaches_the_picture(canvas: Canvas) -> None:
    radiograph = _radiograph()
    style = OverlayStyle()
    canvas.set_heatmap(Heatmap(np.eye(4, dtype=np.float32), resize_affine((4, 4), SHAPE)))
    steps: list[Callable[[], None]] = [
        lambda: canvas.set_style(replace(style, colormap="jet")),
        lambda: canvas.set_style(replace(style, alpha=1.0)),
        lambda: canvas.set_style(replace(style, threshold=0.8)),
        lambda: canvas.set_table(presentation_table(radiograph, full_window(radiograph), inverted=True)),
        lambda: _look(canvas, Zoom(2.0)),
        lambda: _look(canvas, Zoom(2.0), Orientation(True)),
        lambda: canvas.set_heatmap(None),
    ]
    pictures = [canvas.picture().copy()]
    for step in steps:
        step()
        pictures.append(canvas.picture().copy())
    assert all(one != other for one, other in pairwise(pictures))


@pytest.mark.parametrize("orientation", [Orientation(), Orientation(True, 1), Orientation(False, 2)])
@pytest.mark.parametrize("zoom", [FIT, Zoom(1.0), Zoom(2.5, (0.3, 0.7))])
def test_stored_point_under_a_position(canvas: Canvas, zoom: Zoom, orientation: Orientation) -> None:
    _look(canvas, zoom, orientation)
    matrix = canvas.viewport().stored_to_view
    for x, y in ((0, 0), (199, 119), (60, 80), (10.25, 3.5)):
        px, py = apply_affine(matrix, x, y)
        # The centre of the first screen pixel is at (0.5, 0.5) of the widget.
        assert canvas.stored_at(QPointF(px + 0.5, py + 0.5)) == pytest.approx((x, y), abs=1e-6)


def test_there_is_no_stored_point_outside_the_image(canvas: Canvas) -> None:
    _look(canvas, Zoom(1.0))
    left, top = (WIDTH - SHAPE[1]) / 2, (HEIGHT - SHAPE[0]) / 2
    for position in ((left - 0.5, HEIGHT / 2), (WIDTH / 2, top - 0.5), (left + 200.5, HEIGHT / 2), (0, 0)):
        assert canvas.stored_at(QPointF(*position)) is None
    assert canvas.stored_at(QPointF(left + 0.5, top + 0.5)) == pytest.approx((0, 0))


@pytest.mark.parametrize("orientation", [Orientation(), Orientation(True, 3)])
@pytest.mark.parametrize("steps", [1, -1, 4, 0.25])
@pytest.mark.parametrize("at", [(300, 250), (200, 180), (411, 333)])
def test_wheel_keeps_the_point_under_the_cursor(
    canvas: Canvas, at: tuple[int, int], steps: float, orientation: Orientation
) -> None:
    _look(canvas, Zoom(2.2, (0.5, 0.5)), orientation)
    position = QPointF(*at)
    before, scale = canvas.stored_at(position), canvas.scale()
    assert before is not None
    _wheel(canvas, position, steps)
    assert canvas.stored_at(position) == pytest.approx(before, abs=1e-6)
    assert canvas.scale() == pytest.approx(scale * 1.2**steps)


def test_wheel_from_fit_keeps_the_point_too(canvas: Canvas) -> None:
    position = QPointF(200, 200)
    before = canvas.stored_at(position)
    _wheel(canvas, position, 3)
    assert canvas.stored_at(position) == pytest.approx(before, abs=1e-6)


def test_zoom_stays_within_bounds(canvas: Canvas) -> None:
    for steps, scale in ((200, 40.0), (-400, 0.02)):
        _wheel(canvas, QPointF(300, 200), steps)
        assert canvas.scale() == pytest.approx(scale)


@pytest.mark.parametrize("button", [LEFT, MIDDLE])
def test_panning_moves_the_image_with_the_hand(canvas: Canvas, button: Qt.MouseButton) -> None:
    canvas.tool = Tool.PAN
    _look(canvas, Zoom(3.0), Orientation(True, 1))
    grabbed = canvas.stored_at(QPointF(300, 200))
    _drag(canvas, QPoint(300, 200), QPoint(40, -25), button)
    assert canvas.stored_at(QPointF(340, 175)) == pytest.approx(grabbed, abs=1e-6)
    assert canvas.scale() == 3.0


def test_the_image_cannot_be_panned_out_of_reach(canvas: Canvas) -> None:
    canvas.tool = Tool.PAN
    _look(canvas, Zoom(1.0))
    for _ in range(5):
        _drag(canvas, QPoint(300, 200), QPoint(600, 400))
    assert _gray(canvas).any()


def test_a_drag_with_the_window_tool_tells_the_way(canvas: Canvas) -> None:
    started, dragged, zoomed = (
        _heard(signal) for signal in (canvas.window_drag_started, canvas.window_dragged, canvas.zoomed)
    )
    _drag(canvas, QPoint(200, 200), QPoint(80, -40))
    assert len(started) == 1
    assert dragged[-1] == (80.0, -40.0)
    assert zoomed == []


@pytest.mark.parametrize(
    ("button", "keys"), [(MIDDLE, Qt.KeyboardModifier.NoModifier), (LEFT, Qt.KeyboardModifier.ShiftModifier)]
)
def test_middle_button_and_shift_pan_whatever_the_tool(canvas: Canvas, button, keys) -> None:
    dragged, zoomed = _heard(canvas.window_dragged), _heard(canvas.zoomed)
    _drag(canvas, QPoint(200, 200), QPoint(30, 30), button, keys)
    assert dragged == []
    assert zoomed


def test_the_right_button_drags_nothing(canvas: Canvas) -> None:
    dragged, zoomed = _heard(canvas.window_dragged), _heard(canvas.zoomed)
    _drag(canvas, QPoint(200, 200), QPoint(30, 30), RIGHT)
    assert (dragged, zoomed) == ([], [])


def test_moving_without_a_button_only_tells_the_point(canvas: Canvas) -> None:
    hovered, dragged = _heard(canvas.hovered), _heard(canvas.window_dragged)
    _look(canvas, Zoom(1.0))
    QTest.mouseMove(canvas, QPoint(320, 240))
    QTest.mouseMove(canvas, QPoint(2, 2))
    points = [values[0] for values in hovered]
    assert points[0] == pytest.approx((99.5, 59.5)), "the border between four pixels"
    assert points[-1] is None
    assert dragged == []


@pytest.mark.parametrize("jitter", [QPoint(0, 0), QPoint(1, 0), QPoint(-2, 2)])
def test_a_double_click_never_changes_the_window(canvas: Canvas, jitter: QPoint) -> None:
    dragged = _heard(canvas.window_dragged)
    at = QPoint(250, 220)
    _drag(canvas, at, jitter)
    QTest.mouseDClick(canvas, LEFT, Qt.KeyboardModifier.NoModifier, at + jitter)
    QTest.mouseMove(canvas, at + QPoint(90, 90))
    assert dragged == []


def test_double_click_goes_between_fit_and_actual_pixels(canvas: Canvas) -> None:
    at = QPointF(250, 220)
    before = canvas.stored_at(at)
    QTest.mouseDClick(canvas, LEFT, Qt.KeyboardModifier.NoModifier, at.toPoint())
    assert canvas.scale() == pytest.approx(1.0)
    assert canvas.stored_at(at) == pytest.approx(before, abs=0.51)
    QTest.mouseDClick(canvas, LEFT, Qt.KeyboardModifier.NoModifier, at.toPoint())
    assert canvas.scale() == pytest.approx(WIDTH / SHAPE[1])


def test_space_is_a_hand_while_it_is_held_and_tells_a_tap(canvas: Canvas) -> None:
    dragged, zoomed, tapped = (_heard(each) for each in (canvas.window_dragged, canvas.zoomed, canvas.tapped))
    QTest.keyPress(canvas, Qt.Key.Key_Space)
    assert canvas.cursor().shape() is Qt.CursorShape.OpenHandCursor
    _drag(canvas, QPoint(200, 200), QPoint(30, 30))
    QTest.keyRelease(canvas, Qt.Key.Key_Space)
    assert (dragged, tapped) == ([], [])
    assert zoomed
    assert canvas.tool is Tool.WINDOW
    QTest.keyClick(canvas, Qt.Key.Key_Space)
    assert tapped == [(Qt.Key.Key_Space,)]
    _drag(canvas, QPoint(200, 200), QPoint(30, 30))
    assert dragged, "the key is up"


def test_a_tool_is_asked_for_its_presses_and_a_grip_before_it(canvas: Canvas) -> None:
    class Tester(PlainTool):
        def __init__(self, takes: bool) -> None:
            self.takes = takes
            self.heard: list[str] = []

        def press(self, point: Pointer) -> bool:
            self.heard.append("press")
            assert canvas.to_view(*point.stored).toPoint() == point.view.toPoint()
            return self.takes

        def move(self, point: Pointer) -> None:
            self.heard.append("drag" if point.buttons else "hover")

        def release(self, point: Pointer) -> None:
            self.heard.append("release")

    grip, tool = Tester(False), Tester(True)
    canvas.add_grip(grip)
    canvas.add_tool(Tool.REGION, tool)
    canvas.tool = Tool.REGION
    QTest.mouseMove(canvas, QPoint(300, 200))
    _drag(canvas, QPoint(300, 200), QPoint(20, 10))
    assert grip.heard == ["hover", "press"]
    assert tool.heard == ["hover", "press", *["drag"] * 4, "release"]
    grip.takes = True
    tool.heard.clear()
    _drag(canvas, QPoint(300, 200), QPoint(20, 10))
    assert tool.heard == []


def test_a_layer_is_drawn_over_the_picture_where_the_image_is(canvas: Canvas) -> None:
    class Dot:
        def paint(self, painter: QPainter, viewport: Viewport, ratio: float) -> None:
            painter.fillRect(QRectF(canvas.to_view(9.5, 9.5), canvas.to_view(19.5, 19.5)), QColor("red"))

    canvas.layers.append(Dot())
    _look(canvas, Zoom(2.0))
    screen = canvas.grab().toImage()
    inside, outside = canvas.to_view(10, 10).toPoint(), canvas.to_view(20.5, 20.5).toPoint()
    assert screen.pixelColor(inside) == QColor("red")
    assert screen.pixelColor(outside) != QColor("red")


@pytest.mark.parametrize(
    ("key", "step"), [(Qt.Key.Key_Left, -1), (Qt.Key.Key_Up, -1), (Qt.Key.Key_Right, 1), (Qt.Key.Key_Down, 1)]
)
def test_arrow_keys_ask_for_the_neighbour(canvas: Canvas, key, step: int) -> None:
    stepped = _heard(canvas.stepped)
    QTest.keyClick(canvas, key)
    QTest.keyClick(canvas, key, Qt.KeyboardModifier.ControlModifier)
    assert stepped == [(step,)]


def test_without_an_image_nothing_is_asked_for(canvas: Canvas) -> None:
    canvas.set_image(None, None)
    signals = [_heard(each) for each in (canvas.zoomed, canvas.window_dragged, canvas.window_drag_started)]
    _wheel(canvas, QPointF(100, 100), 1)
    _drag(canvas, QPoint(100, 100), QPoint(50, 50))
    QTest.mouseDClick(canvas, LEFT, Qt.KeyboardModifier.NoModifier, QPoint(100, 100))
    canvas.zoom_by(2.0)
    assert signals == [[], [], []]
    assert canvas.stored_at(QPointF(100, 100)) is None
    assert canvas.grab().width() == WIDTH


def test_words_are_drawn_over_the_picture_not_into_it(canvas: Canvas) -> None:
    _look(canvas, Zoom(1.0))
    picture, screen = canvas.picture().copy(), canvas.grab().toImage()
    canvas.set_legend(Legend(top_left=(Line("a name"),), bottom_right=(Line("Not for diagnosis"),)))
    assert canvas.picture() == picture
    assert canvas.grab().toImage() != screen


def test_what_is_on_screen_is_the_picture(canvas: Canvas) -> None:
    _look(canvas, Zoom(1.0))
    screen = canvas.grab().toImage()
    picture = canvas.picture()
    for x, y in ((320, 240), (250, 200), (400, 290)):
        assert screen.pixel(x, y) == picture.pixel(x, y)
