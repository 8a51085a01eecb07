"""The marks of the files that were open, with what can be undone; they last as long as the program runs."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoGroup, QUndoStack

from cxrviewer.imaging.radiograph import Radiograph
from cxrviewer.session.marks import FileMarks, Mark
from cxrviewer.session.marks_file import MarkedImage


class MarkDocument(QObject):
    """The marks of one file, shown in any number of panes.

    Parameters
    ----------
    radiograph : Radiograph
        Any frame of the file.
    """

    changed = Signal()

    def __init__(self, radiograph: Radiograph, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.path: Path = radiograph.path
        self.image = MarkedImage(radiograph.digest, radiograph.shape)
        self.saved_at: Path | None = None
        self.stack = QUndoStack(self)
        self.marks = FileMarks()
        self.selected_id: str | None = None
        self._preview: FileMarks | None = None

    @property
    def shown(self) -> FileMarks:
        """The marks as they are to be drawn: also in the middle of a drag."""
        return self._preview or self.marks

    @property
    def is_previewing(self) -> bool:
        """Whether other marks are drawn than those that hold."""
        return self._preview is not None

    @property
    def selected(self) -> Mark | None:
        """The mark that is selected, as it is drawn."""
        return self.shown.find(self.selected_id)

    def change(self, text: str, marks: FileMarks) -> None:
        """Go over to other marks; `text` says what was done, for "Undo"."""
        self._preview = None
        if marks == self.marks:
            self.changed.emit()
        else:
            self.stack.push(_Change(self, text, marks))

    def preview(self, marks: FileMarks | None) -> None:
        """Draw other marks until something is changed; None for those that hold."""
        if marks != self._preview:
            self._preview = marks
            self.changed.emit()

    def select(self, mark_id: str | None) -> None:
        """Select a mark by its id; None for none."""
        if mark_id != self.selected_id:
            self.selected_id = mark_id
            self.changed.emit()

    def load(self, marks: FileMarks) -> None:
        """Begin with the marks of a file, or add them to those that were made meanwhile."""
        if self.stack.count():
            self.add(marks)
        else:
            self.hold(marks)

    def add(self, marks: FileMarks) -> None:
        """Add the marks of a file, below those that are there, and its calibration."""
        both = (*marks.marks, *self.marks.marks)
        self.change("open marks", FileMarks(both, marks.calibration or self.marks.calibration))

    def hold(self, marks: FileMarks) -> None:
        """Let other marks hold, without remembering the former ones."""
        self.marks = marks
        self.changed.emit()


class _Change(QUndoCommand):
    """From one state of a document's marks to another."""

    def __init__(self, document: MarkDocument, text: str, after: FileMarks) -> None:
        super().__init__(text)
        self._document = document
        self._before, self._after = document.marks, after
        self._selected_before, self._selected_after = document.selected_id, document.selected_id

    def redo(self) -> None:
        """Do it, at first too."""
        self._document.selected_id = self._selected_after
        self._document.hold(self._after)

    def undo(self) -> None:
        """Go back."""
        self._document.selected_id = self._selected_before
        self._document.hold(self._before)


class MarkBook(QObject):
    """The documents of all files by their digest, and which of them is worked on."""

    document_made = Signal(object)
    """A file is open for the first time: its saved marks are wanted."""
    current_changed = Signal(object)
    """Another document is worked on, or none; or the current one has changed."""
    visibility_changed = Signal(bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.group = QUndoGroup(self)
        self.current: MarkDocument | None = None
        self.visible = True
        self._documents: dict[str, MarkDocument] = {}

    def document(self, radiograph: Radiograph) -> MarkDocument:
        """Return the marks of the file that an image belongs to."""
        known = self._documents.get(radiograph.digest)
        if known is not None:
            # A copy of a file has the marks of that file, and is the one that is looked at now.
            known.path = radiograph.path
            return known
        made = MarkDocument(radiograph, self)
        self._documents[radiograph.digest] = made
        self.group.addStack(made.stack)
        # Methods, which Qt forgets with the book: a stack tells once more when it goes.
        made.changed.connect(self.tell)
        made.stack.cleanChanged.connect(self.tell)
        self.document_made.emit(made)
        return made

    def work_on(self, radiograph: Radiograph | None) -> None:
        """Let the actions of the window speak of the file of an image."""
        current = self.document(radiograph) if radiograph is not None else None
        if current is not self.current:
            self.current = current
            # Qt takes no stack, too, which its annotations leave out.
            self.group.setActiveStack(current.stack if current is not None else None)  # type: ignore[arg-type]
            self.current_changed.emit(current)

    def show(self, visible: bool) -> None:
        """Draw the marks, or not."""
        self.visible = visible
        self.visibility_changed.emit(visible)

    def unsaved(self) -> tuple[MarkDocument, ...]:
        """Return the documents whose marks are not saved as they are now."""
        return tuple(document for document in self._documents.values() if not document.stack.isClean())

    def tell(self) -> None:
        """Tell those who follow the current document to look at it again."""
        self.current_changed.emit(self.current)
