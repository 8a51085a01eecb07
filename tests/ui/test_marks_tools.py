"""Every mark tool through the real window, at turned, flipped, zoomed and fine views."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from marks_desk import SHIFT, MarksDesk
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from cxrviewer.imaging.geometry import apply_affine
from cxrviewer.imaging.viewport import Orientation
from cxrviewer.session.marks import Angle, Arrow, CardiothoracicRatio, Ellipse, Length, Rectangle, Text
from cxrviewer.session.state import Zoom
from cxrviewer.ui.canvas.canvas import Canvas
from cxrviewer.ui.canvas.tools.tool import Tool

VIEWS = [
    (Orientation(), Zoom()),
    (Orientation(flipped=True), Zoom(3.7, (0.45, 0.55))),
    (Orientation(quarter_turns=1), Zoom()),
    (Orientation(flipped=True, quarter_turns=3), Zoom(5.0, (0.5, 0.5))),
]
PIXELS = np.add.outer(np.arange(150), np.arange(200)).astype(np.uint8)


@pytest.fixture
def desk(qtbot, engine, write_image) -> Iterator[MarksDesk]:
    made = MarksDesk(qtbot, engine)
    made.open(write_image("chest.png", PIXELS))
    yield made
    made.window.marks.unsaved = lambda: ()  # type: ignore[method-assign]
    made.window.close()
    made.window.deleteLater()


def _look(desk: MarksDesk, orientation: Orientation, zoom: Zoom) -> None:
    controller = desk.window.controller
    controller.update(replace(controller.state, orientation=orientation, zoom=zoom))


@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_a_drag_makes_a_mark_where_it_was_made(desk, monkeypatch, ratio: float) -> None:
    monkeypatch.setattr(Canvas, "devicePixelRatioF", lambda self: ratio, raising=False)
    for orientation, zoom in VIEWS:
        _look(desk, orientation, zoom)
        for kind in (Length, Rectangle, Ellipse, Arrow):
            start, end = desk.stored((80.0, 60.0)), desk.stored((110.0, 90.0))
            desk.trigger(f"tool_{kind.kind}")
            desk.drag((80.0, 60.0), (100.0, 100.0), (110.0, 90.0))
            (mark,) = desk.marks
            assert type(mark) is kind
            np.testing.assert_allclose(mark.points, (start, end), atol=1e-9)
            assert desk.document.selected_id == mark.id
            assert desk.window.actions_table["undo"].text() == f"&Undo add {kind.name}"
            desk.trigger("undo")
            assert desk.marks == ()


def test_marks_are_drawn_where_they_are(desk) -> None:
    desk.trigger("tool_length")
    desk.drag((70.0, 60.0), (120.0, 60.0))
    middle = tuple(np.mean(desk.marks[0].points, axis=0))
    for orientation, zoom in VIEWS:
        _look(desk, orientation, zoom)
        desk.document.select(desk.marks[0].id)
        around = desk.color_at(middle)
        assert (around[..., 2] - around[..., 0]).max() > 60, "selected: blue"
        desk.document.select(None)
        around = desk.color_at(middle)
        assert (around[..., 0] - around[..., 2]).max() > 60, "else yellow"
        beside = desk.color_at((95.0, 90.0))
        assert (beside[..., 0] == beside[..., 2]).all(), "nothing but the image"


def test_clicks_make_a_length(desk) -> None:
    desk.trigger("tool_length")
    desk.click((50.0, 40.0))
    assert desk.marks == ()
    assert desk.layer.under_way is not None
    desk.click((90.0, 40.0))
    (mark,) = desk.marks
    np.testing.assert_allclose(mark.points, (desk.stored((50.0, 40.0)), desk.stored((90.0, 40.0))))
    assert desk.layer.under_way is None
    (words,) = desk.words()
    length = np.hypot(*np.subtract(*mark.points))
    assert words == f"{length:.1f} px"


def test_an_angle_is_a_drag_and_a_click(desk) -> None:
    desk.trigger("tool_angle")
    desk.drag((100.0, 40.0), (60.0, 40.0))
    desk.click((60.0, 100.0))
    (mark,) = desk.marks
    assert isinstance(mark, Angle)
    assert len(mark.points) == 3
    assert desk.words() == ("90.0°",)


def test_cardiothoracic_ratio_step_by_step(desk) -> None:
    desk.trigger("tool_cardiothoracic_ratio")
    desk.drag((100.0, 20.0), (100.0, 130.0))
    for place in ((85.0, 80.0), (130.0, 95.0), (50.0, 110.0)):
        desk.click(place)
    assert desk.marks == ()
    desk.click((150.0, 118.0))
    (mark,) = desk.marks
    assert isinstance(mark, CardiothoracicRatio)
    assert mark.thorax[0][1] == pytest.approx(mark.thorax[1][1]), "both sides are level"
    ratio, widths = desk.words()
    assert ratio == "CTR 0.45"
    assert widths.endswith(" px")


def test_text_is_written_on_the_image(desk) -> None:
    desk.trigger("tool_text")
    desk.click((60.0, 60.0))
    field = desk.canvas.findChild(QLineEdit)
    QTest.keyClicks(field, "Wire?")
    QTest.keyClick(field, Qt.Key.Key_Return)
    (mark,) = desk.marks
    assert isinstance(mark, Text)
    assert (mark.text, desk.words()) == ("Wire?", ("Wire?",))
    assert desk.window.canvas.hasFocus()


@pytest.mark.parametrize("key", [Qt.Key.Key_Escape, Qt.Key.Key_Return])
def test_text_without_words_is_none(desk, key) -> None:
    desk.trigger("tool_text")
    desk.click((60.0, 60.0))
    QTest.keyClick(desk.canvas.findChild(QLineEdit), key)
    assert desk.marks == ()
    assert desk.document.stack.count() == 0


@pytest.mark.parametrize(
    ("tool", "to", "wanted"),
    [
        ("length", (120.0, 64.0), (1.0, 0.0)),
        ("length", (84.0, 100.0), (0.0, 1.0)),
        ("arrow", (112.0, 88.0), (1.0, 1.0)),
        ("ellipse", (120.0, 70.0), (1.0, 1.0)),
        ("rectangle", (90.0, 100.0), (1.0, 1.0)),
    ],
)
def test_shift_keeps_it_straight(desk, tool: str, to, wanted) -> None:
    desk.trigger(f"tool_{tool}")
    desk.drag((80.0, 60.0), to, keys=SHIFT)
    (x0, y0), (x1, y1) = desk.marks[0].points
    way = np.array([x1 - x0, y1 - y0])
    np.testing.assert_allclose(way / np.abs(way).max(), wanted, atol=1e-6)


def test_a_mark_stays_on_the_image(desk) -> None:
    _look(desk, Orientation(), Zoom(1.0, (0.5, 0.5)))
    desk.trigger("tool_length")
    start, out = desk.view((100.0, 75.0)), desk.view((100.0, 75.0)) + QPoint(0, 300)
    QTest.mousePress(desk.canvas, Qt.MouseButton.LeftButton, pos=start)
    desk.move(out, Qt.MouseButton.LeftButton)
    QTest.mouseRelease(desk.canvas, Qt.MouseButton.LeftButton, pos=out)
    assert desk.marks[0].points[1][1] == 149.5


def test_a_press_beside_the_image_begins_nothing(desk) -> None:
    _look(desk, Orientation(), Zoom(1.0, (0.5, 0.5)))
    desk.trigger("tool_length")
    QTest.mouseClick(desk.canvas, Qt.MouseButton.LeftButton, pos=QPoint(3, 3))
    assert desk.layer.under_way is None


@pytest.mark.parametrize("give_up", ["escape", "tool", "image"])
def test_a_half_made_mark_is_given_up(desk, write_image, give_up: str) -> None:
    desk.trigger("tool_angle")
    desk.drag((100.0, 40.0), (60.0, 40.0))
    assert desk.layer.under_way is not None
    if give_up == "escape":
        QTest.keyClick(desk.canvas, Qt.Key.Key_Escape)
    elif give_up == "tool":
        desk.trigger("tool_window")
    else:
        desk.open(write_image("other.png", PIXELS[::-1].copy()))
    assert desk.layer.under_way is None
    assert desk.marks == ()
    assert desk.canvas.tool is (Tool.WINDOW if give_up == "tool" else Tool.ANGLE)


def test_a_double_click_with_a_mark_tool_does_not_zoom(desk) -> None:
    desk.trigger("tool_length")
    before = desk.window.controller.state.zoom
    QTest.mouseClick(desk.canvas, Qt.MouseButton.LeftButton, pos=desk.view((50.0, 50.0)))
    QTest.mouseDClick(desk.canvas, Qt.MouseButton.LeftButton, pos=desk.view((50.0, 50.0)))
    assert desk.window.controller.state.zoom == before
    assert desk.marks == ()


def test_the_button_of_the_tool_bar_shows_the_tool_used_last(desk) -> None:
    from cxrviewer.ui.marks_button import MarksButton

    button = desk.window.findChild(MarksButton)
    desk.trigger("tool_ellipse")
    assert button.defaultAction() is desk.window.actions_table["tool_ellipse"]
    desk.trigger("tool_window")
    assert button.defaultAction() is desk.window.actions_table["tool_ellipse"]
    assert not button.isChecked()


def test_hidden_marks_come_back_with_a_tool(desk) -> None:
    desk.trigger("show_marks")
    assert not desk.layer.visible
    desk.trigger("tool_length")
    assert desk.layer.visible
    assert desk.window.actions_table["show_marks"].isChecked()


def test_regions_say_what_their_pixels_are(desk) -> None:
    desk.trigger("tool_rectangle")
    desk.drag((40.0, 30.0), (60.0, 50.0))
    desk.wait(lambda: desk.words() != ("…",) and not desk.words()[0].startswith("…"))
    (x0, y0), (x1, y1) = desk.marks[0].points
    inside = PIXELS[int(np.ceil(y0)) : int(y1) + 1, int(np.ceil(x0)) : int(x1) + 1]
    assert desk.words() == (
        f"Mean {inside.mean():.1f}  SD {inside.std():.1f}",
        f"Min {inside.min():g}  Max {inside.max():g}",
        f"Area {(x1 - x0) * (y1 - y0):.0f} px²",
    )


def test_words_are_beside_the_mark_and_on_no_handle(desk) -> None:
    for orientation, zoom in VIEWS:
        _look(desk, orientation, zoom)
        desk.trigger("tool_length")
        desk.drag((70.0, 60.0), (125.0, 88.0))
        (placed,) = desk.layer.placed()
        assert placed.words is not None
        assert not any(placed.words.grown(3).contains(handle) for handle in placed.drawing.handles)
        viewport = desk.canvas.viewport()
        assert viewport is not None
        ends = [apply_affine(viewport.stored_to_view, *point) for point in desk.marks[0].points]
        np.testing.assert_allclose(placed.drawing.handles, np.array(ends) + 0.5, atol=1e-9)
        desk.trigger("delete_mark")
