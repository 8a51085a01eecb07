"""What the actions about marks do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu

from cxrviewer.imaging.measure import calibrated, distance, spacing_in_force
from cxrviewer.imaging.spacing import PIXELS, Spacing
from cxrviewer.session.marks import KINDS, FileMarks, Length, Mark
from cxrviewer.session.marks_words import length_text
from cxrviewer.ui.actions.marks import MARK_TOOLS
from cxrviewer.ui.actions.spec import ActionSpec
from cxrviewer.ui.canvas.tools.tool import Tool
from cxrviewer.ui.dialogs.calibration import CalibrationDialog
from cxrviewer.ui.marks import MarkBook
from cxrviewer.ui.marks_button import MarksButton
from cxrviewer.ui.marks_saving import MarkFiles
from cxrviewer.ui.pane_marks import PaneMarks
from cxrviewer.ui.panels.marks import MarkRow

if TYPE_CHECKING:
    from cxrviewer.ui.main_window import MainWindow


_TOOLS = [entry for entry in MARK_TOOLS if isinstance(entry, ActionSpec)]
_ICONS = {spec.id.removeprefix("tool_"): spec.icon for spec in _TOOLS}
_PLAIN = Spacing(1.0, 1.0, PIXELS)


class MarkCommands:
    """Makes, changes and removes marks, and takes back what was done.

    Parameters
    ----------
    window : MainWindow
        Its `marks` are worked on.
    choose_tool : callable
        Says what the left button does from now on.
    """

    def __init__(self, window: MainWindow, choose_tool: Callable[[Tool], None]) -> None:
        self._window = window
        self._choose_tool = choose_tool
        self._book: MarkBook = window.marks
        self.files = MarkFiles(window)

    def handlers(self) -> dict[str, Callable[..., None]]:
        """Return the handler of each action by id."""
        group = self._book.group
        return {
            **{f"tool_{kind}": self._tool_handler(Tool(kind)) for kind in KINDS},
            "undo": group.undo,
            "redo": group.redo,
            "delete_mark": self.delete_selected,
            "delete_marks": self.delete_all,
            "show_marks": self._book.show,
            "edit_mark": self.edit_selected,
            "calibrate": self.ask_for_length,
            "uncalibrate": lambda: self._calibrate("remove calibration", None),
            "save_marks": self.files.save,
            "save_marks_as": self.files.ask_to_save,
            "open_marks": self.files.ask_to_load,
        }

    def follow(self) -> None:
        """Keep the actions in step with the marks from now on."""
        book, actions = self._book, self._window.actions_table
        book.current_changed.connect(lambda _: self._enable())
        panel = self._window.side.marks
        panel.selected.connect(self._select)
        panel.shown.connect(self._show_one)
        panel.words_wanted.connect(self.edit_selected)
        self._window.side.marks_section.toggled.connect(lambda _: self._list())
        book.visibility_changed.connect(lambda visible: actions.check("show_marks", visible))
        book.group.undoTextChanged.connect(lambda text: actions["undo"].setText(f"&Undo {text}".strip()))
        book.group.redoTextChanged.connect(lambda text: actions["redo"].setText(f"&Redo {text}".strip()))
        book.group.canUndoChanged.connect(actions["undo"].setEnabled)
        book.group.canRedoChanged.connect(actions["redo"].setEnabled)
        actions.check("show_marks", book.visible)
        actions.enable("undo", False)
        actions.enable("redo", False)
        self._enable()

    def make_button(self) -> MarksButton:
        """Return the button of the tools in the toolbar."""
        actions, menu = self._window.actions_table, QMenu("Marks", self._window)
        actions.fill(menu, MARK_TOOLS)
        return MarksButton([actions[spec.id] for spec in _TOOLS], menu)

    def delete_selected(self) -> None:
        """Remove the mark that is selected."""
        document = self._book.current
        mark = document.selected if document is not None else None
        if document is not None and mark is not None:
            document.change(f"delete {mark.name}", document.marks.without(mark.id))

    def delete_all(self) -> None:
        """Remove all marks on the image on screen."""
        document, shown = self._book.current, self._window.controller.shown
        if document is not None and shown.radiograph is not None:
            marks = document.marks.of_frame(shown.radiograph.frame)
            document.change("delete all marks", document.marks.without(*(mark.id for mark in marks)))

    def edit_selected(self) -> None:
        """Ask for the words of the selected mark, on the active pane."""
        document, pane = self._book.current, self._pane()
        if document is not None and document.selected is not None and pane is not None:
            pane.edit(document.selected)

    def ask_for_length(self) -> None:
        """Ask how long the selected length is in truth, and measure by it from then on."""
        document, radiograph = self._book.current, self._window.controller.shown.radiograph
        mark = document.selected if document is not None else None
        if document is None or radiograph is None or not isinstance(mark, Length):
            return
        spacing = spacing_in_force(radiograph, document.marks.calibration)
        dialog = CalibrationDialog(length_text(distance(*mark.line, spacing), spacing), self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        line = mark.line
        dialog.accepted.connect(
            lambda: self._calibrate("calibrate", calibrated(line, dialog.length.value(), spacing))
        )
        dialog.open()

    def _calibrate(self, what: str, calibration: Spacing | None) -> None:
        document = self._book.current
        if document is not None:
            document.change(what, replace(document.marks, calibration=calibration))

    def _tool_handler(self, tool: Tool) -> Callable[[bool], None]:
        def choose(_checked: bool) -> None:
            self._book.show(True)
            self._choose_tool(tool)

        return choose

    def _select(self, mark_id: str | None) -> None:
        if self._book.current is not None:
            self._book.current.select(mark_id)

    def _show_one(self, mark_id: str, visible: bool) -> None:
        document = self._book.current
        mark = document.marks.find(mark_id) if document is not None else None
        if document is not None and mark is not None:
            what = f"{'show' if visible else 'hide'} {mark.name}"
            document.change(what, document.marks.with_mark(replace(mark, visible=visible)))

    def _list(self) -> None:
        """List the marks of the image in the side panel, where they can be seen."""
        section, pane = self._window.side.marks_section, self._pane()
        document = pane.layer.document if pane is not None else None
        marks = document.shown.of_frame(pane.layer.frame) if document is not None and pane is not None else ()
        section.set_note(str(len(marks)) if marks else "")
        if section.is_open and pane is not None:
            selected = document.selected_id if document is not None else None
            self._window.side.marks.show_rows(
                [_row(mark, pane.layer.words(mark)) for mark in marks], selected
            )

    def _pane(self) -> PaneMarks | None:
        return self._window.canvas.findChild(PaneMarks)

    def _enable(self) -> None:
        document, actions = self._book.current, self._window.actions_table
        selected = document.selected if document is not None else None
        marks = document.marks if document is not None else FileMarks()
        modified = document is not None and not document.stack.isClean()
        actions.enable("delete_mark", selected is not None)
        actions.enable("edit_mark", selected is not None)
        actions.enable("delete_marks", bool(marks.marks))
        actions.enable("calibrate", isinstance(selected, Length) and distance(*selected.line, _PLAIN) > 0)
        actions.enable("uncalibrate", marks.calibration is not None)
        actions.enable("save_marks", modified)
        actions.enable("save_marks_as", modified or bool(marks.marks))
        self._window.setWindowModified(modified)
        self._list()


def _row(mark: Mark, lines: tuple[str, ...]) -> MarkRow:
    """Return a mark as it stands in the list."""
    text = "  ".join((mark.name.capitalize(), *lines[:1]))
    return MarkRow(mark.id, _ICONS[mark.kind], text, "\n".join(lines), mark.visible)
