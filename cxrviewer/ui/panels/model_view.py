"""What the model sees: its input as a picture, and the rules by which it was made."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QIcon, QImage, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from cxrviewer.models.card import InputSpec
from cxrviewer.ui.panels.input_words import input_words

_SMALL = 120
_LARGE = 448


class ModelView(QWidget):
    """A thumbnail of the model's input, which opens larger, and its rules in words."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pixmap = QPixmap()
        self.thumbnail = QToolButton()
        self.thumbnail.setObjectName("Picture")
        self.thumbnail.setIconSize(QSize(_SMALL, _SMALL))
        self.thumbnail.setFixedSize(_SMALL + 6, _SMALL + 6)
        self.thumbnail.setAccessibleName("What the model sees, larger")
        self.thumbnail.setToolTip("Show larger")
        self.thumbnail.clicked.connect(self.open_popup)
        self.words = _words()
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 2, 12, 6)
        row.setSpacing(10)
        row.addWidget(self.thumbnail, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.words, 1)
        self.popup = QFrame(self, Qt.WindowType.Popup)
        self.popup.setObjectName("Popup")
        self._picture = QLabel()
        self._rules = _words()
        layout = QVBoxLayout(self.popup)
        layout.setContentsMargins(10, 10, 10, 10)
        layout.addWidget(self._picture)
        layout.addWidget(self._rules)
        self.show_input(None, None)

    def show_input(self, picture: NDArray[np.uint8] | None, spec: InputSpec | None) -> None:
        """Show the input of a model.

        Parameters
        ----------
        picture : (H, W) uint8 array, optional
            From `visible_input`; None while there is none.
        spec : InputSpec, optional
            The rules by which it was made; None where there is no model.
        """
        rules = input_words(spec) if spec is not None else ()
        self.words.setText("\n".join(rules) if picture is not None else "Appears with the first analysis.")
        self._rules.setText("\n".join(rules))
        self._pixmap = _pixmap(picture) if picture is not None else QPixmap()
        self.thumbnail.setEnabled(picture is not None)
        self.thumbnail.setIcon(QIcon(self._fitted(_SMALL * 2)))
        if picture is None:
            self.popup.hide()

    def open_popup(self) -> None:
        """Show the input larger, to the left of the thumbnail."""
        self._picture.setPixmap(self._fitted(_LARGE))
        self._rules.setFixedWidth(_LARGE)
        self.popup.adjustSize()
        corner = self.thumbnail.mapToGlobal(QPoint(0, self.thumbnail.height()))
        self.popup.move(corner - QPoint(self.popup.width() + 4, self.popup.height()))
        self.popup.show()

    def _fitted(self, side: int) -> QPixmap:
        if self._pixmap.isNull():
            return self._pixmap
        smooth = Qt.TransformationMode.SmoothTransformation
        return self._pixmap.scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio, smooth)


def _pixmap(picture: NDArray[np.uint8]) -> QPixmap:
    gray = np.ascontiguousarray(picture)
    height, width = gray.shape
    return QPixmap.fromImage(QImage(gray.tobytes(), width, height, width, QImage.Format.Format_Grayscale8))


def _words() -> QLabel:
    label = QLabel()
    label.setObjectName("Muted")
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
    return label
