"""Selecting, moving, undoing, calibrating, saving and finding marks again, through the real window."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from marks_desk import LEFT, SHIFT, MarksDesk
from material import analysis, choice
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QMessageBox

from cxrviewer.explain.target import of_label
from cxrviewer.imaging.viewport import Orientation
from cxrviewer.session.marks import Ellipse, Length, Rectangle
from cxrviewer.session.marks_file import sidecar
from cxrviewer.session.panes import Layout
from cxrviewer.session.state import Zoom
from cxrviewer.ui.dialogs.calibration import CalibrationDialog
from cxrviewer.ui.pane_marks import PaneMarks

PIXELS = np.add.outer(np.arange(150), np.arange(200)).astype(np.uint8)


@pytest.fixture
def chest(write_image) -> Path:
    return write_image("chest.png", PIXELS)


@pytest.fixture
def desk(qtbot, engine, chest) -> Iterator[MarksDesk]:
    made = MarksDesk(qtbot, engine)
    made.open(chest)
    yield made
    made.window.marks.unsaved = lambda: ()  # type: ignore[method-assign]
    made.window.close()
    made.window.deleteLater()


@pytest.fixture
def length(desk) -> Length:
    """Return a length on the canvas, with the window tool in use."""
    desk.trigger("tool_length")
    desk.drag((60.0, 60.0), (120.0, 60.0))
    desk.trigger("tool_window")
    desk.document.select(None)
    return desk.marks[0]


def _middle(mark: Length) -> tuple[float, float]:
    x, y = np.mean(mark.points, axis=0)
    return float(x), float(y)


def test_a_mark_is_moved_with_the_window_tool(desk, length) -> None:
    for orientation in (Orientation(), Orientation(True, 1)):
        controller = desk.window.controller
        controller.update(replace(controller.state, orientation=orientation))
        before, voi = desk.marks[0], controller.shown.voi
        start, end = _middle(before), (90.0, 100.0)
        way = np.subtract(desk.stored(end), desk.stored(start))
        desk.drag(start, (85.0, 80.0), end)
        np.testing.assert_allclose(desk.marks[0].points, np.array(before.points) + way)
        assert desk.document.selected_id == before.id
        assert controller.shown.voi is voi, "nothing is windowed"
        assert desk.window.actions_table["undo"].text() == "&Undo move length"
        desk.trigger("undo")
        assert desk.marks[0] == before


def test_an_end_is_moved_alone_and_straight_with_shift(desk, length) -> None:
    (start, end) = length.points
    desk.drag(end, (110.0, 90.0), (100.0, 94.0), keys=SHIFT)
    kept, moved = desk.marks[0].points
    assert kept == start
    way = np.subtract(moved, kept)
    assert way[0] == pytest.approx(way[1])
    assert desk.window.actions_table["undo"].text() == "&Undo change length"


@pytest.mark.parametrize("kind", [Rectangle, Ellipse])
def test_the_opposite_side_of_a_region_stays(desk, kind) -> None:
    desk.trigger(f"tool_{kind.kind}")
    desk.drag((60.0, 50.0), (120.0, 90.0))
    before = desk.marks[0].region
    desk.drag(desk.marks[0].handles[1], (140.0, 60.0))
    after = desk.marks[0].region
    assert after.right != before.right
    assert (after.left, after.bottom) == (before.left, before.bottom)
    assert (after.top == before.top) is (kind is Ellipse)


def test_a_mark_is_found_within_six_pixels(desk, length) -> None:
    point = desk.view(_middle(length))
    assert desk.layer.hit(QPointF(point + QPoint(0, 5))) is not None
    assert desk.layer.hit(QPointF(point + QPoint(0, 9))) is None
    end = desk.layer.hit(QPointF(desk.view(length.points[1]) + QPoint(4, 3)))
    assert end is not None
    assert end.handle == 1


def test_beside_marks_the_tool_in_use_works(desk, length) -> None:
    controller = desk.window.controller
    voi = controller.shown.voi
    desk.drag((60.0, 120.0), (120.0, 130.0))
    assert controller.shown.voi != voi
    assert desk.marks == (length,)


def test_a_press_elsewhere_selects_nothing(desk, length) -> None:
    desk.click(_middle(length))
    assert desk.document.selected_id == length.id
    assert desk.window.actions_table["delete_mark"].isEnabled()
    desk.click((60.0, 130.0))
    assert desk.document.selected_id is None
    assert not desk.window.actions_table["delete_mark"].isEnabled()


def test_a_click_that_shakes_moves_nothing(desk, length) -> None:
    point = desk.view(_middle(length))
    QTest.mousePress(desk.canvas, LEFT, pos=point)
    desk.move(point + QPoint(1, 1), LEFT)
    QTest.mouseRelease(desk.canvas, LEFT, pos=point + QPoint(1, 1))
    assert desk.marks == (length,)


def test_escape_takes_a_drag_back(desk, length) -> None:
    QTest.mousePress(desk.canvas, LEFT, pos=desk.view(_middle(length)))
    desk.move(desk.view((90.0, 110.0)), LEFT)
    assert desk.document.shown.marks != (length,)
    QTest.keyClick(desk.canvas, Qt.Key.Key_Escape)
    assert desk.document.shown.marks == (length,)
    QTest.mouseRelease(desk.canvas, LEFT, pos=desk.view((90.0, 110.0)))
    assert desk.marks == (length,)


def test_the_cursor_says_what_can_be_taken(desk, length) -> None:
    desk.move(desk.view(_middle(length)))
    assert desk.canvas.cursor().shape() is Qt.CursorShape.SizeAllCursor
    desk.move(desk.view(length.points[0]))
    assert desk.canvas.cursor().shape() is Qt.CursorShape.PointingHandCursor
    desk.move(desk.view((90.0, 120.0)))
    assert desk.canvas.cursor().shape() is Qt.CursorShape.ArrowCursor


def test_delete_and_undo_by_keys(desk, length) -> None:
    desk.click(_middle(length))
    QTest.keyClick(desk.canvas, Qt.Key.Key_Delete)
    assert desk.marks == ()
    QTest.keyClick(desk.canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert desk.marks == (length,)
    assert desk.document.selected_id == length.id
    QTest.keyClick(desk.canvas, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert desk.marks == ()


def test_delete_all_is_one_step(desk, length) -> None:
    desk.trigger("tool_arrow")
    desk.drag((30.0, 30.0), (40.0, 50.0))
    desk.trigger("delete_marks")
    assert desk.marks == ()
    desk.trigger("undo")
    assert len(desk.marks) == 2


def test_a_double_click_writes_beside_a_mark_and_does_not_zoom(desk, length) -> None:
    zoom = desk.window.controller.state.zoom
    point = desk.view(_middle(length))
    QTest.mouseClick(desk.canvas, LEFT, pos=point)
    QTest.mouseDClick(desk.canvas, LEFT, pos=point)
    field = desk.canvas.findChild(QLineEdit)
    QTest.keyClicks(field, "tube")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert desk.marks[0].text == "tube"
    assert desk.words()[0] == "tube"
    assert desk.window.controller.state.zoom == zoom
    desk.trigger("undo")
    assert desk.marks == (length,)


def test_the_right_button_offers_what_belongs_to_the_mark(desk, length) -> None:
    point = desk.view(_middle(length))
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, point, desk.canvas.mapToGlobal(point))
    QApplication.sendEvent(desk.canvas, event)
    menu = QApplication.activePopupWidget()
    texts = [action.text() for action in menu.actions()]
    menu.close()
    assert "&Delete mark" in texts
    assert desk.document.selected_id == length.id


def test_every_image_has_its_own_marks_and_steps(desk, length, chest, write_image) -> None:
    other = write_image("other.png", PIXELS[::-1].copy())
    desk.open(other)
    assert desk.layer.placed() == []
    assert not desk.window.actions_table["undo"].isEnabled()
    assert not desk.window.isWindowModified()
    desk.open(chest)
    assert [placed.mark for placed in desk.layer.placed()] == [length]
    assert desk.window.isWindowModified()
    desk.trigger("undo")
    assert desk.marks == ()
    assert not desk.window.isWindowModified()


def test_two_panes_of_an_image_show_the_same_marks(desk, length) -> None:
    desk.window.arrangement.lay_out(Layout.SIDE_BY_SIDE)
    layers = [pane.canvas.findChild(PaneMarks).layer for pane in desk.window.panes]
    assert len(layers) == 2
    assert {layer.document for layer in layers} == {desk.document}
    desk.click(_middle(length))
    desk.trigger("delete_mark")
    assert all(layer.placed() == [] for layer in layers)


def test_calibration_by_a_known_length(desk, length) -> None:
    desk.click(_middle(length))
    desk.trigger("calibrate")
    dialog = desk.window.findChild(CalibrationDialog)
    dialog.length.setValue(30.0)
    dialog.accept()
    assert desk.words() == ("30.0 mm (calibrated by user)",)
    desk.trigger("tool_angle")
    assert desk.window.actions_table["uncalibrate"].isEnabled()
    desk.trigger("undo")
    assert desk.words()[0].endswith(" px")
    desk.trigger("redo")
    desk.trigger("uncalibrate")
    assert desk.words()[0].endswith(" px")


def test_regions_tell_the_share_of_the_heatmap(desk, engine) -> None:
    engine.ready.set_result(None)
    desk.window.controller.retry()
    desk.wait(lambda: bool(engine.waiting))
    engine.waiting[0].answer.set_result(choice().info)
    desk.wait(lambda: bool(engine.waiting))
    values = np.zeros((4, 4), np.float32)
    values[0, 0], values[3, 3] = 1.0, 3.0
    asked = replace(engine.waiting[0].request.question, target=of_label(1))
    engine.waiting[0].answer.set_result(analysis(1, values=values, asked=asked).result)
    desk.wait(lambda: desk.window.controller.shown.analysis is not None)
    desk.trigger("tool_rectangle")
    controller = desk.window.controller
    controller.update(replace(controller.state, zoom=Zoom()))
    desk.drag((2.0, 2.0), (199.0, 149.0))
    desk.wait(lambda: any("evidence" in line for line in desk.words()))
    for corner, mean, peak, share in (((199.5, 149.5), 0.25, 3, 100), ((49.5, 74.5), 0.5, 1, 25)):
        mark = replace(desk.marks[0], points=((-0.5, -0.5), corner))
        desk.document.change("place", desk.document.marks.with_mark(mark))
        assert desk.words()[-2:] == (f"Heatmap mean {mean:g}  peak {peak}", f"{share} % of the evidence for")
    desk.trigger("heatmap")
    assert not any("evidence" in line for line in desk.words())


def test_marks_are_saved_and_found_again(desk, length, qtbot, engine, chest) -> None:
    desk.trigger("save_marks")
    desk.wait(lambda: not desk.window.isWindowModified())
    saved = json.loads(sidecar(chest).read_text())
    assert saved["marks"][0]["type"] == "length"
    again = MarksDesk(qtbot, engine)
    again.open(chest)
    again.wait(lambda: len(again.marks) == 1)
    np.testing.assert_allclose(again.marks[0].points, length.points, atol=1e-4)
    assert not again.window.isWindowModified()
    again.trigger("tool_arrow")
    again.drag((30.0, 30.0), (40.0, 50.0))
    again.trigger("save_marks")
    again.wait(lambda: not again.window.isWindowModified())
    assert len(json.loads(sidecar(chest).read_text())["marks"]) == 2
    again.window.close()
    again.window.deleteLater()


def test_marks_of_an_image_in_an_archive_are_saved_where_the_user_wants(
    desk, chest, tmp_path, monkeypatch
) -> None:
    archive = tmp_path / "images.zip"
    with zipfile.ZipFile(archive, "w") as made:
        made.write(chest, "inner/chest.png")
    desk.open(archive / "inner" / "chest.png")
    desk.trigger("tool_length")
    desk.drag((60.0, 60.0), (120.0, 60.0))
    proposed: list[str] = []

    def choose(_parent, _title, place: str, _kinds: str) -> tuple[str, str]:
        proposed.append(place)
        return str(tmp_path / "mine"), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    desk.trigger("save_marks")
    desk.wait(lambda: not desk.window.isWindowModified())
    assert proposed == [str(tmp_path / "chest.png.marks.json")]
    assert (tmp_path / "mine.marks.json").is_file()


def test_a_foreign_file_is_not_replaced(desk, length, chest) -> None:
    sidecar(chest).write_text("notes of mine")
    desk.trigger("save_marks")
    desk.wait(lambda: desk.window.messages.isVisible())
    assert sidecar(chest).read_text() == "notes of mine"
    assert desk.window.isWindowModified()


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"format": "cxrviewer-marks", "version": 1, "marks": 3}']
)
def test_a_damaged_file_is_one_message_and_no_obstacle(desk, write_image, content: str) -> None:
    path = write_image("third.png", PIXELS.T.copy())
    sidecar(path).write_text(content)
    desk.open(path)
    desk.wait(lambda: desk.window.messages.isVisible())
    assert desk.marks == ()
    desk.trigger("tool_length")
    desk.drag((60.0, 60.0), (120.0, 60.0))
    assert len(desk.marks) == 1


@pytest.mark.parametrize(
    ("button", "closes", "saves"),
    [
        (QMessageBox.StandardButton.Save, True, True),
        (QMessageBox.StandardButton.Discard, True, False),
        (QMessageBox.StandardButton.Cancel, False, False),
    ],
)
def test_unsaved_marks_are_asked_for_on_closing(
    desk, length, chest, monkeypatch, button, closes: bool, saves: bool
) -> None:
    asked: list[str] = []

    def answer(box: QMessageBox) -> QMessageBox.StandardButton:
        asked.append(box.text())
        return button

    monkeypatch.setattr(QMessageBox, "exec", answer)
    assert desk.window.close() is closes
    assert asked == ["Save the marks on this image?"]
    assert sidecar(chest).exists() is saves
