"""What an export will look like, drawn anew in another thread whenever something is chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QPixmap, QResizeEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from cxrviewer.export.export import preview, preview_words
from cxrviewer.export.options import ExportOptions
from cxrviewer.export.overlay import Scene
from cxrviewer.ui.pictures import to_image
from cxrviewer.ui.worker import Outcome

Run = Callable[[Callable[[], object], Callable[[Outcome], None]], None]
"""Does something in a thread, then calls with what came of it; what has not begun gives way to the latest."""

_PAUSE_MS = 120
"""After a change of size, before the picture is scaled anew."""
_SLOW_MS = 250
"""After which it is said that the picture is not the one that is wanted yet."""


@dataclass(frozen=True, eq=False)
class Drawn:
    """A preview at the size of its room, columns and rows of what is exported, and what is said of it."""

    pixels: NDArray[np.uint8]
    size: tuple[int, int]
    words: str


def draw(scenes: Sequence[Scene], options: ExportOptions, room: tuple[int, int]) -> Drawn:
    """Return an export's own pixels, reduced to fit into so many columns and rows; never enlarged."""
    pixels = preview(scenes, options)
    rows, columns = pixels.shape[:2]
    scale = min(1.0, room[0] / columns, room[1] / rows)
    if scale < 1:
        size = max(1, round(columns * scale)), max(1, round(rows * scale))
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    return Drawn(pixels, (columns, rows), preview_words((columns, rows), options))


class ExportPreview(QWidget):
    """The picture, and its size beneath.

    Parameters
    ----------
    run : callable
        Has it drawn.
    """

    def __init__(self, run: Run, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._run = run
        self._wanted: tuple[Sequence[Scene], ExportOptions] | None = None
        self._asked = 0
        self.drawn: Drawn | None = None
        self.picture = QLabel()
        self.picture.setObjectName("Preview")
        self.picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.picture.setMinimumSize(440, 420)
        self.picture.setAccessibleName("Preview of the export")
        self.caption = QLabel()
        self.caption.setObjectName("Muted")
        self.caption.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.picture, 1)
        layout.addWidget(self.caption)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._draw)
        self._slow = QTimer(self)
        self._slow.setSingleShot(True)
        self._slow.setInterval(_SLOW_MS)
        self._slow.timeout.connect(lambda: self.caption.setText("Drawing…"))

    def show_export(self, scenes: Sequence[Scene], options: ExportOptions) -> None:
        """Show what an export would look like; the former one stays until it is drawn."""
        self._wanted = scenes, options
        self._draw()

    def give_up(self) -> None:
        """Take no picture any more."""
        self._asked += 1
        self._wanted = None
        self._slow.stop()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Scale anew once the size rests."""
        super().resizeEvent(event)
        self._pause.start()

    def _draw(self) -> None:
        if self._wanted is None:
            return
        self._pause.stop()
        scenes, options = self._wanted
        ratio = self.devicePixelRatioF()
        room: QSize = self.picture.size() * ratio
        self._asked += 1
        number = self._asked

        def take(outcome: Outcome) -> None:
            if number == self._asked:
                self._take(outcome, ratio)

        self._slow.start()
        self._run(lambda: draw(scenes, options, (room.width(), room.height())), take)

    def _take(self, outcome: Outcome, ratio: float) -> None:
        self._slow.stop()
        if outcome.error is not None:
            self.drawn = None
            self.picture.setPixmap(QPixmap())
            self.picture.setText(outcome.error.message)
            self.caption.setText("")
        elif isinstance(outcome.value, Drawn):
            self.drawn = outcome.value
            image = to_image(outcome.value.pixels)
            image.setDevicePixelRatio(ratio)
            self.picture.setPixmap(QPixmap.fromImage(image))
            self.caption.setText(outcome.value.words)
