"""What is shown of a job while it runs, where it tells nothing but how far it is."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QStackedLayout, QWidget


class LiveView(QWidget):
    """Shows what a job tells; this one says only where the results will be."""

    WORDS = "The results will be here. Until then the viewer can be used as ever."

    opened = Signal(object)
    """The path of an image that is wanted in the viewer."""

    HAS_MORE = False
    """Whether it shows what the page of the results does not."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = QLabel(self.WORDS)
        self._words.setObjectName("Muted")
        self._words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.layers = QStackedLayout(self)
        self.layers.addWidget(self._words)

    def take(self, content: object) -> None:
        """Show what a job told."""

    def give_up(self) -> None:
        """Promise nothing any more: the job is over without results."""
        self._words.clear()
