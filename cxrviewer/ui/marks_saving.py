"""Saves marks beside their images, and finds them there again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog, QMessageBox

from cxrviewer.errors import UserError
from cxrviewer.session.marks import FileMarks
from cxrviewer.session.marks_file import SUFFIX, MarkedImage, check_free, read_marks, sidecar, write_marks
from cxrviewer.ui.marks import MarkDocument
from cxrviewer.ui.panels.fields import literal

if TYPE_CHECKING:
    from cxrviewer.ui.main_window import MainWindow
    from cxrviewer.ui.worker import Outcome

_KINDS = f"Marks (*{SUFFIX});;All files (*)"


class MarkFiles:
    """Reads and writes the files of the documents of a window.

    Parameters
    ----------
    window : MainWindow
        Its thread for files does the work; its message bar says what went wrong.
    """

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        window.marks.document_made.connect(self.load_beside)

    def load_beside(self, document: MarkDocument) -> None:
        """Show the marks that were saved beside an image, where there are any."""
        path = sidecar(document.path)
        self._load(document, path, only_if_there=True)

    def load(self, document: MarkDocument, path: Path) -> None:
        """Add the marks of a file."""
        self._load(document, path, only_if_there=False)

    def ask_to_load(self) -> None:
        """Add the marks of a file that the user picks."""
        document = self._window.marks.current
        if document is None:
            return
        name, _ = QFileDialog.getOpenFileName(self._window, "Open marks", str(_folder(document)), _KINDS)
        if name:
            self.load(document, Path(name))

    def save(self, document: MarkDocument | None = None) -> None:
        """Save the marks where they were saved before, or beside the image; ask where that cannot be."""
        document = document or self._window.marks.current
        if document is None:
            return
        if document.saved_at is not None:
            self._save(document, document.saved_at, replaces=True)
        elif document.path.parent.is_dir():
            self._save(document, sidecar(document.path), replaces=False)
        else:
            self.ask_to_save()

    def ask_to_save(self) -> None:
        """Save the marks where the user wants them."""
        document = self._window.marks.current
        if document is None:
            return
        proposed = document.saved_at or _folder(document) / sidecar(document.path).name
        name, _ = QFileDialog.getSaveFileName(self._window, "Save marks", str(proposed), _KINDS)
        if name:
            path = Path(name)
            path = path if path.suffix else path.with_name(path.name + SUFFIX)
            self._save(document, path, replaces=True)

    def may_close(self) -> bool:
        """Ask what to do with marks that are not saved; return whether the window may close."""
        unsaved = self._window.marks.unsaved()
        if not unsaved:
            return True
        answer = self._question(unsaved).exec()
        if answer == QMessageBox.StandardButton.Save:
            return all(self._saved_at_once(document) for document in unsaved)
        return answer == QMessageBox.StandardButton.Discard

    def _question(self, unsaved: tuple[MarkDocument, ...]) -> QMessageBox:
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle("Marks are not saved")
        which = "this image" if len(unsaved) == 1 else f"{len(unsaved)} images"
        box.setText(f"Save the marks on {which}?")
        names = ", ".join(document.path.name for document in unsaved[:3])
        more = ", …" if len(unsaved) > 3 else ""
        box.setInformativeText(literal(f"{names}{more}: what is not saved is lost when the program ends."))
        standard = QMessageBox.StandardButton
        box.setStandardButtons(standard.Save | standard.Discard | standard.Cancel)
        box.setDefaultButton(standard.Save)
        return box

    def _saved_at_once(self, document: MarkDocument) -> bool:
        path = document.saved_at or sidecar(document.path)
        try:
            _write(path, document.marks, document.image, replaces=document.saved_at is not None)
        except UserError as error:
            self._window.messages.show_error(error)
            return False
        document.stack.setClean()
        return True

    def _save(self, document: MarkDocument, path: Path, *, replaces: bool) -> None:
        marks, image = document.marks, document.image

        def done(outcome: Outcome) -> None:
            if outcome.error is not None:
                self._window.messages.show_error(outcome.error)
                return
            document.saved_at = path
            if document.marks == marks:
                document.stack.setClean()
            self._window.statusBar().showMessage(f"Saved {path}", 8000)

        self._window.services.run_aside(lambda: _write(path, marks, image, replaces=replaces), done)

    def _load(self, document: MarkDocument, path: Path, *, only_if_there: bool) -> None:
        image = document.image

        def read() -> FileMarks | None:
            return read_marks(path, image) if not only_if_there or path.is_file() else None

        def done(outcome: Outcome) -> None:
            if outcome.error is not None:
                self._window.messages.show_error(outcome.error)
            elif isinstance(outcome.value, FileMarks):
                if only_if_there:
                    document.saved_at = path
                    document.load(outcome.value)
                else:
                    document.add(outcome.value)

        self._window.services.run_aside(read, done)


def _write(path: Path, marks: FileMarks, image: MarkedImage, *, replaces: bool) -> None:
    if not replaces:
        check_free(path, image)
    write_marks(path, marks, image)


def _folder(document: MarkDocument) -> Path:
    """Return the folder of an image, or of the archive that it is in."""
    return next((folder for folder in document.path.parents if folder.is_dir()), Path.home())
