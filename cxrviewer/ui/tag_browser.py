"""Keeps the tag browser on the file that is on screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from cxrviewer.engine.reader import Reader
from cxrviewer.ui.dialogs.tags_tree import Tree, made_tree
from cxrviewer.ui.words import Words
from cxrviewer.ui.worker import Outcome, WorkerThread

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from cxrviewer.imaging.element import Element
    from cxrviewer.ui.dialogs.tags import TagsDialog

_PAUSE_MS = 80
"""After the last letter of a search, before it is carried out."""


@dataclass(frozen=True)
class _View:
    """What is asked for: elements of a file, as far as a query finds them."""

    path: Path
    query: str
    identity: bool


class TagBrowser(QObject):
    """Reads elements in a thread and shows them in a dialog, which is made when it is first opened.

    Parameters
    ----------
    reader : Reader
        Whose process reads the elements.
    words : Words
        Say whether what may identify the patient is shown.
    window : QWidget
        Parent of the dialog.
    """

    def __init__(self, reader: Reader, words: Words, window: QWidget) -> None:
        super().__init__(window)
        self._reader = reader
        self._window = window
        self.dialog: TagsDialog | None = None
        self._path: Path | None = None
        self._words = words
        words.changed.connect(lambda _choice: self._look())
        self._read: tuple[Path, Sequence[Element]] | None = None
        self._worker: WorkerThread | None = None
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._look)

    def open(self) -> None:
        """Show the dialog, in front."""
        if self.dialog is None:
            from cxrviewer.ui.dialogs.tags import TagsDialog

            self.dialog = TagsDialog(self._window)
            self.dialog.searched.connect(lambda _text: self._pause.start())
            self.dialog.identity_wanted.connect(lambda identity: self._words.choose(identity=identity))
            self._worker = WorkerThread("elements", self)
            self._worker.finished_task.connect(self._take)
        self.dialog.show()
        self.dialog.raise_()
        self.dialog.activateWindow()
        self.dialog.search.setFocus()
        self._look()

    def show_file(self, path: Path | None) -> None:
        """Go over to another file, or to the same that has changed."""
        self._path = path
        self._read = None
        self._look()

    def close_worker(self) -> None:
        """End the thread."""
        if self._worker is not None:
            self._worker.stop()

    def _wanted(self) -> _View | None:
        if self.dialog is None or not self.dialog.isVisible() or self._path is None:
            return None
        return _View(self._path, self.dialog.search.text().strip(), self._words.choice.identity)

    def _look(self) -> None:
        wanted = self._wanted()
        if wanted is not None and self._worker is not None:
            self._worker.post("look", wanted, lambda: self._found(wanted))

    def _found(self, wanted: _View) -> Tree:
        """Return the tree of a view; in the thread, which alone uses what was read."""
        from cxrviewer.imaging.element import unpacked
        from cxrviewer.imaging.examine import pack_elements

        if self._read is None or self._read[0] != wanted.path:
            chunks = self._reader.examine(wanted.path, pack_elements, wanted.path)
            self._read = wanted.path, unpacked(chunks)
        return made_tree(self._read[1], wanted.query, identity=wanted.identity)

    def _take(self, outcome: Outcome) -> None:
        view = outcome.token
        if not isinstance(view, _View) or view != self._wanted() or self.dialog is None:
            return
        if outcome.error is not None:
            self.dialog.show_problem(f"{outcome.error.message} {outcome.error.hint}", view.path.name)
        elif isinstance(outcome.value, Tree):
            self.dialog.show_tree(
                outcome.value, title=view.path.name, identity=view.identity, searching=bool(view.query)
            )
