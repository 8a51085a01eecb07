"""What the actions about marks do."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from cxrviewer.session.marks import KINDS
from cxrviewer.ui.canvas.tools.tool import Tool
from cxrviewer.ui.marks import MarkBook, MarkDocument

if TYPE_CHECKING:
    from cxrviewer.ui.main_window import MainWindow


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
        }

    def follow(self) -> None:
        """Keep the actions in step with the marks from now on."""
        book, actions = self._book, self._window.actions_table
        book.current_changed.connect(lambda _: self._enable())
        book.visibility_changed.connect(lambda visible: actions.check("show_marks", visible))
        book.group.undoTextChanged.connect(lambda text: actions["undo"].setText(f"&Undo {text}".strip()))
        book.group.redoTextChanged.connect(lambda text: actions["redo"].setText(f"&Redo {text}".strip()))
        book.group.canUndoChanged.connect(actions["undo"].setEnabled)
        book.group.canRedoChanged.connect(actions["redo"].setEnabled)
        actions.check("show_marks", book.visible)
        actions.enable("undo", False)
        actions.enable("redo", False)
        self._enable()

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

    def _tool_handler(self, tool: Tool) -> Callable[[bool], None]:
        def choose(_checked: bool) -> None:
            self._book.show(True)
            self._choose_tool(tool)

        return choose

    def _enable(self) -> None:
        document, actions = self._book.current, self._window.actions_table
        actions.enable("delete_mark", document is not None and document.selected is not None)
        actions.enable("delete_marks", document is not None and bool(document.marks.marks))
        self._window.setWindowModified(_is_modified(document))


def _is_modified(document: MarkDocument | None) -> bool:
    return document is not None and not document.stack.isClean()
