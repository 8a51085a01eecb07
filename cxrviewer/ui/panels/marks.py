"""The marks on the image, in a list: what they are, what they measure, and whether they are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from cxrviewer.ui.icons import icon
from cxrviewer.ui.panels.fields import literal

_ID = Qt.ItemDataRole.UserRole
_ROWS = 8
"""Rows that are seen at once."""


@dataclass(frozen=True)
class MarkRow:
    """A mark in the list: its id, icon, what it is and measures, and whether it is drawn."""

    id: str
    icon: str
    text: str
    tip: str
    visible: bool


class MarksPanel(QWidget):
    """Lists marks; a click selects one, its box hides or shows it."""

    selected = Signal(object)
    """Id of the mark that was clicked."""
    shown = Signal(str, bool)
    """A mark, and whether it is to be drawn."""
    words_wanted = Signal()
    """The selected mark was clicked twice."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.list = QListWidget()
        self.list.setAccessibleName("Marks on the image")
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.currentItemChanged.connect(self._select)
        self.list.itemChanged.connect(self._show)
        self.list.itemDoubleClicked.connect(lambda _: self.words_wanted.emit())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 2, 12, 4)
        layout.addWidget(self.list)
        self._rows: tuple[MarkRow, ...] = ()
        self._fit()

    def show_rows(self, rows: Sequence[MarkRow], selected: str | None) -> None:
        """List marks, without telling anyone."""
        with QSignalBlocker(self.list):
            if [row.id for row in rows] != [row.id for row in self._rows]:
                self.list.clear()
                for row in rows:
                    item = QListWidgetItem(icon(row.icon), "")
                    item.setData(_ID, row.id)
                    self.list.addItem(item)
            for number, row in enumerate(rows):
                item = self.list.item(number)
                item.setText(row.text)
                item.setToolTip(literal(row.tip))
                item.setCheckState(Qt.CheckState.Checked if row.visible else Qt.CheckState.Unchecked)
            chosen = next((number for number, row in enumerate(rows) if row.id == selected), -1)
            self.list.setCurrentRow(chosen)
        self._rows = tuple(rows)
        self._fit()

    def _fit(self) -> None:
        rows = min(max(len(self._rows), 1), _ROWS)
        height = self.list.sizeHintForRow(0) if self._rows else self.fontMetrics().height() + 8
        self.list.setFixedHeight(rows * max(height, 1) + 2 * self.list.frameWidth() + 4)

    def _select(self, item: QListWidgetItem | None) -> None:
        self.selected.emit(item.data(_ID) if item is not None else None)

    def _show(self, item: QListWidgetItem) -> None:
        self.shown.emit(item.data(_ID), item.checkState() == Qt.CheckState.Checked)
