"""Plays an animation as it will be written."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QLabel, QWidget

from cxrviewer.ui.pictures import to_image

SIDE = 460
"""Pixels of the preview along its longer side."""


class FilmPreview(QLabel):
    """Shows picture after picture, or in words why there are none yet."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("Preview")
        self.setAccessibleName("Preview of the animation")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setWordWrap(True)
        self.setFixedSize(SIDE, SIDE)
        self._pictures: list[QPixmap] = []
        self.place = 0
        self._clock = QTimer(self)
        self._clock.timeout.connect(self._step)

    @property
    def count(self) -> int:
        """The number of pictures."""
        return len(self._pictures)

    def say(self, text: str) -> None:
        """Show words in place of the pictures."""
        self._clock.stop()
        self._pictures = []
        self.setText(text)

    def play(self, pictures: Sequence[NDArray[np.uint8]]) -> None:
        """Show pictures of red, green and blue, again and again."""
        self._pictures = [QPixmap.fromImage(to_image(each)) for each in pictures]
        self.place = -1
        self._step()
        self._clock.start()

    def set_seconds(self, seconds: float) -> None:
        """Show each picture so long."""
        self._clock.setInterval(round(1000 * seconds))

    def _step(self) -> None:
        self.place = (self.place + 1) % len(self._pictures)
        self.setPixmap(self._pictures[self.place])
