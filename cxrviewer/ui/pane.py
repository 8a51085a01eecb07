"""One of the views side by side: a canvas, and the controller of what it shows."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cxrviewer.session.shown import Shown, differ_only_in
from cxrviewer.ui import theme
from cxrviewer.ui.canvas.canvas import Canvas
from cxrviewer.ui.canvas.ghost import GhostCursor
from cxrviewer.ui.canvas.legend import Line
from cxrviewer.ui.canvas.reveal import SwipeLine
from cxrviewer.ui.controller import Controller
from cxrviewer.ui.legend_text import legend_text
from cxrviewer.ui.words import Words

FRAME = 2
"""Pixels around the canvas where there are several panes."""

_USUAL, _SMALL = (240, 200), (160, 140)
"""Least width and height of a canvas, alone and among others."""

_LAYER_WEIGHT = 75

_ACTIVATING = (QEvent.Type.MouseButtonPress, QEvent.Type.FocusIn)


class Pane(QWidget):
    """Shows on its canvas what its controller says, and nothing else.

    Parameters
    ----------
    controller : Controller
        Goes with the pane.
    words : Words
        What the user wants to read over the image.
    """

    activated = Signal(object)
    """The pane itself: the user has pressed on it or has moved the focus there."""

    def __init__(self, controller: Controller, words: Words, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.controller = controller
        # So that it goes with the pane: Python may collect it in a thread where its timers must not be.
        controller.setParent(self)
        self.canvas = Canvas()
        self.canvas.installEventFilter(self)
        self.ghost = GhostCursor(self.canvas)
        line = SwipeLine(self.canvas)
        self.canvas.add_grip(line)
        self.canvas.layers += [line, self.ghost]
        self._words = words
        self._shown = controller.shown
        self._remarks: tuple[Line, ...] = ()
        self._is_framed = False
        self._is_active = False
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.canvas)
        controller.changed.connect(self.show_shown)
        controller.waiting_changed.connect(self.canvas.set_waiting)
        words.changed.connect(self._show_words)
        self._show_words()

    def show_shown(self, shown: Shown) -> None:
        """Change what differs from what is on the canvas."""
        former, self._shown = self._shown, shown
        canvas, state = self.canvas, shown.state
        if shown.radiograph is not former.radiograph:
            canvas.set_image(self.controller.renderer, shown.table)
        elif shown.table is not former.table and shown.table is not None:
            canvas.set_table(shown.table)
        if (state.zoom, state.orientation) != (former.state.zoom, former.state.orientation):
            canvas.set_view(state.zoom, state.orientation)
        canvas.set_planes(state.planes_visible)
        if shown.heatmap is not former.heatmap:
            canvas.set_heatmap(shown.heatmap)
        if shown.style is not former.style:
            canvas.set_style(shown.style)
        if not differ_only_in(shown, former, "zoom"):
            self._show_words()

    def show_place(self, place: int, count: int, *, active: bool) -> None:
        """Show which of several panes it is: the active one has a frame of another colour."""
        self._is_framed, self._is_active = count > 1, active
        margin = FRAME if self._is_framed else 0
        margins = self.contentsMargins()
        if margins.left() != margin:
            self.setContentsMargins(margin, margin, margin, margin)
            self.canvas.setMinimumSize(*(_SMALL if self._is_framed else _USUAL))
        name = "Radiograph" if count == 1 else f"Radiograph, pane {place} of {count}"
        self.canvas.setAccessibleName(name)
        self._show_words()
        self.update()

    def set_remarks(self, remarks: tuple[Line, ...]) -> None:
        """Write remarks on the image over it."""
        if remarks != self._remarks:
            self._remarks = remarks
            self._show_words()

    def _show_words(self) -> None:
        legend = legend_text(self._shown, self._words.choice, self._remarks)
        if self._is_framed and self._words.choice.corners:
            legend = replace(legend, bottom_right=(*_layer_line(self._shown), *legend.bottom_right))
        self.canvas.set_legend(legend)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Become active before the canvas takes a press; hide the heatmap while a key is held."""
        if watched is not self.canvas:
            return super().eventFilter(watched, event)
        if event.type() in _ACTIVATING:
            self.activated.emit(self)
        if event.type() is QEvent.Type.FocusOut:
            self.canvas.reveal.hold(False)
        if isinstance(event, QKeyEvent) and _is_for_hiding(event):
            if not event.isAutoRepeat():
                self.canvas.reveal.hold(event.type() is QEvent.Type.KeyPress)
            return True
        return super().eventFilter(watched, event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the frame."""
        if not self._is_framed:
            return
        with QPainter(self) as painter:
            painter.setPen(QPen(theme.ACCENT if self._is_active else theme.LINE, FRAME))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))


def _layer_line(shown: Shown) -> tuple[Line, ...]:
    """Return the layer that is explained, which tells panes apart."""
    if shown.heatmap is None or shown.analysis is None or not shown.state.style.visible:
        return ()
    layers = shown.analysis.result.attribution.question.layers
    return (Line(layers[0], _LAYER_WEIGHT),) if len(layers) == 1 else ()


def _is_for_hiding(event: QKeyEvent) -> bool:
    """Return whether an event is of the key that hides the heatmap while it is held."""
    if event.type() not in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease) or event.key() != Qt.Key.Key_X:
        return False
    released = event.type() is QEvent.Type.KeyRelease
    return released or event.modifiers() == Qt.KeyboardModifier.NoModifier
