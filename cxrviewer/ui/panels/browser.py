"""The file browser: a folder's images with thumbnails."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QModelIndex, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QToolButton,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from cxrviewer.engine.reader import Reader
from cxrviewer.errors import UserError
from cxrviewer.session.folder import Listing, list_files, list_folder
from cxrviewer.session.neighbours import REACH, Surroundings
from cxrviewer.ui.icons import icon
from cxrviewer.ui.panels.browser_model import THUMBNAIL, BrowserModel
from cxrviewer.ui.worker import Outcome, WorkerThread


class BrowserPanel(QWidget):
    """Lists a folder and tells which file the user wants to see."""

    chosen = Signal(object)
    failed = Signal(object)
    folder_shown = Signal(object)

    def __init__(self, reader: Reader, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._reader = reader
        self.setObjectName("BrowserPanel")
        self._worker = WorkerThread("browser", self)
        self._worker.finished_task.connect(self._take)
        self._current: Path | None = None
        self._expected: Path | None = None
        self._waiting_thumbnail = False
        self.model = BrowserModel(self)
        self.view = _FileList(self)
        self.view.setModel(self.model)
        self.view.activated.connect(self._activate)
        self.view.clicked.connect(self._activate)
        self.view.selectionModel().currentChanged.connect(self._current_changed)
        self.view.verticalScrollBar().valueChanged.connect(self._next_thumbnail)
        self.view.rows_shown.connect(self._next_thumbnail)
        self._title = QLabel("No folder")
        self._title.setObjectName("SectionTitle")
        self._title.setTextFormat(Qt.TextFormat.PlainText)
        self._title.setMinimumWidth(40)
        up = self._button("up", "Up one folder", self.go_up)
        choose = self._button("folder", "Open a folder (Ctrl+Shift+O)", self.choose_folder)
        header = QHBoxLayout()
        header.setContentsMargins(10, 6, 6, 4)
        header.addWidget(self._title, 1)
        header.addWidget(up)
        header.addWidget(choose)
        self._empty = QLabel("No folder is open.\nDrop one here or press Ctrl+Shift+O.")
        self._empty.setObjectName("Muted")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setWordWrap(True)
        self._empty.setMargin(14)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(header)
        layout.addWidget(self._empty, 1)
        layout.addWidget(self.view, 1)
        self.view.hide()

    def _button(self, name: str, tip: str, slot: object) -> QToolButton:
        button = QToolButton()
        button.setIcon(icon(name))
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.clicked.connect(slot)
        return button

    def show_folder(self, folder: Path) -> None:
        """List a folder; what it holds comes a moment later."""
        self._expected = folder
        self._worker.post("list", folder, lambda: list_folder(folder))

    def show_files(self, files: Sequence[Path]) -> None:
        """List files from anywhere, in the given order."""
        self._expected = None
        self._show(list_files(tuple(files)))

    def mark(self, path: Path) -> None:
        """Select the file on screen; list its folder if another one is shown."""
        self._current = path
        row = self.model.row(path)
        if row is None:
            if self._expected != path.parent:
                self.show_folder(path.parent)
            return
        self._select(row)

    def _select(self, row: int) -> None:
        index = self.model.index(row)
        if self.view.currentIndex() != index:
            self.view.setCurrentIndex(index)
        self.view.scrollTo(index)

    def step(self, by: int) -> None:
        """Choose the file `by` places after the current one, if there is one."""
        files = self.model.listing.files
        row = self.model.row(self._current) if self._current is not None else None
        place = row - len(self.model.listing.folders) + by if row is not None else 0
        if 0 <= place < len(files):
            self._choose(files[place])
            self._select(len(self.model.listing.folders) + place)

    def around(self, path: Path) -> Surroundings:
        """Return the files beside one, as far as it is worth to read them in advance."""
        files, row = self.model.listing.files, self.model.row(path)
        if row is None:
            return Surroundings()
        place = row - len(self.model.listing.folders)
        before, after = files[max(place - REACH, 0) : place], files[place + 1 : place + 1 + REACH]
        return Surroundings(before[::-1], after)

    def choose_folder(self) -> None:
        """Ask for a folder and list it."""
        start = self.model.listing.folder
        name = QFileDialog.getExistingDirectory(self, "Open folder", str(start or Path.home()))
        if name:
            self.show_folder(Path(name))

    def go_up(self) -> None:
        """List the folder above."""
        folder = self.model.listing.folder or (self._current.parent if self._current else None)
        if folder is not None and folder.parent != folder:
            self.show_folder(folder.parent)

    def close_worker(self) -> None:
        """Stop the thread that lists and draws thumbnails."""
        self._worker.stop()

    def _show(self, listing: Listing) -> None:
        self.model.show(listing)
        folder = listing.folder
        title = (folder.name or str(folder)) if folder else f"{len(listing.files)} files"
        self._title.setText(title)
        self._title.setToolTip(str(folder) if folder else "")
        anything = self.model.rowCount() > 0
        self.view.setVisible(anything)
        self._empty.setVisible(not anything)
        self._empty.setText("No radiographs in this folder.")
        if self._current is not None and self.model.row(self._current) is not None:
            self.mark(self._current)
        QTimer.singleShot(0, self._next_thumbnail)
        if folder is not None:
            self.folder_shown.emit(folder)

    def _take(self, outcome: Outcome) -> None:
        if outcome.kind == "list":
            if outcome.token != self._expected:
                return
            if outcome.error is not None:
                self.failed.emit(outcome.error)
            elif isinstance(outcome.value, Listing):
                self._show(outcome.value)
            return
        self._waiting_thumbnail = False
        if isinstance(outcome.token, Path):
            self.model.set_thumbnail(outcome.token, outcome.value)  # type: ignore[arg-type]
        self._next_thumbnail()

    def _next_thumbnail(self) -> None:
        """Ask for the first thumbnail that is visible and missing, one at a time."""
        if self._waiting_thumbnail or not self.model.rowCount():
            return
        first = self.view.indexAt(self.view.viewport().rect().topLeft()).row()
        last = self.view.indexAt(self.view.viewport().rect().bottomLeft()).row()
        last = self.model.rowCount() - 1 if last < 0 else last
        for row in range(max(first, 0), last + 1):
            if self.model.lacks_thumbnail(row):
                self._ask_for_thumbnail(self.model.path(row))
                return

    def _ask_for_thumbnail(self, path: Path) -> None:
        self._waiting_thumbnail = True
        self._worker.post("thumbnail", path, lambda: self._thumbnail(path))

    def _thumbnail(self, path: Path) -> object:
        try:
            return self._reader.thumbnail(path, THUMBNAIL)
        except UserError:
            return None

    def _activate(self, index: QModelIndex) -> None:
        path = self.model.path(index.row())
        if self.model.is_folder(index.row()):
            self.show_folder(path)
        else:
            self._choose(path)

    def _current_changed(self, index: QModelIndex, _previous: QModelIndex) -> None:
        if index.isValid() and not self.model.is_folder(index.row()) and self.view.hasFocus():
            self._choose(self.model.path(index.row()))

    def _choose(self, path: Path) -> None:
        if path != self._current:
            # At once, not when it is on screen: a file that cannot be read must not bar the way.
            self._current = path
            self.chosen.emit(path)


class _FileList(QTreeView):
    """A list in which left and right also move."""

    rows_shown = Signal()

    def __init__(self, panel: BrowserPanel) -> None:
        super().__init__(panel)
        self._panel = panel
        self.setAccessibleName("Files")
        self.setIconSize(QSize(THUMBNAIL, THUMBNAIL))
        self.setRootIsDecorated(False)
        self.setHeaderHidden(True)
        self.setIndentation(0)
        # A list view lays out all its rows anew for every thumbnail; this one knows that all are alike.
        self.setUniformRowHeights(True)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setVerticalScrollMode(QTreeView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Have the thumbnails of rows drawn that come into sight."""
        super().resizeEvent(event)
        self.rows_shown.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right step through the files as on the canvas."""
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        step = steps.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self._panel.step(step)
