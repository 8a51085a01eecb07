"""A picture as wide as there is room, to be scrolled where it is higher."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QWidget


class WidePicture(QScrollArea):
    """Shows an image at the width of the area, never enlarged beyond its own pixels."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self._label = QLabel()
        self.setWidget(self._label)
        self.image = QImage()

    def show_image(self, image: QImage) -> None:
        """Show an image; where the former one was scrolled to is kept."""
        self.image = image
        self._fit()

    def sizeHint(self) -> QSize:
        """Return a width at which a sheet can be read."""
        return QSize(960, 680)

    def viewportEvent(self, event: QEvent) -> bool:
        """Scale with the area; called by Qt."""
        done = super().viewportEvent(event)
        if event.type() is QEvent.Type.Resize:
            self._fit()
        return done

    def _fit(self) -> None:
        if self.image.isNull():
            return
        ratio = self.devicePixelRatioF()
        width = min(round(self.viewport().width() * ratio), self.image.width())
        scaled = self.image.scaledToWidth(width, Qt.TransformationMode.SmoothTransformation)
        scaled.setDevicePixelRatio(ratio)
        self._label.setPixmap(QPixmap.fromImage(scaled))
        self._label.resize(self._label.sizeHint())
