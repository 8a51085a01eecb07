"""The lungs in one pane: has them found, outlined and spoken of."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from cxrviewer.imaging.radiograph import Radiograph
from cxrviewer.ui.canvas.lungs_layer import LungsLayer
from cxrviewer.ui.lung_words import LungWords
from cxrviewer.ui.lungs import LungBook
from cxrviewer.ui.neighbours import GLANCE
from cxrviewer.ui.pane import Pane

REST = 0.4
"""Seconds after which the lungs are sought where they are only checked: who goes through images does not
wait for that."""


class PaneLungs(QObject):
    """Follows what a pane shows.

    Parameters
    ----------
    pane : Pane
        Gets the outline and the lines.
    book : LungBook
        Knows the lungs.
    """

    def __init__(self, pane: Pane, book: LungBook) -> None:
        super().__init__(pane)
        self._pane = pane
        self._controller = pane.controller
        self._book = book
        self._words = LungWords(book)
        self._looked_at: Radiograph | None = None
        self._is_sought = False
        self.layer = LungsLayer(pane.canvas)
        # Under the marks and whatever a tool draws.
        pane.canvas.layers.insert(0, self.layer)
        self._glance = QTimer(self)
        self._glance.setSingleShot(True)
        self._glance.timeout.connect(self._seek)
        self._controller.changed.connect(lambda _: self._show())
        self._controller.activity_changed.connect(lambda _: self._look())
        book.changed.connect(self._book_changed)
        self._book_changed()

    def _book_changed(self) -> None:
        self._show()
        self._look()

    def _show(self) -> None:
        """Outline what is known, and say it."""
        shown = self._controller.shown
        self.layer.show_field(self._book.outlined_field(shown.radiograph))
        self._pane.set_remarks(self._words.lines(shown))

    def _look(self) -> None:
        """Seek the lungs once the image is analysed: no heatmap must wait for them."""
        radiograph = self._controller.shown.radiograph
        if radiograph is not self._looked_at:
            self._glance.stop()
            self._book.give_up(self._controller.lane)
            self._looked_at, self._is_sought = radiograph, False
        if not self._book.wanted or radiograph is None or self._controller.activity.busy:
            self._glance.stop()
            return
        wait = round(1000 * (GLANCE if self._book.outlined else REST))
        if not self._is_sought and not 0 <= self._glance.remainingTime() <= wait:
            self._glance.start(wait)

    def _seek(self) -> None:
        self._is_sought = True
        if self._looked_at is not None:
            self._book.seek(self._looked_at, self._controller.lane)
