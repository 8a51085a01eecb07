"""Swipe, flicker and hiding while a key is held, through the real window: only pictures change."""

from __future__ import annotations

import numpy as np
import pytest
from answering_engine import AnsweringEngine
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from cxrviewer.session.panes import Layout
from cxrviewer.ui.canvas.canvas import Canvas
from cxrviewer.ui.canvas.reveal import FLICKER
from cxrviewer.ui.main_window import MainWindow

WAIT = 20_000


@pytest.fixture
def engine() -> AnsweringEngine:
    return AnsweringEngine()


@pytest.fixture
def window(qtbot, open_window, write_image) -> MainWindow:
    made = open_window(1280, 800)
    made.activateWindow()
    made.commands.open_image(write_image("a.png"))
    made.commands.style(alpha=0.9)
    qtbot.waitUntil(lambda: made.controller.shown.heatmap is not None, timeout=WAIT)
    qtbot.waitUntil(lambda: not made.canvas.sign.isVisible(), timeout=WAIT)
    return made


def _picture(canvas: Canvas) -> NDArray[np.uint32]:
    image = canvas.picture()
    pixels = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), image.bytesPerLine() // 4)
    return pixels[:, : image.width()].copy()


@pytest.fixture
def pictures(window: MainWindow) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Return the picture with the heatmap, and without."""
    overlay = _picture(window.canvas)
    window.commands.style(visible=False)
    plain = _picture(window.canvas)
    window.commands.style(visible=True)
    assert np.mean(overlay != plain) > 0.2
    return overlay, plain


def _content(window: MainWindow) -> tuple[object, ...]:
    """Return what would be made anew if anything were computed."""
    shown = window.controller.shown
    return id(shown.analysis), id(shown.heatmap), id(shown.table), shown.state


def test_the_heatmap_is_right_of_the_line(window, pictures) -> None:
    overlay, plain = pictures
    work = _content(window)
    QTest.keyClick(window.canvas, Qt.Key.Key_U)
    assert window.actions_table["swipe"].isChecked()
    seen, middle = _picture(window.canvas), round(0.5 * overlay.shape[1])
    assert np.array_equal(seen[:, :middle], plain[:, :middle])
    assert np.array_equal(seen[:, middle:], overlay[:, middle:])
    QTest.keyClick(window.canvas, Qt.Key.Key_U)
    assert np.array_equal(_picture(window.canvas), overlay)
    assert _content(window) == work


def test_the_line_is_dragged_and_windows_nothing(window, pictures) -> None:
    overlay, plain = pictures
    window.actions_table["swipe"].trigger()
    work, canvas = _content(window), window.canvas
    y, start, end = 60, canvas.width() // 2, canvas.width() // 4
    QTest.mouseMove(canvas, QPoint(start + 3, y))
    assert canvas.cursor().shape() is Qt.CursorShape.SplitHCursor
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(start + 3, y))
    QTest.mouseMove(canvas, QPoint(start - 20, y))
    QTest.mouseMove(canvas, QPoint(end + 3, y))
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(end + 3, y))
    assert canvas.reveal.divider == pytest.approx(end / canvas.width())
    seen = _picture(canvas)
    assert np.array_equal(seen[:, :end], plain[:, :end])
    assert np.array_equal(seen[:, end + 1 :], overlay[:, end + 1 :])
    assert _content(window) == work
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(end, y))
    QTest.mouseMove(canvas, QPoint(-500, y))
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(-500, y))
    assert canvas.reveal.divider == 0.0, "it can always be grabbed again"


def test_beside_the_line_the_tool_in_use_works(window, pictures) -> None:
    window.actions_table["swipe"].trigger()
    canvas = window.canvas
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(100, 300))
    for x in range(100, 200, 20):
        QTest.mouseMove(canvas, QPoint(x, 300))
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(200, 300))
    assert window.controller.state.voi is not None
    assert canvas.reveal.divider == 0.5


def test_the_heatmap_is_gone_while_the_key_is_held(window, pictures) -> None:
    overlay, plain = pictures
    work = _content(window)
    QTest.keyPress(window.canvas, Qt.Key.Key_X)
    assert np.array_equal(_picture(window.canvas), plain)
    QTest.keyRelease(window.canvas, Qt.Key.Key_X)
    assert np.array_equal(_picture(window.canvas), overlay)
    QTest.keyPress(window.canvas, Qt.Key.Key_X)
    window.browser.setFocus()
    window.canvas.clearFocus()
    assert np.array_equal(_picture(window.canvas), overlay), "a key that is let go elsewhere is not heard of"
    assert _content(window) == work


def test_flicker_alternates_and_stops_with_the_heatmap_there(window, qtbot, pictures) -> None:
    overlay, plain = pictures
    work = _content(window)
    seen: list[bool] = []
    window.canvas.reveal.changed.connect(lambda: seen.append(window.canvas.reveal.hidden))
    QTest.keyClick(window.canvas, Qt.Key.Key_X, Qt.KeyboardModifier.ShiftModifier)
    assert window.actions_table["flicker"].isChecked()
    assert np.array_equal(_picture(window.canvas), plain)
    qtbot.waitUntil(lambda: len(seen) >= 4, timeout=WAIT)
    assert seen[:4] == [True, False, True, False]
    assert 1 / (2 * FLICKER) < 3, "flashes a second above which light harms some people"
    QTest.keyClick(window.canvas, Qt.Key.Key_X, Qt.KeyboardModifier.ShiftModifier)
    assert np.array_equal(_picture(window.canvas), overlay)
    assert not window.canvas.reveal.flickers
    assert _content(window) == work


def test_both_show_the_heatmap_where_it_was_hidden(window) -> None:
    for action in ("swipe", "flicker"):
        window.commands.style(visible=False)
        window.actions_table[action].trigger()
        assert window.controller.state.style.visible
        window.actions_table[action].trigger()
        assert window.controller.state.style.visible


def test_each_pane_swipes_for_itself(window, qtbot) -> None:
    window.actions_table["swipe"].trigger()
    window.arrangement.lay_out(Layout.SIDE_BY_SIDE)
    left, right = window.panes.panes
    assert (left.canvas.reveal.divider, right.canvas.reveal.divider) == (0.5, None)
    window.panes.activate(right)
    assert not window.actions_table["swipe"].isChecked()
    window.panes.activate(left)
    assert window.actions_table["swipe"].isChecked()
