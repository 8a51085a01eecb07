"""The window by numbers and by the histogram: presets, two ends on a slider, centre and width."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QBrush, QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from cxrviewer.imaging import grayscale
from cxrviewer.imaging.histogram import Histogram
from cxrviewer.imaging.presets import AUTOMATIC, FULL_RANGE, Preset, file_presets
from cxrviewer.imaging.radiograph import Radiograph, Window
from cxrviewer.imaging.windowing import NARROWEST, adjusted, between, ends
from cxrviewer.session.shown import Shown
from cxrviewer.ui import theme
from cxrviewer.ui.menus import preset_words
from cxrviewer.ui.panels.fields import GroupedCombo, dress_spin_box, muted, tip
from cxrviewer.ui.panels.histogram_view import HistogramView

if TYPE_CHECKING:
    from superqt.sliders import QDoubleRangeSlider

_SHADES = 33
_LARGEST = 1e7
_OWN = "own"


class WindowPanel(QWidget):
    """Tells which window the user wants.

    Its controls are made when the panel is first seen with an image: `wanted` asks that the slider's library,
    which takes long, is imported, and `build` called then.
    """

    wanted = Signal()
    windowed = Signal(object)
    automatic_wanted = Signal()
    kept = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._latest: tuple[Shown, Histogram | None] | None = None
        self._asked = False
        self._controls: WindowControls | None = None
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(12, 2, 12, 4)
        self._placeholder = muted("Open an image to see its values.")
        self._layout.addWidget(self._placeholder)

    @property
    def controls(self) -> WindowControls | None:
        """What the panel is made of; None before it was seen with an image."""
        return self._controls

    def show_shown(self, shown: Shown, histogram: Histogram | None) -> None:
        """Show the window in force and the values of the image, without telling anyone."""
        self._latest = shown, histogram
        self._catch_up()

    def build(self) -> None:
        """Make the controls; the slider's library is imported."""
        self._placeholder.deleteLater()
        self._controls = WindowControls()
        self._layout.addWidget(self._controls)
        self._controls.windowed.connect(self.windowed)
        self._controls.automatic_wanted.connect(self.automatic_wanted)
        self._controls.kept.connect(self.kept)
        self._catch_up()

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what has changed while it was not seen."""
        super().showEvent(event)
        self._catch_up()

    def _catch_up(self) -> None:
        if self._latest is None or self._latest[0].radiograph is None or not self.isVisible():
            return
        if self._controls is not None:
            self._controls.show_shown(*self._latest)
        elif not self._asked:
            self._asked = True
            self.wanted.emit()


class WindowControls(QWidget):
    """Preset, histogram, slider, numbers and what else a window is chosen by."""

    windowed = Signal(object)
    automatic_wanted = Signal()
    kept = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._radiograph: Radiograph | None = None
        self._window = Window(0, 1)
        self._presets: tuple[Preset, ...] = ()
        self._showing = False
        self._narrowest = 1.0
        self.preset = GroupedCombo(
            "Window preset", tip("Windows and tables of the file, on the keys 1 to 9.")
        )
        self.histogram = HistogramView()
        self.histogram.setToolTip(
            tip("How many pixels have which value, the height by the root of their number.",
                "Below it the gray that each value is shown in.")
        )  # fmt: skip
        self.slider = _range_slider()
        self.center, self.width_ = _number("Centre of the window"), _number("Width of the window")
        self.automatic, self.reset = QPushButton("Automatic"), QPushButton("As the file")
        self.automatic.setToolTip("Window from the image's own values (0)")
        self.reset.setToolTip("The window that the file begins with")
        self.keep = QCheckBox("Keep for the next image")
        self.keep.setToolTip(
            tip("The next image is shown through this window, where its values mean the same.")
        )
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self.preset)
        layout.addWidget(self.histogram)
        layout.addWidget(self.slider)
        numbers = QGridLayout()
        numbers.setHorizontalSpacing(10)
        for column, (name, box) in enumerate((("Width", self.width_), ("Centre", self.center))):
            numbers.addWidget(muted(name, box), 0, column)
            numbers.addWidget(box, 1, column)
            numbers.setColumnStretch(column, 1)
        layout.addLayout(numbers)
        buttons = QHBoxLayout()
        buttons.addWidget(self.automatic, 1)
        buttons.addWidget(self.reset, 1)
        layout.addLayout(buttons)
        layout.addWidget(self.keep)

    def _connect(self) -> None:
        self.preset.activated.connect(lambda _: self._preset_chosen(self.preset.currentData()))
        self.slider.valueChanged.connect(self._slid)
        self.center.valueChanged.connect(lambda value: self._adjust(value, self.width_.value()))
        self.width_.valueChanged.connect(lambda value: self._adjust(self.center.value(), value))
        self.automatic.clicked.connect(lambda _checked: self.automatic_wanted.emit())
        self.reset.clicked.connect(lambda: self.windowed.emit(None))
        self.keep.toggled.connect(self._keep_toggled)

    def show_shown(self, shown: Shown, histogram: Histogram | None) -> None:
        """Show what is in force, without telling anyone."""
        radiograph, voi = shown.radiograph, shown.voi
        if radiograph is None or voi is None:
            return
        self._showing = True
        if radiograph is not self._radiograph:
            self._radiograph = radiograph
            self._show_image(radiograph, histogram)
        self._window = grayscale.active_window(radiograph, voi)
        self._show_preset(shown)
        self._show_numbers(histogram)
        inverted = shown.state.inverted != radiograph.grayscale.inverted
        low, high = self.slider.minimum(), self.slider.maximum()
        shades = grayscale.shades_of(np.linspace(low, high, _SHADES), voi)
        shades = 1 - shades if inverted else shades
        grays = tuple(int(shade) for shade in np.rint(shades * 255))
        self.histogram.show_window((low, high), ends(self._window), grays)
        self.keep.setChecked(shown.state.keep_window)
        self._showing = False

    def _show_image(self, radiograph: Radiograph, histogram: Histogram | None) -> None:
        self.histogram.show_histogram(histogram)
        self._presets = file_presets(radiograph.grayscale)
        self.preset.clear()
        for number, preset in enumerate(self._presets):
            self.preset.add_entry(preset_words(preset), number, short=preset.name)
        self.preset.add_entry(AUTOMATIC, AUTOMATIC)
        self.preset.add_entry(FULL_RANGE, FULL_RANGE)
        self.preset.add_entry("Own window", _OWN, enabled=False)
        spread = histogram.spread if histogram is not None else 1.0
        self._narrowest = spread * NARROWEST
        decimals = 0 if spread >= 200 else 1 if spread >= 20 else 3
        for box in (self.center, self.width_):
            box.setDecimals(decimals)
            box.setSingleStep(max(spread / 100, 10.0**-decimals))
        self.width_.setMinimum(10.0**-decimals)

    def _show_preset(self, shown: Shown) -> None:
        voi = shown.voi
        found = (number for number, preset in enumerate(self._presets) if preset.voi == voi)
        made_here = (AUTOMATIC, FULL_RANGE)
        name = voi.explanation if isinstance(voi, Window) and voi.explanation in made_here else _OWN
        self.preset.choose(next(found, name))

    def _show_numbers(self, histogram: Histogram | None) -> None:
        low, high = ends(self._window)
        if not self.slider.isSliderDown():
            self._scale_to(low, high, histogram)
            self.slider.setValue((low, high))
        self.center.setValue(self._window.center)
        self.width_.setValue(self._window.width)

    def _scale_to(self, low: float, high: float, histogram: Histogram | None) -> None:
        """Let the slider reach over the image's values, and beyond them with the window, to a point."""
        if histogram is not None:
            room = histogram.high - histogram.low
            low = min(histogram.low, max(low, histogram.low - room))
            high = max(histogram.high, min(high, histogram.high + room))
        self.slider.setRange(low, max(high, low + self._narrowest))

    def _preset_chosen(self, choice: object) -> None:
        if choice == AUTOMATIC:
            self.automatic_wanted.emit()
        elif choice == FULL_RANGE and self._radiograph is not None:
            self.windowed.emit(grayscale.full_window(self._radiograph))
        elif isinstance(choice, int):
            self.windowed.emit(self._presets[choice].voi)

    def _slid(self, values: tuple[float, float]) -> None:
        if not self._showing:
            self.windowed.emit(between(self._window, values[0], values[1], self._narrowest))

    def _adjust(self, center: float, width: float) -> None:
        if not self._showing:
            self.windowed.emit(adjusted(self._window, center, width))

    def _keep_toggled(self, keep: bool) -> None:
        if not self._showing:
            self.kept.emit(keep)


def _range_slider() -> QDoubleRangeSlider:
    from superqt.sliders import QDoubleRangeSlider

    slider = QDoubleRangeSlider(Qt.Orientation.Horizontal)  # type: ignore[no-untyped-call]
    slider.setAccessibleName("Window from and to")
    slider.setToolTip(tip("Both ends of the window; between them, the whole window moves."))
    slider.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    slider.setProperty("barColor", QBrush(theme.ACCENT))
    return slider


def _number(name: str) -> QDoubleSpinBox:
    box = QDoubleSpinBox()
    box.setAccessibleName(name)
    box.setRange(-_LARGEST, _LARGEST)
    dress_spin_box(box)
    return box
