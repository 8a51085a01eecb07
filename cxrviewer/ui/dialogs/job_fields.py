"""Fields of the forms of jobs: a path with what is to be said about it below."""

from __future__ import annotations

import contextlib
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from cxrviewer.ui.panels.fields import dress_spin_box


class _DropLine(QLineEdit):
    """A line that takes the path of what is dropped on it."""

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files and folders."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()
        else:
            super().dragEnterEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """Take the first one's path."""
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            self.setText(paths[0])
            event.acceptProposedAction()
        else:
            super().dropEvent(event)


def number_field(least: int, most: int, value: int, tip: str) -> QSpinBox:
    """Return a field for a whole number."""
    box = QSpinBox()
    box.setRange(least, most)
    box.setValue(value)
    box.setToolTip(tip)
    dress_spin_box(box)
    box.setMaximumWidth(140)
    return box


class PathField(QWidget):
    """A folder or a file: typed, browsed for, or dropped.

    Parameters
    ----------
    name : str
        What it is, for the dialogs and for who hears the window.
    placeholder : str
        What may stand there.
    files : str
        Filter of the files that may be chosen, "CSV tables (*.csv)"; "" for folders alone.
    folders : bool
        Whether a folder may be chosen.
    """

    changed = Signal()
    said = Signal()

    def __init__(self, name: str, placeholder: str = "", files: str = "", *, folders: bool = True) -> None:
        super().__init__()
        self._name, self._files = name, files
        self.line = _DropLine()
        self.line.setAccessibleName(name)
        self.line.setPlaceholderText(placeholder)
        self.line.textChanged.connect(lambda _text: self.changed.emit())
        self.browse = QPushButton("Browse…")
        self.browse.setAutoDefault(False)
        if files and folders:
            menu = QMenu(self.browse)
            menu.addAction("Folder…").triggered.connect(lambda _checked=False: self._browse_folder())
            menu.addAction("Table…").triggered.connect(lambda _checked=False: self._browse_file())
            self.browse.setMenu(menu)
        else:
            self.browse.clicked.connect(self._browse_folder if folders else self._browse_file)
        self.words = QLabel()
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setWordWrap(True)
        self.words.hide()
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.line, 1)
        row.addWidget(self.browse)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3)
        layout.addLayout(row)
        layout.addWidget(self.words)

    def path(self) -> Path | None:
        """Return the path, absolute; None where nothing is given."""
        text = self.line.text().strip()
        if not text:
            return None
        path = Path(text)
        with contextlib.suppress(RuntimeError):  # "~name" of nobody
            path = path.expanduser()
        return path.absolute()

    def set_path(self, path: Path) -> None:
        """Give a path."""
        self.line.setText(str(path))

    def say(self, text: str, *, problem: bool = False) -> None:
        """Say something below the field, or nothing."""
        self.words.setText(text)
        self.words.setObjectName("Warning" if problem else "Muted")
        self.words.style().polish(self.words)
        self.words.setVisible(bool(text))
        self.said.emit()

    def _browse_folder(self) -> None:
        self._take(QFileDialog.getExistingDirectory(self, self._name, self._start()))

    def _browse_file(self) -> None:
        self._take(QFileDialog.getOpenFileName(self, self._name, self._start(), self._files)[0])

    def _start(self) -> str:
        path = self.path()
        return str(path if path is not None and path.exists() else Path.home())

    def _take(self, name: str) -> None:
        if name:
            self.line.setText(name)
