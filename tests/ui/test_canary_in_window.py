"""What the window says and leaves behind tells nothing of the patient while the identity is hidden."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from answering_engine import AnsweringEngine
from canary import MARK, MARKS, found_in, found_in_bytes, write_marked
from marks_desk import MarksDesk
from PySide6.QtCore import QAbstractListModel, QModelIndex
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractItemView, QDialog, QLabel, QLineEdit, QWidget

from cxrviewer.ui.crash import crash_report


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    folder = tmp_path / "scans"
    folder.mkdir()
    write_marked(folder / "damaged.dcm", damaged=True)
    return write_marked(folder / "scan.dcm")


@pytest.fixture
def desk(qtbot, scan: Path) -> Iterator[MarksDesk]:
    """Return a window with the marked file, analysed."""
    made = MarksDesk(qtbot, AnsweringEngine())
    made.open(scan)
    made.wait(lambda: made.window.controller.shown.heatmap is not None)
    yield made
    made.window.close()


def _said(window: QWidget) -> str:
    """Return all that any widget of a window says or lists."""
    texts = [widget.windowTitle() + widget.toolTip() for widget in window.findChildren(QWidget)]
    texts += [label.text() for label in window.findChildren(QLabel)]
    texts += [field.text() for field in window.findChildren(QLineEdit)]
    texts += [action.text() + action.toolTip() for action in window.findChildren(QAction)]
    for view in window.findChildren(QAbstractItemView):
        model = view.model()
        if model is not None:
            root = QModelIndex()
            texts += [
                str(model.index(row, column).data())
                for row in range(min(model.rowCount(root), 500))
                for column in range(1 if isinstance(model, QAbstractListModel) else model.columnCount(root))
            ]
    return "\n".join([window.windowTitle(), *texts])


def _found(text: str) -> list[str]:
    return found_in_bytes(text.encode(), MARKS)


def test_what_is_left_on_disk(desk: MarksDesk, scan: Path, config_folder: Path, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    desk.trigger("tool_length")
    desk.drag((40, 50), (140, 90))
    desk.trigger("identity")
    desk.trigger("save_marks")
    desk.wait(lambda: len(list(scan.parent.iterdir())) == 3)
    desk.window.commands.open_image(scan.with_name("damaged.dcm"))
    desk.wait(lambda: "damaged.dcm" in desk.window.settings.recent[0] or _has_error(desk))
    desk.window.close()
    assert list(config_folder.rglob("*.*")), "settings have been written"
    assert found_in(config_folder) == []
    assert found_in(scan.parent, keep=(scan, scan.with_name("damaged.dcm"))) == []
    assert _found(caplog.text) == []


def _has_error(desk: MarksDesk) -> bool:
    return any("damaged.dcm" in label.text() for label in desk.window.findChildren(QLabel))


def test_what_is_said_before_the_identity_is_asked_for(desk: MarksDesk, qtbot) -> None:
    desk.trigger("tags")
    dialog = desk.window.tags.dialog
    desk.wait(lambda: dialog.model.rowCount() > 5)
    desk.trigger("comparison_sheet")
    sheet = desk.window.commands.comparison.dialog
    desk.wait(lambda: sheet.drawn() is not None)
    for window in (desk.window, dialog, sheet):
        # The window in force is called as the file calls it.
        lines = [line for line in _said(window).splitlines() if "W 3000  C 2000" not in line]
        assert [line for line in lines if _found(line)] == []
    sheet.close()
    desk.trigger("identity")
    desk.wait(lambda: MARK in _said(dialog))


def test_forms_of_what_leaves_the_program_say_nothing_either(desk: MarksDesk) -> None:
    known = set(desk.window.findChildren(QDialog))
    for key in ("export", "film", "batch", "report", "study"):
        desk.trigger(key)
        desk.wait(lambda: any(each.isVisible() for each in set(desk.window.findChildren(QDialog)) - known))
        (dialog,) = (each for each in set(desk.window.findChildren(QDialog)) - known if each.isVisible())
        known.add(dialog)
        assert _found(_said(dialog)) == [], key
        dialog.reject()


def test_the_log_of_a_defect_quotes_nothing(desk: MarksDesk, caplog) -> None:
    def defect() -> None:
        raise ValueError(f"no such value {MARK}^{MARK}")

    outcomes: list = []
    desk.window.controller.run_aside(defect, outcomes.append)
    desk.wait(lambda: len(outcomes) == 1)
    assert "ValueError" in caplog.text
    assert "test_canary_in_window" in caplog.text
    assert _found(caplog.text + str(outcomes[0].error)) == []
    with pytest.raises(ValueError, match=MARK) as caught:
        defect()
    assert _found(crash_report(caught.value, caught.tb)) == []
