"""The status line: what is under the cursor, and what goes on."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QProgressBar, QPushButton, QStatusBar, QWidget

from cxrviewer.imaging.grayscale import modality_value
from cxrviewer.imaging.heatmap import value_at
from cxrviewer.session.shown import Shown
from cxrviewer.ui.waiting import Activity, Waiting


@dataclass(frozen=True)
class Readout:
    """What is under the cursor: column and row, and the three values where they exist."""

    x: int
    y: int
    stored: int
    modality: float
    heat: float | None


def read_out(shown: Shown, x: float, y: float) -> Readout | None:
    """Return the values at the stored point (x, y); None outside the image."""
    radiograph = shown.radiograph
    if radiograph is None:
        return None
    # Not round(), which takes every other border between two pixels to the wrong side.
    column, row = floor(x + 0.5), floor(y + 0.5)
    rows, columns = radiograph.shape
    if not (0 <= column < columns and 0 <= row < rows):
        return None
    stored = int(radiograph.pixels[row, column])
    heat = None
    if shown.analysis is not None:
        values = shown.analysis.result.attribution.values
        height, width = values.shape
        heat = value_at(values, shown.analysis.geometry.grid_to_stored((height, width)), x, y)
    return Readout(column, row, stored, modality_value(radiograph, stored), heat)


class StatusLine:
    """Fills a status bar.

    Parameters
    ----------
    bar : QStatusBar
        The window's.
    """

    def __init__(self, bar: QStatusBar) -> None:
        self._readout = QLabel()
        self._readout.setTextFormat(Qt.TextFormat.PlainText)
        self._readout.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        self.activity = QLabel()
        self.activity.setTextFormat(Qt.TextFormat.PlainText)
        self.activity.setContentsMargins(0, 0, 8, 0)
        self._progress = QProgressBar()
        self._progress.setRange(0, 0)
        self._progress.setFixedWidth(90)
        self._progress.setTextVisible(False)
        self.cancel = QPushButton("Cancel")
        self.cancel.setToolTip("Stop what is under way (Esc)")
        bar.setSizeGripEnabled(False)
        bar.addWidget(self._spaced(self._readout), 1)
        for widget in (self.activity, self._progress, self.cancel):
            bar.addPermanentWidget(widget)
        self.show_activity(Activity.STARTING)

    def _spaced(self, widget: QLabel) -> QWidget:
        widget.setContentsMargins(8, 0, 0, 0)
        return widget

    def show_readout(self, readout: Readout | None) -> None:
        """Show values, or nothing."""
        if readout is None:
            self._readout.clear()
            return
        heat = "–" if readout.heat is None else f"{readout.heat:.3g}"
        self._readout.setText(
            f"x {readout.x}  y {readout.y}    stored {readout.stored}    "
            f"modality {readout.modality:g}    heatmap {heat}"
        )

    def show_activity(self, activity: Activity) -> None:
        """Show what goes on; what lasts can be cancelled once the engine is there."""
        self.activity.setText(activity.value)
        self._progress.setVisible(activity.busy)
        self.cancel.setVisible(activity.can_be_cancelled)

    def show_waiting(self, waiting: Waiting | None) -> None:
        """Show how far what goes on has got, where that is known."""
        share = waiting.share if waiting is not None else None
        self._progress.setRange(0, 0 if share is None else 100)
        self._progress.setValue(0 if share is None else round(100 * share))
        if waiting is not None:
            self.activity.setText(waiting.text)
