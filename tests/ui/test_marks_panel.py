"""The list of marks in the side panel, through the real window."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from marks_desk import MarksDesk
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest


@pytest.fixture
def desk(qtbot, engine, write_image) -> Iterator[MarksDesk]:
    made = MarksDesk(qtbot, engine)
    made.open(write_image("chest.png"))
    made.trigger("tool_length")
    made.drag((10.0, 10.0), (40.0, 10.0))
    made.trigger("tool_arrow")
    made.drag((20.0, 30.0), (50.0, 30.0))
    made.window.side.marks_section.header.click()
    yield made
    made.window.marks.unsaved = lambda: ()  # type: ignore[method-assign]
    made.window.close()
    made.window.deleteLater()


def _texts(desk: MarksDesk) -> list[str]:
    rows = desk.window.side.marks.list
    return [rows.item(number).text() for number in range(rows.count())]


def test_marks_are_listed_with_what_they_measure(desk) -> None:
    assert desk.window.side.marks_section.note() == "2"
    length, arrow = _texts(desk)
    assert length.startswith("Length  ")
    assert length.endswith(" px")
    assert arrow == "Arrow"
    desk.trigger("undo")
    assert len(_texts(desk)) == 1


def test_a_click_in_the_list_selects_on_the_canvas(desk) -> None:
    rows = desk.window.side.marks.list
    QTest.mouseClick(
        rows.viewport(), Qt.MouseButton.LeftButton, pos=rows.visualItemRect(rows.item(0)).center()
    )
    assert desk.document.selected_id == desk.marks[0].id
    desk.click((25.0, 30.0))
    assert rows.currentRow() == 1
    QTest.keyClick(rows, Qt.Key.Key_Delete)
    assert len(desk.marks) == 1


def test_a_mark_is_hidden_by_its_box_and_that_can_be_undone(desk) -> None:
    desk.window.side.marks.list.item(0).setCheckState(Qt.CheckState.Unchecked)
    assert [placed.mark.name for placed in desk.layer.placed()] == ["arrow"]
    assert desk.window.actions_table["undo"].text() == "&Undo hide length"
    desk.trigger("undo")
    assert len(desk.layer.placed()) == 2
    assert desk.window.side.marks.list.item(0).checkState() is Qt.CheckState.Checked


def test_the_list_follows_a_drag(desk) -> None:
    (before, _) = _texts(desk)
    end = desk.marks[0].points[1]
    desk.drag(end, (30.0, 12.0), (25.0, 20.0))
    assert _texts(desk)[0] != before
