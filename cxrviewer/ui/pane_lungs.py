"""The lungs in one pane: has them found, outlined and spoken of."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from cxrviewer.imaging.radiograph import Radiograph
from cxrviewer.ui.canvas.lungs_layer import LungsLayer
from cxrviewer.ui.lung_words import LungWords
from cxrviewer.ui.lungs import LungBook
from cxrviewer.ui.neighbours import GLANCE
from cxrviewer.ui.pane import Pane


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
        self._asked_for: Radiograph | None = None
        self.layer = LungsLayer(pane.canvas)
        # Under the marks and whatever a tool draws.
        pane.canvas.layers.insert(0, self.layer)
        self._glance = QTimer(self)
        self._glance.setSingleShot(True)
        self._glance.setInterval(round(GLANCE * 1000))
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
        field = self._book.field(shown.radiograph)
        outlined = self._book.outlined and field is not None and field.plausible
        self.layer.show_field(field if outlined else None)
        self._pane.set_remarks(self._words.lines(shown))

    def _look(self) -> None:
        """Seek the lungs once the image is analysed: no heatmap must wait for them."""
        radiograph = self._controller.shown.radiograph
        if radiograph is not self._asked_for and self._asked_for is not None:
            self._book.give_up(self._controller.lane)
            self._asked_for = None
        if not self._book.wanted or radiograph is None or self._controller.activity.busy:
            self._glance.stop()
        elif self._asked_for is None and not self._glance.isActive():
            self._glance.start()

    def _seek(self) -> None:
        self._asked_for = self._controller.shown.radiograph
        if self._asked_for is not None:
            self._book.seek(self._asked_for, self._controller.lane)
