"""The image canvas: radiograph below, heatmap above, rendered at the screen's own pixels."""

from __future__ import annotations

from dataclasses import replace
from math import floor

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
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
from cxrviewer.imaging.heatmap import Heatmap
from cxrviewer.imaging.render import Renderer
from cxrviewer.imaging.spacing import Spacing
from cxrviewer.imaging.viewport import Orientation, Viewport
from cxrviewer.session.state import FIT, Zoom
from cxrviewer.ui import theme
from cxrviewer.ui.canvas.content import Content
from cxrviewer.ui.canvas.frame_bar import FrameBar
from cxrviewer.ui.canvas.legend import Legend, paint_empty, paint_legend
from cxrviewer.ui.canvas.reveal import Reveal
from cxrviewer.ui.canvas.tools.box import Box, BoxTool
from cxrviewer.ui.canvas.tools.magnifier import Magnifier
from cxrviewer.ui.canvas.tools.tool import CanvasLayer, CanvasTool, Tool
from cxrviewer.ui.canvas.tools.toolbox import Toolbox
from cxrviewer.ui.canvas.view import View
from cxrviewer.ui.canvas.waiting_sign import WaitingSign
from cxrviewer.ui.waiting import Waiting

_WHEEL_STEP = 1.2


class Canvas(QWidget):
    """Shows one radiograph and tells what the mouse and the keys ask for.

    A host: its tools (`add_tool`, `tool`) follow the mouse, its `layers` are drawn over the picture.
    """

    zoomed = Signal(object)
    window_dragged = Signal(float, float)
    window_drag_started = Signal()
    hovered = Signal(object)
    stepped = Signal(int)
    tapped = Signal(object)
    region_drawn = Signal(object)
    frame_wanted = Signal(int)
    frame_stepped = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Radiograph")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(240, 200)
        self.menu: QMenu | None = None
        self._content = Content()
        self._view = View(self)
        self._legend = Legend()
        self._calibration: Spacing | None = None
        self._picture: QImage | None = None
        self._turned = 0.0
        self.layers: list[CanvasLayer] = []
        self._toolbox = Toolbox(self)
        self._add_tools()
        self.reveal = Reveal(self)
        self.reveal.changed.connect(self._redraw)
        self.sign = WaitingSign(self)
        self.sign.raised.connect(self._dim)
        self.frames = FrameBar(self)
        self.frames.chosen.connect(self.frame_wanted)

    def _add_tools(self) -> None:
        region, zoom = BoxTool(self, self.region_drawn.emit), BoxTool(self, self.zoom_to)
        lens = Magnifier(self)
        self.layers += [region, zoom, lens]
        for name, tool in ((Tool.REGION, region), (Tool.ZOOM, zoom), (Tool.MAGNIFIER, lens)):
            self.add_tool(name, tool)

    def sizeHint(self) -> QSize:
        """Return the size that a layout would like to give."""
        return QSize(760, 700)

    @property
    def has_image(self) -> bool:
        """Whether there is an image."""
        return self._content.image is not None

    def set_image(self, renderer: Renderer | None, table: NDArray[np.uint8] | None) -> None:
        """Show another image through a presentation table; the heatmap of the former one goes."""
        self._toolbox.cancel()
        self._content.show_image(renderer, table)
        self._view.show_image(self._content.image)
        self._show_frame()
        self._redraw()

    def set_table(self, table: NDArray[np.uint8]) -> None:
        """Show the same image with another window."""
        self._content.table = table
        self._redraw()

    def set_heatmap(self, heatmap: Heatmap | None) -> None:
        """Lay another heatmap over the image."""
        self._content.heatmap = heatmap
        self._redraw()

    def set_style(self, style: OverlayStyle) -> None:
        """Draw the heatmap in another style."""
        self._content.style = style
        self._redraw()

    def set_planes(self, visible: bool) -> None:
        """Draw the overlay planes of the file, or leave them out."""
        if visible != self._content.planes:
            self._content.planes = visible
            self._redraw()

    def set_view(self, zoom: Zoom, orientation: Orientation) -> None:
        """Show another part of the image, or turn it."""
        self._view.zoom, self._view.orientation = zoom, orientation
        self._move()

    def set_legend(self, legend: Legend) -> None:
        """Show other words in the corners."""
        self._legend = legend
        self.update()

    def set_calibration(self, spacing: Spacing | None) -> None:
        """Let the scale bar go by the user's calibration; None for what the legend says."""
        if spacing != self._calibration:
            self._calibration = spacing
            self.update()

    def set_waiting(self, waiting: Waiting | None) -> None:
        """Say what the heatmap waits for; while that lasts, the former one is dimmed."""
        self.sign.show_waiting(waiting)

    def viewport(self) -> Viewport | None:
        """Return where the image lies in device pixels; None without an image."""
        return self._view.viewport()

    def scale(self) -> float:
        """Return device pixels per stored column; 1 without an image."""
        return self._view.scale()

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """Ask for a zoom that keeps the point `at` (widget pixels; the middle if left out) in place."""
        if self.has_image:
            self.zoomed.emit(self._view.zoomed_by(factor, at))

    def zoom_to(self, box: Box) -> None:
        """Ask for the view in which a part of the image is as large as it goes."""
        if self.has_image:
            self.zoomed.emit(self._view.zoomed_to(box))

    def pan_from(self, center: tuple[float, float], way: QPointF) -> None:
        """Ask for the view whose middle was at `center` before the image was moved by `way` widget pixels."""
        if self.has_image:
            self.zoomed.emit(self._view.panned_from(center, way))

    def center(self) -> tuple[float, float]:
        """Return the point in the middle of the view, as fractions of the image's width and height."""
        return self._view.zoom.center

    @property
    def tool(self) -> Tool:
        """What the left button does."""
        return self._toolbox.chosen

    @tool.setter
    def tool(self, tool: Tool) -> None:
        self._toolbox.choose(tool)

    def add_tool(self, name: Tool, tool: CanvasTool) -> None:
        """Offer a tool."""
        self._toolbox.add(name, tool)

    def add_grip(self, grip: CanvasTool) -> None:
        """Ask `grip` before the tool in use, whichever that is."""
        self._toolbox.grips.append(grip)

    def stored_at(self, position: QPointF) -> tuple[float, float] | None:
        """Return the stored point (x, y) under a widget position; None outside the image."""
        if self.viewport() is None:
            return None
        x, y = self.point_at(position)
        return (x, y) if self.covers(x, y) else None

    def point_at(self, position: QPointF) -> tuple[float, float]:
        """Return the stored point (x, y) under a widget position, also beside the image; there is one."""
        return self._view.point_at(position)

    def to_view(self, x: float, y: float) -> QPointF:
        """Return where the stored point (x, y) is, in widget pixels; there is an image."""
        return self._view.to_view(x, y)

    def covers(self, x: float, y: float) -> bool:
        """Return whether a stored point lies on the image."""
        return self._view.covers(x, y)

    def picture(self) -> QImage:
        """Return what is seen of image and heatmap, without the words, in device pixels."""
        if self._picture is None:
            self._picture = self._drawn()
            self._picture.setDevicePixelRatio(self.devicePixelRatioF())
        return self._picture

    def magnified(self, viewport: Viewport) -> QImage:
        """Return what is seen in another view of the image, in device pixels; there is one."""
        image = self._content.magnified(viewport, hidden=self.reveal.hidden)
        image.setDevicePixelRatio(self.devicePixelRatioF())
        return image

    def _drawn(self) -> QImage:
        viewport = self.viewport()
        if viewport is not None:
            return self._content.picture(viewport, hidden=self.reveal.hidden, divider=self.reveal.divider)
        blank = QImage(1, 1, QImage.Format.Format_RGB32)
        blank.fill(theme.CANVAS)
        return blank

    def _show_frame(self) -> None:
        image = self._content.image
        self.frames.show_frame(
            image.frame if image is not None else 0, image.frames if image is not None else 1
        )
        self.frames.place(self.size())

    def _dim(self, dimmed: bool) -> None:
        self._content.dimmed = dimmed
        if self._content.heatmap is not None:
            self._redraw()

    def _move(self) -> None:
        self._view.place()
        self._redraw()

    def _redraw(self) -> None:
        self._picture = None
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw picture and words."""
        with QPainter(self) as painter:
            self._paint(painter)

    def _paint(self, painter: QPainter) -> None:
        if not self.has_image:
            painter.fillRect(self.rect(), theme.CANVAS)
            paint_empty(painter, self.rect())
            return
        _snap(painter)
        painter.drawImage(0, 0, self.picture())
        self._paint_layers(painter)
        viewport = self.viewport()
        assert viewport is not None
        below = self.frames.height() if self.frames.isVisible() else 0
        legend = replace(self._legend, spacing=self._calibration or self._legend.spacing)
        paint_legend(painter, self.rect(), legend, viewport, self.devicePixelRatioF(), below)

    def _paint_layers(self, painter: QPainter) -> None:
        viewport = self.viewport()
        assert viewport is not None
        for layer in self.layers:
            painter.save()
            layer.paint(painter, viewport, self.devicePixelRatioF())
            painter.restore()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place the image anew in the changed view."""
        super().resizeEvent(event)
        self.sign.place(event.size())
        self.frames.place(event.size())
        self._move()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the cursor; with Ctrl, go through the images of the file."""
        steps = event.angleDelta().y() / 120
        by_frames = event.modifiers() & Qt.KeyboardModifier.ControlModifier and self.frames.isVisible()
        if steps and by_frames:
            # Touch pads tell of small parts of a step.
            self._turned += steps
            whole = int(self._turned)
            self._turned -= whole
            self.frame_stepped.emit(-whole)
        elif steps and not (self.has_image and self._toolbox.wheel(steps)):
            self.zoom_by(_WHEEL_STEP**steps, event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Let a tool begin."""
        if self.has_image:
            self._toolbox.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell what is under the cursor, and let the tools follow."""
        self.hovered.emit(self.stored_at(event.position()))
        if self.has_image:
            self._toolbox.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let a tool end."""
        if self.has_image:
            self._toolbox.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Go between the whole image and its own pixels, where the tools have no other use for it."""
        if event.button() != Qt.MouseButton.LeftButton or not self.has_image:
            return
        if self._toolbox.double_click(event):
            return
        if self._view.zoom.scale is None:
            self.zoom_by(1.0 / self.scale(), event.position())
        else:
            self.zoomed.emit(FIT)

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is under the cursor any more."""
        del event
        self.hovered.emit(None)
        self._toolbox.leave()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer what can be done with the view."""
        if self.menu is not None and self.has_image:
            self.menu.popup(event.globalPos())

    def event(self, event: QEvent) -> bool:
        """Take keys that the tools know from the actions that have them as shortcuts."""
        if (
            isinstance(event, QKeyEvent)
            and event.type() is QEvent.Type.ShortcutOverride
            and self.has_image
            and self._toolbox.knows(event)
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrow keys go to the previous or the next file; others may stand for a tool."""
        if self.has_image and self._toolbox.knows(event):
            self._toolbox.key_down(event)
            return
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}
        step = steps.get(Qt.Key(event.key()))
        if step is not None and event.modifiers() in (
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.KeypadModifier,
        ):
            self.stepped.emit(step)
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Put the tool of a key away; tell where it was only tapped."""
        if self._toolbox.key_up(event):
            self.tapped.emit(Qt.Key(event.key()))
        else:
            super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Keys that are let go elsewhere are not heard of."""
        self._toolbox.let_go()
        super().focusOutEvent(event)


def _snap(painter: QPainter) -> None:
    """Move the origin to a whole device pixel, that no picture is smeared over two.

    Where the scale factor is a fraction, a widget may begin between them.
    """
    device = painter.deviceTransform()
    x, y = (floor(place + 0.5) - place for place in (device.dx(), device.dy()))
    painter.translate(x / device.m11(), y / device.m22())
