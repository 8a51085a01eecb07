"""Compares heatmaps of an image in one sheet: choices on the left, the picture that is saved on the right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from cxrviewer.errors import UserError
from cxrviewer.explain.model_info import ModelInfo
from cxrviewer.export.comparison_sheet import names
from cxrviewer.session.comparison_sheet import Axes, Axis, check_axes, map_count
from cxrviewer.ui.dialogs.comparison_choices import ComparisonChoices
from cxrviewer.ui.dialogs.wide_picture import WidePicture

if TYPE_CHECKING:
    from cxrviewer.ui.comparer import DrawnSheet, Step

PRESETS = (("By &methods", Axis.METHODS), ("By &layers", Axis.LAYERS), ("By &classes", Axis.TARGETS))


class ComparisonDialog(QDialog):
    """Asks what is compared and shows the sheet.

    Parameters
    ----------
    info : ModelInfo
        The pane's model.
    model : str
        How it was chosen.
    """

    wanted = Signal(object)
    """Compare along these axes."""
    cancelled = Signal()
    reference_chosen = Signal(int)
    """Show the differences to this map."""
    model_wanted = Signal()
    """Ask for a model file."""
    preset_wanted = Signal(object)
    """Tick what is worth seeing along this axis."""
    copy_wanted = Signal()
    save_wanted = Signal()

    def __init__(self, info: ModelInfo, model: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Comparison sheet")
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.choices = ComparisonChoices(info, model)
        self.picture = WidePicture()
        self.status = QLabel()
        self.status.setTextFormat(Qt.TextFormat.PlainText)
        self.status.setWordWrap(True)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.compare = QPushButton("Compare")
        self.compare.setDefault(True)
        self.stop = QPushButton("Cancel")
        self.reference = QComboBox()
        self.copy, self.save = QPushButton("Copy picture"), QPushButton("Save picture…")
        self._made_layout()
        self._connect()
        self._busy = False
        self._shown: DrawnSheet | None = None
        self._tell_choice()

    def show_step(self, step: Step) -> None:
        """Show how far the comparison has got."""
        self._set_busy(True)
        self.progress.setValue(round(step.share * 100))
        self._say(step.text)

    def show_sheet(self, drawn: DrawnSheet) -> None:
        """Show a sheet."""
        self._set_busy(False)
        height, width = drawn.pixels.shape[:2]
        image = QImage(drawn.pixels.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888)
        # A copy: the bytes belong to an array that goes.
        self.picture.show_image(image.copy())
        if self._shown is None or self._shown.sheet is not drawn.sheet:
            self.reference.blockSignals(True)
            self.reference.clear()
            for place in range(len(drawn.sheet.maps)):
                self.reference.addItem(f"{place + 1}  {names(drawn.sheet, place)}")
            self.reference.blockSignals(False)
        self.reference.setCurrentIndex(drawn.options.reference)
        self._shown = drawn
        for widget in (self.reference, self.copy, self.save):
            widget.setEnabled(True)
        self._tell_choice()

    def show_error(self, error: UserError) -> None:
        """Say why there is no sheet."""
        self._set_busy(False)
        self._say(f"{error.message} {error.hint}", warning=True)

    def drawn(self) -> DrawnSheet | None:
        """Return what is shown."""
        return self._shown

    def say(self, text: str) -> None:
        """Say what was done."""
        self._say(text)

    def _start(self) -> None:
        self._set_busy(True)
        self.progress.setValue(0)
        self.wanted.emit(self.choices.axes())

    def _stop(self) -> None:
        self._set_busy(False)
        self._tell_choice()
        self.cancelled.emit()

    def _set_busy(self, busy: bool) -> None:
        self._busy = busy
        self.progress.setVisible(busy)
        self.stop.setVisible(busy)
        self.compare.setVisible(not busy)
        self.choices.setEnabled(not busy)

    def _tell_choice(self) -> None:
        """Say how many maps the choice is, or why it is none."""
        if self._busy:
            return
        axes: Axes = self.choices.axes()
        if not axes[Axis.MODELS]:
            self.compare.setEnabled(False)
            self._say("Tick a model.")
            return
        try:
            check_axes(axes)
        except UserError as error:
            self.compare.setEnabled(False)
            self._say(f"{error.message} {error.hint}")
            return
        self.compare.setEnabled(True)
        self._say(f"{map_count(axes)} maps.")

    def _say(self, text: str, *, warning: bool = False) -> None:
        self.status.setText(text)
        self.status.setObjectName("Warning" if warning else "Muted")
        self.status.style().polish(self.status)

    def _connect(self) -> None:
        self.choices.changed.connect(self._tell_choice)
        self.compare.clicked.connect(self._start)
        self.stop.clicked.connect(self._stop)
        self.reference.activated.connect(self.reference_chosen)
        self.copy.clicked.connect(self.copy_wanted)
        self.save.clicked.connect(self.save_wanted)

    def _made_layout(self) -> None:
        presets = QHBoxLayout()
        presets.setSpacing(6)
        for text, axis in PRESETS:
            button = QPushButton(text)
            button.setAutoDefault(False)
            button.clicked.connect(lambda _=False, axis=axis: self.preset_wanted.emit(axis))
            presets.addWidget(button)
        add = QPushButton("Add a model file…")
        add.setAutoDefault(False)
        add.clicked.connect(self.model_wanted)
        left = QVBoxLayout()
        left.setSpacing(8)
        left.addLayout(presets)
        left.addWidget(self.choices, 1)
        left.addWidget(add)
        left.addWidget(self.status)
        left.addWidget(self.progress)
        left.addWidget(self.stop)
        left.addWidget(self.compare)
        side = QWidget()
        side.setLayout(left)
        side.setFixedWidth(300)
        left.setContentsMargins(0, 0, 0, 0)
        label = QLabel("Differences &to")
        label.setBuddy(self.reference)
        self.reference.setMinimumWidth(220)
        close = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        close.rejected.connect(self.reject)
        for widget in (self.reference, self.copy, self.save):
            widget.setEnabled(False)
        for widget in (self.copy, self.save):
            widget.setAutoDefault(False)
        below = QHBoxLayout()
        below.addWidget(label)
        below.addWidget(self.reference)
        below.addStretch(1)
        below.addWidget(self.copy)
        below.addWidget(self.save)
        below.addWidget(close)
        right = QVBoxLayout()
        right.setSpacing(10)
        right.addWidget(self.picture, 1)
        right.addLayout(below)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 14, 16, 14)
        row.setSpacing(14)
        row.addWidget(side)
        row.addLayout(right, 1)
        self._set_busy(False)
