"""The image canvas: radiograph below, heatmap above, rendered at the screen's own pixels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QGuiApplication,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QMenu, QSizePolicy, QWidget

from cxrviewer.imaging.compose import OverlayStyle
from cxrviewer.imaging.geometry import apply_affine
from cxrviewer.imaging.heatmap import Heatmap
from cxrviewer.imaging.render import Renderer
from cxrviewer.imaging.viewport import Orientation, Viewport, fit_scale, make_viewport
from cxrviewer.session.state import FIT, Zoom
from cxrviewer.ui import theme
from cxrviewer.ui.canvas.drag import Drag, DragKind, Tool
from cxrviewer.ui.canvas.legend import Legend, paint_empty, paint_legend
from cxrviewer.ui.canvas.waiting_sign import WaitingSign
from cxrviewer.ui.waiting import Waiting

_WHEEL_STEP = 1.2
_LARGEST_SCALE = 40.0
_SMALLEST_SCALE = 0.02
_DIMMED = 0.5
"""What is left of the opacity of a heatmap that is about to be replaced."""


class Canvas(QWidget):
    """Shows one radiograph and tells what the mouse and the keys ask for."""

    zoomed = Signal(object)
    window_dragged = Signal(float, float)
    window_drag_started = Signal()
    hovered = Signal(object)
    stepped = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Radiograph")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(240, 200)
        self.tool = Tool.WINDOW
        self.menu: QMenu | None = None
        self._renderer: Renderer | None = None
        self._table: NDArray[np.uint8] | None = None
        self._heatmap: Heatmap | None = None
        self._style = OverlayStyle()
        self._zoom = FIT
        self._orientation = Orientation()
        self._legend = Legend()
        self._viewport: Viewport | None = None
        self._picture: QImage | None = None
        self._drag: Drag | None = None
        self._dimmed = False
        self.sign = WaitingSign(self)
        self.sign.raised.connect(self._dim)

    def sizeHint(self) -> QSize:
        """Return the size that a layout would like to give."""
        return QSize(760, 700)

    def set_image(self, renderer: Renderer | None, table: NDArray[np.uint8] | None) -> None:
        """Show another image through a presentation table; the heatmap of the former one goes."""
        self._renderer = renderer
        self._table = table
        self._heatmap = None
        self._move()

    def set_table(self, table: NDArray[np.uint8]) -> None:
        """Show the same image with another window."""
        self._table = table
        self._redraw()

    def set_heatmap(self, heatmap: Heatmap | None) -> None:
        """Lay another heatmap over the image."""
        self._heatmap = heatmap
        self._redraw()

    def set_style(self, style: OverlayStyle) -> None:
        """Draw the heatmap in another style."""
        self._style = style
        self._redraw()

    def set_view(self, zoom: Zoom, orientation: Orientation) -> None:
        """Show another part of the image, or turn it."""
        self._zoom = zoom
        self._orientation = orientation
        self._move()

    def set_legend(self, legend: Legend) -> None:
        """Show other words in the corners."""
        self._legend = legend
        self.update()

    def set_waiting(self, waiting: Waiting | None) -> None:
        """Say what the heatmap waits for; while that lasts, the former one is dimmed."""
        self.sign.show_waiting(waiting)

    def viewport(self) -> Viewport | None:
        """Return where the image lies in device pixels; None without an image."""
        if self._viewport is None and self._renderer is not None:
            radiograph = self._renderer.radiograph
            viewport = make_viewport(
                radiograph.shape,
                self._device_shape(),
                scale=self.scale(),
                center=self._zoom.center,
                aspect=radiograph.aspect,
                orientation=self._orientation,
            )
            if viewport.scale == 1.0:
                viewport.stored_to_view[:2, 2] = np.round(viewport.stored_to_view[:2, 2])
            self._viewport = viewport
        return self._viewport

    def scale(self) -> float:
        """Return device pixels per stored column; 1 without an image."""
        if self._renderer is None:
            return 1.0
        if self._zoom.scale is not None:
            return self._zoom.scale
        radiograph = self._renderer.radiograph
        return fit_scale(radiograph.shape, self._device_shape(), radiograph.aspect, self._orientation)

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """Ask for a zoom that keeps the point `at` (widget pixels; the middle if left out) in place."""
        viewport = self.viewport()
        if viewport is None or self._renderer is None:
            return
        scale = self.scale()
        wanted = float(np.clip(scale * factor, _SMALLEST_SCALE, _LARGEST_SCALE))
        center = np.array(self._zoom.center)
        if at is not None:
            point = np.array(self._fraction_at(at))
            center = point + (center - point) * (scale / wanted)
        self.zoomed.emit(Zoom(wanted, _clamped(center)))

    def stored_at(self, position: QPointF) -> tuple[float, float] | None:
        """Return the stored point (x, y) under a widget position; None outside the image."""
        viewport = self.viewport()
        if viewport is None or self._renderer is None:
            return None
        ratio = self.devicePixelRatioF()
        x, y = apply_affine(viewport.view_to_stored, position.x() * ratio - 0.5, position.y() * ratio - 0.5)
        rows, columns = self._renderer.radiograph.shape
        inside = -0.5 <= x < columns - 0.5 and -0.5 <= y < rows - 0.5
        return (x, y) if inside else None

    def picture(self) -> QImage:
        """Return what is seen of image and heatmap, without the words, in device pixels."""
        if self._picture is None:
            self._picture = self._rendered()
        return self._picture

    def _rendered(self) -> QImage:
        viewport = self.viewport()
        if viewport is None or self._renderer is None or self._table is None:
            blank = QImage(1, 1, QImage.Format.Format_RGB32)
            blank.fill(theme.CANVAS)
            return blank
        style = replace(self._style, alpha=self._style.alpha * _DIMMED) if self._dimmed else self._style
        packed = self._renderer.picture(viewport, self._table, self._heatmap, style)
        rows, columns = packed.shape
        image = QImage(packed.data, columns, rows, columns * 4, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(self.devicePixelRatioF())
        return image

    def _device_shape(self) -> tuple[int, int]:
        ratio = self.devicePixelRatioF()
        return max(1, round(self.height() * ratio)), max(1, round(self.width() * ratio))

    def _fraction_at(self, position: QPointF) -> tuple[float, float]:
        viewport = self.viewport()
        assert viewport is not None
        assert self._renderer is not None
        ratio = self.devicePixelRatioF()
        x, y = apply_affine(viewport.view_to_stored, position.x() * ratio - 0.5, position.y() * ratio - 0.5)
        rows, columns = self._renderer.radiograph.shape
        return (x + 0.5) / columns, (y + 0.5) / rows

    def _dim(self, dimmed: bool) -> None:
        self._dimmed = dimmed
        if self._heatmap is not None:
            self._redraw()

    def _move(self) -> None:
        self._viewport = None
        self._redraw()

    def _redraw(self) -> None:
        self._picture = None
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw picture and words."""
        with QPainter(self) as painter:
            self._paint(painter)

    def _paint(self, painter: QPainter) -> None:
        if self._renderer is None:
            painter.fillRect(self.rect(), theme.CANVAS)
            paint_empty(painter, self.rect())
            return
        painter.drawImage(0, 0, self.picture())
        legend = replace(self._legend, zoom=f"{self.scale() * 100:.0f} %")
        paint_legend(painter, self.rect(), legend)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place the image anew in the changed view."""
        super().resizeEvent(event)
        self.sign.place(event.size())
        self._move()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the cursor."""
        steps = event.angleDelta().y() / 120
        if steps:
            self.zoom_by(_WHEEL_STEP**steps, event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a drag."""
        kind = self._drag_kind(event)
        if kind is None or self._renderer is None:
            return
        self._drag = Drag(kind, event.position(), self._zoom.center)
        if kind is DragKind.WINDOW:
            self.window_drag_started.emit()
        else:
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def _drag_kind(self, event: QMouseEvent) -> DragKind | None:
        if event.button() == Qt.MouseButton.MiddleButton:
            return DragKind.PAN
        if event.button() != Qt.MouseButton.LeftButton:
            return None
        with_shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        return DragKind.PAN if with_shift or self.tool is Tool.PAN else DragKind.WINDOW

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go on with a drag, and tell what is under the cursor."""
        self.hovered.emit(self.stored_at(event.position()))
        if self._drag is None:
            return
        delta = event.position() - self._drag.start
        # A hand shakes between the two clicks of a double click: that is no drag.
        if not self._drag.moving and delta.manhattanLength() < _double_click_distance():
            return
        self._drag = replace(self._drag, moving=True)
        if self._drag.kind is DragKind.WINDOW:
            self.window_dragged.emit(delta.x(), delta.y())
        else:
            self._pan(self._drag, delta)

    def _pan(self, drag: Drag, delta: QPointF) -> None:
        viewport = self.viewport()
        assert viewport is not None
        assert self._renderer is not None
        ratio = self.devicePixelRatioF()
        moved = viewport.view_to_stored[:2, :2] @ np.array([delta.x() * ratio, delta.y() * ratio])
        rows, columns = self._renderer.radiograph.shape
        center = np.array(drag.center) - moved / np.array([columns, rows])
        self.zoomed.emit(Zoom(self.scale(), _clamped(center)))

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        """End a drag."""
        self._drag = None
        self.unsetCursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Go between the whole image and its own pixels."""
        if event.button() != Qt.MouseButton.LeftButton or self._renderer is None:
            return
        if self._zoom.scale is None:
            self.zoom_by(1.0 / self.scale(), event.position())
        else:
            self.zoomed.emit(FIT)

    def leaveEvent(self, event: object) -> None:
        """Nothing is under the cursor any more."""
        del event
        self.hovered.emit(None)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer what can be done with the view."""
        if self.menu is not None and self._renderer is not None:
            self.menu.popup(event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrow keys go to the previous or the next file."""
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}
        step = steps.get(Qt.Key(event.key()))
        if step is not None and event.modifiers() in (
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.KeypadModifier,
        ):
            self.stepped.emit(step)
        else:
            super().keyPressEvent(event)


def _double_click_distance() -> int:
    return QGuiApplication.styleHints().mouseDoubleClickDistance()


def _clamped(center: NDArray[np.float64]) -> tuple[float, float]:
    x, y = np.clip(center, 0.0, 1.0)
    return float(x), float(y)
