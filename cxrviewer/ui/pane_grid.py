"""The panes of the window in rows and columns, of which one is active."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from cxrviewer.session.panes import Layout
from cxrviewer.ui.pane import Pane


class PaneGrid(QWidget):
    """Places the panes; all are of the same size, so that they can be compared.

    Parameters
    ----------
    first : Pane
        There is always one.
    """

    activated = Signal(object)
    """The pane that the side panel and the menus speak of from now on."""

    def __init__(self, first: Pane, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.panes = [first]
        self.active = first
        self.arrangement = Layout.ONE
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(0)
        first.activated.connect(self.activate)
        self._place()

    def __iter__(self) -> Iterator[Pane]:
        return iter(self.panes)

    def insert(self, place: int, pane: Pane) -> None:
        """Put one more pane among the others; `arrange` shows it."""
        self.panes.insert(place, pane)
        pane.activated.connect(self.activate)

    def remove(self, pane: Pane) -> None:
        """Take a pane out; where it was the active one, its neighbour is."""
        place = self.panes.index(pane)
        self.panes.remove(pane)
        self._grid.removeWidget(pane)
        pane.hide()
        if pane is self.active:
            self.activate(self.panes[max(place - 1, 0)])

    def arrange(self, layout: Layout) -> None:
        """Place the panes in the rows and columns of a layout, which has as many."""
        self.arrangement = layout
        self._place()

    def activate(self, pane: Pane) -> None:
        """Let the side panel and the menus speak of another pane."""
        if pane is self.active or pane not in self.panes:
            return
        self.active = pane
        self._show_places()
        self.activated.emit(pane)
        if not pane.canvas.hasFocus():
            pane.canvas.setFocus()

    def step(self, step: int) -> None:
        """Activate the next pane, or the one before (-1); goes round."""
        self.activate(self.panes[(self.panes.index(self.active) + step) % len(self.panes)])

    def pane_at(self, position: QPoint) -> Pane | None:
        """Return the pane under a point of the grid."""
        return next((pane for pane in self.panes if pane.geometry().contains(position)), None)

    def _place(self) -> None:
        rows, columns = self.arrangement.rows, self.arrangement.columns
        for pane in self.panes:
            self._grid.removeWidget(pane)
        for number, pane in enumerate(self.panes):
            self._grid.addWidget(pane, number // columns, number % columns)
            pane.show()
        for row in range(self._grid.rowCount()):
            self._grid.setRowStretch(row, 1 if row < rows else 0)
        for column in range(self._grid.columnCount()):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)
        self._show_places()

    def _show_places(self) -> None:
        for number, pane in enumerate(self.panes, start=1):
            pane.show_place(number, len(self.panes), active=pane is self.active)
