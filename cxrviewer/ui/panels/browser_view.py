"""The list of the file browser: rows of fixed heights, so that ten thousand cost no more than ten."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from cxrviewer.session.library_rows import Kind, Row
from cxrviewer.ui.panels.browser_delegate import HEIGHTS, RowDelegate
from cxrviewer.ui.panels.browser_model import BrowserModel


class FileView(QTableView):
    """A list in which left and right step through the images, and fold where a heading is current."""

    rows_shown = Signal()
    stepped = Signal(int)
    folded = Signal(object, bool)
    """Key of a heading, and whether it is to be folded."""

    def __init__(self, model: BrowserModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.setModel(model)
        self.setItemDelegate(RowDelegate(self))
        self.setObjectName("Files")
        self.setAccessibleName("Files")
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.horizontalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        sections = self.verticalHeader()
        sections.hide()
        sections.setMinimumSectionSize(min(HEIGHTS.values()))
        sections.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        sections.setDefaultSectionSize(HEIGHTS[Kind.IMAGE])
        self.verticalScrollBar().setSingleStep(HEIGHTS[Kind.IMAGE] // 2)
        self.verticalScrollBar().valueChanged.connect(lambda _: self.rows_shown.emit())

    def fit_rows(self) -> None:
        """Give the rows that are no images the height of their kind; new rows have that of images."""
        sections = self.verticalHeader()
        for place in self._model.layout.others:
            height = HEIGHTS[self._model.entry(place).kind]
            if sections.sectionSize(place) != height:
                sections.resizeSection(place, height)

    def visible_rows(self) -> range:
        """Return the rows in sight."""
        if not self._model.rowCount() or not self.isVisible():
            return range(0)
        first = self.rowAt(0)
        last = self.rowAt(self.viewport().height() - 1)
        return range(max(first, 0), (last if last >= 0 else self._model.rowCount() - 1) + 1)

    def anchor(self) -> tuple[Row, int] | None:
        """Return the topmost row in sight, and how far it is from the top."""
        row = self.rowAt(0)
        return (self._model.entry(row), self.rowViewportPosition(row)) if row >= 0 else None

    def keep(self, anchor: tuple[Row, int] | None) -> None:
        """Scroll so that a row is where it was, if it is still there."""
        if anchor is None or self.verticalScrollBar().value() == 0:
            return
        entry, offset = anchor
        row = self._model.layout.find(entry)
        if row is not None:
            moved = self.rowViewportPosition(row) - offset
            self.verticalScrollBar().setValue(self.verticalScrollBar().value() + moved)

    def keyboardSearch(self, search: str) -> None:
        """Leave letters to the window's shortcuts."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Have what comes into sight fetched."""
        super().resizeEvent(event)
        self.rows_shown.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right step through the files as on the canvas, or fold and unfold."""
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        step = steps.get(Qt.Key(event.key()))
        index = self.currentIndex()
        entry = self._model.entry(index.row()) if index.isValid() else None
        heading = entry if entry is not None and entry.kind is Kind.HEADING else None
        if heading is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.folded.emit(heading.key, not heading.folded)
        elif heading is not None and step is not None:
            self.folded.emit(heading.key, step < 0)
        elif step is not None:
            self.stepped.emit(step)
        else:
            super().keyPressEvent(event)
