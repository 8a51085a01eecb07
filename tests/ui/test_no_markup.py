"""What files say is shown letter by letter: markup in a name or an element is no picture, link or format."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from answering_engine import AnsweringEngine
from canary import write_marked
from marks_desk import MarksDesk
from PySide6 import QtGui
from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QModelIndex, Qt
from PySide6.QtWidgets import QAbstractItemView, QDialog, QLabel, QWidget

MARK = "<u>ZQ</u>"


@pytest.fixture
def desk(qtbot, tmp_path: Path) -> Iterator[MarksDesk]:
    """Return a window with a file that says markup wherever it can, and lies beside a damaged one."""
    folder = tmp_path / "<u>ZQ<"
    folder.mkdir()
    names = {name: f"<u>{name}" for name in ("name", "limits", "intended_use", "training_data", "licence")}
    engine = AnsweringEngine(labels=("<u>Normal", "<u>Bacterial", "<u>Viral"), **names)
    made = MarksDesk(qtbot, engine)
    made.open(write_marked(folder / "<u>ZQ<u>.dcm", mark=MARK))
    made.wait(lambda: made.window.controller.shown.heatmap is not None)
    yield made
    made.window.close()


def _marked_up(window: QWidget) -> list[str]:
    """Return the texts that Qt takes for markup and that hold a mark as it was written."""
    texts = [widget.toolTip() for widget in window.findChildren(QWidget)]
    # An action without a tip of its own gives its text.
    actions = window.findChildren(QtGui.QAction)
    texts += [action.toolTip() for action in actions if action.toolTip() != action.iconText()]
    texts += [
        label.text()
        for label in window.findChildren(QLabel)
        if label.textFormat() is not Qt.TextFormat.PlainText
    ]
    for view in window.findChildren(QAbstractItemView):
        if view.model() is not None:
            texts += _tips(view.model(), QModelIndex())
    return [text for text in texts if "<u>" in text and QtGui.Qt.mightBeRichText(text)]


def _tips(model: QAbstractItemModel, parent: QModelIndex) -> Iterator[str]:
    columns = 1 if isinstance(model, QAbstractListModel) else model.columnCount(parent)
    for row in range(min(model.rowCount(parent), 300)):
        for column in range(columns):
            yield str(model.index(row, column, parent).data(Qt.ItemDataRole.ToolTipRole) or "")


@pytest.mark.skipif("sys.platform == 'win32'", reason="no file has such a name there")
def test_nothing_of_a_file_is_markup(desk: MarksDesk) -> None:
    desk.trigger("identity")
    desk.trigger("tags")
    tags = desk.window.tags.dialog
    desk.wait(lambda: tags.model.rowCount() > 5)
    assert any("ZQ" in text for text in _tips(tags.model, QModelIndex()))
    desk.trigger("comparison_sheet")
    sheet = desk.window.commands.comparison.dialog
    desk.wait(lambda: sheet.drawn() is not None)
    damaged = write_marked(desk.window.controller.shown.radiograph.path.with_name("<u>.dcm"), damaged=True)
    desk.window.commands.open_image(damaged)
    desk.wait(lambda: any("<u>.dcm" in label.text() for label in desk.window.findChildren(QLabel)))
    for window in (desk.window, tags, sheet):
        assert _marked_up(window) == []
    for key in ("export", "film", "batch", "study"):
        known = set(desk.window.findChildren(QDialog))
        desk.trigger(key)
        desk.wait(lambda known=known: bool(set(desk.window.findChildren(QDialog)) - known))
        assert _marked_up(desk.window) == []
