"""The slider through the images of one file."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QWidget

_MARGIN = 6
_WIDTH = 340
_SHARE = 0.6
"""Of the canvas's width, at most: the corners have words."""


class FrameBar(QWidget):
    """Lies over the lower edge of the canvas; hidden where a file has but one image."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("FrameBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName("Frame")
        self.slider.setToolTip("Image of the file (Ctrl+Up, Ctrl+Down, or Ctrl and the wheel)")
        self.slider.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.slider.setPageStep(1)
        self.words = QLabel()
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 3, 10, 3)
        row.addWidget(self.slider, 1)
        row.addWidget(self.words)
        self.slider.valueChanged.connect(self._slid)
        self.hide()

    def show_frame(self, frame: int, frames: int) -> None:
        """Show which of how many images is seen, from 0, without telling anyone."""
        self.setVisible(frames > 1)
        widest = self.fontMetrics().horizontalAdvance(f"frame {frames} of {frames}")
        self.words.setMinimumWidth(widest)
        self.words.setText(f"frame {frame + 1} of {frames}")
        self.slider.blockSignals(True)
        self.slider.setMaximum(frames - 1)
        # While it is held, the slider is where the hand is: what was read on the way comes late.
        if not self.slider.isSliderDown():
            self.slider.setValue(frame)
        self.slider.blockSignals(False)

    def place(self, area: QSize) -> None:
        """Lie in the middle of the lower edge of an area."""
        self.resize(min(_WIDTH, round(area.width() * _SHARE)), self.sizeHint().height())
        self.move((area.width() - self.width()) // 2, area.height() - self.height() - _MARGIN)

    def _slid(self, value: int) -> None:
        self.words.setText(f"frame {value + 1} of {self.slider.maximum() + 1}")
        self.chosen.emit(value)
